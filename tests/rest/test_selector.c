/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/selector.h"

#include <string.h>

#include "tcase.h"

/* An object with the labels a=1, b=2 and empty e. */
static const char *value(const void *object, const char *key)
{
	(void)object;
	if (!strcmp(key, "a"))
		return "1";
	if (!strcmp(key, "b"))
		return "2";
	return strcmp(key, "e") ? NULL : "";
}

static void labels_select(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} cases[] = {
		{"", true},
		{" ", true},
		{"a=1", true},
		{"a==1", true},
		{"a = 1", true},
		{"a=2", false},
		{"a!=2", true},
		{"c!=2", true},
		{"a", true},
		{"c", false},
		{"!c", true},
		{"!a", false},
		{"a in (0, 1)", true},
		{"a in(2)", false},
		{"a notin (0,1)", false},
		{"c notin (0,1)", true},
		{"a=1,b=2", true},
		{"a=1, b=3", false},
		{"e=", true},
		{"in=1", false},
		{"inner", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct selector s;

		assert_int_equal(selector_parse_labels(&s, cases[i].text, NULL), 0);
		assert_int_equal(selector_matches(&s, NULL, value), cases[i].matches);
		selector_fini(&s);
	}
}

static void what_is_no_selector_is_refused(void **state)
{
	static const char *const texts[] = {",", "a in", "a in (", "a in (1", "=", "a=1,",
		"a b", "!", "a!", "(", "a=1)", "!a=1"};
	struct selector s;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err err = {0};

		assert_int_equal(selector_parse_labels(&s, texts[i], &err), ERR_INPUT);
		assert_true(err.text[0] != '\0');
		assert_null(s.text);
	}
	assert_int_equal(selector_parse_fields(&s, "a", NULL), ERR_INPUT);
	assert_int_equal(selector_parse_fields(&s,
				 "a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,"
				 "a=1,a=1,a=1",
				 NULL),
		ERR_INPUT);
}

static void fields_select_and_name_what_they_want(void **state)
{
	struct selector s;

	(void)state;
	assert_int_equal(selector_parse_fields(&s, "a=1,b!=3", NULL), 0);
	assert_true(selector_matches(&s, NULL, value));
	assert_string_equal(selector_wants(&s, "a"), "1");
	assert_null(selector_wants(&s, "b"));
	selector_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_select),
		cmocka_unit_test(what_is_no_selector_is_refused),
		cmocka_unit_test(fields_select_and_name_what_they_want),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
