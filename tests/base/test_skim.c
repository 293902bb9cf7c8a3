/* SPDX-License-Identifier: Apache-2.0 */
#include "base/skim.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "tcase.h"

static struct skim all(const char *text)
{
	struct skim value;

	assert_true(skim_all(text, strlen(text), &value));
	return value;
}

static void check(struct skim value, const char *want)
{
	assert_int_equal(value.len, strlen(want));
	assert_memory_equal(value.at, want, value.len);
}

static void a_value_is_all_of_a_text_but_the_space_around_it(void **state)
{
	static const char *const values[] = {"{}", "[]", "\"\"", "\"a\\\"\\\\b\\u00e9\"", "0",
		"-12.5e+3", "1E5", "true", "false", "null",
		"{\"a\":[1,{\"b\":null}],\"c\":\"]}\"}", "[ 1 , [ ] , { } ]", "\"\xc3\xa9\""};
	char text[80];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		check(all(values[i]), values[i]);
		(void)snprintf(text, sizeof(text), " \n\t%s\r\n", values[i]);
		check(all(text), values[i]);
	}
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const texts[] = {"", " ", "{", "}", "[", "[1", "[1,", "[1,]", "[,1]",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{,}", "\"a",
		"\"a\\", "\"a\\x\"", "\"\\u12g4\"", "\"\\u123", "\"a\x01\"", "tru", "nul", "01",
		"1.", "-", ".5", "1e", "+1", "1 2", "{}x", "[1}", "{\"a\":1]", "\"\xff\"",
		"'a'"};
	struct skim value;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(skim_all(texts[i], strlen(texts[i]), &value));
		assert_null(value.at);
	}
}

/* Whatever stands behind its end is not looked at. */
static void a_text_that_is_cut_off_anywhere_is_refused(void **state)
{
	static const char text[] = "{\"a\":[1.5e2,\"b\\u00e9\"],\"c\":{\"d\":true}}";
	struct skim value;

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_false(skim_all(text, len, &value));
	assert_true(skim_all(text, sizeof(text) - 1, &value));
}

static void a_text_goes_so_deep_and_no_deeper(void **state)
{
	char text[2 * SKIM_DEPTH + 3];
	struct skim value;

	(void)state;
	memset(text, '[', sizeof(text));
	memset(text + SKIM_DEPTH + 1, ']', SKIM_DEPTH + 1);
	assert_true(skim_all(text, 2 * SKIM_DEPTH + 2, &value));
	memset(text, '[', sizeof(text));
	assert_false(skim_all(text, sizeof(text), &value));
}

static void members_are_found_by_their_keys(void **state)
{
	static const char *const keys[] = {"b", "a", "none", "c"};
	struct skim value[4];

	(void)state;
	skim_members(all(" {\"a\" : [1, 2] ,\"b\":{\"c\":\"in b\"},\"b\":2, \"c\": -7 } "),
		keys, 4, value);
	check(value[0], "{\"c\":\"in b\"}");
	check(value[1], "[1, 2]");
	assert_null(value[2].at);
	check(value[3], "-7");
	assert_int_equal(skim_int(value[3]), -7);
	skim_members(all("{}"), keys, 4, value);
	assert_null(value[0].at);
	skim_members(all("[\"a\", 1]"), keys, 4, value);
	assert_null(value[1].at);
	skim_members(value[2], keys, 4, value);
	assert_null(value[0].at);
}

static uint32_t count(struct skim array)
{
	uint32_t n = 0;

	for (struct skim e = {0}; skim_next(array, &e);)
		n++;
	return n;
}

static void entries_follow_one_another(void **state)
{
	struct skim array = all("[ {\"a\":[0]}, \"]\" ,3]"), e = {0};

	(void)state;
	assert_true(skim_next(array, &e));
	check(e, "{\"a\":[0]}");
	assert_true(skim_next(array, &e));
	check(e, "\"]\"");
	assert_true(skim_next(array, &e));
	check(e, "3");
	assert_false(skim_next(array, &e));
	assert_int_equal(count(all("[]")), 0);
	assert_int_equal(count(all("[ ]")), 0);
	assert_int_equal(count(all("{\"a\":1}")), 0);
	assert_int_equal(count((struct skim){0}), 0);
}

static void texts_and_numbers_are_read(void **state)
{
	char to[6];

	(void)state;
	assert_true(skim_is(all("\"pods\""), "pods"));
	assert_false(skim_is(all("\"pods\""), "pod"));
	assert_false(skim_is(all("1234"), "23"));
	assert_false(skim_is((struct skim){0}, ""));
	assert_true(skim_copy(all("\"abcde\""), to, sizeof(to)));
	assert_string_equal(to, "abcde");
	assert_false(skim_copy(all("\"abcdef\""), to, sizeof(to)));
	assert_string_equal(to, "");
	assert_false(skim_copy(all("\"a\\n\""), to, sizeof(to)));
	assert_false(skim_copy(all("12"), to, sizeof(to)));
	assert_false(skim_copy((struct skim){0}, to, sizeof(to)));
	assert_true(skim_copy(all("\"\""), to, sizeof(to)));
	assert_int_equal(skim_int(all("30")), 30);
	assert_int_equal(skim_int(all("1.5")), 0);
	assert_int_equal(skim_int(all("\"30\"")), 0);
	assert_int_equal(skim_int((struct skim){0}), 0);
}

static void a_hash_is_of_what_is_said_not_of_how_it_is_set(void **state)
{
	uint64_t h = skim_hash(all("{\"a\":[1,\"b c\"]}"));

	(void)state;
	assert_true(h == skim_hash(all("{\n  \"a\": [ 1, \"b c\" ]\n}")));
	assert_true(h != skim_hash(all("{\"a\":[1,\"bc\"]}")));
	assert_true(h != skim_hash(all("{\"a\":[2,\"b c\"]}")));
	assert_true(skim_hash(all("\"a\\\" b\"")) != skim_hash(all("\"a\\\"b\"")));
	assert_true(skim_hash((struct skim){0}) == 0);
}

/* What base/json.h finds in a text is found here, too. */
static void it_reads_what_a_tree_would_hold(void **state)
{
	static const char text[] =
		"{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"p\"},\"items\":["
		"{\"x\":\"1\"},{\"x\":\"2\"},[]]}}";
	static const char *const keys[] = {"object", "items", "x"};
	struct json *tree = NULL, *entry;
	struct skim object, items, x, e = {0};

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), &tree, NULL), 0);
	skim_members(all(text), &keys[0], 1, &object);
	skim_members(object, &keys[1], 1, &items);
	entry = json_child(json_get(json_get(tree, "object"), "items"));
	for (; entry; entry = json_next(entry)) {
		assert_true(skim_next(items, &e));
		skim_members(e, &keys[2], 1, &x);
		assert_int_equal(x.at != NULL, json_get(entry, "x") != NULL);
		if (x.at)
			assert_true(skim_is(x, json_as_str(json_get(entry, "x"))));
	}
	assert_false(skim_next(items, &e));
	json_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_all_of_a_text_but_the_space_around_it),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(a_text_that_is_cut_off_anywhere_is_refused),
		cmocka_unit_test(a_text_goes_so_deep_and_no_deeper),
		cmocka_unit_test(members_are_found_by_their_keys),
		cmocka_unit_test(entries_follow_one_another),
		cmocka_unit_test(texts_and_numbers_are_read),
		cmocka_unit_test(a_hash_is_of_what_is_said_not_of_how_it_is_set),
		cmocka_unit_test(it_reads_what_a_tree_would_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
