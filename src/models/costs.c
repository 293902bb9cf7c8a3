/* SPDX-License-Identifier: Apache-2.0 */
#include "models/costs.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "models/calibration.h"
#include "models/tables.h"
#include "models/watched.h"

struct costing {
	struct calibration calibration;
	const struct apiserver_model *model;
	const struct doc_node *costs; /* of the model's spec */
};

/* A call as it was measured. */
struct wanted {
	struct call_name name;
	enum api_encoding encoding;
	enum api_served served;
};

/* ------------------------------------------------------------------ latency */

const struct latency *costs_latency(
	const struct scenario *s, uint16_t call, bool quorum, bool *cached)
{
	const struct apiserver_model *m = &s->apiserver;
	const struct latency *etcd = &m->other;
	const struct latency *cache = &m->other_cached;

	for (uint32_t i = 0; i < m->n_latency; i++)
		if (m->latency[i].call == s->calls.alike[call]) {
			etcd = &m->latency[i].latency;
			cache = &m->latency[i].cached;
		}
	*cached = !quorum && m->watch_cache && cache->mean > 0 &&
		  !call_mutates(&s->calls.name[call]);
	return *cached ? cache : etcd;
}

uint64_t costs_bytes(const struct scenario *s, uint16_t call)
{
	const struct model_watch *all = watched_all_by(s, call);

	if (all && watched_objects(s, all))
		return watched_objects(s, all) * watched_bytes(s, all);
	for (uint32_t i = 0; i < s->apiserver.n_latency; i++)
		if (s->apiserver.latency[i].call == s->calls.alike[call])
			return s->apiserver.latency[i].latency.bytes;
	return 0;
}

/* ------------------------------------------------------------------ what was measured */

static bool is_of(const struct calibrated_call *row, const struct wanted *w, const char *verb)
{
	return row->encoding == w->encoding && row->served == w->served &&
	       !strcmp(row->name.verb, verb) && !strcmp(row->name.resource, w->name.resource);
}

/* Of that verb and w's resource: the one with the most objects, or the fewest. */
static const struct calibrated_call *measured(
	const struct calibration *c, const struct wanted *w, const char *verb, bool most)
{
	const struct calibrated_call *found = NULL;

	for (uint32_t i = 0; i < c->n_calls; i++) {
		const struct calibrated_call *row = &c->calls[i];

		if (is_of(row, w, verb) && (!found || (most ? row->objects > found->objects
							    : row->objects < found->objects)))
			found = row;
	}
	return found;
}

/* rv=0 asks nothing of etcd: what it used meanwhile, it used by itself. */
static ns_t etcd_of(const struct calibrated_call *row)
{
	return row->served == SERVED_CACHE ? 0 : row->etcd_cpu;
}

static struct api_cost of_one(const struct calibrated_call *row)
{
	return (struct api_cost){
		.cpu = row->apiserver_cpu, .etcd_cpu = etcd_of(row), .bytes = row->bytes};
}

static int64_t at_least_0(int64_t n)
{
	return n > 0 ? n : 0;
}

/* All that grows counted as listed. */
static struct api_cost line(
	const struct calibrated_call *few, const struct calibrated_call *many)
{
	static const struct calibrated_call nothing = {0};
	struct api_cost c = {0};
	int64_t n;

	if (!few || few->objects >= many->objects)
		few = &nothing;
	n = (int64_t)many->objects - few->objects;
	if (n <= 0) /* a list of nothing is all that was measured */
		return of_one(many);
	c.listed_cpu = at_least_0(many->apiserver_cpu - few->apiserver_cpu) / n;
	c.read_etcd_cpu = at_least_0(etcd_of(many) - etcd_of(few)) / n;
	c.listed_bytes = (uint32_t)(at_least_0((int64_t)many->bytes - few->bytes) / n);
	c.cpu = at_least_0(few->apiserver_cpu - few->objects * c.listed_cpu);
	c.etcd_cpu = at_least_0(etcd_of(few) - few->objects * c.read_etcd_cpu);
	c.bytes = (uint32_t)at_least_0(
		(int64_t)few->bytes - (int64_t)few->objects * c.listed_bytes);
	return c;
}

static bool list_line(const struct calibration *c, const struct wanted *w, struct api_cost *to)
{
	const struct calibrated_call *many = measured(c, w, "list", true);
	const struct calibrated_call *few = measured(c, w, "get", false);

	if (!many)
		return false;
	*to = line(few ? few : measured(c, w, "list", false), many);
	return true;
}

