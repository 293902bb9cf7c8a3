/* SPDX-License-Identifier: Apache-2.0 */
/* One node before a server that answers, rejects and breaks off as it likes: its clients keep
 * their order and their limits with every try, and every request is somewhere. */
#include "property.h"

#include "agent/client.h"
#include "fleet/node.h"
#include "kit.h"

enum { REQUESTS = 6000, AWAY = 4096 };

/* That the server has. */
struct away {
	struct node_request q;
	ns_t at; /* of its answer */
	enum outcome what;
};

struct one_node {
	struct kit *k;
	struct node_plan plan;
	struct node *node;
	struct fleet_result result;
	struct arena mem;
	uint32_t n_away;
	struct away away[AWAY];
	uint32_t n_sent[CLIENTS];
	struct {
		ns_t came, at; /* to the limiter, from there */
	} sent[CLIENTS][REQUESTS];
	ns_t held[AWAY]; /* of each actor's request, in the tries before */
};

/* What all nodes have met. */
static struct {
	uint64_t tries, lost, rejected, hang_ups, given_up, waited, feature;
} seen;

static struct kit *any_node(struct property *p)
{
	static const char *const kubelets[] = {
		"v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.27"};
	static const char *const designs[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch"};
	static const char *const features[] = {"with=log-shipper-lists-pods", "with=kube-proxy",
		"with=node-problem-detector", "with=persistent-volume-gets"};
	static const char *const starts[] = {"start=atOnce", "start=kubeletRestart"};
	char pods[64], qps[64], burst[64], seed[64];
	struct kit *k;

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 30));
	(void)snprintf(
		qps, sizeof(qps), "kubelet.clients.kube.qps=%u", 1 + property_below(p, 20));
	(void)snprintf(burst, sizeof(burst), "kubelet.clients.kube.burst=%u",
		1 + property_below(p, 30));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	k = KIT(kubelets[property_below(p, 6)], "secrets-30", designs[property_below(p, 3)],
		features[property_below(p, 4)], starts[property_below(p, 2)], "nodes=1",
		"warmup=0s", "duration=90s", "workload.replacePodEvery=7s", pods, qps, burst,
		seed);
	kit_disturb(k, property_below(p, 2), 30, 60 * NS_S);
	return k;
}

static struct one_node *one_node(struct property *p)
{
	struct one_node *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	o->node = calloc(1, sizeof(*o->node));
	assert_non_null(o->node);
	o->k = any_node(p);
	arena_init(&o->mem, 0);
	node_plan_init(&o->plan, &o->k->params, &o->k->mem);
	o->plan.together = true;
	fleet_result_init(&o->result, &o->k->params);
	node_begin(o->node, &o->plan, 0, &o->result, &o->mem);
	return o;
}

static void one_node_free(struct one_node *o)
{
	fleet_result_fini(&o->result);
	arena_fini(&o->mem);
	kit_free(o->k);
	free(o->node);
	free(o);
}

/* ------------------------------------------------------------------ the server */

static void note_sent(struct one_node *o, const struct node_request *q)
{
	uint32_t i = o->n_sent[q->client];

	assert_true(q->actor < AWAY);
	seen.tries += q->tries > 0;
	if (!q->tries)
		o->held[q->actor] = 0;
	seen.waited += q->held > o->held[q->actor];
	if (i < REQUESTS && !q->timeout) {
		o->sent[q->client][i].came = q->at - (q->held - o->held[q->actor]);
		o->sent[q->client][i].at = q->at;
		o->n_sent[q->client]++;
	}
	o->held[q->actor] = q->held;
}

/* Most are answered soon. */
static void arrives(struct one_node *o, struct property *p, const struct node_request *q)
{
	uint32_t die = property_below(p, 20);
	struct away *a = &o->away[o->n_away++];

	assert_true(o->n_away < AWAY);
	note_sent(o, q);
	*a = (struct away){
		.q = *q, .at = q->at + property_span(p, NS_MS, 50 * NS_MS), .what = OUTCOME_OK};
	if (die == 0)
		a->at = q->at + 40 * NS_S;
	else if (die < 4)
		a->what = OUTCOME_REJECTED;
	else if (die == 4)
		a->what = OUTCOME_LOST;
	else if (die == 5)
		a->what = OUTCOME_REFUSED;
	if (q->expires_at < a->at)
		*a = (struct away){.q = *q, .at = q->expires_at, .what = OUTCOME_DEADLINE};
}

static struct away *first_away(struct one_node *o)
{
	struct away *first = NULL;

	for (uint32_t i = 0; i < o->n_away; i++)
		if (!first || o->away[i].at < first->at)
			first = &o->away[i];
	return first;
}

