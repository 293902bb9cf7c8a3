/* SPDX-License-Identifier: Apache-2.0 */
/* What watches are told, in events and bytes, is in closed form what is simulated, whatever
 * they watch, whose they are, and however much is written. */
#include "toll_kit.h"

#include <stdio.h>
#include <string.h>

#include "cli/result_storage.h"
#include "models/watched.h"

enum { WATCHES = 3 };

#define ROOM 0.05

static struct met {
	uint32_t rows, told, unknown;
} met;

static void any_watch(struct world *w, uint32_t i)
{
	static const char *const resources[] = {
		"pods", "pods", "nodes", "leases", "secrets", "events", "services"};
	static const char *const scopes[] = {"", ", scope: cluster", ", scope: node"};
	const char *resource = ONE_OF(w->p, resources);
	const char *scope = ONE_OF(w->p, scopes);

	str_addf(&w->feature, "    w%u: {resource: %s%s", i, resource, scope);
	if (property_below(w->p, 2))
		str_addf(&w->feature, ", bytes: %u", 1 + property_below(w->p, 20000));
	str_add(&w->feature, "}\n");
}

static void load(struct world *w)
{
	static const char *const kubelets[] = {
		"kubelet=v1.12", "kubelet=v1.20", "kubelet=v1.36"};
	static const char *const servers[] = {
		"apiserver.processors=0", "apiserver.processors=64"};
	char nodes[40], pods[40], seed[40], lives[60], changes[60];
	const char *texts[] = {ONE_OF(w->p, kubelets), ONE_OF(w->p, servers), nodes, pods, seed,
		lives, changes, "duration=10m", "warmup=2m"};

	str_add(&w->feature, "apiVersion: nodetoll/v1alpha1\nkind: Feature\n"
			     "metadata: {name: mine}\nspec:\n");
	if (property_below(w->p, 2))
		str_add(&w->feature, "  limiter: {qps: 5, burst: 10}\n");
	str_add(&w->feature, "  watches:\n");
	for (uint32_t i = 0; i < WATCHES; i++)
		any_watch(w, i);
	(void)snprintf(nodes, sizeof(nodes), "nodes=%u", 2 + property_below(w->p, 30));
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(w->p, 40));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(w->p, 1000000));
	(void)snprintf(lives, sizeof(lives), "workload.replacePodEvery=%us",
		property_below(w->p, 3) ? 20 + property_below(w->p, 100) : 0);
	(void)snprintf(changes, sizeof(changes), "workload.objects[0].updateEvery=%us",
		property_below(w->p, 3) ? 60 + property_below(w->p, 100) : 0);
	world_load(w, texts, sizeof(texts) / sizeof(texts[0]));
}

static double number(const struct json *row, const char *key)
{
	return json_as_num(json_get(row, key));
}

/* That nodes are told of a resource in closed form.  False: it says that it does not know. */
static bool formed(const struct world *w, const char *resource, double *events, double *bytes)
{
	*events = *bytes = 0;
	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];
		double told = row->told * row->times * row->nodes * w->s.nodes;

		if (row->kind != TOLL_WATCH ||
			strcmp(w->s.calls.name[row->call].resource, resource) != 0)
			continue;
		if (row->untold)
			return false;
		*events += told;
		*bytes += told * watched_bytes(&w->s, row->watch);
	}
	return true;
}

static void near(const struct world *w, const char *what, const char *resource, double form,
	double simulated, double noise)
{
	double off = form > simulated ? form - simulated : simulated - form;

	if (off > (ROOM + noise) * (form > simulated ? form : simulated) + 1e-6)
		fail_msg("%s of %s: formed %g, simulated %g, room %g: SEED=%" PRIu64 "\n%s",
			what, resource, form, simulated, ROOM + noise, w->p->seed,
			str_text(&w->feature));
}

/* The rest is told to the control plane. */
static void told_as_formed(const struct world *w, const struct json *row, uint32_t i)
{
	const char *resource = json_as_str(json_get(row, "resource"));
	double control = w->s.apiserver.storage.object[i].watchers;
	double changes = number(row, "eventsPerSecond"), events, bytes;
	double count = changes * (double)w->s.duration / 1e9;

	met.rows++;
	if (!formed(w, resource, &events, &bytes)) {
		met.unknown++;
		return;
	}
	if (count < 30) /* chance decides */
		return;
	met.told += events > 0;
	near(w, "events", resource, events, number(row, "toldPerSecond") - control * changes,
		4 / count + 0.02);
	near(w, "bytes", resource, bytes,
		number(row, "toldBytesPerSecond") -
			control * changes * watched_stored_bytes(&w->s.apiserver, i),
		4 / count + 0.02);
}

static void what_is_told_is_as_formed(struct property *p)
{
	struct world *w = world_new(p);
	struct json *storage;
	const struct json *row;
	uint32_t i = 0;

	load(w);
	world_run(w, true);
	storage = result_storage(&w->s, &w->result);
	for (row = json_child(json_get(storage, "resources")); row; row = json_next(row))
		told_as_formed(w, row, i++);
	json_free(storage);
	world_free(w);
}

static void watches_are_told_what_is_written(void **state)
{
	(void)state;
	property_each(40, what_is_told_is_as_formed);
	assert_true(met.told > met.rows / 5 && met.unknown < met.rows / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(watches_are_told_what_is_written)};

	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
