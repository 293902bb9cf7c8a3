/* SPDX-License-Identifier: Apache-2.0 */
/* What became of requests, and what the API servers were busy with, as JSON. */
#ifndef CLI_RESULT_SERVER_H
#define CLI_RESULT_SERVER_H

#include "base/json.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* A row for each class of requests that somebody wanted to send.  The caller owns it. */
struct json *result_requests(const struct scenario *s, const struct fleet_result *r);

/* The servers that nodes shared; null if there were none.  The caller owns it. */
struct json *result_server(const struct scenario *s, const struct fleet_result *r);

/* How requests fared at the run's end, in a word; and the counts that it comes from, which the
 * caller owns. */
const char *result_verdict(const struct fleet_result *r);
struct json *result_ending(const struct scenario *s, const struct fleet_result *r);

#endif
