/* SPDX-License-Identifier: Apache-2.0 */
#include "base/units.h"

#include "tcase.h"

#include "base/rng.h"

#include <string.h>

struct good {
	const char *text;
	int64_t value;
};

struct bad {
	const char *text;
	const char *says; /* a part of the message */
};

typedef int parse(const char *text, int64_t *out, struct err *err);

static void accept(parse *p, const struct good *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};
		int64_t value = -1;

		if (p(cases[i].text, &value, &err) != 0)
			fail_msg("'%s': %s", cases[i].text, err.text);
		if (value != cases[i].value)
			fail_msg("'%s' is %lld", cases[i].text, (long long)value);
	}
}

static void refuse(parse *p, const struct bad *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};
		int64_t value = -77;

		if (p(cases[i].text, &value, &err) != ERR_INPUT)
			fail_msg("'%s' was accepted as %lld", cases[i].text, (long long)value);
		assert_int_equal(value, -77);
		assert_int_equal(err.code, ERR_INPUT);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("'%s': %s", cases[i].text, err.text);
	}
}

#define N(list) (sizeof(list) / sizeof((list)[0]))

static void durations_are_read_as_in_go(void **state)
{
	static const struct good good[] = {
		{"0", 0},
		{"0s", 0},
		{"+5s", 5 * NS_S},
		{"250ms", 250 * NS_MS},
		{"1m30s", 90 * NS_S},
		{"1.5s", 1500 * NS_MS},
		{".5h", 30 * NS_MIN},
		{"1.h", NS_HOUR},
		{"1h15m30.918273645s", 4530918273645},
		{"10us", 10 * NS_US},
		{"10\xc2\xb5s", 10 * NS_US},
		{"10\xce\xbcs", 10 * NS_US},
		{"0.1ns", 0},
		{"1.9ns", 1},
		{"9223372036854775806ns", INT64_MAX - 1},
		{"0.100000000000000000000h", 6 * NS_MIN},
		{"00000000000000000000000001s", NS_S},
		{"1m1m", 2 * NS_MIN},
	};
	static const struct bad bad[] = {
		{"", "empty"},
		{"5", "unit is missing"},
		{"1m30", "unit is missing"},
		{"-1s", "negative"},
		{"s", "number must come first"},
		{".", "cannot be read"},
		{".s", "cannot be read"},
		{"+", "number must come first"},
		{"5 s", "units are"},
		{"5d", "units are"},
		{"5sec", "units are"},
		{"5S", "units are"},
		{" 5s", "number must come first"},
		{"5s ", "units are"},
		{"1.2.3s", "units are"},
		{"300y", "units are"},
		{"9223372036854775807ns", "292 years"},
		{"2562048h", "292 years"},
		{"99999999999999999999h", "cannot be read"},
		{"1e3s", "units are"},
		{"never", "number must come first"},
	};

	(void)state;
	accept(units_parse_duration, good, N(good));
	refuse(units_parse_duration, bad, N(bad));
}

static void quantities_are_read_as_in_kubernetes(void **state)
{
	static const struct good good[] = {
		{"0", 0},
		{"2", 2},
		{"5Ki", 5120},
		{"1M", 1000000},
		{"1.5Gi", 1610612736},
		{"1k", 1000},
		{"1e3", 1000},
		{"1E3", 1000},
		{"1E", 1000000000000000000},
		{"1.5e1", 15},
		{"2000m", 2},
		{"5000e-3", 5},
		{"0.5Ki", 512},
		{"7Ei", 8070450532247928832},
		{"9223372036854775807", INT64_MAX},
		{"+3", 3},
		{"0E", 0},
		{"0e99999999999999", 0},
		{"3.000", 3},
	};
	static const struct bad bad[] = {
		{"", "empty"},
		{"-1", "negative"},
		{"Ki", "number must come first"},
		{"5K", "suffixes"},
		{"5kB", "suffixes"},
		{"5KiB", "suffixes"},
		{"5 Ki", "suffixes"},
		{"1.5", "whole number"},
		{"100m", "whole number"},
		{"1e-1", "whole number"},
		{"1n", "whole number"},
		{"9223372036854775808", "63 bits"},
		{"8Ei", "63 bits"},
		{"10E", "63 bits"},
		{"1e19", "63 bits"},
		{"1e999999999999", "63 bits"},
		{"99999999999999999999", "cannot be read"},
		{"1e", "suffixes"},
		{"1e3x", "suffixes"},
		{"0x10", "suffixes"},
		{"1,000", "suffixes"},
	};

	(void)state;
	accept(units_parse_quantity, good, N(good));
	refuse(units_parse_quantity, bad, N(bad));
}

