/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/estimate_json.h"

#include <string.h>

#include "models/tables.h"

/* What names the call of a row: verb and resource, or operation. */
static void put_call(struct json *o, const struct scenario *s, const struct toll_row *row)
{
	const struct call_name *name = row->call < CALLS_MAX ? &s->calls.name[row->call] : NULL;

	json_put_str(o, "operation", name && row->runtime ? name->resource : NULL);
	json_put_str(o, "verb", name && !row->runtime ? name->verb : NULL);
	json_put_str(o, "resource", name && !row->runtime ? name->resource : NULL);
}

static const char *client_name(const struct scenario *s, const struct toll_row *row)
{
	if (row->runtime || row->kind == TOLL_WATCH)
		return NULL;
	if (row->client >= CLIENT_OWN)
		return s->kubelet.agents[row->client - CLIENT_OWN].name;
	return word_of(words_client, CLIENT_OWN, row->client);
}

/* The feature that brought a row. */
static const struct feature_model *feature_of(
	const struct estimate_input *in, const struct toll_row *row)
{
	for (uint32_t i = 0; i < in->n_features; i++)
		if (!strcmp(in->feature[i].resolved.name, row->feature))
			return &in->feature[i].model;
	return NULL;
}

static struct json *number_or_null(bool known, double value)
{
	return known ? json_num(value) : json_null();
}

/* A call at one cluster size.  A guess is no number. */
static struct json *at_size(const struct estimate_size *size, const struct toll_row *row)
{
	struct json *o = json_object();
	bool known = row->fails == NULL;
	double rate = row->rate * size->nodes;

	json_put_int(o, "nodes", size->nodes);
	json_put(o, "perSecondPerNode", number_or_null(known, row->rate));
	json_put(o, "perSecond", number_or_null(known, rate));
	json_put(o, "nominalPerSecond", number_or_null(known, row->nominal * size->nodes));
	json_put(o, "worstSecondSpread",
		number_or_null(known, toll_spread(size->with, row, size->nodes)));
	json_put_num(o, "worstSecondAligned", toll_aligned(size->with, row, size->nodes));
	json_put(o, "bytesPerSecond",
		number_or_null(known && row->bytes > 0, row->bytes * rate));
	if (*row->if_it_fails) {
		json_put(o, "perSecondWhileFailing",
			number_or_null(known, row->failing * size->nodes));
		json_put(o, "perSecondWhileRejected",
			number_or_null(known, row->rejected * size->nodes));
	}
	if (row->kind != TOLL_WATCH)
		return o;
	json_put_int(o, "openWatches", size->nodes);
	json_put(o, "eventsPerSecond", number_or_null(row->told > 0, row->told * size->nodes));
	json_put(o, "eventBytesPerSecond",
		number_or_null(
			row->told > 0 && row->bytes > 0, row->told * size->nodes * row->bytes));
	json_put(o, "bytesPerChange", number_or_null(row->bytes > 0, row->bytes * size->nodes));
	return o;
}

static struct json *call_json(const struct estimate_input *in, uint32_t i)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	const struct toll_row *row = &last->after->row[i];
	const struct feature_model *f = feature_of(in, row);
	struct json *o = json_object(), *sizes = json_array();
	bool watch = row->kind == TOLL_WATCH;

	json_put_str(o, "feature", row->feature);
	json_put_str(o, "name", row->name);
	json_put_str(o, "sender", f && *f->sender ? f->sender : "kubelet");
	put_call(o, last->with, row);
	json_put_str(
		o, "trigger", watch ? "watch" : word_of(words_trigger, TRIGGERS, row->trigger));
	json_put_str(o, "scope", watch ? "node" : word_of(words_scope, 5, row->scope));
	json_put_str(o, "client", client_name(last->with, row));
	json_put(o, "inMetric", row->runtime ? json_bool(!row->hidden) : json_null());
	json_put_str(o, "words", row->words);
	json_put_str(o, "formula", row->symbols);
	json_put_str(o, "ifItFails", *row->if_it_fails ? row->if_it_fails : NULL);
	json_put(o, "bytes", number_or_null(row->bytes > 0, row->bytes));
	json_put_bool(o, "holds", row->fails == NULL);
	json_put_str(o, "why", row->fails);
	for (uint32_t s = 0; s < in->n_sizes; s++)
		json_append(sizes, at_size(&in->size[s], &in->size[s].after->row[i]));
	json_put(o, "clusters", sizes);
	return o;
}

/* ------------------------------------------------------------------ the kubelet's own */

/* Classes have numbers of their own in each scenario. */
static bool same_call(const struct estimate_size *size, uint16_t before, uint16_t after)
{
	const struct call_name *b = &size->without->calls.name[before % CALLS_MAX];
	const struct call_name *a = &size->with->calls.name[after % CALLS_MAX];

	if (before == CALLS_MAX || after == CALLS_MAX || call_is_runtime(before))
		return before == after;
	return !strcmp(b->verb, a->verb) && !strcmp(b->resource, a->resource);
}

static const struct toll_row *same_row(
	const struct estimate_size *size, const struct toll_row *row)
{
	for (uint32_t i = 0; i < size->after->n; i++) {
		const struct toll_row *is = &size->after->row[i];

		if (!*is->feature && is->kind == row->kind && !strcmp(is->name, row->name) &&
			same_call(size, row->call, is->call))
			return is;
	}
	return NULL;
}

