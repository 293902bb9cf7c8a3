/* SPDX-License-Identifier: Apache-2.0 */
/* Hollow agents: N nodes on sockets, against any API server.
 *
 * The second driver of src/agent.  A node is the one that is simulated (fleet/node.h): agent,
 * runtime, limiters, tries, script and measurements; here its requests are real, its pods are
 * those of the server, and time is the machine's.  What is due at a moment happens as of that
 * moment, however late the process gets to it: latencies are from the intended time, and how
 * late it was is measured.
 */
#ifndef HOLLOW_HOLLOW_H
#define HOLLOW_HOLLOW_H

#include <stdbool.h>

#include "base/hist.h"
#include "client/wire.h"
#include "fleet/fleet.h"

/* A loop that is later than this, one time in a hundred, says little of what it measures. */
#define HOLLOW_LAG_BEARABLE (100 * NS_MS)

/* Nor one that stood still for so long, if only once. */
#define HOLLOW_STOP_BEARABLE NS_S

/* A node is ready while its last status or lease that the server took is not older:
 * kube-controller-manager's --node-monitor-grace-period, 1.20. */
#define HOLLOW_GRACE (40 * NS_S)

enum {
	HOLLOW_CODES = 600, /* of answers, that are told apart */
	HOLLOW_SAID = 320   /* bytes of a sentence */
};

/* What is said of a run as soon as it is so, once. */
enum hollow_word {
	HOLLOW_UNKNOWN,    /* 401 */
	HOLLOW_FORBIDDEN,  /* 403 */
	HOLLOW_UNREADABLE, /* 200, and no object */
	HOLLOW_NO_STREAM,  /* requests wait for one */
	HOLLOW_SETUP,      /* nothing comes of it */
	HOLLOW_USERS,      /* what users do is refused */
	HOLLOW_KEPT,       /* it was there before, and is not deleted */
	HOLLOW_CONTAINERS, /* a pod has others than the workload's */
	HOLLOW_WORDS
};

/* What a run has come to so far. */
struct hollow_view {
	ns_t now;               /* since the agents started; < 0: they have not */
	uint32_t nodes_ready;   /* as a node controller sees them: HOLLOW_GRACE */
	uint32_t nodes_refused; /* who asks for them is unknown (401), or may not tell of them
				 * (403), and has not been let since */
	uint32_t pods_running;  /* whose status says so, acknowledged */
	uint32_t pods_there;    /* that the watches told of */
	uint64_t requests;      /* answered or failed */
	uint64_t errors;        /* connections that broke, 5xx, 429, time that ran out, and what
				 * could not be read */
	uint64_t lost;          /* of errors: no answer came */
	uint64_t unreadable;    /* of errors: a code of success, and no object that fits */
	uint64_t refused;       /* by another 4xx than 404, 410 and 429; no errors */
	uint64_t by_code[HOLLOW_CODES]; /* of requests; [0]: no answer came */
	uint64_t user_requests;         /* of those who make nodes, pods and objects */
	uint64_t unanswered; /* of both: no answer came, so the server may have counted none
			      */
	uint64_t asked[CALLS_MAX]; /* requests, by class of the scenario's calls */
	ns_t ready_after; /* the first request to the last node's status; 0: not all are ready
			   */
	char said[HOLLOW_WORDS][HOLLOW_SAID]; /* "": it was not */
	struct wire_counts wire;
	struct hist lag;       /* of the measured time: how late agents' turns came */
	struct hist start_lag; /* and of the time before it */
	const struct fleet_result *result; /* so far */
};

struct hollow_params {
	const struct scenario *scenario; /* starts at once, whatever it says */
	const struct access *access;
	enum wire_http http;
	uint32_t connections;  /* of a node, HTTP/2; 0: groups share theirs */
	const char *name;      /* of nodes: name-0, ...; of namespaces: nodetoll-name-0, ... */
	bool impersonate;      /* each node is system:node:NAME */
	bool only_others_pods; /* nobody creates the scenario's pods */
	bool pods_first;       /* pods of the beginning are there before agents start */
	bool cleans_up;        /* what was made, and not there before, is deleted at the end */
	/* Bearer tokens, one a node; NULL: all ask by the access's. */
	const char *const *token;
	const char *metrics; /* ADDR:PORT to tell counters at; NULL: none */
	/* A request of the node was answered with that code: a watch, when it opens; 0: it
	 * had no answer.  NULL: off. */
	void (*answered)(void *ctx, uint32_t node, ns_t now, uint16_t call, int code);
	/* What is to be known at once, without a line's end.  NULL: off. */
	void (*say)(void *ctx, const char *text);
	/* Every second while it runs; returns false to stop.  NULL: off. */
	bool (*tell)(void *ctx, const struct hollow_view *v);
	void *ctx;
};

/* What a live run of a scenario does, as the parameters of a run in virtual time: every kubelet
 * starts at 0 with its node empty, and pods that the scenario has at rest are created then. *s:
 * the scenario that *p is of, which must not move. */
void hollow_script(const struct scenario *of, struct scenario *s, struct fleet_params *p);

/* Run for warm-up and duration, or until SIGINT or SIGTERM: then the window ends there.  *r as
 * fleet_run; *last is what it had come to.  ERR_ENV: the server cannot be reached, does not
 * trust, is none; descriptors. */
int hollow_run(const struct hollow_params *p, struct fleet_result *r, struct hollow_view *last,
	struct err *err);

#endif
