/* SPDX-License-Identifier: Apache-2.0 */
#include "base/doc.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

static int set_up(void **state)
{
	struct arena *mem = calloc(1, sizeof *mem);

	if (mem == NULL)
		return -1;
	arena_init(mem, 0);
	*state = mem;
	return 0;
}

static int tear_down(void **state)
{
	arena_fini(*state);
	free(*state);
	return 0;
}

static struct doc_node *parse(struct arena *mem, const char *text)
{
	struct doc_node *root = NULL;
	struct err err = {0};

	if (doc_parse(mem, "a.yaml", text, strlen(text), &root, &err) != 0)
		fail_msg("%s", err.text);
	return root;
}

static void check_yaml(const struct doc_node *node, const char *want)
{
	struct str text = {0};

	doc_print_yaml(&text, node);
	assert_string_equal(str_text(&text), want);
	str_fini(&text);
}

static void check_merge(struct arena *mem, const char *base, const char *over, const char *want)
{
	struct doc_node *b = parse(mem, base);
	struct doc_node *o = parse(mem, over);
	struct str before = {0};

	doc_print_yaml(&before, b);
	check_yaml(doc_merge(mem, b, o), want);
	check_yaml(b, str_text(&before));
	str_fini(&before);
}

static void check_merge_over(
	struct arena *mem, const char *base, const char *over, const char *want)
{
	check_yaml(doc_merge_over(mem, parse(mem, base), parse(mem, over)), want);
}

static void a_null_that_stays_takes_away_from_what_lies_below(void **state)
{
	struct arena *mem = *state;

	check_merge_over(mem, "{a: 1, b: 2}", "{a: null}", "a: null\nb: 2\n");
	check_merge_over(mem, "{a: x}", "{a: {b: null}}", "a:\n  b: null\n");
	check_yaml(doc_merge(mem, parse(mem, "{a: {b: 1, c: 2}}"),
			   doc_merge_over(
				   mem, parse(mem, "{a: x}"), parse(mem, "{a: {b: null}}"))),
		"a:\n  c: 2\n");
}

static void maps_merge_and_the_rest_replaces(void **state)
{
	struct arena *mem = *state;

	check_merge(mem, "{a: 1, b: {c: 2, d: 3}, e: [1, 2]}",
		"{b: {d: 4, x: 5}, e: [9], y: 6}",
		"a: 1\nb:\n  c: 2\n  d: 4\n  x: 5\ne:\n  - 9\ny: 6\n");
	check_merge(mem, "{a: {b: 1}}", "{a: 2}", "a: 2\n");
	check_merge(mem, "{a: 2}", "{a: {b: 1}}", "a:\n  b: 1\n");
	check_merge(mem, "[1]", "{a: 1}", "a: 1\n");
	check_merge(mem, "{a: 1}", "[2]", "- 2\n");
}

static void an_explicit_null_removes_a_key(void **state)
{
	struct arena *mem = *state;

	check_merge(mem, "{a: 1, b: 2}", "{a: null}", "b: 2\n");
	check_merge(mem, "{a: {b: 1, c: 2}}", "{a: {b: ~}}", "a:\n  c: 2\n");
	check_merge(mem, "{a: 1}", "{b: null, c: {d: null, e: 1}}", "a: 1\nc:\n  e: 1\n");
	check_merge(mem, "{a: null}", "{b: 1}", "a: null\nb: 1\n");
	check_merge(mem, "{a: 1}", "{a: [null]}", "a:\n  - null\n");
}

static void a_merged_value_keeps_its_place(void **state)
{
	struct arena *mem = *state;
	struct doc_node *merged =
		doc_merge(mem, parse(mem, "\na: 1\nb: 2\n"), parse(mem, "b: 3\n"));

	assert_int_equal(doc_get(merged, "a")->line, 2);
	assert_int_equal(doc_get(merged, "b")->line, 1);
}

/* Large maps go another way inside than small ones. */
static void large_maps_merge_as_small_ones_do(void **state)
{
	struct arena *mem = *state;
	struct str base = {0};
	struct str over = {0};
	struct doc_node *merged;

	for (int i = 0; i < 50000; i++) {
		str_addf(&base, "k%d: base\n", i);
		str_addf(&over, "k%d: %s\n", i + 25000, i % 2 != 0 ? "over" : "null");
	}
	merged = doc_merge(mem, parse(mem, str_text(&base)), parse(mem, str_text(&over)));
	assert_int_equal(merged->n, 25000 + 12500 + 12500);
	assert_string_equal(doc_get(merged, "k24999")->text, "base");
	assert_null(doc_get(merged, "k25000"));
	assert_string_equal(doc_get(merged, "k25001")->text, "over");
	assert_string_equal(doc_get(merged, "k74999")->text, "over");
	str_fini(&base);
	str_fini(&over);
}

