/* SPDX-License-Identifier: Apache-2.0 */
#include "base/doc.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void check_scalar(const struct doc_node *node, const char *text, bool quoted)
{
	assert_non_null(node);
	assert_int_equal(node->kind, DOC_SCALAR);
	assert_string_equal(node->text, text);
	assert_int_equal(node->quoted, quoted);
}

static void check_place(const struct doc_node *node, unsigned line, unsigned column)
{
	assert_non_null(node);
	assert_int_equal(node->line, line);
	assert_int_equal(node->column, column);
}

static void a_file_becomes_a_tree(void **state)
{
	const struct doc_node *root = parse(*state, "kind: Scenario\n"
						    "spec:\n"
						    "  nodes: 5000 # many\n"
						    "  name: \"5000\"\n"
						    "  ttl: ~\n"
						    "  empty:\n"
						    "  list: [1, two, {a: b}]\n"
						    "  text: |\n"
						    "    one\n"
						    "    two\n");
	const struct doc_node *spec = doc_get(root, "spec");
	const struct doc_node *list = doc_get(spec, "list");

	assert_int_equal(root->kind, DOC_MAP);
	assert_int_equal(root->n, 2);
	assert_int_equal(spec->n, 6);
	check_scalar(doc_get(root, "kind"), "Scenario", false);
	check_scalar(doc_get(spec, "nodes"), "5000", false);
	check_scalar(doc_get(spec, "name"), "5000", true);
	check_scalar(doc_get(spec, "text"), "one\ntwo\n", true);
	assert_int_equal(doc_get(spec, "ttl")->kind, DOC_NULL);
	assert_int_equal(doc_get(spec, "empty")->kind, DOC_NULL);
	assert_int_equal(list->kind, DOC_LIST);
	assert_int_equal(list->n, 3);
	check_scalar(list->first->next, "two", false);
	check_scalar(doc_get(list->first->next->next, "a"), "b", false);
	assert_null(doc_get(spec, "nod"));
	assert_null(doc_get(list, "a"));
	assert_null(doc_get(NULL, "a"));
}

static void every_node_knows_its_place(void **state)
{
	const struct doc_node *root = parse(*state, "\xef\xbb\xbf"
						    "a: 1\r\n"
						    "\xc3\xa9\xc3\xa9:   'x'\r\n"
						    "b:\r\n"
						    "\r\n"
						    "  c: [1, \"y\"]\r\n"
						    "d: &x 3\n"
						    "e: *x\n"
						    "f:\n");
	const struct doc_node *b = doc_get(root, "b");
	const struct doc_node *c = doc_get(b, "c");

	check_place(doc_get(root, "a"), 1, 4);
	check_place(doc_get(root, "\xc3\xa9\xc3\xa9"), 2, 7);
	check_place(b, 3, 1);
	assert_int_equal(c->key_line, 5);
	assert_int_equal(c->key_column, 3);
	check_place(c->first, 5, 7);
	check_place(c->first->next, 5, 10);
	check_place(doc_get(root, "e"), 7, 4);
	check_place(doc_get(root, "f"), 8, 1);
	assert_string_equal(c->file, "a.yaml");
}

static void json_is_read_too(void **state)
{
	const struct doc_node *root = parse(*state,
		"{\"a\": \"\\u00e9\\/\\ud83d\\ude00\",\n\t\"b\": [1, -2.5e3, null, true],\n"
		"\t\"c\":{}, \"d\":[]}\n");

	check_scalar(doc_get(root, "a"), "\xc3\xa9/\xf0\x9f\x98\x80", true);
	assert_int_equal(doc_get(root, "b")->n, 4);
	check_scalar(doc_get(root, "b")->first->next, "-2.5e3", false);
	assert_int_equal(doc_get(root, "c")->kind, DOC_MAP);
	assert_int_equal(doc_get(root, "d")->kind, DOC_LIST);
}

static void an_alias_is_a_copy(void **state)
{
	struct doc_node *root = parse(*state, "a: &x {p: 1, q: [2]}\nb: *x\nc: [*x, *x]\n");
	const struct doc_node *b = doc_get(root, "b");

	check_scalar(doc_get(b, "p"), "1", false);
	assert_string_equal(b->key, "b");
	assert_ptr_not_equal(doc_get(b, "p"), doc_get(doc_get(root, "a"), "p"));
	assert_int_equal(doc_get(root, "c")->n, 2);
	assert_int_equal(doc_get(doc_get(root, "c")->first->next, "q")->n, 1);
}

static void an_empty_block_at_the_end_is_empty(void **state)
{
	check_scalar(doc_get(parse(*state, "a: |\n"), "a"), "", true);
	check_scalar(doc_get(parse(*state, "a: >"), "a"), "", true);
}

struct bad {
	const char *text;
	const char *says; /* the whole message */
};

