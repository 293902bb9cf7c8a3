/* SPDX-License-Identifier: Apache-2.0 */
#include "models/library.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "models/explain.h"

static struct library the_library(struct arena *mem)
{
	const char *dir = getenv("NODETOLL_MODELS");

	return (struct library){.dir = dir ? dir : "models", .mem = mem};
}

static void every_model_of_the_library_is_read_and_every_constant_has_a_source(void **state)
{
	(void)state;
	for (unsigned k = 0; k < MODEL_KINDS; k++) {
		struct arena mem;
		struct library lib = the_library(&mem);
		struct err err = {0};
		const char **names;
		uint32_t n;

		arena_init(&mem, 0);
		assert_int_equal(library_list(&lib, (enum model_kind)k, &names, &n, &err), 0);
		assert_true(n > 0);
		for (uint32_t i = 0; i < n; i++) {
			struct model model = {0};
			struct explained *list;
			uint32_t n_list;

			if (library_load(&lib, (enum model_kind)k, names[i], &model, &err))
				fail_msg("%s", err.text);
			assert_string_equal(model.name, names[i]);
			model_explain(&model, &mem, &list, &n_list);
			for (uint32_t c = 0; c < n_list; c++)
				if (!list[c].source || list[c].is == EVIDENCE_NONE)
					fail_msg(
						"%s: %s has no source", names[i], list[c].path);
		}
		arena_fini(&mem);
	}
}

static void versions_are_listed_as_versions_are_counted(void **state)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	const char **names;
	uint32_t n;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(library_list(&lib, MODEL_KUBELET, &names, &n, NULL), 0);
	assert_string_equal(names[0], "v1.0");
	assert_string_equal(names[1], "v1.1");
	assert_string_equal(names[n - 1], "v1.36");
	arena_fini(&mem);
}

static void a_file_states_only_what_changed(void **state)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct model model = {0};
	const struct doc_node *pleg;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(library_load(&lib, MODEL_KUBELET, "v1.20", &model, NULL), 0);
	pleg = doc_get(model.spec, "pleg");
	assert_string_equal(doc_get(pleg, "relistPeriod")->text, "1s");    /* 1.2's */
	assert_string_equal(doc_get(pleg, "relistThreshold")->text, "3m"); /* 1.6's */
	assert_non_null(doc_get(doc_get(model.spec, "loops"), "containerLogManager"));
	assert_non_null(doc_get(doc_get(model.spec, "watches"), "csidrivers"));
	assert_non_null(doc_get(doc_get(model.spec, "watches"), "pods"));
	arena_fini(&mem);
}

static void assert_text(const char *text, const char *because)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct model model = {0};
	struct err err = {0};
	int code;

	arena_init(&mem, 0);
	code = library_load_text(&lib, "t.yaml", text, strlen(text), &model, &err);
	assert_int_equal(code, because ? ERR_INPUT : 0);
	if (because && !strstr(err.text, because))
		fail_msg("'%s' lacks '%s'", err.text, because);
	arena_fini(&mem);
}

#define OF_KUBELET(metadata)                                                                   \
	"apiVersion: nodetoll/v1alpha1\nkind: Kubelet\nmetadata: " metadata                    \
	"\nspec: {extends: v1.20}\n"
#define HEAD(kind) "apiVersion: nodetoll/v1alpha1\nkind: " kind "\nmetadata: {name: x}\n"

static void the_head_of_a_file_is_checked(void **state)
{
	(void)state;
	assert_text(HEAD("Kubelet") "spec: {extends: v1.20}\n", NULL);
	assert_text("kind: Kubelet\n", "'apiVersion: nodetoll/v1alpha1' is needed");
	assert_text("apiVersion: nodetoll/v2\n", "t.yaml:1:13: 'apiVersion");
	assert_text(HEAD("Kublet") "spec: {}\n", "t.yaml:2:7: no kind of model");
	assert_text(
		"apiVersion: nodetoll/v1alpha1\nkind: Kubelet\nspec: {}\n", "metadata.name");
	assert_text(HEAD("Kubelet"), "'spec', a map, is missing");
	assert_text(HEAD("Kubelet") "spec: {extends: v1.20}\nspce: {}\n", "no 'spce'");
	assert_text("- 1\n", "a map with apiVersion and kind");
}

static void metadata_has_a_name_and_what_its_keeper_puts_there(void **state)
{
	(void)state;
	assert_text(
		OF_KUBELET("{name: x, labels: {team: node}, annotations: {why: it}}"), NULL);
	assert_text(OF_KUBELET("{nmae: x}"), "t.yaml:3:12: no 'nmae' in metadata");
	assert_text(OF_KUBELET("{nmae: x}"), "did you mean 'name'?");
	assert_text(OF_KUBELET("{name: x, namespace: y}"), "t.yaml:3:21: no 'namespace'");
	assert_text(OF_KUBELET("{name: x, recorded: today}"), "no 'recorded' in metadata");
	assert_text(OF_KUBELET("{name: x, labels: a}"), "'metadata.labels' is a value");
	assert_text(OF_KUBELET("x"), "'metadata.name' is missing");
}

