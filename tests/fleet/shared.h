/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes before servers that may be changed until shared_run. */
#ifndef NODETOLL_TESTS_FLEET_SHARED_H
#define NODETOLL_TESTS_FLEET_SHARED_H

#include <string.h>

#include "fleet/together.h"

#include "kit.h"

struct shared {
	struct arena mem;
	struct node_plan plan;
	struct together_params params;
	struct fleet_result result;
};

static inline void shared_init(struct shared *s, struct kit *k)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->mem, 0);
	node_plan_init(&s->plan, &k->params, &s->mem);
	s->plan.together = true;
	s->plan.shared = &s->params;
	fleet_result_init(&s->result, &k->params);
	s->params = (struct together_params){.server = {.processors = 64},
		.servers = 1,
		.capacity = 10000,
		.retry_after = NS_S,
		.owners = {.calls = &k->scenario.owners}};
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++)
		s->params.opens[c] = !strcmp(k->scenario.calls.name[c].verb, "watch");
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s->params.cpu[c][0] = s->params.cpu[c][1] = s->params.measured[c][0] =
			s->params.measured[c][1] = NS_MS / 10;
}

/* One with two processors and few seats, of which each request takes so much. */
static inline void shared_narrow(struct shared *s, ns_t cpu)
{
	s->params.server =
		(struct server_params){.processors = 2, .flow = {.readonly = 4, .mutating = 2}};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s->params.cpu[c][0] = s->params.cpu[c][1] = cpu;
}

static inline void shared_run(struct shared *s)
{
	struct err err = {0};

	if (together_run(&s->plan, &s->result, &err))
		fail_msg("%s", err.text);
}

static inline void shared_fini(struct shared *s)
{
	fleet_result_fini(&s->result);
	arena_fini(&s->mem);
}

static inline uint64_t answered(const struct fleet_result *r, uint32_t call)
{
	const struct tally_counts *in = &r->tally.window[0].in;

	return in->count[call][OUTCOME_OK] + in->count[call][OUTCOME_NOT_FOUND] +
	       in->count[call][OUTCOME_GONE];
}

/* Tries that came to nothing: rejected, told that it took too long, given up, cut off. */
static inline uint64_t unanswered(const struct fleet_result *r, uint32_t call)
{
	const struct tally_counts *in = &r->tally.window[0].in;

	return in->count[call][OUTCOME_REJECTED] + in->count[call][OUTCOME_DEADLINE] +
	       in->count[call][OUTCOME_LOST];
}

static inline uint64_t rejected(const struct fleet_result *r, uint32_t call)
{
	return r->tally.window[0].in.count[call][OUTCOME_REJECTED];
}

#endif
