/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_gates.h"

#include <stdio.h>
#include <string.h>

#include "cli/gate_clients.h"

/* ------------------------------------------------------------------ faults */

/* A caret under the character; a tab stays one, so that it is where it seems. */
static int flag_fault(const char *text, const struct gate_fault *fault, struct err *err)
{
	struct str caret = {0};
	size_t column = 1;
	int code;

	for (size_t i = 0; i < fault->at && text[i]; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		column++;
		str_add_char(&caret, text[i] == '\t' ? '\t' : ' ');
	}
	code = err_set(err, ERR_INPUT, "--gate, column %zu: %s\n  %.300s\n  %s^", column,
		fault->text, strpbrk(text, "\r\n") ? "" : text, str_text(&caret));
	str_fini(&caret);
	return code;
}

/* In a file the text begins where its scalar does, behind a quote if it has one. */
static int file_fault(
	const struct doc_node *at, const struct gate_fault *fault, struct err *err)
{
	struct doc_node place = *at;

	place.column += (uint32_t)fault->at + at->quoted;
	return doc_error(&place, err, "%s", fault->text);
}

static int complain(const struct gates *gates, uint32_t i, const char *text,
	const struct gate_fault *fault, struct err *err)
{
	return gates->at[i] ? file_fault(gates->at[i], fault, err)
			    : flag_fault(text, fault, err);
}

/* ------------------------------------------------------------------ reading */

static int read_one(struct gates *gates, const char *text, const char *kind, struct arena *mem,
	struct err *err)
{
	struct gate_fault fault;

	if (gate_parse(text, kind, mem, &gates->gate[gates->n], &fault))
		return complain(gates, gates->n, text, &fault, err);
	gates->n++;
	return 0;
}

int gates_read(struct gates *gates, const struct opt_texts *flags, const struct budget *budget,
	const char *kind, struct arena *mem, struct err *err)
{
	gates->n = 0;
	for (uint32_t i = 0; i < flags->n; i++) {
		gates->at[gates->n] = NULL;
		gates->why[gates->n] = NULL;
		if (read_one(gates, flags->text[i], kind, mem, err))
			return ERR_INPUT;
	}
	for (uint32_t i = 0; budget && i < budget->n_gates; i++) {
		gates->at[gates->n] = budget->gates[i].at;
		gates->why[gates->n] = budget->gates[i].why;
		if (read_one(gates, budget->gates[i].gate, kind, mem, err))
			return ERR_INPUT;
	}
	return 0;
}

int gates_check(const struct gates *gates, const struct measure_points *points,
	const struct calls *calls, const struct gate_words *clients, struct err *err)
{
	struct gate_dictionary words = {.clients = *clients};
	struct gate_fault fault;

	gate_resources(&words, calls, NULL);
	for (uint32_t i = 0; i < gates->n; i++)
		if (gate_known(&gates->gate[i], points, &words, &fault))
			return complain(gates, i, gates->gate[i].text, &fault, err);
	return 0;
}

/* ------------------------------------------------------------------ judging */

static struct json *number_or_null(bool known, double value)
{
	return known ? json_num(value) : json_null();
}

static const char *verdict_name(enum gate_verdict verdict)
{
	static const char *const names[] = {[GATE_HOLDS] = "held",
		[GATE_BREACHED] = "breached",
		[GATE_UNDECIDED] = "undecided",
		[GATE_BLIND] = ""}; /* is a mistake, and has no row */

	return names[verdict];
}

static struct json *row_of(const struct gates *gates, uint32_t i,
	const struct json *const *result, const struct gate_value *value,
	const struct gate_outcome *o)
{
	const struct gate_value *base = &value[0], *candidate = &value[1];
	const struct gate *g = &gates->gate[i];
	struct json *row = json_object();
	struct str name = {0};

	measure_name(&g->measure.of, g->measure.stat, &name);
	json_put_str(row, "gate", g->text);
	json_put_str(row, "measure", str_text(&name));
	json_put_str(row, "unit", measure_unit_name(g->measure.stat->unit));
	json_put_str(row, "class", measure_class_in(result[1], result[0], &g->measure));
	json_put(row, "calibration", measure_calibration_in(result[1], result[0], &g->measure));
	json_put(row, "base", number_or_null(measure_has(base->found), base->value));
	json_put(row, "candidate",
		number_or_null(measure_has(candidate->found), candidate->value));
	json_put(row, "bound", number_or_null(o->has_bound, o->bound));
	json_put_bool(row, "baseIsLeast", base->found == MEASURE_LEAST);
	json_put_bool(row, "candidateIsLeast", candidate->found == MEASURE_LEAST);
	json_put_bool(row, "boundIsLeast", o->bound_is_least);
	json_put_str(row, "verdict", verdict_name(o->verdict));
	json_put_str(row, "reason", o->reason);
	json_put_str(row, "why", gates->why[i]);
	str_fini(&name);
	return row;
}

int gates_judge(const struct gates *gates, const struct compare_results *base,
	const struct compare_results *candidate, struct json *list, struct gates_judged *judged,
	struct err *err)
{
	const struct json *const result[] = {base->result[0], candidate->result[0]};

	*judged = (struct gates_judged){0};
	for (uint32_t i = 0; i < gates->n; i++) {
		const struct gate *g = &gates->gate[i];
		const struct gate_value value[] = {
			compare_mean(base, &g->measure), compare_mean(candidate, &g->measure)};
		struct gate_outcome o = gate_judge(g, &value[0], &value[1]);
		struct gate_fault fault = {0};

		if (o.verdict == GATE_BLIND) {
			(void)snprintf(fault.text, sizeof(fault.text), "%s",
				value[0].found == MEASURE_APART ||
						value[1].found == MEASURE_APART
					? "this figure of several calls is not known from that "
					  "of each: name one, with labels"
					: "neither base nor candidate has this figure: nothing "
					  "was measured, so the gate would guard nothing");
			return complain(gates, i, g->text, &fault, err);
		}
		judged->breached += o.verdict == GATE_BREACHED;
		judged->undecided += o.verdict == GATE_UNDECIDED;
		json_append(list, row_of(gates, i, result, value, &o));
	}
	return 0;
}
