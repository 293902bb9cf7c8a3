/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario's references and settings. */
#include "models/library.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "models/costs.h"
#include "models/feature.h"
#include "models/library_priv.h"
#include "models/owners.h"
#include "models/tables.h"
#include "models/tree.h"

static const struct {
	const char *field;
	enum model_kind kind;
} references[] = {
	{"kubelet", MODEL_KUBELET},
	{"runtime", MODEL_RUNTIME},
	{"apiserver", MODEL_APISERVER},
	{"workload", MODEL_WORKLOAD},
};

/* The model that node names, or the map that it is over what the map extends. */
static int follow(struct resolving *r, enum model_kind kind, const struct doc_node *node,
	struct doc_node **to, struct err *err)
{
	struct model named = {0};
	struct extended extended = {0};
	int code;

	if (node->kind == DOC_MAP) {
		code = library_extend(r, kind, node, NULL, &extended, err);
		if (!code)
			*to = extended.base ? model_named(r->mem, extended.spec, extended.base)
					    : extended.spec;
		return code;
	}
	if (node->kind != DOC_SCALAR)
		return doc_error(
			node, err, "'%s' must be a name, or a map that extends one", node->key);
	code = library_resolve(
		r, &(struct model_ref){kind, node->text, node, NULL}, &named, err);
	if (!code)
		*to = named.spec;
	return code;
}

int scenario_inline(struct resolving *r, struct model *scenario, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(references); i++) {
		const struct doc_node *at = doc_get(scenario->spec, references[i].field);
		struct doc_node *to = NULL;
		int code;

		if (!at)
			continue; /* the table's reader complains */
		code = follow(r, references[i].kind, at, &to, err);
		if (code)
			return code;
		scenario->spec = tree_with(
			r->mem, scenario->spec, references[i].field, doc_clone(r->mem, to));
	}
	scenario->spec = doc_merge(r->mem, NULL, scenario->spec); /* nulls have had their say */
	return 0;
}

/* ------------------------------------------------------------------ settings */

/* "path=value" in two; path is a copy. */
static int split(struct arena *mem, const char *door, const char *set, char **path,
	const char **value, struct err *err)
{
	const char *equals = strchr(set, '=');

	if (!equals || equals == set) {
		(void)err_set(err, ERR_INPUT, "%s%.200s: path=value is needed", door, set);
		return ERR_INPUT;
	}
	*path = arena_strndup(mem, set, (size_t)(equals - set));
	*value = equals + 1;
	return 0;
}

static void put_settings(const char **text, const char **door, const struct settings *from)
{
	for (size_t i = 0; i < from->n; i++) {
		text[i] = from->text[i];
		door[i] = from->door ? from->door[i] : NULL;
	}
}

struct settings settings_joined(
	struct arena *mem, const struct settings *a, const struct settings *b)
{
	const char **text = ARENA_ARRAY(mem, const char *, a->n + b->n);
	const char **door = ARENA_ARRAY(mem, const char *, a->n + b->n);
	struct settings all = *a;

	put_settings(text, door, a);
	put_settings(text + a->n, door + a->n, b);
	all.text = text;
	all.door = door;
	all.n = a->n + b->n;
	return all;
}

static const char *door_of(const struct settings *sets, size_t i)
{
	return sets->door && sets->door[i] ? sets->door[i] : "--set ";
}

/* "--set kubelet=v1.12", "--kubelet v1.12", "kubelet:v1.12": as it was given. */
static const char *as_given(
	struct arena *mem, const char *door, const char *path, const char *value)
{
	size_t len = strlen(door);
	char between = !len ? ':' : door[len - 1] == ' ' ? '=' : ' ';
	char label[300];

	(void)snprintf(label, sizeof(label), "%.80s%.100s%c%.100s", door, path, between, value);
	return arena_strdup(mem, label);
}

/* Other models, which are laid under it or over it before single fields are set. */
static bool is_reference(const char *path)
{
	if (!strcmp(path, "features"))
		return true;
	for (size_t i = 0; i < COUNT_OF(references); i++)
		if (!strcmp(path, references[i].field))
			return true;
	return false;
}

