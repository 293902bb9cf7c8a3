/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "tcase.h"

#include <string.h>

static void setting_an_error_returns_its_code(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, ERR_INPUT, "nodes: %d is out of range", -1), ERR_INPUT);
	assert_int_equal(err.code, ERR_INPUT);
	assert_string_equal(err.text, "nodes: -1 is out of range");
}

static void an_error_may_be_null(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_ENV, "x"), ERR_ENV);
	assert_int_equal(err_wrap(NULL, "x"), ERR_ENV);
}

static void wrapping_puts_the_context_in_front(void **state)
{
	struct err err = {0};

	(void)state;
	(void)err_set(&err, ERR_CHECK, "too slow");
	assert_int_equal(err_wrap(&err, "gate %d", 2), ERR_CHECK);
	assert_int_equal(err_wrap(&err, "compare"), ERR_CHECK);
	assert_string_equal(err.text, "compare: gate 2: too slow");
}

static void a_text_that_is_too_long_ends_in_dots(void **state)
{
	struct err err = {0};
	char text[2 * ERR_TEXT_BYTES];

	(void)state;
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	(void)err_set(&err, ERR_INPUT, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
	assert_string_equal(err.text + ERR_TEXT_BYTES - 4, "...");
	(void)err_wrap(&err, "%s", text);
	assert_string_equal(err.text + ERR_TEXT_BYTES - 4, "...");
	(void)err_set(&err, ERR_INPUT, "short");
	(void)err_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
}

static void what_would_upset_a_terminal_is_replaced(void **state)
{
	struct err err = {0};

	(void)state;
	(void)err_set(&err, ERR_INPUT, "a\x1b[31mb\xff\xc3\xa9\n\x80");
	assert_string_equal(err.text, "a?[31mb?\xc3\xa9\n?");
}

static void every_code_has_its_exit_status(void **state)
{
	(void)state;
	assert_int_equal(err_exit_status(ERR_OK), 0);
	assert_int_equal(err_exit_status(ERR_CHECK), 1);
	assert_int_equal(err_exit_status(ERR_INPUT), 2);
	assert_int_equal(err_exit_status(ERR_ENV), 3);
	assert_int_equal(err_exit_status(ERR_NOMEM), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_an_error_returns_its_code),
		cmocka_unit_test(an_error_may_be_null),
		cmocka_unit_test(wrapping_puts_the_context_in_front),
		cmocka_unit_test(a_text_that_is_too_long_ends_in_dots),
		cmocka_unit_test(what_would_upset_a_terminal_is_replaced),
		cmocka_unit_test(every_code_has_its_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
