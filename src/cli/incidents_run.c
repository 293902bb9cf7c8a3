/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incidents_run.h"

#include <string.h>

#include "cli/incident_measure.h"
#include "models/tables.h"

/* In the figure's unit. */
static int ours(struct measured_incident *m, const struct incident_figure *f, double *value,
	struct err *err)
{
	double before = 0, after = 0;
	int code = 0;

	if (f->of != OF_AFTER)
		code = incident_measure(m, OF_BEFORE, f, &before, err);
	if (!code && f->of != OF_BEFORE)
		code = incident_measure(m, OF_AFTER, f, &after, err);
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

/* Files that tell of one incident, its mends say, have its id and count once. */
static void count_id(struct incident_ids *ids, const struct incident *i)
{
	for (uint32_t k = 0; k < ids->n; k++)
		if (!strcmp(ids->id[k], i->id))
			return;
	if (ids->n < INCIDENTS_COUNTED)
		memcpy(ids->id[ids->n++], i->id, sizeof(i->id));
}

static void count(struct incidents_sum *sum, const struct incident *i,
	const struct incident_figure *f, enum incident_verdict verdict)
{
	sum->figures++;
	sum->matched += verdict == VERDICT_MATCHED;
	sum->shape += verdict == VERDICT_SHAPE;
	sum->not_matched += verdict == VERDICT_NOT;
	sum->lost += verdict == VERDICT_NOT && f->verdict != VERDICT_NOT;
	if (verdict != VERDICT_MATCHED || f->class != INCIDENT_A)
		return;
	sum->matched_a++;
	sum->inputs_a[f->inputs]++;
	count_id(&sum->ids_a, i);
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

/* How a number was got at, and what it rests on: closed forms count; a simulated one is what
 * its measure is. */
static void put_how(
	struct json *o, const struct measured_incident *m, const struct incident_figure *f)
{
	bool simulated = f->measure == BY_RESULT;
	bool known = f->measure != BY_NOTHING;

	json_put_str(o, "inputs", known ? word_of(words_incident_inputs, 3, f->inputs) : NULL);
	json_put_str(o, "by", !known ? NULL : simulated ? "simulation" : "closed form");
	json_put(o, "seeds", simulated ? json_int(f->seeds) : json_null());
	json_put_str(o, "restsOn", !known ? NULL : simulated ? m->rests_on : "counted");
	json_put(o, "calibration", simulated ? json_clone(m->by) : json_null());
}

static int figure(struct measured_incident *m, const struct incident_figure *f,
	struct json *rows, struct incidents_sum *sum, struct err *err)
{
	double published = (double)f->published / PPM, value = 0;
	bool known = f->measure != BY_NOTHING;
	enum incident_verdict verdict = VERDICT_NOT;
	struct json *o;

	if (known && ours(m, f, &value, err))
		return ERR_INPUT;
	if (incident_is_yes_or_no(f))
		value = value > 0;
	if (known)
		verdict = judge(f, published, value);
	o = row_of(m->incident, f);
	json_put(o, "ours", known ? json_num(value) : json_null());
	json_put(o, "relativeError",
		known && !incident_is_yes_or_no(f) ? json_num(value / published - 1)
						   : json_null());
	put_how(o, m, f);
	json_put_str(o, "verdict", word_of(words_incident_verdict, 3, verdict));
	json_put_str(o, "expected", word_of(words_incident_verdict, 3, f->verdict));
	json_put_str(o, "source", f->source);
	json_put_str(o, "reason", f->reason);
	json_append(rows, o);
	count(sum, m->incident, f, verdict);
	return 0;
}

/* ------------------------------------------------------------------ a change */

/* A side in the change's unit; null: it is not modelled. */
static int put_side(struct measured_incident *m, enum incident_side_of side,
	const struct incident_figure *f, double *value, struct json *o, struct err *err)
{
	const struct incident *i = m->incident;
	bool known = (side == OF_AFTER ? i->after.spec : i->before.spec) != NULL;

	*value = 0;
	if (known && incident_measure(m, side, f, value, err))
		return ERR_INPUT;
	*value *= (double)f->times / PPM / incident_units[f->unit].of;
	if (incident_is_yes_or_no(f))
		*value = *value > 0;
	json_put(o, side == OF_AFTER ? "after" : "before",
		known ? json_num(*value) : json_null());
	return 0;
}

static int change(struct measured_incident *m, const struct incident_figure *f,
	struct json *changes, struct err *err)
{
	bool both = m->incident->before.spec && m->incident->after.spec;
	struct json *o = json_object();
	double before, after;

	json_put_str(o, "name", m->incident->name);
	json_put_str(o, "of", f->name);
	json_put_str(o, "unit", incident_units[f->unit].name);
	json_append(changes, o);
	if (put_side(m, OF_BEFORE, f, &before, o, err) ||
		put_side(m, OF_AFTER, f, &after, o, err))
		return ERR_INPUT;
	if (before == 0 && after == 0 && f->measure != BY_RESULT)
		return err_set(err, ERR_INPUT, "'%.60s': nothing makes the call '%.60s'",
			f->name, f->call);
	json_put(o, "relativeChange",
		both && before > 0 && !incident_is_yes_or_no(f) ? json_num(after / before - 1)
								: json_null());
	put_how(o, m, f);
	json_put_str(o, "note", f->reason);
	return 0;
}

int incident_run(const struct library *lib, const struct incident *incident, unsigned threads,
	const struct incident_rows *rows, struct incidents_sum *sum, struct err *err)
{
	struct measured_incident m;
	int code = 0;

	incident_measure_init(&m, lib, incident, threads);
	for (uint32_t f = 0; f < incident->n_figures && !code; f++)
		code = figure(&m, &incident->figures[f], rows->figures, sum, err);
	for (uint32_t c = 0; c < incident->n_changes && !code; c++)
		code = change(&m, &incident->changes[c], rows->changes, err);
	incident_measure_fini(&m);
	sum->incidents++;
	return code ? err_wrap(err, "incident %.60s", incident->name) : 0;
}
