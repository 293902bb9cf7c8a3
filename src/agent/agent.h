/* SPDX-License-Identifier: Apache-2.0 */
/* One node agent: a kubelet, as a state machine.
 *
 * Made of actors, each what is a goroutine in the kubelet: the loops that the model declares,
 * the PLEG's, the sync loop, a worker for each pod, a mount for each volume, a reflector for
 * each watched object, the status manager, the deletors.  An actor sleeps, waits for the
 * answer of one call, or waits for another actor; it owns one slot of the wake-up tree.  A
 * step wakes the actor that is due, which decides and appends what it wants done to `out`.
 * The driver does it and says so with agent_answer: in virtual time at once, for a later
 * moment; live it parks the actor and answers when the answer is there.
 *
 * Contract: `now` never goes back; a step appends at most AGENT_EFFECTS effects and at most
 * one call; the same inputs give the same effects; nothing is allocated after agent_init.
 * The runtime's answers to lists are read from `view` when they arrive.
 *
 * Sources are cited in the files of src/agent; versions differ only by the model.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "models/lanes.h"
#include "models/models.h"
#include "pleg/pleg.h"
#include "secretcache/secretcache.h"
#include "sim/bucket.h"
#include "sim/chain.h"
#include "sim/dist.h"
#include "sim/wakes.h"

enum { AGENT_EFFECTS = 8, AGENT_VOLUMES = OBJECTS_MAX + 1 };

/* Kinds of actors, in the order of their slots; AGENT_KINDS ends the list. */
enum actor_kind {
	ACTOR_LOOP,
	ACTOR_STARTUP,
	ACTOR_WATCH,
	ACTOR_PLEG,
	ACTOR_SYNC,
	ACTOR_STATUS,
	ACTOR_EVENTS,
	ACTOR_PULLER,
	ACTOR_CONTAINER_DELETOR,
	ACTOR_SANDBOX_DELETOR,
	ACTOR_COLLECTOR,
	ACTOR_POPULATOR,
	ACTOR_WORKER,
	ACTOR_KILLER,
	ACTOR_MOUNT,
	ACTOR_REFLECTOR,
	ACTOR_PROBE,
	ACTOR_KINDS
};

/* What all agents of a run share: the model, compiled.  Read-only; outlives them. */
struct agent_plan {
	const struct kubelet_model *kubelet;
	const struct workload_model *workload;
	uint32_t pods;       /* places */
	uint32_t batch_from; /* pods in places from this on run to completion; pods: none */
	uint32_t containers;
	uint32_t volumes;    /* of each pod: objects, then the token if there is one */
	uint32_t probes;     /* of each pod, all containers together */
	bool asks_for_ready; /* some of them are for readiness */
	bool has_past;       /* kubelets may have pods that have run for long */
	struct pleg_params pleg;
	struct sc_params objects;
	struct dist lateness; /* of timers */
	struct dist dispatch; /* from goroutine to goroutine */
	uint32_t status_queue;
	/* Where queues of agents of one thread are, see agent_stock; NULL: each has its own. */
	struct stock *chunks;
	uint64_t seed;                   /* of the run: who of its nodes has what a part has */
	uint32_t nodes;                  /* that are run */
	uint32_t reacts;                 /* bits of the triggers that some loop waits for */
	uint32_t first[ACTOR_KINDS + 1]; /* slot of each kind's first actor */
	uint8_t *kind_of;                /* [slots] */
	uint64_t *draws_for;           /* [slots] whom draws are for: kind, and index or name */
	struct loop_round *round;      /* [loops] */
	uint32_t lane_name[LANES_MAX]; /* of loops and watches, see models/lanes.h */
};

/* A round of calls of the runtime that is the same each time, but for what only an old runtime
 * cache asks for. */
struct loop_round {
	bool is_fixed;         /* it is so; else nothing here is used */
	ns_t older;            /* than this, the runtime cache is old; 0: nobody asks */
	struct chain chain[2]; /* with that, and without */
};

