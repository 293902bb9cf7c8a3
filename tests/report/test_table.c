/* SPDX-License-Identifier: Apache-2.0 */
#include "report/table.h"

#include "tcase.h"

#include <string.h>

static const struct column columns[] = {
	{"call", "call", CELL_TEXT, NULL},
	{"rate.mean", "rate", CELL_RATE, NULL},
	{"n", "count", CELL_COUNT, NULL},
	{"ok", "ok", CELL_YES_NO, "?"},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static struct json *parse(const char *text)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static const char two_rows[] =
	"[{\"call\": \"get pods\", \"rate\": {\"mean\": 0.5}, \"n\": 12345, "
	"\"ok\": true}, {\"call\": \"a|b, \\\"c\\\"\", \"rate\": {\"mean\": null}}]";

static void text_is_aligned_under_its_titles(void **state)
{
	struct json *rows = parse(two_rows);
	struct str out = {0};

	(void)state;
	table_text(columns, COLUMNS, rows, "> ", &out);
	assert_string_equal(str_text(&out), "> call       rate   count  ok\n"
					    "> get pods  0.500  12,345  yes\n"
					    "> a|b, \"c\"      -       -  ?\n");
	str_fini(&out);
	json_free(rows);
}

static void markdown_escapes_what_would_split_a_cell(void **state)
{
	struct json *rows = parse(two_rows);
	struct str out = {0};

	(void)state;
	table_markdown(columns, COLUMNS, rows, &out);
	assert_non_null(strstr(str_text(&out), "| a\\|b, \"c\" | - | - | ? |\n"));
	assert_non_null(strstr(str_text(&out), "| --- | ---: | ---: | ---: |\n"));
	str_fini(&out);
	json_free(rows);
}

static void csv_is_exact_and_quotes_what_needs_it(void **state)
{
	struct json *rows = parse(two_rows);
	struct str out = {0};

	(void)state;
	table_csv(rows, &out);
	assert_string_equal(str_text(&out), "call,rate.mean,n,ok\n"
					    "get pods,0.5,12345,true\n"
					    "\"a|b, \"\"c\"\"\",,,\n");
	str_fini(&out);
	json_free(rows);
}

static void csv_of_parts_has_a_column_for_whatever_any_row_has(void **state)
{
	struct json *one = parse("[{\"a\": 1, \"in\": {\"x\": null, \"y\": {\"z\": 2}}}]");
	struct json *two = parse("[{\"b\": [[1, 2], [], {\"k\": 3}], \"a\": \"t\"}]");
	struct json *table = json_array();
	struct str out = {0};

	(void)state;
	table_csv_add(table, "one", one);
	table_csv_add(table, "two", two);
	table_csv(table, &out);
	assert_string_equal(str_text(&out), "part,a,in.x,in.y.z,b\n"
					    "one,1,,2,\n"
					    "two,t,,,\"[[1,2],[],{k:3}]\"\n");
	str_fini(&out);
	json_free(table);
	json_free(two);
	json_free(one);
}

static void a_title_may_have_two_lines(void **state)
{
	static const struct column wide[] = {
		{"call", "call", CELL_TEXT, NULL},
		{"n", "requests\n/s", CELL_COUNT, NULL},
		{"ok", "ok", CELL_YES_NO, "?"},
	};
	struct json *rows = parse(two_rows);
	struct str out = {0};

	(void)state;
	table_text(wide, 3, rows, "", &out);
	assert_non_null(strstr(str_text(&out), "          requests\n"
					       "call            /s  ok\n"
					       "get pods    12,345  yes\n"));
	str_reset(&out);
	table_markdown(wide, 3, rows, &out);
	assert_non_null(strstr(str_text(&out), "| call | requests /s | ok |\n"));
	str_fini(&out);
	json_free(rows);
}

static void no_rows_leave_the_titles(void **state)
{
	struct json *rows = json_array();
	struct str out = {0};

	(void)state;
	table_text(columns, COLUMNS, rows, "", &out);
	assert_string_equal(str_text(&out), "call  rate  count  ok\n");
	str_fini(&out);
	json_free(rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_aligned_under_its_titles),
		cmocka_unit_test(markdown_escapes_what_would_split_a_cell),
		cmocka_unit_test(csv_is_exact_and_quotes_what_needs_it),
		cmocka_unit_test(csv_of_parts_has_a_column_for_whatever_any_row_has),
		cmocka_unit_test(a_title_may_have_two_lines),
		cmocka_unit_test(no_rows_leave_the_titles),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
