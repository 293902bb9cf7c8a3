/* SPDX-License-Identifier: Apache-2.0 */
#include "models/field.h"

#include "tcase.h"

#include <string.h>

#include "models/tables.h"

struct thing {
	uint32_t count;
	ns_t span;
	int64_t share;
	ns_t every;
	int64_t rate;
	bool truth;
	uint32_t word;
	char text[8];
	uint32_t n_parts;
	struct part {
		char name[8];
		uint32_t size;
	} parts[2];
	uint32_t kept;
};

static const struct word words[] = {{"one", 1}, {"three", 3}};

#define REC struct part
static const struct field part_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = 8, .flags = FIELD_KEY),
	COUNT(size, "size", 1, 10, ""),
};
#undef REC
static const struct table part_table = TABLE("part", part_fields);

#define REC struct thing
static const struct field thing_fields[] = {
	COUNT(count, "count", 1, 20000, ""),
	SPAN(span, "span", NS_MS, NS_MIN, ""),
	FIELD(share, "share", FIELD_RATIO, .flags = FIELD_OPTIONAL, .otherwise = 7, .max = PPM),
	FIELD(every, "every", FIELD_DURATION, .flags = FIELD_OPTIONAL | FIELD_OR_ZERO,
		.min = NS_MS, .max = NS_MIN),
	FIELD(rate, "rate", FIELD_RATE, .words = words, .n_words = 2, .flags = FIELD_OPTIONAL,
		.min = 1),
	FIELD(truth, "truth", FIELD_BOOL, .flags = FIELD_OPTIONAL),
	FIELD(word, "word", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words, .n_words = 2),
	FIELD(text, "text", FIELD_TEXT, .flags = FIELD_OPTIONAL, .size = 8),
	FIELD(parts, "parts", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_parts), .size = sizeof(struct part), .limit = 2,
		.sub = &part_table),
	FIELD(kept, "kept", FIELD_COUNT, .flags = FIELD_KEEP),
};
#undef REC
static const struct table thing_table = TABLE("a thing", thing_fields);

static int read_thing(const char *text, struct thing *thing, struct err *err)
{
	struct arena mem;
	struct reading r = {.mem = &mem};
	struct doc_node *root = NULL;
	int code;

	arena_init(&mem, 0);
	*thing = (struct thing){.kept = 5};
	code = doc_parse(&mem, "f.yaml", text, strlen(text), &root, err);
	if (!code)
		code = table_read(&r, &thing_table, root, thing, err);
	arena_fini(&mem);
	return code;
}

static void assert_refused(const char *text, const char *because)
{
	struct thing thing;
	struct err err = {0};

	assert_int_equal(read_thing(text, &thing, &err), ERR_INPUT);
	if (!strstr(err.text, because))
		fail_msg("'%s' lacks '%s'", err.text, because);
}

static void a_struct_is_filled_by_its_table(void **state)
{
	struct thing t;
	struct err err = {0};

	(void)state;
	assert_int_equal(
		read_thing("count: 2\nspan: 1.5s\nshare: 50%\nrate: 2.5\ntruth: true\n"
			   "word: three\ntext: abc\nparts: {a: {size: 1}, b: {size: 2}}\n",
			&t, &err),
		0);
	assert_int_equal(t.count, 2);
	assert_int_equal(t.span, 1500 * NS_MS);
	assert_int_equal(t.share, PPM / 2);
	assert_int_equal(t.rate, 2500);
	assert_true(t.truth);
	assert_int_equal(t.word, 3);
	assert_string_equal(t.text, "abc");
	assert_int_equal(t.n_parts, 2);
	assert_string_equal(t.parts[1].name, "b");
	assert_int_equal(t.parts[1].size, 2);
	assert_int_equal(t.kept, 5);
}

static void what_is_missing_takes_its_default_or_is_an_error(void **state)
{
	struct thing t;
	struct err err = {0};

	(void)state;
	assert_int_equal(read_thing("count: 1\nspan: 1s\n", &t, &err), 0);
	assert_int_equal(t.share, 7);
	assert_int_equal(t.n_parts, 0);
	assert_refused("count: 1\n", "'span' is missing in a thing");
	assert_refused("count: 1\nspan: 1s\nparts: {a: {}}\n", "'size' is missing in part 'a'");
}

static void an_unknown_field_names_the_nearest(void **state)
{
	(void)state;
	assert_refused("count: 1\nspan: 1s\nwrod: one\n",
		"f.yaml:3:1: no 'wrod' in a thing; did you mean 'word'?");
	assert_refused("count: 1\nspan: 1s\nzzzzzzzz: 1\n", "there are: count, span,");
}

static void a_word_may_stand_for_a_number(void **state)
{
	struct thing t;
	struct err err = {0};

	(void)state;
	assert_int_equal(read_thing("count: 1\nspan: 1s\nrate: three\n", &t, &err), 0);
	assert_int_equal(t.rate, 3);
	assert_refused("count: 1\nspan: 1s\nrate: thre\n",
		"f.yaml:3:7: 'rate': 'thre' is not a plain number; did you mean 'three'?");
	assert_refused("count: 1\nspan: 1s\nrate: 1x\n", "'1x' is not a plain number");
}

static void a_wrong_type_or_unit_is_named_with_its_place(void **state)
{
	(void)state;
	assert_refused("count: [1]\nspan: 1s\n", "f.yaml:1:1: 'count' is a list");
	assert_refused("count: \"1\"\nspan: 1s\n", "a number is needed");
	assert_refused("count: 1.5\nspan: 1s\n", "f.yaml:1:8: 'count'");
	assert_refused("count: 1\nspan: 5\n", "f.yaml:2:7: 'span'");
	assert_refused("count: 1\nspan: 1s\ntruth: maybe\n", "true or false");
	assert_refused("count: 1\nspan: 1s\nword: tree\n", "did you mean 'three'?");
	assert_refused("count: 1\nspan: 1s\ntext: abcdefgh\n", "longer than 7");
	assert_refused("- 1\n", "a list, a map is needed");
	assert_refused("count: 1\nspan: 1s\nparts: 3\n", "a map is needed");
}

