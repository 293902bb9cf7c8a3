/* SPDX-License-Identifier: Apache-2.0 */
#include "models/feature.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/tables.h"
#include "models/tree.h"

/* A feature on its way into a scenario. */
struct applying {
	struct resolving *r;
	struct model *scenario;
	const struct model *feature;
	const char *name;
};

/* ------------------------------------------------------------------ reading */

static void warn_of(const struct doc_node *at, const char *resource, struct str *warnings)
{
	const char *near;
	struct err text = {0};

	if (resource_is_known(resource, &near))
		return;
	(void)doc_error(at, &text,
		"warning: Kubernetes has no resource '%.60s'%s%s%s; it is counted as it stands",
		resource, near ? " (the nearest is '" : "", near ? near : "", near ? "')" : "");
	str_addf(warnings, "%s\n", text.text);
}

/* "get pods/status": its resource. */
static void warn_of_call(const struct doc_node *call, struct str *warnings)
{
	const struct doc_node *api = doc_get(call, "api");
	const char *space = api && api->kind == DOC_SCALAR ? strchr(api->text, ' ') : NULL;

	if (space)
		warn_of(api, space + 1, warnings);
}

static void warn_of_all(const struct doc_node *spec, struct str *warnings)
{
	const struct doc_node *loops = doc_get(spec, "loops");
	const struct doc_node *watches = doc_get(spec, "watches");

	for (const struct doc_node *l = loops ? loops->first : NULL; l; l = l->next) {
		const struct doc_node *calls = doc_get(l, "calls");

		for (const struct doc_node *c = calls ? calls->first : NULL; c; c = c->next)
			warn_of_call(c, warnings);
	}
	for (const struct doc_node *w = watches ? watches->first : NULL; w; w = w->next) {
		const struct doc_node *resource = doc_get(w, "resource");

		if (resource && resource->kind == DOC_SCALAR)
			warn_of(resource, resource->text, warnings);
	}
}

static int resolve(struct resolving *r, const char *name, const struct doc_node *at,
	struct feature_model *f, struct model *resolved, struct err *err)
{
	struct calls *calls = ARENA_NEW(r->mem, struct calls);
	struct reading reading = {.mem = r->mem, .calls = calls};
	int code;

	calls_init(calls);
	code = library_resolve(
		r, &(struct model_ref){MODEL_FEATURE, name, at, NULL}, resolved, err);
	if (!code)
		code = table_read(&reading, &table_feature, resolved->spec, f, err);
	if (!code && r->warnings)
		warn_of_all(resolved->spec, r->warnings);
	return code;
}

int feature_load(const struct library *lib, const char *name, struct feature_model *f,
	struct model *resolved, struct str *warnings, struct err *err)
{
	struct resolving r = {.lib = lib,
		.mem = lib->mem,
		.origins = &resolved->origins,
		.warnings = warnings};

	memset(f, 0, sizeof(*f));
	return resolve(&r, name, NULL, f, resolved, err);
}

/* ------------------------------------------------------------------ what it replaces */

static struct doc_node *kubelet_of(const struct applying *a)
{
	return doc_get(a->scenario->spec, "kubelet");
}

static void kubelet_put(const struct applying *a, const char *field, struct doc_node *child)
{
	struct arena *mem = a->r->mem;
	struct doc_node *kubelet = tree_with(mem, kubelet_of(a), field, child);

	a->scenario->spec = tree_with(mem, a->scenario->spec, "kubelet", kubelet);
}

/* The kubelet's loops or watches; an empty map if it has none. */
static const struct doc_node *kubelet_map(const struct applying *a, const char *field)
{
	const struct doc_node *map = doc_get(kubelet_of(a), field);

	return map && map->kind == DOC_MAP ? map : tree_empty(a->r->mem, DOC_MAP, NULL);
}

static int nothing_such(const struct doc_node *at, const struct doc_node *map, const char *what,
	struct err *err)
{
	const char *names[LOOPS_MAX + WATCHES_MAX];
	const char *near;
	uint32_t n = 0;

