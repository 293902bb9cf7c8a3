/* SPDX-License-Identifier: Apache-2.0 */
/* Whom API servers tell of what is written, and what of their processors that takes.
 *
 * A client that watches all objects of a kind is connected to one of the servers, a kubelet to
 * its own.  Each server's watch cache is a watcher too: of etcd, whoever wrote (what the one
 * that wrote takes for it is in the measured cost of the write).  For src/fleet only.
 */
#ifndef FLEET_FANOUT_H
#define FLEET_FANOUT_H

#include "apiserver/server.h"
#include "fleet/load.h"
#include "models/models.h"

/* Read-only after fanout_init.  cpu 0: who is told takes nothing, and is not looked at. */
struct fanout {
	uint32_t first[CALLS_MAX]; /* of a server's watchers, those of what the call writes */
	uint32_t n[CALLS_MAX];
	bool kubelet[CALLS_MAX]; /* and the kubelet that it concerns */
	ns_t cpu[CALLS_MAX];     /* for one of them, of all events of a write */
	ns_t crowd[CALLS_MAX];   /* for one of `n`, which may stand for many */
	uint8_t events[CALLS_MAX], object[CALLS_MAX]; /* how many, of which kind */
	/* Of the workload's objects that change: for one who is told; cpu 0: nobody is. */
	struct fanout_of_object {
		ns_t cpu, crowd;
		uint32_t first, n;
		bool kubelet;
	} change[OBJECTS_MAX];
	uint32_t rate;     /* that etcd passes on of a kind in a second; 0: no limit */
	uint32_t kubelets; /* the first of them; there are as many as nodes */
};

/* The servers that there are. */
struct fanout_servers {
	struct server *server;
	const ns_t *up_at; /* each is there from then on */
	uint32_t n;
};

/* A write that is through. */
struct fanout_write {
	uint16_t call;
	uint32_t node;        /* that it concerns */
	uint8_t server, home; /* where it was made; to which its node is connected */
	bool marks; /* a DELETE that says that a pod is to go: one change, not the two of the
		     * final one */
};

/* An object of the workload has changed. */
struct fanout_change {
	uint32_t object;
	uint32_t node; /* whose kubelet is told; FANOUT_NO_NODE: none is */
	uint8_t home;
	bool control_plane; /* so is that */
};

#define FANOUT_NO_NODE UINT32_MAX

void fanout_init(struct fanout *f, const struct scenario *s);

/* Of a server: for server_params. */
static inline uint32_t fanout_watchers(const struct fanout *f, const struct scenario *s)
{
	return f->kubelets + s->nodes;
}

/* Everybody is told; returns about how long it takes until the node's kubelet is, 0 if it does
 * not watch. */
ns_t fanout_tell(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w);

/* The same where nobody waits: it is written down. */
void fanout_load(const struct fanout *f, uint32_t servers, struct load *l, ns_t now,
	const struct fanout_write *w);

/* The node's kubelet is told, if there is one, and the control plane, if it is. */
void fanout_tell_change(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_change *c);
void fanout_load_change(const struct fanout *f, uint32_t servers, struct load *l, ns_t now,
	const struct fanout_change *c);

#endif
