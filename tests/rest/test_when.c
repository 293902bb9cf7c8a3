/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/when.h"

#include "tcase.h"

static void days_have_their_dates(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{951782399, "2000-02-28T23:59:59Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{951868800, "2000-03-01T00:00:00Z"},
		{1700000000, "2023-11-14T22:13:20Z"},
		{4107542400, "2100-03-01T00:00:00Z"},
		{4107542399, "2100-02-28T23:59:59Z"},
	};
	char buf[WHEN_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(when_text(buf, cases[i].seconds), cases[i].text);
		assert_int_equal(when_read(cases[i].text), cases[i].seconds);
	}
	assert_int_equal(when_read("yesterday"), -1);
	assert_int_equal(when_read("2000-13-01T00:00:00Z"), -1);
	assert_string_equal(when_text_us(buf, 1700000000000007), "2023-11-14T22:13:20.000007Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_have_their_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
