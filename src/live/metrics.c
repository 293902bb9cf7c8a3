/* SPDX-License-Identifier: Apache-2.0 */
#include "live/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/admit.h"
#include "rest/store.h"

/* apiserver/pkg/endpoints/metrics/metrics.go: apiserver_request_duration_seconds. */
static const ns_t bounds[] = {5 * NS_MS, 25 * NS_MS, 50 * NS_MS, 100 * NS_MS, 200 * NS_MS,
	400 * NS_MS, 600 * NS_MS, 800 * NS_MS, 1000 * NS_MS, 1250 * NS_MS, 1500 * NS_MS,
	2 * NS_S, 3 * NS_S, 4 * NS_S, 5 * NS_S, 6 * NS_S, 8 * NS_S, 10 * NS_S, 15 * NS_S,
	20 * NS_S, 30 * NS_S, 45 * NS_S, 60 * NS_S};
enum { BOUNDS = sizeof(bounds) / sizeof(bounds[0]) };

struct metrics_key {
	const struct rest_resource *resource; /* NULL: no resource */
	int verb, code, scope;
	char subresource[16];
};

struct metrics_row {
	struct metrics_key key;
	uint64_t n, bytes;
	ns_t sum;
	uint64_t bucket[BOUNDS];
	uint32_t next; /* in its bucket: index + 1; 0: none */
};

/* In which all requests without a resource are counted. */
#define NO_VERB VERB_GET

/* metrics.go CleanScope. */
enum { SCOPE_OF_NONE, SCOPE_OF_RESOURCE, SCOPE_OF_NAMESPACE, SCOPE_OF_CLUSTER };
static const char *const scopes[] = {"", "resource", "namespace", "cluster"};

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
	for (int i = BOUNDS - 1; i >= 0 && r->took <= bounds[i]; i--)
		row->bucket[i]++;
	m->response_bytes += r->bytes;
}

void metrics_fini(struct metrics *m)
{
	free(m->row);
	m->row = NULL;
}

/* ------------------------------------------------------------------ text */

/* metrics.go cleanVerb: methods, but LIST and WATCH. */
static const char *method_of(int verb)
{
	static const char *const methods[VERBS] = {
		"GET", "LIST", "WATCH", "POST", "PUT", "PATCH", "DELETE", "DELETECOLLECTION"};

	return methods[verb];
}

static void labels(const struct metrics_row *row, struct str *out)
{
	const struct rest_resource *r = row->key.resource;

	str_addf(out,
		"component=\"apiserver\",group=\"%s\",resource=\"%s\",scope=\"%s\",subresource="
		"\"%s\","
		"verb=\"%s\",version=\"%s\"",
		r ? r->group : "", r ? r->plural : "", scopes[row->key.scope],
		row->key.subresource, method_of(row->key.verb), r ? r->version : "");
}

static void head(struct str *out, const char *name, const char *type, const char *help)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct str *out, const char *name, const char *help, uint64_t value)
{
	head(out, name, "gauge", help);
	str_addf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void request_totals(const struct metrics *m, struct str *out)
{
	head(out, "apiserver_request_total", "counter",
		"Counter of apiserver requests broken out for each verb, group, version, "
		"resource, "
		"scope, component, and HTTP response code.");
	for (uint32_t i = 0; i < m->n; i++) {
		const struct metrics_row *row = &m->row[i];

		str_addf(out, "apiserver_request_total{code=\"%d\",", row->key.code);
		labels(row, out);
		str_addf(out, "} %llu\n", (unsigned long long)row->n);
	}
}

static void seconds(struct str *out, ns_t ns)
{
	str_addf(out, "%lld.%09lld", (long long)(ns / NS_S), (long long)(ns % NS_S));
}

/* kube-apiserver's has no code; a sum over it is the same. */
static void duration_of(const struct metrics_row *row, struct str *out)
{
	static const char name[] = "apiserver_request_duration_seconds";

	for (int i = 0; i <= BOUNDS; i++) {
		str_addf(out, "%s_bucket{code=\"%d\",", name, row->key.code);
		labels(row, out);
		if (i == BOUNDS)
			str_addf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)row->n);
		else
			str_addf(out, ",le=\"%g\"} %llu\n", (double)bounds[i] / 1e9,
				(unsigned long long)row->bucket[i]);
	}
	str_addf(out, "%s_sum{code=\"%d\",", name, row->key.code);
	labels(row, out);
	str_add(out, "} ");
	seconds(out, row->sum);
	str_addf(out, "\n%s_count{code=\"%d\",", name, row->key.code);
	labels(row, out);
	str_addf(out, "} %llu\n", (unsigned long long)row->n);
}

