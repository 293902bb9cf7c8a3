/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison tells of a side: what it is, and what it was run with. */
#ifndef CLI_COMPARE_TOLD_H
#define CLI_COMPARE_TOLD_H

#include "cli/compare_side.h"

/* {name, saved, runs, seed, live, set[], settled, models{}, scenario}; the caller's. first_seed
 * is that of the runs, unless it was saved. */
struct json *compare_told(const struct side *side, uint64_t first_seed);

#endif
