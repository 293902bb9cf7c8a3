/* SPDX-License-Identifier: Apache-2.0 */
/* What shared API servers did, in a result: added up while window 0 lasts.  For src/fleet only.
 */
#ifndef FLEET_SERVED_H
#define FLEET_SERVED_H

#include "fleet/together.h"

/* Read by anyone; written by served.c only. */
struct served {
	const struct fleet_params *params;
	const struct together_params *shared;
	struct fleet_result *result;
	struct server *server; /* [shared->servers] */
	bool measures;
	uint32_t second;               /* of the series, under way */
	uint64_t seat_time, busy_time; /* when it began */
};

/* Of the result's own memory. */
void served_init(struct served *s, const struct fleet_params *params,
	const struct together_params *shared, struct fleet_result *result,
	struct server *server);

/* Everything before `now` has happened, and nothing from it on. */
void served_until(struct served *s, ns_t now);

/* The server ends, with all that it counted. */
void served_restart(struct served *s, uint32_t server, ns_t now);

/* The run ends. */
void served_end(struct served *s, ns_t now);

#endif