static bool cost_of_list(
	const struct calibration *c, const struct wanted *w, struct api_cost *to)
{
	struct wanted cached = *w;
	struct api_cost from_cache = {0};

	if (!list_line(c, w, to))
		return false;
	cached.served = SERVED_CACHE;
	if (w->served == SERVED_CACHE)
		return true;
	/* Writing an object into the answer costs what it does from the cache; the rest is
	 * getting it out of etcd, which is done for those too that are not asked for. */
	(void)list_line(c, &cached, &from_cache);
	if (from_cache.listed_cpu > to->listed_cpu)
		from_cache.listed_cpu = to->listed_cpu;
	to->read_cpu = to->listed_cpu - from_cache.listed_cpu;
	to->listed_cpu = from_cache.listed_cpu;
	return true;
}

static bool cost_of(const struct calibration *c, const struct wanted *w, struct api_cost *to)
{
	const struct calibrated_call *row;

	if (!strcmp(w->name.verb, "list"))
		return cost_of_list(c, w, to);
	row = measured(c, w, w->name.verb, false);
	if (row)
		*to = of_one(row);
	return row != NULL;
}

/* ------------------------------------------------------------------ and what was not */

static const struct api_cost_as *as_find(const struct apiserver_model *m, const char *name)
{
	for (uint32_t i = 0; i < m->costs.n_as; i++)
		if (!strcmp(m->costs.as[i].name, name))
			return &m->costs.as[i];
	return NULL;
}

static void split_name(const char *call, struct call_name *name)
{
	const char *space = strchr(call, ' ');

	(void)snprintf(name->verb, sizeof(name->verb), "%.*s", (int)(space - call), call);
	(void)snprintf(name->resource, sizeof(name->resource), "%s", space + 1);
}

static void scale(ns_t *cpu, int64_t by)
{
	*cpu = *cpu / PPM * by + *cpu % PPM * by / PPM;
}

/* Generated JSON has the bytes of JSON, and takes a part of the processor's time. */
static bool cost_encoded(const struct costing *c, const struct wanted *w, struct api_cost *to)
{
	int64_t by = c->model->costs.generated_json;
	struct wanted json = *w;

	if (cost_of(&c->calibration, w, to))
		return true;
	json.encoding = ENCODING_JSON;
	if (w->encoding != ENCODING_GENERATED_JSON || !by ||
		!cost_of(&c->calibration, &json, to))
		return false;
	scale(&to->cpu, by);
	scale(&to->listed_cpu, by);
	scale(&to->read_cpu, by);
	return true;
}

static bool cost_as(
	const struct costing *c, const char *name, const struct wanted *w, struct api_cost *to)
{
	const struct api_cost_as *as = as_find(c->model, name);
	struct wanted other = *w;

	if (!as)
		return false;
	split_name(as->call, &other.name);
	if (as->encoding < ENCODINGS &&
		!(as->encoding == ENCODING_JSON && w->encoding == ENCODING_GENERATED_JSON))
		other.encoding = (enum api_encoding)as->encoding;
	return cost_encoded(c, &other, to);
}

static int nothing_says(const struct costing *c, const struct wanted *w, struct err *err)
{
	return doc_error_key(c->costs, err,
		"nothing says what '%s %s' costs (%s, %s): '%s' did not measure it, and 'as' "
		"names for neither '%s %s' nor '%s' a call that it did",
		w->name.verb, w->name.resource, words_api_encoding[w->encoding].name,
		words_api_served[w->served].name, c->calibration.name, w->name.verb,
		w->name.resource, w->name.verb);
}

static int resolve(
	const struct costing *c, const struct wanted *w, struct api_cost *to, struct err *err)
{
	char name[sizeof(c->model->costs.as[0].name)];

	(void)snprintf(name, sizeof(name), "%s %s", w->name.verb, w->name.resource);
	if (cost_encoded(c, w, to) || cost_as(c, name, w, to) ||
		cost_as(c, w->name.verb, w, to))
		return 0;
	return nothing_says(c, w, err);
}

