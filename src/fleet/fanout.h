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

/* Who is told of a write, of a server's watchers.  cpu 0: that takes nothing, and is not looked
 * at. */
struct fanout_of {
	ns_t cpu;          /* for one of them, of all events of the write */
	ns_t crowd;        /* the same for one of `n`, which may stand for many */
	ns_t own;          /* and for all who watch what concerns their node alone; 0: nobody */
	uint32_t first, n; /* who watch all objects of the kind */
	uint8_t events;
	uint8_t object; /* the kind, of those that etcd passes on */
};

/* Read-only after fanout_init. */
struct fanout {
	struct fanout_of call[CALLS_MAX];
	struct fanout_of change[OBJECTS_MAX]; /* of the workload's objects, when they change */
	uint32_t rate;     /* that etcd passes on of a kind in a second; 0: no limit */
	uint32_t kubelets; /* the first of them; there are as many as nodes */
};

struct balancer;

/* The servers that there are, and who is connected to which. */
struct fanout_servers {
	struct server *server;
	struct balancer *balancer;
};

/* A write that is through. */
struct fanout_write {
	const struct fanout_of *of;
	uint32_t node;  /* that it concerns; FANOUT_NO_NODE */
	uint8_t home;   /* the server to which its kubelet is connected */
	uint8_t server; /* where it was made; FANOUT_NOWHERE: by nobody who is simulated */
	bool marks; /* a DELETE that says that a pod is to go: one change, not the two of the
		     * final one */
};

#define FANOUT_NO_NODE UINT32_MAX
#define FANOUT_NOWHERE UINT8_MAX

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

/* So is the kubelet of one more node that it concerns. */
ns_t fanout_tell_kubelet(const struct fanout *f, const struct fanout_servers *to, ns_t now,
	const struct fanout_write *w);

/* The same where nobody waits: it is written down. */
void fanout_load(uint32_t servers, struct load *l, ns_t now, const struct fanout_write *w);
void fanout_load_kubelet(struct load *l, ns_t now, const struct fanout_write *w);

#endif
