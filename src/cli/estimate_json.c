/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/estimate_json.h"

#include <string.h>

#include "cli/estimate_sums.h"
#include "cli/result_classes.h"
#include "estimate/toll_words.h"
#include "models/feature.h"
#include "models/tables.h"
#include "models/watched.h"

void estimate_put_call(struct json *o, const struct scenario *s, const struct toll_row *row)
{
	const struct call_name *name = row->call < CALLS_MAX ? &s->calls.name[row->call] : NULL;

	json_put_str(o, "operation", name && row->runtime ? name->resource : NULL);
	json_put_str(o, "verb", name && !row->runtime ? name->verb : NULL);
	json_put_str(o, "resource", name && !row->runtime ? name->resource : NULL);
	json_put(o, "inMetric", row->runtime ? json_bool(!row->hidden) : json_null());
}

/* The feature that brought a row. */
static const struct estimate_feature *feature_of(
	const struct estimate_input *in, const struct toll_row *row)
{
	for (uint32_t i = 0; i < in->n_features; i++)
		if (!strcmp(in->feature[i].resolved.name, row->feature))
			return &in->feature[i];
	return NULL;
}

/* Who has a limiter is a client of its own. */
static const char *sender_of(const struct estimate_feature *f)
{
	if (!f)
		return "kubelet";
	if (*f->model.sender)
		return f->model.sender;
	return f->model.limiter.burst ? f->resolved.name : "kubelet";
}

/* Its client's; "kubelet": it has none of its own. */
static const char *runs_on(const struct estimate_feature *f)
{
	if (!f->model.limiter.burst || !strcmp(sender_of(f), "kubelet"))
		return "kubelet";
	return f->model.runs_on == RUNS_ELSEWHERE ? "elsewhere" : "everyNode";
}

static struct json *number_or_null(bool known, double value)
{
	return known ? json_num(value) : json_null();
}

/* What a watch is told, and what it listed before. */
static void watches_at_size(
	const struct estimate_size *size, const struct toll_row *row, struct json *o)
{
	double open = row->times * row->nodes * size->nodes;
	bool sized = row->bytes > 0, known = !row->untold;

	json_put_int(o, "openWatches", (int64_t)(open + 0.5));
	json_put(o, "listObjects", row->listed > 0 ? json_num(row->listed) : json_null());
	json_put(o, "listBytes",
		number_or_null(row->listed > 0 && sized, row->listed * row->bytes));
	json_put(o, "eventsPerSecond", number_or_null(known, row->told * open));
	json_put(o, "eventBytesPerSecond",
		number_or_null(known && sized, row->told * open * row->bytes));
	json_put(o, "bytesPerChange", number_or_null(sized, row->bytes * row->hear));
	json_put_str(o, "whyNoEvents", row->untold);
}

/* A call at one cluster size.  A guess is no number. */
static struct json *at_size(const struct estimate_size *size, const struct toll_row *row)
{
	struct json *o = json_object();
	bool known = row->fails == NULL;
	double rate = row->rate * size->nodes;
	struct estimate_sum own = estimate_sum(size->before, row->runtime);

	json_put_int(o, "nodes", size->nodes);
	json_put(o, "perSecondPerNode", number_or_null(known, row->rate));
	json_put(o, "perSecond", number_or_null(known, rate));
	json_put(o, "relativeToOwn",
		number_or_null(known && !own.why && own.rate > 0,
			own.rate > 0 ? row->rate / own.rate : 0));
	json_put(o, "nominalPerSecond", number_or_null(known, row->nominal * size->nodes));
	json_put(o, "worstSecondSpread",
		number_or_null(known, toll_spread(size->with, row, size->nodes)));
	json_put_num(o, "worstSecondAligned", toll_aligned(size->with, row, size->nodes));
	json_put(o, "bytesPerSecond",
		number_or_null(
			known && row->bytes > 0 && row->kind != TOLL_WATCH, row->bytes * rate));
	json_put_str(o, "words", row->words);
	json_put_str(o, "formula", row->symbols);
	json_put_bool(o, "holds", known);
	json_put_str(o, "why", row->fails);
	if (*row->if_it_fails) {
		json_put(o, "perSecondWhileFailing",
			number_or_null(known, row->failing * size->nodes));
		json_put(o, "perSecondWhileRejected",
			number_or_null(known, row->rejected * size->nodes));
	}
	if (row->kind == TOLL_WATCH)
		watches_at_size(size, row, o);
	return o;
}

