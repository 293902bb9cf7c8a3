/* SPDX-License-Identifier: Apache-2.0 */
#include "models/library.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

struct loaded {
	struct arena mem;
	struct scenario s;
	struct model resolved;
	struct err err;
};

static struct library the_library(struct arena *mem)
{
	const char *dir = getenv("NODETOLL_MODELS");

	return (struct library){.dir = dir ? dir : "models", .mem = mem};
}

static struct loaded *load(const char *name, const char *const *sets, size_t n, int expected)
{
	struct loaded *l = calloc(1, sizeof(*l));
	struct settings settings = {.text = sets, .n = n};
	struct library lib;
	int code;

	assert_non_null(l);
	arena_init(&l->mem, 0);
	lib = the_library(&l->mem);
	code = scenario_load(&lib, name, &settings, &l->s, &l->resolved, &l->err);
	if (code != expected)
		fail_msg("%d: %s", code, l->err.text);
	return l;
}

static void drop(struct loaded *l)
{
	arena_fini(&l->mem);
	free(l);
}

static void a_scenario_gathers_its_models(void **state)
{
	struct loaded *l = load("quiet-5000x30", NULL, 0, 0);

	(void)state;
	assert_string_equal(l->s.name, "quiet-5000x30");
	assert_int_equal(l->s.nodes, 5000);
	assert_int_equal(l->s.start, START_STATIONARY);
	assert_int_equal(l->s.ttl_annotation, -1);
	assert_string_equal(l->s.kubelet.name, "v1.20");
	assert_int_equal(l->s.kubelet.pleg.design, PLEG_GENERIC);
	assert_int_equal(l->s.kubelet.client[CLIENT_MAIN].qps_milli, 5000);
	assert_true(l->s.kubelet.client[CLIENT_HEARTBEAT].qps_milli < 0);
	assert_string_equal(l->s.runtime.name, "containerd-1.6.20");
	assert_int_equal(l->s.workload.objects[0].shared_by, SHARED_POD);
	assert_int_equal(l->s.apiserver.n_ttl_steps, 6);
	assert_int_equal(l->s.apiserver.ttl_steps[5].size_max, UINT32_MAX);
	drop(l);
}

static const struct model_loop *find_loop(const struct scenario *s, const char *name)
{
	for (uint32_t i = 0; i < s->kubelet.n_loops; i++)
		if (!strcmp(s->kubelet.loops[i].name, name))
			return &s->kubelet.loops[i];
	fail_msg("no loop %s", name);
	return &s->kubelet.loops[0];
}

static void hidden_calls_are_classes_of_their_own(void **state)
{
	struct loaded *l = load("quiet-5000x30", NULL, 0, 0);
	const struct model_loop *loop = find_loop(&l->s, "containerLogManager");

	(void)state;
	assert_int_equal(loop->calls[0].call, CALL_HIDDEN + OP_LIST_CONTAINERS);
	assert_int_equal(loop->calls[1].call, CALL_HIDDEN + OP_CONTAINER_STATUS);
	assert_int_equal(loop->calls[1].scope, SCOPE_CONTAINER);
	loop = find_loop(&l->s, "nodeStatus");
	assert_string_equal(l->s.calls.name[loop->calls[0].call].resource, "nodes");
	assert_int_equal(loop->calls[2].at_most_every, 5 * NS_MIN);
	loop = find_loop(&l->s, "housekeeping");
	assert_int_equal(loop->first, 2 * NS_S); /* a ticker fires after its period */
	drop(l);
}

static void settings_reach_through_the_references(void **state)
{
	static const char *const sets[] = {"kubelet.pleg.relistPeriod=2s", "kubelet=v1.12",
		"nodes=7", "workload.objects[0].sharedBy=namespace",
		"kubelet.loops.nodeStatus.period=20s", "kubelet.loops.evictionManager=null",
		"ttlAnnotation=60s"};
	struct loaded *l = load("quiet-5000x30", sets, COUNT_OF(sets), 0);

	(void)state;
	assert_string_equal(l->s.kubelet.name, "v1.12");
	assert_int_equal(l->s.kubelet.pleg.relist_period, 2 * NS_S);
	assert_int_equal(l->s.nodes, 7);
	assert_int_equal(l->s.workload.objects[0].shared_by, SHARED_NAMESPACE);
	assert_int_equal(find_loop(&l->s, "nodeStatus")->period, 20 * NS_S);
	assert_int_equal(l->s.ttl_annotation, 60 * NS_S);
	assert_null(doc_get(
		doc_get(doc_get(l->resolved.spec, "kubelet"), "loops"), "evictionManager"));
	drop(l);
}

