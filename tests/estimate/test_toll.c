/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/toll.h"

#include "rows_kit.h"

static void the_kubelets_own_rows_are_what_is_known_of_it(void **state)
{
	struct fixture *f = begin("v1.36", NULL, NULL);

	(void)state;
	assert_within(row(f, "lease")->rate, 1 / 10.2, 0.01);
	assert_within(row(f, "PLEG")->rate, 1.0, 0.02); /* of each of two lists */
	/* kubelet-calls: P / 2,920 */
	assert_within(row(f, "service account tokens")->rate, 30 / 2920.0, 0.002);
	assert_within(row(f, "default-token")->rate, 30 / 449.5, 0.001);
	end(f);
	f = begin("v1.6", NULL, NULL);
	assert_within(row(f, "default-token")->rate, 30 / 336.0, 0.01);
	end(f);
}

/* Where the kubelet does not look at its node's annotation, its own TTL is what counts. */
static void a_ttl_is_the_annotations_only_where_it_is_read(void **state)
{
	struct fixture *f = begin("v1.6", NULL, "kubelet.objects.ttlAnnotation=false");

	(void)state;
	assert_within(row(f, "default-token")->rate, 30 / 75.5, 0.01);
	end(f);
}

/* A GET at each sync that mounts; those of a pod that is to go do not. */
static void objects_are_read_at_the_syncs_of_a_start(void **state)
{
	struct fixture *f = begin("v1.5", NULL, "workload.replacePodEvery=50s");

	(void)state;
	assert_within(row(f, "default-token")->rate, 0.4475, 0.01);
	end(f);
	f = begin("v1.6", NULL, "workload.replacePodEvery=50s"); /* TTL 300 s */
	assert_within(row(f, "default-token")->rate, 0.1187, 0.02);
	assert_null(row(f, "default-token")->fails);
	end(f);
	f = begin("v1.2", NULL, "workload.replacePodEvery=50s"); /* mounted once */
	assert_within(row(f, "default-token")->rate, 1 / 50.0, 1e-9);
	end(f);
}

static void a_sliding_round_lasts_as_long_as_its_calls(void **state)
{
	struct fixture *f = begin("v1.20", "node-feature-discovery",
		"kubelet.loops.node-feature-discovery/scan.timer=sliding");
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	f->s.kubelet.client[CLIENT_OWN].qps_milli = -1;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	assert_within(r->nominal, 0.5, 1e-9);
	assert_true(r->rate < 0.5 && r->rate > 0.49);
	assert_string_equal(r->feature, "node-feature-discovery");
	end(f);
}

/* Thirty requests want to leave, the limiter lets ten and five a second through. */
static void a_busy_second_is_bounded_by_the_limiter(void **state)
{
	struct fixture *f = begin("v1.20", "node-feature-discovery", NULL);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_within(toll_together(&f->s, r), 15, 1e-9);
	assert_within(toll_aligned(&f->s, r, 100), 1500, 1e-9);
	assert_true(toll_spread(&f->s, r, 100) < toll_aligned(&f->s, r, 100));
	assert_true(toll_spread(&f->s, r, 100) > 50);
	assert_within(toll_of_client(&f->toll, CLIENT_OWN, false), 31 / 60.0, 1e-9);
	assert_within(toll_of_client(&f->toll, CLIENT_OWN, true), 0, 1e-9);
	end(f);
}

static void without_pods_that_come_nothing_follows_upon_them(void **state)
{
	struct fixture *f = begin("v1.20", "pod-ready-condition", NULL);

	(void)state;
	assert_within(row(f, "pod-ready-condition/condition")->rate, 0, 0);
	end(f);
	f = begin("v1.20", "pod-ready-condition", "workload.replacePodEvery=50s");
	assert_within(row(f, "pod-ready-condition/condition")->rate, 0.02, 1e-9);
	end(f);
}

