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

/* A share of 0 is 0, and what was not there is not "less than 5 % more". */
static bool is_kept(const struct gate *g, double base, double value, double bound)
{
	if (g->kind == GATE_SHARE && base == 0)
		return !is_upper(g->op) || value <= 0;
	return holds(g->op, value, bound);
}

static const char *least_of(const struct gate_value *base, const struct gate_value *candidate)
{
	if (candidate->found == MEASURE_LEAST && base->found == MEASURE_LEAST)
		return "not decided: of both only the least is known";
	return candidate->found == MEASURE_LEAST
		       ? "not decided: of the candidate only the least is known"
		       : "not decided: of the base only the least is known";
}

/* Both figures may be more: what holds still does if the candidate is no more than it says, or
 * for a lower limit if the bound is no more; and so with what is breached. */
static struct gate_outcome judge_figures(const struct gate *g, const struct gate_value *base,
	const struct gate_value *candidate, double bound)
{
	struct gate_outcome o = {.verdict = GATE_BREACHED,
		.has_bound = true,
		.bound = bound,
		.bound_is_least = g->kind != GATE_ABSOLUTE && base->found == MEASURE_LEAST};
	bool is = is_kept(g, base->value, candidate->value, bound);
	bool sure =
		is == is_upper(g->op) ? candidate->found != MEASURE_LEAST : !o.bound_is_least;

	if (!sure) {
		o.verdict = GATE_UNDECIDED;
		o.reason = least_of(base, candidate);
	} else if (is) {
		o.verdict = GATE_HOLDS;
	} else if (g->kind == GATE_SHARE && base->value == 0) {
		o.reason = "the base has none";
	}
	return o;
}

struct gate_outcome gate_judge(
	const struct gate *g, const struct gate_value *base, const struct gate_value *candidate)
{
	bool has_base = measure_has(base->found), has = measure_has(candidate->found);
	struct gate_outcome o = {.verdict = GATE_BREACHED};

	if (!has && !has_base)
		o.verdict = GATE_BLIND;
	else if (!has)
		o.reason = "the candidate has no figure";
	else if (g->kind != GATE_ABSOLUTE && !has_base)
		o.reason = "the base has no figure";
	else
		o = judge_figures(g, base, candidate,
			g->kind == GATE_ABSOLUTE ? g->limit
			: g->kind == GATE_DELTA  ? base->value + g->limit
						 : base->value * (1 + g->limit));
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
