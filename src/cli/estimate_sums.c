/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/estimate_sums.h"

#include <string.h>

#include "models/tables.h"

static struct json *number_or_null(bool known, double value)
{
	return known ? json_num(value) : json_null();
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

static bool same_row(
	const struct estimate_size *size, const struct toll_row *was, const struct toll_row *is)
{
	return !*is->feature && is->kind == was->kind && !strcmp(is->name, was->name) &&
	       same_call(size, was->call, is->call);
}

/* How many rows of the same call its loop has before row i. */
static uint32_t nth_of_its_call(const struct toll *toll, uint32_t i)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < i; k++)
		n += toll->row[k].call == toll->row[i].call &&
		     toll->row[k].kind == toll->row[i].kind &&
		     !strcmp(toll->row[k].name, toll->row[i].name);
	return n;
}

/* What has become of a row; NULL: it is gone. */
static const struct toll_row *row_after(const struct estimate_size *size, uint32_t before)
{
	uint32_t n = nth_of_its_call(size->before, before);

	for (uint32_t i = 0; i < size->after->n; i++)
		if (same_row(size, &size->before->row[before], &size->after->row[i]) &&
			n-- == 0)
			return &size->after->row[i];
	return NULL;
}

static struct json *change(
	const struct estimate_size *size, const struct toll_row *was, const struct toll_row *is)
{
	bool known = !is || !is->fails;
	double now = is ? is->rate : 0;
	struct json *o = json_object();

	json_put_str(o, "name", was->name);
	estimate_put_call(o, size->without, was);
	json_put_int(o, "nodes", size->nodes);
	json_put(o, "beforePerSecondPerNode", number_or_null(!was->fails, was->rate));
	json_put(o, "afterPerSecondPerNode", number_or_null(known, now));
	json_put(o, "differencePerSecond",
		number_or_null(known && !was->fails, (now - was->rate) * size->nodes));
	json_put_str(o, "why", was->fails ? was->fails : known ? NULL : is->fails);
	return o;
}

static bool is_same(const struct toll_row *was, const struct toll_row *is)
{
	return is && is->rate == was->rate && !is->fails == !was->fails;
}

/* The kubelet's own calls that are not what they were, or no more known, in some cluster: a row
 * for each size. */
static struct json *changes(const struct estimate_input *in)
{
	struct json *list = json_array();

	for (uint32_t i = 0; i < in->size[0].before->n; i++) {
		bool same = true;

		for (uint32_t s = 0; s < in->n_sizes; s++)
			same &= is_same(
				&in->size[s].before->row[i], row_after(&in->size[s], i));
		for (uint32_t s = 0; s < in->n_sizes && !same; s++)
			json_append(list, change(&in->size[s], &in->size[s].before->row[i],
						  row_after(&in->size[s], i)));
	}
	return list;
}

/* ------------------------------------------------------------------ totals */

struct estimate_sum estimate_sum(const struct toll *toll, bool runtime)
{
	struct estimate_sum sum = {0};

	for (uint32_t i = 0; i < toll->n; i++) {
		const struct toll_row *row = &toll->row[i];

		if (row->runtime != runtime)
			continue;
		sum.rate += row->at_least;
		sum.why = sum.why ? sum.why : row->fails;
	}
	return sum;
}

static struct json *total(const struct estimate_size *size, bool runtime)
{
	struct json *o = json_object();
	struct estimate_sum before = estimate_sum(size->before, runtime);
	struct estimate_sum after = estimate_sum(size->after, runtime);
	bool holds = !before.why && !after.why;

	json_put_int(o, "nodes", size->nodes);
	json_put_str(o, "of", runtime ? "runtime" : "api");
	json_put_num(o, "beforePerSecondPerNode", before.rate);
	json_put_num(o, "afterPerSecondPerNode", after.rate);
	json_put_num(o, "beforePerSecond", before.rate * size->nodes);
	json_put_num(o, "afterPerSecond", after.rate * size->nodes);
	json_put(o, "relativeChange",
		number_or_null(holds && before.rate > 0,
			before.rate > 0 ? after.rate / before.rate - 1 : 0));
	json_put_bool(o, "beforeHolds", before.why == NULL);
	json_put_bool(o, "holds", holds);
	json_put_str(o, "why", after.why ? after.why : before.why);
	return o;
}

