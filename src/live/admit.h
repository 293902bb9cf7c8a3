/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in, and how long a request takes: the simulated server's state machine at the
 * pace of the machine's clock. */
#ifndef LIVE_ADMIT_H
#define LIVE_ADMIT_H

#include "apiserver/apiserver.h"
#include "apiserver/server_params.h"
#include "live/serve.h"
#include "rest/route.h"

/* Read by anyone; written by admit.c only. */
struct admit {
	struct arena mem;
	struct scenario *scenario; /* with the classes of all that this server has */
	struct server_params params;
	struct server_costs costs;
	struct server server;
	struct api api;
	struct api_shard shard;         /* of latencies alone */
	uint16_t (*class_of)[VERBS][2]; /* by resource; of it, of its status */
	enum serve_times times;
	bool has_costs;
};

struct admit_request {
	const struct rest_route *route;
	const char *user; /* NULL: nobody was asked, it is taken for a node */
	bool is_exempt;   /* system:masters pass all limits: bootstrap/default.go, exempt */
	uint32_t id;
	ns_t latency; /* injected */
};

/* Up to so many requests at once. */
void admit_init(struct admit *a, const struct serve_params *p, uint32_t capacity);
void admit_fini(struct admit *a);

/* There must be room (server_has_room). */
enum server_verdict admit_arrive(
	struct admit *a, ns_t now, const struct admit_request *r, uint32_t *ticket);

/* The next request that is through by now; false: none. */
bool admit_take(struct admit *a, ns_t now, struct server_done *d);

#endif
