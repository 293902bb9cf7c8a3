/* SPDX-License-Identifier: Apache-2.0 */
/* API servers that go away for a while (together.c, balancer.c): what becomes of watches. */
#include "tcase.h"

#include "shared.h"

/* The only server goes for 20 s.  Every watch is lost, asked for again and again without a LIST
 * and, when the server is back, told that it knows nothing of before: then there is one. */
static void when_the_server_is_back_everybody_lists(void **state)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=30", "warmup=0s", "duration=2m",
		"start=stationary", "apiserver.processors=16",
		"apiserver.restarts=[{at: 30s, for: 20s}]");
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
	uint32_t lease = calls_intern(&k->scenario.calls, "update", "leases");
	uint64_t(*count)[OUTCOME_N];
	struct err err = {0};

	(void)state;
	k->params.times = true;
	assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
	count = k->result.tally.window[0].in.count;
	assert_int_equal(answered(&k->result, list), 30);
	assert_int_equal(answered(&k->result, API_LIST_SECRETS), 30 * 30);
	assert_int_equal(k->result.open_watches, 30 * 35);
	/* one whose own time was over meanwhile may have been asked for again, too */
	assert_in_range(count[watch][OUTCOME_GONE], 25, 30);
	assert_in_range(count[API_WATCH_SECRETS][OUTCOME_GONE], 25 * 30, 30 * 30);
	/* 0.8 to 1.6 s, then twice that: four to six in 20 s */
	assert_in_range(count[watch][OUTCOME_LOST], 4 * 30 - 30, 6 * 30);
	/* of LISTs only those whose watch was gone before, or cut off */
	assert_in_range(count[list][OUTCOME_LOST], 0, 3);
	assert_int_equal(k->result.requests[watch].failed, count[watch][OUTCOME_LOST]);
	/* two heartbeats of five tries each fell into the gap, or the one that it cut off */
	assert_in_range(k->result.requests[lease].failed, 30 * 5, 30 * 11);
	/* a server that is not there is not one that answers at once */
	assert_int_equal(
		k->result.tally.times->served[lease - CALL_API].n, answered(&k->result, lease));
	fleet_result_fini(&k->result);
	kit_free(k);
}

/* Without a watch cache it is etcd that knows what was before, and did not go away.  A kubelet
 * that does not know a refused connection for what it is lists all the same. */
static void what_a_server_does_not_keep_it_does_not_lose(void **state)
{
	static const struct {
		const char *kubelet;
		bool lists;
	} cases[] = {{"v1.20", false}, {"v1.12", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit *k = KIT(cases[i].kubelet, "secrets-30", "nodes=30", "warmup=0s",
			"duration=90s", "start=stationary", "apiserver.processors=16",
			"apiserver.watchCache=false",
			"apiserver.restarts=[{at: 30s, for: 20s}]");
		uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
		uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");
		uint64_t(*count)[OUTCOME_N];
		struct err err = {0};

		assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
		count = k->result.tally.window[0].in.count;
		assert_int_equal(count[watch][OUTCOME_GONE], 0);
		assert_true(count[watch][OUTCOME_LOST] >= 25);
		if (cases[i].lists)
			assert_true(answered(&k->result, list) >= 25);
		else
			assert_in_range(answered(&k->result, list), 0, 3);
		fleet_result_fini(&k->result);
		kit_free(k);
	}
}

/* Two minutes with three servers of which some are away: nobody lists, and in the end each node
 * has its watches. */
static struct kit *nobody_lists(const char *restarts)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=60", "warmup=0s", "duration=2m",
		"start=stationary", "apiserver.processors=16", "apiserver.servers=3", restarts);
	uint32_t list = calls_intern(&k->scenario.calls, "list", "services");
	struct err err = {0};

	assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
	assert_int_equal(answered(&k->result, list), 0);
	assert_int_equal(k->result.open_watches, 60 * 35);
	return k;
}

static void end(struct kit *k)
{
	fleet_result_fini(&k->result);
	kit_free(k);
}

/* One of three: its nodes find another and open their watches there. */
static void where_there_are_others_nobody_lists(void **state)
{
	struct kit *k = nobody_lists("apiserver.restarts=[{server: 2, at: 30s, for: 20s}]");
	uint32_t watch = calls_intern(&k->scenario.calls, "watch", "services");

	(void)state;
	assert_in_range(answered(&k->result, watch), 60 / 3 - 15, 60);
	end(k);
}

/* The second one goes before the first is back: all nodes find the third. */
static void two_servers_may_be_away_at_once(void **state)
{
	struct kit *k = nobody_lists("apiserver.restarts=[{server: 0, at: 30s, for: 40s}, "
				     "{server: 2, at: 50s, for: 40s}]");
	const struct fleet_servers *s = &k->result.servers;

	(void)state;
	/* the one that stayed has them all */
	assert_true(s->busy[1] > s->busy[0] && s->busy[1] > s->busy[2]);
	assert_int_equal(s->busy[0] + s->busy[1] + s->busy[2], s->counts.running.sum);
	end(k);
}

/* One after the other: whom the second one had knows more than the first one, which was away
 * before, has to begin with, and lists nothing there either. */
static void a_server_that_was_away_before_knows_enough(void **state)
{
	struct kit *k = nobody_lists("apiserver.restarts=[{server: 0, at: 30s, for: 10s}, "
				     "{server: 2, at: 60s, for: 10s}]");

	(void)state;
	assert_true(k->result.servers.busy[0] > 0); /* some of them went there */
	end(k);
}

/* Levels of 1.26 and later borrow seats; the process that takes the place of another has its
 * own from then on, and lends them first when a period of its own is over. */
static void another_process_has_no_seats_of_before(void **state)
{
	struct kit *k = KIT("v1.27", "serving", "apiserver=v1.28", "nodes=30", "warmup=0s",
		"duration=70s", "start=stationary", "apiserver.processors=1",
		"apiserver.costs.cpuScale=100", "apiserver.restarts=[{at: 61s, for: 1ms}]");
	const struct fleet_servers *s = &k->result.servers;
	struct err err = {0};

	(void)state;
	assert_int_equal(fleet_run(&k->params, &k->result, &err), 0);
	assert_true(s->n_levels > 2);
	for (uint32_t i = 0; i < s->n_levels; i++) {
		const struct gauge *limit = &s->level[i].limit;

		assert_true(limit->sum > 0);
		assert_true(limit->sum <= (uint64_t)s->span * limit->max);
	}
	end(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_the_server_is_back_everybody_lists),
		cmocka_unit_test(what_a_server_does_not_keep_it_does_not_lose),
		cmocka_unit_test(where_there_are_others_nobody_lists),
		cmocka_unit_test(two_servers_may_be_away_at_once),
		cmocka_unit_test(a_server_that_was_away_before_knows_enough),
		cmocka_unit_test(another_process_has_no_seats_of_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
