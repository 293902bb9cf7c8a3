/* SPDX-License-Identifier: Apache-2.0 */
/* The gates of a comparison: from flags and from a budget, judged one by one. */
#ifndef CLI_COMPARE_GATES_H
#define CLI_COMPARE_GATES_H

#include "cli/compare_rows.h"
#include "cli/opt.h"
#include "models/budget.h"
#include "sim/calls.h"

enum { COMPARE_GATES_MAX = OPT_TEXTS_MAX + BUDGET_GATES_MAX };

struct gates {
	uint32_t n;
	struct gate gate[COMPARE_GATES_MAX];
	const char *why[COMPARE_GATES_MAX];           /* NULL: nobody said */
	const struct doc_node *at[COMPARE_GATES_MAX]; /* in a file; NULL: a flag's */
};

/* Read those of --gate, then the budget's (NULL: none), on results of that kind.  ERR_INPUT
 * points at the character. */
int gates_read(struct gates *gates, const struct opt_texts *flags, const struct budget *budget,
	const char *kind, struct arena *mem, struct err *err);

/* Whether the values of their labels are known: to rows of the results, as calls that a
 * scenario may make, or as who may make them (a client of a node, though it made none). */
int gates_check(const struct gates *gates, const struct measure_points *points,
	const struct calls *calls, const struct gate_words *clients, struct err *err);

/* Of gates that are not held, how many. */
struct gates_judged {
	uint32_t breached, undecided;
};

/* Append a row a gate to list: {gate, measure, unit, base, candidate, bound, verdict, reason,
 * why}.  *judged says how many are not held.  ERR_INPUT: a gate that has nothing to judge. */
int gates_judge(const struct gates *gates, const struct compare_results *base,
	const struct compare_results *candidate, struct json *list, struct gates_judged *judged,
	struct err *err);

#endif
