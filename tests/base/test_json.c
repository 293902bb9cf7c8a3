/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "tcase.h"

#include "base/rng.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json *parse(const char *text)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return value;
}

static void check_print(struct json *value, const char *want)
{
	char *text = json_print(value);

	assert_string_equal(text, want);
	free(text);
	json_free(value);
}

static void a_built_value_prints_in_order(void **state)
{
	struct json *object = json_object();
	struct json *list = json_array();

	(void)state;
	json_put_str(object, "z", "last letter");
	json_put_int(object, "a", -5);
	json_put_num(object, "half", 0.5);
	json_put_bool(object, "yes", true);
	json_put_str(object, "none", NULL);
	json_append_int(list, 1);
	json_append_str(list, "\"q\"\\\n\t\x01\xc3\xa9");
	json_append_num(list, 1e300);
	json_append(list, json_object());
	json_append(list, json_array());
	json_append(list, json_bool(false));
	json_put(object, "list", list);
	check_print(object,
		"{\n  \"z\": \"last letter\",\n  \"a\": -5,\n  \"half\": 0.5,\n"
		"  \"yes\": true,\n  \"none\": null,\n  \"list\": [\n    1,\n"
		"    \"\\\"q\\\"\\\\\\n\\t\\u0001\xc3\xa9\",\n    1e+300,\n    {},\n"
		"    [],\n    false\n  ]\n}\n");
}

static void lists_of_numbers_print_on_a_line(void **state)
{
	(void)state;
	check_print(parse("[[1,2],[3,4.5]]"), "[[1, 2], [3, 4.5]]\n");
	check_print(parse("{\"a\": [1,[]], \"b\": [1, null]}"),
		"{\n  \"a\": [1, []],\n  \"b\": [\n    1,\n    null\n  ]\n}\n");
}

static void any_bytes_print_as_text(void **state)
{
	(void)state;
	check_print(json_str("a\x7f\xc2\x88 \xc3\xa9\xff\xc3"),
		"\"a\\u007f\\u0088 \xc3\xa9\\ufffd\\ufffd\"\n");
	check_print(parse("\"\\u0088\""), "\"\\u0088\"\n");
}

static void numbers_are_the_shortest_that_read_back(void **state)
{
	(void)state;
	check_print(json_num(0.1), "0.1\n");
	check_print(json_num(0.1 + 0.2), "0.30000000000000004\n");
	check_print(json_num(1.0 / 3), "0.3333333333333333\n");
	check_print(json_num(-0.0), "0\n");
	check_print(json_num(1990), "1990\n");
	check_print(json_num(5e-324), "4.94065645841247e-324\n");
	check_print(json_int(INT64_C(1) << 53), "9007199254740992\n");
	check_print(json_int(-(INT64_C(1) << 53)), "-9007199254740992\n");
}

static void any_number_reads_back_the_same(void **state)
{
	uint64_t key = rng_key(9, 0);

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		uint64_t bits = rng_draw(key, 0, 0, i);
		struct json *value;
		double num;
		char *text;

		memcpy(&num, &bits, sizeof num);
		if (!isfinite(num))
			continue;
		value = json_num(num);
		text = json_print(value);
		json_free(value);
		value = parse(text);
		assert_true(json_as_num(value) == num);
		json_free(value);
		free(text);
	}
}

static void values_are_found_and_told_apart(void **state)
{
	struct json *v = parse(
		"{\"a\": {\"b\": [1, 2.9, \"x\", true, null]}, \"n\": -3, \"big\": 1e30}");
	const struct json *list = json_get(json_get(v, "a"), "b");

	(void)state;
	assert_true(json_is_object(v) && json_is_array(list));
	assert_int_equal(json_size(list), 5);
	assert_int_equal(json_size(v), 3);
	assert_true(json_as_num(json_at(list, 1)) == 2.9);
	assert_string_equal(json_as_str(json_at(list, 2)), "x");
	assert_true(json_as_bool(json_at(list, 3)) && json_is_bool(json_at(list, 3)));
	assert_true(json_is_null(json_at(list, 4)));
	assert_null(json_at(list, 5));
	assert_true(json_as_num(json_get(v, "n")) == -3);
	assert_true(json_as_num(json_get(v, "big")) == 1e30);
	assert_string_equal(json_key(json_next(json_child(v))), "n");
	json_free(v);
}

