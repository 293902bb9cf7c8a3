/* SPDX-License-Identifier: Apache-2.0 */
/* Any loop under any limiter: what the closed form says holds comes out in simulation, and
 * where it says that it does not, what is sure of it is there all the same. */
#include "toll_kit.h"

#include <stdio.h>
#include <string.h>

#define NODES 8

/* NULL: any feature. */
static const char *given;

/* How often each of its ways was met: a test that never meets one shows nothing. */
static struct met {
	uint32_t holds, over, rounds, lives, limited, paced;
} met;

#define BEGINS_TIMED 14

/* What begins a round, and for whom its calls may be made. */
static const char *any_beginning(struct property *p, bool *timed)
{
	static const char *const begins[] = {"timer: sliding, period: 100ms",
		"timer: sliding, period: 5s", "timer: sliding, period: 60s",
		"timer: sliding, period: 9s, jitter: 1",
		"timer: sliding, period: 2s, jitter: 4", "timer: sleep, period: 2s",
		"timer: sleep, period: 700ms, jitter: 0.3",
		"timer: sliding, period: 20s, jitter: 0.04", "timer: ticker, period: 200ms",
		"timer: ticker, period: 1s", "timer: ticker, period: 1s, tries: 3",
		"timer: sleep, period: 3s, tries: 5, tryAgainAfter: 1s, work: 30ms",
		"timer: ticker, period: 20s", "timer: sliding, period: 1s",
		/* BEGINS_TIMED */
		"trigger: podStart", "trigger: podStop", "trigger: podSync",
		"trigger: podSync, work: 20ms", "trigger: statusChange",
		"trigger: containerStart", "trigger: containerDeath", "trigger: objectChange"};
	uint32_t i = property_below(p, sizeof(begins) / sizeof(begins[0]));

	*timed = i < BEGINS_TIMED;
	return begins[i];
}

/* A call that nobody else makes. */
static void any_call(struct property *p, bool timed, uint32_t i, struct str *out)
{
	static const char *const clients[] = {"", ", client: events", ", client: own"};
	static const char *const scopes[] = {"pod", "container", "object", "namespace", "node"};
	static const char *const often[] = {"", "", "", ", atMostEvery: 300ms",
		", atMostEvery: 4s", ", atMostEvery: 30s", ", atMostEvery: 77s",
		", atMostEvery: 3m", ", atMostEvery: 10m"};
	uint32_t scope = property_below(p, timed ? 5 : 4);
	const char *most, *share = "";

	str_addf(out, "%s{", i ? ", " : "");
	if (i == 0 && property_below(p, 3) == 0)
		str_addf(out, "runtime: exec_sync");
	else
		str_addf(out, "api: get widgets%u.example.com%s", i, ONE_OF(p, clients));
	most = ONE_OF(p, often);
	if (scope < 4 && property_below(p, 4) == 0)
		share = ", share: 30%";
	str_addf(out, ", scope: %s%s%s}", scopes[scope], most, share);
}

/* Another loop behind the same limiter. */
static void any_neighbour(struct property *p, struct str *out)
{
	const char *begins;
	bool timed;

	begins = any_beginning(p, &timed);
	str_addf(out,
		"    theirs: {%s, calls: [{api: get gadgets.example.com, scope: %s, client: "
		"own}]}\n",
		begins, property_below(p, 2) ? "pod" : "container");
}

/* A feature of a loop with one to three calls, and now and then a second one. */
static void any_feature(struct property *p, struct str *out)
{
	static const char *const limits[] = {"{qps: 5, burst: 10}", "{qps: 20, burst: 40}",
		"{qps: -1, burst: 10}", "{qps: 1, burst: 3}", "{qps: 2, burst: 60}"};
	static const char *const nodes[] = {"", "", ", nodes: 30%", ", nodes: 0.5"};
	bool alone = property_below(p, 3) > 0;
	uint32_t n = 1 + property_below(p, 3);
	const char *begins, *limit, *on;
	bool timed;

	begins = any_beginning(p, &timed);
	limit = ONE_OF(p, limits);
	on = ONE_OF(p, nodes);
	str_addf(out,
		"apiVersion: nodetoll/v1alpha1\nkind: Feature\nmetadata: {name: mine}\n"
		"spec:\n  limiter: %s\n  loops:\n    ours: {%s%s, calls: [",
		limit, begins, on);
	for (uint32_t i = 0; i < n; i++)
		any_call(p, timed, i, out);
	if (strstr(begins, "tries")) /* they are of requests */
		str_addf(out, ", {api: get leases%u.example.com}", n);
	str_add(out, "]}\n");
	if (!alone)
		any_neighbour(p, out);
}

