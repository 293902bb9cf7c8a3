/* SPDX-License-Identifier: Apache-2.0 */
/* The container runtime of one node: pods, sandboxes, containers and images.
 *
 * Answers every call after a latency drawn from the runtime's model and changes its state at
 * the moment the call completes, not when it was asked.  Containers die by themselves (a
 * death now and then, crash loops).  Disturbances slow calls, let them hang or fail.  If the
 * model has processors, calls that start or end processes share them: their latency is what
 * one takes alone.  No clock: the driver says what time it is and wakes it at mock_next_at.
 */
#ifndef RUNTIME_MOCK_RUNTIME_MOCK_H
#define RUNTIME_MOCK_RUNTIME_MOCK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/stock.h"
#include "sim/chain.h"
#include "sim/dist.h"
#include "sim/records.h"
#include "sim/share.h"
#include "sim/tally.h"

enum {
	MOCK_RULES = 16,
	MOCK_IMAGES = 64,
	MOCK_DEATH = OP_N,
	MOCK_GOES_ON,
	MOCK_WORKS,
	MOCK_RULE
};

enum mock_disturbance { MOCK_SLOW, MOCK_HANG, MOCK_FAIL };

struct mock_rule {
	enum mock_disturbance kind;
	uint32_t op;    /* OP_N: every operation */
	int64_t factor; /* slow: millionths */
	int64_t share;  /* millionths of the calls */
	ns_t from, until;
};

/* What all nodes of a run have in common.  Must outlive the mocks. */
struct mock_params {
	struct mock_op {
		uint32_t bytes, record_bytes; /* of an answer; 0: not known */
		struct dist latency;
	} op[OP_N];
	uint32_t pods, containers; /* places */
	uint32_t processors;       /* of the node; 0: as many as anybody wants */
	ns_t grace;                /* a container that ignores SIGTERM stops after it */
	bool stops_at_once;        /* it heeds SIGTERM, or nobody waits for it */
	bool exit_is_seen_early;   /* listed at some moment while StopContainer still waits */
	bool sandboxes_are_containers; /* docker: their calls count as containers' calls */
	bool gone_is_an_error; /* stopping a removed sandbox, a removed container's status */
	ns_t death_every;      /* one container of the node dies so often; 0: never */
	ns_t crash_after;      /* a crash-looping container runs so long */
	uint32_t batch;        /* places, the last: their containers end by themselves */
	struct dist lifetime;  /* theirs */
	bool asked_for_ready;  /* somebody wants to know records.ready, which is so: */
	ns_t ready_after, ready_fails_every, ready_fails_for;
	uint32_t images; /* <= MOCK_IMAGES; pod p uses image p % images */
	bool image_present;
	ns_t timeout[OP_N]; /* a call that a rule slows or lets hang is given up; NS_NEVER:
			       never */
	uint32_t n_rules;
	struct mock_rule rules[MOCK_RULES];
	/* The first so many actors draw their latencies apart from all others, each in a
	 * sequence of its own that has this name. */
	uint32_t lanes;
	const uint32_t *lane_name;
	/* Where mocks of one thread take their jobs from; NULL: each has its own. */
	struct stock *jobs;
};

/* Something that will be true at `at`. */
struct mock_change {
	ns_t at;
	uint32_t seq;
	uint32_t pod; /* or the job, or the rule */
	uint16_t container;
	uint16_t instance;
	uint16_t op; /* the operation whose effect it is, or MOCK_DEATH and so on */
};

/* A chain that waits for processors, and how far it is. */
struct mock_job {
	struct chain chain;
	ns_t began;     /* the call under way, or all of them side by side */
	uint32_t actor; /* whom to answer */
	uint16_t step;
	uint16_t nth;  /* call of the step */
	uint16_t left; /* of its calls, side by side */
	uint16_t what; /* enum outcome */
};

/* The kept chain that was made last, all its calls of a kind together: what they come to is the
 * same each time, but for the latencies. */
struct mock_prepared {
	const struct mock_params *params;
	uint64_t changes; /* of the records, then */
	uint64_t records; /* listed */
	uint32_t kept;    /* 0: none */
	uint32_t n_sums;
	struct mock_sum {
		const struct dist *latency;
		uint64_t mean, bytes;
		/* where they begin behind the sequence's latest, how far they go */
		uint64_t first, draws;
		uint32_t n;
		uint16_t call, sequence;
	} sum[CHAIN_STEPS];
};

/* Read by anyone, written by runtime_mock.c only.  Per pod with C containers: 2 + 10 C bytes
 * and room for C + 1 changes of 24 bytes. */
struct mock {
	const struct mock_params *params;
	uint64_t key;     /* of random draws */
	uint64_t *latest; /* latency: of each operation, of each lane */
	uint32_t seq;
	struct mock_prepared prepared;  /* of an actor that has no lane */
	struct mock_prepared *of_lanes; /* [lanes][2], by the last bit of `kept`; or NULL */
	struct records records;
	bool *crashes; /* [pods] */
	ns_t next_death_at;
	uint32_t deaths, lives;
	uint32_t stream_hangs;      /* so many rules keep the event stream mute now */
	uint64_t images;            /* bit: present */
	struct mock_change *change; /* a binary heap */
	uint32_t n_changes, capacity;
	struct share share; /* of the processors */
	struct stock *jobs, own_jobs;
};

/* What becomes of an event stream that is open. */
enum mock_stream { MOCK_STREAM_STAYS, MOCK_STREAM_BREAKS, MOCK_STREAM_TELLS_ALL };

/* What a step tells. */
struct mock_news {
	enum mock_stream stream;
	bool changed; /* a container, by itself or by a call: what an event stream would tell */
	uint32_t pod;
	uint16_t container;
	bool answered; /* a chain that mock_call could not answer */
	uint32_t actor;
	struct chain_answer answer;
};

/* Room for all chains of so many mocks that can wait for processors at once, for params->jobs.
 */
void mock_stock(
	struct stock *s, const struct mock_params *params, uint32_t mocks, struct arena *mem);

/* An empty runtime in memory from mem.  The random key decides every draw. */
void mock_init(
	struct mock *m, const struct mock_params *params, struct arena *mem, uint64_t key);

/* Prepare kept chains of lanes too.  Memory from mem, 1 KB a lane, which is well spent if it
 * stays in a near cache. */
void mock_prepare_lanes(struct mock *m, struct arena *mem);

/* Let pod run already, all its containers up, as after a long time; those that end by
 * themselves are of a random age. */
void mock_place_running(struct mock *m, uint32_t pod);

/* Whether containers of that pod crash soon after they start. */
void mock_set_crashing(struct mock *m, uint32_t pod, bool crashes);

/* Make the calls of a chain from `now` on, count them in t, say when the last is answered and
 * how.  NS_NEVER: it waits for processors, and a later mock_step will tell `actor`'s answer.
 * Effects come true at their own time through mock_step. */
struct chain_answer mock_call(
	struct mock *m, ns_t now, uint32_t actor, const struct chain *chain, struct tally *t);

/* When some container dies that nothing else ends, after as many such deaths as there were. */
ns_t mock_death_at(const struct mock *m);

/* When mock_step is due; NS_NEVER if nothing is pending. */
static inline ns_t mock_next_at(const struct mock *m)
{
	ns_t at = m->n_changes ? m->change[0].at : NS_NEVER;

	return ns_min(at, ns_min(m->next_death_at, m->share.next_at));
}

/* Let the one change that is due at `now` come true. */
struct mock_news mock_step(struct mock *m, ns_t now, struct tally *t);

#endif
