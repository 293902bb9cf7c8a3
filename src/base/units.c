/* SPDX-License-Identifier: Apache-2.0 */
#include "base/units.h"

#include "base/rng.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A number as written: digits / 10^places, exactly. */
struct decimal {
	rng_u128 digits;
	unsigned places;
};

/* More digits than these cannot be meant, and would not fit. */
#define MAX_DIGITS 19

static rng_u128 power_of_ten(unsigned n)
{
	rng_u128 power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "12", "1.5", ".5" or "1." at *p, which then stands behind it.  False if there
 * is no digit or there are too many. */
static bool scan_decimal(const char **p, struct decimal *out)
{
	struct decimal d = {0};
	unsigned n_digits = 0;
	unsigned n_zeros = 0; /* behind the point, not counted in until needed */
	bool is_fraction = false;
	bool any = false;

	for (; is_digit(**p) || (**p == '.' && !is_fraction); (*p)++) {
		if (**p == '.') {
			is_fraction = true;
			continue;
		}
		any = true;
		if (is_fraction && **p == '0') {
			n_zeros++;
			continue;
		}
		if (n_zeros > MAX_DIGITS)
			return false;
		d.places += is_fraction ? n_zeros + 1 : 0;
		d.digits *= power_of_ten(n_zeros + 1);
		d.digits += (unsigned)(**p - '0');
		if (d.digits != 0)
			n_digits += n_zeros + 1;
		n_zeros = 0;
		if (n_digits > MAX_DIGITS || d.places > MAX_DIGITS)
			return false;
	}
	*out = d;
	return any;
}

/* ---- durations ---------------------------------------------------------- */

static const struct {
	const char *name;
	ns_t ns;
} spans[] = {
	/* In this order: a name comes before those that it begins with. */
	{"ns", 1},
	{"us", NS_US},
	{"\xc2\xb5s", NS_US}, /* the micro sign, and the Greek letter */
	{"\xce\xbcs", NS_US},
	{"ms", NS_MS},
	{"s", NS_S},
	{"m", NS_MIN},
	{"h", NS_HOUR},
};

static int bad_duration(const char *text, struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT,
		"'%.80s' is not a duration: %s; write it as in 250ms, 1m30s or 1.5h", text,
		what);
}

/* The unit at *p, which then stands behind it; 0 if there is none. */
static ns_t scan_span(const char **p)
{
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		size_t len = strlen(spans[i].name);

		if (strncmp(*p, spans[i].name, len) == 0) {
			*p += len;
			return spans[i].ns;
		}
	}
	return 0;
}

int units_parse_duration(const char *text, ns_t *out, struct err *err)
{
	const char *p = text;
	rng_u128 total = 0;

	if (*p == '\0')
		return bad_duration(text, err, "it is empty");
	if (*p == '-')
		return bad_duration(text, err, "it must not be negative");
	p += *p == '+';
	if (strcmp(p, "0") == 0) {
		*out = 0;
		return 0;
	}
	do {
		struct decimal d;
		ns_t unit;

		if (!is_digit(*p) && *p != '.')
			return bad_duration(text, err, "a number must come first");
		if (!scan_decimal(&p, &d))
			return bad_duration(text, err, "it has a number that cannot be read");
		if (*p == '\0')
			return bad_duration(text, err, "the unit is missing");
		unit = scan_span(&p);
		if (unit == 0 || !(*p == '\0' || *p == '.' || is_digit(*p)))
			return bad_duration(text, err, "the units are ns, us, ms, s, m and h");
		total += d.digits * (uint64_t)unit / power_of_ten(d.places);
		if (total >= (rng_u128)NS_NEVER)
			return bad_duration(text, err, "it is longer than 292 years");
	} while (*p != '\0');
	*out = (ns_t)total;
	return 0;
}

