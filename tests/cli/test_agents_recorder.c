/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agents_recorder.h"

#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "models/recording.h"
#include "tcase.h"

struct world {
	struct library lib;
	struct arena mem;
	struct scenario s;
	struct model resolved;
	struct recorder *r;
	struct err err;
};

static int begin(struct world *w, const char *setting)
{
	static const struct scenario_names names = {
		"recorded", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *texts[] = {"nodes=2", "warmup=10s", "duration=20s", setting};
	struct str warnings = {0};
	struct settings sets = {.text = texts, .n = 4, .warnings = &warnings};

	*w = (struct world){.err = {0}};
	arena_init(&w->mem, 0);
	assert_int_equal(common_library(NULL, &w->lib, &w->err), 0);
	w->lib.mem = &w->mem;
	assert_int_equal(
		scenario_compose(&w->lib, &names, &sets, &w->s, &w->resolved, &w->err), 0);
	str_fini(&warnings);
	return recorder_new(&w->r, &w->s, &w->mem, &w->err);
}

/* Written, and read again as validate does. */
static void read_back(struct world *w, ns_t end, struct recording *rec)
{
	struct json *o = recorder_json(w->r, "hollow", end);
	char *text = json_print(o);

	assert_int_equal(
		recording_parse(&w->lib, "written.json", text, strlen(text), rec, &w->err), 0);
	json_free(o);
	free(text);
}

/* UINT32_MAX: it has none of that call. */
static uint32_t count_of(const struct recorded_phase *p, const char *call)
{
	for (uint32_t i = 0; i < p->n_rows; i++)
		if (!strcmp(p->rows[i].call, call))
			return p->rows[i].count;
	return UINT32_MAX;
}

static void counts_are_by_node_phase_and_code(void **state)
{
	struct world w;
	struct recording rec;

	(void)state;
	assert_int_equal(begin(&w, "seed=1"), 0);
	for (int i = 0; i < 3; i++)
		recorder_count(w.r, 1, 2 * NS_S, API_GET_PODS, 200);
	recorder_count(w.r, 1, 2 * NS_S, API_GET_PODS, 404);
	recorder_count(w.r, 1, 2 * NS_S, API_GET_PODS, 403);
	recorder_count(w.r, 1, 2 * NS_S, API_GET_PODS, 0);
	recorder_count(w.r, 1, 2 * NS_S, API_GET_PODS, 0);
	recorder_count(w.r, 1, 12 * NS_S, API_DELETE_PODS, 200);
	recorder_count(w.r, 0, 12 * NS_S, API_CREATE_EVENTS, 201);
	read_back(&w, 25 * NS_S, &rec);
	assert_int_equal(rec.n_nodes, 2);
	assert_string_equal(rec.nodes[1].name, "hollow-1");
	assert_int_equal(rec.nodes[1].n_phases, 2);
	assert_int_equal(rec.nodes[1].phases[0].api_time, 10 * NS_S);
	assert_int_equal(rec.nodes[1].phases[1].api_time, 15 * NS_S);
	assert_int_equal(count_of(&rec.nodes[1].phases[0], "get pods"), 3);
	assert_int_equal(count_of(&rec.nodes[1].phases[0], "get pods 404"), 1);
	assert_int_equal(count_of(&rec.nodes[1].phases[0], "get pods 403"), 1);
	assert_int_equal(count_of(&rec.nodes[1].phases[0], "get pods lost"), 2);
	assert_int_equal(count_of(&rec.nodes[1].phases[1], "delete pods"), 1);
	assert_true(rec.nodes[1].phases[0].kubelet_starts);
	assert_int_equal(rec.nodes[1].phases[1].rest, 0);
	assert_int_equal(rec.nodes[0].n_phases, 1);
	assert_int_equal(count_of(&rec.nodes[0].phases[0], "create events"), 1);
	arena_fini(&w.mem);
}

/* A Recording has names, as an audit log of a node that is read by name. */
static void what_two_clients_make_is_one_row(void **state)
{
	struct world w;
	struct recording rec;
	uint16_t own;

	(void)state;
	assert_int_equal(begin(&w, "seed=1"), 0);
	own = calls_made_by(&w.s.calls, API_GET_PODS, CLIENT_OWN);
	assert_int_not_equal(own, API_GET_PODS);
	assert_int_equal(recorder_new(&w.r, &w.s, &w.mem, &w.err), 0); /* of all classes */
	for (int i = 0; i < 3; i++)
		recorder_count(w.r, 0, 2 * NS_S, i ? own : API_GET_PODS, 200);
	recorder_count(w.r, 1, 2 * NS_S, API_CREATE_EVENTS, 201);
	read_back(&w, 25 * NS_S, &rec);
	assert_int_equal(count_of(&rec.nodes[0].phases[0], "get pods"), 3);
	arena_fini(&w.mem);
}

static void pods_after_the_warm_up_are_one_phase(void **state)
{
	struct world w;
	struct recording rec;

	(void)state;
	assert_int_equal(begin(&w, "start=afterWarmup"), 0);
	for (uint32_t node = 0; node < 2; node++) {
		recorder_count(w.r, node, 5 * NS_S, API_GET_PODS, 200);
		recorder_count(w.r, node, 15 * NS_S, API_GET_PODS, 200);
	}
	read_back(&w, 30 * NS_S, &rec);
	assert_int_equal(rec.nodes[0].n_phases, 1);
	assert_int_equal(rec.nodes[0].phases[0].action, PHASE_CREATE_ALL);
	assert_int_equal(rec.nodes[0].phases[0].api_time, 20 * NS_S);
	assert_false(rec.nodes[0].phases[0].kubelet_starts);
	assert_int_equal(count_of(&rec.nodes[0].phases[0], "get pods"), 1);
	arena_fini(&w.mem);
}

/* Whether the scenario says so, or the size of its cluster. */
static void it_tells_how_long_secrets_are_cached(void **state)
{
	static const struct {
		const char *set;
		ns_t ttl;
	} of[] = {{"ttlAnnotation=15s", 15 * NS_S}, {"clusterNodes=2", 0},
		{"clusterNodes=5000", 300 * NS_S}};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct world w;
		struct recording rec;

		assert_int_equal(begin(&w, of[i].set), 0);
		for (uint32_t node = 0; node < 2; node++)
			recorder_count(w.r, node, NS_S, API_GET_SECRETS, 200);
		read_back(&w, 30 * NS_S, &rec);
		assert_int_equal(rec.nodes[0].ttl_annotation, of[i].ttl);
		arena_fini(&w.mem);
	}
}

static void what_a_recording_cannot_say_is_refused(void **state)
{
	static const char *const settings[] = {
		"nodes=1001", "workload.replacePodEvery=1s", "kubelet.objects.design=never"};

	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct world w;

		assert_int_equal(begin(&w, settings[i]), ERR_INPUT);
		assert_non_null(strstr(w.err.text, "--recording"));
		arena_fini(&w.mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_by_node_phase_and_code),
		cmocka_unit_test(what_two_clients_make_is_one_row),
		cmocka_unit_test(pods_after_the_warm_up_are_one_phase),
		cmocka_unit_test(it_tells_how_long_secrets_are_cached),
		cmocka_unit_test(what_a_recording_cannot_say_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
