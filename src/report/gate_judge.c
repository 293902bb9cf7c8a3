/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a gate holds. */
#include "report/gate.h"

static bool holds(enum gate_op op, double value, double bound)
{
	switch (op) {
	case GATE_LESS:
		return value < bound;
	case GATE_AT_MOST:
		return value <= bound;
	case GATE_MORE:
		return value > bound;
	case GATE_AT_LEAST:
		return value >= bound;
	}
	return false;
}

static bool is_upper(enum gate_op op)
{
	return op == GATE_LESS || op == GATE_AT_MOST;
}

/* The base is 0: a share of it is 0, and what was not there is not "less than 5 % more". */
static struct gate_outcome judge_none(const struct gate *g, double value)
{
	bool breached = is_upper(g->op) && value > 0;

	return (struct gate_outcome){breached ? GATE_BREACHED : GATE_HOLDS, true, 0,
		breached ? "the base has none" : NULL};
}

struct gate_outcome gate_judge(
	const struct gate *g, const struct gate_value *base, const struct gate_value *candidate)
{
	bool has_base = base->found == MEASURE_IS || base->found == MEASURE_NO_ROW;
	bool has = candidate->found == MEASURE_IS || candidate->found == MEASURE_NO_ROW;
	struct gate_outcome o = {.verdict = GATE_BREACHED};

	if (!has && !has_base)
		o.verdict = GATE_BLIND;
	else if (!has)
		o.reason = "the candidate has no figure";
	else if (g->kind != GATE_ABSOLUTE && !has_base)
		o.reason = "the base has no figure";
	else if (g->kind == GATE_SHARE && base->value == 0)
		o = judge_none(g, candidate->value);
	else {
		o.has_bound = true;
		o.bound = g->kind == GATE_ABSOLUTE ? g->limit
			  : g->kind == GATE_DELTA  ? base->value + g->limit
						   : base->value * (1 + g->limit);
		o.verdict =
			holds(g->op, candidate->value, o.bound) ? GATE_HOLDS : GATE_BREACHED;
	}
	return o;
}

const char *gate_op_name(enum gate_op op)
{
	static const char *const names[] = {[GATE_LESS] = "<",
		[GATE_AT_MOST] = "<=",
		[GATE_MORE] = ">",
		[GATE_AT_LEAST] = ">="};

	return names[op];
}
