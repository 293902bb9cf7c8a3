/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are known ahead: an agent that is not stepped where agent_rests says so does
 * what one does that is stepped for every answer. */
#include "agent/agent.h"

#include "property.h"

#include "kit.h"

enum { PODS = 8, CONTAINERS = 2, EVENTS = 60, ACTS = 7, NOTES = 8192 };

struct twin {
	struct kit *k;
	bool rests;
	struct told {
		ns_t at, from, before;
	} * told; /* of relists */
	uint32_t n_told;
};

static void hear(struct twin *t, const struct effect *e)
{
	if (e->kind != EFFECT_NOTE || e->note.kind != NOTE_RELIST)
		return;
	assert_true(t->n_told < NOTES);
	t->told[t->n_told++] = (struct told){e->at, e->note.from, e->note.before};
}

/* What a call does to the runtime it does when it begins, as in the kit. */
static void do_chain(struct twin *t, const struct effect *e)
{
	struct kit *k = t->k;
	ns_t at = e->at;

	for (uint32_t i = 0; i < e->chain->n_steps; i++) {
		const struct chain_step *s = &e->chain->step[i];

		kit_made(k,
			(struct made){at, e->actor, e->chain->pod, s->call, s->n, 0, false, 0});
		if (e->chain->pod != CHAIN_NO_POD && t->rests)
			agent_stirs(&k->agent, k->now);
		for (uint32_t n = 0; n < s->n; n++)
			kit_change(k, e->chain, s->call);
		at += s->n * k->latency_of[s->call % OP_N];
	}
	if (!t->rests || !agent_rests(&k->agent, e->actor, at, OUTCOME_OK))
		agent_answer(&k->agent, e->actor, at, OUTCOME_OK, e->chain->n_steps);
}

/* Who is stepped for every answer looks at all of it, too, and not only at what is new. */
static void look_anew(struct twin *t)
{
	for (uint32_t p = 0; !t->rests && p < PODS; p++)
		t->k->agent.pod[p].at_rest = 0;
}

static void run_until(struct twin *t, ns_t until)
{
	struct kit *k = t->k;

	while (agent_next_at(&k->agent) < until) {
		look_anew(t);
		k->now = agent_next_at(&k->agent);
		k->out.n = 0;
		agent_step(&k->agent, k->now, &k->out);
		for (uint32_t i = 0; i < k->out.n; i++) {
			const struct effect *e = &k->out.effect[i];

			if (e->kind == EFFECT_CHAIN)
				do_chain(t, e);
			else if (e->kind == EFFECT_REQUEST)
				kit_request(k, e);
			hear(t, e);
		}
	}
	k->now = until;
	if (t->rests)
		agent_stirs(&k->agent, until);
}

/* A pod that runs is to go, one that is to go is gone, and another one comes in its place. */
static void pod_comes_or_goes(struct kit *k, uint32_t pod)
{
	const struct pod *of = &k->agent.pod[pod];

	if (of->known)
		agent_pod_news(&k->agent, k->now, pod,
			of->deleting ? POD_REMOVED : POD_DELETING, 0, k->server_status[pod]);
	else if (agent_place_is_free(&k->agent, pod))
		agent_pod_news(&k->agent, k->now, pod, POD_ADDED, 0, 0);
}

/* A status comes, a container dies, or all of the pod's do, or something changes that is as it
 * was when it is looked at again, or a pod comes or goes: the same for both. */
static void somebody_acts(struct twin *t, uint32_t act, uint32_t pod)
{
	record_t *r = &t->k->view.container[pod * CONTAINERS];

	if (act == 0) {
		agent_pod_news(
			&t->k->agent, t->k->now, pod, POD_STATUS, 0, t->k->server_status[pod]);
		return;
	}
	if (act == ACTS - 1) {
		pod_comes_or_goes(t->k, pod);
		return;
	}
	for (uint32_t c = 0; act <= 2 && c < (act == 1 ? 1 : CONTAINERS); c++)
		if (record_state(r[c]) == RECORD_RUNNING)
			r[c] = record_make(RECORD_EXITED, 0, record_instance(r[c]));
	kit_recount(t->k);
}

static bool same_made(const struct made *a, const struct made *b)
{
	return a->at == b->at && a->actor == b->actor && a->pod == b->pod &&
	       a->call == b->call && a->n == b->n && a->status == b->status;
}