/* In which lane the numbers are drawn for what that actor asks for. */
static inline uint32_t agent_lane(const struct agent_plan *plan, uint32_t actor)
{
	uint32_t watch = actor - plan->first[ACTOR_WATCH];

	if (actor < plan->kubelet->n_loops)
		return lane_of_loop(actor);
	return watch < plan->kubelet->n_watches ? lane_of_watch(plan->kubelet, watch)
						: LANE_MECHANISMS;
}

/* The standing watch whose actor it is; NULL: it is of none. */
static inline const struct model_watch *agent_watch_of(
	const struct agent_plan *plan, uint32_t actor)
{
	uint32_t watch = actor - plan->first[ACTOR_WATCH];

	return watch < plan->kubelet->n_watches ? &plan->kubelet->watches[watch] : NULL;
}

/* A request of a loop is about no pod that it changes, whatever its verb: it is only answered.
 */
#define REQUEST_NO_POD UINT32_MAX

/* What events tell of. */
enum event_kind {
	EVENT_ASKED,          /* a feature's: nobody knows of what */
	EVENT_KUBELET_STARTS, /* of the node, each of these another one */
	EVENT_CONFIG,         /* of the node and of the pod: a warning of its configuration */
	EVENT_PULL,
	EVENT_SANDBOX,
	EVENT_START,
	EVENT_KILL,
	EVENT_BACK_OFF,
	EVENT_FAILED_SYNC,
	EVENT_PROBE,
	EVENT_KINDS
};

/* One of them, as the key of the request that tells it. */
struct event_item {
	uint32_t pod : 16; /* EVENT_OF_NODE: none */
	uint32_t kind : 4; /* enum event_kind */
	uint32_t container : 4;
	uint32_t nth : 7;   /* of those that are raised together */
	uint32_t known : 1; /* the same was raised before: it is counted */
};
#define EVENT_OF_NODE UINT16_MAX

static inline uint32_t event_key(struct event_item e)
{
	return (uint32_t)e.nth << 8 | (uint32_t)e.container << 4 | e.kind;
}

static inline struct event_item event_of_key(uint32_t key)
{
	return (struct event_item){
		.kind = key & 15, .container = key >> 4 & 15, .nth = key >> 8 & 127};
}

/* A request to the API server. */
struct agent_request {
	uint16_t call;
	uint8_t client; /* enum client */
	uint8_t object; /* index into the workload's objects */
	bool quorum;
	uint32_t pod;
	uint32_t key;    /* of an object, or an event */
	uint32_t status; /* written */
	ns_t timeout;    /* a watch */
	ns_t since;      /* a watch: as of when its reflector knows all that was so far */
};

/* Something the driver may want to measure; no answer is expected. */
enum note_kind {
	NOTE_DIED_SEEN,   /* the kubelet knows of a container's death */
	NOTE_OBJECT_READ, /* a volume shows the object as of version, or as watched now */
	NOTE_RELIST,      /* began_at .. now; previous: the start before */
	NOTE_POD_STATUS,  /* a status patch is through: all containers run (value 1) */
	NOTE_POD_STEP,    /* a pod's start reached a step: value is a enum pod_step */
	NOTE_HEALTH,      /* the node status tells that the PLEG is healthy (value 1) or not */
	NOTE_PROBED,      /* so many probes (value) asked a pod over HTTP or TCP */
	NOTE_READY,       /* so many containers (value) were found ready, or not any more */
};

enum pod_step {
	POD_STEP_WORKER,
	POD_STEP_MOUNTED,
	POD_STEP_SANDBOX,
	POD_STEP_STARTED,
	POD_STEP_PULLS, /* an image */
	POD_STEP_PULLED,
	POD_STEP_KNOWN, /* the kubelet's own status shows that all containers were started */
	/* A volume that was never mounted begins to wait for its object or token, and ends. */
	POD_STEP_FETCHES,
	POD_STEP_FETCHED
};

/* Bits of a status, which is a fingerprint otherwise: every container has been started; the pod
 * has run to completion (phase Succeeded). */
#define STATUS_STARTED 2u
#define STATUS_ENDED   4u

#define NOTE_LIVE UINT32_MAX /* version: whatever the watch last told */

