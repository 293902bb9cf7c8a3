/* SPDX-License-Identifier: Apache-2.0 */

/* Durations, quantities, ratios and whole numbers as a user may write them; a
 * duration that was read prints to one that reads the same. */

#include "base/err.h"
#include "base/ns.h"
#include "base/units.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_duration(const char *text)
{
	struct err err;
	ns_t span = 0;
	if (units_parse_duration(text, &span, &err) != 0)
		return;
	char again[64];
	ns_t same = 0;
	units_format_duration(again, sizeof(again), span);
	int rc = units_parse_duration(again, &same, &err);
	assert(rc == 0 && same == span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[128];
	struct err err;
	int64_t value = 0;
	if (size >= sizeof(text))
		size = sizeof(text) - 1;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	read_duration(text);
	(void)units_parse_quantity(text, &value, &err);
	(void)units_parse_ratio(text, &value, &err);
	if (units_parse_int(text, -5, 20000, &value, &err) == 0)
		assert(value >= -5 && value <= 20000);
	return 0;
}
