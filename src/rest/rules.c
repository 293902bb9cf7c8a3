/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/rules.h"

#include <string.h>

enum { DATA_BYTES = 1 << 20 }; /* core/types.go MaxSecretSize */

static bool same(const struct json *a, const struct json *b)
{
	struct str x = {0}, y = {0};
	bool equal;

	if (a)
		json_write(a, &x);
	if (b)
		json_write(b, &y);
	equal = !strcmp(str_text(&x), str_text(&y));
	str_fini(&x);
	str_fini(&y);
	return equal;
}

/* Of base64 three bytes of four. */
static size_t bytes_of(const struct json *values, bool base64)
{
	size_t n = 0;

	for (const struct json *e = json_child(values); e; e = json_next(e)) {
		size_t len = json_is_str(e) ? strlen(json_as_str(e)) : 0;

		n += base64 ? len / 4 * 3 : len;
	}
	return n;
}

/* ValidateSecret, ValidateSecretUpdate; ConfigMap's are the same. */
static int check_data(
	const struct json *old, const struct json *tree, bool base64, struct err *err)
{
	static const char *const kept[] = {"data", "binaryData", "immutable"};

	if (bytes_of(json_get(tree, "data"), base64) +
			bytes_of(json_get(tree, "binaryData"), true) >
		DATA_BYTES)
		return err_set(err, ERR_INPUT, "data: Too long: must have at most %d bytes",
			DATA_BYTES);
	if (!json_as_bool(json_get(old, "immutable")))
		return 0;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (!same(json_get(old, kept[i]), json_get(tree, kept[i])))
			return err_set(err, ERR_INPUT,
				"%s: Forbidden: field is immutable when `immutable` is set",
				kept[i]);
	return 0;
}

/* ValidatePodUpdate: a pod is bound once, and not by an update. */
static int check_pod(const struct json *old, const struct json *tree, struct err *err)
{
	if (old && !same(json_get(json_get(old, "spec"), "nodeName"),
			   json_get(json_get(tree, "spec"), "nodeName")))
		return err_set(err, ERR_INPUT,
			"spec.nodeName: Forbidden: a pod is assigned to a node by its binding");
	return 0;
}

int rules_check(const struct rest_resource *r, const struct json *old, const struct json *tree,
	struct err *err)
{
	if (!strcmp(r->kind, "Secret") || !strcmp(r->kind, "ConfigMap"))
		return check_data(old, tree, *r->kind == 'S', err);
	return !strcmp(r->kind, "Pod") ? check_pod(old, tree, err) : 0;
}
