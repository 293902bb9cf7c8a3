/* SPDX-License-Identifier: Apache-2.0 */
#include "report/classes.h"

#include <stdlib.h>
#include <string.h>

#include "report/format.h"
#include "report/table.h"

static bool is_class(const struct json *entry, const char *class)
{
	return !strcmp(json_as_str(json_get(entry, "class")), class);
}

static bool has(const struct json *list, const char *word)
{
	for (const struct json *v = json_child(list); v; v = json_next(v))
		if (!strcmp(json_as_str(v), word))
			return true;
	return false;
}

/* What the entries of a class have in a list, each once. */
static struct json *gather(const struct json *result, const char *class, const char *key)
{
	const struct json *entry = json_child(json_get(result, "classes"));
	struct json *all = json_array();

	for (; entry; entry = json_next(entry))
		for (const struct json *v = json_child(json_get(entry, key));
			v && is_class(entry, class); v = json_next(v))
			if (!has(all, json_as_str(v)))
				json_append_str(all, json_as_str(v));
	return all;
}

/* What entries of a class may be about. */
enum { SIZES = 1, LASTING = 2, OTHERS = 4 };

/* Of an Estimate whose rounds take a while: their rates rest on how long calls take. */
static const char lasting[] = "calls[].clusters of formulas with L";

static unsigned about(const struct json *result, const char *class)
{
	struct json *fields = gather(result, class, "fields");
	unsigned what = 0;

	for (const struct json *f = json_child(fields); f; f = json_next(f)) {
		const char *field = json_as_str(f);

		what |= strstr(field, "bytes") || strstr(field, "Bytes") ? SIZES
			: !strcmp(field, lasting)                        ? LASTING
									 : OTHERS;
	}
	json_free(fields);
	return what ? what : OTHERS;
}

static const char *calibrated_words(unsigned what)
{
	switch (what) {
	case SIZES:
		return "Sizes";
	case LASTING:
		return "Times of calls";
	case SIZES | LASTING:
		return "Times of calls and sizes";
	default:
		return "Times, sizes and CPU";
	}
}

static const char *assumed_words(unsigned what)
{
	switch (what) {
	case SIZES:
		return "Sizes are assumed: of ";
	case LASTING:
		return "Times of calls are assumed: of ";
	case SIZES | LASTING:
		return "Times of calls or sizes are assumed: of ";
	default:
		return "Assumed are those of ";
	}
}

/* "a, b and c" */
static void joined(const struct json *list, struct str *out)
{
	for (const struct json *v = json_child(list); v; v = json_next(v))
		str_addf(out, "%s%s", json_as_str(v),
			!json_next(v)             ? ""
			: json_next(json_next(v)) ? ", "
						  : " and ");
}

/* Whether something is assumed of rows, and not of calls or resources that have names. */
static bool has_assumed_rows(const struct json *result)
{
	const struct json *entry = json_child(json_get(result, "classes"));

	for (; entry; entry = json_next(entry))
		if (is_class(entry, "assumed") && !json_child(json_get(entry, "calls")) &&
			!json_child(json_get(entry, "resources")))
			return true;
	return false;
}

void classes_words(const struct json *result, struct str *out)
{
	struct json *counted = gather(result, "counted", "by");
	struct json *by = gather(result, "calibrated", "by");
	struct json *also = gather(result, "assumed", "by");
	struct json *assumed = gather(result, "assumed", "calls");
	struct json *stored = gather(result, "assumed", "resources");

	for (const struct json *v = json_child(also); v; v = json_next(v))
		if (!has(by, json_as_str(v)))
			json_append_str(by, json_as_str(v));
	if (json_child(json_get(result, "classes"))) {
		str_add(out, "Counts and rates are counted: they follow from ");
		joined(counted, out);
		str_add(out, json_child(counted) ? "." : "timers and rules.");
		if ((about(result, "calibrated") | about(result, "assumed")) & LASTING)
			str_add(out, " Where a formula has an L, they rest on times of calls, "
				     "too.");
	}
	if (json_child(by)) {
		str_addf(out, " %s are calibrated: by ",
			calibrated_words(about(result, "calibrated")));
		joined(by, out);
		str_add(out, ".");
	}
	if (json_child(assumed)) {
		str_addf(out, " %s", assumed_words(about(result, "assumed")));
		joined(assumed, out);
		str_add(out, ".");
	}
	if (json_child(stored)) {
		str_add(out, " Assumed is how large stored ");
		joined(stored, out);
		str_add(out, " are, or who watches them.");
	}
	if (has_assumed_rows(result))
		str_add(out, " Rows that rest on what nobody measured, too, say assumed.");
	json_free(counted);
	json_free(by);
	json_free(also);
	json_free(assumed);
	json_free(stored);
}

void classes_note(const struct json *result, size_t width, struct str *out)
{
	struct str words = {0};

	classes_words(result, &words);
	if (str_len(&words))
		format_wrapped(str_text(&words), width, out);
	str_fini(&words);
}

static bool same(const struct json *a, const struct json *b)
{
	char *left = json_print(a), *right = json_print(b);
	bool is = !strcmp(left, right);

	free(left);
	free(right);
	return is;
}

struct json *classes_both(const struct json *a, const struct json *b)
{
	struct json *all = a ? json_clone(a) : json_array();

	for (const struct json *e = json_child(b); e; e = json_next(e)) {
		const struct json *known = json_child(all);

		while (known && !same(known, e))
			known = json_next(known);
		if (!known)
			json_append(all, json_clone(e));
	}
	return all;
}

void classes_html(const struct json *result, struct html *page)
{
	static const struct column list[] = {
		{"class", "class", CELL_TEXT, NULL},
		{"by", "by", CELL_TEXT, ""},
		{"calls", "of calls", CELL_TEXT, "all"},
		{"resources", "of stored", CELL_TEXT, ""},
		{"fields", "fields of the JSON", CELL_TEXT, NULL},
	};
	struct json *rows = json_array();
	struct str words = {0};

	for (const struct json *e = json_child(json_get(result, "classes")); e;
		e = json_next(e)) {
		struct json *row = json_object();

		for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
			const struct json *value = json_get(e, list[i].key);
			struct str text = {0};

			if (json_is_str(value))
				str_add(&text, json_as_str(value));
			joined(value, &text);
			if (!json_is_null(value))
				json_put_str(row, list[i].key, str_text(&text));
			str_fini(&text);
		}
		json_append(rows, row);
	}
	classes_words(result, &words);
	html_section(page, "What the numbers rest on");
	html_words(page, str_text(&words));
	html_table(page,
		&(struct titled_table){"Counted, calibrated, assumed", COLUMNS_OF(list), rows});
	str_fini(&words);
	json_free(rows);
}
