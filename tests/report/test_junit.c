/* SPDX-License-Identifier: Apache-2.0 */
#include "report/junit.h"

#include "tcase.h"

#include <string.h>

static void a_suite_counts_its_cases(void **state)
{
	struct junit junit = {0};
	struct str out = {0};

	(void)state;
	junit_case(&junit, "api", "a", JUNIT_PASSED, "it was 1 < 2");
	junit_case(&junit, "api", "b", JUNIT_FAILED, "it was \"3\"");
	junit_case(&junit, "api", "c", JUNIT_SKIPPED, "not measured");
	junit_finish(&junit, "s & t", &out);
	assert_non_null(strstr(str_text(&out), "name=\"s &amp; t\" tests=\"3\" failures=\"1\" "
					       "errors=\"0\" skipped=\"1\""));
	assert_non_null(strstr(
		str_text(&out), "name=\"a\">\n      <system-out>it was 1 &lt; 2</system-out>"));
	assert_non_null(strstr(str_text(&out), "<failure message=\"it was &quot;3&quot;\"/>"));
	assert_non_null(strstr(str_text(&out), "<skipped message=\"not measured\"/>"));
	junit_fini(&junit);
	str_fini(&out);
}

static void what_figures_rest_on_is_a_property_of_the_suite(void **state)
{
	struct junit junit = {0};
	struct str out = {0};

	(void)state;
	str_add(&junit.rests, "counted & so on");
	junit_case(&junit, "api", "a", JUNIT_PASSED, "one");
	junit_finish(&junit, "s", &out);
	assert_non_null(strstr(str_text(&out),
		"skipped=\"0\">\n    <properties>\n"
		"      <property name=\"rests on\" value=\"counted &amp; so on\"/>\n"
		"    </properties>\n    <testcase"));
	junit_fini(&junit);
	str_fini(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suite_counts_its_cases),
		cmocka_unit_test(what_figures_rest_on_is_a_property_of_the_suite),
	};

	return cmocka_run_group_tests_name("junit", tests, NULL, NULL);
}
