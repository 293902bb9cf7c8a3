/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario's API server made ready for server.h: who is let in, and what a request takes.
 *
 * Seats are shared out as kube-apiserver does it.  A request's processor time and bytes are
 * those of the model's calibration, scaled to the machine: a list grows with its objects, and
 * one that etcd answers also with all that have to be read to find them.
 */
#ifndef APISERVER_SERVER_PARAMS_H
#define APISERVER_SERVER_PARAMS_H

#include "apiserver/server.h"
#include "models/models.h"

/* What one request takes. */
struct server_demand {
	ns_t cpu;          /* of this server's processors */
	ns_t measured_cpu; /* of those of the calibration, in the latency that it has */
	ns_t etcd_wait; /* beyond that latency, for all that etcd reads but the first object */
	ns_t etcd_cpu;  /* of etcd's, at the calibration's speed */
	uint64_t read;  /* objects that etcd reads for it */
	uint64_t bytes; /* of the answer */
	uint16_t width; /* seats */
	bool mutating;
};

/* What requests cost.  Read-only after server_costs_init; the scenario must outlive it. */
struct server_costs {
	const struct scenario *scenario;
	uint64_t cluster_pods;
	bool mutating[CALLS_MAX];
	bool lists_pods[CALLS_MAX];
	uint64_t listed[CALLS_MAX]; /* objects of a list that is not of a node's pods */
};

/* Watchers that are told of an event. */
struct server_audience {
	uint32_t n;
	uint64_t bytes;    /* that they are sent, all together */
	ns_t cpu;          /* of this server's processors, for that */
	ns_t measured_cpu; /* the same of those of the calibration */
};

/* Who is told of what a request writes. */
struct server_telling {
	uint32_t object;            /* of the model's storage; STORED_MAX: none that it knows */
	uint32_t events;            /* for each watcher */
	struct server_audience all; /* who watch all objects of the kind: the control plane, and
				     * what nodes have that does */
	struct server_audience own; /* who watch, on the node that it concerns, what does */
	ns_t cpu; /* of this server's processors, for one event and watcher as the model has
		   * them */
};

/* The scenario's reader has checked the model; it must have processors.  Levels are those of
 * the model, in their order. */
void server_params_init(struct server_params *p, const struct scenario *s);

/* The level of a user's calls as server_request.own_level has it: 0 if it is that of the call,
 * as for nodes, or the model does not tell. */
uint8_t server_level_of_user(const struct apiserver_model *m, const char *user);

/* Requests that have a seat or wait for one, at most; UINT32_MAX: there is no limit.
 */
uint32_t server_params_limit(const struct server_params *p, const struct scenario *s);

void server_costs_init(struct server_costs *c, const struct scenario *s);

/* A request; quorum: it asks for what etcd has, not for what the watch cache has.  pods: those
 * that a list of pods has, which are its node's. */
struct server_demand server_demand(
	const struct server_costs *c, uint16_t call, bool quorum, uint32_t pods);

/* The same of an object that somebody changes who is not simulated; no node is named. */
struct server_telling server_change(const struct scenario *s, const char *resource);

/* A request that is no write, or stores nothing, tells nobody of anything: no events. */
struct server_telling server_telling(const struct scenario *s, uint16_t call);

/* What is left of a measured latency beside processing. */
static inline ns_t server_wait(const struct server_demand *d, ns_t latency)
{
	return (latency > d->measured_cpu ? latency - d->measured_cpu : 0) + d->etcd_wait;
}

#endif