/* The kubelet's own calls that are not what they were. */
static struct json *changes(const struct estimate_input *in)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	struct json *list = json_array();

	for (uint32_t i = 0; i < last->before->n; i++) {
		const struct toll_row *was = &last->before->row[i];
		const struct toll_row *is = same_row(last, was);
		double now = is ? is->rate : 0;
		struct json *o;

		if (now == was->rate)
			continue;
		o = json_object();
		json_put_str(o, "name", was->name);
		put_call(o, last->without, was);
		json_put_num(o, "beforePerSecondPerNode", was->rate);
		json_put_num(o, "afterPerSecondPerNode", now);
		json_put_num(o, "differencePerSecond", (now - was->rate) * last->nodes);
		json_append(list, o);
	}
	return list;
}

static double sum(const struct toll *toll, bool runtime)
{
	double rate = 0;

	for (uint32_t i = 0; i < toll->n; i++)
		rate += toll->row[i].runtime == runtime ? toll->row[i].rate : 0;
	return rate;
}

/* Whether every row's rate is known. */
static bool all_hold(const struct toll *toll)
{
	for (uint32_t i = 0; i < toll->n; i++)
		if (toll->row[i].fails)
			return false;
	return true;
}

static struct json *total(const struct estimate_size *size, bool runtime)
{
	struct json *o = json_object();
	double before = sum(size->before, runtime), after = sum(size->after, runtime);

	json_put_int(o, "nodes", size->nodes);
	json_put_str(o, "of", runtime ? "runtime" : "api");
	json_put_num(o, "beforePerSecondPerNode", before);
	json_put_num(o, "afterPerSecondPerNode", after);
	json_put_num(o, "beforePerSecond", before * size->nodes);
	json_put_num(o, "afterPerSecond", after * size->nodes);
	json_put(o, "relativeChange",
		number_or_null(before > 0, before > 0 ? after / before - 1 : 0));
	json_put_bool(o, "holds", all_hold(size->before) && all_hold(size->after));
	return o;
}

static struct json *limiter(const struct estimate_size *size, enum client client)
{
	const struct kubelet_model *k = &size->with->kubelet;
	double qps = (double)k->client[client].qps_milli / 1000, together = 0;
	double own = toll_of_client(size->after, client, true);
	double all = toll_of_client(size->after, client, false);
	struct json *o = json_object();

	for (uint32_t i = 0; i < size->after->n; i++) {
		const struct toll_row *row = &size->after->row[i];

		if (!row->runtime && row->kind != TOLL_WATCH && row->client == client &&
			*row->feature)
			together += row->times;
	}
	json_put_int(o, "nodes", size->nodes);
	json_put_str(o, "client",
		client >= CLIENT_OWN ? k->agents[client - CLIENT_OWN].name
				     : word_of(words_client, CLIENT_OWN, client));
	json_put(o, "qps", number_or_null(qps > 0, qps));
	json_put(
		o, "burst", qps > 0 ? json_int((int64_t)k->client[client].burst) : json_null());
	json_put_num(o, "ownPerSecond", own);
	json_put_num(o, "withFeaturesPerSecond", all);
	json_put(o, "full", number_or_null(qps > 0, qps > 0 ? all / qps : 0));
	json_put_num(o, "atOnce", together);
	json_put(o, "waitsSeconds",
		number_or_null(qps > 0, together > k->client[client].burst && qps > 0
						? (together - k->client[client].burst) / qps
						: 0));
	return o;
}

/* Only clients that a feature's calls pass. */
static struct json *limiters(const struct estimate_input *in)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	struct json *list = json_array();

	for (unsigned c = 0; c < CLIENTS; c++) {
		bool used = false;

		for (uint32_t i = 0; i < last->after->n; i++)
			used |= !last->after->row[i].runtime && *last->after->row[i].feature &&
				last->after->row[i].kind != TOLL_WATCH &&
				last->after->row[i].client == c;
		if (used)
			json_append(list, limiter(last, (enum client)c));
	}
	return list;
}

static struct json *features(const struct estimate_input *in)
{
	struct json *list = json_array();

	for (uint32_t i = 0; i < in->n_features; i++) {
		const struct feature_model *f = &in->feature[i].model;
		struct json *o = json_object();

		json_put_str(o, "name", in->feature[i].resolved.name);
		json_put_str(o, "title", *f->title ? f->title : NULL);
		json_put_str(o, "sender", *f->sender ? f->sender : "kubelet");
		json_append(list, o);
	}
	return list;
}

void estimate_put(struct json *result, const struct estimate_input *in)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	struct json *calls = json_array(), *totals = json_array();

	for (uint32_t i = 0; i < last->after->n; i++)
		if (*last->after->row[i].feature)
			json_append(calls, call_json(in, i));
	for (uint32_t s = 0; s < in->n_sizes; s++) {
		json_append(totals, total(&in->size[s], false));
		json_append(totals, total(&in->size[s], true));
	}
	json_put_num(result, "churnPodsPerSecond", (double)in->churn_milli / 1000);
	json_put_str(result, "class", "counted");
	json_put_str(result, "simulate", in->simulate);
	json_put(result, "features", features(in));
	json_put(result, "calls", calls);
	json_put(result, "changes", changes(in));
	json_put(result, "totals", totals);
	json_put(result, "limiters", limiters(in));
}
