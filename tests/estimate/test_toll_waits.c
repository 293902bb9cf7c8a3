/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/toll_words.h"

#include "rows_kit.h"

/* Seventeen requests a second through five: no rate, but what is let through is sure. */
static void a_full_limiter_is_a_reason(void **state)
{
	struct fixture *f =
		begin("v1.20", "pod-ready-condition", "workload.replacePodEvery=1s");
	const struct toll_row *r = row(f, "pod-ready-condition/condition");
	double sure = 0;

	(void)state;
	assert_non_null(r->fails);
	assert_non_null(strstr(r->fails, "the limiter of client kube lets 5/s through"));
	for (uint32_t i = 0; i < f->toll.n; i++)
		if (toll_passes(&f->toll.row[i], CLIENT_MAIN))
			sure += f->toll.row[i].at_least;
	assert_within(sure, 5, 1e-9);
	assert_non_null(strstr(row(f, "pods that come and go")->fails, "client kube"));
	assert_null(row(f, "lease")->fails); /* through another client */
	assert_null(r->doubt);               /* what is asked of it is known all the same */
	assert_within(r->asks, 1, 1e-9);
	end(f);
	f = begin("v1.20", "pod-ready-condition", "workload.replacePodEvery=5s");
	assert_null(row(f, "pod-ready-condition/condition")->fails);
	end(f);
}

/* Of thirty requests twenty wait at five a second; the period begins after them. */
static void a_round_that_waits_for_its_limiter_is_later_by_that(void **state)
{
	struct fixture *f = begin("v1.20", "node-feature-discovery",
		"kubelet.loops.node-feature-discovery/scan.timer=sliding");
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_null(r->fails);
	assert_within(r->rate, 30 / 64.25, 0.001);
	assert_within(r->waits, 4.2, 0.02); /* with the request behind them */
	assert_non_null(strstr(r->words, "s of them before its limiter"));
	assert_null(toll_asked_of(&f->toll, CLIENT_OWN, false).why);
	assert_within(toll_asked_of(&f->toll, CLIENT_OWN, false).rate, 31 / 60.05, 0.002);
	assert_within(toll_through(&f->toll, CLIENT_OWN, 5), 31 / 64.25, 0.001);
	assert_within(r->held_back, 4, 0.05); /* its last request leaves so much later */
	end(f);
}

/* Of so many pods, by a limiter of five a second and a burst of ten. */
static struct fixture *limited(const char *loop, uint32_t pods)
{
	char text[300];
	struct fixture *f;

	(void)snprintf(text, sizeof(text), "kubelet.loops.imageDetect=%s", loop);
	f = begin("v1.20", NULL, text);
	f->s.kubelet.client[CLIENT_MAIN].qps_milli = 5000;
	f->s.kubelet.client[CLIENT_MAIN].burst = 10;
	f->s.workload.pods = pods;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	return f;
}

/* One goroutine has one request before the limiter: it is full at most, and nothing waits for
 * ever longer. */
static void rounds_are_no_closer_than_their_limiter_lets_them_through(void **state)
{
	static const char *const loops[] = {
		"{timer: sliding, period: 1s, calls: [{api: get pods, scope: pod}]}",
		("{timer: sliding, period: 500ms, jitter: 1, calls: [{api: get pods, scope: "
		 "pod}]}"),
		"{timer: ticker, period: 2s, calls: [{api: get pods, scope: pod}]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		struct fixture *f = limited(loops[i], 30);
		const struct toll_row *r = row(f, "imageDetect");

		assert_null(r->fails);
		assert_within(r->rate, 5, 1e-9);
		assert_true(r->waits > 4.4 && r->waits < 6);
		assert_true(r->asks > 14); /* a second, if nothing made it wait */
		end(f);
	}
}

/* It keeps its ticks as long as a round is through before the next. */
static void a_ticker_does_not_mind_to_wait_until_its_tick(void **state)
{
	struct fixture *f = limited(
		"{timer: ticker, period: 7s, calls: [{api: get pods, scope: pod}]}", 30);
	const struct toll_row *r = row(f, "imageDetect");

	(void)state;
	assert_null(r->fails);
	assert_within(r->rate, 30 / 7.0, 1e-9);
	assert_within(r->waits, 0, 0);
	end(f);
}

/* Nor does one that a limiter leaves alone, by as little as sums are off. */
static void who_finds_room_waits_for_nothing(void **state)
{
	struct fixture *f = limited("{timer: sliding, period: 60s, jitter: 0.5, calls: [{api: "
				    "get pods, scope: pod}]}",
		10);
	const struct toll_row *r;

	(void)state;
	for (uint32_t pods = 1; pods <= 10; pods++) {
		f->s.workload.pods = pods;
		toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
		r = row(f, "imageDetect");
		assert_null(r->fails);
		assert_within(r->waits, 0, 0);
		assert_within(r->held_back, 0, 0);
		assert_false(toll_uses(r->symbols, "D"));
	}
	end(f);
}

