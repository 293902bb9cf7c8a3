/* SPDX-License-Identifier: Apache-2.0 */
#include "models/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "models/costs.h"
#include "models/feature.h"
#include "models/head.h"
#include "models/incident.h"
#include "models/library_priv.h"
#include "models/tables.h"
#include "models/tree.h"

#define PATH_ROOM 1024

static const struct {
	const char *kind;
	const char *folder;
	const struct table *table;
} kinds[MODEL_KINDS] = {
	[MODEL_KUBELET] = {"Kubelet", "kubelet", &table_kubelet},
	[MODEL_RUNTIME] = {"Runtime", "runtime", &table_runtime},
	[MODEL_APISERVER] = {"APIServer", "apiserver", &table_apiserver},
	[MODEL_WORKLOAD] = {"Workload", "workload", &table_workload},
	[MODEL_SCENARIO] = {"Scenario", "scenario", &table_scenario},
	[MODEL_FEATURE] = {"Feature", "feature", &table_feature},
	[MODEL_INCIDENT] = {"Incident", "incident", &table_incident},
};

const char *model_kind_name(enum model_kind kind)
{
	return kinds[kind].kind;
}

const char *model_kind_folder(enum model_kind kind)
{
	return kinds[kind].folder;
}

const struct table *model_kind_table(enum model_kind kind)
{
	return kinds[kind].table;
}

enum model_kind model_kind_find(const char *name)
{
	unsigned i = 0;

	while (i < MODEL_KINDS && strcmp(name, kinds[i].kind) != 0 &&
		strcmp(name, kinds[i].folder) != 0)
		i++;
	return (enum model_kind)i;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name);
	size_t end_len = strlen(end);

	return len > end_len && !strcmp(name + len - end_len, end);
}

static bool is_path(const char *name)
{
	return strchr(name, '/') || ends_with(name, ".yaml") || ends_with(name, ".json");
}

/* A path that a file states is relative to that file; a flag's to where we are. */
static const char *path_from(struct arena *mem, const char *path, const char *from)
{
	const char *slash = from ? strrchr(from, '/') : NULL;
	char joined[PATH_ROOM];

	if (*path == '/' || !slash)
		return arena_strdup(mem, path);
	(void)snprintf(joined, sizeof(joined), "%.*s/%s", (int)(slash - from), from, path);
	return arena_strdup(mem, joined);
}

const char *library_path(struct arena *mem, const char *name, const char *from)
{
	return is_path(name) ? path_from(mem, name, from) : arena_strdup(mem, name);
}

/* So long a list of names tells enough. */
enum { NAMES_SHOWN = 220 };