/* "kubelet=v1.12": before references are followed, so that other settings reach into it. */
static int set_references(
	struct resolving *r, struct model *m, const struct settings *sets, struct err *err)
{
	for (size_t i = 0; i < sets->n; i++) {
		const char *door = door_of(sets, i);
		struct doc_node *name;
		char *path = NULL;
		const char *value = NULL;

		if (split(r->mem, door, sets->text[i], &path, &value, err))
			return ERR_INPUT;
		if (!is_reference(path))
			continue;
		if (!strcmp(path, "features")) {
			m->spec = doc_clone(r->mem, m->spec);
			if (doc_set(r->mem, m->spec, door, path, value, err))
				return ERR_INPUT;
			continue;
		}
		name = tree_text(r->mem, value);
		name->file = as_given(r->mem, door, path, value);
		m->spec = tree_with(r->mem, m->spec, path, name);
	}
	return 0;
}

static bool removes(const char *value)
{
	return !strcmp(value, "null") || !strcmp(value, "~");
}

static int apply_set(struct resolving *r, struct model *m, const char *door, const char *set,
	struct err *err)
{
	char *path = NULL;
	const char *value = NULL;
	bool needed;

	if (split(r->mem, door, set, &path, &value, err))
		return ERR_INPUT;
	if (is_reference(path))
		return 0;
	if (table_check_path(&table_scenario, m->spec, path, &needed, err))
		return err_wrap(err, "%.300s", as_given(r->mem, door, path, value));
	if (needed && removes(value))
		return err_set(err, ERR_INPUT, "%.300s: '%.200s' cannot be without a value",
			as_given(r->mem, door, path, value), path);
	return doc_set(r->mem, m->spec, door, path, value, err);
}

/* ------------------------------------------------------------------ settings without effect */

/* Whether a setting is of that field or of something in it. */
static bool is_of(const char *set, const char *field)
{
	size_t len = strlen(field);

	return !strncmp(set, field, len) && strchr("=.[", set[len]);
}

/* Why nothing comes of a setting; NULL: something does. */
static const char *why_idle(const char *set, const struct scenario *s)
{
	static const char *const pushing_back[] = {"apiserver.servers",
		"apiserver.maxRequestsInflight", "apiserver.maxMutatingRequestsInflight",
		"apiserver.retryAfter", "apiserver.requestTimeout", "apiserver.fairness"};

	for (size_t i = 0; i < COUNT_OF(pushing_back) && !s->apiserver.processors; i++)
		if (is_of(set, pushing_back[i]))
			return "without apiserver.processors every request is answered as it "
			       "comes";
	if (is_of(set, "apiserver.http2MaxStreamsPerConnection") && !s->kubelet.one_connection)
		return "without kubelet.oneConnection a kubelet opens as many connections as "
		       "it "
		       "needs";
	return NULL;
}

/* Who sets a limit believes in what comes out. */
static void warn_of_idle(const struct settings *sets, const struct scenario *s)
{
	for (size_t i = 0; i < sets->n && sets->warnings; i++) {
		const char *why = why_idle(sets->text[i], s);

		if (why)
			str_addf(sets->warnings, "%s%s: warning: nothing comes of it: %s\n",
				door_of(sets, i), sets->text[i], why);
	}
}

/* ------------------------------------------------------------------ what comes too late */

static void warn_if_late(struct str *warnings, const char *list, ns_t at, ns_t end)
{
	char when[UNITS_TEXT_BYTES], over[UNITS_TEXT_BYTES];

	if (at < end)
		return;
	str_addf(warnings,
		"%s: warning: nothing comes of what is to happen at %s: the run ends at %s\n",
		list, units_format_duration(when, sizeof(when), at),
		units_format_duration(over, sizeof(over), end));
}

/* Who shortens a run may not know that he cuts off what it is about. */
static void warn_of_late(const struct scenario *s, struct str *warnings)
{
	ns_t end = s->warmup + s->duration;

	for (uint32_t i = 0; i < s->apiserver.n_restarts; i++)
		warn_if_late(warnings, "apiserver.restarts", s->apiserver.restarts[i].at, end);
	for (uint32_t i = 0; i < s->runtime.n_rules; i++)
		warn_if_late(warnings, "runtime.rules", s->runtime.rules[i].from, end);
	for (uint32_t i = 0; i < s->n_script; i++)
		warn_if_late(warnings, "script", s->warmup + s->script[i].at, end);
}

