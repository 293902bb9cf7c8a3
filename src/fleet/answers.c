/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says to a node's request, or that none does; what is worth another try sleeps
 * until then. */
#include "agent/client.h"
#include "fleet/streams.h"
#include "fleet/together.h"

/* What it takes alone is what was measured; as much of that as is not the processors' is
 * waiting: for etcd, disks and the network. */
struct demand node_demand(struct node *n, const struct node_request *q)
{
	const struct together_params *p = n->plan->shared;
	ns_t takes = api_latency(
		&n->shard, q->call, q->quorum, agent_lane(&n->plan->agent, q->actor));
	ns_t measured = p ? p->measured[q->call][q->quorum] : 0;

	return (struct demand){.cpu = p ? p->cpu[q->call][q->quorum] : 0,
		.wait = (takes > measured ? takes - measured : 0) +
			(p ? p->etcd[q->call][q->quorum] : 0)};
}

/* Since when an objective counts: k/k#116420 takes the time in queues off the whole. */
static ns_t served_from(const struct node_request *q)
{
	return q->at + q->queued;
}

static struct api_request asked(const struct node *n, const struct node_request *q)
{
	return (struct api_request){.call = q->call,
		.lane = (uint8_t)agent_lane(&n->plan->agent, q->actor),
		.object = q->object,
		.pod = q->pod,
		.key = q->key,
		.status = q->status,
		.marks = node_marks_pod(n->plan, q),
		.quorum = q->quorum,
		.timeout = q->timeout,
		.wanted = q->wanted_at,
		.held = q->held,
		.sent = served_from(q)};
}

bool requests_is_awaited(const struct node *n, const struct node_request *q)
{
	return agent_life(&n->agent, q->actor) == q->life;
}

/* Whoever asked is told, if it is there. */
static void tell_actor(struct node *n, ns_t at, const struct node_request *q, enum outcome what,
	uint32_t value)
{
	if (!requests_is_awaited(n, q))
		return;
	if (n->streams.limit)
		streams_until(n, q->actor, at);
	agent_answer(&n->agent, q->actor, at, what, value);
}

static void answer(struct node *n, ns_t now, const struct node_request *q, struct api_answer a)
{
	struct fleet_ending *ending = node_ending(n, now);

	if (ending)
		ending->answered++;
	node_request_over(n, now, q);
	if (q->call == API_DELETE_PODS && a.what == OUTCOME_OK && q->pod != REQUEST_NO_POD)
		node_pod_gone(n, now, q->pod);
	if (n->has_to_list && q->call == n->plan->list_pods && a.what == OUTCOME_OK &&
		q->client < CLIENT_OWN) {
		n->has_to_list = false;
		api_pods_listed(&n->shard, a.at);
	}
	if (n->plan->is_heartbeat[q->call] && a.what == OUTCOME_OK && q->client < CLIENT_OWN)
		ready_beats(n, a.at);
	if (n->plan->is_lease[q->call] && a.what == OUTCOME_OK)
		ready_lease(n, a.at);
	tell_actor(n, a.at, q, a.what, a.value);
}

void requests_serve_alone(struct node *n, ns_t now, const struct node_request *q)
{
	const struct api_request r = asked(n, q);
	struct demand d = node_demand(n, q);
	uint8_t server = n->home[client_connection(q->client)];

	answer(n, now, q, api_serve(&n->shard, now, d.cpu + d.wait, &r, &n->result->tally));
	if (!n->load)
		return;
	load_add(n->load, server, q->call, now, d.cpu + d.wait, d.cpu);
	fanout_load(n->plan->shared->servers, n->load, now + d.cpu + d.wait,
		&(struct fanout_write){.of = &n->plan->shared->fanout.call[q->call],
			.node = n->index,
			.home = n->home[CONNECTION_KUBELET],
			.server = server,
			.marks = r.marks});
}

/* What its caller makes of it.  Only a reflector asks whether there was nobody. */
static enum outcome told(const struct node_request *q, enum outcome what)
{
	if (what == OUTCOME_REFUSED && q->timeout > 0)
		return OUTCOME_REFUSED;
	return what == OUTCOME_LOST || what == OUTCOME_REFUSED ? OUTCOME_ERROR : what;
}

