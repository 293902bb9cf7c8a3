/* SPDX-License-Identifier: Apache-2.0 */
/* Every feature file: the closed form beside the simulation, call by call. */
#include "estimate/toll.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcase.h"

#include "apiserver/ttl.h"
#include "features_kit.h"
#include "fleet/fleet.h"

struct world {
	struct arena mem;
	struct library lib;
	struct scenario s;
	struct toll toll;
	struct fleet_result result;
	double simulated[CALLS_MAX];
};

/* False: the kubelet does not have what the feature replaces. */
static bool load(struct world *w, const char *kubelet, const char *feature)
{
	char reference[64];
	const char *texts[] = {reference, "nodes=40", "duration=20m", "warmup=2m",
		"workload.replacePodEvery=20s", "workload.updateObjectEvery=10s",
		"workload.namespaces=50"};
	const struct settings sets = {.text = texts, .n = sizeof(texts) / sizeof(texts[0])};

	(void)snprintf(reference, sizeof(reference), "kubelet=%s", kubelet);
	if (!features_load(&w->lib, feature, &sets, &w->s))
		return false;
	w->s.kubelet.client[CLIENT_MAIN].qps_milli = -1; /* nothing waits */
	return true;
}

static struct world *simulate(const char *kubelet, const char *feature)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fleet_params p;
	struct err err = {0};

	assert_non_null(w);
	arena_init(&w->mem, 0);
	w->lib = features_library(&w->mem);
	if (!load(w, kubelet, feature)) {
		arena_fini(&w->mem);
		free(w);
		return NULL;
	}
	toll_of(&w->s, ttl_of_size(&w->s.apiserver, w->s.nodes), &w->mem, &w->toll);
	fleet_params_init(&p, &w->s, 1);
	if (fleet_run(&p, &w->result, &err))
		fail_msg("%s", err.text);
	for (uint32_t c = 0; c < w->s.calls.n; c++)
		for (unsigned o = 0; o < OUTCOME_N; o++)
			w->simulated[c] += (double)w->result.tally.window[0].in.count[c][o];
	return w;
}

static void end(struct world *w)
{
	fleet_result_fini(&w->result);
	arena_fini(&w->mem);
	free(w);
}

/* The clock brings a node one call more or less of a class, if nobody else makes it, and not
 * for each of the namespaces that its pods happen to be of. */
static bool is_by_the_clock(const struct world *w, uint32_t call)
{
	for (uint32_t i = 0; i < w->toll.n; i++)
		if (w->toll.row[i].call == call &&
			(!*w->toll.row[i].feature || w->toll.row[i].kind != TOLL_LOOP ||
				w->toll.row[i].trigger != TRIGGER_PERIOD ||
				w->toll.row[i].scope == SCOPE_EACH_NAMESPACE))
			return false;
	return true;
}

/* What the feature's rows foresee of a class, and whether they know it. */
static double foreseen(const struct world *w, uint32_t call, bool *holds)
{
	double rate = 0;

	*holds = true;
	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];

		if (row->call != call || !*row->feature)
			continue;
		rate += row->rate;
		*holds &= row->fails == NULL;
	}
	return rate * w->s.nodes * (double)w->s.duration / 1e9;
}

/* Whether the kubelet itself makes the call, other than in mechanisms. */
static bool kubelet_makes(const struct world *w, const struct call_name *name)
{
	for (uint32_t i = 0; i < w->toll.n; i++) {
		const struct toll_row *row = &w->toll.row[i];
		const struct call_name *its = &w->s.calls.name[row->call % CALLS_MAX];

		if (row->kind != TOLL_MECHANISM && row->call < CALLS_MAX && !*row->feature &&
			!strcmp(its->verb, name->verb) &&
			!strcmp(its->resource, name->resource))
			return true;
	}
	return false;
}

/* A call that one loop alone makes carries what its file says, or the server's model: the same
 * in both. */
