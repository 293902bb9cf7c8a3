/* SPDX-License-Identifier: Apache-2.0 */
/* Kubelets that close their connection since heartbeats failed, and agents beside them. */
#include "tcase.h"

#include "shared.h"

#define AGENT "node-feature-discovery-informer"

/* A watch of pods, by the kubelet or by the agent. */
static uint16_t watch_by(const struct kit *k, bool kubelet)
{
	const struct kubelet_model *m = &k->scenario.kubelet;

	for (uint32_t w = 0; w < m->n_watches; w++)
		if (!strcmp(k->scenario.calls.name[m->watches[w].watch].resource, "pods") &&
			(m->watches[w].client < CLIENT_OWN) == kubelet)
			return m->watches[w].watch;
	fail_msg("nobody watches pods");
	return 0;
}

struct opened {
	uint64_t kubelets, agents;
};

/* A minute before a server that rejects whatever needs a seat, so that heartbeats fail. */
static struct opened opened(const char *lease, const char *status, uint64_t *hang_ups)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=20", "warmup=0s", "duration=1m",
		"start=stationary", "workload.pods=1", "with=" AGENT, lease, status);
	struct opened n;
	struct shared s;

	shared_init(&s, k);
	s.params.server.flow = (struct flow_params){.readonly = 1, .mutating = 1};
	for (uint32_t c = 0; c < k->scenario.calls.n; c++)
		if (!s.params.opens[c])
			s.params.cpu[c][0] = s.params.cpu[c][1] = 600 * NS_MIN;
	shared_run(&s);
	n.kubelets = answered(&s.result, watch_by(k, true));
	n.agents = answered(&s.result, watch_by(k, false));
	*hang_ups = s.result.hang_ups;
	shared_fini(&s);
	kit_free(k);
	return n;
}

/* Its watches end with its connection, and no agent's. */
static void a_kubelet_that_hangs_up_ends_its_own_watches(void **state)
{
	uint64_t hang_ups[2];
	struct opened n[2] = {
		opened("kubelet.loops.lease.hangsUp=false",
			"kubelet.loops.nodeStatus.hangsUp=false", &hang_ups[0]),
		opened("kubelet.loops.lease.hangsUp=true",
			"kubelet.loops.nodeStatus.hangsUp=true", &hang_ups[1]),
	};

	(void)state;
	assert_int_equal(hang_ups[0], 0);
	assert_true(hang_ups[1] >= 20);
	assert_true(n[1].kubelets > n[0].kubelets + 20);
	assert_int_equal(n[1].agents, n[0].agents);
}

/* A server that goes ends everybody's. */
static void a_server_that_goes_ends_all_watches(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=20", "warmup=0s", "duration=2m",
		"start=stationary", "workload.pods=1", "with=" AGENT, "apiserver.processors=16",
		"apiserver.restarts=[{at: 30s, for: 20s}]");
	uint64_t(*count)[OUTCOME_N];

	(void)state;
	kit_run(k);
	count = k->result.tally.window[0].in.count;
	assert_in_range(count[watch_by(k, true)][OUTCOME_GONE], 17, 20);
	assert_in_range(count[watch_by(k, false)][OUTCOME_GONE], 17, 20);
	kit_free(k);
}

/* Heartbeats fail for two minutes, over and over, and kubelets would close what is gone. */
static void where_nothing_is_open_nothing_is_closed(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=20", "warmup=0s", "duration=3m",
		"start=stationary", "workload.pods=1", "apiserver.processors=16",
		"apiserver.restarts=[{at: 30s, for: 2m}]");

	(void)state;
	kit_run(k);
	assert_true(k->result.not_ready.silent > 0);
	assert_int_equal(k->result.hang_ups, 0);
	kit_free(k);
}

/* Three servers, of which one goes: who is connected there opens a watch again, an agent where
 * its kubelet need not. */
static void agents_lose_their_watches_by_themselves(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "nodes=60", "warmup=0s", "duration=1m",
		"start=stationary", "workload.pods=1", "with=" AGENT, "apiserver.processors=16",
		"apiserver.servers=3", "apiserver.restarts=[{at: 30s, for: 10s, server: 0}]");
	uint64_t(*count)[OUTCOME_N];

	(void)state;
	kit_run(k);
	count = k->result.tally.window[0].in.count;
	for (int i = 0; i < 2; i++) {
		const uint64_t *of = count[watch_by(k, i)];

		assert_in_range(of[OUTCOME_OK] + of[OUTCOME_GONE], 12, 40);
	}
	assert_int_equal(k->result.open_watches % 60, 0);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kubelet_that_hangs_up_ends_its_own_watches),
		cmocka_unit_test(a_server_that_goes_ends_all_watches),
		cmocka_unit_test(where_nothing_is_open_nothing_is_closed),
		cmocka_unit_test(agents_lose_their_watches_by_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
