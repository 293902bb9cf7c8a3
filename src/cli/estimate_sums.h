/* SPDX-License-Identifier: Apache-2.0 */
/* An Estimate beside the kubelet's own toll: what changes of it, sums of both, and how full
 * clients' limiters get. */
#ifndef CLI_ESTIMATE_SUMS_H
#define CLI_ESTIMATE_SUMS_H

#include "cli/estimate_json.h"

/* Of all runtime calls or all requests of a node. */
struct estimate_sum {
	double rate;     /* a second; the least that it is, if why is not NULL */
	const char *why; /* a row that is no more than a guess says; NULL: all are known */
};

struct estimate_sum estimate_sum(const struct toll *toll, bool runtime);

/* Put changes, totals and limiters into result, the latter two for each cluster size. */
void estimate_put_sums(struct json *result, const struct estimate_input *in);

#endif