static void a_clone_is_its_own_tree(void **state)
{
	struct arena *mem = *state;
	struct doc_node *root = parse(mem, "a: {b: [1, {c: 2}]}\nd: 1\n");
	struct doc_node *copy = doc_clone(mem, doc_get(root, "a"));
	struct err err = {0};

	assert_null(copy->key);
	assert_null(copy->next);
	assert_int_equal(doc_set(mem, root, "", "a.b[1].c", "3", &err), 0);
	check_yaml(copy, "b:\n  - 1\n  - c: 2\n");
}

static void check_set(struct arena *mem, const char *text, const char *path, const char *value,
	const char *want)
{
	struct doc_node *root = parse(mem, text);
	struct err err = {0};

	if (doc_set(mem, root, "", path, value, &err) != 0)
		fail_msg("%s", err.text);
	check_yaml(root, want);
}

static void a_value_is_set_by_its_path(void **state)
{
	struct arena *mem = *state;

	check_set(mem, "{a: 1}", "a", "2", "a: 2\n");
	check_set(mem, "{a: 1, b: 2}", "a", "1m30s", "a: 1m30s\nb: 2\n");
	check_set(mem, "{a: {b: {c: 1}}}", "a.b.c", "x y", "a:\n  b:\n    c: x y\n");
	check_set(mem, "{a: [1, 2, {c: 3}]}", "a[2].c", "4", "a:\n  - 1\n  - 2\n  - c: 4\n");
	check_set(mem, "{a: [1]}", "a[1]", "2", "a:\n  - 1\n  - 2\n");
	check_set(mem, "{a: [[1], [2]]}", "a[1][0]", "3", "a:\n  - - 1\n  - - 3\n");
	check_set(mem, "{a: 1}", "b.c[0].d", "2", "a: 1\nb:\n  c:\n    - d: 2\n");
	check_set(mem, "{a: ~}", "a.b", "2", "a:\n  b: 2\n");
	check_set(mem, "{a: {v1.12: 1}}", "a.v1\\.12", "2", "a:\n  v1.12: 2\n");
	check_set(mem, "{a: {b: 1}}", "a", "2", "a: 2\n");
	check_set(mem, "{a: 1}", "a", "", "a: \"\"\n");
	check_set(mem, "{a: 1}", "a", "b: c # d", "a: \"b: c # d\"\n");
	check_set(mem, "{a: 1}", "a", "50%", "a: 50%\n");
}

static void a_value_can_be_a_list_or_a_map(void **state)
{
	struct arena *mem = *state;

	check_set(mem, "{a: 1}", "a", "[1, {b: 2}]", "a:\n  - 1\n  - b: 2\n");
	check_set(mem, "{a: [1]}", "a[0]", "{b: 2}", "a:\n  - b: 2\n");
	check_set(mem, "{a: 1}", "a", "\"null\"", "a: \"null\"\n");
}

static void null_removes_a_key(void **state)
{
	struct arena *mem = *state;

	check_set(mem, "{a: 1, b: 2, c: 3}", "b", "null", "a: 1\nc: 3\n");
	check_set(mem, "{a: {b: 1}}", "a.b", "~", "a: {}\n");
	check_set(mem, "{a: 1}", "x.y.z", "null", "a: 1\n");
	check_set(mem, "{a: [1, 2]}", "a[0]", "null", "a:\n  - null\n  - 2\n");
}

static void a_set_value_says_where_it_is_from(void **state)
{
	struct doc_node *root = parse(*state, "{a: 1}");
	struct err err = {0};

	assert_int_equal(doc_set(*state, root, "--set ", "a", "five", &err), 0);
	(void)doc_error(doc_get(root, "a"), &err, "not a number");
	assert_string_equal(err.text, "--set a=five: not a number");
	assert_int_equal(doc_set(*state, root, "--set ", "a", "[1, five]", &err), 0);
	(void)doc_error(doc_get(root, "a")->first->next, &err, "not a number");
	assert_string_equal(err.text, "--set a:1:5: not a number\n    [1, five]\n        ^");
}