/* Where pods come to nodes that have none, nothing is divided by how many there are. */
static void without_pods_every_rate_is_a_number(void **state)
{
	static const char *const kubelets[] = {"v1.1", "v1.5", "v1.12", "v1.23", "v1.36"};

	(void)state;
	for (size_t i = 0; i < sizeof(kubelets) / sizeof(kubelets[0]); i++) {
		struct fixture *f = begin(kubelets[i], NULL, "workload.pods=0");

		f->s.workload.replace_pod_every = 3 * NS_S;
		toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
		assert_true(f->toll.n > 0);
		for (uint32_t r = 0; r < f->toll.n; r++)
			if (!(f->toll.row[r].rate >= 0 && f->toll.row[r].rate < 1e6))
				fail_msg("%s: %s", kubelets[i], f->toll.row[r].name);
		end(f);
	}
}

static void what_it_does_not_know_it_says(void **state)
{
	struct fixture *f =
		begin("v1.20", "container-checkpoint-audit", "workload.replacePodEvery=5s");

	(void)state;
	assert_non_null(row(f, "container-checkpoint-audit/sweep")->fails);
	assert_null(row(f, "container-checkpoint-audit/born")->fails);
	end(f);
}

/* ------------------------------------------------------------------ while requests fail */

static const struct toll_row *failing(
	struct fixture *f, const char *name, enum timer_kind timer, uint32_t tries, ns_t again)
{
	struct model_loop *l = f->s.kubelet.loops;

	while (l < f->s.kubelet.loops + f->s.kubelet.n_loops && strcmp(l->name, name) != 0)
		l++;
	assert_string_equal(l->name, name);
	l->timer = timer;
	l->tries = tries;
	l->try_again_after = again;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	return row(f, name);
}

/* One for each of no pods is none, and what comes after it in the round is the first that
 * fails. */
static void of_no_pods_nothing_fails(void **state)
{
	static const char both[] =
		"kubelet.loops.imageDetect={timer: sliding, period: 10s, calls: [{api: get "
		"pods, scope: pod}, {api: get nodes}]}";
	struct fixture *f = begin("v1.20", NULL, both);
	uint32_t pods, nodes;

	(void)state;
	f->s.workload.pods = 0;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	pods = (uint32_t)(row(f, "imageDetect") - f->toll.row);
	nodes = pods + 1;
	assert_within(f->toll.row[pods].failing, 0, 0);
	assert_within(f->toll.row[pods].rejected, 0, 0);
	assert_string_equal(f->toll.row[nodes].name, "imageDetect");
	assert_within(f->toll.row[nodes].failing, 1 / 10.0, 0.001);
	end(f);
}

/* node-problem-detector: looks every second, patches every 5 min; what it retries decides what
 * a failure makes of it (tests/fleet/test_together.c simulates the same). */
static void a_rate_while_requests_fail_says_who_tries_again(void **state)
{
	static const char npd[] = "node-problem-detector/conditions";
	struct fixture *f = begin("v1.20", "node-problem-detector", NULL);
	const struct toll_row *r = failing(f, npd, TIMER_TICKER, 1, 0);

	(void)state;
	assert_string_equal(r->if_it_fails, "not retried, made when it is due again");
	assert_within(r->failing, r->rate, 1e-9);
	assert_within(r->rejected, 11 * r->rate, 0.01);
	r = failing(f, npd, TIMER_TICKER, 1, NS_S / 2);
	assert_within(r->failing, 1, 1e-9);
	r = failing(f, npd, TIMER_TICKER, 1, 10 * NS_S);
	assert_string_equal(r->if_it_fails, "tried again at the tick after 10 s");
	assert_within(r->failing, 1 / 10.0, 1e-9);
	assert_within(r->rejected, 11 / 11.0, 1e-9); /* eleven answers take a moment */
	r = failing(f, npd, TIMER_TICKER, 3, 0);
	assert_string_equal(
		r->if_it_fails, "tried 3 times at once, then when the next round comes");
	assert_within(r->failing, 3, 1e-9);
	r = failing(f, npd, TIMER_SLIDING, 1, 5 * NS_S);
	assert_within(r->failing, 1 / 5.0, 0.02);
	assert_within(r->rejected, 11 / 15.0, 0.02);
	assert_true(row(f, "lease")->failing > 5 / 10.1 && row(f, "lease")->failing < 0.5);
	end(f);
}

