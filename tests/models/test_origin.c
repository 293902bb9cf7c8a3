/* SPDX-License-Identifier: Apache-2.0 */
#include "models/origin.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "models/library.h"

static void the_deepest_source_holds(void **state)
{
	static const char *const text = "source: all\n"
					"is: read\n"
					"a: 1\n"
					"b:\n"
					"  source: of b\n"
					"  c: 2\n"
					"  d: {value: 3, source: of d, is: assumed}\n"
					"  e: [{f: 4, is: derived}]\n";
	struct arena mem;
	struct origins origins = {0};
	struct doc_node *root;
	struct doc_node *plain;
	const struct doc_node *b;
	const struct origin *o;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(doc_parse(&mem, "t", text, strlen(text), &root, NULL), 0);
	assert_int_equal(origin_strip(&mem, &origins, root, &plain, NULL), 0);
	assert_null(doc_get(plain, "source"));
	assert_int_equal(plain->n, 2);
	b = doc_get(plain, "b");
	assert_string_equal(doc_get(b, "d")->text, "3");

	assert_string_equal(origin_find(&origins, doc_get(plain, "a"))->source, "all");
	o = origin_find(&origins, doc_get(b, "c"));
	assert_string_equal(o->source, "of b");
	assert_int_equal(o->is, EVIDENCE_READ);
	o = origin_find(&origins, doc_get(b, "d"));
	assert_string_equal(o->source, "of d");
	assert_int_equal(o->is, EVIDENCE_ASSUMED);
	o = origin_find(&origins, doc_get(doc_get(b, "e")->first, "f"));
	assert_string_equal(o->source, "of b");
	assert_int_equal(o->is, EVIDENCE_DERIVED);
	arena_fini(&mem);
}

static void a_constant_without_a_source_is_found_as_such(void **state)
{
	struct arena mem;
	struct origins origins = {0};
	struct doc_node *root;
	struct doc_node *plain;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(doc_parse(&mem, "t", "a: 1\n", 5, &root, NULL), 0);
	assert_int_equal(origin_strip(&mem, &origins, root, &plain, NULL), 0);
	assert_null(origin_find(&origins, doc_get(plain, "a"))->source);
	arena_fini(&mem);
}

static const char printed[] = "a: 1\n"
			      "b: {c: 2, d: 3}\n"
			      "e: [{f: 4}, {f: 5}]\n"
			      "origins:\n"
			      "  a: {source: of a}\n"
			      "  b: {source: of b, is: measured}\n"
			      "  e: [null, {is: read}]\n"
			      "  gone: {source: whoever took it out}\n";

static void what_is_told_beside_a_spec_holds_where_it_has_the_same_shape(void **state)
{
	struct arena mem;
	struct origins origins = {0};
	struct doc_node *root, *plain;
	const struct doc_node *e;
	const struct origin *o;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(doc_parse(&mem, "t", printed, strlen(printed), &root, NULL), 0);
	assert_int_equal(origin_strip(&mem, &origins, root, &plain, NULL), 0);
	assert_null(doc_get(plain, "origins"));
	o = origin_find(&origins, doc_get(plain, "a"));
	assert_string_equal(o->source, "of a");
	assert_int_equal(o->is, EVIDENCE_NONE);
	o = origin_find(&origins, doc_get(doc_get(plain, "b"), "d"));
	assert_string_equal(o->source, "of b");
	assert_int_equal(o->is, EVIDENCE_MEASURED);
	e = doc_get(plain, "e");
	assert_int_equal(origin_find(&origins, doc_get(e->first, "f"))->is, EVIDENCE_NONE);
	assert_int_equal(
		origin_find(&origins, doc_get(e->first->next, "f"))->is, EVIDENCE_READ);
	arena_fini(&mem);
}

static void what_is_told_beside_is_a_tree(void **state)
{
	static const char *const wrong[] = {"a: 1\norigins: assumed\n",
		"a: 1\norigins: {a: assumed}\n", "a: 1\norigins: {a: {is: seen}}\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct arena mem;
		struct origins origins = {0};
		struct doc_node *root, *plain;
		struct err err = {0};

		arena_init(&mem, 0);
		assert_int_equal(
			doc_parse(&mem, "t", wrong[i], strlen(wrong[i]), &root, NULL), 0);
		assert_int_equal(origin_strip(&mem, &origins, root, &plain, &err), ERR_INPUT);
		assert_non_null(strstr(err.text, "t:2:"));
		arena_fini(&mem);
	}
}

/* The resolved scenario of that name, printed, loaded and printed again. */
static void check_comes_back(const struct library *lib, const char *name)
{
	static const char *const features[] = {"node-feature-discovery", "heapster"};
	static const char *const sets[] = {
		"kubelet.pleg.relistPeriod=1.5s", "runtime.operations.version.mean=1ms"};
	static const struct settings settings = {
		.text = sets, .n = 2, .with = features, .n_with = 2};
	struct scenario *s = calloc(1, sizeof(*s));
	struct model first = {0}, again = {0};
	struct doc_node *root = NULL;
	struct str one = {0}, two = {0};
	struct json *tree;
	struct err err = {0};

	assert_non_null(s);
	if (scenario_load(lib, name, &settings, s, &first, &err))
		fail_msg("%s", err.text);
	tree = origin_json(&first.origins, first.spec);
	assert_non_null(json_get(json_get(tree, "origins"), "kubelet"));
	json_write(tree, &one);
	json_free(tree);
	if (doc_parse(lib->mem, "again", str_text(&one), str_len(&one), &root, &err) ||
		scenario_from_doc(lib, root, NULL, s, &again, &err))
		fail_msg("%s: %s", name, err.text);
	tree = origin_json(&again.origins, again.spec);
	json_write(tree, &two);
	json_free(tree);
	assert_string_equal(str_text(&one), str_text(&two));
	str_fini(&one);
	str_fini(&two);
	free(s);
}

static void a_resolved_scenario_comes_back_with_its_origins(void **state)
{
	const char *dir = getenv("NODETOLL_MODELS");
	struct arena mem;
	struct library lib = {.dir = dir ? dir : "models", .mem = &mem};
	const char **names;
	uint32_t n;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(library_list(&lib, MODEL_SCENARIO, &names, &n, NULL), 0);
	assert_true(n > 0);
	for (uint32_t i = 0; i < n; i++)
		check_comes_back(&lib, names[i]);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deepest_source_holds),
		cmocka_unit_test(a_constant_without_a_source_is_found_as_such),
		cmocka_unit_test(what_is_told_beside_a_spec_holds_where_it_has_the_same_shape),
		cmocka_unit_test(what_is_told_beside_is_a_tree),
		cmocka_unit_test(a_resolved_scenario_comes_back_with_its_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
