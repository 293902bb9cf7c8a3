/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/when.h"

#include <stdbool.h>
#include <stdio.h>

enum { DAY = 86400 };

struct date {
	int64_t year;
	int month, day;
};

/* Counted from 1 March, so that the odd day of a leap year is the last of its year; 400 years
 * have 146,097 days. */
static struct date date_of(int64_t days)
{
	int64_t since = days + 719468; /* from 1 March of the year 0 to 1970 */
	int64_t era = since / 146097;
	int64_t in_era = since % 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;
	bool late = month >= 10;

	return (struct date){
		.year = year + era * 400 + late,
		.month = (int)(late ? month - 9 : month + 3),
		.day = (int)(in_year - (153 * month + 2) / 5 + 1),
	};
}

static void write_second(char *buf, int64_t seconds)
{
	struct date d = date_of(seconds / DAY);
	int in_day = (int)(seconds % DAY);

	(void)snprintf(buf, WHEN_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", (int)d.year, d.month,
		d.day, in_day / 3600, in_day / 60 % 60, in_day % 60);
}

const char *when_text(char *buf, int64_t seconds)
{
	char second[WHEN_BYTES];

	write_second(second, seconds);
	(void)snprintf(buf, WHEN_BYTES, "%.30sZ", second);
	return buf;
}

const char *when_text_us(char *buf, int64_t us)
{
	char second[WHEN_BYTES];

	write_second(second, us / 1000000);
	(void)snprintf(buf, WHEN_BYTES, "%.30s.%06dZ", second, (int)(us % 1000000));
	return buf;
}

/* The days before a date, by the same reckoning as date_of. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t in_era = y % 400 * 365 + y % 400 / 4 - y % 400 / 100 + in_year;

	return y / 400 * 146097 + in_era - 719468;
}

int64_t when_read(const char *text)
{
	int year, month, day, hour, minute, second;
	char end;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c", &year, &month, &day, &hour, &minute,
		    &second, &end) != 7 ||
		end != 'Z' || year < 1970 || month < 1 || month > 12)
		return -1;
	return days_of(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
}