static void ratios_are_parts_per_million(void **state)
{
	static const struct good good[] = {
		{"0", 0},
		{"0.5", 500000},
		{"50%", 500000},
		{"1", 1000000},
		{"150%", 1500000},
		{"33.333333%", 333333},
		{"0.0000005", 1},
		{"0.1", 100000},
		{"0%", 0},
		{"1.10", 1100000},
	};
	static const struct bad bad[] = {
		{"", "empty"},
		{"-1%", "negative"},
		{"%", "number must come first"},
		{"half", "number must come first"},
		{"50 %", "nothing or a %"},
		{"50%%", "nothing or a %"},
		{"0.5x", "nothing or a %"},
		{"0.0000001", "one in two million"},
		{"9223372036854775807", "too large"},
	};

	(void)state;
	accept(units_parse_ratio, good, N(good));
	refuse(units_parse_ratio, bad, N(bad));
}

static int parse_node_count(const char *text, int64_t *out, struct err *err)
{
	return units_parse_int(text, -5, 5000, out, err);
}

static int parse_any_int(const char *text, int64_t *out, struct err *err)
{
	return units_parse_int(text, INT64_MIN, INT64_MAX, out, err);
}

static void integers_keep_to_their_range(void **state)
{
	static const struct good good[] = {
		{"0", 0}, {"5000", 5000}, {"-5", -5}, {"+7", 7}, {"007", 7}};
	static const struct bad bad[] = {
		{"", "not a whole number; from -5 to 5000"},
		{"-", "not a whole number"},
		{"5001", "out of range; from -5 to 5000"},
		{"-6", "out of range"},
		{"1.5", "not a whole number"},
		{"1e3", "not a whole number"},
		{"99999999999999999999999999999999999999999999999", "out of range"},
		{"-99999999999999999999999999999999999999999999999", "out of range"},
		{" 1", "not a whole number"},
		{"1 ", "not a whole number"},
	};
	static const struct good all[] = {
		{"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN},
	};

	(void)state;
	accept(parse_node_count, good, N(good));
	refuse(parse_node_count, bad, N(bad));
	accept(parse_any_int, all, N(all));
}

static void durations_are_written_short_and_exact(void **state)
{
	static const struct good cases[] = {
		{"0s", 0},
		{"1ns", 1},
		{"1.5us", 1500},
		{"250ms", 250 * NS_MS},
		{"1.000001ms", NS_MS + 1},
		{"1s", NS_S},
		{"1.5s", 1500 * NS_MS},
		{"1m30s", 90 * NS_S},
		{"1h", NS_HOUR},
		{"1h0.000000001s", NS_HOUR + 1},
		{"10h5m", 605 * NS_MIN},
		{"never", NS_NEVER},
		{"-1m1s", -61 * NS_S},
		{"-2562047h47m16.854775808s", INT64_MIN},
	};
	char buf[UNITS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		assert_string_equal(
			units_format_duration(buf, sizeof buf, cases[i].value), cases[i].text);
}

static void a_written_duration_reads_back(void **state)
{
	uint64_t key = rng_key(1, 1);
	char buf[UNITS_TEXT_BYTES];

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		unsigned shift = (unsigned)rng_below(rng_draw(key, 1, 0, i), 63);
		ns_t ns = (ns_t)(rng_draw(key, 2, 0, i) >> 1 >> shift);
		ns_t back = -1;

		if (i % 3 == 0)
			ns -= ns % NS_MS;
		(void)units_format_duration(buf, sizeof buf, ns);
		assert_int_equal(units_parse_duration(buf, &back, NULL), 0);
		assert_int_equal(back, ns);
	}
}

static void counts_are_written_in_thousands(void **state)
{
	static const struct good cases[] = {
		{"0", 0},
		{"999", 999},
		{"12,345", 12345},
		{"1,000,000", 1000000},
		{"-1,234", -1234},
		{"-9,223,372,036,854,775,808", INT64_MIN},
	};
	char buf[UNITS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		assert_string_equal(
			units_format_count(buf, sizeof buf, cases[i].value), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_as_in_go),
		cmocka_unit_test(quantities_are_read_as_in_kubernetes),
		cmocka_unit_test(ratios_are_parts_per_million),
		cmocka_unit_test(integers_keep_to_their_range),
		cmocka_unit_test(durations_are_written_short_and_exact),
		cmocka_unit_test(a_written_duration_reads_back),
		cmocka_unit_test(counts_are_written_in_thousands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