static void assert_same(struct property *p, const struct kit *a, const struct kit *b)
{
	HOLDS(p, a->n_made == b->n_made);
	for (uint32_t i = 0; i < a->n_made; i++)
		HOLDS(p, same_made(&a->made[i], &b->made[i]));
	HOLDS(p, agent_next_at(&a->agent) >= a->now && agent_next_at(&b->agent) >= b->now);
	for (uint32_t i = 0; i < PODS; i++) {
		HOLDS(p, a->agent.pod[i].last_sync == b->agent.pod[i].last_sync ||
				 b->agent.pod[i].working);
		HOLDS(p, a->agent.pod[i].state == b->agent.pod[i].state);
		HOLDS(p, a->agent.pleg.pod_time[i] == b->agent.pleg.pod_time[i]);
	}
}

/* How long a start takes: a sync that lasts for some relists, so that the next one waits for
 * one that is quiet.  How long a goroutine takes to run: a relist may begin meanwhile. */
struct pace {
	ns_t latency, start, dispatch;
};

static struct twin twin(struct property *p, const char *version, const char *design, bool rests,
	const struct pace *pace)
{
	struct kit *k = KIT(version, "serving", design, "workload.pods=8",
		"workload.containers=2", "kubelet.pleg.pollPeriod=2s");

	k->scenario.runtime.timer_lateness.mean = 100 * NS_US;
	k->scenario.runtime.dispatch.mean = pace->dispatch;
	for (uint32_t op = 0; op < OP_N; op++)
		k->latency_of[op] = pace->latency + op;
	k->latency_of[OP_START_CONTAINER] = pace->start;
	kit_start_running(k, p->seed);
	return (struct twin){k, rests, calloc(NOTES, sizeof(struct told)), 0};
}

/* When something is under way, or may be: of polling all syncs begin at once. */
static ns_t soon(struct property *p, const struct twin *t, ns_t now, ns_t latency)
{
	const struct agent *a = &t->k->agent;
	ns_t next = a->plan->pleg.kind == PLEG_KIND_POLLING ? a->pleg.next_relist
							    : agent_next_at(a);

	return ns_max(now, next) + property_span(p, 1, 20 * latency);
}

static void twin_ends(struct twin *t)
{
	t->k->out.n = 0;
	agent_ends(&t->k->agent, t->k->now, &t->k->out);
	for (uint32_t i = 0; i < t->k->out.n; i++)
		hear(t, &t->k->out.effect[i]);
}

static void assert_told_the_same(struct property *p, const struct twin *a, const struct twin *b)
{
	HOLDS(p, a->n_told == b->n_told);
	for (uint32_t i = 0; i < a->n_told; i++)
		HOLDS(p, a->told[i].at == b->told[i].at && a->told[i].from == b->told[i].from &&
				 a->told[i].before == b->told[i].before);
}

static void who_rests_does_what_he_would_have_done_once(struct property *p)
{
	static const char *const designs[] = {"kubelet.pleg.design=polling",
		"kubelet.pleg.design=generic", "kubelet.pleg.design=parallel"};
	/* Their housekeeping lists, or asks the runtime cache, or does both. */
	static const char *const versions[] = {"v1.5", "v1.12", "v1.20", "v1.27"};
	static const ns_t latencies[] = {NS_US, NS_MS, 30 * NS_MS, 300 * NS_MS};
	const char *design = designs[property_below(p, 3)];
	const char *version = versions[property_below(p, 4)];
	const struct pace pace = {.latency = latencies[property_below(p, 4)],
		.start = property_span(p, NS_MS, 5 * NS_S),
		.dispatch = latencies[property_below(p, 4)]};
	struct twin all = twin(p, version, design, false, &pace);
	struct twin few = twin(p, version, design, true, &pace);
	ns_t now = 0;

	for (int i = 0; i < EVENTS; i++) {
		uint32_t act = property_below(p, ACTS);
		uint32_t pod = property_below(p, PODS);

		now += property_span(p, 1, 15 * NS_S);
		run_until(&all, now);
		run_until(&few, now);
		now = soon(p, &all, now, pace.latency);
		run_until(&all, now);
		run_until(&few, now);
		assert_same(p, all.k, few.k);
		somebody_acts(&all, act, pod);
		somebody_acts(&few, act, pod);
	}
	HOLDS(p, all.k->agent.rested == 0 && few.k->agent.rested > 0);
	twin_ends(&all);
	twin_ends(&few);
	assert_told_the_same(p, &all, &few);
	kit_free(all.k);
	kit_free(few.k);
	free(all.told);
	free(few.told);
}

static void who_rests_does_what_he_would_have_done(void **state)
{
	(void)state;
	property_each(60, who_rests_does_what_he_would_have_done_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_rests_does_what_he_would_have_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
