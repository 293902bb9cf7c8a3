/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incidents_run.h"

#include <string.h>

#include "apiserver/ttl.h"
#include "cli/result_run.h"
#include "estimate/toll.h"
#include "models/tables.h"
#include "report/gate.h"

/* A side: its scenario, its closed form and, if a figure asks for it, its simulation. */
struct side {
	const struct incident_side *of;
	struct scenario scenario;
	struct model resolved;
	struct toll toll;
	struct json *result;
	bool loaded;
};

struct running {
	const struct library *lib;
	const struct incident *incident;
	unsigned threads;
	struct side *before, *after;
	const char *measured; /* what the last simulated figure rests on */
	struct json *by;      /* and by which calibrations: a text, or null */
};

static int side_load(struct running *r, struct side *side, struct err *err)
{
	const struct scenario *s = &side->scenario;

	if (side->loaded)
		return 0;
	side->loaded = true;
	if (incident_scenario(r->lib, side->of, &side->scenario, &side->resolved, err))
		return ERR_INPUT;
	toll_of(s, ttl_of(s), r->lib->mem, &side->toll);
	return 0;
}

/* ------------------------------------------------------------------ closed form */

static bool is_meant(
	const struct scenario *s, const struct incident_figure *f, const struct toll_row *row)
{
	const struct call_name *name = &s->calls.name[row->call % CALLS_MAX];
	size_t verb = strlen(name->verb);

	if (!*f->call)
		return *row->feature != '\0';
	if (!strcmp(f->call, row->name))
		return true;
	if (row->call == CALLS_MAX)
		return false;
	if (row->runtime)
		return !strcmp(f->call, name->resource);
	return !strncmp(f->call, name->verb, verb) && f->call[verb] == ' ' &&
	       !strcmp(f->call + verb + 1, name->resource);
}

/* What one row adds to the figure, in the measure's own unit. */
static double of_row(
	const struct scenario *s, const struct incident_figure *f, const struct toll_row *row)
{
	bool nominal = f->inputs == INPUTS_NOMINAL;
	double rate = (nominal ? row->nominal : row->rate) * s->nodes;

	switch (f->measure) {
	case BY_RATE:
		return rate;
	case BY_REJECTED:
		return row->rejected * s->nodes;
	case BY_PERIOD:
		return nominal ? row->period : row->times * row->nodes / row->rate;
	case BY_BYTES:
		return rate * row->bytes;
	case BY_WATCHES:
		return row->times * s->nodes;
	case BY_TOLD:
		return s->nodes;
	case BY_TOLD_BYTES:
		return row->bytes * s->nodes;
	case BY_NOTHING:
	case BY_RESTARTS:
	case BY_LIST_BYTES:
	case BY_RESULT:
		break;
	}
	return 0;
}

static double list_bytes(const struct scenario *s)
{
	const struct latency *l = &s->runtime.op[OP_LIST_CONTAINERS];

	return l->bytes + (double)l->record_bytes * s->workload.pods * s->workload.containers;
}

/* Of a container that crashes at once, while the scenario lasts: what waits doubles
 * (kuberuntime_manager.go doBackOff); what a restart itself takes is left out. */
static double restarts(const struct scenario *s)
{
	ns_t wait = s->kubelet.worker.crash_back_off, at = wait;
	double n = 0;

	for (; at <= s->duration && wait > 0; at += wait) {
		wait = ns_min(2 * wait, s->kubelet.worker.crash_back_off_max);
		n++;
	}
	return n;
}

static int by_form(
	struct side *side, const struct incident_figure *f, double *value, struct err *err)
{
	const struct scenario *s = &side->scenario;
	uint32_t rows = 0;

	*value = 0;
	if (f->measure == BY_LIST_BYTES || f->measure == BY_RESTARTS) {
		*value = f->measure == BY_RESTARTS ? restarts(s) : list_bytes(s);
		return 0;
	}
	for (uint32_t i = 0; i < side->toll.n; i++) {
		const struct toll_row *row = &side->toll.row[i];

		if (!is_meant(s, f, row))
			continue;
		if (row->fails)
			return err_set(err, ERR_INPUT,
				"'%.60s': no closed form: %s; 'measure: result' simulates it",
				f->name, row->fails);
		*value += of_row(s, f, row);
		rows++;
	}
	if (rows == 0 && f->of != OF_AFTER)
		return err_set(err, ERR_INPUT, "'%.60s': nothing makes the call '%.60s'",
			f->name, f->call);
	return 0;
}

