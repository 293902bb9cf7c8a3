/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agree_rows.h"

#include <stdlib.h>
#include <string.h>

#include "cli/result_json.h"
#include "estimate/interval.h"

void agree_counts_of(const struct fleet_result *r, struct agree_counts *counts)
{
	memcpy(counts->of, r->tally.window[0].in.count, sizeof(counts->of));
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		counts->mean[c] = r->tally.times && r->tally.times->took[c][OUTCOME_OK].n
					  ? hist_mean(&r->tally.times->took[c][OUTCOME_OK])
					  : 0;
	counts->n_failed = 0;
	for (const struct fleet_code *c = r->codes; c; c = c->next)
		if (c->code != 500 && counts->n_failed < AGREE_CODES)
			counts->failed[counts->n_failed++] =
				(struct agree_code){c->count, c->call, c->code};
}

/* A row that is about to be made: which call, and its counts. */
struct row {
	uint16_t call;
	enum outcome what;
	uint16_t code; /* the server's, of a failure; 0: that of the outcome */
	double simulated, live;
	double closed; /* < 0: none */
	const char *why;
	struct interval interval;
};

static void put_names(struct json *o, const struct scenario *s, const struct row *r)
{
	const struct call_name *name = &s->calls.name[r->call];
	char code[FAILED_CODE];
	struct str text = {0};

	if (call_is_runtime(r->call)) {
		enum operation op = (enum operation)(r->call % OP_N);

		json_put_str(o, "source", "runtime");
		json_put_str(o, "call", operation_name(op));
		json_put_str(o, "client", NULL);
		json_put_bool(o, "inMetric", r->call < CALL_HIDDEN);
		json_put_str(o, "code", cri_code(r->what));
		return;
	}
	str_addf(&text, "%s %s", name->verb, name->resource);
	json_put_str(o, "source", "api");
	json_put_str(o, "call", str_text(&text));
	json_put_str(o, "client", client_of(s, r->call));
	json_put(o, "inMetric", json_null());
	json_put_str(o, "code", r->code ? failed_code(code, r->code) : api_code(name, r->what));
	str_fini(&text);
}

/* Of requests that succeeded. */
static ns_t mean_of(const struct agree_counts *counts, const struct row *r)
{
	return r->what == OUTCOME_OK && !call_is_runtime(r->call) ? counts->mean[r->call] : 0;
}

static void put_mean(struct json *o, const char *key, ns_t mean)
{
	json_put(o, key, mean ? json_num((double)mean / 1e9) : json_null());
}

static void put_share(struct json *o, const char *key, double value, double of)
{
	json_put(o, key, of > 0 ? json_num(value / of - 1) : json_null());
}

static bool is_within(const struct row *r)
{
	return r->live >= r->interval.low && r->live <= r->interval.high;
}

static bool agrees(const struct row *r, double tolerance)
{
	double off = r->live > r->simulated ? r->live - r->simulated : r->simulated - r->live;

	return is_within(r) || off <= tolerance * r->simulated;
}

static struct json *row_json(const struct agree_runs *runs, const struct row *r)
{
	struct json *o = json_object();

	put_names(o, runs->scenario, r);
	json_put(o, "closedForm", r->closed >= 0 ? json_num(r->closed) : json_null());
	json_put_str(o, "closedFormReason", r->why);
	json_put_int(o, "simulated", (int64_t)r->simulated);
	json_put_num(o, "low", r->interval.low);
	json_put_num(o, "high", r->interval.high);
	json_put_int(o, "live", (int64_t)r->live);
	json_put_int(o, "difference", (int64_t)(r->live - r->simulated));
	put_share(o, "relativeDifference", r->live, r->simulated);
	put_share(o, "closedFormDifference", r->live, r->closed);
	put_mean(o, "simulatedMeanSeconds", mean_of(&runs->simulated[0], r));
	put_mean(o, "liveMeanSeconds", mean_of(runs->live, r));
	json_put_bool(o, "within", is_within(r));
	json_put_bool(o, "agrees", agrees(r, runs->tolerance));
	return o;
}

