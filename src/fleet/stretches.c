/* SPDX-License-Identifier: Apache-2.0 */
/* How far a node before shared servers is alone, and what it is told on its way. */
#include <assert.h>

#include "fleet/together_priv.h"

void stretches_order(struct together *t, uint32_t i)
{
	const struct leaving *l = &t->errands.errand[i].next;

	wakes_set(&t->due, i,
		ns_min(l->asks_owners   ? l->asks.at
			: l->is_sending ? l->q.at
					: l->next_at,
			t->flights.expires_at[i]));
}

void stretches_look(struct together *t, uint32_t i)
{
	errands_look(&t->errands, i);
	stretches_order(t, i);
}

ns_t stretches_restart_at(const struct together *t)
{
	const struct apiserver_model *m = &t->plan->params->scenario->apiserver;

	return t->n_restarts < m->n_restarts ? m->restarts[t->n_restarts].at : NS_NEVER;
}

bool stretches_is_of_before(const struct together *t, const struct flight *f)
{
	return f->q.timeout > 0 && t->params->caches &&
	       !balancer_knows(&t->balancer, f->server, f->q.since);
}

/* Whether an answer is the same whatever happens until it comes. */
static bool is_foreseen(const struct together *t, const struct flight *f)
{
	const struct together_params *p = t->params;

	return !p->fanout.call[f->q.call].own &&
	       (p->watches[f->q.call] == WATCHED_NONE || !p->remembers) &&
	       !stretches_is_of_before(t, f);
}

/* It is in no queue any more. */
static struct node_request sure_answer(const struct together *t, const struct flight *f)
{
	struct node_request q = f->q;

	if (t->params->sli_without_queues)
		q.queued = server_queued_for(&t->server[f->server], f->ticket);
	return q;
}

bool stretches_plan(struct together *t, uint32_t i, ns_t now)
{
	const struct flights *f = &t->flights;
	struct errand *e = &t->errands.errand[i];
	ns_t first = NS_NEVER;
	bool first_sure = false;

	e->word.at = NS_NEVER;
	e->until = ns_min(
		ns_min(t->plan->params->until, stretches_restart_at(t)), f->expires_at[i]);
	for (uint32_t id = f->of_node[i]; id != FLIGHTS_NONE; id = f->flight[id].after) {
		const struct flight *one = &f->flight[id];
		bool sure;
		ns_t at = server_silent_until(&t->server[one->server], now, one->ticket, &sure);

		if (at >= first) {
			e->until = ns_min(e->until, at);
			continue;
		}
		e->until = ns_min(e->until, first);
		first = at;
		first_sure = sure && is_foreseen(t, one);
		if (first_sure)
			e->word = (struct word){
				.at = at, .q = sure_answer(t, one), .what = OUTCOME_OK};
	}
	if (first_sure && first < e->until)
		return true;
	e->word.at = NS_NEVER;
	e->until = ns_min(e->until, first);
	return false;
}

void stretches_tell_now(struct together *t, uint32_t i, const struct word *w)
{
	assert(!t->errands.errand[i].early);
	(void)stretches_plan(t, i, w->at);
	if (t->errands.errand[i].word.at < NS_NEVER)
		t->errands.errand[i].until = t->errands.errand[i].word.at;
	t->errands.errand[i].word = *w;
	errands_run(&t->errands, i);
	stretches_order(t, i);
}

void stretches_tell_before(struct together *t, uint32_t i, ns_t now)
{
	struct errand *e = &t->errands.errand[i];

	if (!crew_others(t->errands.crew) || errands_is_out(&t->errands, i))
		return;
	if (errands_join(&t->errands, i))
		stretches_order(t, i);
	if (e->early || e->next.is_sending || e->next.asks_owners || e->next.hangs_up ||
		!stretches_plan(t, i, now))
		return;
	e->early = true;
	wakes_set(&t->due, i, ns_min(e->next.next_at, e->word.at));
	errands_offer(&t->errands, i);
}

void stretches_run(struct together *t, uint32_t i, ns_t now)
{
	struct errand *e = &t->errands.errand[i];

	assert(!e->early && !e->next.is_sending);
	(void)stretches_plan(t, i, now);
	e->until = ns_max(e->word.at < NS_NEVER ? e->word.at : e->until, now + 1);
	e->word.at = NS_NEVER;
	errands_run(&t->errands, i);
	stretches_order(t, i);
}
