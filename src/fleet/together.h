/* SPDX-License-Identifier: Apache-2.0 */
/* All nodes alive, in one order of time, before API servers that they share.
 *
 * What nodes send and what servers say has its place in that order, and one thread keeps it.
 * In between a node is alone: until a server could say something to it at the earliest, or
 * beyond that if what it will say is sure, as it is once a request only waits for etcd.  That
 * long it runs ahead, on any thread (errands.h): the same bytes on however many.  For src/fleet
 * only.
 */
#ifndef FLEET_TOGETHER_H
#define FLEET_TOGETHER_H

#include "apiserver/server.h"
#include "fleet/fanout.h"
#include "fleet/fleet.h"
#include "fleet/node.h"
#include "fleet/owners.h"

/* The purpose of the draws of a balancer. */
enum { TOGETHER_DRAW_SERVER = 401 };

/* Resources whose changes are counted, since kubelets watch what they change themselves. */
enum watched { WATCHED_NONE, WATCHED_PODS, WATCHED_NODES, WATCHED_N };

/* The servers that nodes share. */
struct together_params {
	struct server_params server; /* of each */
	uint32_t servers;
	uint32_t capacity; /* of each, for requests that need a seat */
	ns_t retry_after;  /* what a rejection says */
	/* Of a processor, for a request, [1] that asks etcd; and what of its time at leisure
	 * was processing where that was measured, and what etcd takes for a large list beyond
	 * it.
	 */
	ns_t cpu[CALLS_MAX][2], measured[CALLS_MAX][2], etcd[CALLS_MAX][2];
	uint16_t width[CALLS_MAX][2]; /* seats; 0: one */
	bool mutating[CALLS_MAX];
	bool opens[CALLS_MAX];   /* a watch, by a kubelet or anybody */
	bool sli_without_queues; /* objectives leave out the time in queues */
	bool seats_watches;      /* until they are open; if not they take no seat */
	/* Of pods or nodes (enum watched): what changes them, lists them, watches them. */
	uint8_t writes[CALLS_MAX], lists[CALLS_MAX], watches[CALLS_MAX];
	struct fanout fanout;
	struct owners_params owners;
	uint32_t remembers; /* changes of each, that a watch may begin with; 0: all */
	bool caches;        /* watches are served from what a server has seen itself */
};

/* The servers of the plan's scenario, which says that they have processors. */
void together_params_init(struct together_params *p, const struct node_plan *plan);

/* Whether so much load, of nodes that ran alone, may have made somebody wait.  More load never
 * makes that untrue. */
bool together_may_wait(const struct together_params *p, const struct load *l);

/* Whether so much load, of nodes that ran alone, made nobody wait for anybody; if so, r says
 * what the servers were busy with. */
bool together_was_idle(
	const struct node_plan *plan, const struct load *l, struct fleet_result *r);

/* Run the plan's nodes into r, whose memory is initialised.  ERR_ENV: no memory for requests
 * under way. */
int together_run(const struct node_plan *plan, struct fleet_result *r, struct err *err);

#endif
