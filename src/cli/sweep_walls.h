/* SPDX-License-Identifier: Apache-2.0 */
/* Walls: limits of Kubernetes that a run has hit. */
#ifndef CLI_SWEEP_WALLS_H
#define CLI_SWEEP_WALLS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"
#include "models/models.h"

enum wall {
	WALL_PLEG,      /* nodes were NotReady because a relist was too long ago */
	WALL_LIMITER,   /* requests waited over a second in a kubelet's client, or it is full */
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
	const char *measure; /* the figure behind it */
	double value;        /* of that */
	double limit;        /* above which it is hit */
	const char *unit;
};

/* The walls of a scenario's Result.  Measures are static or live in mem. */
struct walls {
	struct wall_state state[WALLS];
};

struct walls walls_of(const struct scenario *s, const struct json *result, struct arena *mem);

/* The first that is hit; NULL: none. */
const char *walls_first(const struct walls *walls);

/* As far as the Result alone tells. */
struct wall_state wall_state(const struct json *result, enum wall wall);

#endif
