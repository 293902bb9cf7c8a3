/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet/streams.h"

#include "fleet/queue.h"

#include <assert.h>

static void add(struct streams *s, uint32_t actor, ns_t until)
{
	assert(s->n < s->limit);
	s->open[s->n++] = (struct stream){actor, until};
	s->most = s->n > s->most ? s->n : s->most;
}

static bool is_watching(const struct agent *a, uint32_t slot)
{
	const uint32_t *first = a->plan->first;

	if (slot >= first[ACTOR_WATCH] && slot < first[ACTOR_WATCH + 1])
		return a->loop[a->plan->kubelet->n_loops + 1 + slot - first[ACTOR_WATCH]]
			.watching;
	return slot >= first[ACTOR_REFLECTOR] && slot < first[ACTOR_REFLECTOR + 1] &&
	       a->objects.entry[slot - first[ACTOR_REFLECTOR]].reflector == SC_WATCHING;
}

void streams_init(struct node *n, struct arena *mem)
{
	const struct scenario *s = n->plan->params->scenario;
	const uint32_t *first = n->plan->agent.first;
	struct streams *streams = &n->streams;

	*streams = (struct streams){.next_at = NS_NEVER};
	if (!s->kubelet.one_connection || !s->apiserver.streams)
		return;
	streams->limit = s->apiserver.streams;
	streams->open = ARENA_ROOM(mem, struct stream, streams->limit);
	for (uint32_t i = 0; i < first[ACTOR_KINDS] && streams->n < streams->limit; i++)
		if (is_watching(&n->agent, i))
			add(streams, i, wakes_at(&n->agent.wakes, i));
}

/* A reflector that was stopped, or whose connection was closed, sleeps until another time than
 * its watch would have lasted. */
static bool is_over(const struct node *n, const struct stream *s, ns_t now)
{
	return s->until <= now ||
	       (s->until < NS_NEVER && wakes_at(&n->agent.wakes, s->actor) != s->until);
}

/* Forget what is over; when the next one will be. */
static ns_t purge(struct node *n, ns_t now)
{
	struct streams *s = &n->streams;
	ns_t next = NS_NEVER;

	for (uint32_t i = 0; i < s->n;) {
		if (is_over(n, &s->open[i], now)) {
			s->open[i] = s->open[--s->n];
			continue;
		}
		next = ns_min(next, s->open[i].until);
		i++;
	}
	return s->n < s->limit ? now : next;
}

void streams_look(struct node *n, ns_t now)
{
	struct streams *s = &n->streams;

	s->ended = n->agent.watches_ended;
	s->next_at = s->waiting.n ? purge(n, now) : NS_NEVER;
	for (const struct queued *w = s->waiting.first; w; w = w->next)
		s->next_at = ns_min(s->next_at, w->q.expires_at);
}

/* Whatever the actor had before. */
static void forget(struct streams *s, uint32_t actor)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->open[i].actor == actor) {
			s->open[i] = s->open[--s->n];
			return;
		}
}

bool streams_withdraw(struct node *n, uint32_t actor, struct node_request *q)
{
	struct streams *s = &n->streams;
	struct queued *before = NULL;

	for (struct queued *w = s->waiting.first; w; before = w, w = w->next)
		if (w->q.actor == actor) {
			*q = queue_take(&s->waiting, n->waiting, before);
			return true;
		}
	return false;
}

bool streams_take(struct node *n, ns_t now, const struct node_request *q)
{
	struct streams *s = &n->streams;

	forget(s, q->actor);
	if (!s->waiting.n && (s->n < s->limit || purge(n, now) == now)) {
		add(s, q->actor, NS_NEVER);
		return true;
	}
	queue_append(&s->waiting, n->waiting, q);
	streams_look(n, now);
	return false;
}

void streams_until(struct node *n, uint32_t actor, ns_t at)
{
	struct streams *s = &n->streams;

	for (uint32_t i = 0; i < s->n; i++)
		if (s->open[i].actor == actor) {
			s->open[i].until = at;
			break;
		}
}

bool streams_step(struct node *n, ns_t now, struct node_request *q, bool *late)
{
	struct streams *s = &n->streams;
	struct queued *before = NULL, *w = s->waiting.first;

	for (; w && w->q.expires_at > now; w = w->next)
		before = w;
	*late = w != NULL;
	if (!*late && (!s->waiting.n || purge(n, now) != now)) {
		streams_look(n, now);
		return false;
	}
	*q = queue_take(&s->waiting, n->waiting, *late ? before : NULL);
	if (!*late)
		add(s, q->actor, NS_NEVER);
	streams_look(n, now);
	return true;
}