/* Each relative was measured, however encoded and read. */
static int check_as(const struct costing *c, struct err *err)
{
	const struct calibration *cal = &c->calibration;
	const struct doc_node *as = doc_get(c->costs, "as");
	char known[64][sizeof(c->model->costs.as[0].call)];
	const char *names[64];
	uint32_t n = 0;

	for (uint32_t i = 0; i < cal->n_calls && n < COUNT_OF(names); i++) {
		names[n] = known[n];
		(void)snprintf(known[n], sizeof(known[n]), "%s %s", cal->calls[i].name.verb,
			cal->calls[i].name.resource);
		n++;
	}
	for (uint32_t i = 0; i < c->model->costs.n_as; i++) {
		const struct api_cost_as *a = &c->model->costs.as[i];
		const char *near;
		struct wanted w = {0};
		bool found = false;

		split_name(a->call, &w.name);
		for (uint32_t k = 0; k < cal->n_calls; k++)
			found = found ||
				(!strcmp(cal->calls[k].name.verb, w.name.verb) &&
					!strcmp(cal->calls[k].name.resource, w.name.resource));
		if (found)
			continue;
		near = str_nearest(a->call, names, n);
		return doc_error(doc_get(doc_get(as, a->name), "call"), err,
			"'%s' did not measure '%s'%s%s%s", cal->name, a->call,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	return 0;
}

/* ------------------------------------------------------------------ all of it */

static int resolve_calls(const struct costing *c, struct scenario *s, struct err *err)
{
	struct wanted w = {.encoding = s->apiserver.encoding};

	for (uint32_t call = CALL_API; call < s->calls.n; call++) {
		struct api_cost *cost = s->apiserver.cost[call];

		w.name = s->calls.name[call];
		w.served = call_mutates(&w.name) ? SERVED_WRITE : SERVED_QUORUM;
		if (resolve(c, &w, &cost[1], err))
			return ERR_INPUT;
		cost[0] = cost[1];
		if (w.served == SERVED_WRITE || !s->apiserver.watch_cache)
			continue;
		w.served = SERVED_CACHE;
		if (resolve(c, &w, &cost[0], err))
			return ERR_INPUT;
	}
	return 0;
}

/* An event is written out as an object of a list is: its cost goes with its bytes. */
static int resolve_events(const struct costing *c, struct scenario *s, struct err *err)
{
	struct apiserver_model *m = &s->apiserver;
	struct wanted w = {.name = {.verb = "list", .resource = "pods"},
		.encoding = m->encoding,
		.served = SERVED_CACHE};
	struct api_cost list = {0};

	if (!m->costs.watch_event)
		return 0;
	if (resolve(c, &w, &list, err))
		return ERR_INPUT;
	for (uint32_t i = 0; list.listed_bytes && i < m->storage.n_objects; i++) {
		int64_t bytes = watched_stored_bytes(m, i);
		ns_t *cpu = &m->storage.object[i].told_cpu;

		*cpu = list.listed_cpu * bytes / list.listed_bytes;
		scale(cpu, m->costs.watch_event);
	}
	return 0;
}

/* A name, or a path relative to the file that states it. */
static int load(const struct library *lib, const struct doc_node *named,
	struct calibration *calibration, struct err *err)
{
	const char *slash = named->line && named->file ? strrchr(named->file, '/') : NULL;
	char name[512];
	char path[1024];
	int code;

	(void)snprintf(name, sizeof(name), "%s", named->text);
	if (slash && *named->text != '/' && strchr(named->text, '/'))
		(void)snprintf(name, sizeof(name), "%.*s/%s", (int)(slash - named->file),
			named->file, named->text);
	calibration_path(lib, name, path, sizeof(path));
	if (!file_exists(path))
		return doc_error(named, err, "no calibration '%.60s': there is no %.200s",
			named->text, path);
	code = calibration_load(lib, name, calibration, err);
	if (!code && !calibration->n_calls)
		return doc_error(named, err, "calibration '%.60s' measured no API server",
			calibration->name);
	return code;
}

int costs_load(const struct library *lib, const struct doc_node *spec, struct scenario *s,
	struct err *err)
{
	struct costing c = {.model = &s->apiserver, .costs = doc_get(spec, "costs")};
	int code;

	if (!s->apiserver.processors)
		return 0;
	code = load(lib, doc_get(c.costs, "calibration"), &c.calibration, err);
	if (!code)
		code = check_as(&c, err);
	if (!code)
		code = resolve_calls(&c, s, err);
	return code ? code : resolve_events(&c, s, err);
}
