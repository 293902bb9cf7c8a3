/* SPDX-License-Identifier: Apache-2.0 */
/* The busiest second of ten minutes of many nodes at phases of their own is about what the
 * closed form says it is, whatever the loop. */
#include "toll_kit.h"

#include <stdio.h>
#include <string.h>

#define NODES 300

/* Of all that were compared: the largest of a run is by chance, and by how much it is more or
 * less than on average has a mean of about nothing. */
static struct sum {
	uint32_t n, waited, upon_events;
	double over;
} sum;

static void any_feature(struct property *p, struct str *out)
{
	static const char *const begins[] = {"timer: ticker, period: 5s",
		"timer: ticker, period: 15s", "timer: ticker, period: 60s",
		"timer: sliding, period: 30s", "timer: sliding, period: 2m",
		"timer: ticker, period: 1s", "timer: sliding, period: 20s, jitter: 0.1",
		"trigger: podStart", "trigger: podStop", "trigger: podSync",
		"trigger: containerDeath"};
	static const char *const calls[] = {"api: get widgets.example.com",
		"api: get widgets.example.com, client: own", "runtime: exec_sync"};
	static const char *const scopes[] = {"pod", "container", "object"};
	static const char *const nodes[] = {"", "", ", nodes: 40%"};
	static const char *const often[] = {"", "", "", ", atMostEvery: 40s"};
	const char *begin = ONE_OF(p, begins);
	const char *on = ONE_OF(p, nodes);
	const char *call = ONE_OF(p, calls);
	const char *scope = ONE_OF(p, scopes);
	const char *most = ONE_OF(p, often);

	str_addf(out,
		"apiVersion: nodetoll/v1alpha1\nkind: Feature\nmetadata: {name: mine}\n"
		"spec:\n  limiter: {qps: 5, burst: 10}\n  loops:\n"
		"    ours: {%s%s, calls: [{%s, scope: %s%s}]}\n",
		begin, on, call, scope, most);
}

static void load(struct world *w)
{
	static const char *const lives[] = {
		"workload.replacePodEvery=0s", "workload.replacePodEvery=17s"};
	char pods[40], seed[40];
	const char *texts[] = {ONE_OF(w->p, lives), pods, seed, "nodes=300", "kubelet=v1.36"};

	any_feature(w->p, &w->feature);
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(w->p, 20));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(w->p, 1000000));
	world_load(w, texts, sizeof(texts) / sizeof(texts[0]));
	str_addf(&w->feature, "%s %s %s", texts[0], pods, seed);
}

static double busiest(const struct world *w, uint16_t call)
{
	const struct tally *t = &w->result.tally;
	double most = 0;

	for (uint32_t s = 0; s < t->seconds; s++) {
		double n = 0;

		for (unsigned o = 0; o < OUTCOME_N; o++)
			n += tally_second_of(t, call, (enum outcome)o, s);
		most = n > most ? n : most;
	}
	return most;
}

/* Within a quarter, and three requests or two rounds' of a second. */
static void compare(struct world *w, const struct toll_row *row)
{
	double spread = toll_spread(&w->s, row, NODES), is = busiest(w, row->call);
	double round = toll_together(&w->s, row), room;

	if (row->fails || !*row->feature || row->rate <= 0)
		return;
	round = row->times < round ? row->times : round;
	room = spread / 4 + (2 * round > 3 ? 2 * round : 3);
	if (is > spread + room || is < spread - room)
		fail_msg("%s: busiest second %.1f, simulated %.0f: SEED=%" PRIu64 "\n%s",
			row->symbols, spread, is, w->p->seed, str_text(&w->feature));
	sum.n++;
	sum.over += is / spread - 1;
	sum.waited += row->times > 10 && !row->runtime;
	sum.upon_events += row->trigger != TRIGGER_PERIOD;
}

static void the_busiest_second_is_about_what_is_said(struct property *p)
{
	struct world *w = world_new(p);

	load(w);
	world_run(w, true);
	for (uint32_t i = 0; i < w->toll.n; i++)
		compare(w, &w->toll.row[i]);
	world_free(w);
}

static void many_nodes_are_seldom_busy_together(void **state)
{
	(void)state;
	property_each(60, the_busiest_second_is_about_what_is_said);
	if (getenv("SEED"))
		return;
	assert_true(sum.n > 12 && sum.waited > 1 && sum.upon_events > 3);
	assert_true(sum.over / sum.n < 0.1 && sum.over / sum.n > -0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_nodes_are_seldom_busy_together),
	};

	return cmocka_run_group_tests_name("peak", tests, NULL, NULL);
}
