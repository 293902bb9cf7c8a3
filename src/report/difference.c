/* SPDX-License-Identifier: Apache-2.0 */
#include "report/difference.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"

struct walk {
	struct json *list;
	uint32_t n, most;
};

static void walk(struct walk *w, const char *path, const struct json *base,
	const struct json *candidate);

static bool is_leaf(const struct json *v)
{
	return !json_is_object(v) && !json_is_array(v);
}

static bool same_leaf(const struct json *a, const struct json *b)
{
	if (json_is_str(a) || json_is_str(b))
		return json_is_str(a) && json_is_str(b) &&
		       !strcmp(json_as_str(a), json_as_str(b));
	if (json_is_num(a) || json_is_num(b))
		return json_is_num(a) && json_is_num(b) && json_as_num(a) == json_as_num(b);
	if (json_is_bool(a) || json_is_bool(b))
		return json_is_bool(a) && json_is_bool(b) && json_as_bool(a) == json_as_bool(b);
	return true; /* null or nothing */
}

static void put(
	struct walk *w, const char *path, const struct json *base, const struct json *candidate)
{
	struct json *row;

	if (w->n++ >= w->most)
		return;
	row = json_object();
	json_put_str(row, "path", path);
	json_put(row, "base", base ? json_clone(base) : json_null());
	json_put(row, "candidate", candidate ? json_clone(candidate) : json_null());
	json_append(w->list, row);
}

/* "a.b" and "c": "a.b.c"; a dot or bracket in a name has a backslash before it. */
static void join(struct str *to, const char *path, const char *key)
{
	str_reset(to);
	str_add(to, path);
	if (*path)
		str_add_char(to, '.');
	for (; *key; key++) {
		if (strchr(".[]\\", *key))
			str_add_char(to, '\\');
		str_add_char(to, *key);
	}
}

/* What a scenario's constants rest on is printed beside them; it is no field of it. */
static bool is_evidence(const char *path, const struct json *v)
{
	return !*path && !strcmp(json_key(v), "origins");
}

static void walk_map(
	struct walk *w, const char *path, const struct json *base, const struct json *candidate)
{
	struct str at = {0};

	for (const struct json *v = json_child(base); v; v = json_next(v)) {
		if (is_evidence(path, v))
			continue;
		join(&at, path, json_key(v));
		walk(w, str_text(&at), v, json_get(candidate, json_key(v)));
	}
	for (const struct json *v = json_child(candidate); v; v = json_next(v)) {
		if (json_get(base, json_key(v)) || is_evidence(path, v))
			continue;
		join(&at, path, json_key(v));
		put(w, str_text(&at), NULL, v);
	}
	str_fini(&at);
}

static void walk_list(
	struct walk *w, const char *path, const struct json *base, const struct json *candidate)
{
	const struct json *b = json_child(base), *c = json_child(candidate);
	struct str at = {0};

	for (unsigned i = 0; b || c; i++) {
		str_reset(&at);
		str_addf(&at, "%s[%u]", path, i);
		if (b && c)
			walk(w, str_text(&at), b, c);
		else
			put(w, str_text(&at), b, c);
		b = b ? json_next(b) : NULL;
		c = c ? json_next(c) : NULL;
	}
	str_fini(&at);
}

static void walk(
	struct walk *w, const char *path, const struct json *base, const struct json *candidate)
{
	if (json_is_object(base) && json_is_object(candidate))
		walk_map(w, path, base, candidate);
	else if (json_is_array(base) && json_is_array(candidate))
		walk_list(w, path, base, candidate);
	else if (!is_leaf(base) || !is_leaf(candidate) || !same_leaf(base, candidate))
		put(w, path, base, candidate);
}

uint32_t differences(
	const struct json *base, const struct json *candidate, uint32_t most, struct json *list)
{
	struct walk w = {.list = list, .most = most};

	walk(&w, "", base, candidate);
	return w.n;
}
