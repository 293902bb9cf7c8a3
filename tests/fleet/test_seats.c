/* SPDX-License-Identifier: Apache-2.0 */
/* Seats of watches, and what of a request's time its objective counts. */
#include "tcase.h"

#include "shared.h"

/* Kubelets come up before a server with few seats: their watches are turned away as other
 * requests are, where they take a seat (since 1.22), and reflectors wait. */
static void since_1_22_a_watch_is_turned_away_too(void **state)
{
	uint64_t turned_away[2];

	(void)state;
	for (unsigned seats = 0; seats < 2; seats++) {
		struct kit *k = KIT("v1.23", "serving", "nodes=100", "warmup=0s", "duration=1m",
			"start=atOnce", "workload.pods=1");
		uint32_t watch = calls_intern(&k->scenario.calls, "watch", "pods");
		struct shared s;

		shared_init(&s, k);
		shared_narrow(&s, 5 * NS_MS);
		s.params.seats_watches = seats;
		shared_run(&s);
		turned_away[seats] = rejected(&s.result, watch);
		assert_true(answered(&s.result, watch) > 0);
		shared_fini(&s);
		kit_free(k);
	}
	assert_int_equal(turned_away[0], 0);
	assert_true(turned_away[1] > 0);
}

/* PR #102107: the client sends a watch again ten times before its reflector hears of it, so
 * that fewer opens are given up.  Before, each that was turned away was. */
static void since_1_22_a_watch_is_sent_again(void **state)
{
	static const char *const again[] = {"kubelet.reflectors.watchRetries=false",
		"kubelet.reflectors.watchRetries=true"};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct kit *k = KIT("v1.23", "serving", "nodes=100", "warmup=0s", "duration=1m",
			"start=atOnce", "workload.pods=1", again[i]);
		uint32_t watch = calls_intern(&k->scenario.calls, "watch", "pods");
		const struct fleet_requests *r;
		struct shared s;

		shared_init(&s, k);
		shared_narrow(&s, 5 * NS_MS);
		s.params.seats_watches = true;
		shared_run(&s);
		r = &s.result.requests[watch];
		assert_true(rejected(&s.result, watch) > 0);
		assert_true(r->retried + r->failed >= rejected(&s.result, watch));
		assert_true(i ? r->retried > r->failed : r->retried == 0);
		shared_fini(&s);
		kit_free(k);
	}
}

/* One seat and a queue: the same requests wait as long, and since 1.27 no objective knows. */
static void since_1_27_objectives_leave_out_the_time_in_queues(void **state)
{
	uint64_t took[2], served[2];

	(void)state;
	for (unsigned without = 0; without < 2; without++) {
		struct kit *k = KIT("v1.27", "serving", "nodes=100", "warmup=0s", "duration=1m",
			"start=atOnce", "workload.pods=1");
		uint32_t get = calls_intern(&k->scenario.calls, "get", "nodes") - CALL_API;
		struct shared s;

		k->params.times = true;
		shared_init(&s, k);
		s.params.server.flow = (struct flow_params){.fair = true,
			.n_levels = 1,
			.level = {{.seats = 1, .queues = 1, .hand = 1, .queue_length = 10000}},
			.guess = 3 * NS_MS,
			.wait_limit = NS_HOUR,
			.wait_end = NS_HOUR};
		s.params.sli_without_queues = without;
		shared_run(&s);
		took[without] = s.result.tally.times->took[get + CALL_API][OUTCOME_OK].sum;
		served[without] = s.result.tally.times->served[get].sum;
		shared_fini(&s);
		kit_free(k);
	}
	assert_true(took[0] > 0);
	assert_int_equal(took[1], took[0]);
	assert_true(served[1] < served[0] / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(since_1_22_a_watch_is_turned_away_too),
		cmocka_unit_test(since_1_22_a_watch_is_sent_again),
		cmocka_unit_test(since_1_27_objectives_leave_out_the_time_in_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
