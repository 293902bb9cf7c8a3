/* SPDX-License-Identifier: Apache-2.0 */
/* Standing watches: when they are opened again, and when what they watch is listed anew. */
#include "agent/agent.h"

#include <string.h>

#include "tcase.h"

#include "kit.h"

/* And if that fails, too, its reflector lists. */
static void a_watch_that_cannot_be_opened_again_is_listed(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");

	(void)state;
	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	k->rejected_call = watch;
	agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
	kit_until(k, 9 * NS_S + 700 * NS_MS);
	assert_int_equal(kit_count(k, list), 1);
	k->rejected_call = UINT32_MAX;
	kit_until(k, 12 * NS_S);
	assert_int_equal(kit_count(k, list), 2);
	assert_int_equal(kit_count(k, watch), 3);
	kit_free(k);
}

/* reflector.go watchHandler: less than a second, and no event: "very short watch". */
static void a_very_short_watch_is_listed_again(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");

	(void)state;
	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
	kit_until(k, 9 * NS_S + 500 * NS_MS);
	assert_int_equal(kit_count(k, list), 1);
	assert_int_equal(kit_count(k, watch), 2);
	agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
	kit_until(k, 12 * NS_S);
	assert_int_equal(kit_count(k, list), 2);
	assert_int_equal(kit_count(k, watch), 3);
	kit_free(k);
}

static uint32_t watch_by_name(const struct kit *k, const char *name)
{
	const struct agent_plan *plan = k->agent.plan;
	uint32_t i = 0;

	while (strcmp(plan->kubelet->watches[i].name, name) != 0)
		i++;
	return plan->first[ACTOR_WATCH] + i;
}

/* It was rejected, and its client sends it again by itself: nobody asks for it a second time.
 */
static void a_watch_that_its_client_sends_again_is_on_no_connection(void **state)
{
	struct kit *k = KIT("v1.23", "serving", "workload.pods=1");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
	uint32_t others = calls_intern(&k->scenario.calls, "watch", "nodes");
	uint32_t actor;

	(void)state;
	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	actor = watch_by_name(k, "services");
	agent_client_sleeps(&k->agent, actor, true);
	agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
	kit_until(k, 12 * NS_S);
	assert_int_equal(kit_count(k, watch), 1);
	assert_int_equal(kit_count(k, others), 2);
	agent_client_sleeps(&k->agent, actor, false);
	agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
	kit_until(k, 15 * NS_S);
	assert_int_equal(kit_count(k, watch), 2);
	assert_int_equal(kit_count(k, others), 3);
	kit_free(k);
}

/* reflector.go Run, BackoffUntil: 0.8 to 1.6 s, then twice that, and the LIST again. */
static void a_reflector_that_is_rejected_backs_off_and_lists(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
	ns_t wait = 800 * NS_MS;

	(void)state;
	k->rejected_call = watch;
	kit_start(k, 1);
	kit_until(k, 30 * NS_S);
	assert_in_range(kit_count(k, list), 4, 6);
	assert_int_equal(kit_count(k, list), kit_count(k, watch));
	for (uint32_t i = 0; i + 1 < kit_count(k, list); i++, wait *= 2)
		assert_in_range(kit_nth(k, list, i + 1)->at - kit_nth(k, watch, i)->at, wait,
			2 * wait + 10 * NS_MS);
	kit_free(k);
}

/* What becomes of a watch that is lost after 9 s and cannot be opened for 20: how often it was
 * asked for meanwhile, and listed; the waits between them, of which no draw makes more than
 * twice as much. */
struct lost_watch {
	const char *kubelet;
	enum outcome what;
	uint32_t watched, listed; /* at least, and exactly */
	ns_t first, most;         /* waits */
};

static void lose_watch(const struct lost_watch *l)
{
	struct kit *k = KIT(l->kubelet, "serving", "workload.pods=1");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
	ns_t wait = l->first;
	uint32_t n;

	kit_start(k, 1);
	kit_until(k, 9 * NS_S);
	k->rejected_call = watch;
	k->rejects = l->what;
	agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
	kit_until(k, 29 * NS_S);
	n = kit_count(k, watch);
	assert_int_equal(kit_count(k, list), 1 + l->listed);
	assert_true(n > l->watched);
	for (uint32_t i = 1; i + 1 < n && !l->listed; i++) {
		assert_in_range(kit_nth(k, watch, i + 1)->at - kit_nth(k, watch, i)->at, wait,
			2 * wait + 3 * KIT_LATENCY);
		wait = ns_min(2 * wait, l->most);
	}
	k->rejected_call = UINT32_MAX;
	kit_until(k, 60 * NS_S);
	assert_int_equal(kit_count(k, watch), n + 1);
	assert_in_range(kit_count(k, list), 1 + l->listed, 1 + l->listed + (l->listed > 0));
	kit_free(k);
}

/* reflector.go ListAndWatch, by version: who finds nobody there asks for the watch again and
 * lists nothing (1.5 to 1.12 do, who do not know that error); since 1.22 so does who is
 * rejected. */