/* A watch that no answer came to is its reflector's. */
bool requests_tries_again(
	const struct node *n, const struct node_request *q, enum outcome what, ns_t retry_after)
{
	bool is_once =
		q->timeout > 0 &&
		(what == OUTCOME_LOST || !n->plan->agent.kubelet->reflectors.watches_retried);

	return client_tries_again(retry_after, is_once, q->tries);
}

/* It is tried again after a while, or its caller has the error. */
static void failed(struct node *n, ns_t now, const struct node_request *q, enum outcome what,
	ns_t served, ns_t retry_after)
{
	struct node_request again = *q;
	bool gives_up = !requests_tries_again(n, q, what, retry_after);
	struct fleet_ending *ending = node_ending(n, now);

	if (ending) {
		ending->unanswered++;
		ending->failed += gives_up;
	}
	tally_timed(&n->result->tally,
		(struct tally_call){q->call, what == OUTCOME_REFUSED ? OUTCOME_LOST : what, now,
			now - q->wanted_at, q->held, served});
	if (what == OUTCOME_REJECTED)
		tally_reject(&n->result->tally, now);
	node_tried(n, now, q->call, gives_up ? TRY_FAILED : TRY_RETRIED);
	node_tried_late(n, now, q->call, gives_up ? TRY_FAILED : TRY_RETRIED);
	if (gives_up) {
		node_request_over(n, now, q);
		tell_actor(n, now, q, told(q, what), 0);
		return;
	}
	if (n->streams.limit && requests_is_awaited(n, q))
		streams_until(n, q->actor, now);
	again.tries++;
	again.queued = 0;
	again.at = agent_timer(&n->agent, q->actor, now + retry_after);
	if (requests_is_awaited(n, q))
		agent_client_sleeps(&n->agent, q->actor, true);
	requests_sleep(n, &again);
}

void requests_answer(struct node *n, ns_t now, const struct node_request *q, enum outcome what,
	ns_t retry_after)
{
	struct api_request r = asked(n, q);

	if (what == OUTCOME_GONE) /* an answer, not a failure: it says to list */
		requests_served(n, now, q, (struct api_answer){.what = what});
	else if (what != OUTCOME_OK)
		failed(n, now, q, what, now - served_from(q), retry_after);
	else
		answer(n, now, q, api_serve(&n->shard, now, 0, &r, &n->result->tally));
}

static void count(struct node *n, ns_t now, const struct node_request *q, enum outcome what)
{
	struct tally_counts *in = tally_spot(&n->result->tally, 1, now)->in;

	tally_timed(
		&n->result->tally, (struct tally_call){q->call, what, now, now - q->wanted_at,
					   q->held, now - served_from(q)});
	if (in && what == OUTCOME_OK)
		in->quorum[q->call] += q->quorum;
}

void requests_served(
	struct node *n, ns_t now, const struct node_request *q, struct api_answer a)
{
	a.at = now;
	count(n, now, q, a.what);
	answer(n, now, q, a);
}

void requests_opened(struct node *n, ns_t now, const struct node_request *q)
{
	count(n, now, q, OUTCOME_OK);
	node_request_over(n, now, q);
}

void requests_closed(struct node *n, ns_t now, const struct node_request *q, enum outcome what)
{
	tell_actor(n, now, q, what, 0);
}

void requests_lost(struct node *n, ns_t now, const struct node_request *q, ns_t retry_after)
{
	failed(n, now, q, OUTCOME_LOST, TALLY_UNKNOWN, retry_after);
}

/* Nobody sends such a request again but its caller: rest/request.go request() knows resets and
 * ends of file, and no refused connection. */
void requests_refused(struct node *n, ns_t now, const struct node_request *q)
{
	failed(n, now, q, OUTCOME_REFUSED, TALLY_UNKNOWN, 0);
}

void requests_give_up(struct node *n, ns_t now, const struct node_request *q)
{
	struct fleet_requests *counts = node_requests(n, now, q->call);

	if (counts)
		counts->given_up++;
	requests_lost(n, now, q, 0);
}

/* A heartbeat is one even if its sender knows nothing of it; what else is written counts as not
 * written, since its client writes it again. */
void requests_orphaned(struct node *n, ns_t now, const struct node_request *q)
{
	if (n->plan->is_heartbeat[q->call])
		ready_beats(n, now);
}
