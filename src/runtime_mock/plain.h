/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that change nothing and always find what they are about: nearly all, and the path that
 * has to be fast.  For src/runtime_mock, and for the driver in bench/ that makes
 * calls one by one. */
#ifndef RUNTIME_MOCK_PLAIN_H
#define RUNTIME_MOCK_PLAIN_H

#include "base/rng.h"
#include "runtime_mock/runtime_mock_priv.h"

/* How many records the step's answers carry. */
static inline uint32_t records_listed(
	const struct mock *m, const struct chain_step *s, uint16_t op)
{
	bool sandboxes = op == OP_LIST_PODSANDBOX;

	if (s->records < CHAIN_RUNNING)
		return s->records;
	if (sandboxes)
		return m->records.n_sandboxes;
	return s->records == CHAIN_ALL ? m->records.n_containers : m->records.n_running;
}

/* The sequence that an actor's calls draw from: its lane's, or the operation's, so that one
 * design's calls disturb no other's. */
static inline uint64_t *sequence_of(const struct mock *m, uint32_t actor, uint16_t op)
{
	return &m->latest[actor < m->params->lanes ? OP_N + actor : op];
}

static inline ns_t latency_of(struct mock *m, uint64_t *sequence, uint16_t op, uint32_t records)
{
	return dist_draw(&m->params->op[op].latency, rng_mix(*sequence += RNG_STEP), records);
}

/* What an answer carries. */
static inline uint64_t size_of(const struct mock *m, uint16_t op, uint32_t records)
{
	const struct mock_op *o = &m->params->op[op];

	return o->bytes + (uint64_t)o->record_bytes * records;
}

/* Other lists are of no containers. */
static inline bool lists_containers(uint16_t op)
{
	return op == OP_LIST_CONTAINERS || op == OP_REFRESH_CONTAINERS;
}

/* Count what n of the step's answers carry. */
static inline void count_size(const struct mock *m, const struct chain_step *s, uint32_t n,
	uint32_t records, struct tally_counts *in)
{
	uint16_t op = op_of(s);

	in->bytes[s->call] += n * size_of(m, op, records);
	if (lists_containers(op))
		in->records += (uint64_t)records * n;
}

/* Count one of the step's calls; its answer has a size if there is one. */
static inline void count_one(const struct mock *m, struct tally *t, const struct chain_step *s,
	uint32_t records, struct tally_call c)
{
	struct tally_counts *in = tally_spot(t, 0, c.at)->in;

	tally_timed(t, c);
	if (in && c.what == OUTCOME_OK)
		count_size(m, s, 1, records, in);
}

/* Whether calls have to wait for processors that others work on. */
static inline bool is_loaded(const struct mock *m)
{
	return m->share.n > 0 && m->share.n >= m->params->processors;
}

/* The chain's operations that are plain, a bit each.  A container's status is one among many,
 * as long as nobody asks for an instance that may be gone: the records say which exist. */
static inline uint32_t plain_ops(const struct chain *c)
{
	uint32_t ops = OP_BIT(OP_VERSION) | OP_BIT(OP_STATUS) | OP_BIT(OP_LIST_PODSANDBOX) |
		       OP_BIT(OP_PODSANDBOX_STATUS) | OP_BIT(OP_LIST_CONTAINERS) |
		       OP_BIT(OP_LIST_CONTAINER_STATS) | OP_BIT(OP_LIST_IMAGES) |
		       OP_BIT(OP_IMAGE_FS_INFO) | OP_BIT(OP_EXEC_SYNC) |
		       OP_BIT(OP_GET_CONTAINER_EVENTS) | OP_BIT(OP_INSPECT_CONTAINER) |
		       OP_BIT(OP_INSPECT_IMAGE) | OP_BIT(OP_REFRESH_CONTAINERS);

	if (c->parallel)
		return 0;
	return ops | (uint32_t)(c->instance == CHAIN_CURRENT) << OP_CONTAINER_STATUS;
}

/* Make the first steps of a chain of plain calls, as far as they are counted where the chain
 * begins: how many.  *at: from its beginning to their answer. */
uint32_t plain_steps(
	struct mock *m, uint32_t actor, const struct chain *chain, struct tally *t, ns_t *at);

/* Make a kept chain whole if all its calls are plain and counted where it begins, and it can be
 * prepared.  Else false, and nothing is done. */
bool plain_kept(
	struct mock *m, uint32_t actor, const struct chain *chain, struct tally *t, ns_t *at);

/* Make one plain step from `now` on, wherever it is counted and however busy the processors
 * are; when it is answered. */
ns_t plain_step(
	struct mock *m, ns_t now, uint32_t actor, const struct chain_step *s, struct tally *t);

#endif