static int no_such_model(struct resolving *r, const struct model_ref *ref, struct err *err)
{
	const char **names = NULL;
	const char *near;
	struct str all = {0};
	uint32_t n = 0;
	int code;

	if (library_list(r->lib, ref->kind, &names, &n, err))
		return ERR_INPUT;
	near = library_nearest(ref->name, names, n);
	for (uint32_t i = 0; i < n; i++) {
		if (str_len(&all) > NAMES_SHOWN) {
			str_addf(&all, " and %u more", n - i);
			break;
		}
		str_addf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	code = doc_error(ref->at, err, "no %s '%.60s'; %s%s%s: %.320s", kinds[ref->kind].folder,
		ref->name, near ? "did you mean '" : "", near ? near : "",
		near ? "'? There are" : "there are", str_text(&all));
	str_fini(&all);
	return code;
}

struct doc_node *model_named(struct arena *mem, const struct doc_node *spec, const char *name)
{
	struct doc_node *named = tree_empty(mem, DOC_MAP, spec);

	tree_put(mem, named, "name", tree_text(mem, name));
	named->first->next = tree_without(mem, spec, "name")->first;
	for (const struct doc_node *at = named->first->next; at; at = at->next)
		named->n++;
	return named;
}

/* However their paths are written: "./", "../" and links lead to the same file. */
static bool same_file(const char *a, const char *b)
{
	struct stat of_a;
	struct stat of_b;

	if (!strcmp(a, b))
		return true;
	return !stat(a, &of_a) && !stat(b, &of_b) && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}

static int circle(const struct model_ref *ref, const char *file, struct err *err)
{
	struct str text = {0};
	int code;

	str_add(&text, file);
	for (const struct chain *c = ref->chain; c; c = c->next) {
		str_addf(&text, " <- %s", c->file);
		if (same_file(c->file, file))
			break;
	}
	code = doc_error(ref->at, err, "'extends' goes in a circle: %.250s", str_text(&text));
	str_fini(&text);
	return code;
}

int library_extend(struct resolving *r, enum model_kind kind, const struct doc_node *spec,
	const struct chain *chain, struct extended *to, struct err *err)
{
	const struct doc_node *extends = doc_get(spec, "extends");
	struct model base = {0};
	int code;

	to->base = NULL;
	if (!extends) {
		to->spec = tree_copy(r->mem, spec);
		return 0;
	}
	if (extends->kind != DOC_SCALAR)
		return doc_error(
			extends, err, "'extends' must be the name of a %s", kinds[kind].folder);
	code = library_resolve(
		r, &(struct model_ref){kind, extends->text, extends, chain}, &base, err);
	if (code)
		return code;
	to->base = base.name;
	/* a scenario's maps are merged once more, over the models that they extend */
	to->spec = kind == MODEL_SCENARIO ? doc_merge_over(r->mem, base.spec,
						    tree_without(r->mem, spec, "extends"))
					  : doc_merge(r->mem, base.spec,
						    tree_without(r->mem, spec, "extends"));
	return 0;
}

int library_resolve_root(struct resolving *r, enum model_kind kind, const struct doc_node *root,
	const struct chain *chain, struct model *model, struct err *err)
{
	const struct doc_node *spec;
	struct doc_node *plain = NULL;
	struct extended extended = {0};
	int code;

	if (head_check(root, kinds[kind].kind, &model->name, err) ||
		head_spec(root, &spec, err))
		return ERR_INPUT;
	if (origin_strip(r->mem, r->origins, spec, &plain, err))
		return ERR_INPUT;
	model->kind = kind;
	model->file = chain->file;
	code = library_extend(r, kind, plain, chain, &extended, err);
	if (!code)
		model->spec = model_named(r->mem, extended.spec, model->name);
	return code;
}

int library_resolve(
	struct resolving *r, const struct model_ref *ref, struct model *model, struct err *err)
{
	struct doc_node *root = NULL;
	struct chain here = {
		.next = ref->chain, .depth = ref->chain ? ref->chain->depth + 1 : 0};
	char path[PATH_ROOM];
	int code;

	if (is_path(ref->name)) {
		here.file = path_from(
			r->mem, ref->name, ref->at && ref->at->line ? ref->at->file : NULL);
	} else {
		(void)snprintf(path, sizeof(path), "%s/%s/%.200s.yaml", r->lib->dir,
			kinds[ref->kind].folder, ref->name);
		here.file = arena_strdup(r->mem, path);
		if (!*ref->name || !file_exists(here.file))
			return no_such_model(r, ref, err);
	}
	for (const struct chain *c = ref->chain; c; c = c->next)
		if (same_file(c->file, here.file) || here.depth > EXTENDS_MAX)
			return circle(ref, here.file, err);
	code = doc_load(r->mem, here.file, MODEL_FILE_BYTES, &root, err);
	return code ? code : library_resolve_root(r, ref->kind, root, &here, model, err);
}

/* Fills a struct of the kind, to know that it can be. */
static int check(const struct library *lib, const struct model *m, struct err *err)
{
	struct arena scratch;
	struct reading reading = {.mem = &scratch};
	struct scenario *all;
	void *record = NULL;
	int code;

	arena_init(&scratch, 0);
	all = ARENA_NEW(&scratch, struct scenario);
	reading.calls = &all->calls;
	calls_init(&all->calls);
	switch (m->kind) {
	case MODEL_KUBELET:
		record = &all->kubelet;
		break;
	case MODEL_RUNTIME:
		record = &all->runtime;
		break;
	case MODEL_APISERVER:
		record = &all->apiserver;
		break;
	case MODEL_WORKLOAD:
		record = &all->workload;
		break;
	case MODEL_FEATURE:
		record = ARENA_NEW(&scratch, struct feature_model);
		break;
	case MODEL_INCIDENT:
		record = ARENA_NEW(&scratch, struct incident);
		break;
	case MODEL_SCENARIO:
	case MODEL_KINDS:
		record = all;
		break;
	}
	code = table_read(&reading, kinds[m->kind].table, m->spec, record, err);
	if (!code && m->kind == MODEL_SCENARIO)
		code = costs_load(lib, doc_get(m->spec, "apiserver"), all, err);
	arena_fini(&scratch);
	return code;
}

static int finish_model(struct resolving *r, struct model *m, struct err *err)
{
	int code = 0;

	if (m->kind == MODEL_SCENARIO)
		code = scenario_inline(r, m, err);
	if (!code && m->kind == MODEL_SCENARIO)
		code = features_apply(r, m, &(struct settings){0}, err);
	return code ? code : check(r->lib, m, err);
}

int library_load(const struct library *lib, enum model_kind kind, const char *name,
	struct model *model, struct err *err)
{
	struct resolving r = {.lib = lib, .mem = lib->mem, .origins = &model->origins};
	int code = library_resolve(&r, &(struct model_ref){kind, name, NULL, NULL}, model, err);

	return code ? code : finish_model(&r, model, err);
}

int library_load_text(const struct library *lib, const char *name, const char *text, size_t len,
	struct model *model, struct err *err)
{
	struct resolving r = {.lib = lib, .mem = lib->mem, .origins = &model->origins};
	struct chain here = {.file = name};
	struct doc_node *root = NULL;
	const struct doc_node *kind;
	const char *metadata_name;
	int code = doc_parse(lib->mem, name, text, len, &root, err);

	if (!code)
		code = head_check(root, NULL, &metadata_name, err);
	if (code)
		return code;
	kind = doc_get(root, "kind");
	if (model_kind_find(kind->text) == MODEL_KINDS)
		return doc_error(kind, err, "no kind of model is called '%.40s'", kind->text);
	code = library_resolve_root(&r, model_kind_find(kind->text), root, &here, model, err);
	return code ? code : finish_model(&r, model, err);
}
