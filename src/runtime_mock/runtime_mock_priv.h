/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of src/runtime_mock share; nobody else includes it. */
#ifndef RUNTIME_MOCK_PRIV_H
#define RUNTIME_MOCK_PRIV_H

#include "runtime_mock/runtime_mock.h"

enum {
	DRAW_LATENCY = 101,
	DRAW_DEATH,
	DRAW_VICTIM,
	DRAW_RULE,
	DRAW_EXIT,
	DRAW_STREAM,
	DRAW_LIFE,
	DRAW_READY,
	DRAW_NEXT_DEATH,
	DRAW_LANE,
	MILLION = 1000000
};

static inline record_t *record_of(struct mock *m, uint32_t pod, uint32_t container)
{
	return &m->records.container[(size_t)pod * m->records.containers + container];
}

static inline bool ends_by_itself(const struct mock *m, uint32_t pod)
{
	return pod >= m->params->pods - m->params->batch;
}

static inline uint16_t op_of(const struct chain_step *s)
{
	return s->call >= CALL_HIDDEN ? (uint16_t)(s->call - CALL_HIDDEN) : s->call;
}

/* runtime_mock.c.  Which container a call is about, and how long its process ignores what it
 * is told. */
struct mock_whom {
	ns_t wait;
	uint16_t container, instance;
};
struct mock_whom mock_whom(struct mock *m, const struct chain *c, uint16_t op, uint32_t nth);

/* What a call takes and comes to; its effect shows after a part of that. */
struct mock_work {
	ns_t takes, shown;
	enum outcome what;
};
struct mock_work mock_work(struct mock *m, ns_t now, uint32_t actor, const struct chain *c,
	const struct chain_step *s, uint32_t container);

/* As what its caller knows that outcome: why a call failed makes no difference there. */
static inline enum outcome mock_answered(enum outcome what)
{
	return what == OUTCOME_DEADLINE ? OUTCOME_ERROR : what;
}

/* One call, looked at in full, what it waits before its work included: its effect is put among
 * the changes. */
struct mock_work mock_one_call(struct mock *m, ns_t now, uint32_t actor, const struct chain *c,
	const struct chain_step *s, uint32_t nth);

/* The chain's operations that change nothing and cannot fail now, a bit each. */
uint32_t mock_plain_ops(const struct mock *m, const struct chain *chain);

/* Count one of the step's calls. */
void mock_count(
	const struct mock *m, struct tally *t, const struct chain_step *s, struct tally_call c);

/* effects.c */
void record_set(struct mock *m, uint32_t pod, uint32_t container, record_t to);
void sandbox_set(struct mock *m, uint32_t pod, enum record_state to);
void change_push(struct mock *m, struct mock_change c);
struct mock_change change_pop(struct mock *m);
bool come_true(struct mock *m, ns_t now, const struct mock_change *c);
void life_ends(struct mock *m, uint32_t pod, uint32_t container, ns_t at);
ns_t lifetime_left(struct mock *m);
bool random_death(struct mock *m, ns_t now, struct mock_news *news);
bool call_changes(uint16_t op);

/* jobs.c: chains that wait for processors. */
void jobs_init(struct mock *m, struct arena *mem);
bool jobs_want(const struct chain *c);
struct chain_answer jobs_begin(
	struct mock *m, ns_t now, uint32_t actor, const struct chain *chain, struct tally *t);
void jobs_change(struct mock *m, ns_t now, const struct mock_change *c, struct tally *t,
	struct mock_news *news);
void jobs_work(struct mock *m, ns_t now, struct tally *t, struct mock_news *news);

#endif