static void a_watch_that_finds_no_server_is_opened_again(void **state)
{
	const ns_t most = 30 * NS_S, first = 800 * NS_MS;
	const struct lost_watch cases[] = {
		{"v1.1", OUTCOME_REFUSED, 19, 0, NS_S, NS_S},
		{"v1.2", OUTCOME_REFUSED, 19, 0, NS_S, NS_S},
		{"v1.5", OUTCOME_REFUSED, 18, 19, 0, 0},
		{"v1.12", OUTCOME_REFUSED, 18, 19, 0, 0},
		{"v1.20", OUTCOME_REFUSED, 3, 0, first, most},
		{"v1.20", OUTCOME_REJECTED, 3, 4, 0, 0},
		{"v1.23", OUTCOME_REJECTED, 3, 0, first, most},
		{"v1.36", OUTCOME_REFUSED, 3, 0, first, most},
		{"v1.36", OUTCOME_REJECTED, 3, 0, first, most},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		lose_watch(&cases[i]);
}

/* A version is as old as the moment at which the watch was lost, however often it was asked for
 * since; one of an object as well. */
static void a_watch_that_is_opened_again_knows_no_more_than_before(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "workload.pods=1");
	const uint32_t standing = k->scenario.kubelet.n_watches;
	const uint32_t calls[] = {
		calls_intern(&k->scenario.calls, "watch", "services"), API_WATCH_SECRETS};
	const uint32_t lists[] = {
		calls_intern(&k->scenario.calls, "list", "services"), API_LIST_SECRETS};
	uint32_t listed;

	(void)state;
	kit_start_running(k, 1);
	kit_until(k, 5 * NS_MIN);
	listed = kit_count(k, lists[0]) + kit_count(k, lists[1]);
	for (int i = 0; i < 2; i++) {
		const struct reflector *r = &k->agent.reflector[i ? standing : 1];
		uint32_t asked = kit_count(k, calls[i]);
		ns_t lost = k->now;

		k->rejected_call = calls[i];
		k->rejects = OUTCOME_REFUSED;
		agent_reset(&k->agent, CONNECTION_KUBELET, k->now);
		kit_until(k, k->now + 20 * NS_S);
		assert_true(kit_count(k, calls[i]) > asked + 3);
		assert_int_equal(r->knows_at, lost + 1);
		assert_true(r->asked_at > lost + NS_S);
		k->rejected_call = UINT32_MAX;
		kit_until(k, k->now + 20 * NS_MIN); /* it ends by itself, meanwhile */
		assert_true(r->knows_at > lost + 20 * NS_S);
		assert_int_equal(r->knows_at, r->asked_at);
	}
	assert_int_equal(kit_count(k, lists[0]) + kit_count(k, lists[1]), listed);
	kit_free(k);
}

/* reflector.go since 1.28 (PR #118132): the waits of a watch go on where those of lists were.
 */
static void one_back_off_is_of_lists_and_watches(void **state)
{
	static const char *const kubelets[] = {"v1.27", "v1.36"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kit *k = KIT(kubelets[i], "serving", "workload.pods=1");
		uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
		uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
		ns_t least = (i ? 8 : 1) * 800 * NS_MS;

		k->rejected_call = list;
		kit_start(k, 1);
		while (kit_count(k, list) < 4)
			kit_step(k);
		k->rejected_call = watch;
		while (kit_count(k, watch) < 2)
			kit_step(k);
		assert_int_equal(kit_count(k, list), 5);
		assert_in_range(kit_nth(k, watch, 1)->at - kit_nth(k, watch, 0)->at,
			i ? 2 * least : least, (i ? 4 : 2) * least + 3 * KIT_LATENCY);
		kit_free(k);
	}
}

/* reflector.go: LIST once, then a WATCH of whole seconds in [300, 600), again and again. */
static void standing_watches_list_once(void **state)
{
	struct kit *k = KIT("v1.20", "serving", "workload.pods=1");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
	uint32_t of_objects;

	(void)state;
	k->scenario.kubelet.n_loops = 0; /* so that all calls find room */
	k->scenario.kubelet.pleg.relist_period = NS_MIN;
	kit_start(k, 1);
	kit_until(k, 120 * NS_MIN);
	assert_int_equal(kit_count(k, list), 1);
	assert_in_range(kit_count(k, watch), 13, 20);
	for (uint32_t i = 1; i < kit_count(k, watch); i++) {
		ns_t gap = kit_nth(k, watch, i)->at - kit_nth(k, watch, i - 1)->at;

		assert_in_range(gap, 300 * NS_S, 599 * NS_S);
		assert_int_equal(gap % NS_S, 0);
	}
	assert_int_equal(agent_open_watches(&k->agent, k->now, &of_objects), 5);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watch_that_cannot_be_opened_again_is_listed),
		cmocka_unit_test(a_very_short_watch_is_listed_again),
		cmocka_unit_test(a_watch_that_its_client_sends_again_is_on_no_connection),
		cmocka_unit_test(a_reflector_that_is_rejected_backs_off_and_lists),
		cmocka_unit_test(a_watch_that_finds_no_server_is_opened_again),
		cmocka_unit_test(a_watch_that_is_opened_again_knows_no_more_than_before),
		cmocka_unit_test(one_back_off_is_of_lists_and_watches),
		cmocka_unit_test(standing_watches_list_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
