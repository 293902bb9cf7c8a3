/* SPDX-License-Identifier: Apache-2.0 */
/* One script in three engines: a row for every call that one of them knows of. */
#ifndef CLI_AGREE_ROWS_H
#define CLI_AGREE_ROWS_H

#include "base/json.h"
#include "estimate/beginning.h"
#include "fleet/fleet.h"

/* Classes of requests and codes by which they failed, that are told apart. */
enum { AGREE_CODES = 256 };

/* What one run counted. */
struct agree_counts {
	uint64_t of[CALLS_MAX][OUTCOME_N];
	ns_t mean[CALLS_MAX]; /* that those took that succeeded; 0: none, or not measured */
	/* Of OUTCOME_ERROR, by the server's codes but 500: in the order of calls. */
	struct agree_code {
		uint64_t count;
		uint16_t call, code;
	} failed[AGREE_CODES];
	uint32_t n_failed;
};

struct agree_runs {
	const struct scenario *scenario;
	const struct beginning_row *closed;   /* [CALLS_MAX], of a node */
	const struct agree_counts *simulated; /* [n]: the first with the live run's seed */
	uint32_t n;                           /* >= 2 */
	const struct agree_counts *live;
	double tolerance; /* share of the simulated count */
};

/* What became of the rows. */
struct agree_verdict {
	uint32_t rows;
	uint32_t within; /* live is in the 99.9 % prediction interval of one further run */
	uint32_t agree;  /* or as near to the simulated count as is tolerated */
};

void agree_counts_of(const struct fleet_result *r, struct agree_counts *counts);

/* Append a sentence of each request that live was made less often and took longer than in
 * virtual time: the machine answered late, and who makes one after the other makes fewer then.
 */
void agree_late(const struct agree_runs *runs, struct json *notes);

/* Append the rows.  A row agrees if the live count is within the interval of the simulated
 * ones (never less than +- 1 call) or differs by no more than the tolerance. */
struct agree_verdict agree_rows(const struct agree_runs *runs, struct json *rows);

#endif
