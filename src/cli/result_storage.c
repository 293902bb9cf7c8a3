/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_storage.h"

#include <string.h>

#include "apiserver/server_params.h"
#include "models/watched.h"
#include "models/workload.h"

/* What became of one resource in window 0. */
struct stored {
	uint64_t objects; /* at the end */
	uint64_t writes;  /* every one is an event to whoever watches */
	uint64_t written; /* of them, those that leave an object: its bytes are written */
	uint64_t told;    /* to all watchers together */
	uint64_t told_bytes, told_cpu;
	uint64_t read; /* objects, by requests that the watch cache does not answer */
	uint32_t peak; /* writes in the busiest second */
};

/* ------------------------------------------------------------------ objects */

/* There are as many as there are nodes, pods or references; of others as many as were made. */
static uint64_t count_objects(const struct scenario *s, const struct fleet_result *r,
	const char *resource, uint64_t created)
{
	if (!strcmp(resource, "nodes"))
		return s->nodes;
	if (!strcmp(resource, "leases"))
		return created ? s->nodes : 0;
	if (!strcmp(resource, "pods"))
		return r->stored_pods;
	if (!strcmp(resource, "secrets") || !strcmp(resource, "configmaps"))
		return watched_in_cluster(s, resource);
	return created;
}

/* ------------------------------------------------------------------ reads */

/* Requests of a class that etcd had a part in, of those that were answered. */
static uint64_t by_etcd(const struct scenario *s, const struct fleet_result *r, uint16_t call)
{
	const struct tally_counts *in = &r->tally.window[0].in;

	if (call_mutates(&s->calls.name[call]) || !s->apiserver.watch_cache)
		return in->count[call][OUTCOME_OK];
	return in->quorum[call];
}

/* What a request is to etcd; a list of pods is of the node's. */
static struct server_demand demand_of(
	const struct scenario *s, const struct server_costs *costs, uint16_t call)
{
	return server_demand(costs, call, true, workload_pods(&s->workload));
}

static uint64_t objects_read(
	const struct scenario *s, const struct fleet_result *r, const char *resource)
{
	struct server_costs costs;
	uint64_t n = 0;

	server_costs_init(&costs, s);
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		if (!strcmp(s->calls.name[c].resource, resource))
			n += by_etcd(s, r, (uint16_t)c) *
			     demand_of(s, &costs, (uint16_t)c).read;
	return n;
}

/* Of its processors, as they were measured; the rest of what it does, telling API servers of
 * changes for one, was measured with the writes. */
static double etcd_seconds(const struct scenario *s, const struct fleet_result *r)
{
	struct server_costs costs;
	double ns = 0;

	server_costs_init(&costs, s);
	for (uint32_t c = CALL_API; c < s->calls.n; c++)
		ns += (double)by_etcd(s, r, (uint16_t)c) *
		      (double)demand_of(s, &costs, (uint16_t)c).etcd_cpu;
	return ns / 1e9;
}

/* ------------------------------------------------------------------ writes */

/* Deleting leaves nothing that is written, but a pod's first of two writes. */
static void add_call(struct stored *d, const struct call_name *name,
	const struct server_telling *tells, uint64_t n)
{
	bool deletes = !strcmp(name->verb, "delete");

	d->writes += tells->events * n;
	d->written += (tells->events - deletes) * n;
}

/* Whoever else asks changes an object, or says that it is to go. */
static void add_others(struct stored *d, const struct server_telling *tells, uint64_t n)
{
	if (!tells->events)
		return;
	d->writes += n;
	d->written += n;
}

static void find_peak(
	struct stored *d, const struct fleet_result *r, const bool *writes, uint32_t n)
{
	const struct tally *t = &r->tally;

	for (uint32_t i = 0; i < t->seconds; i++) {
		uint32_t sum = 0;

		for (uint32_t c = CALL_API; c < n; c++)
			if (writes[c])
				sum += tally_second_of(t, (uint16_t)c, OUTCOME_OK, i) +
				       (r->others ? fleet_others(r, (uint16_t)c)[i] : 0);
		d->peak = sum > d->peak ? sum : d->peak;
	}
}

static void tell(struct stored *d, uint64_t events, const struct server_audience *to)
{
	d->told += events * to->n;
	d->told_bytes += events * to->bytes;
	d->told_cpu += events * (uint64_t)to->measured_cpu;
}

/* Whoever watches all of a resource is told of every write, and who watches on the node that it
 * concerns. */
