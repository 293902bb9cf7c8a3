/* SPDX-License-Identifier: Apache-2.0 */
#include "report/model_files.h"

#include <stdlib.h>
#include <string.h>

#include "report/table.h"

static const struct {
	const char *key, *kind;
} parts_of[] = {{"kubelet", "Kubelet"}, {"runtime", "Runtime"}, {"apiserver", "APIServer"},
	{"workload", "Workload"}};

enum { PARTS = sizeof(parts_of) / sizeof(parts_of[0]) };

void model_files_fini(struct model_files *files)
{
	json_free(files->parts);
	*files = (struct model_files){0};
}

/* The file of a part that was shown; NULL: none is the same. */
static const char *find(const struct model_files *files, const char *kind, const char *text)
{
	for (const struct json *f = json_child(files->parts); f; f = json_next(f))
		if (!strcmp(json_as_str(json_get(f, "kind")), kind) &&
			!strcmp(json_as_str(json_get(f, "text")), text))
			return json_as_str(json_get(f, "file"));
	return NULL;
}

static int count_of(const struct model_files *files, const char *kind)
{
	int n = 0;

	for (const struct json *f = json_child(files->parts); f; f = json_next(f))
		n += !strcmp(json_as_str(json_get(f, "kind")), kind);
	return n;
}

/* A part that is new: kubelet-3.json. */
static const char *show(struct model_files *files, struct html *page, const struct json *result,
	size_t part, const struct json *spec)
{
	const char *kind = parts_of[part].kind;
	struct json *file = json_object();
	struct str name = {0}, path = {0};
	char *text = json_print(spec);

	str_addf(&name, "%s-%d", parts_of[part].key, count_of(files, kind) + 1);
	str_addf(&path, "%s.json", str_text(&name));
	html_model(page, result,
		&(struct html_model){kind, str_text(&name), str_text(&path), spec});
	json_put_str(file, "kind", kind);
	json_put_str(file, "file", str_text(&path));
	json_put_str(file, "text", text);
	json_append(files->parts, file);
	free(text);
	str_fini(&name);
	str_fini(&path);
	return json_as_str(json_get(file, "file"));
}

static const char *file_of(struct model_files *files, struct html *page,
	const struct json *result, size_t part, const struct json *spec)
{
	char *text = json_print(spec);
	const char *file = find(files, parts_of[part].kind, text);

	free(text);
	return file ? file : show(files, page, result, part, spec);
}

void model_files_scenario(struct model_files *files, struct html *page,
	const struct json *result, const char *name, const struct json *spec)
{
	struct json *named = json_object();
	struct str path = {0};

	if (!files->parts)
		files->parts = json_array();
	for (const struct json *f = json_child(spec); f; f = json_next(f)) {
		size_t part = 0;

		while (part < PARTS && strcmp(json_key(f), parts_of[part].key) != 0)
			part++;
		if (part < PARTS && json_is_object(f))
			json_put_str(named, json_key(f), file_of(files, page, result, part, f));
		else
			json_put(named, json_key(f), json_clone(f));
	}
	str_addf(&path, "%s.json", name);
	html_model(
		page, result, &(struct html_model){"Scenario", name, str_text(&path), named});
	str_fini(&path);
	json_free(named);
}