static void what_an_event_causes_may_be_repeated(void **state)
{
	static const char gone[] = "container-checkpoint-audit/gone";
	struct fixture *f =
		begin("v1.20", "container-checkpoint-audit", "workload.replacePodEvery=20s");
	const struct toll_row *r = failing(f, gone, TIMER_REQUEST, 1, 0);

	(void)state;
	assert_string_equal(r->if_it_fails, "not retried");
	assert_within(r->failing, r->rate, 1e-9);
	r = failing(f, gone, TIMER_REQUEST, 2, 4 * NS_S);
	assert_string_equal(r->if_it_fails,
		"tried 2 times at once, then tried again after 4 s, until it succeeds");
	assert_within(r->failing, 0.5, 0.02);
	end(f);
}

/* Of what has no closed form the part is sure that has one, and that is said; the kubelet's own
 * requests by the same client are no less known. */
static void what_is_asked_of_a_client_may_be_in_doubt(void **state)
{
	struct fixture *f =
		begin("v1.36", "persistent-volume-gets", "workload.replacePodEvery=50s");
	struct toll_asked own, added;

	(void)state;
	f->s.workload.n_probes = 1; /* a pod that becomes ready syncs */
	f->s.workload.probes[0].readiness = true;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	own = toll_asked_of(&f->toll, CLIENT_MAIN, true);
	added = toll_asked_of(&f->toll, CLIENT_MAIN, false);
	assert_null(own.why);
	assert_true(own.rate > 0);
	assert_non_null(added.why);
	assert_within(added.rate, 2 * 30 / 75.5, 1e-3); /* of pods at rest */
	assert_true(toll_of_client(&f->toll, CLIENT_MAIN, false) > own.rate + added.rate);
	end(f);
}

/* What a start and an end take is no small part of a short life. */
static void probes_of_short_lives_are_only_simulated(void **state)
{
	static const char *const every[] = {
		"workload.replacePodEvery=50s", "workload.replacePodEvery=5s"};

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		struct fixture *f = begin("v1.36", "persistent-volume-gets", every[i]);
		const struct toll_row *r;

		f->s.workload.n_probes = 1;
		f->s.workload.probes[0] =
			(struct workload_probe){.exec = true, .period = 10 * NS_S};
		toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
		r = row(f, "probes");
		assert_within(r->rate, 30.0 / 10, 1e-9);
		assert_int_equal(r->fails != NULL, i);
		end(f);
	}
}

/* A second's tick passes while thirty programs run one after the other. */
static void a_ticker_is_no_faster_than_its_rounds(void **state)
{
	struct fixture *f = begin("v1.36", "node-feature-discovery",
		"kubelet.loops.node-feature-discovery/scan={timer: ticker, period: 1s, "
		"feature: "
		"node-feature-discovery, calls: [{runtime: exec_sync, scope: pod}]}");
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_within(r->rate, 1 / 0.056462, 0.001);
	assert_within(r->nominal, 30, 1e-9);
	assert_non_null(strstr(r->words, "whose ticks pass"));
	end(f);
}

static void pods_cannot_come_faster_than_a_node_starts_them(void **state)
{
	struct fixture *f =
		begin("v1.36", "node-feature-discovery", "workload.replacePodEvery=100ms");

	(void)state;
	assert_non_null(strstr(row(f, "pods that come and go")->fails, "processors busy"));
	assert_non_null(row(f, "node-feature-discovery/scan")->fails); /* of fewer pods */
	assert_null(row(f, "lease")->fails);
	end(f);
	f = begin("v1.36", NULL, "workload.replacePodEvery=1ms");
	assert_non_null(
		strstr(row(f, "pods that come and go")->fails, "a pod would live 0.03 s"));
	end(f);
	f = begin("v1.36", "evented-pleg", "workload.replacePodEvery=10s");
	for (uint32_t i = 0; i < f->toll.n; i++)
		if (f->toll.row[i].of_lives) {
			assert_non_null(f->toll.row[i].fails);
			assert_within(f->toll.row[i].at_least, 0, 0);
		}
	end(f);
}

