/* SPDX-License-Identifier: Apache-2.0 */
/* The crash back-off: whose, how long, until when; and when its pod is looked at meanwhile. */
#include "agent/agent.h"

#include "tcase.h"

#include "kit.h"

/* One pod of two containers that runs. */
static struct kit *running(const char *kubelet, const char *set)
{
	struct kit *k =
		KIT(kubelet, "serving", "workload.pods=1", "workload.containers=2", set);

	kit_start_running(k, 1);
	kit_until(k, 5 * NS_S);
	return k;
}

static void exits(struct kit *k, uint32_t container)
{
	record_t *r = &k->view.container[container];

	*r = record_make(RECORD_EXITED, record_dead(*r), record_instance(*r));
	k->view.exited_at[container] = k->now;
	kit_recount(k);
}

/* How long until the container runs again. */
static ns_t restarted_after(struct kit *k, uint32_t container)
{
	ns_t from = k->now;

	while (record_state(k->view.container[container]) != RECORD_RUNNING) {
		assert_true(k->now - from < 100 * 60 * NS_MIN);
		kit_step(k);
	}
	return k->now - from;
}

/* The container runs for a second, then exits again. */
static ns_t exits_again(struct kit *k, uint32_t container)
{
	kit_until(k, k->now + NS_S);
	exits(k, container);
	return restarted_after(k, container);
}

static void every_container_backs_off_for_itself(void **state)
{
	struct kit *k = running("v1.20", NULL);

	(void)state;
	exits(k, 0);
	assert_in_range(restarted_after(k, 0), 1, 3 * NS_S);
	assert_in_range(exits_again(k, 0), 10 * NS_S, 27 * NS_S);
	assert_in_range(exits_again(k, 0), 20 * NS_S, 37 * NS_S);
	kit_until(k, k->now + NS_S);
	exits(k, 1); /* its first */
	assert_in_range(restarted_after(k, 1), 1, 3 * NS_S);
	assert_in_range(exits_again(k, 0), 40 * NS_S, 57 * NS_S);
	kit_free(k);
}

static void it_doubles_up_to_the_models_maximum(void **state)
{
	struct kit *k = running("v1.20", "kubelet.worker.crashBackOffMax=2h");

	(void)state;
	exits(k, 0);
	(void)restarted_after(k, 0);
	for (ns_t s = 10; s < 7200; s *= 2)
		assert_in_range(exits_again(k, 0), s * NS_S, (s + 17) * NS_S);
	for (int i = 0; i < 3; i++)
		assert_in_range(exits_again(k, 0), 7200 * NS_S, 7217 * NS_S);
	kit_free(k);
}

/* Backoff.GC asks how long ago it grew, not how long the container ran. */
static void housekeeping_collects_what_did_not_grow_for_ten_minutes(void **state)
{
	struct kit *k = running("v1.20", NULL);
	ns_t grew;

	(void)state;
	exits(k, 0);
	(void)restarted_after(k, 0);
	for (int i = 0; i < 6; i++)
		(void)exits_again(k, 0);
	grew = k->now; /* 300 s are next */
	kit_until(k, grew + 590 * NS_S);
	exits(k, 0);
	assert_in_range(restarted_after(k, 0), 10 * NS_S, 30 * NS_S);
	assert_in_range(exits_again(k, 0), 10 * NS_S, 27 * NS_S);
	kit_free(k);
}

/* How often events tell of the back-off of a container that exits every second until then. */
static uint32_t told_within(struct kit *k, ns_t span)
{
	uint32_t told = kit_count(k, API_CREATE_EVENTS) + kit_count(k, API_PATCH_EVENTS);

	kit_until(k, k->now + span);
	return kit_count(k, API_CREATE_EVENTS) + kit_count(k, API_PATCH_EVENTS) - told;
}

/* Its sync counts as failed: the pod is looked at every 10 to 15 s, up to a tick more. */
static void a_pod_that_waits_is_looked_at_as_after_an_error(void **state)
{
	struct kit *k = running("v1.20", "kubelet.events.spamBurst=1000");

	(void)state;
	exits(k, 0);
	(void)restarted_after(k, 0);
	for (int i = 0; i < 5; i++)
		(void)exits_again(k, 0);
	kit_until(k, k->now + 2 * NS_S); /* the events of the start are through */
	exits(k, 0);                     /* 300 s are next */
	kit_until(k, k->now + 2 * NS_S);
	assert_in_range(told_within(k, 200 * NS_S), 12, 20);
	kit_free(k);
}

/* Since 1.35 when it is over, and at most half as late again. */
static void since_1_35_a_pod_that_waits_is_looked_at_when_that_is_over(void **state)
{
	struct kit *k = running("v1.36", "kubelet.events.spamBurst=1000");

	(void)state;
	exits(k, 0);
	(void)restarted_after(k, 0);
	assert_in_range(exits_again(k, 0), 10 * NS_S, 17 * NS_S);
	assert_in_range(exits_again(k, 0), 20 * NS_S, 32 * NS_S);
	assert_in_range(exits_again(k, 0), 40 * NS_S, 62 * NS_S);
	for (int i = 0; i < 2; i++)
		(void)exits_again(k, 0);
	kit_until(k, k->now + 2 * NS_S);
	exits(k, 0); /* 300 s are next: a resync every 60 to 90 s */
	kit_until(k, k->now + 2 * NS_S);
	assert_in_range(told_within(k, 200 * NS_S), 2, 3);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_container_backs_off_for_itself),
		cmocka_unit_test(it_doubles_up_to_the_models_maximum),
		cmocka_unit_test(housekeeping_collects_what_did_not_grow_for_ten_minutes),
		cmocka_unit_test(a_pod_that_waits_is_looked_at_as_after_an_error),
		cmocka_unit_test(since_1_35_a_pod_that_waits_is_looked_at_when_that_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
