/* SPDX-License-Identifier: Apache-2.0 */
#include "report/measure.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hist.h"
#include "report/format.h"
#include "report/table.h"

/* ------------------------------------------------------------------ rows */

static const struct json *value_at(const struct json *from, const char *path)
{
	return *path ? table_value(from, path) : from;
}

/* What a row has for a label, as text in buf or in the row; NULL: nothing. */
static const char *label_of(const struct json *row, const char *field, char *buf, size_t size)
{
	const struct json *v = json_get(row, field);

	if (json_is_str(v))
		return json_as_str(v);
	if (json_is_bool(v))
		return json_as_bool(v) ? "true" : "false";
	return json_is_num(v) ? format_exact(buf, size, json_as_num(v)) : NULL;
}

static bool matches(const struct json *row, const struct measure_point *p)
{
	char buf[FORMAT_BYTES];

	for (unsigned i = 0; i < MEASURE_LABELS && p->family->label[i].name; i++) {
		const char *has;

		if (!p->label[i])
			continue;
		has = label_of(row, p->family->label[i].field, buf, sizeof(buf));
		if (!has || strcmp(has, p->label[i]) != 0)
			return false;
	}
	return true;
}

/* The first row that matches, or the next behind it. */
static const struct json *row_from(const struct json *row, const struct measure_point *p)
{
	while (row && !matches(row, p))
		row = json_next(row);
	return row;
}

/* ------------------------------------------------------------------ histograms */

/* Counts and sums in JSON are exact up to 2^53; what is beyond or below is no count. */
#define EXACT 9007199254740992.0

static bool count_in(const struct json *v, uint64_t *to)
{
	double n = json_as_num(v);

	if (!json_is_num(v) || !(n >= 0 && n <= EXACT))
		return false;
	*to = (uint64_t)n;
	return true;
}

static bool span_in(const struct json *v, ns_t *to)
{
	double ns = json_as_num(v) * 1e9;

	if (!json_is_num(v) || !(ns >= 0 && ns <= EXACT))
		return false;
	*to = (ns_t)(ns + 0.5);
	return true;
}

/* Count in into what the JSON of a histogram has; false if it is none. */
static bool hist_in(const struct json *from, struct hist *into)
{
	struct hist h;
	uint64_t n, sum, counted = 0, bucket;

	hist_reset(&h);
	if (!count_in(json_get(from, "count"), &n) || !count_in(json_get(from, "sumNs"), &sum))
		return false;
	if (!n)
		return true;
	if (!span_in(json_get(from, "min"), &h.min) || !span_in(json_get(from, "max"), &h.max))
		return false;
	for (const struct json *pair = json_child(json_get(from, "buckets")); pair;
		pair = json_next(pair)) {
		if (!count_in(json_at(pair, 0), &bucket) || bucket >= HIST_BUCKETS ||
			!count_in(json_at(pair, 1), &h.bucket[bucket]))
			return false;
		counted += h.bucket[bucket];
	}
	if (counted != n)
		return false;
	h.n = n;
	h.sum = sum;
	hist_merge(into, &h);
	return true;
}

static double hist_figure(const struct hist *h, const char *name)
{
	static const struct {
		const char *name;
		uint32_t per_million;
	} quantiles[] = {{"p50", 500000}, {"p90", 900000}, {"p99", 990000}, {"max", 1000000}};

	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		if (!strcmp(name, quantiles[i].name))
			return (double)hist_quantile(h, quantiles[i].per_million) / 1e9;
	return strcmp(name, "count") ? (double)hist_mean(h) / 1e9 : (double)h->n;
}

static enum measure_found read_merged(
	const struct json *row, const struct measure *m, double *value)
{
	bool count = !strcmp(m->stat->field, "count");
	struct hist all;

	hist_reset(&all);
	for (; row; row = row_from(json_next(row), &m->of)) {
		const struct json *h = value_at(row, m->of.family->hist);

		if (!json_is_null(h) && !hist_in(h, &all)) /* null: not of that one */
			return MEASURE_UNKNOWN;
	}
	if (!all.n && !count)
		return MEASURE_UNKNOWN;
	*value = hist_figure(&all, m->stat->field);
	return MEASURE_IS;
}

static enum measure_found read_hist(
	const struct json *row, const struct measure *m, double *value)
{
	const struct json *h = value_at(row, m->of.family->hist);
	const struct json *v = json_get(h, m->stat->field);

	if (row_from(json_next(row), &m->of))
		return read_merged(row, m, value);
	if (!json_is_num(v))
		return MEASURE_UNKNOWN;
	*value = json_as_num(v);
	return MEASURE_IS;
}

/* ------------------------------------------------------------------ figures */

