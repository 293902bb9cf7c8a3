/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

static void an_empty_text_is_a_text(void **state)
{
	struct str s = {0};

	(void)state;
	assert_string_equal(str_text(&s), "");
	assert_int_equal(str_len(&s), 0);
	str_reset(&s);
	str_fini(&s);
	str_init(&s);
	str_fini(&s);
}

static void a_text_grows_as_needed(void **state)
{
	struct str s = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		str_addf(&s, "%03d", i);
		str_add_char(&s, ' ');
		str_add(&s, "");
		str_add_n(&s, "xyz", 1);
	}
	assert_int_equal(str_len(&s), 5000);
	assert_memory_equal(str_text(&s) + 4990, "998 x999 x", 11);
	str_reset(&s);
	assert_string_equal(str_text(&s), "");
	str_fini(&s);
}

/* At every length that the text has before: what does not fit is written once more. */
static void a_format_fits_wherever_the_text_ends(void **state)
{
	(void)state;
	for (size_t before = 0; before < 200; before++) {
		struct str s = {0};

		for (size_t i = 0; i < before; i++)
			str_add_char(&s, 'x');
		str_addf(&s, "%s-%d", "abcdefghijklmnopqrstuvwxyz", 123456);
		str_addf(&s, "%s", "");
		assert_int_equal(str_len(&s), before + 33);
		assert_string_equal(str_text(&s) + before, "abcdefghijklmnopqrstuvwxyz-123456");
		str_fini(&s);
	}
}

static void a_taken_text_leaves_nothing_behind(void **state)
{
	struct str s = {0};
	char *text = str_take(&s);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	str_add(&s, "abc");
	text = str_take(&s);
	assert_string_equal(text, "abc");
	free(text);
	assert_int_equal(str_len(&s), 0);
	str_fini(&s);
}

static const char *nearest(const char *word)
{
	static const char *const known[] = {"pods", "nodes", NULL, "relistPeriod", "syncPeriod",
		"ttl", "seed", "namespaces"};

	return str_nearest(word, known, sizeof known / sizeof known[0]);
}

static void a_misspelt_word_finds_the_right_one(void **state)
{
	(void)state;
	assert_string_equal(nearest("pod"), "pods");
	assert_string_equal(nearest("pdos"), "pods");
	assert_string_equal(nearest("Nodes"), "nodes");
	assert_string_equal(nearest("relistperiod"), "relistPeriod");
	assert_string_equal(nearest("resyncPeriod"), "syncPeriod");
	assert_string_equal(nearest("relist"), "relistPeriod");
	assert_string_equal(nearest("tll"), "ttl");
	assert_string_equal(nearest("namspace"), "namespaces");
}

static void a_word_that_is_like_none_finds_none(void **state)
{
	char *longest = calloc(1, 100000);

	(void)state;
	assert_null(nearest("x"));
	assert_null(nearest(""));
	assert_null(nearest("bandwidth"));
	assert_null(nearest("re"));
	assert_null(str_nearest("pods", NULL, 0));
	assert_non_null(longest);
	memset(longest, 'a', 99999);
	assert_null(nearest(longest));
	free(longest);
}

static void a_list_that_is_too_long_cuts_no_word(void **state)
{
	static const char *const words[] = {"get", "list", "watch"};
	char buf[32];

	(void)state;
	assert_string_equal(str_list(buf, sizeof(buf), words, 3), "get, list, watch");
	assert_string_equal(str_list(buf, 17 + 4, words, 3), "get, list, ...");
	assert_string_equal(str_list(buf, 17 + 5, words, 3), "get, list, watch");
	assert_string_equal(str_list(buf, 8, words, 3), "...");
	assert_string_equal(str_list(buf, 9, words, 3), "get, ...");
	assert_string_equal(str_list(buf, sizeof(buf), NULL, 0), "");
}

static void check_bad(const char *bytes, size_t len, size_t want)
{
	assert_int_equal(str_bad_byte(bytes, len), want);
}

/* Wherever it stands among letters, alone or with another behind it. */
static void a_bad_byte_is_found_at_any_place(void **state)
{
	static const char bad[] = "\x01\x1f\x7f\x80\xff\xc0";
	char text[40];

	(void)state;
	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 0; at < len; at++)
			for (size_t b = 0; b < sizeof(bad); b++) {
				memset(text, 'a' + (int)(len % 20), sizeof(text));
				text[at] = bad[b];
				check_bad(text, len, at);
				text[len - 1] = bad[b];
				check_bad(text, len, at);
			}
	memset(text, ' ', sizeof(text));
	text[9] = '\t';
	text[17] = '~';
	check_bad(text, sizeof(text), sizeof(text));
}

static void text_is_told_from_binary(void **state)
{
	(void)state;
	check_bad("", 0, 0);
	check_bad("a\tb\r\n", 5, 5);
	check_bad("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc2\x85", 11, 11);
	check_bad("ab\0", 3, 2);
	check_bad("\x1b[0m", 4, 0);
	check_bad("a\x7f", 2, 1);
	check_bad("\xc2\x80", 2, 0);         /* a C1 control */
	check_bad("\xc3", 1, 0);             /* cut */
	check_bad("a\xe2\x82", 3, 1);        /* cut */
	check_bad("\xc0\xaf", 2, 0);         /* overlong */
	check_bad("\xe0\x9f\xbf", 3, 0);     /* overlong */
	check_bad("\xf0\x8f\xbf\xbf", 4, 0); /* overlong */
	check_bad("\xed\xa0\x80", 3, 0);     /* a surrogate */
	check_bad("\xf4\x90\x80\x80", 4, 0); /* beyond U+10FFFF */
	check_bad("\xff", 1, 0);
	check_bad("\x80", 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_is_a_text),
		cmocka_unit_test(a_text_grows_as_needed),
		cmocka_unit_test(a_format_fits_wherever_the_text_ends),
		cmocka_unit_test(a_taken_text_leaves_nothing_behind),
		cmocka_unit_test(a_misspelt_word_finds_the_right_one),
		cmocka_unit_test(a_word_that_is_like_none_finds_none),
		cmocka_unit_test(a_list_that_is_too_long_cuts_no_word),
		cmocka_unit_test(a_bad_byte_is_found_at_any_place),
		cmocka_unit_test(text_is_told_from_binary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
