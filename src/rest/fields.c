/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "rest/object.h"
#include "rest/proto_types.h"

/* ------------------------------------------------------------------ keys */

enum { FEW = 32 }; /* keys, for which no memory is asked */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_own_keys(const struct json *object, size_t n, struct err *err)
{
	const char *few[FEW];
	const char **key = n <= FEW ? few : rest_taken(calloc(n, sizeof(*key)));
	const char *twice = NULL;
	size_t i = 0;

	for (const struct json *e = json_child(object); e; e = json_next(e))
		key[i++] = json_key(e);
	qsort(key, n, sizeof(*key), by_text);
	for (i = 1; i < n && !twice; i++)
		twice = strcmp(key[i - 1], key[i]) != 0 ? NULL : key[i];
	if (key != few)
		free(key);
	return twice ? err_set(err, ERR_INPUT, "duplicate field \"%.80s\"", twice) : 0;
}

int fields_check_keys(const struct json *tree, struct err *err)
{
	size_t n = json_is_object(tree) ? json_size(tree) : 0;
	int code = n > 1 ? check_own_keys(tree, n, err) : 0;

	for (const struct json *e = json_child(tree); e && !code; e = json_next(e))
		code = fields_check_keys(e, err);
	return code;
}

/* ------------------------------------------------------------------ types */

/* encoding/base64 StdEncoding, which skips ends of lines. */
static bool is_base64(const char *text)
{
	size_t n = 0, pads = 0;

	for (; *text; text++) {
		if (*text == '\r' || *text == '\n')
			continue;
		if (*text == '=')
			pads++;
		else if (pads || base64_digit(*text) < 0)
			return false;
		n++;
	}
	return n % 4 == 0 && pads <= 2;
}

static bool is_whole(double number)
{
	const double exact = 9007199254740992.0; /* 2^53 */

	return number >= -exact && number <= exact && (double)(int64_t)number == number;
}

static const char *is_of(const struct json *value)
{
	if (json_is_object(value))
		return "an object";
	if (json_is_array(value))
		return "a list";
	if (json_is_str(value))
		return "a text";
	if (json_is_num(value))
		return "a number";
	return "true or false";
}

/* What one value of a kind is to be; NULL: it is that. */
static const char *wanted(enum proto_kind kind, const struct json *value)
{
	switch (kind) {
	case PROTO_TEXT:
	case PROTO_TIME:
		return json_is_str(value) ? NULL : "a text";
	case PROTO_BYTES:
		return json_is_str(value) && is_base64(json_as_str(value)) ? NULL : "base64";
	case PROTO_INT:
		return json_is_num(value) && is_whole(json_as_num(value)) ? NULL
									  : "a whole number";
	case PROTO_TRUTH:
		return json_is_bool(value) ? NULL : "true or false";
	case PROTO_INT_OR_TEXT:
		return json_is_num(value) || json_is_str(value) ? NULL : "a number or a text";
	case PROTO_MESSAGE:
		return json_is_object(value) ? NULL : "an object";
	case PROTO_SKIPPED:
		break;
	}
	return NULL;
}

static int check_message(
	const struct proto_message *of, const struct json *value, struct err *err);

static int check_value(const struct proto_field *f, const struct json *value, struct err *err)
{
	const char *should = json_is_null(value) ? NULL : wanted(f->kind, value);

	if (should)
		return err_set(err, ERR_INPUT, "%s is given where %s is expected",
			f->kind == PROTO_BYTES && json_is_str(value) ? "another text"
								     : is_of(value),
			should);
	return f->kind == PROTO_MESSAGE ? check_message(f->of, value, err) : 0;
}

static int check_entries(const struct proto_field *f, const struct json *value, struct err *err)
{
	for (const struct json *e = json_child(value); e; e = json_next(e))
		if (check_value(f, e, err))
			return *json_key(e) ? err_wrap(err, "%.80s", json_key(e)) : ERR_INPUT;
	return 0;
}

static int check_field(const struct proto_field *f, const struct json *value, struct err *err)
{
	bool each = f->how == PROTO_EACH, map = f->how == PROTO_MAP;

	if (!value || json_is_null(value) || f->kind == PROTO_SKIPPED)
		return 0;
	if (!each && !map)
		return check_value(f, value, err);
	if (each ? json_is_array(value) : json_is_object(value))
		return check_entries(f, value, err);
	return err_set(err, ERR_INPUT, "%s is given where %s is expected", is_of(value),
		each ? "a list" : "an object");
}

static int check_message(
	const struct proto_message *of, const struct json *value, struct err *err)
{
	for (const struct proto_field *f = of->fields; f->number; f++)
		if (check_field(f, json_get(value, f->name), err))
			return err_wrap(err, "%s", f->name);
	return 0;
}

int fields_check_types(const struct rest_resource *r, const struct json *tree, struct err *err)
{
	char group_version[REST_GROUP_VERSION];

	return check_message(
		proto_shape(rest_group_version(r, group_version), r->kind), tree, err);
}