static void an_unknown_name_suggests_the_nearest(void **state)
{
	(void)state;
	assert_text(
		HEAD("Kubelet") "spec: {extends: v1.21}\n", "t.yaml:4:17: no kubelet 'v1.21'");
	assert_text(HEAD("Runtime") "spec: {extends: containrd-1.6.20}\n",
		"did you mean 'containerd-1.6.20'?");
	assert_text(HEAD("Runtime") "spec: {extends: ./nowhere.yaml}\n", "nowhere.yaml");
}

static void null_removes_what_the_predecessor_has(void **state)
{
	(void)state;
	assert_text(
		HEAD("Kubelet") "spec: {extends: v1.20, loops: {containerLogManager: null}}\n",
		NULL);
	assert_text(
		HEAD("Kubelet") "spec: {extends: v1.20, pleg: null}\n", "'pleg' is missing");
}

static void a_value_may_be_given_with_its_source(void **state)
{
	(void)state;
	assert_text(HEAD("Kubelet") "spec: {extends: v1.20, pleg: {relistPeriod: "
				    "{value: 2s, source: here, is: assumed}}}\n",
		NULL);
	assert_text(HEAD("Kubelet") "spec: {extends: v1.20, pleg: {relistPeriod: "
				    "{value: 2s, because: here}}}\n",
		"not 'because'");
	assert_text(
		HEAD("Kubelet") "spec: {extends: v1.20, is: guessed}\n", "'is' must be one of");
	assert_text(HEAD("Kubelet") "spec: {extends: v1.20, source: {}}\n", "'source' must be");
}

static void a_call_is_of_the_runtime_or_of_the_api(void **state)
{
	static const char *const cases[][2] = {
		{"{runtime: version}", NULL},
		{"{api: get nodes, client: heartbeat}", NULL},
		{"{runtime: verison}", "did you mean 'version'?"},
		{"{api: gte nodes}", "did you mean 'get'?"},
		{"{api: nodes}", "verb and resource are needed"},
		{"{api: get Nodes}", "is not a resource"},
		{"{api: get nodes, runtime: version}", "a call is either"},
		{"{scope: pod}", "a call is either"},
		{"{api: get nodes, hidden: true}", "'hidden' is for runtime calls"},
		{"{api: get nodes, quorum: true}", NULL},
		{"{runtime: version, quorum: true}", "'quorum' is for API calls"},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		(void)snprintf(text, sizeof(text),
			HEAD("Kubelet") "spec: {extends: v1.20, loops: {x: {timer: sleep, "
					"period: 1s, calls: [%s]}}}\n",
			cases[i][0]);
		assert_text(text, cases[i][1]);
	}
}

static void write_model(const char *path, const char *extends)
{
	char text[256];

	(void)snprintf(text, sizeof(text), HEAD("Workload") "spec: {extends: %s}\n", extends);
	assert_int_equal(file_write_whole(path, text, strlen(text), NULL), 0);
}

static void a_circle_of_extends_is_shown(void **state)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	char dir[] = "/tmp/nodetoll-test-XXXXXX";
	char a[64];
	char b[64];
	char round[160];
	struct model model = {0};
	struct err err = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(a, sizeof(a), "%s/a.yaml", dir);
	(void)snprintf(b, sizeof(b), "%s/b.yaml", dir);
	write_model(a, "./b.yaml");
	write_model(b, "./a.yaml");
	arena_init(&mem, 0);
	assert_int_equal(library_load(&lib, MODEL_WORKLOAD, a, &model, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "goes in a circle"));
	assert_non_null(strstr(err.text, "b.yaml <- "));
	err = (struct err){0};
	(void)snprintf(round, sizeof(round), "%s/./a.yaml <- %s", dir, a);
	write_model(a, "./a.yaml");
	assert_int_equal(library_load(&lib, MODEL_WORKLOAD, a, &model, &err), ERR_INPUT);
	if (!strstr(err.text, round))
		fail_msg("'%s' lacks '%s'", err.text, round);
	arena_fini(&mem);
	(void)unlink(a);
	(void)unlink(b);
	(void)rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_model_of_the_library_is_read_and_every_constant_has_a_source),
		cmocka_unit_test(versions_are_listed_as_versions_are_counted),
		cmocka_unit_test(a_file_states_only_what_changed),
		cmocka_unit_test(the_head_of_a_file_is_checked),
		cmocka_unit_test(metadata_has_a_name_and_what_its_keeper_puts_there),
		cmocka_unit_test(an_unknown_name_suggests_the_nearest),
		cmocka_unit_test(null_removes_what_the_predecessor_has),
		cmocka_unit_test(a_value_may_be_given_with_its_source),
		cmocka_unit_test(a_call_is_of_the_runtime_or_of_the_api),
		cmocka_unit_test(a_circle_of_extends_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
