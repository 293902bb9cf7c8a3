/* SPDX-License-Identifier: Apache-2.0 */
/* The cells of a sweep: a scenario for each point of a grid, simulated on all threads.
 *
 * Cells are independent, so each runs on one thread from its beginning to its end.  What is
 * kept of one is its row: measures, and the walls that it hit.  A row goes into the journal as
 * soon as it is there.
 */
#ifndef CLI_SWEEP_CELLS_H
#define CLI_SWEEP_CELLS_H

#include "base/journal.h"
#include "base/json.h"
#include "cli/common.h"
#include "cli/gate_clients.h"
#include "cli/sweep_vary.h"
#include "cli/sweep_walls.h"
#include "models/library.h"
#include "report/measure.h"

enum { SWEEP_MEASURES_MAX = 40 };

struct sweep {
	const struct library *lib;
	const char *scenario;        /* name or path */
	const struct settings *sets; /* of every cell; the grid's come behind them */
	const struct grid *grid;
	const struct scenario *base; /* as given, before anything varies */
	uint32_t n_measures;
	const char *name[SWEEP_MEASURES_MAX]; /* of measure, as it was asked for */
	struct measure measure[SWEEP_MEASURES_MAX];
	unsigned threads;
	struct journal journal; /* closed: none is kept */
	struct json **cell; /* [grid->cells], rows; NULL: not there yet.  The caller frees */
	uint32_t found;     /* of them, those that the journal had */
};

/* Open the journal at path and take the rows that it has.  ERR_INPUT: it is of another sweep.
 * ERR_ENV. */
int sweep_resume(struct sweep *s, const char *path, const char *fingerprint, struct err *err);

/* How much work a cell is, beside others: nodes, what is on them, and how long. */
uint64_t sweep_weight(const struct sweep *s, uint32_t cell);

/* Simulate the cells that have no row yet, the largest first, so that none is left over for one
 * thread at the end.  ERR_INPUT: a value that its field does not take.
 * ERR_ENV: the journal cannot be written, or there are no threads. */
int sweep_run(struct sweep *s, struct err *err);

/* What is known of cells before they run. */
struct sweep_foreseen {
	struct json *classes; /* what their numbers rest on; NULL: nothing yet.  The caller's */
	struct gate_dictionary words; /* resources */
	struct arena *mem;            /* for these */
};

/* Whether the scenario takes a cell's values; what is known of it is added.  ERR_INPUT. */
int sweep_check(
	const struct sweep *s, uint32_t cell, struct sweep_foreseen *all, struct err *err);

/* A cell's scenario; its texts live in mem.  ERR_INPUT. */
int sweep_scenario(const struct sweep *s, uint32_t cell, struct arena *mem,
	struct scenario *scenario, struct err *err);

/* What a cell's run came to. */
struct sweep_ran {
	struct json *result; /* NULL: it did not run.  The caller's */
	struct walls walls;
};

/* Run one cell, with settings on top of its own.  mem is for its scenario, and what is said of
 * its walls. */
int sweep_cell(const struct sweep *s, uint32_t cell, const struct settings *more,
	struct arena *mem, struct sweep_ran *ran, struct err *err);

/* The figure of a cell's row; false if it has none. */
bool sweep_figure(const struct json *row, const char *measure, double *value);

#endif