/* A value below ten powers of the unit, without zeros at the end: "1.5". */
static int print_fraction(char *buf, size_t size, uint64_t value, uint64_t unit)
{
	uint64_t rest = value % unit;
	int digits = 0;

	if (rest == 0)
		return snprintf(buf, size, "%llu", (unsigned long long)(value / unit));
	for (uint64_t u = unit; u > 1; u /= 10)
		digits++;
	while (rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	return snprintf(buf, size, "%llu.%0*llu", (unsigned long long)(value / unit), digits,
		(unsigned long long)rest);
}

/* Below a second one unit will do. */
static void print_short(char *buf, size_t size, uint64_t ns)
{
	uint64_t unit = ns >= (uint64_t)NS_MS   ? (uint64_t)NS_MS
			: ns >= (uint64_t)NS_US ? (uint64_t)NS_US
						: 1;
	const char *name = unit == (uint64_t)NS_MS   ? "ms"
			   : unit == (uint64_t)NS_US ? "us"
						     : "ns";
	char number[24];

	(void)print_fraction(number, sizeof number, ns, unit);
	(void)snprintf(buf, size, "%s%s", number, name);
}

const char *units_format_duration(char *buf, size_t size, ns_t ns)
{
	uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	char text[UNITS_TEXT_BYTES] = "";
	char number[24];
	size_t len = 0;

	if (ns == NS_NEVER || ns == 0) {
		(void)snprintf(buf, size, "%s", ns == 0 ? "0s" : "never");
		return buf;
	}
	if (left < (uint64_t)NS_S) {
		print_short(text, sizeof text, left);
	} else {
		if (left >= (uint64_t)NS_HOUR)
			(void)snprintf(text, sizeof text, "%lluh",
				(unsigned long long)(left / (uint64_t)NS_HOUR));
		left %= (uint64_t)NS_HOUR;
		len = strlen(text);
		if (left >= (uint64_t)NS_MIN)
			(void)snprintf(text + len, sizeof text - len, "%llum",
				(unsigned long long)(left / (uint64_t)NS_MIN));
		left %= (uint64_t)NS_MIN;
		len = strlen(text);
		if (left > 0) {
			(void)print_fraction(number, sizeof number, left, (uint64_t)NS_S);
			(void)snprintf(text + len, sizeof text - len, "%ss", number);
		}
	}
	(void)snprintf(buf, size, "%s%s", ns < 0 ? "-" : "", text);
	return buf;
}

/* ---- quantities --------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned shift; /* times 2^shift */
	int tens;       /* times 10^tens */
} suffixes[] = {
	{"", 0, 0},
	{"n", 0, -9},
	{"u", 0, -6},
	{"m", 0, -3},
	{"k", 0, 3},
	{"M", 0, 6},
	{"G", 0, 9},
	{"T", 0, 12},
	{"P", 0, 15},
	{"E", 0, 18},
	{"Ki", 10, 0},
	{"Mi", 20, 0},
	{"Gi", 30, 0},
	{"Ti", 40, 0},
	{"Pi", 50, 0},
	{"Ei", 60, 0},
};

static int bad_quantity(const char *text, struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT,
		"'%.80s' is not a quantity: %s; write it as in 500, 5Ki or 1.5M", text, what);
}

/* "e3", "E-2": the exponent at p, if that is all there is. */
static bool scan_exponent(const char *p, int *tens)
{
	bool is_negative;
	int value = 0;

	if (*p != 'e' && *p != 'E')
		return false;
	p++;
	is_negative = *p == '-';
	p += *p == '-' || *p == '+';
	if (!is_digit(*p))
		return false;
	for (; is_digit(*p); p++)
		value = value > 1000 ? value : value * 10 + (*p - '0');
	*tens = is_negative ? -value : value;
	return *p == '\0';
}

/* digits * 2^shift * 10^tens / 10^places as a whole number below 2^63. */
static int scale(const char *text, struct decimal d, unsigned shift, int tens, int64_t *out,
	struct err *err)
{
	rng_u128 value = d.digits;

