/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/estimate_sums.h"

#include <string.h>

#include "base/str.h"
#include "models/tables.h"

/* What sums and quotients may be off by, as a share: a limiter that is just full is not over.
 */
#define ROUNDED 1e-9

static struct json *number_or_null(bool known, double value)
{
	return known ? json_num(value) : json_null();
}

/* ------------------------------------------------------------------ the kubelet's own */

/* The rows of one scenario. */
struct side {
	const struct toll *toll;
	const struct scenario *scenario;
};

/* A row, and whose numbers of calls it has: classes have numbers of their own in each. */
struct own_row {
	const struct toll_row *row;
	const struct scenario *scenario;
};

static struct side before_of(const struct estimate_size *size)
{
	return (struct side){size->before, size->without};
}

static struct side after_of(const struct estimate_size *size)
{
	return (struct side){size->after, size->with};
}

static bool same_call(const struct own_row *a, const struct own_row *b)
{
	const struct call_name *of_a = &a->scenario->calls.name[a->row->call % CALLS_MAX];
	const struct call_name *of_b = &b->scenario->calls.name[b->row->call % CALLS_MAX];

	if (a->row->call == CALLS_MAX || b->row->call == CALLS_MAX || a->row->runtime)
		return a->row->call == b->row->call;
	return !strcmp(of_a->verb, of_b->verb) && !strcmp(of_a->resource, of_b->resource);
}

static bool same_row(const struct own_row *a, const struct own_row *b)
{
	return a->row->kind == b->row->kind && a->row->runtime == b->row->runtime &&
	       a->row->hidden == b->row->hidden && !strcmp(a->row->name, b->row->name) &&
	       same_call(a, b);
}

/* Before row n of a side: has it one like this? */
static bool has_before(struct side side, uint32_t n, const struct own_row *like)
{
	for (uint32_t i = 0; i < n; i++) {
		struct own_row row = {&side.toll->row[i], side.scenario};

		if (!*row.row->feature && same_row(&row, like))
			return true;
	}
	return false;
}

/* A loop may make the same call twice: they count together. */
static struct estimate_sum sum_like(struct side side, const struct own_row *like)
{
	struct estimate_sum sum = {0};

	for (uint32_t i = 0; i < side.toll->n; i++) {
		struct own_row row = {&side.toll->row[i], side.scenario};

		if (*row.row->feature || !same_row(&row, like))
			continue;
		sum.rate += row.row->rate;
		sum.why = sum.why ? sum.why : row.row->fails;
	}
	return sum;
}

static struct json *change(const struct estimate_size *size, const struct own_row *row)
{
	struct estimate_sum was = sum_like(before_of(size), row);
	struct estimate_sum is = sum_like(after_of(size), row);
	struct json *o = json_object();

	json_put_str(o, "name", row->row->name);
	estimate_put_call(o, row->scenario, row->row);
	json_put_int(o, "nodes", size->nodes);
	json_put(o, "beforePerSecondPerNode", number_or_null(!was.why, was.rate));
	json_put(o, "afterPerSecondPerNode", number_or_null(!is.why, is.rate));
	json_put(o, "differencePerSecond",
		number_or_null(!was.why && !is.why, (is.rate - was.rate) * size->nodes));
	json_put_str(o, "why", was.why ? was.why : is.why);
	return o;
}

/* By a thousandth or more: a loop whose calls take a little longer comes round a little later,
 * which nobody asks about. */
static bool is_changed(const struct estimate_size *size, const struct own_row *row)
{
	struct estimate_sum was = sum_like(before_of(size), row);
	struct estimate_sum is = sum_like(after_of(size), row);
	double more = is.rate > was.rate ? is.rate - was.rate : was.rate - is.rate;

	return !was.why != !is.why || more > was.rate / 1000;
}

/* A row for each size, if it is another in any. */
static void add_change(
	struct json *list, const struct estimate_input *in, const struct own_row *row)
{
	bool changed = false;

	for (uint32_t s = 0; s < in->n_sizes; s++)
		changed |= is_changed(&in->size[s], row);
	for (uint32_t s = 0; s < in->n_sizes && changed; s++)
		json_append(list, change(&in->size[s], row));
}

/* The kubelet's own calls that are not what they were, no more known, or new. */
static struct json *changes(const struct estimate_input *in)
{
	struct side before = before_of(&in->size[0]), after = after_of(&in->size[0]);
	struct json *list = json_array();

