/* SPDX-License-Identifier: Apache-2.0 */
#include "models/head.h"

#include <string.h>

#include "models/library.h"
#include "models/naming.h"
#include "models/tables.h"

const char *const head_metadata[] = {"name", "labels", "annotations", "recorded"};

/* Every field of map is one of the n that are known.  where: "in metadata". */
static int check_fields(const struct doc_node *map, const char *const *known, size_t n,
	const char *where, struct err *err)
{
	for (const struct doc_node *at = map ? map->first : NULL; at; at = at->next) {
		const char *near;
		size_t i = 0;

		while (i < n && strcmp(at->key, known[i]) != 0)
			i++;
		if (i < n)
			continue;
		near = str_nearest(at->key, known, n);
		return doc_error_key(at, err, "no '%.60s' %s%s%s%s", at->key, where,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	return 0;
}

static bool is_measured(const char *kind)
{
	return !strcmp(kind, "Recording") || !strcmp(kind, "Calibration");
}

static int check_metadata(const struct doc_node *meta, const char *kind, struct err *err)
{
	static const char *const maps[] = {"labels", "annotations"};

	if (!meta || meta->kind != DOC_MAP)
		return 0; /* what is missing is its name */
	for (size_t i = 0; i < COUNT_OF(maps); i++) {
		const struct doc_node *map = doc_get(meta, maps[i]);

		if (map && map->kind != DOC_MAP && map->kind != DOC_NULL)
			return doc_error(map, err, "'metadata.%s' is %s, a map is needed",
				maps[i], doc_kind_name(map->kind));
	}
	return is_measured(kind)
		       ? check_fields(meta, head_metadata, HEAD_METADATA_MEASURED,
				 "in metadata, which has name, labels, annotations and "
				 "recorded",
				 err)
		       : check_fields(meta, head_metadata, HEAD_METADATA,
				 "in metadata, which has name, labels and annotations", err);
}

static int check_name(const struct doc_node *root, const char **name, struct err *err)
{
	const struct doc_node *meta = doc_get(root, "metadata");
	const struct doc_node *named = doc_get(meta, "name");

	if (!named || named->kind != DOC_SCALAR || !*named->text)
		return doc_error(meta ? meta : root, err, "'metadata.name' is missing");
	if (strlen(named->text) >= MODEL_NAME)
		return doc_error(named, err, "'metadata.name' is longer than %d characters",
			MODEL_NAME - 1);
	*name = named->text;
	return naming_object(named, named->text, err);
}

int head_check(
	const struct doc_node *root, const char *kind_name, const char **name, struct err *err)
{
	const struct doc_node *version = doc_get(root, "apiVersion");
	const struct doc_node *kind = doc_get(root, "kind");

	if (root->kind != DOC_MAP)
		return doc_error(root, err,
			"the file is %s, a map with apiVersion and kind is needed",
			doc_kind_name(root->kind));
	if (!version || version->kind != DOC_SCALAR ||
		strcmp(version->text, MODEL_API_VERSION) != 0)
		return doc_error(version ? version : root, err,
			"'apiVersion: " MODEL_API_VERSION "' is needed");
	if (!kind || kind->kind != DOC_SCALAR)
		return doc_error(kind ? kind : root, err, "'kind' is missing");
	if (kind_name && strcmp(kind->text, kind_name) != 0)
		return doc_error(kind, err, "this is of kind %.40s, a %s is needed", kind->text,
			kind_name);
	return check_metadata(doc_get(root, "metadata"), kind->text, err)
		       ? ERR_INPUT
		       : check_name(root, name, err);
}

int head_spec(const struct doc_node *root, const struct doc_node **spec, struct err *err)
{
	static const char *const known[] = {"apiVersion", "kind", "metadata", "spec"};

	if (check_fields(root, known, COUNT_OF(known),
		    "beside apiVersion, kind, metadata and spec", err))
		return ERR_INPUT;
	*spec = doc_get(root, "spec");
	if (!*spec || (*spec)->kind != DOC_MAP)
		return doc_error(*spec ? *spec : root, err, "'spec', a map, is missing");
	return 0;
}