static void durations(const struct metrics *m, struct str *out)
{
	head(out, "apiserver_request_duration_seconds", "histogram",
		"Response latency distribution in seconds for each verb, group, version, "
		"resource, "
		"subresource, scope and component; here by code too.");
	for (uint32_t i = 0; i < m->n; i++)
		if (m->row[i].key.verb != VERB_WATCH)
			duration_of(&m->row[i], out);
}

static void objects(const struct store *s, struct str *out)
{
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	head(out, "apiserver_storage_objects", "gauge",
		"Number of stored objects at the time of last check split by kind.");
	for (size_t i = 0; i < n; i++)
		str_addf(out, "apiserver_storage_objects{resource=\"%s%s%s\"} %zu\n",
			all[i].plural, *all[i].group ? "." : "", all[i].group, s->kind[i].n);
}

static const char *level_name(const struct admit *a, uint32_t level)
{
	static const char *const limits[] = {"readOnly", "mutating"};

	return a->params.flow.fair ? a->scenario->apiserver.fairness.level[level].name
				   : limits[level > 0];
}

static void flows(const struct admit *a, struct str *out)
{
	const struct flow *f = &a->server.flow;

	head(out, "apiserver_flowcontrol_dispatched_requests_total", "counter",
		"Number of requests executed by priority level.");
	for (uint32_t i = 0; i < f->n_levels; i++)
		str_addf(out,
			"apiserver_flowcontrol_dispatched_requests_total{priority_level=\"%s\"}"
			" %llu\n",
			level_name(a, i), (unsigned long long)f->level[i].counts.dispatched);
	head(out, "apiserver_flowcontrol_rejected_requests_total", "counter",
		"Number of requests rejected by priority level.");
	for (uint32_t i = 0; i < f->n_levels; i++) {
		unsigned long long n = f->level[i].counts.rejected;

		n += f->level[i].counts.expired;
		str_addf(out,
			"apiserver_flowcontrol_rejected_requests_total{priority_level=\"%s\"} "
			"%llu\n",
			level_name(a, i), n);
	}
	head(out, "apiserver_flowcontrol_current_inqueue_requests", "gauge",
		"Number of requests currently pending in queues by priority level.");
	for (uint32_t i = 0; i < f->n_levels; i++)
		str_addf(out,
			"apiserver_flowcontrol_current_inqueue_requests{priority_level=\"%s\"} "
			"%u\n",
			level_name(a, i), f->level[i].counts.queued.n);
	head(out, "apiserver_flowcontrol_current_executing_requests", "gauge",
		"Number of requests currently executing by priority level.");
	for (uint32_t i = 0; i < f->n_levels; i++)
		str_addf(out,
			"apiserver_flowcontrol_current_executing_requests{priority_level=\"%"
			"s\"} %u\n",
			level_name(a, i), f->level[i].counts.seats.n);
}

/* What the process takes, as every Prometheus client tells it. */
static void process(struct str *out)
{
	long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (statm) {
		if (fscanf(statm, "%*s %ld", &pages) != 1)
			pages = 0;
		(void)fclose(statm);
	}
	gauge(out, "process_resident_memory_bytes", "Resident memory size in bytes.",
		(uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

void metrics_write(const struct metrics *m, const struct admit *a, const struct store *s,
	ns_t now, struct str *out)
{
	request_totals(m, out);
	durations(m, out);
	objects(s, out);
	flows(a, out);
	gauge(out, "apiserver_longrunning_requests", "Watches that are open.", m->watches);
	gauge(out, "apiserver_current_inflight_requests", "Requests that are being served.",
		a->server.counts.inside.n);
	head(out, "apiserver_watch_events_total", "counter",
		"Number of events sent in watch clients.");
	str_addf(out, "apiserver_watch_events_total %llu\n",
		(unsigned long long)m->watch_events);
	gauge(out, "nodetoll_connections", "Connections that are open.", m->connections);
	head(out, "nodetoll_faults_total", "counter", "Faults that struck.");
	str_addf(out, "nodetoll_faults_total %llu\n", (unsigned long long)m->faults);
	gauge(out, "nodetoll_uptime_seconds", "Since it began to listen.",
		(uint64_t)(now / NS_S));
	process(out);
}

/* ------------------------------------------------------------------ JSON */

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
	json_put_int(result, "watchEvents", (int64_t)m->watch_events);
	json_put_int(result, "faults", (int64_t)m->faults);
	json_put(result, "api", rows_json(rows, m->n));
	free(rows);
}