	tens -= (int)d.places;
	if (value == 0)
		tens = 0;
	for (; tens > 0 && value <= INT64_MAX; tens--)
		value *= 10;
	if (tens > 0)
		return bad_quantity(text, err, "it does not fit 63 bits");
	value <<= shift; /* 19 digits are 64 bits, and the shift is at most 60 */
	for (; tens < 0 && value % 10 == 0; tens++)
		value /= 10;
	if (tens < 0)
		return bad_quantity(text, err, "it is not a whole number");
	if (value > INT64_MAX)
		return bad_quantity(text, err, "it does not fit 63 bits");
	*out = (int64_t)value;
	return 0;
}

int units_parse_quantity(const char *text, int64_t *out, struct err *err)
{
	const char *p = text;
	struct decimal d;
	int tens;

	if (*p == '-')
		return bad_quantity(text, err, "it must not be negative");
	p += *p == '+';
	if (!is_digit(*p) && *p != '.')
		return bad_quantity(
			text, err, *p == '\0' ? "it is empty" : "a number must come first");
	if (!scan_decimal(&p, &d))
		return bad_quantity(text, err, "its number cannot be read");
	if (scan_exponent(p, &tens))
		return scale(text, d, 0, tens, out, err);
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (strcmp(p, suffixes[i].name) == 0)
			return scale(text, d, suffixes[i].shift, suffixes[i].tens, out, err);
	return bad_quantity(text, err,
		"the suffixes are k M G T P E (thousands) and Ki Mi Gi Ti Pi Ei (1,024s)");
}

/* ---- integers and ratios ------------------------------------------------ */

int units_parse_int(const char *text, int64_t lo, int64_t hi, int64_t *out, struct err *err)
{
	const char *p = text;
	bool is_negative = *p == '-';
	__extension__ __int128 value = 0;
	bool is_number;

	p += *p == '-' || *p == '+';
	is_number = is_digit(*p);
	for (; is_digit(*p); p++)
		if (value <= INT64_MAX)
			value = value * 10 + (*p - '0');
	if (!is_number || *p != '\0')
		return err_set(err, ERR_INPUT,
			"'%.80s' is not a whole number; from %lld to %lld is allowed", text,
			(long long)lo, (long long)hi);
	if (is_negative)
		value = -value;
	if (value < lo || value > hi)
		return err_set(err, ERR_INPUT,
			"%.80s is out of range; from %lld to %lld is allowed", text,
			(long long)lo, (long long)hi);
	*out = (int64_t)value;
	return 0;
}

static int bad_ratio(const char *text, struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT, "'%.80s' is not a ratio: %s; write it as in 0.5 or 50%%",
		text, what);
}

int units_parse_ratio(const char *text, int64_t *out, struct err *err)
{
	const char *p = text;
	struct decimal d;
	rng_u128 unit;
	rng_u128 value;

	if (*p == '-')
		return bad_ratio(text, err, "it must not be negative");
	p += *p == '+';
	if (!is_digit(*p) && *p != '.')
		return bad_ratio(
			text, err, *p == '\0' ? "it is empty" : "a number must come first");
	if (!scan_decimal(&p, &d))
		return bad_ratio(text, err, "its number cannot be read");
	if (*p != '\0' && strcmp(p, "%") != 0)
		return bad_ratio(text, err, "behind the number goes nothing or a %");
	unit = power_of_ten(d.places);
	value = (d.digits * (*p == '%' ? 10000 : 1000000) + unit / 2) / unit;
	if (value > INT64_MAX)
		return bad_ratio(text, err, "it is too large");
	if (value == 0 && d.digits != 0)
		return bad_ratio(text, err, "it is below one in two million");
	*out = (int64_t)value;
	return 0;
}

const char *units_format_count(char *buf, size_t size, int64_t count)
{
	uint64_t left = count < 0 ? 0 - (uint64_t)count : (uint64_t)count;
	char text[UNITS_TEXT_BYTES];
	size_t at = sizeof text;
	unsigned n = 0;

	text[--at] = '\0';
	do {
		if (n > 0 && n % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + left % 10);
		left /= 10;
		n++;
	} while (left > 0);
	if (count < 0)
		text[--at] = '-';
	(void)snprintf(buf, size, "%s", text + at);
	return buf;
}