static void each_error_is_one_sentence_with_a_caret(void **state)
{
	static const struct bad cases[] = {
		{"a: 1\nb: [1,\n  2\n\n", "a.yaml:3:4: flow sequence without a closing "
					  "bracket\n      2\n       ^"},
		{"a: \"x\n", "a.yaml:1:5: double-quoted scalar without closing quote\n"
			     "    a: \"x\n        ^"},
		{"a: 1\nb: 2\na: 3\n",
			"a.yaml:3:1: the key 'a' is here for the second time; the first is on "
			"line 1\n    a: 3\n    ^"},
		{"a: b: c\n",
			"a.yaml:1:5: a second ': ' on one line; a text that has one needs "
			"quotes\n    a: b: c\n        ^"},
		{"a:\n\tb: 1\n", "a.yaml:2:1: tab character may not be used as indentation\n"
				 "     b: 1\n    ^"},
		{"a: 1\n---\nb: 2\n",
			"a.yaml:3:1: a second document begins here; a file has one\n"
			"    b: 2\n    ^"},
		{"", "a.yaml:1:1: this file is empty"},
		{"# only a comment\n", "a.yaml:1:17: this file is empty\n    # only a comment\n"
				       "                    ^"},
		{"a: !!int 5\n", "a.yaml:1:4: tags (!...) are not supported\n    a: !!int 5\n"
				 "       ^"},
		{"<<: {a: 1}\n", "a.yaml:1:1: merge keys (<<) are not supported\n"
				 "    <<: {a: 1}\n    ^"},
		{"# x\n%YAML 1.1\n---\na: 1\n", "a.yaml:2:1: directives (%...) are not "
						"supported\n    %YAML 1.1\n    ^"},
		{"? [a]\n: 1\n", "a.yaml:1:3: a key must be plain text, not a list or map\n"
				 "    ? [a]\n      ^"},
		{"a: *x\n", "a.yaml:1:4: nothing before this is named &x\n    a: *x\n       ^"},
		{"a: &x [*x]\n", "a.yaml:1:8: this alias stands inside what it names\n"
				 "    a: &x [*x]\n           ^"},
		{"a: \x01\n",
			"a.yaml:1:4: the control character 0x01 does not belong in a text "
			"file\n    a: ?\n       ^"},
		{"b: 1\n\xc3\xa9: \xff\n", "a.yaml:2:4: the byte 0xff is not UTF-8 text here\n"
					   "    \xc3\xa9: ?\n       ^"},
		{"\xff\xfe"
		 "a",
			"a.yaml:1:1: this looks like UTF-16 or a binary file; save it as UTF-8 "
			"text\n    ??a\n    ^"},
		{"a: \"\\0\"\n", "a.yaml:1:4: this text has a control character in it\n"
				 "    a: \"\\0\"\n       ^"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct doc_node *root = NULL;
		struct err err = {0};

		assert_int_equal(doc_parse(*state, "a.yaml", cases[i].text,
					 strlen(cases[i].text), &root, &err),
			ERR_INPUT);
		assert_null(root);
		assert_int_equal(err.code, ERR_INPUT);
		assert_string_equal(err.text, cases[i].says);
	}
}

static void refuse_n(struct arena *mem, const char *piece, size_t n, const char *says)
{
	struct doc_node *root = NULL;
	struct err err = {0};
	struct str text = {0};

	while (n-- > 0)
		str_add(&text, piece);
	assert_int_equal(doc_parse(mem, "a.yaml", str_text(&text), str_len(&text), &root, &err),
		ERR_INPUT);
	if (strstr(err.text, says) == NULL)
		fail_msg("%s", err.text);
	if (arena_bytes(mem) > 300u * 1000 * 1000)
		fail_msg("%zu bytes for: %s", arena_bytes(mem), err.text);
	str_fini(&text);
	arena_reset(mem);
}

static void a_bomb_ends_in_one_error(void **state)
{
	struct arena *mem = *state;

	refuse_n(mem, "[", 3000000, "a.yaml:1:65: more than 64 brackets");
	refuse_n(mem, "{\n", 1000000, "a.yaml:65:1: more than 64 brackets");
	refuse_n(mem, "[a, ", 3000000, "more than 1 MiB");
	refuse_n(mem, "[a, ", 1000, "nested more than 64 levels");
	refuse_n(mem, "- ", 1000000, "a.yaml:1:129: this is nested more than 64 levels deep");
	refuse_n(mem, "- a\n", DOC_MAX_NODES + 5, "more than 2,000,000 values");
	refuse_n(mem, "&a ", 3000000, "a.yaml:1:1: more than 1 MiB");
	refuse_n(mem, "- &a b\n", 1500, "a.yaml:1001:6: this file has more than 1,000 anchors");
	refuse_n(mem, "!%41", 100000, "tags (!...) are not supported");
	refuse_n(mem, "aaaaaaaaaa", 500000, "more than 1 MiB");
	refuse_n(mem, "\n", 3000000, "more than 1 MiB");
}

static void aliases_of_aliases_end_in_one_error(void **state)
{
	struct doc_node *root = NULL;
	struct err err = {0};
	struct str text = {0};

	str_add(&text, "a: &a [x, x, x, x, x, x, x, x, x]\n");
	for (int c = 'b'; c <= 'z'; c++) {
		str_addf(&text, "%c: &%c [", c, c);
		for (int i = 0; i < 9; i++)
			str_addf(&text, "*%c, ", c - 1);
		str_add(&text, "]\n");
	}
	assert_int_equal(
		doc_parse(*state, "a.yaml", str_text(&text), str_len(&text), &root, &err),
		ERR_INPUT);
	assert_non_null(strstr(err.text, "aliases (*...) expand to more than 100,000 values"));
	assert_true(arena_bytes(*state) < 20u * 1000 * 1000);
	str_fini(&text);
}

/* Every way to be cut off, of a text that has everything. */
static void a_truncated_text_is_a_tree_or_an_error(void **state)
{
	static const char text[] = "a: &x [1, \"b\\u00e9\", {c: 'd'}]\r\nb: *x # e\n"
				   "c: |\n  text\n  more\n\nd: >-\n  f\n? g\n: - h\n  - i: ~\n";

	for (size_t len = 0; len < sizeof text; len++) {
		char *exact = malloc(len + 1);
		struct doc_node *root = NULL;
		struct err err = {0};
		int ret;

		assert_non_null(exact);
		memcpy(exact, text, len);
		ret = doc_parse(*state, "a.yaml", exact, len, &root, &err);
		free(exact);
		assert_int_equal(ret == 0, root != NULL);
		if (ret != 0)
			assert_memory_equal(err.text, "a.yaml:", 7);
	}
}

static void a_long_line_is_shown_around_its_caret(void **state)
{
	struct doc_node *root = NULL;
	struct err err = {0};
	struct str text = {0};

	str_add(&text, "{");
	for (int i = 0; i < 40; i++)
		str_addf(&text, "key%d: 1, ", i);
	str_add(&text, "key7: 2, key40: 3, key41: 4, key42: 5}");
	assert_int_equal(
		doc_parse(*state, "a.yaml", str_text(&text), str_len(&text), &root, &err),
		ERR_INPUT);
	assert_string_equal(err.text,
		"a.yaml:1:392: the key 'key7' is here for the second time; the first is on "
		"line 1\n"
		"    ...key35: 1, key36: 1, key37: 1, key38: 1, key39: 1, key7: 2, key40: 3, "
		"key...\n"
		"                                                         ^");
	str_fini(&text);
}

static void a_reader_can_point_at_a_node(void **state)
{
	const struct doc_node *root = parse(*state, "spec:\n  relsit: 5x\n");
	const struct doc_node *node = doc_get(doc_get(root, "spec"), "relsit");
	struct err err = {0};
	struct doc_node none = {.kind = DOC_NULL};

	assert_int_equal(doc_error(node, &err, "%d is wrong", 5), ERR_INPUT);
	assert_string_equal(
		err.text, "a.yaml:2:11: 5 is wrong\n      relsit: 5x\n              ^");
	assert_int_equal(doc_error_key(node, &err, "unknown"), ERR_INPUT);
	assert_string_equal(err.text, "a.yaml:2:3: unknown\n      relsit: 5x\n      ^");
	(void)doc_error(doc_get(root, "spec"), &err, "incomplete");
	assert_string_equal(err.text, "a.yaml:1:1: incomplete\n    spec:\n    ^");
	(void)doc_error_key(root, &err, "all wrong");
	assert_string_equal(err.text, "a.yaml:1:1: all wrong\n    spec:\n    ^");
	(void)doc_error(NULL, &err, "nowhere");
	assert_string_equal(err.text, "nowhere");
	(void)doc_error(&none, &err, "nowhere");
	assert_string_equal(err.text, "nowhere");
	assert_int_equal(doc_error(node, NULL, "x"), ERR_INPUT);
}

static void a_long_sentence_leaves_room_for_the_caret(void **state)
{
	const struct doc_node *root = parse(*state, "a: 1\n");
	struct err err = {0};
	char text[2000];

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	(void)doc_error(doc_get(root, "a"), &err, "%s", text);
	assert_non_null(strstr(err.text, "\n    a: 1\n       ^"));
}

static void a_file_is_loaded_by_its_path(void **state)
{
	char path[] = "/tmp/nodetoll-doc-XXXXXX";
	struct doc_node *root = NULL;
	struct err err = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	(void)close(fd);
	assert_int_equal(doc_load(*state, path, 100, &root, &err), 0);
	assert_string_equal(root->file, path);
	root = NULL;
	assert_int_equal(doc_load(*state, path, 4, &root, &err), ERR_INPUT);
	assert_null(root);
	(void)unlink(path);
	assert_int_equal(doc_load(*state, path, 100, &root, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "no such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_becomes_a_tree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_node_knows_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(json_is_read_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_alias_is_a_copy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_empty_block_at_the_end_is_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			each_error_is_one_sentence_with_a_caret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bomb_ends_in_one_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			aliases_of_aliases_end_in_one_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_truncated_text_is_a_tree_or_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_long_line_is_shown_around_its_caret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_reader_can_point_at_a_node, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_long_sentence_leaves_room_for_the_caret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_is_loaded_by_its_path, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
