/* SPDX-License-Identifier: Apache-2.0 */
/* The fleet: N nodes in virtual time.
 *
 * Nodes meet only at the API server, and one that answers as requests come makes nobody wait
 * for anybody.  So each node runs alone, from its first event to its last, in a block of memory
 * that stays in the processor's caches, and the next node reuses it; counts add up.  The same
 * agent, runtime and API server code runs live; only this driver knows virtual time.
 *
 * Results do not depend on the number of threads: every draw is a hash, every sum an integer.
 */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include <stdbool.h>

#include "apiserver/server.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/hist.h"
#include "models/models.h"
#include "sim/tally.h"

enum { FLEET_WINDOWS = TALLY_WINDOWS, FLEET_ACTIONS = 4 * FLEET_WINDOWS };

/* Something that is done to every node's pods; or its metrics are read. */
enum fleet_act {
	FLEET_CREATE_ALL,
	FLEET_DELETE_ALL,
	FLEET_CHURN,
	FLEET_CHURN_ENDS,
	FLEET_SCRAPE,
	FLEET_BATCH
};

struct fleet_action {
	ns_t at;
	enum fleet_act act;
	ns_t spacing; /* from one pod to the next; churn: from replacement to replacement;
		       * batch: from arrival to arrival */
	bool spread;  /* not to every node at the same moments */
};

struct fleet_window {
	ns_t from[2], until[2]; /* [0] calls of the runtime, [1] of the API server */
	const ns_t *op_mean; /* [OP_N] the runtime's mean latencies meanwhile; 0: as modelled;
			      * NULL: all as modelled */
};

struct fleet_params {
	const struct scenario *scenario;
	ns_t until; /* the run's end */
	ns_t kubelet_start;
	uint32_t n_actions;
	struct fleet_action action[FLEET_ACTIONS]; /* by time */
	uint32_t n_windows;                        /* at least 1 */
	struct fleet_window window[FLEET_WINDOWS];
	bool series; /* per second, over window 0 */
	bool times;  /* how long each call of window 0 took */
	unsigned threads;
	uint32_t trace_node;
	void (*trace)(void *ctx, const struct tally_call *call); /* of that node; NULL: off */
	void (*progress)(void *ctx, uint32_t nodes_done);        /* from thread 0; NULL: off */
	void *ctx;
};

/* What became of the requests of a class that kubelets wanted to send in window 0:
 * under_way_before + offered = answered + failed + under_way. */
struct fleet_requests {
	uint64_t offered;
	uint64_t throttled; /* waited in their client's limiter */
	uint64_t sent;      /* with every try again */
	uint64_t retried;   /* tries again */
	uint64_t failed;    /* their caller has the error */
	uint64_t
		without_stream; /* waited for a stream of their connection, every try counted */
	uint64_t given_up;      /* of these, those that the client's own timeout ended */
	uint64_t under_way_before; /* wanted before the window, and not over when it began */
	uint64_t under_way; /* when the run ends, since whenever; the window's end, too, if
			     * there is but one */
};

/* The first of these, second by second. */
enum fleet_try { TRY_OFFERED, TRY_THROTTLED, TRY_SENT, TRY_RETRIED, TRY_FAILED, FLEET_TRIES };

/* Whether it has settled.  The same of all classes in the last tenth of window 0, and of pods
 * and watches at its end. */
struct fleet_ending {
	uint64_t offered, answered, failed;
	uint64_t unanswered;    /* tries that came to nothing */
	uint64_t pods;          /* that should run: asked for, neither deleted nor completed */
	uint64_t pods_starting; /* of them, those that nobody was told of that they run */
	uint64_t pods_waiting;  /* of these, since before the last tenth, and for FLEET_PATIENCE
				 */
	uint64_t watches;       /* that should be open */
	uint64_t watches_waiting; /* and are not */
};

/* Whoever waits for less may be on its way: six times the objective for a pod's start. */
#define FLEET_PATIENCE (30 * NS_S)

