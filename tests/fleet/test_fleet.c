/* SPDX-License-Identifier: Apache-2.0 */
/* The driver: what may and what may not make a difference to a run. */
#include "fleet/fleet.h"

#include "tcase.h"

#include "fleet/node.h"
#include "kit.h"

/* A fleet in which everything happens: pods come, crash, die, are probed and go. */
static struct kit *busy(const char *seed, const char *nodes)
{
	return KIT("v1.20", "with-probes", seed, nodes, "warmup=1m", "duration=4m",
		"workload.containers=2", "workload.crashLooping=10%",
		"workload.containerDeathEvery=23s", "workload.replacePodEvery=10s",
		"workload.terminationGracePeriod=2s", "workload.objects[0].updateEvery=1m",
		"kubelet.objects.design=cache", "ttlAnnotation=15s");
}

static bool same_tally(const struct tally *a, const struct tally *b)
{
	return !memcmp(&a->window[0].in, &b->window[0].in, sizeof(a->window[0].in)) &&
	       a->seconds == b->seconds &&
	       !memcmp(a->series, b->series,
		       sizeof(*a->series) * OUTCOME_N * CALLS_MAX * a->seconds);
}

static bool same_times(const struct fleet_result *a, const struct fleet_result *b)
{
	return !memcmp(&a->detection, &b->detection, sizeof(a->detection)) &&
	       !memcmp(&a->staleness, &b->staleness, sizeof(a->staleness)) &&
	       !memcmp(&a->relist_duration, &b->relist_duration, sizeof(a->relist_duration)) &&
	       !memcmp(&a->relist_interval, &b->relist_interval, sizeof(a->relist_interval)) &&
	       !memcmp(a->step, b->step, sizeof(a->step)) &&
	       !memcmp(&a->running, &b->running, sizeof(a->running)) &&
	       !memcmp(&a->gone, &b->gone, sizeof(a->gone));
}

static bool same_result(const struct fleet_result *a, const struct fleet_result *b)
{
	return same_tally(&a->tally, &b->tally) && same_times(a, b) &&
	       a->pods_started == b->pods_started && a->pods_removed == b->pods_removed &&
	       a->open_watches == b->open_watches &&
	       a->distinct_objects == b->distinct_objects &&
	       a->object_references == b->object_references &&
	       !memcmp(a->relists, b->relists, sizeof(a->relists)) && a->steps == b->steps;
}

static void the_number_of_threads_makes_no_difference(void **state)
{
	static const unsigned threads[] = {1, 2, 7};
	struct kit *k[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		k[i] = busy("seed=3", "nodes=60");
		k[i]->params.threads = threads[i];
		kit_run(k[i]);
	}
	assert_true(same_result(&k[0]->result, &k[1]->result));
	assert_true(same_result(&k[0]->result, &k[2]->result));
	for (int i = 0; i < 3; i++)
		kit_free(k[i]);
}

static void the_same_seed_gives_the_same_result_and_another_another(void **state)
{
	struct kit *k[3] = {busy("seed=3", "nodes=10"), busy("seed=3", "nodes=10"),
		busy("seed=4", "nodes=10")};

	(void)state;
	for (int i = 0; i < 3; i++)
		kit_run(k[i]);
	assert_true(same_result(&k[0]->result, &k[1]->result));
	assert_false(same_tally(&k[0]->result.tally, &k[2]->result.tally));
	for (int i = 0; i < 3; i++)
		kit_free(k[i]);
}

/* Each node alone, last one first, each in memory of its own. */
static void nodes_by_themselves_add_up_to_the_fleet(void **state)
{
	struct kit *k = busy("seed=5", "nodes=20");
	struct fleet_result *sum = calloc(1, sizeof(*sum));
	struct node_plan *plan = calloc(1, sizeof(*plan));
	struct node *node = calloc(1, sizeof(*node));

	(void)state;
	assert_true(sum && plan && node);
	kit_run(k);
	node_plan_init(plan, &k->params, &k->mem);
	fleet_result_init(sum, &k->params);
	for (uint32_t i = k->scenario.nodes; i-- > 0;) {
		struct arena mem;

		arena_init(&mem, 0);
		node_begin(node, plan, i, sum, &mem);
		node_run_until(node, k->params.until);
		node_end(node, k->params.until);
		arena_fini(&mem);
	}
	assert_true(same_result(&k->result, sum));
	fleet_result_fini(sum);
	free(node);
	free(plan);
	free(sum);
	kit_free(k);
}

