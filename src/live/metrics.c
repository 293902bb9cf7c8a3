/* SPDX-License-Identifier: Apache-2.0 */
#include "live/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* apiserver/pkg/endpoints/metrics/metrics.go: apiserver_request_duration_seconds. */
const ns_t metrics_bounds[METRICS_BOUNDS] = {5 * NS_MS, 25 * NS_MS, 50 * NS_MS, 100 * NS_MS,
	200 * NS_MS, 400 * NS_MS, 600 * NS_MS, 800 * NS_MS, 1000 * NS_MS, 1250 * NS_MS,
	1500 * NS_MS, 2 * NS_S, 3 * NS_S, 4 * NS_S, 5 * NS_S, 6 * NS_S, 8 * NS_S, 10 * NS_S,
	15 * NS_S, 20 * NS_S, 30 * NS_S, 45 * NS_S, 60 * NS_S};

/* In which all requests without a resource are counted. */
#define NO_VERB VERB_GET

static struct metrics_key key_of(const struct metrics_request *r)
{
	const struct rest_route *route = r->route;
	struct metrics_key key = {.verb = NO_VERB, .code = r->code};

	if (!route || !route->resource)
		return key;
	key.resource = route->resource;
	key.verb = (int)route->verb;
	key.scope = *route->name ? SCOPE_OF_RESOURCE
		    : *route->ns ? SCOPE_OF_NAMESPACE
				 : SCOPE_OF_CLUSTER;
	memcpy(key.subresource, route->subresource, sizeof(key.subresource));
	return key;
}

static uint32_t bucket_of(const struct metrics_key *key)
{
	uintptr_t resource = (uintptr_t)key->resource / sizeof(*key->resource);

	return (uint32_t)(resource * 31 + (uintptr_t)key->verb * 7 + (uintptr_t)key->code +
			  (unsigned char)key->subresource[0]) %
	       METRICS_BUCKETS;
}

static bool is_same(const struct metrics_key *a, const struct metrics_key *b)
{
	return a->resource == b->resource && a->verb == b->verb && a->code == b->code &&
	       a->scope == b->scope && !strcmp(a->subresource, b->subresource);
}

static struct metrics_row *row_of(struct metrics *m, const struct metrics_key *key)
{
	uint32_t *head = &m->bucket[bucket_of(key)];

	for (uint32_t i = *head; i; i = m->row[i - 1].next)
		if (is_same(&m->row[i - 1].key, key))
			return &m->row[i - 1];
	if (m->n == m->room) {
		uint32_t room = m->room ? 2 * m->room : 64;
		struct metrics_row *grown = realloc(m->row, room * sizeof(*grown));

		if (!grown)
			abort();
		m->row = grown;
		m->room = room;
	}
	m->row[m->n] = (struct metrics_row){.key = *key, .next = *head};
	*head = ++m->n;
	return &m->row[m->n - 1];
}

void metrics_count(struct metrics *m, const struct metrics_request *r)
{
	struct metrics_key key = key_of(r);
	struct metrics_row *row = row_of(m, &key);

	row->n++;
	row->bytes += r->bytes;
	row->sum += r->took;
	for (int i = METRICS_BOUNDS - 1; i >= 0 && r->took <= metrics_bounds[i]; i--)
		row->bucket[i]++;
	m->response_bytes += r->bytes;
}

void metrics_watch(
	struct metrics *m, const struct rest_resource *r, int opened, uint64_t events)
{
	size_t i = rest_resource_place(r);

	m->watches[i].open += (uint32_t)opened;
	m->watches[i].events += events;
}

void metrics_fini(struct metrics *m)
{
	free(m->row);
	m->row = NULL;
}

uint64_t metrics_faults(const struct metrics *m)
{
	uint64_t sum = 0;

	for (int f = 0; f < FAULT_N; f++)
		sum += m->fault[f];
	return sum;
}

static int by_name(const void *x, const void *y)
{
	const struct metrics_row *a = x, *b = y;
	const char *of_a = a->key.resource ? a->key.resource->plural : "";
	const char *of_b = b->key.resource ? b->key.resource->plural : "";
	int order = strcmp(of_a, of_b);

	if (!order)
		order = strcmp(a->key.subresource, b->key.subresource);
	if (!order)
		order = a->key.verb - b->key.verb;
	return order ? order : a->key.code - b->key.code;
}

static struct json *row_json(const struct metrics_row *row, uint64_t n, uint64_t bytes)
{
	const struct rest_resource *r = row->key.resource;
	struct json *value = json_object();
	char resource[64];

	(void)snprintf(resource, sizeof(resource), "%s%s%s", r ? r->plural : "",
		*row->key.subresource ? "/" : "", row->key.subresource);
	json_put_str(value, "verb", rest_verb_name((enum rest_verb)row->key.verb));
	json_put_str(value, "resource", resource);
	json_put_int(value, "code", row->key.code);
	json_put_int(value, "count", (int64_t)n);
	json_put_int(value, "bytes", (int64_t)bytes);
	return value;
}

static uint64_t watch_events(const struct metrics *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < REST_RESOURCES_MAX; i++)
		sum += m->watches[i].events;
	return sum;
}

/* Scopes are not told apart here: rows that differ in them alone are one. */
static struct json *rows_json(struct metrics_row *rows, uint32_t n)
{
	struct json *list = json_array();

	qsort(rows, n, sizeof(*rows), by_name);
	for (uint32_t i = 0, j; i < n; i = j) {
		uint64_t count = 0, bytes = 0;

		for (j = i; j < n && by_name(&rows[i], &rows[j]) == 0; j++) {
			count += rows[j].n;
			bytes += rows[j].bytes;
		}
		json_append(list, row_json(&rows[i], count, bytes));
	}
	return list;
}

void metrics_json(const struct metrics *m, struct json *result)
{
	struct metrics_row *rows = calloc(m->n + 1, sizeof(*rows));
	uint64_t total = 0;

	if (!rows)
		abort();
	for (uint32_t i = 0; i < m->n; i++) {
		rows[i] = m->row[i];
		total += m->row[i].n;
	}
	json_put_int(result, "requests", (int64_t)total);
	json_put_int(result, "connections", (int64_t)m->accepted);
	json_put_int(result, "watchEvents", (int64_t)watch_events(m));
	json_put_int(result, "faults", (int64_t)metrics_faults(m));
	json_put(result, "api", rows_json(rows, m->n));
	free(rows);
}