/* What the time of a pod's start is spent on. */
enum start_part {
	PART_ARRIVAL,   /* its owner's request that creates it */
	PART_SCHEDULER, /* until it is bound to its node */
	PART_WATCH,     /* until its kubelet is told of it */
	PART_WORKER,    /* sync loop and worker */
	PART_VOLUMES,   /* loops that mount them, and the worker that polls for it */
	PART_SECRETS,   /* some of its volumes wait for what the API server has */
	PART_SANDBOX,
	PART_IMAGES,
	PART_CONTAINERS,
	PART_DETECTION, /* until its kubelet knows that they run */
	PART_STATUS,    /* until the status manager gets to it */
	PART_LIMITER,   /* of the status manager's client */
	PART_SERVER,    /* its requests there, and the watcher who is told */
	START_PARTS
};

/* Starts that ended in window 0: a watcher was told that all containers were started. */
struct fleet_starts {
	struct hist part[START_PARTS]; /* of a start; all of them have every start */
	/* Of PART_SECRETS: until the request that it waited for last had passed its client's
	 * limiter, and from then on. */
	struct hist secrets_held, secrets_served;
	struct hist all;            /* from creation: the sum of its parts */
	struct hist without_images; /* that, less pulling them */
	uint64_t overdue; /* not among them: those that go on at the end, for longer than the
			   * objective, images not counted */
};

/* Requests that are no node's, in window 0. */
struct fleet_asked {
	uint64_t offered;
	uint64_t sent; /* with every try again */
	uint64_t rejected;
	uint64_t failed; /* after the last try, or without an answer */
	uint64_t answered;
};

/* The API servers that nodes shared, all together. */
struct fleet_servers {
	uint32_t n;          /* 0: none, requests were answered as they came */
	uint32_t processors; /* of all of them */
	ns_t span;
	uint64_t busy[SERVERS_MAX]; /* of each, ns of processors at work; counts has the sum */
	struct server_counts counts;
	uint32_t n_levels;
	uint32_t seats[FLOW_LEVELS]; /* of all of them; UINT32_MAX: no limit */
	struct flow_counts level[FLOW_LEVELS];
	struct fleet_asked asked[CALLS_MAX];
	/* [tally.seconds], of window 0: ns of seats in use in each second, of all of them;
	 * NULL: there is no series.  Where nobody waited for anybody, all that a request took
	 * is in the second of its coming. */
	uint64_t *seat_time;
	uint64_t *busy_time; /* the same of processors at work */
};

/* slos/pod_startup_latency.md */
#define FLEET_START_OBJECTIVE (5 * NS_S)

/* PR #101652 counted the PUTs of leases in windows of this length. */
#define FLEET_TENTH (100 * NS_MS)

/* How far the runtime is with a pod that was deleted: nothing of it runs; nothing is left. */
enum removal_step { REMOVAL_STOPPED, REMOVAL_CLEANED_UP, REMOVAL_STEPS };

/* Requests of one class that failed (OUTCOME_ERROR) by one code of the server's, in window 0.
 */
struct fleet_code {
	struct fleet_code *next;
	uint64_t count;
	uint32_t second, in_second, peak; /* the one counted last; and the most in one */
	uint16_t call, code;              /* 200: what came with it could not be read */
	struct hist took, held;           /* as in tally_times */
};

