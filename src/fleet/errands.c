/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/errands.h"

#include "base/pool.h"

/* As far as a node goes with an answer, about: it sends two heartbeats in ten seconds. */
#define SOON (4 * NS_S)
/* Whoever was there later than this before is in a cache still. */
#define LONG (100 * NS_MS)

static void trace_if(struct errands *e, unsigned thread, uint32_t i)
{
	const struct fleet_params *p = e->plan->params;

	tally_trace(&e->result[thread]->tally, i == p->trace_node ? p->trace : NULL, p->ctx);
}

void errands_look(struct errands *e, uint32_t i)
{
	struct node *n = &e->node[i];
	struct leaving *l = &e->errand[i].next;

	l->hangs_up = n->agent.hang_ups != n->hang_ups;
	l->next_at = l->hangs_up ? n->agent.now : node_next_at(n);
	if (n->asks_owners) {
		n->asks_owners = false;
		l->asks_owners = true;
		l->asks = n->asks;
		n->asks = (struct node_asks){0};
	}
	if (!n->sending)
		return;
	n->sending = false;
	l->is_sending = true;
	l->q = n->send;
	if (l->q.at >= e->served_from)
		l->takes = node_demand(n, &l->q);
}

/* False: the node stops before. */
static bool deliver(struct node *n, const struct word *w)
{
	node_run_alone(n, w->at);
	if (n->sending || n->asks_owners || n->agent.hang_ups != n->hang_ups)
		return false;
	n->shard.telling = w->telling;
	requests_answer(n, w->at, &w->q, w->what, w->retry_after);
	n->shard.telling = 0;
	return true;
}

static void run(void *ctx, unsigned thread, uint32_t i)
{
	struct errands *e = ctx;
	struct errand *errand = &e->errand[i];
	struct node *n = &e->node[i];

	trace_if(e, thread, i);
	n->result = e->result[thread];
	if (errand->word.at < NS_NEVER && errand->word.at - n->agent.now > LONG)
		agent_fetch_pods(&n->agent, errand->word.at + SOON);
	errand->delivered = errand->word.at < NS_NEVER && deliver(n, &errand->word);
	if (errand->delivered || errand->word.at == NS_NEVER)
		node_run_alone(n, errand->until);
	errands_look(e, i);
}

static bool take(struct errand *errand)
{
	int ready = ERRAND_READY;

	return atomic_compare_exchange_strong(&errand->state, &ready, ERRAND_TAKEN);
}

static void run_offered(void *ctx, unsigned thread, uint32_t i)
{
	struct errands *e = ctx;

	if (!take(&e->errand[i]))
		return; /* somebody needed it sooner */
	node_fetch(&e->node[i]);
	run(ctx, thread, i);
	atomic_store_explicit(&e->errand[i].state, ERRAND_DONE, memory_order_release);
}

void errands_run(struct errands *e, uint32_t i)
{
	run(e, 0, i);
}

void errands_offer(struct errands *e, uint32_t i)
{
	atomic_store_explicit(&e->errand[i].state, ERRAND_READY, memory_order_release);
	(void)crew_offer(e->crew, i);
}

static void comes_back(struct errands *e, uint32_t i)
{
	atomic_store_explicit(&e->errand[i].state, ERRAND_NONE, memory_order_relaxed);
	e->errand[i].early &= e->errand[i].delivered;
	e->node[i].result = e->result[0];
	trace_if(e, 0, i);
}

bool errands_is_out(const struct errands *e, uint32_t i)
{
	int state = atomic_load_explicit(&e->errand[i].state, memory_order_relaxed);

	return state == ERRAND_READY || state == ERRAND_TAKEN;
}

bool errands_join(struct errands *e, uint32_t i)
{
	struct errand *errand = &e->errand[i];
	unsigned waited = 0;

	if (atomic_load_explicit(&errand->state, memory_order_relaxed) == ERRAND_NONE)
		return false;
	if (take(errand))
		run(e, 0, i);
	else
		while (atomic_load_explicit(&errand->state, memory_order_acquire) !=
			ERRAND_DONE)
			crew_help(e->crew, &waited);
	comes_back(e, i);
	return true;
}

int errands_init(struct errands *e, const struct node_plan *plan, struct fleet_result *result,
	struct arena *mem, struct err *err)
{
	const struct fleet_params *p = plan->params;
	uint32_t nodes = p->scenario->nodes;
	unsigned threads;

	*e = (struct errands){.plan = plan};
	e->node = ARENA_ARRAY(mem, struct node, nodes);
	e->errand = ARENA_ARRAY(mem, struct errand, nodes);
	e->crew = crew_begin(p->threads ? p->threads : pool_processors(), run_offered, e, err);
	if (!e->crew)
		return ERR_ENV;
	threads = crew_others(e->crew) + 1;
	e->result = ARENA_ARRAY(mem, struct fleet_result *, threads);
	e->others = ARENA_ARRAY(mem, struct fleet_result, threads);
	e->result[0] = result;
	for (unsigned i = 1; i < threads; i++) {
		fleet_result_init(&e->others[i], p);
		e->result[i] = &e->others[i];
	}
	return 0;
}

void errands_fini(struct errands *e)
{
	unsigned others = crew_others(e->crew);

	crew_end(e->crew);
	for (unsigned i = 1; i <= others; i++) {
		fleet_result_merge(e->result[0], &e->others[i]);
		fleet_result_fini(&e->others[i]);
	}
}