struct agent_note {
	enum note_kind kind;
	uint32_t pod;
	uint32_t container; /* or volume */
	uint32_t value;
	bool own; /* of a fetch: it asked itself, and did not wait for who asks already */
	ns_t from, before;
};

enum effect_kind { EFFECT_CHAIN, EFFECT_REQUEST, EFFECT_NOTE };

struct effect {
	enum effect_kind kind;
	uint32_t actor; /* whom to answer */
	ns_t at;        /* send it then, not before: the client's limiter says so */
	union {
		const struct chain *chain; /* until the agent's next step */
		struct agent_request request;
		struct agent_note note;
	};
};

struct effects {
	uint32_t n;
	struct chain chain; /* of a step's call, unless it is one that is kept */
	struct effect effect[AGENT_EFFECTS];
};

/* What the pod watch tells. */
enum pod_change { POD_ADDED, POD_DELETING, POD_STATUS, POD_REMOVED };

/* A reflector, beside what it is at. */
struct reflector {
	struct backoff backoff; /* after a LIST or WATCH that failed */
	struct backoff again;   /* before a WATCH that is opened again; where that is another */
	ns_t asked_at;          /* it asked for its watch */
	ns_t knows_at; /* it listed, or its watch was open, last; as of then it knows */
	uint16_t life; /* how many there were in this place that were stopped */
	bool waits;
	bool asleep;  /* its client is to send its watch again: it is on no connection */
	bool reopens; /* it knows no more than when it asked before */
};

struct loop_state {
	ns_t phase; /* ticker: of its ticks */
	ns_t last[LOOP_CALLS];
	uint8_t next;              /* call */
	uint8_t tried;             /* times its requests failed in this round */
	bool watching;             /* a watch: listed already */
	bool waits;                /* its tick came while somebody else had the sync loop */
	bool busy;                 /* at the rounds that something caused */
	bool off;                  /* on other nodes only */
	uint16_t left;             /* more of the request under way, for other pods */
	uint32_t pending;          /* rounds that something caused, with the one under way */
	uint32_t rounds_up;        /* shares of calls, base/part.h */
	uint32_t rest[LOOP_CALLS]; /* of such a share, upon events: parts of a call */
};

enum worker_state {
	WORKER_IDLE,
	WORKER_TAKEN,  /* an update was handed over */
	WORKER_WAITS,  /* for the pod cache to be newer than its last sync */
	WORKER_MOUNTS, /* polls for its volumes */
	WORKER_SANDBOX,
	WORKER_IMAGE, /* asked whether the image is there */
	WORKER_PULLS,
	WORKER_STARTS,
	WORKER_STOPS, /* containers */
	WORKER_STOPS_SANDBOX,
	WORKER_PROVES,     /* >= 1.22: asks once more that nothing runs */
	WORKER_POLL_LISTS, /* polling: the runtime cache of the burst */
	WORKER_POLL_READY,
	WORKER_POLLS,
	WORKER_POLL_PROBES,
	WORKER_STATES,
};