static void load(struct world *w)
{
	static const char *const kubelets[] = {
		"kubelet=v1.12", "kubelet=v1.20", "kubelet=v1.36"};
	static const char *const limits[] = {"kubelet.clients.kube={qps: 5, burst: 10}",
		"kubelet.clients.kube={qps: 50, burst: 100}",
		"kubelet.clients.kube={qps: 20, burst: 5}"};
	static const char *const lives[] = {"workload.replacePodEvery=0s",
		"workload.replacePodEvery=0s", "workload.replacePodEvery=120ms",
		"workload.replacePodEvery=700ms", "workload.replacePodEvery=40s",
		"workload.replacePodEvery=3s", "workload.replacePodEvery=20s"};
	static const char *const others[] = {"warmup=2m", "workload.containerDeathEvery=15s",
		"workload.containerDeathEvery=2m", "workload.updateObjectEvery=2s",
		"workload.updateObjectEvery=30s"};
	char pods[40], seed[40];
	const char *texts[] = {ONE_OF(w->p, kubelets), ONE_OF(w->p, limits),
		ONE_OF(w->p, lives), ONE_OF(w->p, others), pods, seed, "nodes=8",
		"duration=10m", "warmup=2m"};
	const size_t n = sizeof(texts) / sizeof(texts[0]);

	if (given)
		str_add(&w->feature, given);
	else
		any_feature(w->p, &w->feature);
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(w->p, 60));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(w->p, 1000000));
	world_load(w, texts, n);
	for (size_t i = 0; i < n; i++)
		str_addf(&w->feature, "%s ", texts[i]);
}

static double counted(const struct world *w, uint32_t from, uint32_t until)
{
	double n = 0;

	for (uint32_t c = from; c < until; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++)
			n += (double)w->result.tally.window[0].in.count[c][o];
	return n / NODES / ((double)w->s.duration / 1e9);
}

static void the_busiest_second_is_no_quieter_than_the_mean(const struct world *w)
{
	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];
		double spread = toll_spread(&w->s, row, NODES);

		HOLDS(w->p, toll_aligned(&w->s, row, NODES) >= spread);
		HOLDS(w->p, row->fails || spread >= row->rate * NODES);
		HOLDS(w->p, row->at_least <= row->rate * (1 + 1e-9));
	}
}

/* Within a twentieth, one call a node, and what chance does to a count. */
static void what_is_said_is_so(const struct world *w, const struct toll_row *row)
{
	double seconds = (double)w->s.duration / 1e9,
	       is = counted(w, row->call, row->call + 1u);
	double room = row->rate * 0.05 + (1 + row->times) / seconds;

	while (room * room * seconds * NODES < 16 * row->rate * row->times && room < row->rate)
		room += row->rate * 0.01;
	if (row->fails && strstr(row->fails, "lets"))
		return; /* who is let through is up to those who wait: see the sums */
	if (row->fails ? is < row->at_least * 0.95 - room
		       : is < row->rate - room || is > row->rate + room)
		fail_msg("%s: %.4f/s, at least %.4f/s, simulated %.4f/s (%s): SEED=%" PRIu64
			 "\n%s",
			row->symbols, row->rate, row->at_least, is,
			row->fails ? row->fails : "holds", w->p->seed, str_text(&w->feature));
}