/* Custom resources are those of a group of their own: "widgets.example.com". */
static struct json *is_built_in(const struct scenario *s, const struct toll_row *row)
{
	const char *resource = row->call < CALLS_MAX ? s->calls.name[row->call].resource : "";
	const char *near;

	if (row->runtime || !resource || !*resource)
		return json_null();
	return json_bool(!strchr(resource, '.') && resource_is_known(resource, &near));
}

static struct json *call_json(const struct estimate_input *in, uint32_t i)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	const struct toll_row *row = &last->after->row[i];
	struct json *o = json_object(), *sizes = json_array();
	bool watch = row->kind == TOLL_WATCH;
	double stored = row->runtime ? 0 : (double)storage_written(last->with, row->call);

	json_put_str(o, "feature", row->feature);
	json_put_str(o, "name", row->name);
	json_put_str(o, "sender", sender_of(feature_of(in, row)));
	estimate_put_call(o, last->with, row);
	json_put(o, "resourceIsBuiltIn", is_built_in(last->with, row));
	json_put_str(
		o, "trigger", watch ? "watch" : word_of(words_trigger, TRIGGERS, row->trigger));
	json_put_str(o, "scope",
		watch ? word_of(words_watch_scope, WATCH_SCOPES, row->watch->scope)
		      : word_of(words_scope, 5, row->scope));
	json_put_str(o, "client",
		row->runtime || watch ? NULL : client_name(&last->with->kubelet, row->client));
	json_put_str(o, "ifItFails", *row->if_it_fails ? row->if_it_fails : NULL);
	json_put(o, "bytes", number_or_null(row->bytes > 0, row->bytes));
	json_put(o, "storedBytes", number_or_null(stored > 0, stored));
	for (uint32_t s = 0; s < in->n_sizes; s++)
		json_append(sizes, at_size(&in->size[s], &in->size[s].after->row[i]));
	json_put(o, "clusters", sizes);
	return o;
}

static struct json *features(const struct estimate_input *in)
{
	struct json *list = json_array();

	for (uint32_t i = 0; i < in->n_features; i++) {
		const struct feature_model *f = &in->feature[i].model;
		struct json *o = json_object();

		json_put_str(o, "name", in->feature[i].resolved.name);
		json_put_str(o, "title", *f->title ? f->title : NULL);
		json_put_str(o, "sender", sender_of(&in->feature[i]));
		json_put_str(o, "runsOn", runs_on(&in->feature[i]));
		json_append(list, o);
	}
	return list;
}

/* Whether a formula of a feature's row has it, at any size. */
static bool is_used(const struct estimate_input *in, const char *symbol)
{
	for (uint32_t s = 0; s < in->n_sizes; s++) {
		const struct toll *toll = in->size[s].after;

		for (uint32_t i = 0; i < toll->n; i++)
			if (*toll->row[i].feature && toll_uses(toll->row[i].symbols, symbol))
				return true;
	}
	return false;
}

static struct json *symbols(const struct estimate_input *in)
{
	struct json *list = json_array();

	for (size_t i = 0; i < toll_n_symbols; i++) {
		struct json *o;

		if (!is_used(in, toll_symbols[i].symbol))
			continue;
		o = json_object();
		json_put_str(o, "symbol", toll_symbols[i].symbol);
		json_put_str(o, "means", toll_symbols[i].means);
		json_append(list, o);
	}
	return list;
}

void estimate_put(struct json *result, const struct estimate_input *in)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	struct json *calls = json_array();

	for (uint32_t i = 0; i < last->after->n; i++)
		if (*last->after->row[i].feature)
			json_append(calls, call_json(in, i));
	json_put_num(result, "churnPodsPerSecond", (double)in->churn_milli / 1000);
	json_put(result, "classes", estimate_classes(in));
	json_put_str(result, "simulate", in->simulate);
	json_put(result, "features", features(in));
	json_put(result, "calls", calls);
	json_put(result, "symbols", symbols(in));
	estimate_put_sums(result, in);
}