static void two_halves_are_the_whole(void **state)
{
	struct kit *k = busy("seed=6", "nodes=20");
	struct fleet_result half[2];
	struct node_plan *plan = calloc(1, sizeof(*plan));
	struct node *node = calloc(1, sizeof(*node));
	struct arena mem;

	(void)state;
	assert_true(plan && node);
	kit_run(k);
	node_plan_init(plan, &k->params, &k->mem);
	arena_init(&mem, 0);
	for (uint32_t h = 0; h < 2; h++) {
		fleet_result_init(&half[h], &k->params);
		for (uint32_t i = h * 10; i < h * 10 + 10; i++) {
			arena_reset(&mem);
			node_begin(node, plan, i, &half[h], &mem);
			node_run_until(node, k->params.until);
			node_end(node, k->params.until);
		}
	}
	assert_false(same_tally(&half[0].tally, &half[1].tally));
	tally_merge(&half[0].tally, &half[1].tally);
	assert_true(same_tally(&half[0].tally, &k->result.tally));
	fleet_result_fini(&half[0]);
	fleet_result_fini(&half[1]);
	arena_fini(&mem);
	free(node);
	free(plan);
	kit_free(k);
}

/* Runs in pieces, as a driver that lets nodes wait for one another would. */
static void stopping_in_between_makes_no_difference(void **state)
{
	struct kit *k = busy("seed=7", "nodes=1");
	struct fleet_result *r = calloc(1, sizeof(*r));
	struct node_plan *plan = calloc(1, sizeof(*plan));
	struct node *node = calloc(1, sizeof(*node));
	struct arena mem;

	(void)state;
	assert_true(r && plan && node);
	kit_run(k);
	node_plan_init(plan, &k->params, &k->mem);
	fleet_result_init(r, &k->params);
	arena_init(&mem, 0);
	node_begin(node, plan, 0, r, &mem);
	for (ns_t at = 0; at <= k->params.until; at += 37 * NS_MS)
		node_run_until(node, at);
	node_run_until(node, k->params.until);
	node_end(node, k->params.until);
	assert_true(same_result(r, &k->result));
	arena_fini(&mem);
	fleet_result_fini(r);
	free(node);
	free(plan);
	free(r);
	kit_free(k);
}

/* Memory of a node is what it took at the start, however long it runs and whatever happens. */
static void nothing_is_allocated_after_the_start(void **state)
{
	static const char *const durations[] = {"duration=1s", "duration=10m"};
	uint64_t bytes[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.20", "with-probes", "nodes=2", "warmup=1s",
			durations[i], "workload.containers=2", "workload.crashLooping=10%",
			"workload.containerDeathEvery=23s", "workload.replacePodEvery=10s");

		kit_run(k);
		bytes[i] = k->result.node_bytes;
		kit_free(k);
	}
	assert_int_equal(bytes[0], bytes[1]);
}

/* What secrets cost does not depend on PLEG. */
static void another_pleg_leaves_the_gets_as_they_were(void **state)
{
	static const char *const designs[] = {"kubelet.pleg.design=generic",
		"kubelet.pleg.design=evented", "kubelet.pleg.design=ondemand",
		"kubelet.pleg.design=parallel"};
	uint64_t gets[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct kit *k = KIT("v1.20", "secrets-30", "nodes=50",
			"kubelet.objects.design=get", designs[i]);

		kit_run(k);
		gets[i] = kit_count(k, API_GET_SECRETS);
		assert_near((int64_t)gets[i], (int64_t)gets[0], PERCENT / 5);
		kit_free(k);
	}
}

struct traced {
	uint64_t n;
	ns_t until;
};

static void hear(void *ctx, const struct tally_call *c)
{
	struct traced *t = ctx;

	t->n += c->at < t->until;
}

