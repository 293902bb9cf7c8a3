/* SPDX-License-Identifier: Apache-2.0 */
/* What was counted, in Prometheus' text format. */
#include "live/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "live/admit.h"
#include "rest/store.h"

static const char *const scopes[] = {"", "resource", "namespace", "cluster"};

/* metrics.go cleanVerb: methods, but LIST and WATCH. */
static const char *method_of(int verb)
{
	static const char *const methods[VERBS] = {
		"GET", "LIST", "WATCH", "POST", "PUT", "PATCH", "DELETE", "DELETECOLLECTION"};

	return methods[verb];
}

static void head(struct str *out, const char *name, const char *type, const char *help)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(
	struct str *out, const char *name, const char *type, const char *help, uint64_t value)
{
	head(out, name, type, help);
	str_addf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void seconds(struct str *out, ns_t ns)
{
	str_addf(out, "%lld.%09lld\n", (long long)(ns / NS_S), (long long)(ns % NS_S));
}

/* ------------------------------------------------------------------ requests */

/* NAME{code="200",component=...: what follows may be one label more, and ends the braces. */
static void labelled(struct str *out, const char *name, const struct metrics_row *row)
{
	const struct rest_resource *r = row->key.resource;

	str_addf(out,
		"%s{code=\"%d\",component=\"apiserver\",group=\"%s\",resource=\"%s\",scope=\"%"
		"s\",subresource=\"%s\",verb=\"%s\",version=\"%s\"",
		name, row->key.code, r ? r->group : "", r ? r->plural : "",
		scopes[row->key.scope], row->key.subresource, method_of(row->key.verb),
		r ? r->version : "");
}

static void request_totals(const struct metrics *m, struct str *out)
{
	static const char name[] = "apiserver_request_total";

	head(out, name, "counter",
		"Counter of apiserver requests broken out for each verb, group, version, "
		"resource, scope, component, and HTTP response code.");
	for (uint32_t i = 0; i < m->n; i++) {
		labelled(out, name, &m->row[i]);
		str_addf(out, "} %llu\n", (unsigned long long)m->row[i].n);
	}
}

#define DURATION "apiserver_request_duration_seconds"

/* kube-apiserver's has no code; a sum over it is the same. */
static void duration_of(const struct metrics_row *row, struct str *out)
{
	for (int i = 0; i < METRICS_BOUNDS; i++) {
		labelled(out, DURATION "_bucket", row);
		str_addf(out, ",le=\"%g\"} %llu\n", (double)metrics_bounds[i] / 1e9,
			(unsigned long long)row->bucket[i]);
	}
	labelled(out, DURATION "_bucket", row);
	str_addf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)row->n);
	labelled(out, DURATION "_sum", row);
	str_add(out, "} ");
	seconds(out, row->sum);
	labelled(out, DURATION "_count", row);
	str_addf(out, "} %llu\n", (unsigned long long)row->n);
}

static void durations(const struct metrics *m, struct str *out)
{
	head(out, DURATION, "histogram",
		"Response latency distribution in seconds for each verb, group, version, "
		"resource, subresource, scope and component; here by code too.");
	for (uint32_t i = 0; i < m->n; i++)
		if (m->row[i].key.verb != VERB_WATCH)
			duration_of(&m->row[i], out);
}

static void objects(const struct store *s, struct str *out)
{
	static const char name[] = "apiserver_storage_objects";
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	head(out, name, "gauge",
		"Number of stored objects at the time of last check split by kind.");
	for (size_t i = 0; i < n; i++)
		if (!(all[i].traits & (REST_CREATE_ONLY | REST_REVIEW)))
			str_addf(out, "%s{resource=\"%s%s%s\"} %zu\n", name, all[i].plural,
				*all[i].group ? "." : "", all[i].group, s->kind[i].n);
	one(out, "nodetoll_storage_bytes", "gauge",
		"Objects, and former states of them that watches may ask for.",
		s->bytes + s->history_bytes);
}

/* ------------------------------------------------------------------ levels */

static const char *level_name(const struct admit *a, uint32_t level)
{
	static const char *const limits[] = {"readOnly", "mutating"};

	return a->params.flow.fair ? a->scenario->apiserver.fairness.level[level].name
				   : limits[level > 0];
}

static uint64_t dispatched(const struct flow_counts *c)
{
	return c->dispatched;
}

static uint64_t in_queue(const struct flow_counts *c)
{
	return c->queued.n;
}

static uint64_t executing(const struct flow_counts *c)
{
	return c->seats.n;
}

/* Where kube-apiserver has flow_schema: the model knows users by their levels alone. */
#define NO_SCHEMAS "; there are no flow schemas to tell apart."

/* Without queues a level's seats are all that it has: queueset.go. */
static void refusals(const struct admit *a, struct str *out)
{
	static const char name[] = "apiserver_flowcontrol_rejected_requests_total";
	const struct flow *f = &a->server.flow;

	head(out, name, "counter",
		"Number of requests rejected by priority level and reason" NO_SCHEMAS);
	for (uint32_t i = 0; i < f->n_levels; i++) {
		const struct flow_counts *c = &f->level[i].counts;

		str_addf(out, "%s{priority_level=\"%s\",reason=\"%s\"} %llu\n", name,
			level_name(a, i),
			a->params.flow.fair ? "queue-full" : "concurrency-limit",
			(unsigned long long)c->rejected);
		str_addf(out, "%s{priority_level=\"%s\",reason=\"time-out\"} %llu\n", name,
			level_name(a, i), (unsigned long long)c->expired);
	}
}

