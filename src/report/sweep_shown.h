/* SPDX-License-Identifier: Apache-2.0 */
/* A Sweep's cells by their number, and which of them a page shows: a result may have more than
 * anyone reads. */
#ifndef REPORT_SWEEP_SHOWN_H
#define REPORT_SWEEP_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* Curves that a chart draws of more, and cells of which a page tells every one: more than the
 * grids of `sweep` have, and each is a row in the table of every measure. */
enum { SWEEP_CURVES = 20, SWEEP_CELLS = 5000 };

struct sweep_shown {
	const struct json **cell; /* of the result */
	bool *unbeaten;           /* [n], of pareto.cells */
	bool *shown;              /* [n], on a page */
	uint32_t n;
	uint32_t n_shown;
	uint32_t curves; /* groups of the result */
	uint32_t drawn;  /* of these, SWEEP_CURVES at most */
	uint32_t points; /* of the drawn curves; 0: of few cells, all are shown */
};

/* Of more than SWEEP_CELLS those of the drawn curves are shown; where these have more in all,
 * each keeps its share of them: its ends, knee and walls, the least and the most of every
 * measure, cells that no other beats up to half of its share, and others at even distances.
 * The result has to outlive it. */
void sweep_shown_init(struct sweep_shown *c, const struct json *result);
void sweep_shown_fini(struct sweep_shown *c);

/* A cell by what groups[].cells has; NULL: the sweep has no such cell. */
const struct json *sweep_shown_cell(const struct sweep_shown *c, const struct json *number);

/* Whether the group of that number is drawn: all, or some at even distances. */
bool sweep_shown_curve(const struct sweep_shown *c, uint32_t group);

/* Whether a page shows the cell of that number. */
bool sweep_shown_point(const struct sweep_shown *c, const struct json *number);

#endif