static void a_wrong_setting_is_named(void **state)
{
	static const char *const cases[][2] = {
		{"kubelet.pleg.relistPriod=2s", "did you mean 'relistPeriod'?"},
		{"kubelt=v1.12", "did you mean 'kubelet'?"},
		{"kubelet=v1.13", "no kubelet 'v1.13'; did you mean 'v1.12'? There are: v1.0, "
				  "v1.1, v1.2"},
		{"kubelet=v1.26.3", "did you mean 'v1.27'?"},
		{"kubelet=1.20", "did you mean 'v1.20'?"},
		{"kubelet=v2.0", "no kubelet 'v2.0'; there are: v1.0, v1.1, v1.2"},
		{"runtime=containerd", "did you mean 'containerd-1.6.20'?"},
		{"seed=9007199254740993", "from 0 to 9007199254740992 is allowed"},
		{"kubelet.clients.kube.qps=0", "0.001 to 1,000,000, or -1 for no limit"},
		{"workload.objects=[{}]", "--set workload.objects:1:2: 'resource' is missing"},
		{"runtime.rules=[{kind: fial, operation: version, from: 0s, until: 1s}]",
			"--set runtime.rules:1:9: 'kind' is 'fial'"},
		{"workload.objects=[", "--set workload.objects:1:"},
		{"kubelet.pleg.relistPeriod=2",
			"--set kubelet.pleg.relistPeriod=2: 'relistPeriod'"},
		{"nodes=20001", "--set nodes=20001: 'nodes' is 20001: allowed is 1 to 20,000"},
		{"workload.pods=1001", "allowed is 0 to 1,000"},
		{"nodes", "path=value is needed"},
		{"=3", "path=value is needed"},
		{"workload.objects[3].sharedBy=pod", "'objects' has 1 entries"},
		{"kubelet.loops.lese.period=1s", "did you mean 'lease'?"},
		{"kubelet.objects.design=cach", "did you mean 'cache'?"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct loaded *l = load("quiet-5000x30", &cases[i][0], 1, ERR_INPUT);

		if (!strstr(l->err.text, cases[i][1]))
			fail_msg("'%s' lacks '%s'", l->err.text, cases[i][1]);
		drop(l);
	}
}

static void a_setting_is_called_as_it_was_given(void **state)
{
	static const char *const cases[][3] = {
		{"kubelet=v1.13", "--", "--kubelet v1.13: no kubelet 'v1.13'"},
		{"kubelet=v1.13", "", "kubelet:v1.13: no kubelet"},
		{"kubelet=v1.13", "--candidate-set ", "--candidate-set kubelet=v1.13: no"},
		{"kubelet=v1.13", NULL, "--set kubelet=v1.13: no kubelet"},
		{"nodes=0", "--vary ", "--vary nodes=0: 'nodes' is 0"},
		{"nods=3", "a.yaml:8:7: ", "a.yaml:8:7: nods=3: no 'nods'"},
		{"nodes", "--vary ", "--vary nodes: path=value is needed"},
		{"duration=null", "--vary ", "--vary duration=null: 'duration' cannot"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct settings sets = {.text = &cases[i][0], .door = &cases[i][1], .n = 1};
		struct loaded *l = calloc(1, sizeof(*l));
		struct library lib;

		assert_non_null(l);
		arena_init(&l->mem, 0);
		lib = the_library(&l->mem);
		assert_int_equal(scenario_load(&lib, "quiet-5000x30", &sets, &l->s,
					 &l->resolved, &l->err),
			ERR_INPUT);
		if (strstr(l->err.text, cases[i][2]) != l->err.text)
			fail_msg("'%s' does not begin with '%s'", l->err.text, cases[i][2]);
		drop(l);
	}
}

static void a_scenario_is_composed_without_a_file(void **state)
{
	static const char *const sets[] = {"workload.pods=100", "kubelet.objects.design=cache"};
	static const struct scenario_names names = {.name = "mine",
		.kubelet = "v1.20",
		.runtime = "kubemark-fake",
		.apiserver = "v1.36",
		.workload = "serving"};
	static const struct settings settings = {.text = sets, .n = 2};
	struct library lib;
	struct loaded *l = calloc(1, sizeof(*l));
	struct loaded *again = calloc(1, sizeof(*again));

	(void)state;
	assert_true(l && again);
	arena_init(&l->mem, 0);
	lib = the_library(&l->mem);
	assert_int_equal(
		scenario_compose(&lib, &names, &settings, &l->s, &l->resolved, &l->err), 0);
	assert_string_equal(l->s.name, "mine");
	assert_int_equal(l->s.workload.pods, 100);
	assert_int_equal(l->s.kubelet.objects.design, OBJECT_CACHE);
	assert_int_equal(l->s.apiserver.n_ttl_steps, 5);

	/* What a result embeds is a scenario again. */
	assert_int_equal(scenario_from_doc(&lib, l->resolved.spec, NULL, &again->s,
				 &again->resolved, &l->err),
		0);
	assert_memory_equal(&again->s, &l->s, sizeof(l->s));
	free(again);
	drop(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scenario_gathers_its_models),
		cmocka_unit_test(hidden_calls_are_classes_of_their_own),
		cmocka_unit_test(settings_reach_through_the_references),
		cmocka_unit_test(a_wrong_setting_is_named),
		cmocka_unit_test(a_setting_is_called_as_it_was_given),
		cmocka_unit_test(a_scenario_is_composed_without_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