static void levels(const struct admit *a, struct str *out)
{
	static const struct {
		const char *name, *type, *help;
		uint64_t (*value)(const struct flow_counts *c);
	} rows[] = {
		{"dispatched_requests_total", "counter",
			"Number of requests executed by priority level" NO_SCHEMAS, dispatched},
		{"current_inqueue_requests", "gauge",
			"Number of requests currently pending in queues by priority "
			"level" NO_SCHEMAS,
			in_queue},
		{"current_executing_requests", "gauge",
			"Number of requests currently executing by priority level" NO_SCHEMAS,
			executing},
	};
	const struct flow *f = &a->server.flow;
	char name[64];

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		(void)snprintf(name, sizeof(name), "apiserver_flowcontrol_%s", rows[r].name);
		head(out, name, rows[r].type, rows[r].help);
		for (uint32_t i = 0; i < f->n_levels; i++)
			str_addf(out, "%s{priority_level=\"%s\"} %llu\n", name,
				level_name(a, i),
				(unsigned long long)rows[r].value(&f->level[i].counts));
	}
	refusals(a, out);
}

static void inflight(const uint32_t inside[2], struct str *out)
{
	static const char name[] = "apiserver_current_inflight_requests";

	head(out, name, "gauge",
		"Number of currently used inflight request limit of this apiserver per "
		"request kind; here those that are being served or wait.");
	str_addf(out, "%s{request_kind=\"readOnly\"} %u\n", name, inside[0]);
	str_addf(out, "%s{request_kind=\"mutating\"} %u\n", name, inside[1]);
}

static void watches(const struct metrics *m, struct str *out)
{
	static const char open[] = "apiserver_longrunning_requests";
	static const char told[] = "apiserver_watch_events_total";
	size_t n;
	const struct rest_resource *all = rest_resources(&n);

	head(out, open, "gauge", "Watches that are open, by group, version and resource.");
	for (size_t i = 0; i < n; i++)
		if (m->watches[i].open)
			str_addf(out,
				"%s{component=\"apiserver\",group=\"%s\",resource=\"%s\",verb="
				"\"WATCH\",version=\"%s\"} %u\n",
				open, all[i].group, all[i].plural, all[i].version,
				m->watches[i].open);
	head(out, told, "counter", "Number of events sent in watch clients.");
	for (size_t i = 0; i < n; i++)
		if (m->watches[i].events)
			str_addf(out, "%s{group=\"%s\",kind=\"%s\",version=\"%s\"} %llu\n",
				told, all[i].group, all[i].kind, all[i].version,
				(unsigned long long)m->watches[i].events);
}

static void faults(const struct metrics *m, struct str *out)
{
	static const char name[] = "nodetoll_faults_total";

	head(out, name, "counter", "Faults that struck, by kind.");
	for (int f = 0; f < FAULT_N; f++)
		str_addf(out, "%s{fault=\"%s\"} %llu\n", name, fault_name((enum fault)f),
			(unsigned long long)m->fault[f]);
}

/* ------------------------------------------------------------------ the process */

static uint64_t resident_bytes(void)
{
	unsigned long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (!statm)
		return 0;
	if (fscanf(statm, "%*s %lu", &pages) != 1)
		pages = 0;
	(void)fclose(statm);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The folder of them has two names more, and is open itself. */
static uint64_t descriptors(void)
{
	enum { NOT_COUNTED = 3 };
	struct dirent **entry = NULL;
	int n = scandir("/proc/self/fd", &entry, NULL, alphasort);

	for (int i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
	return n > NOT_COUNTED ? (uint64_t)n - NOT_COUNTED : 0;
}

static ns_t processor_time(void)
{
	struct rusage used = {0};

	(void)getrusage(RUSAGE_SELF, &used);
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * NS_S +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * NS_US;
}

/* As every Prometheus client tells it. */
static void process(struct str *out)
{
	static const char cpu[] = "process_cpu_seconds_total";

	head(out, cpu, "counter", "Total user and system CPU time spent in seconds.");
	str_addf(out, "%s ", cpu);
	seconds(out, processor_time());
	one(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
		resident_bytes());
	one(out, "process_open_fds", "gauge", "Number of open file descriptors.",
		descriptors());
}

void metrics_write(const struct metrics *m, const struct admit *a, const struct store *s,
	const uint32_t inside[2], ns_t now, struct str *out)
{
	request_totals(m, out);
	durations(m, out);
	objects(s, out);
	levels(a, out);
	inflight(inside, out);
	watches(m, out);
	one(out, "nodetoll_connections", "gauge", "Connections that are open.", m->connections);
	faults(m, out);
	one(out, "nodetoll_uptime_seconds", "gauge", "Since it began to listen.",
		(uint64_t)(now / NS_S));
	process(out);
}
