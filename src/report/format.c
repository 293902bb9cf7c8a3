/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

/* Half away from zero, without libm; far beyond what is counted the sign is enough. */
static int64_t nearest(double value)
{
	if (value > 9e18)
		return INT64_MAX;
	if (value < -9e18)
		return INT64_MIN;
	return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}

char *format_count(char *buf, size_t size, double value)
{
	(void)units_format_count(buf, size, nearest(value));
	return buf;
}

char *format_rate(char *buf, size_t size, double value)
{
	double abs = value < 0 ? -value : value;
	int digits;

	if (abs >= 999.5)
		return format_count(buf, size, value);
	if (value == 0)
		digits = 0;
	else if (abs >= 99.95)
		digits = 1;
	else if (abs >= 0.995)
		digits = 2;
	else if (abs >= 0.0995)
		digits = 3;
	else
		digits = 4;
	(void)snprintf(buf, size, "%.*f", digits, value);
	return buf;
}

char *format_size(char *buf, size_t size, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	size_t unit = 0;

	for (; bytes >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		bytes /= 1000;
	(void)snprintf(buf, size, "%.3g %s", bytes, units[unit]);
	return buf;
}

char *format_seconds(char *buf, size_t size, double value)
{
	if (value == 0)
		(void)snprintf(buf, size, "0");
	else if (value >= 9.95)
		(void)snprintf(buf, size, "%.1f s", value);
	else if (value >= 0.9995)
		(void)snprintf(buf, size, "%.3f s", value);
	else if (value >= 0.00995)
		(void)snprintf(buf, size, "%.0f ms", value * 1e3);
	else
		(void)snprintf(buf, size, "%.2f ms", value * 1e3);
	return buf;
}

const char *format_plural(double count)
{
	return count == 1 ? "" : "s";
}

char *format_nodes(char *buf, size_t size, double nodes)
{
	char count[FORMAT_BYTES];

	(void)snprintf(buf, size, "%s node%s", format_count(count, sizeof(count), nodes),
		format_plural(nodes));
	return buf;
}

char *format_percent(char *buf, size_t size, double share)
{
	/* what rounds to nothing has no sign */
	if (share > -0.0005 && share < 0.0005)
		(void)snprintf(buf, size, "0.0%%");
	else
		(void)snprintf(buf, size, "%+.1f%%", share * 100);
	return buf;
}

char *format_exact(char *buf, size_t size, double value)
{
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(buf, size, "%.*g", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	return buf;
}

void format_wrapped(const char *text, size_t width, struct str *out)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");

		if (column && column + 1 + len > width) {
			str_add_char(out, '\n');
			column = 0;
		}
		if (column) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, text, len);
		column += len;
		text += len;
		text += *text != '\0';
	}
	str_add_char(out, '\n');
}