static void sums_of_what_is_sure_are_sure(const struct world *w)
{
	double sure[2] = {0};
	double is[2] = {counted(w, CALL_API, w->s.calls.n), counted(w, 0, CALL_API)};

	for (uint32_t i = 0; i < w->toll.n; i++)
		sure[w->toll.row[i].runtime] += w->toll.row[i].at_least;
	for (int runtime = 0; runtime < 2; runtime++)
		if (sure[runtime] > is[runtime] * 1.1 + 0.1)
			fail_msg("%s: at least %.3f/s, simulated %.3f/s: SEED=%" PRIu64 "\n%s",
				runtime ? "runtime" : "api", sure[runtime], is[runtime],
				w->p->seed, str_text(&w->feature));
}

static void count_ways(const struct toll_row *row)
{
	met.holds += row->fails == NULL;
	met.limited += !row->fails && row->trigger != TRIGGER_PERIOD && row->period > 0;
	met.paced += !row->fails && row->waits > 0;
	met.over += row->fails && strstr(row->fails, "lets");
	met.rounds += row->fails && strstr(row->fails, "round");
	met.lives += row->fails && strstr(row->fails, "pods");
}

static struct world *simulate(struct property *p)
{
	struct world *w = world_new(p);

	load(w);
	world_run(w, false);
	return w;
}

static void formula_and_simulation_agree_or_it_says_why(struct property *p)
{
	struct world *w = simulate(p);

	the_busiest_second_is_no_quieter_than_the_mean(w);
	sums_of_what_is_sure_are_sure(w);
	for (uint32_t i = 0; i < w->toll.n; i++)
		if (*w->toll.row[i].feature) {
			what_is_said_is_so(w, &w->toll.row[i]);
			count_ways(&w->toll.row[i]);
		}
	world_free(w);
}

static void a_form_knows_where_it_ends(void **state)
{
	(void)state;
	property_each(60, formula_and_simulation_agree_or_it_says_why);
	if (getenv("SEED"))
		return;
	assert_true(met.holds > 10);
	assert_true(met.over > 5);
	assert_true(met.rounds > 3);
	assert_true(met.lives > 3);
	assert_true(met.limited > 3);
	assert_true(met.paced > 3);
}

#define OWN_CLIENT                                                                             \
	"apiVersion: nodetoll/v1alpha1\nkind: Feature\nmetadata: {name: mine}\nspec:\n"        \
	"  limiter: {qps: 1, burst: 1}\n  loops:\n"                                            \
	"    ours: {timer: sliding, period: 10s, calls: "                                      \
	"[{api: get widgets.example.com, scope: pod, client: own}]}\n"                         \
	"    theirs: {"
#define THEIR_CALLS                                                                            \
	", calls: [{api: get gadgets.example.com, scope: container, client: own}]}\n"

static uint32_t held_up;

static void turns_are_taken(struct property *p)
{
	struct world *w = simulate(p);

	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];

		if (strcmp(row->name, "mine/theirs") != 0 || row->rate < 0.6 || row->rate > 0.9)
			continue;
		held_up++;
		HOLDS(p, row->fails != NULL);
		HOLDS(p, row->at_least < 0.501);
		HOLDS(p, counted(w, row->call, row->call + 1u) >= row->at_least * 0.95);
	}
	world_free(w);
}

/* One that pauses fills the client; another does not pause, and would fit beside what is left
 * of it.  Each has one request in the queue, so each gets half. */
static void whoever_does_not_pause_takes_turns(void **state)
{
	static const char *const features[] = {OWN_CLIENT "trigger: podSync" THEIR_CALLS,
		OWN_CLIENT "timer: ticker, period: 45s" THEIR_CALLS,
		OWN_CLIENT "timer: ticker, period: 75s" THEIR_CALLS};

	(void)state;
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		given = features[i];
		property_each(8, turns_are_taken);
	}
	given = NULL;
	assert_true(getenv("SEED") || held_up > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_knows_where_it_ends),
		cmocka_unit_test(whoever_does_not_pause_takes_turns),
	};

	return cmocka_run_group_tests_name("estimate", tests, NULL, NULL);
}
