/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "report/assets.h"
#include "report/chart.h"
#include "report/result.h"

static const struct column list[] = {
	{"name", "a & b", CELL_TEXT, NULL},
	{"rate", "per\nsecond", CELL_RATE, NULL},
	{"other", "other", CELL_COUNT, NULL},
};
static const struct columns columns = {list, sizeof(list) / sizeof(list[0])};
static const char evil[] = "</script><img src=x onerror=\\\"alert(1)\\\">\\\\";

/* Rows with one of that name. */
static struct json *rows_of(const char *name)
{
	struct json *rows = json_array(), *row = json_object();

	json_put_str(row, "name", name);
	json_put_num(row, "rate", 1234.5678);
	json_append(rows, row);
	return rows;
}

static struct json *chart_of(const char *name)
{
	struct json *chart =
		chart_new(CHART_BARS, &(struct chart_axis){"calls", "", true}, NULL);

	chart_label(chart, name);
	chart_value(chart_series(chart, name), json_at(json_get(chart, "none"), 0));
	return chart;
}

/* The page with one figure of that name. */
static void page_of(const char *name, struct str *out)
{
	struct html page = {0};
	struct json *rows = rows_of(name), *chart = chart_of(name), *one = json_num(1);

	chart_value(json_child(json_get(chart, "series")), one);
	html_headline(&page, name);
	html_section(&page, name);
	html_term(&page, name, name);
	html_term(&page, "more", "of the same list");
	html_figure(&page, name, chart, &(struct titled_table){name, columns, rows});
	html_lines(&page, name);
	html_finish(&page, name, name, name, out);
	html_fini(&page);
	json_free(rows);
	json_free(one);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

static void a_name_cannot_become_markup(void **state)
{
	struct str plain = {0}, out = {0};

	(void)state;
	page_of("x", &plain);
	page_of(evil, &out);
	assert_null(strstr(str_text(&out), "<img"));
	assert_int_equal(
		count(str_text(&out), "</script"), count(str_text(&plain), "</script"));
	assert_int_equal(count(str_text(&out), "<"), count(str_text(&plain), "<"));
	str_fini(&plain);
	str_fini(&out);
}

/* The text between two others, malloc'd. */
static char *between(const char *text, const char *before, const char *after)
{
	const char *from = strstr(text, before);
	const char *to = from ? strstr(from, after) : NULL;
	char *copy;

	assert_non_null(to);
	from += strlen(before);
	copy = strndup(from, (size_t)(to - from));
	assert_non_null(copy);
	return copy;
}

static void the_script_reads_what_the_chart_was_given(void **state)
{
	struct json *charts = NULL;
	struct err err = {0};
	struct str out = {0};
	char *text;

	(void)state;
	page_of(evil, &out);
	text = between(str_text(&out), "id=\"charts\">", "</script>");
	assert_int_equal(json_parse(text, strlen(text), &charts, &err), 0);
	assert_string_equal(
		json_as_str(json_at(json_get(json_at(charts, 0), "labels"), 0)), evil);
	free(text);
	json_free(charts);
	str_fini(&out);
}

static void the_policy_lets_in_what_is_built_in_and_nothing_else(void **state)
{
	struct str out = {0};
	char *policy;

	(void)state;
	page_of("x", &out);
	policy = between(str_text(&out), "Content-Security-Policy\" content=\"", "\"");
	assert_non_null(strstr(policy, "default-src 'none'"));
	assert_null(strstr(policy, "unsafe"));
	assert_non_null(strstr(policy, asset_chart_sha256));
	assert_non_null(strstr(policy, asset_script_sha256));
	assert_non_null(strstr(policy, asset_style_sha256));
	free(policy);
	str_fini(&out);
}

static void a_rounded_cell_keeps_the_exact_number(void **state)
{
	struct str out = {0};

	(void)state;
	page_of("x", &out);
	assert_non_null(strstr(str_text(&out), "<data value=\"1234.5678\">1,235</data>"));
	assert_non_null(strstr(str_text(&out), "<td class=\"n\">-</td>"));
	assert_non_null(strstr(str_text(&out), "<th scope=\"row\">x</th>"));
	assert_non_null(strstr(str_text(&out), "a &amp; b"));
	str_fini(&out);
}

static void terms_that_follow_one_another_are_one_list(void **state)
{
	struct str out = {0};

	(void)state;
	page_of("x", &out);
	assert_int_equal(count(str_text(&out), "<dl>"), 1);
	assert_int_equal(count(str_text(&out), "</dl>"), 1);
	str_fini(&out);
}

static void a_chart_of_nothing_is_a_table(void **state)
{
	struct html page = {0};
	struct json *rows = rows_of("x");
	struct str out = {0};

	(void)state;
	html_figure(&page, "", chart_of("x"), &(struct titled_table){"t", columns, rows});
	html_finish(&page, "k", "t", "v", &out);
	assert_null(strstr(str_text(&out), "<canvas"));
	assert_null(strstr(str_text(&out), "<script"));
	assert_non_null(strstr(str_text(&out), "<table>"));
	html_fini(&page);
	json_free(rows);
	str_fini(&out);
}

/* A Result of nothing but a series of that many seconds, with one peak. */
static struct json *long_result(int seconds, int peak_at)
{
	struct json *result = json_object(), *series = json_object(), *number = json_object();
	struct json *mean = json_array(), *peak = json_array();

	for (int i = 0; i < seconds; i++) {
		json_append_int(mean, 1);
		json_append_int(peak, i == peak_at ? 987654 : 1);
	}
	json_put(number, "mean", mean);
	json_put(number, "peak", peak);
	json_put_int(series, "secondsPerPoint", 1);
	json_put(series, "requests", number);
	json_put(result, "series", series);
	json_put(result, "scenario", json_object());
	return result;
}

static void a_column_with_a_long_text_breaks_all_of_its_cells(void **state)
{
	static const char text[] =
		"[{\"a\": \"short\", \"b\": \"x\"}, "
		"{\"a\": \"api.requests{verb=get,resource=pods,client=kube}.mean\"}]";
	static const struct column two[] = {
		{"a", "a", CELL_TEXT, NULL}, {"b", "b", CELL_TEXT, NULL}};
	struct html page = {0};
	struct json *rows = NULL;

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), &rows, NULL), 0);
	html_table(&page, &(struct titled_table){"t", COLUMNS_OF(two), rows});
	assert_non_null(strstr(str_text(&page.body), "class=\"w\">short</th><td>x</td>"));
	assert_non_null(
		strstr(str_text(&page.body), "api.<wbr>requests{<wbr>verb=get,<wbr>resource="
					     "pods,<wbr>client=kube}<wbr>.<wbr>mean</th>"));
	html_fini(&page);
	json_free(rows);
}

