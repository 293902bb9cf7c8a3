/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of a scenario by closed form and as counted, side by side. */
#ifndef CLI_RESULT_CLOSED_H
#define CLI_RESULT_CLOSED_H

#include "base/json.h"
#include "models/models.h"

/* A row for each call that was counted or is foreseen, the runtime's first: rates of the
 * cluster, of the call whoever makes it, and their difference; where the closed form does not
 * hold, why there is none.  result has the counted calls.  servers, unless NULL: how busy they
 * are by the same form, if they have processors; else it stays as it is. */
struct json *result_closed(
	const struct scenario *s, const struct json *result, struct json **servers);

#endif
