/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shape.h"

#include "tcase.h"

#include <string.h>

static const char schema[] =
	"{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"kind\", "
	"\"rows\"],"
	" \"definitions\": {\"h\": {\"type\": \"object\", \"required\": [\"n\"],"
	"  \"properties\": {\"n\": {\"type\": \"integer\", \"minimum\": 0}}}},"
	" \"properties\": {\"kind\": {\"const\": \"K\"},"
	"  \"word\": {\"enum\": [\"a\", \"b\", null]},"
	"  \"by\": {\"type\": \"object\", \"additionalProperties\": {\"type\": \"number\"}},"
	"  \"maybe\": {\"oneOf\": [{\"type\": \"null\"}, {\"$ref\": \"#/definitions/h\"}]},"
	"  \"rows\": {\"type\": \"array\", \"items\": {\"type\": \"object\","
	"   \"properties\": {\"h\": {\"$ref\": \"#/definitions/h\"},"
	"    \"v\": {\"type\": [\"number\", \"null\"]}}}}}}";

/* What is wrong with it; "" if nothing is. */
static void expect(const char *text, const char *message)
{
	struct json *value = NULL;
	struct err err = {0};

	assert_int_equal(json_parse(text, strlen(text), &value, &err), 0);
	assert_int_equal(shape_check(value, schema, &err), *message ? ERR_INPUT : 0);
	assert_string_equal(err.text, message);
	json_free(value);
}

static void a_value_of_the_right_shape_passes(void **state)
{
	(void)state;
	expect("{\"kind\": \"K\", \"rows\": []}", "");
	expect("{\"kind\": \"K\", \"word\": null, \"by\": {\"x\": 1.5}, \"maybe\": null,"
	       " \"rows\": [{\"h\": {\"n\": 3}, \"v\": null}, {\"v\": 0.1}]}",
		"");
	expect("{\"kind\": \"K\", \"maybe\": {\"n\": 1}, \"rows\": []}", "");
	expect("{\"kind\": \"K\", \"maybe\": {\"n\": 9007199254740992},"
	       " \"rows\": [{\"v\": 1e99}]}",
		"");
}

static void the_first_wrong_place_is_named(void **state)
{
	(void)state;
	expect("[]", "object is needed");
	expect("{\"kind\": \"K\"}", "rows: is missing");
	expect("{\"kind\": \"L\", \"rows\": []}",
		"kind: 'L' is none of the words that it may be");
	expect("{\"kind\": \"K\", \"rows\": [], \"more\": 1}", "more: no result has this");
	expect("{\"kind\": \"K\", \"rows\": {}}", "rows: array is needed");
	expect("{\"kind\": \"K\", \"rows\": [{}, {\"v\": \"x\"}]}",
		"rows[1].v: number or null is needed");
	expect("{\"kind\": \"K\", \"rows\": [{\"h\": {}}]}", "rows[0].h.n: is missing");
	expect("{\"kind\": \"K\", \"rows\": [{\"h\": {\"n\": 1.5}}]}",
		"rows[0].h.n: integer is needed");
	expect("{\"kind\": \"K\", \"rows\": [{\"h\": {\"n\": -1}}]}",
		"rows[0].h.n: is less than it can be");
	expect("{\"kind\": \"K\", \"rows\": [{\"h\": {\"n\": 1e99}}]}",
		"rows[0].h.n: is more than it can be: 2^53");
	expect("{\"kind\": \"K\", \"rows\": [{\"h\": {\"n\": 9007199254740994}}]}",
		"rows[0].h.n: is more than it can be: 2^53");
	expect("{\"kind\": \"K\", \"word\": \"c\", \"rows\": []}",
		"word: 'c' is none of the words that it may be");
	expect("{\"kind\": \"K\", \"word\": 7, \"rows\": []}",
		"word: '' is none of the words that it may be");
	expect("{\"kind\": \"K\", \"by\": {\"x\": true}, \"rows\": []}",
		"by.x: number is needed");
	expect("{\"kind\": \"K\", \"maybe\": {\"n\": []}, \"rows\": []}",
		"maybe.n: integer is needed");
}

static void a_histogram_adds_up(void **state)
{
	(void)state;
#define BUCKETS(n, list)                                                                       \
	"{\"kind\": \"K\", \"rows\": [{\"h\": {\"n\": 0, \"count\": " n ", \"sumNs\": 9, "     \
	"\"buckets\": " list "}}]}"
	expect(BUCKETS("3", "[[0, 1], [7, 2]]"), "");
	expect(BUCKETS("0", "[]"), "");
	expect(BUCKETS("4", "[[0, 1], [7, 2]]"),
		"rows[0].h: its buckets do not make up its count");
	expect(BUCKETS("5", "[[99999999, 5]]"),
		"rows[0].h: its buckets do not make up its count");
	expect(BUCKETS("1", "[[1]]"), "rows[0].h: its buckets do not make up its count");
#undef BUCKETS
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_of_the_right_shape_passes),
		cmocka_unit_test(the_first_wrong_place_is_named),
		cmocka_unit_test(a_histogram_adds_up),
	};

	return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