/* A pod's place.  112 bytes. */
struct pod {
	ns_t last_sync; /* end; -1: none */
	ns_t due;       /* in the work queue; NS_NEVER */
	ns_t began;     /* the sync under way */
	/* Nothing was to do as of those changes of the runtime (polling), or of the pod cache's
	 * version before that; 0: there was */
	uint64_t at_rest;
	ns_t rests_at; /* polling: its sync ends then and will have found nothing; 0: not so */
	uint64_t status_of; /* the pod cache's version that `status` was made from */
	ns_t token_until;   /* the token is good until then */
	uint32_t namespace;
	uint32_t status;       /* cached: what the kubelet thinks, as a fingerprint */
	uint32_t known_status; /* the API server's, as the watch last told */
	uint16_t status_version;
	uint16_t api_version; /* sent and acknowledged */
	uint8_t state;        /* enum worker_state */
	uint8_t container;    /* being started; polling: or exec probe under way */
	uint8_t n_mounted;
	bool known;    /* in the pod manager */
	bool deleting; /* has a deletion timestamp */
	bool working, undelivered, deferred;
	bool status_cached;
	bool status_running;   /* the cached status shows a running container */
	bool api_known;        /* apiStatusVersions has it */
	bool terminated;       /* >= 1.22: its termination is complete */
	bool completed;        /* all its containers have ended, and none runs again */
	uint16_t told_running; /* the cached status shows these running: bits */
	bool volumes_wanted;   /* in the desired state of the world */
	bool sandbox_new;      /* this sync made a sandbox: every container starts */
	bool cgroup;
	bool acted, failed;     /* this sync */
	bool waits;             /* this sync: a container waits for its back-off */
	bool cache_ready;       /* runtime cache: its sandbox is ready */
	uint16_t cache_running; /* the same: bits of running containers */
	uint16_t back_off_told; /* bits of containers whose back-off was told of */
	uint16_t kill_asks;     /* its killer: bits of containers still to be asked for */
	uint8_t kill_state;
	uint8_t kill_running; /* containers to be stopped */
	bool kill_ready;
	bool failed_told;   /* of a failed sync */
	bool warned;        /* an event that counts from now on */
	ns_t event_refill;  /* the spam filter's bucket is full again then */
	ns_t volumes_until; /* unmounted then, once not wanted */
};

enum mount_state { MOUNT_IDLE, MOUNT_MARKED, MOUNT_FETCHES, MOUNT_WAITS, MOUNT_RESUMED };

/* One volume of one pod. */
struct mount {
	ns_t served_at; /* it was clear at its mark that the cache would serve it then */
	uint16_t entry;
	uint8_t state;
	bool mounted;
	uint32_t version; /* shown */
	uint8_t failures;
	bool referenced;
};

struct status_item {
	uint32_t status;
	uint16_t pod;
	uint16_t version;
	bool running;
};

/* A round that will have ended at `at` without a step, see quiet.c; NS_NEVER: none is under
 * way.  What its end has changed already is as it was before. */
struct quiet {
	ns_t at;
	uint32_t slot;
	ns_t phase;
	struct draws {            /* so many were drawn on an actor's behalf */
		uint32_t moments; /* how late a timer fires, a goroutine runs */
		uint32_t others;
	} draws;
};

enum quiet_kind { QUIET_RELIST, QUIET_HOUSEKEEPING, QUIET_KINDS };

struct removal {
	uint16_t pod;
	uint16_t instance;
	uint8_t container;
};