static void a_model_is_folded_behind_its_file_s_name(void **state)
{
	struct json *result = json_object(), *spec = json_object();
	struct html page = {0};

	(void)state;
	json_put_str(result, "apiVersion", "v");
	json_put_str(spec, "x", "<y>");
	html_model(&page, result, &(struct html_model){"APIServer", "n", "n.json", spec});
	assert_non_null(
		strstr(str_text(&page.body), "<details>\n<summary>n.json</summary>\n<pre"));
	assert_non_null(strstr(str_text(&page.body), "APIServer"));
	assert_non_null(strstr(str_text(&page.body), "&lt;y&gt;"));
	html_fini(&page);
	json_free(result);
	json_free(spec);
}

static void fifty_thousand_points_become_a_thousand_and_keep_their_peak(void **state)
{
	struct json *result = long_result(50000, 31415);
	struct html page = {0};
	const struct json *points;
	double most = 0, at = 0;

	(void)state;
	result_html(result, &page);
	points = json_get(json_at(json_get(json_at(page.charts, 0), "series"), 0), "points");
	assert_int_equal(json_size(points), 1000);
	for (const struct json *p = json_child(points); p; p = json_next(p))
		if (json_as_num(json_at(p, 1)) > most) {
			most = json_as_num(json_at(p, 1));
			at = json_as_num(json_at(p, 0));
		}
	assert_int_equal((int)most, 987654);
	assert_int_equal((int)at, 31400);
	assert_non_null(strstr(str_text(&page.body), ">987,654</data>"));
	assert_non_null(strstr(str_text(&page.body), "highest second of 50"));
	html_fini(&page);
	json_free(result);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_cannot_become_markup),
		cmocka_unit_test(the_script_reads_what_the_chart_was_given),
		cmocka_unit_test(the_policy_lets_in_what_is_built_in_and_nothing_else),
		cmocka_unit_test(a_rounded_cell_keeps_the_exact_number),
		cmocka_unit_test(terms_that_follow_one_another_are_one_list),
		cmocka_unit_test(a_chart_of_nothing_is_a_table),
		cmocka_unit_test(a_column_with_a_long_text_breaks_all_of_its_cells),
		cmocka_unit_test(a_model_is_folded_behind_its_file_s_name),
		cmocka_unit_test(fifty_thousand_points_become_a_thousand_and_keep_their_peak),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