/* Settings of references, references, every other setting, then the struct. */
static int finish_scenario(struct resolving *r, const struct settings *sets,
	struct scenario *scenario, struct model *m, struct err *err)
{
	static const struct settings none = {0};
	struct reading reading = {.mem = r->mem, .calls = &scenario->calls};
	int code;

	sets = sets ? sets : &none;
	code = set_references(r, m, sets, err);
	if (!code)
		code = scenario_inline(r, m, err);
	if (!code)
		code = features_apply(r, m, sets, err);
	if (code)
		return code;
	m->spec = doc_clone(r->mem, m->spec);
	for (size_t i = 0; i < sets->n; i++) {
		code = apply_set(r, m, door_of(sets, i), sets->text[i], err);
		if (code)
			return code;
	}
	memset(scenario, 0, sizeof(*scenario));
	calls_init(&scenario->calls);
	code = table_read(&reading, &table_scenario, m->spec, scenario, err);
	if (!code)
		code = owner_calls_init(
			scenario, doc_get(doc_get(m->spec, "apiserver"), "processors"), err);
	if (!code)
		code = costs_load(r->lib, doc_get(m->spec, "apiserver"), scenario, err);
	if (!code && m->name)
		(void)snprintf(scenario->name, sizeof(scenario->name), "%s", m->name);
	scenario->n_features = r->n_features;
	scenario->feature = r->feature;
	if (!code)
		warn_of_idle(sets, scenario);
	if (!code && sets->warnings)
		warn_of_late(scenario, sets->warnings);
	return code;
}

int scenario_load(const struct library *lib, const char *name, const struct settings *sets,
	struct scenario *scenario, struct model *resolved, struct err *err)
{
	struct resolving r = {.lib = lib, .mem = lib->mem, .origins = &resolved->origins};
	int code;

	*resolved = (struct model){0};
	code = library_resolve(
		&r, &(struct model_ref){MODEL_SCENARIO, name, NULL, NULL}, resolved, err);
	return code ? code : finish_scenario(&r, sets, scenario, resolved, err);
}

int scenario_from_doc(const struct library *lib, const struct doc_node *spec,
	const struct settings *sets, struct scenario *scenario, struct model *resolved,
	struct err *err)
{
	struct resolving r = {.lib = lib, .mem = lib->mem, .origins = &resolved->origins};
	const struct doc_node *name = doc_get(spec, "name");
	struct doc_node *plain = NULL;

	*resolved = (struct model){
		.kind = MODEL_SCENARIO,
		.name = name && name->kind == DOC_SCALAR ? name->text : "composed",
		.file = spec->file,
	};
	if (spec->kind != DOC_MAP)
		return doc_error(spec, err, "a scenario is %s, a map is needed",
			doc_kind_name(spec->kind));
	if (origin_strip(lib->mem, &resolved->origins, spec, &plain, err))
		return ERR_INPUT;
	resolved->spec = model_named(lib->mem, plain, resolved->name);
	return finish_scenario(&r, sets, scenario, resolved, err);
}

int scenario_compose(const struct library *lib, const struct scenario_names *names,
	const struct settings *sets, struct scenario *scenario, struct model *resolved,
	struct err *err)
{
	const struct {
		const char *key;
		const char *text;
	} fields[] = {
		{"name", names->name},
		{"nodes", "1"},
		{"duration", "10m"},
		{"warmup", "2m"},
		{"start", "stationary"},
		{"seed", "1"},
		{"kubelet", names->kubelet},
		{"runtime", names->runtime},
		{"apiserver", names->apiserver},
		{"workload", names->workload},
	};
	struct doc_node *spec = tree_empty(lib->mem, DOC_MAP, NULL);

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const char *key = fields[i].key;
		bool given =
			names->by_flags && is_reference(key) && strcmp(key, "workload") != 0;

		tree_put(lib->mem, spec, key,
			given ? tree_given(lib->mem, key, fields[i].text)
			      : tree_text(lib->mem, fields[i].text));
	}
	return scenario_from_doc(lib, spec, sets, scenario, resolved, err);
}
