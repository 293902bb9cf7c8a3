/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/models_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "models/calibration.h"
#include "models/tree.h"

#define PREFIX "calibration:"

struct json *models_result(const char *kind)
{
	struct json *out = json_object();

	json_put_str(out, "apiVersion", MODEL_API_VERSION);
	json_put_str(out, "kind", kind);
	return out;
}

static void add_json(struct str *out, struct json *value)
{
	char *text = json_print(value);

	str_add(out, text);
	free(text);
	json_free(value);
}

/* ------------------------------------------------------------------ constants */

void models_explain_text(const struct explained *list, uint32_t n, struct str *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct explained *e = &list[i];

		str_addf(out, "%-40s %-14s %-9s %s", e->path, e->value, evidence_name(e->is),
			e->source ? e->source : "(no source)");
		if (e->file)
			str_addf(out, "  [%s:%u]", e->file, e->line);
		str_add(out, "\n");
	}
	str_addf(out, "%u constants, %u without a source\n", n, explained_unsourced(list, n));
}

struct json *models_explain_json(
	const char *kind, const char *name, const struct explained *list, uint32_t n)
{
	struct json *out = models_result("ModelExplanation");
	struct json *constants = json_array();

	for (uint32_t i = 0; i < n; i++) {
		struct json *c = json_object();

		json_put_str(c, "path", list[i].path);
		json_put_str(c, "value", list[i].value);
		json_put_str(c, "is", evidence_name(list[i].is));
		json_put_str(c, "source", list[i].source);
		json_put_str(c, "file", list[i].file);
		json_put_int(c, "line", list[i].line);
		json_append(constants, c);
	}
	json_put_str(out, "modelKind", kind);
	json_put_str(out, "name", name);
	json_put(out, "constants", constants);
	json_put_int(out, "withoutSource", explained_unsourced(list, n));
	return out;
}

/* ------------------------------------------------------------------ calibrations */

static const char *without_prefix(const char *name)
{
	bool has = !strncasecmp(name, PREFIX, strlen(PREFIX));

	return has ? name + strlen(PREFIX) : name;
}

static bool is_file_of_calibration(const struct library *lib, const char *path)
{
	const struct doc_node *kind;
	struct doc_node *root;

	if (doc_load(lib->mem, path, MODEL_FILE_BYTES, &root, NULL))
		return false;
	kind = doc_get(root, "kind");
	return kind && kind->kind == DOC_SCALAR && !strcmp(kind->text, "Calibration");
}

bool models_is_calibration(const struct library *lib, const char *name)
{
	char path[1024];

	if (without_prefix(name) != name)
		return true;
	if (strchr(name, '/') || strstr(name, ".yaml") || strstr(name, ".json"))
		return is_file_of_calibration(lib, name);
	for (unsigned k = 0; k < MODEL_KINDS; k++) {
		(void)snprintf(path, sizeof(path), "%s/%s/%.200s.yaml", lib->dir,
			model_kind_folder((enum model_kind)k), name);
		if (file_exists(path))
			return false;
	}
	calibration_path(lib, name, path, sizeof(path));
	return file_exists(path);
}

int models_show_calibration(
	struct library *lib, const char *name, bool json, struct str *out, struct err *err)
{
	struct calibration c;
	struct doc_node *root;
	int code = calibration_tree(lib, without_prefix(name), &c, &root, err);

	if (code)
		return code;
	if (json)
		add_json(out, tree_json(root));
	else
		doc_print_yaml(out, root);
	return 0;
}

/* The numbers and what they are of, without the head and the words. */
static const struct doc_node *measured(struct library *lib, const struct doc_node *root)
{
	static const char *const words[] = {
		"apiVersion", "kind", "metadata", "about", "designsNote"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		root = tree_without(lib->mem, root, words[i]);
	return root;
}

int models_explain_calibration(
	struct library *lib, const char *name, bool json, struct str *out, struct err *err)
{
	struct calibration c;
	struct doc_node *root;
	struct model model = {0};
	struct explained *list;
	char source[100];
	uint32_t n;
	int code = calibration_tree(lib, without_prefix(name), &c, &root, err);

	if (code)
		return code;
	model.spec = tree_copy(lib->mem, measured(lib, root));
	model_explain(&model, lib->mem, &list, &n);
	(void)snprintf(source, sizeof(source), "about %.80s", c.name);
	for (uint32_t i = 0; i < n; i++) {
		list[i].is = EVIDENCE_MEASURED;
		list[i].source = json ? c.about : source;
	}
	if (json) {
		add_json(out, models_explain_json("Calibration", c.name, list, n));
		return 0;
	}
	models_explain_text(list, n, out);
	str_addf(out, "\nAbout %s: %s\n", c.name, c.about ? c.about : "nothing is said");
	return 0;
}
