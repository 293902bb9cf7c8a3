/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll models`: what is built in, with the source of every constant. */
#include "cli/cmd.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/common.h"
#include "cli/models_show.h"
#include "models/calibration.h"
#include "models/explain.h"
#include "models/library.h"
#include "models/schema.h"
#include "models/tree.h"

struct models_options {
	struct common common;
};

static const char *const words[] = {"text", "json", NULL};

#define REC struct models_options
static const struct opt opts[] = {ROW_OUTPUT(words, "text or json"), ROW_MODELS};
#undef REC

/* One run of the command. */
struct models_run {
	struct models_options o;
	struct library lib;
	struct arena mem;
	struct str out;
	bool json;
	const char *name; /* NAME or KIND; NULL if none was given */
};

static void add_json(struct models_run *m, struct json *value)
{
	char *text = json_print(value);

	str_add(&m->out, text);
	free(text);
	json_free(value);
}

/* What a model of the library extends, "" if nothing. */
static const char *base_of(struct models_run *m, enum model_kind kind, const char *name)
{
	const struct doc_node *extends;
	struct doc_node *root;
	char path[1024];

	(void)snprintf(
		path, sizeof(path), "%s/%s/%s.yaml", m->lib.dir, model_kind_folder(kind), name);
	if (doc_load(&m->mem, path, MODEL_FILE_BYTES, &root, NULL))
		return "";
	extends = doc_get(doc_get(root, "spec"), "extends");
	return extends && extends->kind == DOC_SCALAR ? extends->text : "";
}

static void list_line(
	struct models_run *m, const char *kind, const char *name, const char *base)
{
	str_addf(&m->out, *base ? "%-11s  %-22s  %s\n" : "%-11s  %s%s\n", kind, name, base);
}

static void list_entry(struct json *list, const char *kind, const char *name, const char *base)
{
	struct json *entry = json_object();

	json_put_str(entry, "kind", kind);
	json_put_str(entry, "name", name);
	if (*base)
		json_put_str(entry, "extends", base);
	json_append(list, entry);
}

static int list_kind(
	struct models_run *m, enum model_kind kind, struct json *list, struct err *err)
{
	const char **names;
	uint32_t n;

	if (library_list(&m->lib, kind, &names, &n, err))
		return ERR_INPUT;
	for (uint32_t i = 0; i < n; i++) {
		const char *base = base_of(m, kind, names[i]);

		list_line(m, model_kind_folder(kind), names[i], base);
		list_entry(list, model_kind_name(kind), names[i], base);
	}
	return 0;
}

static int list_calibrations(struct models_run *m, struct json *list, struct err *err)
{
	struct names names;

	if (calibration_names(&m->lib, &names, err))
		return ERR_INPUT;
	for (uint32_t i = 0; i < names.n; i++) {
		list_line(m, "calibration", names.name[i], "");
		list_entry(list, "Calibration", names.name[i], "");
	}
	return 0;
}

static int run_list(struct models_run *m, struct err *err)
{
	struct json *out = models_result("ModelList");
	struct json *list = json_array();
	int code = 0;

	list_line(m, "KIND", "NAME", "EXTENDS");
	for (unsigned k = 0; k < MODEL_KINDS && !code; k++)
		code = list_kind(m, (enum model_kind)k, list, err);
	if (!code)
		code = list_calibrations(m, list, err);
	json_put(out, "models", list);
	if (!code && m->json) {
		str_fini(&m->out);
		add_json(m, out);
	} else {
		json_free(out);
	}
	return code;
}

/* The kinds of which the library has a model of that name. */
static uint32_t kinds_with(
	struct models_run *m, const char *name, enum model_kind *first, struct str *all)
{
	uint32_t found = 0;

	for (unsigned k = 0; k < MODEL_KINDS; k++) {
		char path[1024];

		(void)snprintf(path, sizeof(path), "%s/%s/%.200s.yaml", m->lib.dir,
			model_kind_folder((enum model_kind)k), name);
		if (!file_exists(path))
			continue;
		if (!found++)
			*first = (enum model_kind)k;
		else
			str_addf(all, "%s%s:%s", str_len(all) ? ", " : "",
				model_kind_folder((enum model_kind)k), name);
	}
	return found;
}

static int no_such_model(struct models_run *m, struct err *err)
{
	const char *known[512];
	const char *near;
	struct names calibrations;
	uint32_t n = 0;

	for (unsigned k = 0; k < MODEL_KINDS; k++) {
		const char **names;
		uint32_t count;

		if (library_list(&m->lib, (enum model_kind)k, &names, &count, err))
			return ERR_INPUT;
		for (uint32_t i = 0; i < count && n < 512; i++)
			known[n++] = names[i];
	}
	if (calibration_names(&m->lib, &calibrations, err))
		return ERR_INPUT;
	for (uint32_t i = 0; i < calibrations.n && n < 512; i++)
		known[n++] = calibrations.name[i];
	near = library_nearest(m->name, known, n);
	return err_set(err, ERR_INPUT, "no model '%.100s'%s%s%s", m->name,
		near ? "; did you mean '" : "; 'nodetoll models list' lists them",
		near ? near : "", near ? "'?" : "");
}

static int load_file(struct models_run *m, struct model *model, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	int code = file_read(m->name, MODEL_FILE_BYTES, &text, &len, err);

	if (!code)
		code = library_load_text(&m->lib, m->name, text, len, model, err);
	free(text);
	return code;
}

/* NAME, KIND:NAME or a file. */
static int load(struct models_run *m, struct model *model, struct err *err)
{
	const char *colon = strchr(m->name, ':');
	enum model_kind kind = MODEL_KINDS;
	struct str others = {0};
	char folder[32];
	uint32_t found;

	if (colon && (size_t)(colon - m->name) < sizeof(folder)) {
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(colon - m->name), m->name);
		kind = model_kind_find(folder);
		if (kind != MODEL_KINDS)
			return library_load(&m->lib, kind, colon + 1, model, err);
	}
	if (strchr(m->name, '/') || strstr(m->name, ".yaml") || strstr(m->name, ".json"))
		return load_file(m, model, err);
	found = kinds_with(m, m->name, &kind, &others);
	if (found > 1)
		(void)fprintf(stderr, "nodetoll models: %s:%s; there is also %s\n",
			model_kind_folder(kind), m->name, str_text(&others));
	str_fini(&others);
	if (!found)
		return no_such_model(m, err);
	return library_load(&m->lib, kind, m->name, model, err);
}

static int run_show(struct models_run *m, struct err *err)
{
	struct model model = {0};
	struct json *out;
	struct json *metadata;
	int code;

	if (models_is_calibration(&m->lib, m->name))
		return models_show_calibration(&m->lib, m->name, m->json, &m->out, err);
	code = load(m, &model, err);
	if (code)
		return code;
	if (!m->json) {
		str_addf(&m->out, "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\nspec:\n",
			MODEL_API_VERSION, model_kind_name(model.kind), model.name);
		struct str spec = {0};

		doc_print_yaml(&spec, tree_without(&m->mem, model.spec, "name"));
		for (const char *line = str_text(&spec); *line;) {
			size_t len = strcspn(line, "\n");

			str_addf(&m->out, "  %.*s\n", (int)len, line);
			line += len + (line[len] == '\n');
		}
		str_fini(&spec);
		return 0;
	}
	out = models_result(model_kind_name(model.kind));
	metadata = json_object();
	json_put_str(metadata, "name", model.name);
	json_put(out, "metadata", metadata);
	json_put(out, "spec", tree_json(tree_without(&m->mem, model.spec, "name")));
	add_json(m, out);
	return 0;
}

static int run_explain(struct models_run *m, struct err *err)
{
	struct model model = {0};
	struct explained *list;
	uint32_t n;
	int code;

	if (models_is_calibration(&m->lib, m->name))
		return models_explain_calibration(&m->lib, m->name, m->json, &m->out, err);
	code = load(m, &model, err);
	if (code)
		return code;
	model_explain(&model, &m->mem, &list, &n);
	if (m->json)
		add_json(m,
			models_explain_json(model_kind_name(model.kind), model.name, list, n));
	else
		models_explain_text(list, n, &m->out);
	return 0;
}

/* Schemas of what commands write are files of the library. */
static int shipped_schema(struct models_run *m, const char *kind, struct err *err)
{
	char path[4096];
	char *text;
	size_t len;
	int code;

	(void)snprintf(path, sizeof(path), "%s/schema/%s.json", m->lib.dir, kind);
	code = file_read(path, MODEL_FILE_BYTES, &text, &len, err);
	if (code)
		return code;
	str_add(&m->out, text);
	free(text);
	return 0;
}

/* Kinds of what commands write. */
static const char *const outputs[] = {"Contrast", "Result", "Validation", "Comparison", "Sweep",
	"Estimate", "Incidents", "Agreement", "ServerCounts", "ModelList", "ModelExplanation"};

enum { OUTPUTS = sizeof(outputs) / sizeof(outputs[0]), SCHEMAS_MAX = 32 };

static int no_schema(const char *kind, struct err *err)
{
	const char *known[SCHEMAS_MAX];
	struct str all = {0};
	const char *near;
	uint32_t n = 0;

	for (; schema_kinds[n]; n++)
		known[n] = schema_kinds[n];
	for (uint32_t i = 0; i < OUTPUTS; i++)
		known[n++] = outputs[i];
	for (uint32_t i = 0; i < n; i++)
		str_addf(&all, "%s%s", i ? ", " : "", known[i]);
	near = str_nearest(kind, known, n);
	(void)err_set(err, ERR_INPUT, "no schema of a kind '%.60s'; %s%s%s are: %s", kind,
		near ? "did you mean '" : "", near ? near : "", near ? "'? There" : "there",
		str_text(&all));
	str_fini(&all);
	return ERR_INPUT;
}

enum { KIND_BYTES = 32 };

/* A kind as its schema's file is called; to has KIND_BYTES of zeros. */
static void in_small(const char *kind, char *to)
{
	for (size_t c = 0; c < KIND_BYTES - 1 && kind[c]; c++)
		to[c] = (char)tolower((unsigned char)kind[c]);
}

static int run_schema(struct models_run *m, struct err *err)
{
	struct json *schema;

	for (uint32_t i = 0; i < OUTPUTS; i++) {
		char file[KIND_BYTES] = "";

		in_small(outputs[i], file);
		if (!strcmp(m->name, outputs[i]) || !strcmp(m->name, file))
			return shipped_schema(m, file, err);
	}
	if (schema_of(m->name, &schema, NULL))
		return no_schema(m->name, err);
	add_json(m, schema);
	return 0;
}

struct verb {
	const char *name;
	bool needs_name;
	int (*run)(struct models_run *m, struct err *err);
};

static const struct verb verbs[] = {
	{"list", false, run_list},
	{"show", true, run_show},
	{"explain", true, run_explain},
	{"schema", true, run_schema},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find_verb(const char *name, struct err *err)
{
	const char *known[VERBS];
	const char *near;

	for (size_t i = 0; i < VERBS; i++) {
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
		known[i] = verbs[i].name;
	}
	near = str_nearest(name, known, VERBS);
	(void)err_set(err, ERR_INPUT, "models: no '%.60s'%s%s%s", name,
		near ? "; did you mean '" : "; there are: list, show, explain, schema",
		near ? near : "", near ? "'?" : "");
	return NULL;
}

static const struct verb *take(
	struct models_run *m, const struct opt_line *line, struct err *err)
{
	const struct verb *verb =
		line->n_arguments ? find_verb(line->argument, err) : &verbs[0];
	uint32_t most;

	if (!verb)
		return NULL;
	most = verb->needs_name ? 2 : 1;
	m->name = line->n_arguments > 1 ? line->arguments[1] : NULL;
	if (line->n_arguments > most)
		(void)err_set(err, ERR_INPUT, "models %s: '%.60s' is one too many", verb->name,
			line->arguments[most]);
	else if (verb->needs_name && !m->name)
		(void)err_set(err, ERR_INPUT, "models %s: a name is needed", verb->name);
	else
		return verb;
	return NULL;
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct models_run *m = own;
	const struct verb *verb = take(m, line, err);
	int code = verb ? common_library(m->o.common.models, &m->lib, err) : ERR_INPUT;

	arena_init(&m->mem, 0);
	m->lib.mem = &m->mem;
	m->json = m->o.common.form == REPORT_JSON;
	if (!code)
		code = verb->run(m, err);
	if (!code)
		code = common_print(str_text(&m->out), str_len(&m->out), err);
	str_fini(&m->out);
	arena_fini(&m->mem);
	return code;
}

const struct cmd cmd_models_row = {
	.name = "models",
	.argument = "[WHAT] [NAME]",
	.summary = "what is built in, with the source of every constant",
	.about = "WHAT: list names the models (the default), show prints one with what it "
		 "extends "
		 "resolved,\n"
		 "explain prints every constant with its source, schema the JSON schema of a "
		 "kind.\n"
		 "NAME is a name, KIND:NAME where several kinds have it, or a file; "
		 "calibrations are\n"
		 "among them.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct models_run),
	.run = run,
};
