/* SPDX-License-Identifier: Apache-2.0 */
/* API servers that are a tenth to four fifths busy, where requests wait for one another: the
 * closed form, which knows of no waiting, has the same requests by class and the same load. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>

#include "apiserver/ttl.h"
#include "cli/closed_servers.h"
#include "estimate/interval.h"
#include "fleet/fleet.h"
#include "models/library.h"

/* Some have to be as busy as this. */
#define BUSY 0.5

/* Of a class: so much of the rate beside what chance does to a count. */
#define OF_CLASS 0.01
/* How often a status is looked at in a pod's life hangs on what comes first by milliseconds,
 * and those grow when requests wait (src/estimate/lives.h). */
#define OF_LIVES 0.15
#define OF_LOAD  0.03

struct world {
	struct property *p;
	struct arena mem;
	struct scenario s;
	struct toll toll;
	struct closed_servers servers;
	struct fleet_result result;
};

/* How many were busy, had pods that came and went, had classes of several requests; and how
 * many classes were compared. */
static struct met {
	uint32_t busy, lives, waited, classes;
} met;

/* Where pods come and go, what is asked at their syncs has no closed form. */
static void load(struct world *w)
{
	static const char *const kubelets[] = {"kubelet=v1.6", "kubelet=v1.12", "kubelet=v1.20",
		"kubelet=v1.27", "kubelet=v1.36"};
	static const char *const apiservers[] = {
		"apiserver=v1.6", "apiserver=v1.20", "apiserver=v1.22", "apiserver=v1.36"};
	static const char *const at_rest[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch"};
	static const char *const servers[] = {"apiserver.servers=1", "apiserver.servers=2"};
	static const char *const features[] = {
		"log-shipper-lists-pods", "kube-proxy", "node-problem-detector"};
	bool lives = property_below(w->p, 3) == 0;
	char pods[40], seed[40], nodes[40], processors[40];
	const char *texts[] = {ONE_OF(w->p, kubelets), ONE_OF(w->p, apiservers),
		lives ? "kubelet.objects.design=watch" : ONE_OF(w->p, at_rest),
		ONE_OF(w->p, servers), pods, seed, nodes, processors,
		lives ? "workload.replacePodEvery=50s" : "workload.replacePodEvery=0s",
		"duration=5m", "warmup=2m"};
	const char *with = ONE_OF(w->p, features);
	const struct settings sets = {.text = texts,
		.n = sizeof(texts) / sizeof(texts[0]),
		.with = &with,
		.n_with = property_below(w->p, 2)};
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = &w->mem};
	struct model resolved = {0};
	struct err err = {0};

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 5 + property_below(w->p, 40));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(w->p, 1000000));
	(void)snprintf(nodes, sizeof(nodes), "nodes=%u", 200 + property_below(w->p, 400));
	(void)snprintf(processors, sizeof(processors), "apiserver.processors=%u",
		1 + property_below(w->p, 2));
	if (scenario_load(&lib, "quiet-5000x30", &sets, &w->s, &resolved, &err))
		fail_msg("%s: SEED=%" PRIu64, err.text, w->p->seed);
}

static double busy(const struct world *w)
{
	double all = closed_servers_others(&w->servers);

	for (uint32_t c = CALL_API; c < w->s.calls.n; c++)
		all += closed_servers_busy(&w->servers, &w->toll, (uint16_t)c);
	return all;
}

/* By a machine that is as slow as it takes.  What is told costs as much, by the same scale. */
static double slow_down(struct world *w)
{
	double wanted = 0.1 + 0.7 * property_below(w->p, 1000) / 1000;

	w->s.apiserver.costs.cpu_scale = (int64_t)(PPM * wanted / busy(w));
	return busy(w);
}

static double counted(const struct world *w, uint32_t call)
{
	double n = 0;

	for (unsigned o = 0; o < OUTCOME_N; o++)
		n += (double)w->result.tally.window[0].in.count[call][o];
	return n / ((double)w->s.duration / 1e9);
}

/* What all rows of a class say. */
struct class
{
	double rate;
	bool of_lives;
	const char *fails;
};

static struct class class_of(const struct world *w, uint32_t call)
{
	struct class c = {0};

	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];

		if (row->call != call)
			continue;
		c.rate += row->rate * w->s.nodes;
		c.of_lives |= row->of_lives;
		c.fails = row->fails ? row->fails : c.fails;
	}
	return c;
}

/* So much of it, and four standard deviations of as many single requests. */
static void classes_agree(const struct world *w)
{
	double seconds = (double)w->s.duration / 1e9;

	for (uint32_t call = CALL_API; call < w->s.calls.n; call++) {
		struct class c = class_of(w, call);
		double is = counted(w, call);
		double room = (c.of_lives ? OF_LIVES : OF_CLASS) * c.rate +
			      4 * interval_root((c.rate + 1 / seconds) / seconds);

		if ((c.fails && is > 0) || is > c.rate + room || is < c.rate - room)
			fail_msg("%s %s: %.4f/s, simulated %.4f/s (%s): SEED=%" PRIu64,
				w->s.calls.name[call].verb, w->s.calls.name[call].resource,
				c.rate, is, c.fails ? c.fails : "holds", w->p->seed);
		met.classes += c.rate > 0;
	}
}

static double load_of(const struct fleet_servers *v)
{
	return (double)v->counts.running.sum / ((double)v->span * v->processors);
}

static void busy_servers_agree_once(struct property *p)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fleet_params params;
	struct err err = {0};
	double form, is;

	assert_non_null(w);
	w->p = p;
	arena_init(&w->mem, 0);
	load(w);
	toll_of(&w->s, ttl_of_size(&w->s.apiserver, w->s.nodes), &w->mem, &w->toll);
	closed_servers_init(&w->servers, &w->s);
	form = slow_down(w);
	fleet_params_init(&params, &w->s, 1);
	if (fleet_run(&params, &w->result, &err))
		fail_msg("%s", err.text);
	is = load_of(&w->result.servers);
	if (is > form * (1 + OF_LOAD) || is < form * (1 - OF_LOAD))
		fail_msg("busy %.4f, by the formula %.4f: SEED=%" PRIu64, is, form, p->seed);
	HOLDS(p, w->result.servers.counts.rejected == 0);
	classes_agree(w);
	met.busy += form >= BUSY;
	met.lives += w->s.workload.replace_pod_every > 0;
	met.waited += w->result.servers.counts.inside.max > 2 * w->result.servers.processors;
	fleet_result_fini(&w->result);
	arena_fini(&w->mem);
	free(w);
}

static void busy_servers_agree(void **state)
{
	(void)state;
	met = (struct met){0};
	property_each(20, busy_servers_agree_once);
	if (!getenv("SEED") && (!met.busy || !met.lives || !met.waited || !met.classes))
		fail_msg("no servers were busy, or no pods went, or nobody waited");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(busy_servers_agree)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