static void the_trace_has_every_call_of_its_node_and_no_other(void **state)
{
	struct traced t = {0};
	uint64_t alone = 0;
	struct kit *k[2] = {busy("seed=8", "nodes=4"), busy("seed=8", "nodes=3")};

	(void)state;
	t.until = k[0]->params.until;
	k[0]->params.trace = hear;
	k[0]->params.trace_node = 3;
	k[0]->params.ctx = &t;
	for (int i = 0; i < 2; i++) {
		memset(k[i]->params.window[0].from, 0, sizeof(k[i]->params.window[0].from));
		kit_run(k[i]);
	}
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		alone += kit_count(k[0], c) - kit_count(k[1], c);
	assert_int_equal(t.n, alone);
	kit_free(k[0]);
	kit_free(k[1]);
}

/* Every call has its time, a request its wait in the limiter within; and telling it changes
 * nothing else. */
static void keeping_times_changes_no_count(void **state)
{
	struct kit *k[3] = {busy("seed=8", "nodes=9"), busy("seed=8", "nodes=9"),
		busy("seed=8", "nodes=9")};
	const struct tally_times *times;
	uint64_t held = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		k[i]->params.times = i > 0;
		k[i]->params.threads = i > 1 ? 2 : 1;
		kit_run(k[i]);
		assert_true(same_result(&k[i]->result, &k[0]->result));
	}
	times = k[1]->result.tally.times;
	assert_memory_equal(times, k[2]->result.tally.times, sizeof(*times));
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++) {
			const struct hist *took = &times->took[c][o];
			const struct hist *wait =
				c < CALL_API ? NULL : &times->held[c - CALL_API][o];

			assert_int_equal(took->n, k[1]->result.tally.window[0].in.count[c][o]);
			if (!wait || wait->n == 0)
				continue;
			assert_int_equal(wait->n, took->n);
			assert_true(wait->sum < took->sum && wait->max < took->max);
			held += wait->sum;
		}
	assert_true(held > 0);
	for (int i = 0; i < 3; i++)
		kit_free(k[i]);
}

/* Windows that follow each other have what one window over both has. */
static void windows_divide_the_calls(void **state)
{
	struct kit *one = busy("seed=9", "nodes=5");
	struct kit *two = busy("seed=9", "nodes=5");
	ns_t middle = 123456789 * INT64_C(1000);

	(void)state;
	two->params.n_windows = 2;
	two->params.window[1] = two->params.window[0];
	two->params.window[0].until[0] = two->params.window[0].until[1] = middle;
	two->params.window[1].from[0] = two->params.window[1].from[1] = middle;
	kit_run(one);
	kit_run(two);
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		for (uint32_t o = 0; o < OUTCOME_N; o++)
			assert_int_equal(one->result.tally.window[0].in.count[c][o],
				two->result.tally.window[0].in.count[c][o] +
					two->result.tally.window[1].in.count[c][o]);
	assert_int_equal(
		one->result.relists[0], two->result.relists[0] + two->result.relists[1]);
	kit_free(one);
	kit_free(two);
}

static void the_series_adds_up_to_the_window(void **state)
{
	struct kit *k = busy("seed=10", "nodes=5");

	(void)state;
	kit_run(k);
	for (uint32_t c = 0; c < CALLS_MAX; c++) {
		uint64_t sum = 0, of[OUTCOME_N] = {0};

		for (uint32_t s = 0; s < k->result.tally.seconds; s++) {
			sum += tally_second(&k->result.tally, c, s);
			for (unsigned o = 0; o < OUTCOME_N; o++)
				of[o] += tally_second_of(
					&k->result.tally, c, (enum outcome)o, s);
		}
		assert_int_equal(sum, kit_count(k, c));
		for (unsigned o = 0; o < OUTCOME_N; o++)
			assert_int_equal(of[o], k->result.tally.window[0].in.count[c][o]);
	}
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number_of_threads_makes_no_difference),
		cmocka_unit_test(the_same_seed_gives_the_same_result_and_another_another),
		cmocka_unit_test(nodes_by_themselves_add_up_to_the_fleet),
		cmocka_unit_test(two_halves_are_the_whole),
		cmocka_unit_test(stopping_in_between_makes_no_difference),
		cmocka_unit_test(nothing_is_allocated_after_the_start),
		cmocka_unit_test(another_pleg_leaves_the_gets_as_they_were),
		cmocka_unit_test(the_trace_has_every_call_of_its_node_and_no_other),
		cmocka_unit_test(keeping_times_changes_no_count),
		cmocka_unit_test(windows_divide_the_calls),
		cmocka_unit_test(the_series_adds_up_to_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