static void a_share_is_taken_of_all(void **state)
{
	struct fixture *f = begin("v1.36", "node-feature-discovery",
		"kubelet.loops.node-feature-discovery/scan.calls=[{api: get pods, scope: pod, "
		"share: 30%}]");
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_non_null(strstr(r->symbols, "P f / T = 30 x 0.3 / 60 s = 0.15/s"));
	assert_non_null(strstr(r->words, "for each of 30 % of the node's 30 pods, "));
	end(f);
}

/* Five nodes with a pod each: 1.5 namespaces are two. */
static void a_share_of_the_namespaces_of_one_pod_is_of_whole_ones(void **state)
{
	struct fixture *f = begin("v1.36", "node-feature-discovery",
		"kubelet.loops.node-feature-discovery/scan.calls=[{api: get pods, "
		"scope: namespace, share: 30%}]");

	(void)state;
	f->s.nodes = 5;
	f->s.workload.pods = 1;
	f->s.workload.namespaces = 50;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	assert_within(row(f, "node-feature-discovery/scan")->times, 0.4, 1e-12);
	end(f);
}

/* ------------------------------------------------------------------ at most every so often */

/* A feature whose rounds are made up; a pod of the node is replaced so often, 0: never. */
static struct fixture *upon(const char *round, ns_t replace_every)
{
	struct fixture *f;
	char text[300];

	(void)snprintf(text, sizeof(text),
		"kubelet.loops.node-feature-discovery/scan={feature: node-feature-discovery, "
		"%s}",
		round);
	f = calloc(1, sizeof(*f));
	assert_non_null(f);
	kit_compose(&f->mem, &f->s, "v1.36", "node-feature-discovery", text);
	f->s.workload.replace_pod_every = replace_every;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	return f;
}

static void of_what_comes_at_an_even_pace_each_nth_is_late_enough(void **state)
{
	struct fixture *f = upon("trigger: podStart, calls: [{api: get pods, atMostEvery: 50s},"
				 " {api: get nodes, atMostEvery: 40s}, {api: get leases}]",
		20 * NS_S);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_null(r[0].fails);
	assert_within(r[0].rate, 1 / 60.0, 1e-9);
	assert_string_equal(r[0].words, "when a pod starts, every 50 s at most");
	assert_string_equal(r[0].symbols, "1 x (a), T' apart = 1 / 60 s = 0.01667/s");
	/* exactly two: milliseconds decide between the second and the third */
	assert_true(r[1].rate < 1 / 40.0 && r[1].rate > 1 / 60.0);
	assert_within(r[2].rate, 1 / 20.0, 1e-9);
	assert_within(toll_together(&f->s, &r[0]), 1, 1e-9);
	assert_within(toll_together(&f->s, &r[2]), 30, 1e-9);
	end(f);
}

static void what_begins_with_the_kubelet_is_of_all_its_pods(void **state)
{
	struct fixture *f =
		upon("trigger: kubeletStart, calls: [{api: get pods, scope: pod}]", 0);

	(void)state;
	assert_string_equal(row(f, "node-feature-discovery/scan")->words,
		"for each of the node's 30 pods, when the kubelet starts");
	end(f);
}

/* Thirty pods, each every 75.5 s: one of them comes 2.5 s behind whatever has passed. */
static void syncs_of_many_pods_soon_follow_the_time_that_has_passed(void **state)
{
	struct fixture *f = upon("trigger: podSync, calls: [{api: get pods, atMostEvery: 10m}, "
				 "{api: get nodes, atMostEvery: 5h}, {api: get leases}]",
		0);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_within(r[0].rate, 1 / 602.5, 0.001);
	assert_within(r[1].rate, 1 / 18002.5, 0.001);
	assert_within(r[2].rate, 30 / 75.5, 0.001);
	end(f);
	/* where pods come and go there are more of them, which is soon no difference */
	f = upon("trigger: podSync, calls: [{api: get pods, atMostEvery: 10m}, "
		 "{api: get nodes, atMostEvery: 10s}]",
		20 * NS_S);
	r = row(f, "node-feature-discovery/scan");
	assert_null(r[0].fails);
	assert_non_null(strstr(r[1].fails, "syncs some more times"));
	end(f);
}