	for (const struct doc_node *e = map->first; e && n < COUNT_OF(names); e = e->next)
		names[n++] = e->key;
	near = str_nearest(at->text, names, n);
	return doc_error(at, err, "this kubelet has no %s '%.60s' to replace%s%s%s", what,
		at->text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int replace_entry(const struct applying *a, const char *field, const char *what,
	const struct doc_node *at, struct err *err)
{
	const struct doc_node *map = kubelet_map(a, field);

	if (!doc_get(map, at->text))
		return nothing_such(at, map, what, err);
	kubelet_put(a, field, tree_without(a->r->mem, map, at->text));
	return 0;
}

static bool is_call(const struct doc_node *call, const char *text)
{
	const struct doc_node *api = doc_get(call, "api"), *op = doc_get(call, "runtime");

	return (api && api->kind == DOC_SCALAR && !strcmp(api->text, text)) ||
	       (op && op->kind == DOC_SCALAR && !strcmp(op->text, text));
}

/* A loop that has lost its last request has none to try again. */
static struct doc_node *of_what_is_left(struct arena *mem, struct doc_node *loop)
{
	for (const struct doc_node *c = doc_get(loop, "calls")->first; c; c = c->next)
		if (doc_get(c, "api"))
			return loop;
	return tree_without(mem, tree_without(mem, loop, "tries"), "tryAgainAfter");
}

/* The loop without that call; NULL if it does not make it. */
static struct doc_node *without_call(
	struct arena *mem, const struct doc_node *loop, const char *text)
{
	const struct doc_node *calls = doc_get(loop, "calls");
	struct doc_node *left = tree_empty(mem, DOC_LIST, calls);

	for (const struct doc_node *c = calls ? calls->first : NULL; c; c = c->next)
		if (!is_call(c, text))
			tree_put(mem, left, NULL, doc_clone(mem, c));
	if (!calls || left->n == calls->n)
		return NULL;
	return of_what_is_left(mem, tree_with(mem, loop, "calls", left));
}

static int replace_call(const struct applying *a, const struct doc_node *at, struct err *err)
{
	struct arena *mem = a->r->mem;
	const struct doc_node *loops = kubelet_map(a, "loops");
	struct doc_node *left = tree_copy(mem, loops);
	bool any = false;

	for (const struct doc_node *l = loops->first; l; l = l->next) {
		struct doc_node *less = without_call(mem, l, at->text);

		if (!less || doc_get(l, "feature"))
			continue;
		any = true;
		left = tree_with(mem, left, l->key, less);
	}
	if (!any)
		return doc_error(at, err,
			"no loop of this kubelet makes '%.60s'; what a mechanism makes is "
			"changed by 'set'",
			at->text);
	kubelet_put(a, "loops", left);
	return 0;
}

static int replace(const struct applying *a, struct err *err)
{
	const struct doc_node *list = doc_get(a->feature->spec, "replaces");

	for (const struct doc_node *e = list ? list->first : NULL; e; e = e->next) {
		const struct doc_node *loop = doc_get(e, "loop"), *watch = doc_get(e, "watch");
		int code;

		if (loop)
			code = replace_entry(a, "loops", "loop", loop, err);
		else if (watch)
			code = replace_entry(a, "watches", "watch", watch, err);
		else
			code = replace_call(a, doc_get(e, "call"), err);
		if (code)
			return code;
	}
	return 0;
}

/* ------------------------------------------------------------------ what it adds and sets */

static void add_entries(const struct applying *a, const char *field)
{
	struct arena *mem = a->r->mem;
	const struct doc_node *add = doc_get(a->feature->spec, field);
	struct doc_node *all;

	if (!add)
		return;
	all = tree_copy(mem, kubelet_map(a, field));
	for (const struct doc_node *e = add->first; e; e = e->next) {
		char key[LOOP_NAME * 2];

		(void)snprintf(key, sizeof(key), "%.64s/%.96s", a->name, e->key);
		all = tree_with(mem, all, arena_strdup(mem, key),
			tree_with(mem, e, "feature", tree_text(mem, a->name)));
	}
	kubelet_put(a, field, all);
}

static void add_limiter(const struct applying *a)
{
	struct arena *mem = a->r->mem;
	const struct doc_node *limiter = doc_get(a->feature->spec, "limiter");
	const struct doc_node *runs_on = doc_get(a->feature->spec, "runsOn");
	struct doc_node *agent;

	if (!limiter)
		return;
	agent = doc_clone(mem, limiter);
	if (runs_on)
		agent = tree_with(mem, agent, "runsOn", doc_clone(mem, runs_on));
	kubelet_put(a, "agents", tree_with(mem, kubelet_map(a, "agents"), a->name, agent));
}

static int set(const struct applying *a, struct err *err)
{
	const struct doc_node *map = doc_get(a->feature->spec, "set");

	if (map && map->kind != DOC_MAP)
		return doc_error(map, err, "'set' is %s, a map of paths and values is needed",
			doc_kind_name(map->kind));
	for (const struct doc_node *e = map ? map->first : NULL; e; e = e->next) {
		struct err why = {0};
		char door[400];
		bool needed;

		(void)snprintf(
			door, sizeof(door), "%.360s:%u:%u: set ", e->file, e->line, e->column);
		if (e->kind != DOC_SCALAR)
			return doc_error(e, err, "'set' has %s for '%.80s', a value is needed",
				doc_kind_name(e->kind), e->key);
		if (table_check_path(&table_scenario, a->scenario->spec, e->key, &needed, &why))
			return doc_error_key(e, err, "set %.80s: %.200s", e->key, why.text);
		if (doc_set(a->r->mem, a->scenario->spec, door, e->key, e->text, err))
			return ERR_INPUT;
	}
	return 0;
}

/* Its loops and watches are called after it. */
static int is_new(const struct applying *a, const struct doc_node *at, struct err *err)
{
	static const char *const maps[] = {"loops", "watches"};
	size_t len = strlen(a->name);

	for (size_t i = 0; i < COUNT_OF(maps); i++)
		for (const struct doc_node *e = kubelet_map(a, maps[i])->first; e; e = e->next)
			if (!strncmp(e->key, a->name, len) && e->key[len] == '/')
				return doc_error(at, err,
					"the scenario has the feature '%.60s' already",
					a->name);
	return 0;
}

static void add_name(struct resolving *r, const char *name)
{
	const char **names = ARENA_ARRAY(r->mem, const char *, r->n_features + 1);

	for (uint32_t i = 0; i < r->n_features; i++)
		names[i] = r->feature[i];
	names[r->n_features++] = name;
	r->feature = names;
}

static int apply(struct resolving *r, struct model *scenario, const char *name,
	const struct doc_node *at, struct err *err)
{
	struct feature_model *f = ARENA_NEW(r->mem, struct feature_model);
	struct model feature = {0};
	struct applying a = {.r = r, .scenario = scenario, .feature = &feature};
	int code = resolve(r, name, at, f, &feature, err);

	if (code)
		return code;
	a.name = feature.name;
	add_name(r, feature.name);
	code = is_new(&a, at, err);
	if (!code)
		code = replace(&a, err);
	if (code)
		return code;
	add_entries(&a, "loops");
	add_entries(&a, "watches");
	add_limiter(&a);
	scenario->spec = doc_clone(r->mem, scenario->spec);
	return set(&a, err);
}

static struct doc_node *given(struct arena *mem, const struct settings *sets, size_t i)
{
	struct doc_node *node = tree_given(mem, "with", sets->with[i]);
	char label[240];

	if (!sets->with_door || !sets->with_door[i])
		return node;
	(void)snprintf(label, sizeof(label), "%.120s%.100s", sets->with_door[i], sets->with[i]);
	node->file = arena_strdup(mem, label);
	return node;
}

int features_apply(struct resolving *r, struct model *scenario, const struct settings *sets,
	struct err *err)
{
	const struct doc_node *named = doc_get(scenario->spec, "features");
	int code = 0;

	r->warnings = sets->warnings;
	if (named && named->kind != DOC_LIST)
		return doc_error(named, err, "'features' is %s, a list of names is needed",
			doc_kind_name(named->kind));
	if (named)
		scenario->spec = tree_without(r->mem, scenario->spec, "features");
	for (const struct doc_node *e = named ? named->first : NULL; e && !code; e = e->next)
		code = e->kind == DOC_SCALAR
			       ? apply(r, scenario, e->text, e, err)
			       : doc_error(e, err, "'features' has %s, a name is needed",
					 doc_kind_name(e->kind));
	for (size_t i = 0; i < sets->n_with && !code; i++)
		code = apply(r, scenario, sets->with[i], given(r->mem, sets, i), err);
	return code;
}