	for (uint32_t i = 0; i < before.toll->n; i++) {
		struct own_row row = {&before.toll->row[i], before.scenario};

		if (!has_before(before, i, &row))
			add_change(list, in, &row);
	}
	for (uint32_t i = 0; i < after.toll->n; i++) {
		struct own_row row = {&after.toll->row[i], after.scenario};

		if (!*row.row->feature && !has_before(before, before.toll->n, &row) &&
			!has_before(after, i, &row))
			add_change(list, in, &row);
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

static bool has_name(const struct json *list, const char *name)
{
	for (const struct json *at = json_child(list); at; at = json_next(at))
		if (!strcmp(json_as_str(at), name))
			return true;
	return false;
}

/* The calls of which the least counts in a sum: what waits may be less than without what makes
 * it wait, and so may a sum. */
static struct json *incomplete(const struct estimate_size *size, bool runtime)
{
	struct json *list = json_array();

	for (uint32_t i = 0; i < size->after->n; i++) {
		const struct toll_row *row = &size->after->row[i];
		const struct call_name *name = &size->with->calls.name[row->call % CALLS_MAX];
		struct str text = {0};

		if (row->runtime != runtime || !row->fails ||
			(row->rate > 0 && row->at_least >= row->rate))
			continue;
		if (row->call == CALLS_MAX)
			str_add(&text, row->name);
		else
			str_addf(&text, "%s%s%s", runtime ? "" : name->verb, runtime ? "" : " ",
				name->resource);
		if (!has_name(list, str_text(&text)))
			json_append_str(list, str_text(&text));
		str_fini(&text);
	}
	return list;
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
	json_put(o, "incomplete", incomplete(size, runtime));
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

/* Seconds by which a round ends later than it would without the limiter: one that finds it
 * full, or what the last round left of it.  Of several loops, if all begin together. */
static struct json *held_back(const struct toll *toll, enum client client, double beyond_burst)
{
	const struct model_loop *loop = NULL;
	double longest = 0;

	for (uint32_t i = 0; i < toll->n; i++) {
		const struct toll_row *row = &toll->row[i];

		if (!*row->feature || !toll_passes(row, client))
			continue;
		if (row->fails || row->held)
			return json_null();
		if (loop && loop != row->loop && beyond_burst > longest)
			longest = beyond_burst;
		longest = row->held_back > longest ? row->held_back : longest;
		longest = row->waits > longest ? row->waits : longest;
		loop = row->loop;
	}
	return json_num(longest);
}

/* Put what is asked of it, and whether it is known: beyond the limit it is, too, if the least
 * that is asked is. */
static void put_asked(
	struct json *o, const struct toll *toll, enum client client, double clients, double qps)
{
	struct toll_asked own = toll_asked_of(toll, client, true);
	struct toll_asked added = toll_asked_of(toll, client, false);
	double all = (own.rate + added.rate) * clients;
	double through = toll_through(toll, client, qps / clients);
	bool limited = qps > 0, over = limited && all > qps * (1 + ROUNDED);
	bool holds = !own.why && !added.why;
	bool grows = limited && (own.pressing + added.pressing) * clients > qps * (1 + ROUNDED);

	json_put_num(o, "ownPerSecond", own.rate * clients);
	json_put_num(o, "addedPerSecond", added.rate * clients);
	json_put_num(o, "withFeaturesPerSecond", all);
	json_put(o, "throughPerSecond", number_or_null(through >= 0, through * clients));
	json_put(o, "full", number_or_null(limited, limited ? all / qps : 0));
	json_put(o, "over", holds || over || !limited ? json_bool(over) : json_null());
	json_put(
		o, "backlogGrows", holds || grows || !limited ? json_bool(grows) : json_null());
	json_put_bool(o, "ownHolds", !own.why);
	json_put_bool(o, "addedHolds", !added.why);
	json_put_bool(o, "holds", holds);
	json_put_str(o, "why", added.why ? added.why : own.why);
}

/* Rounds of all nodes do not come at once, so how long one is held back by a client for the
 * cluster is not known. */
static struct json *limiter(const struct estimate_size *size, enum client client)
{
	const struct kubelet_model *k = &size->with->kubelet;
	double qps = (double)client_limit(k, client) / 1000, burst = k->client[client].burst;
	bool cluster = client_is_elsewhere(k, client), limited = qps > 0;
	double together = at_once(size->after, client);
	struct json *o = json_object();

	json_put_int(o, "nodes", size->nodes);
	json_put_str(o, "client", client_name(k, client));
	json_put_str(o, "of", cluster ? "cluster" : "node");
	json_put(o, "qps", number_or_null(limited, qps));
	json_put(o, "burst", limited ? json_int((int64_t)burst) : json_null());
	put_asked(o, size->after, client, cluster ? size->nodes : 1, qps);
	json_put(o, "atOnce", number_or_null(!cluster, together));
	json_put(o, "roundHeldBackSeconds",
		limited && !cluster ? held_back(size->after, client, (together - burst) / qps)
				    : json_null());
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
				json_append(list, limiter(&in->size[s], (enum client)c));
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