/* ------------------------------------------------------------------ limiters */

/* Requests of all features' rounds through that client, if they come together. */
static double at_once(const struct toll *toll, enum client client)
{
	double n = 0;

	for (uint32_t i = 0; i < toll->n; i++)
		if (*toll->row[i].feature && toll_passes(&toll->row[i], client))
			n += toll->row[i].times;
	return n;
}

/* One for the cluster; else each node has one. */
static bool is_elsewhere(const struct estimate_input *in, const char *client)
{
	for (uint32_t i = 0; i < in->n_features; i++)
		if (!strcmp(in->feature[i].resolved.name, client))
			return in->feature[i].model.runs_on == RUNS_ELSEWHERE;
	return false;
}

/* Put what is asked of it, and whether it is known: beyond the limit it is, too, if the least
 * that is asked is. */
static void put_asked(
	struct json *o, const struct toll *toll, enum client client, double clients, double qps)
{
	struct toll_asked own = toll_asked_of(toll, client, true);
	struct toll_asked added = toll_asked_of(toll, client, false);
	double all = (own.rate + added.rate) * clients;
	bool limited = qps > 0, over = limited && all > qps, holds = !own.why && !added.why;

	json_put_num(o, "ownPerSecond", own.rate * clients);
	json_put_num(o, "addedPerSecond", added.rate * clients);
	json_put_num(o, "withFeaturesPerSecond", all);
	json_put(o, "full", number_or_null(limited, limited ? all / qps : 0));
	json_put(o, "over", holds || over || !limited ? json_bool(over) : json_null());
	json_put_bool(o, "ownHolds", !own.why);
	json_put_bool(o, "addedHolds", !added.why);
	json_put_bool(o, "holds", holds);
	json_put_str(o, "why", added.why ? added.why : own.why);
}

/* Rounds of all nodes do not come at once, so how long the last request of a client for the
 * cluster waits is not known. */
static struct json *limiter(
	const struct estimate_input *in, const struct estimate_size *size, enum client client)
{
	const struct kubelet_model *k = &size->with->kubelet;
	double qps = (double)k->client[client].qps_milli / 1000,
	       burst = k->client[client].burst;
	bool cluster = is_elsewhere(in, client_name(k, client)), limited = qps > 0, not_over;
	double together = at_once(size->after, client);
	struct json *o = json_object();

	json_put_int(o, "nodes", size->nodes);
	json_put_str(o, "client", client_name(k, client));
	json_put_str(o, "of", cluster ? "cluster" : "node");
	json_put(o, "qps", number_or_null(limited, qps));
	json_put(o, "burst", limited ? json_int((int64_t)burst) : json_null());
	put_asked(o, size->after, client, cluster ? size->nodes : 1, qps);
	not_over = json_is_bool(json_get(o, "over")) && !json_as_bool(json_get(o, "over"));
	json_put(o, "atOnce", number_or_null(!cluster, together));
	json_put(o, "waitsSeconds",
		number_or_null(limited && not_over && !cluster,
			together > burst ? (together - burst) / qps : 0));
	return o;
}

static bool has_feature(const struct toll *toll, enum client client)
{
	for (uint32_t i = 0; i < toll->n; i++)
		if (*toll->row[i].feature && toll_passes(&toll->row[i], client))
			return true;
	return false;
}

/* Only clients that a feature's calls pass, at each size: where so many pods come and go in the
 * cluster, a small one's are the fullest. */
static struct json *limiters(const struct estimate_input *in)
{
	struct json *list = json_array();

	for (unsigned c = 0; c < CLIENTS; c++)
		for (uint32_t s = 0; s < in->n_sizes; s++)
			if (has_feature(in->size[s].after, (enum client)c))
				json_append(list, limiter(in, &in->size[s], (enum client)c));
	return list;
}

void estimate_put_sums(struct json *result, const struct estimate_input *in)
{
	struct json *totals = json_array();

	for (uint32_t s = 0; s < in->n_sizes; s++) {
		json_append(totals, total(&in->size[s], false));
		json_append(totals, total(&in->size[s], true));
	}
	json_put(result, "changes", changes(in));
	json_put(result, "totals", totals);
	json_put(result, "limiters", limiters(in));
}
