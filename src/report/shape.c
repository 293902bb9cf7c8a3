/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shape.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/hist.h"
#include "base/str.h"

/* Up to which a double tells every integer from the next: a count beyond is none. */
#define EXACT 9007199254740992.0

/* Where the check is: a place below another. */
struct place {
	const struct place *above; /* NULL: the value itself */
	const char *key;           /* NULL: an entry of a list */
	size_t at;
};

static void path_of(const struct place *place, struct str *out)
{
	if (!place)
		return;
	path_of(place->above, out);
	if (place->key)
		str_addf(out, "%s%.80s", str_len(out) ? "." : "", place->key);
	else
		str_addf(out, "[%zu]", place->at);
}

static int wrong(const struct place *place, const char *what, struct err *err)
{
	struct str path = {0};
	int code;

	path_of(place, &path);
	code = err_set(
		err, ERR_INPUT, "%s%s%s", str_text(&path), str_len(&path) ? ": " : "", what);
	str_fini(&path);
	return code;
}

/* ------------------------------------------------------------------ single values */

static bool has_type(const struct json *value, const char *type)
{
	double n = json_as_num(value);

	if (!strcmp(type, "integer"))
		return json_is_num(value) &&
		       (n > EXACT || n < -EXACT || n == (double)(int64_t)n);
	return (json_is_object(value) && !strcmp(type, "object")) ||
	       (json_is_array(value) && !strcmp(type, "array")) ||
	       (json_is_str(value) && !strcmp(type, "string")) ||
	       (json_is_num(value) && !strcmp(type, "number")) ||
	       (json_is_bool(value) && !strcmp(type, "boolean")) ||
	       (json_is_null(value) && !strcmp(type, "null"));
}

static int check_type(const struct json *value, const struct json *type,
	const struct place *place, struct err *err)
{
	const struct json *t = json_is_array(type) ? json_child(type) : type;
	struct str words = {0};
	int code = 0;

	for (; t; t = json_is_array(type) ? json_next(t) : NULL) {
		if (has_type(value, json_as_str(t))) {
			str_fini(&words);
			return 0;
		}
		str_addf(&words, "%s%s", str_len(&words) ? " or " : "", json_as_str(t));
	}
	if (type) {
		str_add(&words, " is needed");
		code = wrong(place, str_text(&words), err);
	}
	str_fini(&words);
	return code;
}

/* Only of what is an integer and no other number. */
static bool is_too_much(const struct json *value, const struct json *type)
{
	const struct json *t = json_is_array(type) ? json_child(type) : type;
	double n = json_as_num(value);

	for (; t; t = json_is_array(type) ? json_next(t) : NULL)
		if (!strcmp(json_as_str(t), "number"))
			return false;
	return type && json_is_num(value) && (n > EXACT || n < -EXACT);
}

static int check_words(const struct json *value, const struct json *schema,
	const struct place *place, struct err *err)
{
	const struct json *only = json_get(schema, "const"), *list = json_get(schema, "enum");
	const char *text = json_as_str(value);
	const struct json *word = only ? only : json_child(list);
	char what[160];

	if (!only && !list)
		return 0;
	for (; word; word = only ? NULL : json_next(word))
		if (json_is_null(word) ? json_is_null(value)
				       : text && !strcmp(text, json_as_str(word)))
			return 0;
	(void)snprintf(what, sizeof(what), "'%.60s' is none of the words that it may be",
		text ? text : "");
	return wrong(place, what, err);
}

/* ------------------------------------------------------------------ what is in it */

struct check {
	const struct json *root; /* of the schema: has the definitions */
	struct err *err;
};

static int check(const struct check *c, const struct json *value, const struct json *schema,
	const struct place *place);

static const struct json *resolve(const struct check *c, const struct json *schema)
{
	static const char prefix[] = "#/definitions/";
	const char *ref = json_as_str(json_get(schema, "$ref"));

	if (!ref)
		return schema;
	assert(!strncmp(ref, prefix, sizeof(prefix) - 1));
	return json_get(json_get(c->root, "definitions"), ref + sizeof(prefix) - 1);
}

/* Of a histogram: whether its buckets exist, and what is in them is what it counts. */
static bool adds_up(const struct json *histogram)
{
	const struct json *pair = json_child(json_get(histogram, "buckets"));
	double counted = 0;

	for (; pair; pair = json_next(pair)) {
		if (json_size(pair) != 2 || json_as_num(json_at(pair, 0)) >= HIST_BUCKETS)
			return false;
		counted += json_as_num(json_at(pair, 1));
	}
	return counted == json_as_num(json_get(histogram, "count"));
}

static int check_object(const struct check *c, const struct json *value,
	const struct json *schema, const struct place *place)
{
	const struct json *known = json_get(schema, "properties");
	const struct json *others = json_get(schema, "additionalProperties");
	int code = 0;

	for (const struct json *r = json_child(json_get(schema, "required")); r;
		r = json_next(r)) {
		const struct place missing = {place, json_as_str(r), 0};

		if (!json_get(value, json_as_str(r)))
			return wrong(&missing, "is missing", c->err);
	}
	for (const struct json *v = json_child(value); v && !code; v = json_next(v)) {
		const struct place at = {place, json_key(v), 0};
		const struct json *of = json_get(known, json_key(v));

		if (of)
			code = check(c, v, of, &at);
		else if (json_is_object(others))
			code = check(c, v, others, &at);
		else if (json_is_bool(others) && !json_as_bool(others))
			code = wrong(&at, "no result has this", c->err);
	}
	if (!code && json_get(value, "sumNs") && !adds_up(value))
		code = wrong(place, "its buckets do not make up its count", c->err);
	return code;
}

static int check_list(const struct check *c, const struct json *value,
	const struct json *schema, const struct place *place)
{
	const struct json *items = json_get(schema, "items");
	struct place at = {place, NULL, 0};
	int code = 0;

	if (!items)
		return 0;
	for (const struct json *v = json_child(value); v && !code; v = json_next(v), at.at++)
		code = check(c, v, items, &at);
	return code;
}

/* One of several: null, or what is told of that type. */
static const struct json *branch(
	const struct check *c, const struct json *value, const struct json *schema)
{
	const struct json *last = schema;

	for (const struct json *b = json_child(json_get(schema, "oneOf")); b;
		b = json_next(b)) {
		const struct json *type;

		last = resolve(c, b);
		type = json_get(last, "type");
		if (json_is_str(type) && has_type(value, json_as_str(type)))
			return last;
	}
	return last;
}

static int check(const struct check *c, const struct json *value, const struct json *schema,
	const struct place *place)
{
	const struct json *of = branch(c, value, resolve(c, schema));
	const struct json *minimum = json_get(of, "minimum");
	int code = check_type(value, json_get(of, "type"), place, c->err);

	if (!code && is_too_much(value, json_get(of, "type")))
		code = wrong(place, "is more than it can be: 2^53", c->err);
	if (!code)
		code = check_words(value, of, place, c->err);
	if (!code && json_is_num(value) && minimum && json_as_num(value) < json_as_num(minimum))
		code = wrong(place, "is less than it can be", c->err);
	if (!code && json_is_object(value))
		code = check_object(c, value, of, place);
	if (!code && json_is_array(value))
		code = check_list(c, value, of, place);
	return code;
}

int shape_check(const struct json *value, const char *schema, struct err *err)
{
	struct json *root = NULL;
	struct check c = {.err = err};
	int code = json_parse(schema, strlen(schema), &root, err);

	assert(!code); /* it was built in */
	c.root = root;
	code = check(&c, value, root, NULL);
	json_free(root);
	return code;
}