/* Who gets how much of a limiter that two loops would fill has no closed form: neither has a
 * rate.  What they would send without it is known. */
static void two_that_wait_for_one_limiter_have_no_rate(void **state)
{
	struct fixture *f = begin("v1.20", "node-feature-discovery", NULL);
	struct model_loop *l = f->s.kubelet.loops;
	struct toll_asked asked;
	uint32_t i = 0;

	(void)state;
	while (strcmp(l[i].name, "node-feature-discovery/scan") != 0)
		i++;
	l[i].timer = TIMER_SLIDING;
	l[i].period = NS_S;
	l[f->s.kubelet.n_loops] = l[i];
	(void)snprintf(l[f->s.kubelet.n_loops++].name, LOOP_NAME, "twin");
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	asked = toll_asked_of(&f->toll, CLIENT_OWN, false);
	assert_non_null(row(f, "twin")->fails);
	assert_null(asked.why);
	assert_true(asked.rate > 5);
	assert_within(asked.pressing, 0, 0); /* each waits for its own last round */
	assert_true(toll_through(&f->toll, CLIENT_OWN, 5) < 0);
	end(f);
}

/* Pods do not wait for events: what these leave is the loop's. */
static void a_round_has_what_events_leave_of_their_limiter(void **state)
{
	struct fixture *f = begin("v1.36", NULL,
		"kubelet.loops.imageDetect={timer: sliding, period: 1s, calls: [{api: create "
		"events, scope: pod, client: events}]}");

	(void)state;
	f->s.workload.pods = 110;
	f->s.workload.replace_pod_every = NS_S / 2;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	assert_null(row(f, "imageDetect")->fails);
	assert_within(row(f, "imageDetect")->rate, 42, 1e-3); /* simulated 41.97 */
	assert_within(toll_through(&f->toll, CLIENT_EVENTS, 50), 50, 1e-3);
	end(f);
}

/* Of a hundred nodes a part each; what is beyond the limit does not leave, and it has the
 * limiter alone: that is its rate. */
static void a_client_of_the_cluster_has_one_limiter(void **state)
{
	struct fixture *f = begin("v1.36", "scheduled-events", "workload.replacePodEvery=1s");
	const struct toll_row *r = row(f, "scheduled-events/scheduled");

	(void)state;
	f->s.nodes = 100;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);

	assert_null(r->fails);
	assert_true(r->held);
	assert_within(r->rate, 0.5, 1e-9);
	assert_within(toll_asked_of(&f->toll, CLIENT_OWN, false).rate, 1, 1e-9);
	assert_within(toll_asked_of(&f->toll, CLIENT_OWN, false).pressing, 1, 1e-9);
	assert_within(toll_aligned(&f->s, r, 100), 150, 1e-9);
	f->s.nodes = 40;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	assert_null(r->fails);
	assert_within(r->rate, 1, 1e-9);
	assert_within(toll_aligned(&f->s, r, 40), 150, 1e-9);
	assert_true(toll_spread(&f->s, r, 40) <= 150);
	end(f);
}

/* What stands beside a request that waits waits as long. */
static void a_loop_has_one_pace(void **state)
{
	struct fixture *f = begin("v1.36", NULL,
		"kubelet.loops.imageDetect={timer: sleep, period: 1s, calls: [{api: get pods, "
		"scope: pod, client: events}, {runtime: exec_sync}]}");
	const struct toll_row *r;

	(void)state;
	f->s.kubelet.client[CLIENT_EVENTS].qps_milli = 5000;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	r = row(f, "imageDetect");
	assert_null(r[0].fails);
	assert_within(r[0].rate, 5, 1e-9);
	assert_within(r[1].rate, 5 / 30.0, 1e-9);
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_limiter_is_a_reason),
		cmocka_unit_test(a_round_that_waits_for_its_limiter_is_later_by_that),
		cmocka_unit_test(who_finds_room_waits_for_nothing),
		cmocka_unit_test(rounds_are_no_closer_than_their_limiter_lets_them_through),
		cmocka_unit_test(a_ticker_does_not_mind_to_wait_until_its_tick),
		cmocka_unit_test(two_that_wait_for_one_limiter_have_no_rate),
		cmocka_unit_test(a_round_has_what_events_leave_of_their_limiter),
		cmocka_unit_test(a_client_of_the_cluster_has_one_limiter),
		cmocka_unit_test(a_loop_has_one_pace),
	};

	return cmocka_run_group_tests_name("toll_waits", tests, NULL, NULL);
}
