/* SPDX-License-Identifier: Apache-2.0 */
/* A gate: a condition on a measure, as a line of text.
 *
 *   api.requests{verb=get,resource=secrets}.mean <= +5%     at most 5 % above the base
 *   runtime.calls.perNode <= 30/s                           at most 30 a second
 *   relist.duration.p99 < +20ms                             less than 20 ms above the base
 *
 *   gate    = measure op limit
 *   measure = family [ "{" label "=" value { "," label "=" value } "}" ] "." statistic
 *   op      = "<" | "<=" | ">" | ">="
 *   limit   = [ sign ] number [ unit ]      with a sign it is what is added to the base, and a
 *                                           rate's unit is needed
 *
 * docs/GATES.md is the manual.  A mistake is a place in the text and a sentence; whose text it
 * was, a flag's or a file's, is known to the caller.
 */
#ifndef REPORT_GATE_H
#define REPORT_GATE_H

#include "report/measure.h"

enum { GATE_TEXT_MAX = 500 };

enum gate_op { GATE_LESS, GATE_AT_MOST, GATE_MORE, GATE_AT_LEAST };

enum gate_limit {
	GATE_ABSOLUTE,
	GATE_DELTA, /* of the same unit, on top of the base */
	GATE_SHARE, /* of the base, on top of it: 0.05 */
};

struct gate {
	const char *text; /* as written; in the arena */
	struct measure measure;
	size_t label_at[MEASURE_LABELS]; /* where a label's value stands in text */
	enum gate_op op;
	enum gate_limit kind;
	double limit;
};

/* What is wrong with a gate, and where in its text (from 0). */
struct gate_fault {
	size_t at;
	char text[400];
};

/* Read a gate on results of that kind; what it refers to lives in mem.  ERR_INPUT. */
int gate_parse(const char *text, const char *kind, struct arena *mem, struct gate *gate,
	struct gate_fault *fault);

/* Read a measure by itself, as "api.requests{verb=get}.mean": a gate without a condition.
 * ERR_INPUT. */
int gate_parse_measure(const char *text, const char *kind, struct arena *mem, struct gate *gate,
	struct gate_fault *fault);

/* Values that a label may have though no row of the results at hand has it: a resource of which
 * there are no requests is none of them, but a misspelt one is a mistake. */
struct gate_words {
	const char *label;
	const char *const *word;
	size_t n;
};

/* Whether the values of its labels are known, from rows or from words; where neither tell of a
 * label, any will do.  ERR_INPUT. */
int gate_check(const struct gate *gate, const struct measure_points *points,
	const struct gate_words *words, size_t n_words, struct gate_fault *fault);

/* A figure of one side, as measure_read() found it. */
struct gate_value {
	enum measure_found found;
	double value;
};

enum gate_verdict {
	GATE_HOLDS,
	GATE_BREACHED,
	GATE_UNDECIDED, /* of a figure only the least is known, which does not decide it */
	GATE_BLIND,     /* neither side has a figure: there is nothing to judge */
};

struct gate_outcome {
	enum gate_verdict verdict;
	bool has_bound;
	bool bound_is_least; /* as the base's figure is */
	double bound;        /* that the candidate must keep, in the measure's unit */
	const char *reason;  /* static; NULL: the figures say it */
};

/* Judge a candidate beside its base.  On a base of zero, a relative upper limit is breached by
 * anything above zero; so is any limit by a candidate that has no figure where the base has.
 * What may be more than it says decides a gate only if more would decide it the same way. */
struct gate_outcome gate_judge(const struct gate *gate, const struct gate_value *base,
	const struct gate_value *candidate);

/* "<=" */
const char *gate_op_name(enum gate_op op);

#endif
