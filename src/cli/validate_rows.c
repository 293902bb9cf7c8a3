/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/validate_rows.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/result_json.h"
#include "estimate/interval.h"
#include "report/validation.h"

enum { CALL_TEXT = 80, KEY_TEXT = CALL_TEXT + 24, KEYS_MAX = 3 * CALLS_MAX * OUTCOME_N };

/* What a source calls some of the simulated calls. */
struct key {
	enum recorded_source source;
	char call[KEY_TEXT];
	uint16_t class;
	enum outcome what; /* OUTCOME_N: any */
	bool recorded;
};

struct keys {
	uint32_t n;
	struct key key[KEYS_MAX];
};

static void add_key(struct keys *k, enum recorded_source source, uint16_t class,
	enum outcome what, const char *call, const char *code)
{
	struct key *key = &k->key[k->n++];

	*key = (struct key){.source = source, .class = class, .what = what};
	(void)snprintf(key->call, sizeof(key->call), "%s%s%s", call, *code ? " " : "", code);
}

static void add_api_keys(struct keys *k, const struct calls *calls)
{
	for (uint32_t c = CALL_API; c < calls->n; c++) {
		const struct call_name *name = &calls->name[c];
		char call[CALL_TEXT];

		if (calls->alike[c] != c)
			continue; /* an audit log has names: counted with the first */
		(void)snprintf(call, sizeof(call), "%s %s", name->verb, name->resource);
		for (unsigned o = 0; o < OUTCOME_N; o++)
			add_key(k, RECORDED_API, (uint16_t)c, (enum outcome)o, call,
				o == OUTCOME_OK ? "" : api_code(name, (enum outcome)o));
	}
}

static void add_runtime_keys(struct keys *k)
{
	/* of the outcomes that one code stands for, the first */
	static const enum outcome outcomes[] = {OUTCOME_OK, OUTCOME_NOT_FOUND, OUTCOME_REJECTED,
		OUTCOME_ERROR, OUTCOME_DEADLINE};

	for (unsigned op = 0; op < OP_N; op++) {
		const char *method = operation_cri_method((enum operation)op);

		if (op != OP_REFRESH_CONTAINERS) /* the metric knows it as list_containers */
			add_key(k, RECORDED_CRI, (uint16_t)op, OUTCOME_N,
				operation_name((enum operation)op), "");
		for (size_t o = 0; *method && o < sizeof(outcomes) / sizeof(outcomes[0]); o++)
			add_key(k, RECORDED_WIRE, (uint16_t)op, outcomes[o], method,
				outcomes[o] == OUTCOME_OK ? "" : cri_code(outcomes[o]));
	}
}

static uint64_t any_outcome(uint64_t (*count)[OUTCOME_N], unsigned class)
{
	uint64_t sum = 0;

	for (unsigned o = 0; o < OUTCOME_N; o++)
		sum += count[class][o];
	return sum;
}

/* How often a run saw what key calls so. */
static double key_count(
	const struct key *key, const struct calls *calls, uint64_t (*count)[OUTCOME_N])
{
	double sum = 0;

	switch (key->source) {
	case RECORDED_API:
		for (uint32_t c = key->class; c < calls->n; c++)
			sum += calls->alike[c] == key->class ? (double)count[c][key->what] : 0;
		return sum;
	case RECORDED_CRI:
		return (double)(any_outcome(count, key->class) +
				(key->class == OP_LIST_CONTAINERS
						? any_outcome(count, OP_REFRESH_CONTAINERS)
						: 0));
	case RECORDED_WIRE:
		return (double)(count[key->class][key->what] +
				count[CALL_HIDDEN + key->class][key->what]);
	case RECORDED_SOURCES:
		break;
	}
	return 0;
}

static struct key *find_key(struct keys *k, enum recorded_source source, const char *call)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->key[i].source == source && !strcmp(k->key[i].call, call))
			return &k->key[i];
	return NULL;
}

/* ------------------------------------------------------------------ rows */

struct place {
	const char *node;
	const char *phase;
	const char *source;
	const char *call;
};

/* How near is within. */
struct bound {
	double least;    /* half-width of the interval, at least */
	double relative; /* error of the mean, at most; 0: the interval decides */
};

static bool is_within(const struct bound *b, const struct interval *i, double recorded)
{
	double error = i->mean - recorded;

	if (b->relative > 0)
		return (error < 0 ? -error : error) <= b->relative * recorded;
	return recorded >= i->low && recorded <= i->high;
}

static void put_row(struct json *rows, const struct place *at, double recorded,
	const double *values, uint32_t n, const struct bound *bound)
{
	struct interval i = interval_of(values, n, bound->least);
	struct json *row = json_object();

	json_put_str(row, "node", at->node);
	json_put_str(row, "phase", at->phase);
	if (at->source)
		json_put_str(row, "source", at->source);
	json_put_str(row, "call", at->call);
	json_put_num(row, "recorded", recorded);
	json_put_num(row, "simulated", i.mean);
	json_put_num(row, "low", i.low);
	json_put_num(row, "high", i.high);
	if (recorded > 0)
		json_put_num(row, "relativeError", (i.mean - recorded) / recorded);
	else
		json_put(row, "relativeError", json_null());
	json_put_bool(row, "within", is_within(bound, &i, recorded));
	json_append(rows, row);
}

/* A count is a whole number. */
static const struct bound count_bound = {.least = 1};