/* ------------------------------------------------------------------ simulation */

/* The result of the i-th seed; that of the first is kept. */
static int simulate(
	struct running *r, struct side *side, uint32_t i, struct json **result, struct err *err)
{
	const struct result_run run = {.scenario = &side->scenario,
		.spec = side->resolved.spec,
		.origins = &side->resolved.origins,
		.threads = r->threads};
	int code = 0;

	side->scenario.seed += i;
	if (i > 0)
		code = result_run(&run, result, err);
	else if (!side->result)
		code = result_run(&run, &side->result, err);
	side->scenario.seed -= i;
	if (i == 0)
		*result = side->result;
	return code;
}

static int mean_of_seeds(struct running *r, struct side *side, const struct incident_figure *f,
	const struct measure *measure, double *mean, struct err *err)
{
	double sum = 0;

	for (uint32_t i = 0; i < f->seeds; i++) {
		struct json *result = NULL;
		double value = 0;
		int code = simulate(r, side, i, &result, err);

		if (code)
			return code;
		(void)measure_read(result, measure, &value);
		sum += value;
		if (i > 0)
			json_free(result);
	}
	*mean = sum / f->seeds;
	return 0;
}

/* A gate that asks for nothing: its measure. */
static int by_result(struct running *r, struct side *side, const struct incident_figure *f,
	double *value, struct err *err)
{
	struct gate_fault fault = {0};
	struct gate gate = {0};
	struct str text = {0};
	int code;

	str_addf(&text, "%s >= 0", f->result);
	code = gate_parse(arena_strdup(r->lib->mem, str_text(&text)), "Result", r->lib->mem,
		&gate, &fault);
	str_fini(&text);
	if (code)
		return err_set(err, ERR_INPUT, "figure '%.60s', measure '%.160s': %.200s",
			f->name, f->result, fault.text);
	code = mean_of_seeds(r, side, f, &gate.measure, value, err);
	if (code)
		return code;
	r->measured = measure_class_in(side->result, &gate.measure);
	json_free(r->by);
	r->by = measure_calibration_in(
		side->result, f->of == OF_AFTER ? NULL : r->before->result, &gate.measure);
	return 0;
}

static int of_side(struct running *r, struct side *side, const struct incident_figure *f,
	double *value, struct err *err)
{
	int code = side_load(r, side, err);

	if (code)
		return code;
	return f->measure == BY_RESULT ? by_result(r, side, f, value, err)
				       : by_form(side, f, value, err);
}

/* ------------------------------------------------------------------ a figure */

/* In the figure's unit. */
static int ours(
	struct running *r, const struct incident_figure *f, double *value, struct err *err)
{
	double before = 0, after = 0;
	int code = 0;

	if (f->of != OF_AFTER)
		code = of_side(r, r->before, f, &before, err);
	if (!code && f->of != OF_BEFORE)
		code = of_side(r, r->after, f, &after, err);
	if (code)
		return code;
	if (f->of == OF_RATIO)
		*value = after > 0 ? before / after : 0;
	else if (f->of == OF_DIFFERENCE)
		*value = (after - before) / incident_units[f->unit].of;
	else
		*value = (f->of == OF_BEFORE ? before : after) / incident_units[f->unit].of;
	*value *= (double)f->times / PPM;
	return 0;
}

static enum incident_verdict judge(
	const struct incident_figure *f, double published, double value)
{
	double error = value / published - 1;
	bool near = error <= INCIDENT_WITHIN && error >= -INCIDENT_WITHIN;
	bool stands = f->relation == RELATION_AT_LEAST  ? value >= published
		      : f->relation == RELATION_AT_MOST ? value <= published
							: near;

	if (f->verdict == VERDICT_SHAPE)
		return stands ? VERDICT_SHAPE : VERDICT_NOT;
	return near ? VERDICT_MATCHED : VERDICT_NOT;
}