/* Read by drivers and reports; written by src/agent only. */
struct agent {
	const struct agent_plan *plan;
	const struct records *view;
	uint64_t key;        /* of random draws */
	uint32_t node;       /* which one of the plan's */
	struct draws *draws; /* [slots] */
	uint32_t drawing;    /* the slot that draws now */
	struct wakes wakes;
	uint8_t *answer;        /* [slots], enum outcome */
	uint32_t *answer_value; /* [slots] */
	struct bucket bucket[CLIENTS];
	struct pleg pleg;
	struct secretcache objects;
	struct loop_state *loop;     /* loops, then the startup, then watches */
	struct reflector *reflector; /* standing watches, then those of objects */
	struct pod *pod;
	struct walk *walk;   /* [pods] scratch, past.c */
	struct mount *mount; /* [pods * volumes] */
	ns_t now;            /* of the step under way, or the last; -1: none yet */
	ns_t tick_phase, populator_phase, reconciler_phase;
	ns_t last_served_at; /* the latest of all mounts */
	uint32_t n_waiting;  /* workers that wait for the pod cache */
	uint32_t n_deferred;
	uint32_t n_ticks_waiting; /* of loops, for the sync loop */
	bool sync_busy; /* somebody is at calls in the sync loop: all else there waits */
	/* What was looked at as a whole and found at rest need not be looked at again until
	 * something changes: pods that come or go, the runtime's records, statuses. */
	bool pods_at_rest, statuses_at_rest;
	bool pods_changed; /* and all workers are still to be released for that */
	ns_t batch_ends;   /* when that will be, if no more changes until then */
	uint64_t remembered_changes, collected_changes;
	uint8_t sync_state;
	uint16_t sync_pod;
	/* pod changes that the sync loop has not handled, a ring */
	struct pod_news {
		uint32_t status;
		uint16_t pod;
		uint8_t change;
	} * news;
	uint32_t news_head, n_news, news_capacity;
	/* status manager */
	uint8_t status_state;
	struct stock *chunks, own_chunks;
	struct fifo statuses; /* that wait, struct status_item */
	struct status_item *status_batch, status_now;
	uint32_t n_batch, at_batch;
	ns_t status_tick;
	/* the rest of the kubelet */
	ns_t runtime_cache_at; /* the stamp of what it holds; -1: to be listed anew */
	ns_t populator_listed_at;
	struct fifo events;     /* that wait, struct event_item */
	ns_t node_event_refill; /* as that of a pod, for events about the node */
	uint16_t *pulls;
	uint32_t pull_head, n_pulls; /* pods, a ring */
	struct bucket registry;
	uint64_t refused_pulls; /* by that limiter */
	struct removal *dead;
	uint32_t dead_head, n_dead; /* container deletor */
	uint16_t *gone;
	uint32_t gone_head, n_gone; /* sandbox deletor */
	struct removal *collect;
	uint32_t n_collect, at_collect;
	bool container_deletor_busy, sandbox_deletor_busy, populator_lists, puller_busy;
	bool poll_listing, event_sending, node_warned;
	bool pods_known; /* the pod source has told of those that there are */
	uint64_t images; /* that are there, as far as pulls tell: a bit each */
	uint64_t images_cached, images_told; /* of them in the image cache, the node status */
	bool unhealthy_told; /* the node status says that the PLEG is not healthy */
	bool overwritten;    /* somebody else has written the node's conditions */
	bool resting;        /* some pod may have a rests_at */
	struct quiet quiet[QUIET_KINDS];
	ns_t quiet_at;           /* the first of them */
	ns_t relist_ended_at;    /* without a step, and nobody was told; 0: no such */
	uint32_t hang_ups;       /* how often it has closed a connection by itself */
	uint32_t hung_up;        /* which one that was, the last time */
	uint32_t watches_ended;  /* how often some ended, or were ended, before their time */
	ns_t told_at;            /* the pod watch told of something last; -1: never */
	uint64_t rested;         /* rounds and syncs that ended without a step */
	ns_t *probe_next;        /* [pods * probes] */
	uint8_t *probe_tries;    /* [pods * probes] */
	uint8_t *probe_failures; /* [pods * probes], in a row */
	uint32_t noted_probes, noted_ready; /* of a step, so far */
	uint16_t *ready;          /* [pods * containers] the instance found ready, and one */
	ns_t *backed_off_at;      /* [pods * containers]: its crash back-off grew last */
	uint8_t *back_off_steps;  /* [pods * containers]: how often since it began; 0: none */
	ns_t back_offs_collected; /* those that were old enough then are forgotten */
	uint64_t dropped_events;
	uint64_t queued_events; /* and those that found room in the queue, ever */
};

/* An agent with more actors than this does not fit the wake-up tree. */
#define AGENT_ACTORS_MAX (1u << WAKES_SLOT_BITS)

/* Compile a scenario's models for its agents; memory from mem, which the plan shares. */
void agent_plan_init(struct agent_plan *plan, const struct scenario *s, uint32_t pods, ns_t ttl,
	struct arena *mem);

/* Whose agent it is. */
struct agent_owner {
	uint32_t node; /* below the plan's nodes */
	uint64_t key;  /* of its random draws */
};

/* A stock for the queues of so many agents, for plan->chunks and plan->pleg.chunks. */
void agent_stock(
	struct stock *s, const struct agent_plan *plan, uint32_t agents, struct arena *mem);

/* A kubelet that has just started at `now`, with nothing on its node, or with what
 * agent_place_running adds.  view is the runtime it looks at; it must outlive the agent. */
void agent_init(struct agent *a, const struct agent_plan *plan, const struct records *view,
	struct agent_owner owner, ns_t now, struct arena *mem);