struct phase_rows {
	const struct recorded_node *node;
	const struct calls *calls;
	uint32_t phase;
	const struct validate_sample *samples;
	uint32_t n;
	double *values; /* [n] */
	struct json *rows;
};

static double collect(struct phase_rows *r, const struct key *key)
{
	double sum = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		r->values[i] =
			key ? key_count(key, r->calls, r->samples[i].count[r->phase]) : 0;
		sum += r->values[i];
	}
	return sum / r->n;
}

static void count_row(
	struct phase_rows *r, enum recorded_source source, const char *call, double recorded)
{
	const struct place at = {r->node->name, r->node->phases[r->phase].name,
		recorded_source_name(source), call};

	put_row(r->rows, &at, recorded, r->values, r->n, &count_bound);
}

static void phase_counts(struct phase_rows *r, struct keys *keys, enum recorded_source source)
{
	const struct recorded_phase *phase = &r->node->phases[r->phase];

	for (uint32_t i = 0; i < phase->n_rows; i++) {
		const struct recorded_row *row = &phase->rows[i];
		struct key *key;

		if (row->source != source)
			continue;
		key = find_key(keys, source, row->call);
		if (key)
			key->recorded = true;
		(void)collect(r, key);
		count_row(r, source, row->call, row->count);
	}
	for (uint32_t i = 0; i < keys->n; i++) {
		struct key *key = &keys->key[i];

		if (key->source != source || key->recorded)
			continue;
		if (collect(r, key) >= VALIDATE_UNRECORDED)
			count_row(r, source, key->call, 0);
	}
}

/* ------------------------------------------------------------------ beside counts */

struct quantile {
	const char *name;
	uint32_t per_million;
	double relative; /* VALIDATE_MEDIAN_ERROR or VALIDATE_MAX_ERROR */
};

/* Of n pods recordings have the one that more than that share of them are below or at: the
 * sixth of ten is the median (as the audit log of kubelet-1.20.2-density has it). */
static const struct quantile quantiles[] = {
	{"p50", 500001, VALIDATE_MEDIAN_ERROR},
	{"p90", 900001, VALIDATE_MAX_ERROR},
	{"max", 1000000, VALIDATE_MAX_ERROR},
};
enum { QUANTILES = sizeof(quantiles) / sizeof(quantiles[0]) };

/* What a phase's pods took: a source of its own in rows, or among others (source NULL). */
struct spans {
	const char *what;
	const char *source;
	const struct recorded_spans *recorded;
	size_t simulated; /* offset of the histograms, one a phase, in a sample */
};

static void span_row(
	struct phase_rows *r, const struct spans *s, const struct quantile *q, ns_t recorded)
{
	char call[CALL_TEXT];
	const struct place at = {
		r->node->name, r->node->phases[r->phase].name, s->source, call};
	const struct bound bound = {.relative = s->source ? q->relative : 0};

	(void)snprintf(call, sizeof(call), "%s %s", s->what, q->name);
	for (uint32_t i = 0; i < r->n; i++) {
		const char *sample = (const char *)&r->samples[i];
		const struct hist *h =
			*(const struct hist *const *)(const void *)(sample + s->simulated);

		r->values[i] = (double)hist_quantile(&h[r->phase], q->per_million) / 1e9;
	}
	put_row(r->rows, &at, (double)recorded / 1e9, r->values, r->n, &bound);
}

static void span_rows(struct phase_rows *r, const struct spans *s)
{
	const ns_t recorded[QUANTILES] = {s->recorded->p50, s->recorded->p90, s->recorded->max};

	for (unsigned i = 0; s->recorded->pods && i < QUANTILES; i++)
		span_row(r, s, &quantiles[i], recorded[i]);
}

static void phase_latencies(struct phase_rows *r)
{
	const struct spans running = {"runningSeconds", VALIDATION_LATENCY,
		&r->node->phases[r->phase].running, offsetof(struct validate_sample, running)};

	span_rows(r, &running);
}

static void phase_others(struct phase_rows *r)
{
	const struct recorded_phase *phase = &r->node->phases[r->phase];
	const struct place at = {r->node->name, phase->name, NULL, "relists"};
	const struct spans gone = {
		"goneSeconds", NULL, &phase->gone, offsetof(struct validate_sample, gone)};

	if (phase->relists) {
		for (uint32_t i = 0; i < r->n; i++)
			r->values[i] = (double)r->samples[i].relists[r->phase];
		put_row(r->rows, &at, phase->relists, r->values, r->n, &count_bound);
	}
	span_rows(r, &gone);
}

void validate_rows(const struct recorded_node *node, const struct scenario *scenario,
	const struct validate_sample *samples, uint32_t n, struct json *rows,
	struct json *others)
{
	struct phase_rows r = {
		.node = node, .calls = &scenario->calls, .samples = samples, .n = n};
	struct keys *keys = calloc(1, sizeof(*keys));

	r.values = calloc(n, sizeof(*r.values));
	if (!keys || !r.values)
		abort();
	add_api_keys(keys, &scenario->calls);
	add_runtime_keys(keys);
	for (r.phase = 0; r.phase < node->n_phases; r.phase++) {
		r.rows = rows;
		for (uint32_t i = 0; i < keys->n; i++)
			keys->key[i].recorded = false;
		for (unsigned s = 0; s < RECORDED_SOURCES; s++)
			if (node->phases[r.phase].has[s])
				phase_counts(&r, keys, (enum recorded_source)s);
		phase_latencies(&r);
		r.rows = others;
		phase_others(&r);
	}
	free(keys);
	free(r.values);
}