static void what_comes_in_bunches_has_bounds_or_a_reason(void **state)
{
	struct fixture *f = upon("trigger: statusChange, calls: [{api: get pods, atMostEvery: "
				 "10m}, {api: get nodes, atMostEvery: 15s}]",
		20 * NS_S);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_null(r[0].fails);
	assert_within(r[0].rate, 1 / 610.0, 0.02);
	assert_non_null(strstr(r[1].fails, "how many come together"));
	end(f);
}

/* Of rounds that are 7.5 s apart on average, 5 s at least, nine of ten are 5.5 s late. */
static void a_jittered_round_may_be_late_enough_or_not(void **state)
{
	struct fixture *f = upon("timer: sliding, period: 5s, jitter: 1, calls: [{api: get "
				 "pods, atMostEvery: 5500ms}]",
		0);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_within(r->rate, 1 / (1.1 * 7.503), 0.002);
	end(f);
}

/* Every thirty seconds a round of thirty requests finds a burst of ten at five a second: four
 * of 28 seconds. */
static void a_call_that_most_rounds_leave_out_keeps_its_own_round_waiting(void **state)
{
	struct fixture *f = upon("timer: sleep, period: 700ms, calls: [{api: get pods, scope: "
				 "pod, atMostEvery: 30s}, {runtime: exec_sync}]",
		0);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_null(r[1].fails); /* fifty a second */
	f->s.kubelet.client[CLIENT_MAIN].qps_milli = 5000;
	f->s.kubelet.client[CLIENT_MAIN].burst = 10;
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	r = row(f, "node-feature-discovery/scan");
	assert_non_null(strstr(r[1].fails, "s for the limiter on average"));
	assert_true(r[1].at_least < 0.9 * r[1].rate && r[1].at_least > 0.8 * r[1].rate);
	end(f);
}

/* ------------------------------------------------------------------ busy seconds */

/* The second of 500 nodes, each of them every 10 s, has 50 +- 6.7; of ten the largest is 1.5
 * of these above. */
static void a_busy_second_of_many_nodes_is_a_few_deviations_above_the_mean(void **state)
{
	struct fixture *f = upon("timer: ticker, period: 10s, calls: [{api: get pods}]", 0);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");

	(void)state;
	assert_within(toll_spread(&f->s, r, 500), 50 + 1.54 * 6.7, 0.02);
	assert_within(toll_spread(&f->s, r, 50000), 5000 + 1.54 * 67, 0.02);
	end(f);
}

/* Turns of a cluster's pods are even; requests that a limiter spreads are a few each second. */
static void a_busy_second_is_not_busier_than_chance_makes_it(void **state)
{
	struct fixture *f = upon("trigger: podStart, calls: [{api: get pods}]", 20 * NS_S);
	const struct toll_row *r = row(f, "node-feature-discovery/scan");
	double waiting;

	(void)state;
	assert_within(toll_spread(&f->s, r, 500), 27, 1e-9);
	end(f);
	f = upon("timer: ticker, period: 60s, calls: [{api: get pods, scope: pod}]", 0);
	r = row(f, "node-feature-discovery/scan");
	assert_within(toll_spread(&f->s, r, 500), 467, 0.02);
	f->s.kubelet.client[CLIENT_MAIN].qps_milli = 5000;
	f->s.kubelet.client[CLIENT_MAIN].burst = 10;
	waiting = toll_spread(&f->s, r, 500);
	assert_true(waiting > 330 && waiting < 370);
	end(f);
}

static bool deaths_hold(ns_t replaced_every)
{
	struct scenario *s = calloc(1, sizeof(*s));
	struct toll *toll = calloc(1, sizeof(*toll));
	struct arena mem;
	uint32_t rows = 0, fail = 0;

	assert_true(s && toll);
	kit_compose(&mem, s, "v1.36", NULL, "workload.containerDeathEvery=10s");
	s->workload.pods = 30;
	s->workload.replace_pod_every = replaced_every;
	toll_of(s, -1, &mem, toll);
	for (uint32_t i = 0; i < toll->n; i++)
		if (!strcmp(toll->row[i].name, "containers that die")) {
			rows++;
			fail += toll->row[i].fails != NULL;
		}
	assert_true(rows > 5 && (fail == 0 || fail == rows));
	arena_fini(&mem);
	free(toll);
	free(s);
	return fail == 0;
}

