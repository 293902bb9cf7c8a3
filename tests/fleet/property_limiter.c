/* SPDX-License-Identifier: Apache-2.0 */
/* A node's clients and their limiters, whatever its pods ask for. */
#include "property.h"

#include "fleet/queue.h"
#include "shared.h"

enum { REQUESTS = 4000 };

/* What a traced node sent, client by client. */
struct sent {
	struct kit *k;
	uint32_t n[CLIENTS];
	struct {
		ns_t wanted, at;
	} of[CLIENTS][REQUESTS];
	ns_t held[CLIENTS]; /* by the limiter, all of them */
};

static enum client client_of_call(uint16_t call, const struct kubelet_model *k)
{
	if (call == API_CREATE_EVENTS || call == API_PATCH_EVENTS)
		return k->events.client;
	for (uint32_t l = 0; l < k->n_loops; l++)
		for (uint32_t c = 0; c < k->loops[l].n_calls; c++)
			if (k->loops[l].calls[c].call == call)
				return k->loops[l].calls[c].client;
	return CLIENT_MAIN;
}

/* Watches pass no limiter. */
static void hear(void *ctx, const struct tally_call *c)
{
	struct sent *s = ctx;
	enum client client = CLIENT_MAIN;

	if (call_is_runtime(c->call) ||
		!strcmp(s->k->scenario.calls.name[c->call].verb, "watch"))
		return;
	client = client_of_call(c->call, &s->k->scenario.kubelet);
	if (client > CLIENT_EVENTS)
		return;
	s->held[client] += c->held;
	if (s->n[client] == REQUESTS)
		return;
	s->of[client][s->n[client]].wanted = c->at + c->served - c->took;
	s->of[client][s->n[client]++].at = c->at;
}

static struct kit *any_node(struct property *p)
{
	static const char *const kubelets[] = {
		"v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23"};
	static const char *const designs[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch",
		"kubelet.objects.design=bulkwatch"};
	char pods[64], qps[64], burst[64], events[64], seed[64];

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 60));
	(void)snprintf(
		qps, sizeof(qps), "kubelet.clients.kube.qps=%u", 1 + property_below(p, 20));
	(void)snprintf(burst, sizeof(burst), "kubelet.clients.kube.burst=%u",
		1 + property_below(p, 30));
	(void)snprintf(events, sizeof(events), "kubelet.clients.events.qps=%u",
		1 + property_below(p, 10));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	return KIT(kubelets[property_below(p, 6)], "secrets-30", designs[property_below(p, 4)],
		"nodes=1", "warmup=0s", "duration=2m", "start=atOnce", pods, qps, burst, events,
		seed);
}

/* First come, first served; and between no two moments more than burst and rate. */
static void is_limited(struct property *p, const struct sent *s, unsigned c)
{
	const uint32_t burst = s->k->scenario.kubelet.client[c].burst;
	const ns_t period = 1000 * NS_S / s->k->scenario.kubelet.client[c].qps_milli;

	for (uint32_t i = 1; i < s->n[c]; i++) {
		HOLDS(p, s->of[c][i].at >= s->of[c][i - 1].at);
		HOLDS(p, s->of[c][i].wanted >= s->of[c][i - 1].wanted);
	}
	for (uint32_t i = 0; i < s->n[c]; i++)
		for (uint32_t j = i + burst; j < s->n[c]; j += burst)
			HOLDS(p, (ns_t)(j - i + 1) <=
					 burst + (s->of[c][j].at - s->of[c][i].at) / period);
}

static void a_client_s_requests_leave_in_the_order_of_asking_once(struct property *p)
{
	struct sent *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->k = any_node(p);
	s->k->params.trace = hear;
	s->k->params.ctx = s;
	kit_run(s->k);
	for (unsigned c = CLIENT_MAIN; c <= CLIENT_EVENTS; c++)
		is_limited(p, s, c);
	HOLDS(p, s->n[CLIENT_MAIN] > 0);
	for (uint32_t c = CALL_API; c < s->k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &s->k->result.requests[c];

		HOLDS(p, r->under_way_before + r->offered ==
				 answered(&s->k->result, c) + r->failed + r->under_way);
	}
	kit_free(s->k);
	free(s);
}

static void a_client_s_requests_leave_in_the_order_of_asking(void **state)
{
	(void)state;
	property_each(40, a_client_s_requests_leave_in_the_order_of_asking_once);
}

/* Little: what waits at any moment, over time, is what each has waited; those who still wait in
 * the end are counted for neither. */
static void the_queue_of_a_limiter_is_what_was_waited_once(struct property *p)
{
	struct sent *s = calloc(1, sizeof(*s));
	struct node_plan plan = {0};
	struct node *n = calloc(1, sizeof(*n));
	struct fleet_result r;
	struct arena mem;
	ns_t queued[2] = {0}, now = 0;

	assert_true(s && n);
	s->k = any_node(p);
	arena_init(&mem, 0);
	node_plan_init(&plan, &s->k->params, &s->k->mem);
	fleet_result_init(&r, &s->k->params);
	tally_trace(&r.tally, hear, s);
	node_begin(n, &plan, 0, &r, &mem);
	while (node_next_at(n) < s->k->params.until) {
		ns_t next = node_next_at(n);

		for (unsigned c = CLIENT_MAIN; c <= CLIENT_EVENTS; c++)
			queued[c] += (ns_t)n->held[c].n * (next - now);
		now = next;
		node_step(n, now);
	}
	for (unsigned c = CLIENT_MAIN; c <= CLIENT_EVENTS; c++) {
		for (const struct queued *w = n->held[c].first; w; w = w->next)
			queued[c] -= now - (w->q.at - w->q.held);
		HOLDS(p, queued[c] == s->held[c]);
	}
	fleet_result_fini(&r);
	arena_fini(&mem);
	kit_free(s->k);
	free(n);
	free(s);
}

static void the_queue_of_a_limiter_is_what_was_waited(void **state)
{
	(void)state;
	property_each(40, the_queue_of_a_limiter_is_what_was_waited_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_s_requests_leave_in_the_order_of_asking),
		cmocka_unit_test(the_queue_of_a_limiter_is_what_was_waited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