static void count(struct incidents_sum *sum, const struct incident_figure *f,
	enum incident_verdict verdict, bool *any_a)
{
	sum->figures++;
	sum->matched += verdict == VERDICT_MATCHED;
	sum->shape += verdict == VERDICT_SHAPE;
	sum->not_matched += verdict == VERDICT_NOT;
	sum->lost += verdict == VERDICT_NOT && f->verdict != VERDICT_NOT;
	if (verdict != VERDICT_MATCHED || f->class != INCIDENT_A)
		return;
	sum->matched_a++;
	sum->derived_a += f->derived_from != NULL;
	*any_a = true;
}

/* Files that tell of one incident, its mends say, have its id and count once. */
static void count_incident(struct incidents_sum *sum, const struct incident *i)
{
	for (uint32_t k = 0; k < sum->incidents_a; k++)
		if (!strcmp(sum->id_a[k], i->id))
			return;
	if (sum->incidents_a < INCIDENTS_COUNTED)
		memcpy(sum->id_a[sum->incidents_a++], i->id, sizeof(i->id));
}

static struct json *row_of(const struct incident *i, const struct incident_figure *f)
{
	struct json *o = json_object();

	json_put_str(o, "name", i->name);
	json_put_str(o, "class", word_of(words_incident_class, 3, f->class));
	json_put_str(o, "figure", f->name);
	json_put_str(o, "unit", incident_units[f->unit].name);
	json_put_num(o, "published", (double)f->published / PPM);
	json_put_str(o, "derivedFrom", f->derived_from);
	return o;
}

/* What a figure rests on: closed forms count; a simulated one is what its measure is. */
static void put_class(struct json *o, const struct running *r, const struct incident_figure *f)
{
	bool simulated = f->measure == BY_RESULT;
	bool known = f->measure != BY_NOTHING;

	json_put_str(o, "restsOn", !known ? NULL : simulated ? r->measured : "counted");
	json_put(o, "calibration", simulated ? json_clone(r->by) : json_null());
}

static int figure(struct running *r, const struct incident_figure *f, struct json *rows,
	struct incidents_sum *sum, bool *any_a, struct err *err)
{
	double published = (double)f->published / PPM, value = 0;
	bool known = f->measure != BY_NOTHING;
	enum incident_verdict verdict = VERDICT_NOT;
	struct json *o;

	if (known && ours(r, f, &value, err))
		return err_wrap(err, "incident %.60s", r->incident->name);
	if (known)
		verdict = judge(f, published, value);
	o = row_of(r->incident, f);
	json_put(o, "ours", known ? json_num(value) : json_null());
	json_put(o, "relativeError", known ? json_num(value / published - 1) : json_null());
	json_put_str(o, "inputs", known ? word_of(words_incident_inputs, 3, f->inputs) : NULL);
	json_put_str(o, "by",
		!known                    ? NULL
		: f->measure == BY_RESULT ? "simulation"
					  : "closed form");
	json_put(o, "seeds", f->measure == BY_RESULT ? json_int(f->seeds) : json_null());
	put_class(o, r, f);
	json_put_str(o, "verdict", word_of(words_incident_verdict, 3, verdict));
	json_put_str(o, "expected", word_of(words_incident_verdict, 3, f->verdict));
	json_put_str(o, "source", f->source);
	json_put_str(o, "reason", f->reason);
	json_append(rows, o);
	count(sum, f, verdict, any_a);
	return 0;
}

int incident_run(const struct library *lib, const struct incident *incident, unsigned threads,
	struct json *rows, struct incidents_sum *sum, struct err *err)
{
	struct running r = {.lib = lib,
		.incident = incident,
		.threads = threads,
		.before = ARENA_NEW(lib->mem, struct side),
		.after = ARENA_NEW(lib->mem, struct side)};
	bool any_a = false;
	int code = 0;

	r.before->of = &incident->before;
	r.after->of = &incident->after;
	for (uint32_t f = 0; f < incident->n_figures && !code; f++)
		code = figure(&r, &incident->figures[f], rows, sum, &any_a, err);
	json_free(r.by);
	json_free(r.before->result);
	json_free(r.after->result);
	sum->incidents++;
	if (any_a)
		count_incident(sum, incident);
	return code;
}
