/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/patch.h"

#include <string.h>

/* patchMergeKey tags of 1.20 staging/src/k8s.io/api/core/v1/types.go; "" is a list of plain
 * values that merges as a set. */
static const struct {
	const char *kind; /* NULL: any */
	const char *field;
	const char *key;
} merge_keys[] = {
	{NULL, "addresses", "type"},
	{NULL, "conditions", "type"},
	{NULL, "containers", "name"},
	{NULL, "initContainers", "name"},
	{NULL, "ephemeralContainers", "name"},
	{NULL, "env", "name"},
	{NULL, "volumes", "name"},
	{NULL, "volumeMounts", "mountPath"},
	{NULL, "volumeDevices", "devicePath"},
	{NULL, "imagePullSecrets", "name"},
	{NULL, "secrets", "name"},
	{NULL, "hostAliases", "ip"},
	{NULL, "topologySpreadConstraints", "topologyKey"},
	{NULL, "podIPs", "ip"},
	{NULL, "hostIPs", "ip"},
	{NULL, "ownerReferences", "uid"},
	{NULL, "finalizers", ""},
	{"Node", "podCIDRs", ""},
	{"Service", "ports", "port"},
	{NULL, "ports", "containerPort"},
};

static const char *merge_key(const char *kind, const char *field)
{
	for (size_t i = 0; i < sizeof(merge_keys) / sizeof(merge_keys[0]); i++)
		if (!strcmp(merge_keys[i].field, field) &&
			(!merge_keys[i].kind || !strcmp(merge_keys[i].kind, kind)))
			return merge_keys[i].key;
	return NULL;
}

/* What the recursion carries. */
struct patching {
	enum patch_style style;
	const char *kind;
	struct err *err;
	int code;
};

static struct json *merge_object(
	struct patching *p, const struct json *target, const struct json *patch);

static bool is_directive(const char *key)
{
	return key[0] == '$';
}

static const char *behind(const char *key, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(key, prefix, len) ? NULL : key + len;
}

static bool same_scalar(const struct json *a, const struct json *b)
{
	if (json_is_str(a) && json_is_str(b))
		return !strcmp(json_as_str(a), json_as_str(b));
	if (json_is_num(a) && json_is_num(b))
		return !(json_as_num(a) < json_as_num(b)) && !(json_as_num(a) > json_as_num(b));
	return json_is_bool(a) && json_is_bool(b) && json_as_bool(a) == json_as_bool(b);
}

/* The entry of a list with that value, or with that value under the key. */
static const struct json *find(
	const struct json *list, const char *key, const struct json *value)
{
	if (!json_is_array(list))
		return NULL;
	for (const struct json *e = json_child(list); e; e = json_next(e))
		if (same_scalar(*key ? json_get(e, key) : e, value))
			return e;
	return NULL;
}

static bool says(const struct json *entry, const char *what)
{
	const char *directive = json_as_str(json_get(entry, "$patch"));

	return directive && !strcmp(directive, what);
}

/* ------------------------------------------------------------------ lists */

/* Entries of the target, patched or deleted. */
static void merge_old(struct patching *p, const struct json *target, const struct json *patch,
	const char *key, struct json *out)
{
	for (const struct json *e = json_child(target); e; e = json_next(e)) {
		const struct json *with = *key ? find(patch, key, json_get(e, key)) : NULL;

		if (with && says(with, "delete"))
			continue;
		json_append(out, with ? merge_object(p, says(with, "replace") ? NULL : e, with)
				      : json_clone(e));
	}
}

/* Entries that only the patch has. */
static void merge_new(
	struct patching *p, const struct json *patch, const char *key, struct json *out)
{
	for (const struct json *e = json_child(patch); e; e = json_next(e)) {
		const struct json *value = *key ? json_get(e, key) : e;

		if (says(e, "delete") || (says(e, "replace") && json_size(e) == 1))
			continue;
		if (*key && !value) {
			p->code = err_set(p->err, ERR_INPUT,
				"map: entry does not contain declared merge key: %s", key);
			return;
		}
		if (!find(out, key, value))
			json_append(out,
				json_is_object(e) ? merge_object(p, NULL, e) : json_clone(e));
	}
}

/* The entries that `order` names in its order, those that it does not behind them. */
static struct json *reorder(struct json *list, const char *key, const struct json *order)
{
	struct json *out = json_array();