/* The closed form knows of no failures. */
static void fill_closed(const struct agree_runs *runs, struct row *r)
{
	const struct beginning_row *closed = &runs->closed[r->call];

	r->closed = -1;
	if (r->what != OUTCOME_OK)
		r->why = "failures are not foreseen";
	else if (closed->why)
		r->why = closed->why;
	else
		r->closed = closed->count * runs->scenario->nodes;
}

/* How many there are of the row; of a failure without a code, those by 500. */
static double count_of(const struct agree_counts *counts, const struct row *r)
{
	double n = r->code ? 0 : (double)counts->of[r->call][r->what];

	for (uint32_t i = 0; r->what == OUTCOME_ERROR && i < counts->n_failed; i++) {
		const struct agree_code *c = &counts->failed[i];

		if (c->call == r->call && !r->code)
			n -= (double)c->count;
		else if (c->call == r->call && c->code == r->code)
			n += (double)c->count;
	}
	return n;
}

/* False if nobody knows of such a call. */
static bool fill(const struct agree_runs *runs, struct row *r, double *values)
{
	double sum = 0;

	for (uint32_t i = 0; i < runs->n; i++) {
		values[i] = count_of(&runs->simulated[i], r);
		sum += values[i];
	}
	r->simulated = values[0];
	r->live = count_of(runs->live, r);
	r->interval = interval_among(values, runs->n, 1);
	fill_closed(runs, r);
	return sum > 0 || r->live > 0 || r->closed > 0;
}

/* Rows on their way. */
struct writing {
	const struct agree_runs *runs;
	struct json *rows;
	double *values; /* [runs->n] */
	struct agree_verdict verdict;
};

static void write_row(struct writing *w, struct row r)
{
	if (!fill(w->runs, &r, w->values))
		return;
	json_append(w->rows, row_json(w->runs, &r));
	w->verdict.rows++;
	w->verdict.within += is_within(&r);
	w->verdict.agree += agrees(&r, w->runs->tolerance);
}

/* Virtual time's server fails by no other code than 500. */
static void write_failures(struct writing *w, uint16_t call)
{
	const struct agree_counts *live = w->runs->live;

	for (uint32_t i = 0; i < live->n_failed; i++)
		if (live->failed[i].call == call)
			write_row(w, (struct row){.call = call,
					     .what = OUTCOME_ERROR,
					     .code = live->failed[i].code});
}

struct agree_verdict agree_rows(const struct agree_runs *runs, struct json *rows)
{
	struct writing w = {
		.runs = runs, .rows = rows, .values = calloc(runs->n, sizeof(double))};

	if (!w.values)
		abort();
	for (uint16_t c = 0; c < runs->scenario->calls.n; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++) {
			if (o == OUTCOME_ERROR)
				write_failures(&w, c);
			write_row(&w, (struct row){.call = c, .what = (enum outcome)o});
		}
	free(w.values);
	return w.verdict;
}

static void late_words(const struct agree_runs *runs, const struct row *r, struct str *out)
{
	const struct call_name *name = &runs->scenario->calls.name[r->call];
	const char *client = client_of(runs->scenario, r->call);

	str_addf(out,
		"%s %s%s%s%s took %.1f ms in the mean, %.1f in virtual time: ", name->verb,
		name->resource, client ? " (" : "", client ? client : "", client ? ")" : "",
		(double)mean_of(runs->live, r) / NS_MS,
		(double)mean_of(&runs->simulated[0], r) / NS_MS);
	str_add(out, "the machine answered late, and who makes one after the other makes fewer "
		     "then.");
}

void agree_late(const struct agree_runs *runs, struct json *notes)
{
	double *values = calloc(runs->n, sizeof(double));

	if (!values)
		abort();
	for (uint16_t c = CALL_API; c < runs->scenario->calls.n; c++) {
		struct row r = {.call = c, .what = OUTCOME_OK};
		struct str words = {0};
		ns_t virtually = mean_of(&runs->simulated[0], &r);
		double longer = (double)(mean_of(runs->live, &r) - virtually);

		if (!virtually || !fill(runs, &r, values) || agrees(&r, runs->tolerance) ||
			r.live >= r.simulated || longer <= runs->tolerance * (double)virtually)
			continue;
		late_words(runs, &r, &words);
		json_append_str(notes, str_text(&words));
		str_fini(&words);
	}
	free(values);
}
