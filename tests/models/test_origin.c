/* SPDX-License-Identifier: Apache-2.0 */
#include "models/origin.h"

#include "tcase.h"

#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deepest_source_holds),
		cmocka_unit_test(a_constant_without_a_source_is_found_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