	for (const struct json *o = json_child(order); o; o = json_next(o)) {
		const struct json *value = *key ? json_get(o, key) : o;
		const struct json *e = find(list, key, value);

		if (e && !find(out, key, value))
			json_append(out, json_clone(e));
	}
	for (const struct json *e = json_child(list); e; e = json_next(e))
		if (!find(out, key, *key ? json_get(e, key) : e))
			json_append(out, json_clone(e));
	json_free(list);
	return out;
}

/* A list that says `$patch: replace` is the new list. */
static struct json *replaced(const struct json *patch)
{
	struct json *out = json_array();

	for (const struct json *e = json_child(patch); e; e = json_next(e))
		if (!says(e, "replace"))
			json_append(out, json_clone(e));
	return out;
}

static struct json *merge_list(struct patching *p, const struct json *target,
	const struct json *patch, const char *key, const struct json *order)
{
	struct json *out = json_array();

	for (const struct json *e = json_child(patch); e; e = json_next(e))
		if (says(e, "replace") && json_size(e) == 1) {
			json_free(out);
			return replaced(patch);
		}
	if (json_is_array(target))
		merge_old(p, target, patch, key, out);
	merge_new(p, patch, key, out);
	return json_is_array(order) ? reorder(out, key, order) : out;
}

/* $deleteFromPrimitiveList/finalizers: ["a"] */
static void delete_primitives(struct json *out, const char *field, const struct json *gone)
{
	const struct json *list = json_get(out, field);
	struct json *left;

	if (!json_is_array(list) || !json_is_array(gone))
		return;
	left = json_array();
	for (const struct json *e = json_child(list); e; e = json_next(e))
		if (!find(gone, "", e))
			json_append(left, json_clone(e));
	json_set(out, field, left);
}

/* ------------------------------------------------------------------ objects */

static struct json *merge_value(struct patching *p, const struct json *target,
	const struct json *patch, const struct json *around)
{
	const char *field = json_key(patch);
	const char *key = p->style == PATCH_STRATEGIC ? merge_key(p->kind, field) : NULL;
	char order[128] = "$setElementOrder/";

	if (json_is_object(patch))
		return merge_object(p, json_is_object(target) ? target : NULL, patch);
	if (!key || !json_is_array(patch))
		return json_clone(patch);
	strncat(order, field, sizeof(order) - strlen(order) - 1);
	return merge_list(p, target, patch, key, json_get(around, order));
}

static void follow_directive(
	struct json *out, const struct json *directive, const struct json *patch)
{
	const char *key = json_key(directive);
	const char *field = behind(key, "$deleteFromPrimitiveList/");

	if (field)
		delete_primitives(out, field, directive);
	if (strcmp(key, "$retainKeys") != 0)
		return;
	for (const struct json *e = json_child(out); e;) {
		const struct json *next = json_next(e);
		struct json *name = json_str(json_key(e));

		if (!find(directive, "", name) && !json_get(patch, json_key(e)))
			json_remove(out, json_key(e));
		json_free(name);
		e = next;
	}
}

/* RFC 7386, section 2; target NULL: there is none. */
static struct json *merge_object(
	struct patching *p, const struct json *target, const struct json *patch)
{
	bool strategic = p->style == PATCH_STRATEGIC;
	struct json *out;

	if (strategic && says(patch, "delete"))
		return json_object();
	out = target && !(strategic && says(patch, "replace")) ? json_clone(target)
							       : json_object();
	for (const struct json *e = json_child(patch); e; e = json_next(e)) {
		const char *key = json_key(e);

		if (strategic && is_directive(key))
			follow_directive(out, e, patch);
		else if (json_is_null(e))
			json_remove(out, key);
		else
			json_set(out, key, merge_value(p, json_get(out, key), e, patch));
	}
	return out;
}

int patch_apply(enum patch_style style, const char *kind, const struct json *target,
	const struct json *patch, struct json **out, struct err *err)
{
	struct patching p = {.style = style, .kind = kind, .err = err};
	struct json *value;

	if (!json_is_object(patch))
		return err_set(err, ERR_INPUT, "a patch is to be an object");
	value = merge_object(&p, target, patch);
	if (p.code) {
		json_free(value);
		return p.code;
	}
	*out = value;
	return 0;
}