static struct stored stored_of(
	const struct scenario *s, const struct fleet_result *r, uint32_t i)
{
	const struct tally *t = &r->tally;
	struct server_audience all = {0}, own = {0};
	struct stored d = {0};
	uint64_t of_nodes = 0; /* writes that concern a node */
	bool writes[CALLS_MAX] = {false};

	for (uint32_t c = CALL_API; c < s->calls.n; c++) {
		struct server_telling tells = server_telling(s, (uint16_t)c);
		uint64_t before = d.writes;

		writes[c] = tells.events && tells.object == i;
		if (!writes[c])
			continue;
		add_call(&d, &s->calls.name[c], &tells, t->window[0].in.count[c][OUTCOME_OK]);
		add_others(&d, &tells, r->servers.asked[c].answered);
		all = tells.all;
		if (!tells.own.n)
			continue;
		own = tells.own;
		of_nodes += d.writes - before;
	}
	/* a DELETE that says that a pod is to go, whoever says it, is one of a final one's two
	 */
	if (writes[API_DELETE_PODS]) {
		d.writes -= t->window[0].in.marked_pods;
		of_nodes -= own.n ? t->window[0].in.marked_pods : 0;
	}
	tell(&d, d.writes, &all);
	tell(&d, of_nodes, &own);
	find_peak(&d, r, writes, s->calls.n);
	d.read = objects_read(s, r, s->apiserver.storage.object[i].resource);
	d.objects = count_objects(s, r, s->apiserver.storage.object[i].resource, d.written);
	return d;
}

/* ------------------------------------------------------------------ bytes */

struct sums {
	uint64_t stored, written, read, told, told_bytes, told_cpu;
};

static struct json *resource_row(
	const struct scenario *s, const struct fleet_result *r, uint32_t i, struct sums *sums)
{
	const struct apiserver_model *m = &s->apiserver;
	struct stored d = stored_of(s, r, i);
	double seconds = (double)s->duration / 1e9;
	uint64_t bytes = storage_bytes(m, i);
	struct json *row = json_object();

	sums->stored += d.objects * bytes;
	sums->written += d.written * bytes;
	sums->read += d.read * bytes;
	sums->told += d.told;
	sums->told_bytes += d.told_bytes;
	sums->told_cpu += d.told_cpu;
	json_put_str(row, "resource", m->storage.object[i].resource);
	json_put_int(row, "objects", (int64_t)d.objects);
	json_put_int(row, "objectBytes", (int64_t)bytes);
	json_put_int(row, "storedBytes", (int64_t)(d.objects * bytes));
	json_put_num(row, "writtenBytesPerSecond", (double)(d.written * bytes) / seconds);
	json_put_num(row, "readBytesPerSecond", (double)(d.read * bytes) / seconds);
	json_put_num(row, "eventsPerSecond", (double)d.writes / seconds);
	json_put(row, "eventsPeakSecond", r->tally.seconds ? json_int(d.peak) : json_null());
	json_put_int(row, "watchers", server_change(s, m->storage.object[i].resource).all.n);
	json_put_num(row, "toldPerSecond", (double)d.told / seconds);
	json_put_num(row, "toldBytesPerSecond", (double)d.told_bytes / seconds);
	json_put(row, "withinWatcherLimit",
		m->storage.watcher_events
			? json_bool((double)d.writes < m->storage.watcher_events * seconds &&
				    d.peak < m->storage.watcher_events)
			: json_null());
	return row;
}

static const char *format_name(enum storage_format format)
{
	switch (format) {
	case STORAGE_JSON:
		return "json";
	case STORAGE_BASE64:
		return "base64";
	case STORAGE_PROTOBUF:
	case STORAGE_FORMATS:
		break;
	}
	return "protobuf";
}

struct json *result_storage(const struct scenario *s, const struct fleet_result *r)
{
	const struct apiserver_model *m = &s->apiserver;
	double seconds = (double)s->duration / 1e9;
	struct sums sums = {0};
	struct json *o, *rows;

	if (!m->storage.n_objects)
		return json_null();
	o = json_object();
	rows = json_array();
	for (uint32_t i = 0; i < m->storage.n_objects; i++)
		json_append(rows, resource_row(s, r, i, &sums));
	json_put_str(o, "format", format_name(m->storage.format));
	json_put_int(o, "storedBytes", (int64_t)sums.stored);
	json_put_num(o, "writtenBytesPerSecond", (double)sums.written / seconds);
	json_put_num(o, "readBytesPerSecond", (double)sums.read / seconds);
	json_put(o, "etcdCores",
		s->apiserver.processors ? json_num(etcd_seconds(s, r) / seconds) : json_null());
	json_put_num(o, "toldPerSecond", (double)sums.told / seconds);
	json_put_num(o, "toldBytesPerSecond", (double)sums.told_bytes / seconds);
	json_put(o, "toldCores",
		s->apiserver.processors ? json_num((double)sums.told_cpu / 1e9 / seconds)
					: json_null());
	json_put(o, "watcherLimit",
		m->storage.watcher_events ? json_int(m->storage.watcher_events) : json_null());
	json_put(o, "resources", rows);
	return o;
}