static void expect_bytes(const char *feature, const struct world *w, uint32_t call)
{
	const struct tally_counts *in = &w->result.tally.window[0].in;
	const struct toll_row *made = NULL;

	for (uint32_t i = 0; i < w->toll.n; i++) {
		if (w->toll.row[i].call != call)
			continue;
		if (made || w->toll.row[i].kind != TOLL_LOOP || w->toll.row[i].runtime)
			return;
		made = &w->toll.row[i];
	}
	if (made && *made->feature &&
		(double)in->bytes[call] != made->bytes * (double)in->count[call][OUTCOME_OK])
		fail_msg("%s: %s: %g bytes each, and %" PRIu64 " of %" PRIu64, feature,
			made->name, made->bytes, in->bytes[call], in->count[call][OUTCOME_OK]);
}

/* What is added agrees within 5 %, and within what chance does to a count that is small:
 * 4 standard deviations, twice, for the kubelet's own calls of the class vary, too. */
static uint32_t compare(const char *kubelet, const char *feature, const struct world *without)
{
	struct world *w = simulate(kubelet, feature);
	uint32_t compared = 0;

	for (uint32_t c = 0; w && c < w->s.calls.n; c++) {
		bool holds, replaced;
		double form = foreseen(w, c, &holds), added = w->simulated[c], room;

		expect_bytes(feature, w, c);
		if (form <= 0 || !holds)
			continue;
		replaced = kubelet_makes(without, &w->s.calls.name[c]) &&
			   !kubelet_makes(w, &w->s.calls.name[c]);
		for (uint32_t k = 0; k < without->s.calls.n && !replaced; k++)
			if (!strcmp(without->s.calls.name[k].verb, w->s.calls.name[c].verb) &&
				!strcmp(without->s.calls.name[k].resource,
					w->s.calls.name[c].resource) &&
				(k < CALL_API) == (c < CALL_API) &&
				(k < CALL_HIDDEN) == (c < CALL_HIDDEN) &&
				without->s.calls.client[k] == w->s.calls.client[c])
				added -= without->simulated[k];
		room = form * 0.05;
		if (is_by_the_clock(w, c) && added == w->simulated[c])
			room = form * 0.02 + w->s.nodes;
		while (!is_by_the_clock(w, c) && room * room < 32 * form && room < form)
			room += form * 0.01;
		if (added < form - room - 2 || added > form + room + 2)
			fail_msg("%s of %s: %s %s: %.0f foreseen, %.0f simulated", feature,
				kubelet, w->s.calls.name[c].verb, w->s.calls.name[c].resource,
				form, added);
		compared++;
	}
	if (w)
		end(w);
	return compared;
}

static void of_all(const char *kubelet)
{
	struct world *without = simulate(kubelet, NULL);
	const char **names;
	uint32_t n = 0, compared = 0;

	assert_non_null(without);
	names = features_all(&without->lib, &n);
	assert_true(n >= 8);
	for (uint32_t i = 0; i < n; i++)
		compared += compare(kubelet, names[i], without);
	assert_true(compared >= n);
	end(without);
}

static void each_feature_comes_out_beside_a_kubelet_that_polls(void **state)
{
	(void)state;
	of_all("v1.1");
}

static void each_feature_comes_out_before_empty_patches_were_skipped(void **state)
{
	(void)state;
	of_all("v1.12");
}

static void each_feature_comes_out_beside_recorded_kubelets(void **state)
{
	(void)state;
	of_all("v1.20");
}

static void each_feature_comes_out_beside_the_newest_kubelet(void **state)
{
	(void)state;
	of_all("v1.36");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_feature_comes_out_beside_a_kubelet_that_polls),
		cmocka_unit_test(each_feature_comes_out_before_empty_patches_were_skipped),
		cmocka_unit_test(each_feature_comes_out_beside_recorded_kubelets),
		cmocka_unit_test(each_feature_comes_out_beside_the_newest_kubelet),
	};

	return cmocka_run_group_tests_name("features", tests, NULL, NULL);
}
