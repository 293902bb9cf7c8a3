/* SPDX-License-Identifier: Apache-2.0 */
/* A run's measurements as JSON: the numbers of kind Result. */
#ifndef CLI_RESULT_JSON_H
#define CLI_RESULT_JSON_H

#include "base/json.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* Put the measurements of window 0 into result: runtime, api, latencies, pods, watches,
 * objects.  The caller's object gets new entries. */
void result_put_measurements(
	struct json *result, const struct scenario *s, const struct fleet_result *r);

/* {count, sumNs, mean, p50, p90, p99, min, max in seconds, buckets [[index, count], ...]}:
 * mergeable, the buckets are base/hist.h's.  The caller owns it. */
struct json *json_of_hist(const struct hist *h);

/* "200", "404", ... of a request; "OK", "NotFound", ... of a runtime operation. */
const char *api_code(const struct call_name *call, enum outcome what);
const char *cri_code(enum outcome what);
/* "409", or "unreadable", of a request that failed by that code (fleet_code). */
enum { FAILED_CODE = 16 };
const char *failed_code(char buf[FAILED_CODE], uint16_t code);

/* Who makes a class of requests: the kubelet's clients kube, events or heartbeat, or the name
 * of the feature whose agent has a client of its own.  NULL: nobody does. */
const char *client_of(const struct scenario *s, uint16_t call);

#endif
