/* SPDX-License-Identifier: Apache-2.0 */
/* What requests take of a scenario's API servers, in closed form: rates times costs, below what
 * servers can do at all.  From the calibration that is simulated with, and without its queues.
 */
#ifndef CLI_CLOSED_SERVERS_H
#define CLI_CLOSED_SERVERS_H

#include "apiserver/server_params.h"
#include "estimate/toll.h"

struct closed_servers {
	struct server_costs costs;
	double processors; /* of all of them */
};

/* The scenario's servers have processors; it must outlive c. */
void closed_servers_init(struct closed_servers *c, const struct scenario *s);

/* Seconds of a processor for a request of a kubelet, a read from the watch cache if it is one,
 * and for telling whoever watches what it wrote. */
double closed_servers_takes(const struct closed_servers *c, uint16_t call);

/* What those take who are no node and no feature (models/owners.h), as a share of all
 * processors: for pods that are replaced or run to completion, and for objects that change. */
double closed_servers_others(const struct closed_servers *c);

/* What the rows of a class take of the processors, as a share of all. */
double closed_servers_busy(
	const struct closed_servers *c, const struct toll *toll, uint16_t call);

#endif
