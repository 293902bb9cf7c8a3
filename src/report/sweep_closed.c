/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sweep_closed.h"

/* As a share: a difference that would be looked at. */
#define MATTERS 0.02

bool sweep_closed(const struct json *cell, const char *measure, struct sweep_closed *closed)
{
	const struct json *form = json_get(json_get(cell, "closedForm"), measure);
	const struct json *of = json_get(json_get(cell, "closedFormOf"), measure);
	const struct json *is = json_get(json_get(cell, "measures"), measure);

	*closed = (struct sweep_closed){.value = json_as_num(form)};
	if (!json_is_num(is) || !json_is_num(form) || closed->value <= 0)
		return false;
	closed->of = json_is_num(of) ? json_as_num(of) : 1;
	closed->difference = json_as_num(is) * closed->of / closed->value - 1;
	return true;
}

bool sweep_closed_is_whole(const struct sweep_closed *closed)
{
	return closed->of >= 1 - MATTERS;
}