/* What was measured, over all nodes.  Times in ns. */
struct fleet_result {
	struct arena mem; /* owns what follows */
	struct tally tally;
	/* A list by call and code, NULL: 500 is all that there is.  Of hollow nodes, whose
	 * result is one: fleet_result_merge leaves it alone. */
	struct fleet_code *codes;
	struct fleet_requests requests[CALLS_MAX];
	uint32_t seconds; /* room of the following; the series has as many, or fewer */
	/* [CALLS_MAX][seconds] answered requests that are no node's; NULL: there is no
	 * series, or no server that is asked. */
	uint32_t *others;
	uint32_t *tried; /* [FLEET_TRIES][CALLS_MAX][seconds]; NULL: there is no series */
	struct fleet_ending ending;
	struct fleet_servers servers;
	struct hist detection; /* from a container's death to the kubelet's knowing, window 0 */
	struct hist staleness; /* from an object's change to a pod's volume showing it */
	struct hist relist_duration;
	struct hist relist_interval; /* from start to start */
	struct hist step[4]; /* enum pod_step, to POD_STEP_STARTED: from a pod's creation */
	struct fleet_starts starts;
	struct hist running; /* from creation to the last status patch of window 0 */
	struct hist
		burst; /* of nodes that get all pods at once: until the last is seen running */
	struct hist gone;                   /* from the delete request to the DELETE */
	struct hist removal[REMOVAL_STEPS]; /* from the delete request to each, in window 0 */
	struct hist *running_of; /* [windows] of the pods created in each, to its last such
				  * patch; NULL: there is one window */
	struct hist *gone_of;    /* [windows] of the pods deleted in each; NULL as well */
	struct hist completed;   /* from a pod's last exit to its being seen completed */
	uint64_t pods_started, pods_completed, pods_removed;
	uint64_t http_probes;                       /* of pods, over HTTP or TCP, in window 0 */
	uint64_t readiness_changes;                 /* of containers, in window 0 */
	uint64_t open_watches, open_object_watches; /* at the end */
	uint64_t distinct_objects, object_references; /* at the end */
	uint64_t events_dropped, pleg_events_dropped;
	uint64_t pulls_refused; /* by the kubelet's registry limiter */
	uint64_t relists[FLEET_WINDOWS];
	uint64_t relist_time[FLEET_WINDOWS]; /* ns, all of them together */
	uint64_t unhealthy_nodes;            /* at the end */
	struct {
		uint64_t nodes;     /* that were NotReady at some time of window 0 */
		uint64_t unhealthy; /* because their PLEG was not healthy */
		uint64_t silent;    /* because their heartbeats were late; or both */
	} not_ready;
	uint32_t tenths;      /* of seconds, of window 0; 0: there is no series */
	uint32_t *leases;     /* [tenths] that were renewed */
	uint64_t stored_pods; /* at the end */
	uint64_t hang_ups;    /* since the start: connections, which were there, that kubelets
				 closed */
	uint64_t steps;       /* actors stepped: the engine's own events */
	uint64_t node_bytes;  /* of one node's block */
};

static inline uint32_t *fleet_tried(
	const struct fleet_result *r, enum fleet_try what, uint16_t call)
{
	return &r->tried[((size_t)what * CALLS_MAX + call) * r->seconds];
}

static inline uint32_t *fleet_others(const struct fleet_result *r, uint16_t call)
{
	return &r->others[(size_t)call * r->seconds];
}

/* Whether window 0 has `now`, on the API server's side. */
static inline bool fleet_measures(const struct fleet_params *p, ns_t now)
{
	return now >= p->window[0].from[1] && now < p->window[0].until[1];
}

/* Since when a run is at its end, for struct fleet_ending. */
static inline ns_t fleet_ends_from(const struct fleet_params *p)
{
	const struct fleet_window *w = &p->window[0];

	return w->until[1] - (w->until[1] - w->from[1]) / 10;
}

/* The usual run of a scenario: warm-up, then one measured window of its duration. */
void fleet_params_init(struct fleet_params *p, const struct scenario *s, unsigned threads);

/* Run; release with fleet_result_fini.  ERR_ENV if threads cannot be started. */
int fleet_run(const struct fleet_params *p, struct fleet_result *r, struct err *err);

/* What it has come to is all there will be: window 0 and what is told by time end at `now`, at
 * the soonest a ns after their start. */
void fleet_result_end_at(struct fleet_result *r, ns_t now);

void fleet_result_fini(struct fleet_result *r);

#endif