/* Let the pod be there already, running for long, all timers at stationary random ages.
 * Call for each pod before the first step, then agent_settle once. */
void agent_place_running(struct agent *a, ns_t now, uint32_t pod, uint32_t namespace);
void agent_settle(struct agent *a, ns_t now);

/* When agent_step is due; NS_NEVER if the agent only waits. */
static inline ns_t agent_next_at(const struct agent *a)
{
	return wakes_next_at(&a->wakes);
}

/* It will be stepped soon, for the first time for long: what nearly every step looks at is
 * asked for from memory.  Then, when that is there, what workers look at that are due before
 * `until`.
 */
void agent_fetch(const struct agent *a);
void agent_fetch_pods(const struct agent *a, ns_t until);

/* Step the actor that is due at `now`. */
void agent_step(struct agent *a, ns_t now, struct effects *out);

/* An effect is answered (or, in virtual time, will be at `at`). */
void agent_answer(struct agent *a, uint32_t actor, ns_t at, enum outcome what, uint32_t value);

/* In virtual time an answer is known when its call begins.  If an actor will find nothing to do
 * then, it need not be stepped for it: true if so, and agent_answer is not to be called.  `at`
 * is before the end of the run: a round whose end is nothing to anybody has ended when this
 * says so, and cannot be taken back.  Others can: before anything but agent_step happens to the
 * agent, its runtime or its pods, agent_stirs has to be called, and they are awake again and
 * find what they find. */
bool agent_rests(struct agent *a, uint32_t actor, ns_t at, enum outcome what);
void agent_stirs(struct agent *a, ns_t now);

/* The run is over: as agent_stirs, and notes of what nobody was told yet, each with its time.
 */
void agent_ends(struct agent *a, ns_t now, struct effects *out);

/* An effect is not answered yet: until it is, its actor has nothing to do.  Before the next
 * step, every call of a step is either answered or parked. */
void agent_park(struct agent *a, uint32_t actor);

/* The pod watch tells of a change; status is the API server's. */
void agent_pod_news(struct agent *a, ns_t now, uint32_t pod, enum pod_change change,
	uint32_t namespace, uint32_t status);

/* When a timer that the actor's goroutine sets for `at` fires. */
ns_t agent_timer(struct agent *a, uint32_t actor, ns_t at);

/* The actor's client sleeps before it sends its request again, or has sent it. */
void agent_client_sleeps(struct agent *a, uint32_t actor, bool sleeps);

/* A connection to the API server is gone (models.h, client_connection), and every watch over it
 * ends.  What was under way is the driver's to answer. */
void agent_reset(struct agent *a, uint32_t connection, ns_t now);

/* Somebody reads the kubelet's metrics: loops that the model declares as done on request run.
 * One that runs already serves this one too. */
void agent_scrape(struct agent *a, ns_t now);

/* The node that the kubelet was answered has other conditions than it has told: of whom it
 * hears nothing the node controller takes for dead. */
void agent_overwritten(struct agent *a);

/* A volume shows its object in a newer version than before: what the driver makes of
 * NOTE_OBJECT_READ. */
void agent_object_changed(struct agent *a, ns_t now);

/* The runtime's event stream tells of a container (evented designs only listen). */
void agent_runtime_news(struct agent *a, ns_t now, uint32_t pod);

/* The runtime's event stream, if it was open, ended. */
void agent_stream_ends(struct agent *a, ns_t now);

/* True if nothing of the pod's place is in use any more. */
bool agent_place_is_free(const struct agent *a, uint32_t pod);

/* Which of those that had the actor's place one after the other has it now: a reflector is
 * stopped, and another starts.  What one of them asked is no business of the next. */
uint16_t agent_life(const struct agent *a, uint32_t actor);

/* Watches that are open now: the model's standing ones and those of objects. */
uint32_t agent_open_watches(const struct agent *a, ns_t now, uint32_t *of_objects);

/* The key of the object that a volume of a pod in that namespace mounts. */
uint32_t agent_object_key(
	const struct agent_plan *plan, uint32_t object, uint32_t pod, uint32_t namespace);

#endif