bool measure_has(enum measure_found found)
{
	return found == MEASURE_IS || found == MEASURE_LEAST || found == MEASURE_NO_ROW;
}

static bool is_least(const struct json *row, const struct measure *m)
{
	const char *field = measure_holds_field(m);
	const struct json *holds = field ? json_get(row, field) : NULL;

	return json_is_bool(holds) && !json_as_bool(holds);
}

/* A number, a truth value as 1 or 0, or the highest of a list. */
static bool figure(const struct json *v, double *to)
{
	double most = 0;

	if (json_is_bool(v)) {
		*to = json_as_bool(v);
		return true;
	}
	if (json_is_num(v)) {
		*to = json_as_num(v);
		return true;
	}
	if (!json_is_array(v) || !json_child(v))
		return false;
	for (const struct json *e = json_child(v); e; e = json_next(e)) {
		if (!json_is_num(e))
			return false;
		most = json_as_num(e) > most ? json_as_num(e) : most;
	}
	*to = most;
	return true;
}

static enum measure_found read_rows(
	const struct json *row, const struct measure *m, double *value)
{
	enum measure_found found = MEASURE_UNKNOWN;
	double all = 0, one;

	if (m->stat->sum == SUM_ALONE && row_from(json_next(row), &m->of))
		return MEASURE_APART;
	for (; row; row = row_from(json_next(row), &m->of)) {
		if (!figure(value_at(row, m->stat->field), &one))
			continue;
		found = found == MEASURE_LEAST || is_least(row, m) ? MEASURE_LEAST : MEASURE_IS;
		if (m->stat->sum == SUM_MAX)
			all = one > all ? one : all;
		else
			all += one;
	}
	*value = all;
	return found;
}

/* Whether what the labels want a figure of was looked at. */
static bool is_case_of(const struct json *rows, const struct measure_point *p)
{
	struct measure_point cases = {.family = p->family};
	bool any = false;

	for (unsigned i = 0; i < MEASURE_LABELS && p->family->label[i].name; i++) {
		if (!p->label[i] || !measure_is_case(p->family, i))
			continue;
		cases.label[i] = p->label[i];
		any = true;
	}
	return !any || row_from(json_child(rows), &cases);
}

/* Of no rows: there were no calls, but how long none of them took nobody knows. */
static enum measure_found nothing(const struct json *rows, const struct measure *m)
{
	enum measure_unit unit = m->stat->unit;

	return (unit == MEASURE_COUNT || unit == MEASURE_RATE || unit == MEASURE_BYTES) &&
			       is_case_of(rows, &m->of)
		       ? MEASURE_NO_ROW
		       : MEASURE_UNKNOWN;
}

enum measure_found measure_read(
	const struct json *result, const struct measure *m, double *value)
{
	const struct json *at = value_at(result, m->of.family->path);
	const struct json *row;

	*value = 0;
	if (json_is_object(at)) {
		/* alone: its neighbours in the result are no rows */
		if (m->stat->sum == SUM_HIST) {
			const struct json *v =
				json_get(value_at(at, m->of.family->hist), m->stat->field);

			*value = json_as_num(v);
			return json_is_num(v) ? MEASURE_IS : MEASURE_UNKNOWN;
		}
		return figure(value_at(at, m->stat->field), value) ? MEASURE_IS
								   : MEASURE_UNKNOWN;
	}
	if (!json_is_array(at))
		return MEASURE_UNKNOWN;
	row = row_from(json_child(at), &m->of);
	if (!row)
		return nothing(at, m);
	return m->stat->sum == SUM_HIST ? read_hist(row, m, value) : read_rows(row, m, value);
}

/* Of calls, whatever came of them: rows of closedForm[] have no code. */
static bool has_closed(const struct measure *m)
{
	const struct measure_family *f = m->of.family;

	return !strcmp(f->kind, "Result") && m->stat->unit == MEASURE_RATE &&
	       m->stat->sum == SUM_ADD &&
	       (!strcmp(f->path, "runtime") || !strcmp(f->path, "api"));
}

enum measure_found measure_closed(
	const struct json *result, const struct measure *m, double *value, double *of)
{
	bool runtime = !strcmp(m->of.family->path, "runtime"), lacks = false, some = false;
	const struct json *row = json_child(json_get(result, "closedForm"));
	double all = 0, simulated = 0, known = 0;

	*value = *of = 0;
	if (!has_closed(m))
		return MEASURE_NO_ROW;
	for (row = row_from(row, &m->of); row; row = row_from(json_next(row), &m->of)) {
		const struct json *rate = json_get(row, "closedFormPerSecond");
		double is = json_as_num(json_get(row, "simulatedPerSecond"));
		bool has = json_is_num(rate);

		if (json_is_str(json_get(row, "operation")) != runtime)
			continue;
		simulated += is;
		known += has ? is : 0;
		all += json_as_num(rate);
		some |= has;
		lacks |= !has;
	}
	if (!some)
		return MEASURE_UNKNOWN;
	if (!strcmp(m->stat->field, "perSecondPerNode"))
		all /= json_as_num(json_get(result, "nodes"));
	*value = all;
	*of = lacks && simulated > 0 ? known / simulated : 1;
	return lacks ? MEASURE_LEAST : MEASURE_IS;
}

