/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the runtime and the API server answer, and whenever, in whatever order users create
 * and delete: the agent keeps its contract, and once the world is well again all is as wanted.
 */
#include "agent/agent.h"

#include "property.h"

#include "kit.h"

enum { PODS = 6, TROUBLE = 4000 };

struct world {
	struct kit *k;
	bool exists[PODS], deleting[PODS];
	bool trouble;
};

static ns_t delay(struct world *w, struct property *p)
{
	if (!w->trouble)
		return NS_MS;
	return property_span(p, 1, property_below(p, 50) ? 20 * NS_MS : 30 * NS_S);
}

static enum outcome answer_to(struct world *w, struct property *p)
{
	return w->trouble && property_below(p, 6) == 0 ? OUTCOME_ERROR : OUTCOME_OK;
}

static void do_chain(struct world *w, struct property *p, const struct effect *e)
{
	enum outcome what = answer_to(w, p);
	uint32_t done = 0;
	ns_t at = e->at;

	for (; done < e->chain->n_steps; done++) {
		if (what != OUTCOME_OK && property_below(p, 2))
			break;
		for (uint32_t n = 0; n < e->chain->step[done].n; n++)
			kit_change(w->k, e->chain, e->chain->step[done].call);
		at += delay(w, p);
	}
	if (done == e->chain->n_steps)
		what = OUTCOME_OK;
	agent_answer(&w->k->agent, e->actor, at + delay(w, p), what, done);
}

static void do_request(struct world *w, struct property *p, const struct effect *e)
{
	const struct agent_request *r = &e->request;
	struct agent *a = &w->k->agent;
	enum outcome what = r->timeout ? OUTCOME_OK : answer_to(w, p);
	uint32_t value = 1;

	HOLDS(p, r->pod == CHAIN_NO_POD || r->pod < PODS);
	if (r->call == API_GET_PODS || r->call == API_DELETE_PODS ||
		r->call == API_PATCH_PODS_STATUS) {
		if (!w->exists[r->pod])
			what = OUTCOME_NOT_FOUND;
		if (what == OUTCOME_OK && r->call == API_PATCH_PODS_STATUS) {
			w->k->server_status[r->pod] = r->status;
			agent_pod_news(a, w->k->now, r->pod, POD_STATUS, 0, r->status);
		}
		value = w->k->server_status[r->pod];
		if (what == OUTCOME_OK && r->call == API_DELETE_PODS) {
			HOLDS(p, w->deleting[r->pod]); /* nobody else's pod is ever deleted */
			w->exists[r->pod] = false;
			agent_pod_news(a, w->k->now, r->pod, POD_REMOVED, 0, 0);
		}
	}
	agent_answer(a, e->actor, e->at + (r->timeout ? r->timeout : delay(w, p)), what, value);
}

static void step(struct world *w, struct property *p)
{
	struct kit *k = w->k;
	uint32_t calls = 0;

	HOLDS(p, agent_next_at(&k->agent) >= k->now);
	k->now = agent_next_at(&k->agent);
	k->out.n = 0;
	agent_step(&k->agent, k->now, &k->out);
	HOLDS(p, k->out.n <= AGENT_EFFECTS);
	for (uint32_t i = 0; i < k->out.n; i++) {
		const struct effect e = k->out.effect[i];

		calls += e.kind != EFFECT_NOTE;
		if (e.kind == EFFECT_CHAIN)
			do_chain(w, p, &e);
		else if (e.kind == EFFECT_REQUEST)
			do_request(w, p, &e);
	}
	HOLDS(p, calls <= 1);
}

static void somebody_acts(struct world *w, struct property *p)
{
	uint32_t pod = property_below(p, PODS);
	uint32_t c = property_below(p, w->k->view.containers);
	record_t *r = &w->k->view.container[pod * w->k->view.containers + c];

	switch (property_below(p, 3)) {
	case 0:
		if (w->exists[pod] || !agent_place_is_free(&w->k->agent, pod))
			return;
		w->exists[pod] = true;
		w->deleting[pod] = false;
		w->k->server_status[pod] = 0;
		agent_pod_news(&w->k->agent, w->k->now, pod, POD_ADDED, 0, 0);
		return;
	case 1:
		if (!w->exists[pod] || w->deleting[pod])
			return;
		w->deleting[pod] = true;
		agent_pod_news(&w->k->agent, w->k->now, pod, POD_DELETING, 0,
			w->k->server_status[pod]);
		return;
	default: /* a container dies */
		if (record_state(*r) != RECORD_RUNNING)
			return;
		*r = record_make(RECORD_EXITED, 0, record_instance(*r));
		kit_recount(w->k);
		return;
	}
}

static void all_is_as_wanted(const struct world *w, struct property *p)
{
	uint32_t containers = w->k->view.containers;

	for (uint32_t pod = 0; pod < PODS; pod++) {
		const record_t *r = &w->k->view.container[pod * containers];
		bool wanted = w->exists[pod];

		HOLDS(p, !w->exists[pod] || !w->deleting[pod]); /* who was to go is gone */
		HOLDS(p, (w->k->view.sandbox[pod] == RECORD_RUNNING) == wanted);
		HOLDS(p, wanted || w->k->view.sandbox[pod] == RECORD_NONE);
		HOLDS(p, wanted || agent_place_is_free(&w->k->agent, pod));
		for (uint32_t c = 0; c < containers; c++)
			HOLDS(p, (record_state(r[c]) == RECORD_RUNNING) == wanted);
		HOLDS(p, !wanted || w->k->server_status[pod] == w->k->agent.pod[pod].status);
	}
}

static void after_all_trouble_the_node_is_as_wanted_once(struct property *p)
{
	static const char *const kubelets[] = {"v1.12", "v1.20", "v1.27", "v1.36"};
	static const char *const objects[] = {"kubelet.objects.design=watch",
		"kubelet.objects.design=cache", "kubelet.objects.design=get"};
	static const char *const plegs[] = {"kubelet.pleg.design=generic",
		"kubelet.pleg.design=ondemand", "kubelet.pleg.design=parallel"};
	const char *kubelet = kubelets[property_below(p, 4)];
	const char *object = objects[property_below(p, 3)];
	const char *pleg = plegs[property_below(p, 3)];
	struct world w = {.trouble = true};

	w.k = KIT(kubelet, "serving", "workload.pods=6", "workload.containers=2", object, pleg);
	w.k->scenario.kubelet.interface = INTERFACE_CRI;
	kit_start(w.k, p->seed);
	for (int i = 0; i < TROUBLE; i++) {
		if (property_below(p, 60) == 0)
			somebody_acts(&w, p);
		step(&w, p);
	}
	w.trouble = false;
	for (ns_t until = w.k->now + 20 * NS_MIN; w.k->now < until;)
		step(&w, p);
	all_is_as_wanted(&w, p);
	kit_free(w.k);
}

static void after_all_trouble_the_node_is_as_wanted(void **state)
{
	(void)state;
	property_each(60, after_all_trouble_the_node_is_as_wanted_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_all_trouble_the_node_is_as_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
