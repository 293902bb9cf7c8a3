/* SPDX-License-Identifier: Apache-2.0 */
/* A node's requests on their way to the API server: its clients' limiters hold them until their
 * turn, and what a server rejected sleeps and tries again. */
#include <assert.h>

#include "fleet/queue.h"
#include "fleet/streams.h"
#include "fleet/together.h"

/* Every actor has one request under way at most. */
void requests_stock(
	struct stock *s, const struct node_plan *plan, uint32_t nodes, struct arena *mem)
{
	stock_init(s, mem, nodes * plan->agent.first[ACTOR_KINDS], sizeof(struct queued));
}

void requests_init(struct node *n, struct arena *mem)
{
	n->waiting = n->plan->waiting;
	if (!n->waiting) {
		requests_stock(&n->own_waiting, n->plan, 1, mem);
		n->waiting = &n->own_waiting;
	}
	n->requests_at = NS_NEVER;
}

static ns_t first_of(const struct request_queue *h)
{
	return h->first ? h->first->q.at : NS_NEVER;
}

static void foresee(struct node *n)
{
	n->requests_at = ns_min(first_of(&n->asleep), n->streams.next_at);
	for (unsigned c = 0; c < CLIENTS; c++)
		n->requests_at = ns_min(n->requests_at, first_of(&n->held[c]));
}

static void put(struct node *n, struct request_queue *h, const struct node_request *q)
{
	queue_put(h, n->waiting, q);
	n->requests_at = ns_min(n->requests_at, q->at);
}

void requests_sleep(struct node *n, const struct node_request *q)
{
	put(n, &n->asleep, q);
}

static struct node_request take(struct node *n, struct request_queue *h)
{
	struct node_request q = queue_take(h, n->waiting, NULL);

	foresee(n);
	return q;
}

/* rest/request.go 1.20 request(): the client's timeout is set after the first wait in the
 * limiter and holds for all tries together. */
static ns_t expires_at(const struct node *n, ns_t now, const struct node_request *q)
{
	ns_t timeout = n->plan->agent.kubelet->client[q->client].timeout;

	return timeout && !q->timeout ? ns_add(now, timeout) : NS_NEVER;
}

/* Whoever asked waits; where a reflector was stopped meanwhile, the next one does not. */
static void park(struct node *n, const struct node_request *q)
{
	if (requests_is_awaited(n, q))
		agent_park(&n->agent, q->actor);
}

/* A server of its own answers at once; to a shared one it leaves. */
static void leave(struct node *n, ns_t now, const struct node_request *q)
{
	budget_sent(n, now, q);
	node_tried(n, now, q->call, TRY_SENT);
	if (!n->plan->together) {
		requests_serve_alone(n, now, q);
		return;
	}
	assert(!n->sending); /* a step makes one call at most */
	n->sending = true;
	n->send = *q;
	park(n, q);
}

/* A reflector is stopped while its request waits for a stream, and another takes its place:
 * what the first one wanted is cancelled (reflector.go: its context is done). */
static void withdraw(struct node *n, ns_t now, uint32_t actor)
{
	struct fleet_ending *ending = node_ending(n, now);
	struct node_request q;

	if (!streams_withdraw(n, actor, &q))
		return;
	if (ending) {
		ending->unanswered++;
		ending->failed++;
	}
	tally_timed(&n->result->tally, (struct tally_call){q.call, OUTCOME_DEADLINE, now,
					       now - q.wanted_at, q.held, 0});
	node_tried(n, now, q.call, TRY_FAILED);
	node_tried_late(n, now, q.call, TRY_FAILED);
}

/* On the kubelet's connection, as soon as it has a stream for it. */
static void send(struct node *n, ns_t now, const struct node_request *q)
{
	struct node_request leaving = *q;

	if (n->streams.limit)
		withdraw(n, now, q->actor);
	leaving.at = now;
	if (q->tries == 0)
		leaving.expires_at = expires_at(n, now, q);
	else if (requests_is_awaited(n, q))
		agent_client_sleeps(&n->agent, q->actor, false);
	if (n->streams.limit && q->client < CLIENT_OWN && !streams_take(n, now, &leaving)) {
		struct fleet_requests *counts = node_requests(n, now, q->call);

		if (counts)
			counts->without_stream++;
		if (q->held == 0)
			node_tried_late(n, now, q->call, TRY_OFFERED);
		park(n, q);
		foresee(n);
		return;
	}
	if (q->held > 0)
		node_tried_late(n, now, q->call, TRY_SENT);
	leave(n, now, &leaving);
}

/* It reaches the server when its turn comes, not before: what it writes and whom that is told
 * has its place in time. */
static void send_in_turn(struct node *n, ns_t now, const struct node_request *q)
{
	struct node_request later = *q;

	if (q->at > now)
		later.held += q->at - now;
	budget_asked(n, &later);
	if (q->at <= now) {
		send(n, now, q);
		return;
	}
	put(n, &n->held[q->client], &later);
	park(n, q);
}

void requests_begin(struct node *n, ns_t now, const struct effect *e)
{
	const struct agent_request *r = &e->request;
	const struct node_request q = {.at = e->at,
		.wanted_at = now,
		.timeout = r->timeout,
		.since = r->since,
		.expires_at = NS_NEVER,
		.actor = e->actor,
		.pod = r->pod,
		.key = r->key,
		.status = r->status,
		.call = r->call,
		.life = agent_life(&n->agent, e->actor),
		.object = r->object,
		.client = r->client,
		.quorum = r->quorum};

	struct fleet_ending *ending = node_ending(n, now);

	if (ending)
		ending->offered++;
	node_tried(n, now, q.call, TRY_OFFERED);
	if (q.at > now) {
		node_tried(n, now, q.call, TRY_THROTTLED);
		node_tried_late(n, now, q.call, TRY_THROTTLED);
		node_tried_late(n, now, q.call, TRY_OFFERED);
	}
	budget_held(n, now, &q);
	send_in_turn(n, now, &q);
}

/* Whoever slept passes the limiter again. */
static void wake_up(struct node *n, ns_t now)
{
	struct node_request q = take(n, &n->asleep);

	if (q.expires_at <= now) {
		requests_give_up(n, now, &q);
		return;
	}
	budget_held(n, now, &q);
	q.at = bucket_take(&n->agent.bucket[q.client], now);
	send_in_turn(n, now, &q);
}

/* Somebody has a stream, or has waited for one for too long. */
static void stream_news(struct node *n, ns_t now)
{
	struct node_request q;
	bool late;

	if (streams_step(n, now, &q, &late)) {
		q.at = now;
		if (late) {
			requests_give_up(n, now, &q);
		} else {
			node_tried_late(n, now, q.call, TRY_SENT);
			leave(n, now, &q);
		}
	}
	foresee(n);
}

void requests_look(struct node *n, ns_t now)
{
	if (n->agent.watches_ended == n->streams.ended)
		return;
	streams_look(n, now);
	foresee(n);
}

void requests_step(struct node *n, ns_t now)
{
	if (n->streams.next_at == now) {
		stream_news(n, now);
		return;
	}
	if (first_of(&n->asleep) == now) {
		wake_up(n, now);
		return;
	}
	for (unsigned c = 0; c < CLIENTS; c++)
		if (first_of(&n->held[c]) == now) {
			struct node_request q = take(n, &n->held[c]);

			send(n, now, &q);
			return;
		}
}