static void a_bad_path_or_value_changes_nothing(void **state)
{
	static const struct {
		const char *path;
		const char *value;
		const char *says;
	} cases[] = {
		{"", "1", "a name is missing"},
		{"a..b", "1", "a name is missing"},
		{"a.", "1", "a name is missing"},
		{".a", "1", "a name is missing"},
		{"[0]", "1", "a name is missing"},
		{"b[x]", "1", "a number from 0"},
		{"b[-1]", "1", "a number from 0"},
		{"b[", "1", "a number from 0"},
		{"b[0", "1", "a number from 0"},
		{"b[99999999999999999999]", "1", "a number from 0"},
		{"b[0]x", "1", "behind ']'"},
		{"b]", "1", "no '['"},
		{"a.x", "1", "--set a.x cannot be set: 'a' is a value, not a map"},
		{"a[0]", "1", "'a' is a value, not a list"},
		{"b.x", "1", "'b' is a list, not a map"},
		{"c[0]", "1", "'c' is a map, not a list"},
		{"b[3]", "1", "'b' has 2 entries"},
		{"new.x[1]", "1", "'new.x' has 0 entries"},
		{"new", "[1, 2", "--set new:1:6: flow sequence without"},
		{"new", "\x1b", "control character"},
		{"new\x01", "1", "control character"},
		{"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
		 "a."
		 "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
			"1", "more than 64 levels"},
	};
	struct doc_node *root = parse(*state, "a: 1\nb: [1, 2]\nc: {d: 1}\n");

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err err = {0};

		if (doc_set(*state, root, "--set ", cases[i].path, cases[i].value, &err) !=
			ERR_INPUT)
			fail_msg("%s was accepted", cases[i].path);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].path, err.text);
		check_yaml(root, "a: 1\nb:\n  - 1\n  - 2\nc:\n  d: 1\n");
	}
}

static void a_printed_tree_reads_back(void **state)
{
	static const char *const values[] = {"", "null", "~", "a: b", "# x", "x #y", "-", "- a",
		"-5", "+.5", "---", "...", "a\nb\n", " a", "a ", "'", "\"", "\\", "{", "]",
		"%a", "@a", "`", "!x", "&x", "*x", "a:", ":a", "?", "? a", "|", ">", "\t",
		"\xc3\xa9", "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf", "a\r\nb", "12:30",
		"a, b", "<<", "yes", "a  b", "=", "1e3", "0x1f", "null ", "Null",
		"\xf0\x9f\x98\x80", "a:b", "http://x"};
	struct arena *mem = *state;
	size_t n = sizeof values / sizeof values[0];

	for (size_t i = 0; i < n; i++) {
		struct doc_node scalar = {
			.kind = DOC_SCALAR, .text = values[i], .quoted = true};
		struct doc_node in_list = scalar;
		struct doc_node list = {.kind = DOC_LIST, .first = &in_list, .n = 1};
		struct doc_node map = {.kind = DOC_MAP, .first = &scalar, .n = 2};
		struct doc_node *again;
		struct str text = {0};

		scalar.key = values[i];
		list.key = "list";
		in_list.quoted = strcmp(values[i], "") == 0 || strcmp(values[i], "~") == 0;
		scalar.next = &list;
		doc_print_yaml(&text, &map);
		again = parse(mem, str_text(&text));
		assert_int_equal(again->n, 2);
		assert_string_equal(again->first->key, values[i]);
		assert_string_equal(again->first->text, values[i]);
		assert_int_equal(again->first->next->first->kind, DOC_SCALAR);
		assert_string_equal(again->first->next->first->text, values[i]);
		str_fini(&text);
	}
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(doc_kind_name(DOC_NULL), "null");
	assert_string_equal(doc_kind_name(DOC_SCALAR), "a value");
	assert_string_equal(doc_kind_name(DOC_MAP), "a map");
	assert_string_equal(doc_kind_name(DOC_LIST), "a list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			maps_merge_and_the_rest_replaces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_null_that_stays_takes_away_from_what_lies_below, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_explicit_null_removes_a_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_merged_value_keeps_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			large_maps_merge_as_small_ones_do, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clone_is_its_own_tree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_value_is_set_by_its_path, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_value_can_be_a_list_or_a_map, set_up, tear_down),
		cmocka_unit_test_setup_teardown(null_removes_a_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_set_value_says_where_it_is_from, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_bad_path_or_value_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_printed_tree_reads_back, set_up, tear_down),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
