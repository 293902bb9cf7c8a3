/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incident_measure.h"

#include <string.h>

#include "apiserver/ttl.h"
#include "cli/result_run.h"
#include "report/gate.h"

static int side_load(struct measured_incident *r, struct measured_side *side, struct err *err)
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
		return row->hear;
	case BY_TOLD_BYTES:
		return row->bytes * row->hear;
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

static int by_form(struct measured_side *side, const struct incident_figure *f, double *value,
	struct err *err)
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
	if (rows == 0 && f->of != OF_AFTER &&
		f->published > 0) /* a change may begin with none */
		return err_set(err, ERR_INPUT, "'%.60s': nothing makes the call '%.60s'",
			f->name, f->call);
	return 0;
}

/* ------------------------------------------------------------------ simulation */

/* The result of the i-th seed; that of the first is kept. */
static int simulate(struct measured_incident *r, struct measured_side *side, uint32_t i,
	struct json **result, struct err *err)
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

static int mean_of_seeds(struct measured_incident *r, struct measured_side *side,
	const struct incident_figure *f, const struct measure *measure, double *mean,
	struct err *err)
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

#define AND " + "

/* A gate that asks for nothing: its measure. */
static int one_measure(struct measured_incident *r, const struct incident_figure *f,
	const char *name, size_t len, struct measure *measure, struct err *err)
{
	struct gate_fault fault = {0};
	struct gate gate = {0};
	struct str text = {0};
	int code;

	str_addf(&text, "%.*s >= 0", (int)len, name);
	code = gate_parse(arena_strdup(r->lib->mem, str_text(&text)), "Result", r->lib->mem,
		&gate, &fault);
	str_fini(&text);
	if (code)
		return err_set(err, ERR_INPUT, "figure '%.60s', measure '%.160s': %.200s",
			f->name, f->result, fault.text);
	*measure = gate.measure;
	return 0;
}

static int add_measure(struct measured_incident *r, struct measured_side *side,
	const struct incident_figure *f, const struct measure *measure, double *value,
	struct err *err)
{
	double one = 0;
	int code = mean_of_seeds(r, side, f, measure, &one, err);

	if (code)
		return code;
	*value += one;
	r->rests_on = measure_class_in(
		side->result, f->of == OF_AFTER ? NULL : r->before->result, measure);
	json_free(r->by);
	r->by = measure_calibration_in(
		side->result, f->of == OF_AFTER ? NULL : r->before->result, measure);
	return 0;
}

/* The sum of what 'result' names: all of it rests on the same. */
static int by_result(struct measured_incident *r, struct measured_side *side,
	const struct incident_figure *f, double *value, struct err *err)
{
	const char *rests_on = NULL;

	*value = 0;
	for (const char *at = f->result, *next; at; at = next) {
		const char *end = strstr(at, AND);
		struct measure measure;
		int code = one_measure(
			r, f, at, end ? (size_t)(end - at) : strlen(at), &measure, err);

		if (!code)
			code = add_measure(r, side, f, &measure, value, err);
		if (code)
			return code;
		if (rests_on && strcmp(rests_on, r->rests_on) != 0)
			return err_set(err, ERR_INPUT,
				"figure '%.60s': its measures do not rest on the same",
				f->name);
		rests_on = r->rests_on;
		next = end ? end + strlen(AND) : NULL;
	}
	return 0;
}

int incident_measure(struct measured_incident *r, enum incident_side_of of,
	const struct incident_figure *f, double *value, struct err *err)
{
	struct measured_side *side = of == OF_AFTER ? r->after : r->before;
	int code = side_load(r, side, err);

	if (code)
		return code;
	return f->measure == BY_RESULT ? by_result(r, side, f, value, err)
				       : by_form(side, f, value, err);
}

void incident_measure_init(struct measured_incident *r, const struct library *lib,
	const struct incident *incident, unsigned threads)
{
	*r = (struct measured_incident){.lib = lib,
		.incident = incident,
		.threads = threads,
		.before = ARENA_NEW(lib->mem, struct measured_side),
		.after = ARENA_NEW(lib->mem, struct measured_side)};
	r->before->of = &incident->before;
	r->after->of = &incident->after;
}

void incident_measure_fini(struct measured_incident *r)
{
	json_free(r->by);
	if (r->before)
		json_free(r->before->result);
	if (r->after)
		json_free(r->after->result);
	*r = (struct measured_incident){0};
}