bool measure_has_kind(const char *kind)
{
	for (uint32_t i = 0; i < measure_n_families; i++)
		if (!strcmp(measure_families[i].kind, kind))
			return true;
	return false;
}

/* ------------------------------------------------------------------ points */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_there(
	const struct measure_points *points, uint32_t from, const struct measure_point *p)
{
	for (uint32_t i = from; i < points->n; i++) {
		const struct measure_point *q = &points->point[i];
		unsigned l = 0;

		while (l < MEASURE_LABELS && same_text(p->label[l], q->label[l]))
			l++;
		if (l == MEASURE_LABELS && q->family == p->family)
			return true;
	}
	return false;
}

/* Put it behind the last of its family, so that families stay together. */
static int insert(struct measure_points *points, const struct measure_point *p,
	struct arena *mem, struct err *err)
{
	uint32_t at = points->n;

	if (is_there(points, 0, p))
		return 0;
	if (points->n == MEASURE_POINTS_MAX)
		return err_set(err, ERR_INPUT, "%s has more rows than the %d allowed",
			p->family->path, MEASURE_POINTS_MAX);
	if (!points->point)
		points->point = ARENA_ARRAY(mem, struct measure_point, MEASURE_POINTS_MAX);
	while (at > 0 && points->point[at - 1].family > p->family) {
		points->point[at] = points->point[at - 1];
		at--;
	}
	points->point[at] = *p;
	for (unsigned l = 0; l < MEASURE_LABELS; l++)
		if (p->label[l])
			points->point[at].label[l] = arena_strdup(mem, p->label[l]);
	points->n++;
	return 0;
}

static int add_rows(struct measure_points *points, const struct measure_family *f,
	const struct json *rows, struct arena *mem, struct err *err)
{
	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		struct measure_point p = {.family = f};
		char buf[MEASURE_LABELS][FORMAT_BYTES];
		int code;

		for (unsigned l = 0; l < MEASURE_LABELS && f->label[l].name; l++)
			p.label[l] = label_of(row, f->label[l].field, buf[l], sizeof(buf[l]));
		code = insert(points, &p, mem, err);
		if (code)
			return code;
	}
	return 0;
}

int measure_points_add(struct measure_points *points, const struct json *result,
	struct arena *mem, struct err *err)
{
	const char *kind = json_as_str(json_get(result, "kind"));
	int code = 0;

	for (uint32_t i = 0; i < measure_n_families && !code; i++) {
		const struct measure_family *f = &measure_families[i];
		const struct json *at = value_at(result, f->path);

		if (!kind || strcmp(kind, f->kind) != 0 ||
			(!json_is_array(at) && !json_is_object(at)))
			continue;
		code = insert(points, &(struct measure_point){.family = f}, mem, err);
		if (!code && json_is_array(at))
			code = add_rows(points, f, at, mem, err);
	}
	return code;
}

/* ------------------------------------------------------------------ names */

/* What a gate reads back without quotes. */
static bool is_plain(const char *text)
{
	return *text && !text[strcspn(text, " \t\"',{}=")];
}

void measure_name(
	const struct measure_point *point, const struct measure_stat *stat, struct str *out)
{
	const char *before = "{";

	str_add(out, point->family->name);
	for (unsigned l = 0; l < MEASURE_LABELS && point->family->label[l].name; l++) {
		if (!point->label[l])
			continue;
		str_addf(out, is_plain(point->label[l]) ? "%s%s=%s" : "%s%s=\"%s\"", before,
			point->family->label[l].name, point->label[l]);
		before = ",";
	}
	str_add(out, *before == ',' ? "}" : "");
	if (stat)
		str_addf(out, ".%s", stat->name);
}

const char *measure_unit_name(enum measure_unit unit)
{
	static const char *const names[] = {[MEASURE_COUNT] = "",
		[MEASURE_RATE] = "/s",
		[MEASURE_SECONDS] = "s",
		[MEASURE_BYTES] = "B/s",
		[MEASURE_NUMBER] = "",
		[MEASURE_CORES] = "cores"};

	return names[unit];
}