static void out_of_range_names_the_limits(void **state)
{
	(void)state;
	assert_refused("count: 20001\nspan: 1s\n", "allowed is 1 to 20,000");
	assert_refused("count: 0\nspan: 1s\n", "allowed is 1 to 20,000");
	assert_refused("count: 1\nspan: 2m\n", "allowed is 1ms to 1m");
	assert_refused("count: 1\nspan: 1s\nshare: 150%\n", "allowed is 0 to 100 %");
	assert_refused("count: \"\"\nspan: 1s\n", "'count' is empty, a number is needed");
	assert_refused("count: 1\nspan: 1s\nrate: 0\n",
		"allowed is 0.001 to 1,000,000, or -1 for no limit");
	assert_refused(
		"count: 1\nspan: 1s\nparts: {a: {size: 1}, b: {size: 1}, c: {size: 1}}\n",
		"2 at most");
}

static void a_period_is_none_or_long_enough(void **state)
{
	struct thing t;
	struct err err = {0};

	(void)state;
	assert_int_equal(read_thing("count: 1\nspan: 1s\nevery: 0\n", &t, &err), 0);
	assert_int_equal(t.every, 0);
	assert_int_equal(read_thing("count: 1\nspan: 1s\nevery: 1ms\n", &t, &err), 0);
	assert_int_equal(t.every, NS_MS);
	assert_refused("count: 1\nspan: 1s\nevery: 1ns\n", "allowed is 0, or 1ms to 1m");
	assert_refused("count: 1\nspan: 1s\nevery: -1s\n", "every");
}

static void a_rate_of_minus_one_is_no_limit(void **state)
{
	struct thing t;
	struct err err = {0};

	(void)state;
	assert_int_equal(read_thing("count: 1\nspan: 1s\nrate: -1\n", &t, &err), 0);
	assert_true(t.rate < 0);
}

static void decimals_are_exact(void **state)
{
	int64_t v = 0;

	(void)state;
	assert_int_equal(decimal_parse("600.8", 9, &v, NULL), 0);
	assert_int_equal(v, INT64_C(600800000000));
	assert_int_equal(decimal_parse("0.0103", 6, &v, NULL), 0);
	assert_int_equal(v, 10300);
	assert_int_equal(decimal_parse("-1", 3, &v, NULL), 0);
	assert_int_equal(v, -1000);
	assert_int_equal(decimal_parse("1e-3", 6, &v, NULL), 0);
	assert_int_equal(v, 1000);
	assert_int_equal(decimal_parse("0.0000005", 6, &v, NULL), 0);
	assert_int_equal(v, 1);
	assert_int_equal(decimal_parse("1e300", 9, &v, NULL), ERR_INPUT);
	assert_int_equal(decimal_parse("12345678901234567890", 0, &v, NULL), ERR_INPUT);
	assert_int_equal(decimal_parse("", 0, &v, NULL), ERR_INPUT);
	assert_int_equal(decimal_parse("1.2.3", 0, &v, NULL), ERR_INPUT);
	assert_int_equal(decimal_parse("nan", 0, &v, NULL), ERR_INPUT);
}

static bool check_path(const char *path, const char *because)
{
	struct arena mem;
	struct doc_node *root = NULL;
	struct err err = {0};
	const char *text = "count: 1\nspan: 1s\nparts: {a: {size: 1}}\n";
	bool needed;

	arena_init(&mem, 0);
	assert_int_equal(doc_parse(&mem, "f", text, strlen(text), &root, &err), 0);
	assert_int_equal(table_check_path(&thing_table, root, path, &needed, &err),
		because ? ERR_INPUT : 0);
	if (because && !strstr(err.text, because))
		fail_msg("'%s' lacks '%s'", err.text, because);
	arena_fini(&mem);
	return needed;
}

static void a_path_tells_whether_its_field_is_needed(void **state)
{
	(void)state;
	assert_true(check_path("count", NULL));
	assert_false(check_path("word", NULL));
	assert_true(check_path("parts.a.size", NULL));
	assert_false(check_path("parts.a", NULL)); /* of entries there may be none */
}

static void a_path_is_checked_by_the_table_and_the_tree(void **state)
{
	(void)state;
	(void)check_path("count", NULL);
	(void)check_path("word", NULL);
	(void)check_path("parts.a.size", NULL);
	(void)check_path("cuont", "did you mean 'count'?");
	(void)check_path("parts.b.size", "no 'b' in parts");
	(void)check_path("parts.a.sise", "did you mean 'size'?");
	(void)check_path("parts[0].size", "no list");
	(void)check_path("count.more", "single value");
	(void)check_path("[0]", "single value");
	(void)check_path("count..", "a name is missing");
	(void)check_path("parts[x]", "'[' needs a number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_struct_is_filled_by_its_table),
		cmocka_unit_test(what_is_missing_takes_its_default_or_is_an_error),
		cmocka_unit_test(an_unknown_field_names_the_nearest),
		cmocka_unit_test(a_word_may_stand_for_a_number),
		cmocka_unit_test(a_wrong_type_or_unit_is_named_with_its_place),
		cmocka_unit_test(out_of_range_names_the_limits),
		cmocka_unit_test(a_period_is_none_or_long_enough),
		cmocka_unit_test(a_rate_of_minus_one_is_no_limit),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(a_path_is_checked_by_the_table_and_the_tree),
		cmocka_unit_test(a_path_tells_whether_its_field_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
