/* SPDX-License-Identifier: Apache-2.0 */
/* What measures rest on, as a result's list of classes says. */
#include "report/measure.h"

#include <string.h>

#include "report/table.h"

const char *measure_class_name(enum measure_class class)
{
	return class == MEASURE_COUNTED ? "counted" : "calibrated";
}

/* The field that a measure is of, as `classes` names it: "api[].latencySeconds".  What has
 * labels is a list, also where the document that has the classes has no such list: a sweep's.
 */
static void field_of(const struct measure *m, struct str *to)
{
	const struct measure_family *f = m->of.family;
	bool rows = *f->path && f->label[0].name;
	const char *inner = m->stat->sum == SUM_HIST ? f->hist : m->stat->field;

	str_addf(to, "%s%s%s%s", f->path, rows ? "[]" : "", *f->path && *inner ? "." : "",
		inner);
}

/* Whether a field is that, or in that: "slo" has "slo[].met" in it. */
static bool is_within(const char *field, const char *whole)
{
	const char *of = strstr(whole, " of ");
	size_t len = of ? (size_t)(of - whole) : strlen(whole);

	return !strncmp(field, whole, len) && (!field[len] || strchr(".[", field[len]));
}

/* Whether an entry of classes is about this call; all calls, if none is named. */
static bool is_about(const struct json *calls, const struct measure_point *p)
{
	struct str name = {0};
	bool found = !json_is_array(calls);

	for (unsigned l = 0; l < MEASURE_LABELS && p->family->label[l].name; l++) {
		const char *label = p->family->label[l].name;
		bool named = !strcmp(label, "operation") || !strcmp(label, "verb") ||
			     !strcmp(label, "resource");

		if (named && p->label[l])
			str_addf(&name, "%s%s", str_len(&name) ? " " : "", p->label[l]);
	}
	for (const struct json *c = json_child(calls); c && !found; c = json_next(c))
		found = !str_len(&name) ||
			(json_is_str(c) && !strcmp(json_as_str(c), str_text(&name)));
	str_fini(&name);
	return found;
}

/* Of "rows[] of source api, cri and wire" only rows whose source is one of these; of what names
 * no label all. */
static bool is_of_rows(const char *whole, const struct measure_point *p)
{
	const char *of = strstr(whole, " of "), *label = of ? of + 4 : "", *word;
	size_t len = strcspn(label, " ");
	unsigned l = 0;

	while (l < MEASURE_LABELS && p->family->label[l].name &&
		(strlen(p->family->label[l].name) != len ||
			strncmp(p->family->label[l].name, label, len) != 0))
		l++;
	if (!of || l == MEASURE_LABELS || !p->label[l])
		return true;
	for (word = label + len; *word; word += strcspn(word, " ,")) {
		word += strspn(word, " ,");
		if (strcspn(word, " ,") == strlen(p->label[l]) &&
			!strncmp(word, p->label[l], strlen(p->label[l])))
			return true;
	}
	return false;
}

static bool has_field(
	const struct json *fields, const char *field, const struct measure_point *p)
{
	for (const struct json *f = json_child(fields); f; f = json_next(f))
		if (json_is_str(f) && is_within(field, json_as_str(f)) &&
			is_of_rows(json_as_str(f), p))
			return true;
	return false;
}

/* How often something was timed is no time. */
static bool is_how_often(const struct measure *m)
{
	return m->stat->sum == SUM_HIST && m->stat->unit == MEASURE_COUNT;
}

/* The next of a result's classes, after `last` (NULL: the first), that is about a measure. */
static const struct json *next_class(
	const struct json *result, const struct json *last, const struct measure *m)
{
	const struct json *c = last ? json_next(last) : json_child(json_get(result, "classes"));
	struct str field = {0};

	field_of(m, &field);
	while (c && (!has_field(json_get(c, "fields"), str_text(&field), &m->of) ||
			    !is_about(json_get(c, "calls"), &m->of) ||
			    !is_about(json_get(c, "resources"), &m->of)))
		c = json_next(c);
	str_fini(&field);
	return c;
}

static const char *const weak[] = {"counted", "calibrated", "assumed"};

/* Of weak[], or that: what a result's classes say at the weakest. */
static int weakest_in(const struct json *result, const struct measure *m, int weakest)
{
	for (const struct json *c = NULL; (c = next_class(result, c, m));) {
		const char *class = json_as_str(json_get(c, "class"));

		for (int i = 0; class && i < 3; i++)
			if (!strcmp(class, weak[i]) && i > weakest)
				weakest = i;
	}
	return weakest;
}

const char *measure_class_in(
	const struct json *result, const struct json *other, const struct measure *m)
{
	int weakest;

	if (is_how_often(m))
		return weak[0];
	weakest = weakest_in(result, m, -1);
	if (other)
		weakest = weakest_in(other, m, weakest);
	return weakest < 0 ? measure_class_name(m->of.family->class) : weak[weakest];
}

/* ------------------------------------------------------------------ calibrations */

/* Append a text to a list that does not have it. */
static void add_once(struct json *list, const struct json *text)
{
	const struct json *s = json_child(list);

	while (s && json_is_str(text) && strcmp(json_as_str(s), json_as_str(text)) != 0)
		s = json_next(s);
	if (!s && json_is_str(text))
		json_append_str(list, json_as_str(text));
}

static void add_calibrations(
	const struct json *result, const struct measure *m, struct json *names)
{
	for (const struct json *c = NULL; (c = next_class(result, c, m));) {
		const char *class = json_as_str(json_get(c, "class"));
		const struct json *by = json_child(json_get(c, "by"));

		for (; class && strcmp(class, "counted") != 0 && by; by = json_next(by))
			add_once(names, by);
	}
}

/* "a, b" */
static void joined(const struct json *names, struct str *out)
{
	for (const struct json *n = json_child(names); n; n = json_next(n))
		str_addf(out, "%s%s", json_as_str(n), json_next(n) ? ", " : "");
}

struct json *measure_calibration_in(
	const struct json *result, const struct json *other, const struct measure *m)
{
	struct json *names = json_array(), *text = NULL;
	struct str all = {0};

	if (!is_how_often(m)) {
		add_calibrations(result, m, names);
		if (other)
			add_calibrations(other, m, names);
	}
	joined(names, &all);
	text = str_len(&all) ? json_str(str_text(&all)) : json_null();
	str_fini(&all);
	json_free(names);
	return text;
}

/* What its classes but counts rest on, each once; false if it has no classes. */
static bool put_sources(const struct json *result, struct str *out)
{
	const struct json *c = json_child(json_get(result, "classes"));
	struct json *names = json_array();
	bool any = c != NULL;

	for (; c; c = json_next(c)) {
		const char *class = json_as_str(json_get(c, "class"));
		const struct json *by = json_child(json_get(c, "by"));

		for (; class && strcmp(class, "counted") != 0 && by; by = json_next(by))
			add_once(names, by);
	}
	joined(names, out);
	json_free(names);
	return any;
}

/* Times are those of the runtime's model, the server's and, where it has one, a calibration. */
void measure_calibration(const struct json *result, struct str *out)
{
	static const char *const paths[] = {"scenario.runtime.name", "scenario.apiserver.name",
		"scenario.apiserver.costs.calibration", "cost.calibration"};
	const char *before = "";

	if (put_sources(result, out))
		return;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *name = json_as_str(table_value(result, paths[i]));

		if (!name || !*name)
			continue;
		str_addf(out, "%s%s", before, name);
		before = ", ";
	}
}