static void lose(struct one_node *o, ns_t now, const struct node_request *q)
{
	const struct call_name *name = &o->k->scenario.calls.name[q->call];

	seen.lost++;
	requests_lost(o->node, now, q, call_mutates(name) ? 0 : CLIENT_AFTER_RESET);
}

static void answers(struct one_node *o, struct away *at)
{
	struct away a = *at;

	*at = o->away[--o->n_away];
	seen.rejected += a.what == OUTCOME_REJECTED;
	seen.given_up += a.what == OUTCOME_DEADLINE;
	if (a.what == OUTCOME_DEADLINE)
		requests_give_up(o->node, a.at, &a.q);
	else if (a.what == OUTCOME_REFUSED)
		requests_refused(o->node, a.at, &a.q);
	else if (a.what == OUTCOME_LOST)
		lose(o, a.at, &a.q);
	else
		requests_answer(
			o->node, a.at, &a.q, a.what, a.what == OUTCOME_REJECTED ? NS_S : 0);
}

/* It closed a connection: whatever was under way over that is lost. */
static void hangs_up(struct one_node *o)
{
	ns_t now = o->node->agent.now;

	seen.hang_ups++;
	o->node->hang_ups = o->node->agent.hang_ups;
	for (uint32_t i = o->n_away; i-- > 0;) {
		struct node_request q = o->away[i].q;

		if (client_connection(q.client) != o->node->agent.hung_up)
			continue;
		o->away[i] = o->away[--o->n_away];
		lose(o, now, &q);
	}
}

static void play(struct one_node *o, struct property *p)
{
	ns_t until = o->k->params.until;

	for (;;) {
		struct away *first = first_away(o);
		ns_t at = first ? ns_min(first->at, until) : until;

		node_run_alone(o->node, at);
		if (o->node->sending) {
			o->node->sending = false;
			arrives(o, p, &o->node->send);
		} else if (o->node->agent.hang_ups != o->node->hang_ups) {
			hangs_up(o);
		} else if (at == until) {
			return;
		} else {
			answers(o, first);
		}
	}
}

/* ------------------------------------------------------------------ properties */

/* First come, first served, a try again like any other; and whenever one looks, for however
 * long, no more than the burst and the rate over that time. */
static void check_client(struct property *p, const struct one_node *o, unsigned c)
{
	int64_t qps_milli = o->k->scenario.kubelet.client[c].qps_milli;
	uint32_t burst = o->k->scenario.kubelet.client[c].burst;
	ns_t period;

	if (qps_milli <= 0)
		return;
	period = 1000 * NS_S / qps_milli;
	for (uint32_t i = 1; i < o->n_sent[c]; i++) {
		HOLDS(p, o->sent[c][i].at >= o->sent[c][i - 1].at);
		HOLDS(p, o->sent[c][i].came >= o->sent[c][i - 1].came);
		for (uint32_t j = i > 300 ? i - 300 : 0; j < i; j++) {
			ns_t span = o->sent[c][i].at - o->sent[c][j].at + (i - j);

			HOLDS(p, i - j + 1 <= burst + (uint64_t)(span / period));
		}
	}
}

static void check_classes(struct property *p, struct one_node *o)
{
	const struct tally_counts *in = &o->result.tally.window[0].in;

	for (uint32_t i = 0; i < o->n_away; i++)
		ending_under_way(o->node, &o->away[i].q);
	for (uint32_t c = CALL_API; c < o->k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &o->result.requests[c];
		uint64_t answered = in->count[c][OUTCOME_OK] + in->count[c][OUTCOME_NOT_FOUND];

		HOLDS(p, r->offered == answered + r->failed + r->under_way);
	}
}

static void a_node_keeps_order_limits_and_every_request_once(struct property *p)
{
	struct one_node *o = one_node(p);
	const struct kubelet_model *m = &o->k->scenario.kubelet;

	play(o, p);
	node_end(o->node, o->k->params.until);
	for (unsigned c = 0; c < CLIENTS; c++)
		check_client(p, o, c);
	check_classes(p, o);
	HOLDS(p, o->n_sent[CLIENT_MAIN] > 5);
	for (uint32_t l = 0; l < m->n_loops; l++)
		seen.feature += *m->loops[l].feature &&
				o->result.requests[m->loops[l].calls[0].call].offered > 0;
	one_node_free(o);
}

static void a_node_keeps_order_limits_and_every_request(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	property_each(60, a_node_keeps_order_limits_and_every_request_once);
	if (getenv("SEED"))
		return;
	assert_true(seen.tries > 0 && seen.lost > 0 && seen.rejected > 0);
	assert_true(seen.hang_ups > 0 && seen.given_up > 0);
	assert_true(seen.waited > 0 && seen.feature > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_keeps_order_limits_and_every_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
