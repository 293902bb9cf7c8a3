/* SPDX-License-Identifier: Apache-2.0 */
/* What the server counts, under kube-apiserver's own names, and how it tells. */
#ifndef LIVE_METRICS_H
#define LIVE_METRICS_H

#include "base/json.h"
#include "base/ns.h"
#include "live/faults.h"
#include "rest/route.h"

struct admit;
struct store;

enum { METRICS_BUCKETS = 256, METRICS_BOUNDS = 23 };

/* Upper bounds of how long requests took. */
extern const ns_t metrics_bounds[METRICS_BOUNDS];

/* metrics.go CleanScope. */
enum metrics_scope { SCOPE_OF_NONE, SCOPE_OF_RESOURCE, SCOPE_OF_NAMESPACE, SCOPE_OF_CLUSTER };

struct metrics_key {
	const struct rest_resource *resource; /* NULL: no resource */
	int verb, code;
	enum metrics_scope scope;
	char subresource[16];
};

struct metrics_row {
	struct metrics_key key;
	uint64_t n, bytes;
	ns_t sum;
	uint64_t bucket[METRICS_BOUNDS];
	uint32_t next; /* in its bucket: index + 1; 0: none */
};

struct metrics_watches {
	uint32_t open;
	uint64_t events;
};

/* Read by anyone; written by metrics.c only.  Zeroed: nothing. */
struct metrics {
	struct metrics_row *row;
	uint32_t n, room;
	uint32_t bucket[METRICS_BUCKETS]; /* of rows by what they count: index + 1 */
	uint64_t accepted;                /* connections */
	uint32_t connections;
	struct metrics_watches
		watches[REST_RESOURCES_MAX]; /* in the order of rest_resources() */
	uint64_t response_bytes;
	uint64_t fault[FAULT_N]; /* that struck */
};

/* A request was answered.  route NULL: it was none of a resource. */
struct metrics_request {
	const struct rest_route *route;
	int code;
	ns_t took;
	uint64_t bytes;
};

void metrics_count(struct metrics *m, const struct metrics_request *r);

/* A watch of a resource opened (+1) or closed (-1), or told of events. */
void metrics_watch(
	struct metrics *m, const struct rest_resource *r, int opened, uint64_t events);

void metrics_fini(struct metrics *m);

/* Faults of all kinds. */
uint64_t metrics_faults(const struct metrics *m);

/* Prometheus' text format.  inside: requests that are being served, read-only and mutating. */
void metrics_write(const struct metrics *m, const struct admit *a, const struct store *s,
	const uint32_t inside[2], ns_t now, struct str *out);

/* Kind ServerCounts: requests by verb, resource and code. */
void metrics_json(const struct metrics *m, struct json *result);

#endif
