/* SPDX-License-Identifier: Apache-2.0 */
/* Walls: limits of Kubernetes that a run has hit. */
#ifndef CLI_SWEEP_WALLS_H
#define CLI_SWEEP_WALLS_H

#include <stdbool.h>

#include "base/json.h"

enum wall {
	WALL_PLEG,      /* nodes were NotReady because a relist was too long ago */
	WALL_LIMITER,   /* requests waited over a second in a kubelet's client */
	WALL_REGISTRY,  /* image pulls were refused by the kubelet's registry limiter */
	WALL_INFLIGHT,  /* the API server answered 429: seats and queues were full */
	WALL_HEARTBEAT, /* nodes were NotReady because heartbeats were late */
	WALL_SLO,       /* an objective of Kubernetes was missed */
	WALL_SETTLING,  /* requests had not settled when the run was over */
	WALLS
};

/* "pleg", "limiter", ...: as in JSON. */
const char *wall_name(enum wall wall);

/* A wall as far as a Result has it. */
struct wall_state {
	bool hit;
	const char *measure; /* static: the figure behind it */
	double value;        /* of that */
	double limit;        /* above which it is hit */
	const char *unit;
};

struct wall_state wall_state(const struct json *result, enum wall wall);

#endif