/* A death of each container in five minutes, which is a back-off; but pods live half one. */
static void nobody_backs_off_who_does_not_live_to_die_twice(void **state)
{
	(void)state;
	assert_false(deaths_hold(0));
	assert_true(deaths_hold(NS_S));
	assert_false(deaths_hold(NS_MIN));
}

/* Twenty pods a second come and go on ten nodes: 22 to 24 of their deaths in the busiest second
 * where chance would make it 31, 84 syncs where it would be 108. */
static void what_follows_upon_pods_at_an_even_pace_is_seldom_busy(void **state)
{
	static const struct {
		const char *loop;
		double low, high;
	} of[] = {{"{trigger: containerDeath, calls: [{api: get pods}]}", 21, 25},
		{"{trigger: podSync, calls: [{api: get pods}]}", 82, 92}};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct fixture *f;
		char text[200];
		double busy;

		(void)snprintf(text, sizeof(text), "kubelet.loops.imageDetect=%s", of[i].loop);
		f = begin("v1.36", NULL, text);
		f->s.workload.replace_pod_every = NS_S / 2;
		toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
		busy = toll_spread(&f->s, row(f, "imageDetect"), 10);
		assert_true(busy > of[i].low && busy < of[i].high);
		end(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_upon_pods_at_an_even_pace_is_seldom_busy),
		cmocka_unit_test(nobody_backs_off_who_does_not_live_to_die_twice),
		cmocka_unit_test(without_pods_every_rate_is_a_number),
		cmocka_unit_test(the_kubelets_own_rows_are_what_is_known_of_it),
		cmocka_unit_test(a_ttl_is_the_annotations_only_where_it_is_read),
		cmocka_unit_test(objects_are_read_at_the_syncs_of_a_start),
		cmocka_unit_test(a_sliding_round_lasts_as_long_as_its_calls),
		cmocka_unit_test(a_busy_second_is_bounded_by_the_limiter),
		cmocka_unit_test(without_pods_that_come_nothing_follows_upon_them),
		cmocka_unit_test(what_it_does_not_know_it_says),
		cmocka_unit_test(a_rate_while_requests_fail_says_who_tries_again),
		cmocka_unit_test(of_no_pods_nothing_fails),
		cmocka_unit_test(what_an_event_causes_may_be_repeated),
		cmocka_unit_test(what_is_asked_of_a_client_may_be_in_doubt),
		cmocka_unit_test(probes_of_short_lives_are_only_simulated),
		cmocka_unit_test(a_ticker_is_no_faster_than_its_rounds),
		cmocka_unit_test(pods_cannot_come_faster_than_a_node_starts_them),
		cmocka_unit_test(a_share_is_taken_of_all),
		cmocka_unit_test(a_share_of_the_namespaces_of_one_pod_is_of_whole_ones),
		cmocka_unit_test(of_what_comes_at_an_even_pace_each_nth_is_late_enough),
		cmocka_unit_test(syncs_of_many_pods_soon_follow_the_time_that_has_passed),
		cmocka_unit_test(what_begins_with_the_kubelet_is_of_all_its_pods),
		cmocka_unit_test(what_comes_in_bunches_has_bounds_or_a_reason),
		cmocka_unit_test(a_jittered_round_may_be_late_enough_or_not),
		cmocka_unit_test(a_call_that_most_rounds_leave_out_keeps_its_own_round_waiting),
		cmocka_unit_test(
			a_busy_second_of_many_nodes_is_a_few_deviations_above_the_mean),
		cmocka_unit_test(a_busy_second_is_not_busier_than_chance_makes_it),
	};

	return cmocka_run_group_tests_name("toll", tests, NULL, NULL);
}