static void what_is_not_there_is_of_no_kind(void **state)
{
	struct json *v = parse("[\"x\"]");

	(void)state;
	assert_null(json_get(json_get(NULL, "a"), "b"));
	assert_null(json_get(v, "a"));
	assert_null(json_at(NULL, 0));
	assert_null(json_as_str(NULL));
	assert_null(json_child(json_at(v, 0)));
	assert_int_equal(json_size(NULL), 0);
	assert_false(json_is_object(NULL) || json_is_null(NULL) || json_is_num(NULL));
	assert_true(json_as_num(json_at(v, 0)) == 0);
	assert_false(json_as_bool(NULL));
	json_free(v);
	json_free(NULL);
}

static void a_clone_is_its_own(void **state)
{
	struct json *v = parse("{\"a\":[1]}");
	struct json *copy = json_clone(v);

	(void)state;
	json_free(v);
	check_print(copy, "{\n  \"a\": [1]\n}\n");
}

static void refuse(const char *text, size_t len, const char *says)
{
	struct json *value = NULL;
	struct err err = {0};

	assert_int_equal(json_parse(text, len, &value, &err), ERR_INPUT);
	assert_null(value);
	if (strstr(err.text, says) == NULL)
		fail_msg("%s", err.text);
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"", "line 1, column 1"},
		{"  ", "line 1"},
		{"{\"a\": 1,\n \"b\": x}", "line 2, column 7"},
		{"[1, 2", "ends too early"},
		{"[1] 2", "line 1, column 5: something stands behind"},
		{"{a: 1}", "not JSON from here on"},
		{"[1e999]", "too large"},
		{"\"a\\u0000b\"", "line 1, column 3: a text has a NUL"},
		{"[\"\x01\"]", "line 1, column 3"},
		{"[\"\xff\"]", "line 1, column 3: this is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		refuse(cases[i].text, strlen(cases[i].text), cases[i].says);
	refuse("[1\0]", 4, "line 1, column 3");
}

/* Megabytes of brackets or commas must neither overflow the stack nor eat the
 * memory of the machine. */
static void a_bomb_is_refused(void **state)
{
	struct str bomb = {0};

	(void)state;
	for (int i = 0; i < 1000000; i++)
		str_add_char(&bomb, '[');
	refuse(str_text(&bomb), str_len(&bomb), "line 1");
	str_reset(&bomb);
	str_add_char(&bomb, '[');
	for (int i = 0; i < JSON_MAX_VALUES; i++)
		str_add(&bomb, "0,");
	str_add(&bomb, "0]");
	refuse(str_text(&bomb), str_len(&bomb), "more than 2,500,000 values");
	str_fini(&bomb);
}

/* The text need not end in a NUL: under a sanitizer a step too far is seen. */
static void only_the_text_is_read(void **state)
{
	static const char *const texts[] = {
		"[1", "\"", "\"\\", "tru", "-", "{\"a\"", "1", "nul", "\"\\u12"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		size_t len = strlen(texts[i]);
		char *exact = malloc(len);
		struct json *value = NULL;

		assert_non_null(exact);
		memcpy(exact, texts[i], len);
		(void)json_parse(exact, len, &value, NULL);
		json_free(value);
		free(exact);
	}
}

static void an_entry_is_set_and_removed(void **state)
{
	struct json *value = json_object();
	struct str out = {0};

	(void)state;
	json_put_int(value, "a", 1);
	json_put(value, "b", json_array());
	json_set(value, "a", json_object());
	json_set_str(value, "c", "three");
	json_remove(value, "b");
	json_remove(value, "d");
	json_write(value, &out);
	assert_string_equal(str_text(&out), "{\"a\":{},\"c\":\"three\"}");
	str_fini(&out);
	json_free(value);
}

static void a_line_reads_back_the_same(void **state)
{
	static const char line[] =
		"{\"a\":[1,-2.5,true,null,{}],\"b\":{\"c\":\"\\\"\\n\u00e9\"},\"d\":[]}";
	struct json *value = NULL;
	struct str out = {0};

	(void)state;
	assert_int_equal(json_parse(line, strlen(line), &value, NULL), 0);
	json_write(value, &out);
	assert_string_equal(str_text(&out), line);
	str_fini(&out);
	json_free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_built_value_prints_in_order),
		cmocka_unit_test(lists_of_numbers_print_on_a_line),
		cmocka_unit_test(any_bytes_print_as_text),
		cmocka_unit_test(numbers_are_the_shortest_that_read_back),
		cmocka_unit_test(any_number_reads_back_the_same),
		cmocka_unit_test(an_entry_is_set_and_removed),
		cmocka_unit_test(a_line_reads_back_the_same),
		cmocka_unit_test(values_are_found_and_told_apart),
		cmocka_unit_test(what_is_not_there_is_of_no_kind),
		cmocka_unit_test(a_clone_is_its_own),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(a_bomb_is_refused),
		cmocka_unit_test(only_the_text_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
