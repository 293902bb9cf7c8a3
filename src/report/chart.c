/* SPDX-License-Identifier: Apache-2.0 */
#include "report/chart.h"

#include "base/hist.h"

static struct json *axis_of(const struct chart_axis *axis)
{
	struct json *o = json_object();

	json_put_str(o, "title", axis ? axis->title : "");
	json_put_str(o, "unit", axis ? axis->unit : "");
	json_put_bool(o, "log", axis && axis->log);
	return o;
}

struct json *chart_new(
	enum chart_type type, const struct chart_axis *x, const struct chart_axis *y)
{
	static const char *const words[] = {"bars", "stack", "lines", "points"};
	struct json *chart = json_object();

	json_put_str(chart, "type", words[type]);
	json_put(chart, "x", axis_of(x));
	json_put(chart, "y", axis_of(y));
	if (type == CHART_BARS || type == CHART_STACK)
		json_put(chart, "labels", json_array());
	json_put(chart, "series", json_array());
	return chart;
}

void chart_label(struct json *chart, const char *text)
{
	json_append_str(json_get(chart, "labels"), text);
}

struct json *chart_series(struct json *chart, const char *name)
{
	bool bars = json_get(chart, "labels") != NULL;
	struct json *series = json_object();

	json_put_str(series, "name", name);
	json_put(series, bars ? "values" : "points", json_array());
	json_append(json_get(chart, "series"), series);
	return series;
}

void chart_value(struct json *series, const struct json *value)
{
	json_append(json_get(series, "values"),
		json_is_num(value) ? json_num(json_as_num(value)) : json_null());
}

void chart_point(struct json *series, double x, double y)
{
	struct json *point = json_array();

	json_append_num(point, x);
	json_append_num(point, y);
	json_append(json_get(series, "points"), point);
}

void chart_gap(struct json *series, double x)
{
	struct json *point = json_array();

	json_append_num(point, x);
	json_append(point, json_null());
	json_append(json_get(series, "points"), point);
}

static size_t number_of(const struct json *chart, const struct json *series)
{
	const struct json *s = json_child(json_get(chart, "series"));
	size_t n = 0;

	for (; s && s != series; s = json_next(s))
		n++;
	return n;
}

struct json *chart_beside(struct json *chart, const struct json *series, const char *name)
{
	struct json *own = chart_series(chart, json_as_str(json_get(series, "name")));

	json_put_int(own, "beside", (int64_t)number_of(chart, series));
	json_put_str(own, "by", name);
	return own;
}

void chart_named_point(struct json *series, double x, double y, const char *name)
{
	if (!json_get(series, "names"))
		json_put(series, "names", json_array());
	chart_point(series, x, y);
	json_append_str(json_get(series, "names"), name);
}

void chart_hide(struct json *series)
{
	json_put_bool(series, "hidden", true);
}

void chart_ordered(struct json *chart)
{
	json_put_bool(chart, "ordered", true);
}

void chart_wall(struct json *chart, char axis, double at, const char *name)
{
	const char word[] = {axis, '\0'};
	struct json *wall = json_object();

	if (!json_get(chart, "walls"))
		json_put(chart, "walls", json_array());
	json_put_str(wall, "axis", word);
	json_put_num(wall, "at", at);
	json_put_str(wall, "name", name);
	json_append(json_get(chart, "walls"), wall);
}

/* The least and the most number of any point. */
static bool extent(const struct json *chart, double *least, double *most)
{
	bool any = false;

	for (const struct json *s = json_child(json_get(chart, "series")); s; s = json_next(s))
		for (const struct json *p = json_child(json_get(s, "points")); p;
			p = json_next(p))
			for (size_t i = 0; i < 2; i++) {
				double v = json_as_num(json_at(p, i));

				*least = !any || v < *least ? v : *least;
				*most = !any || v > *most ? v : *most;
				any = true;
			}
	return any;
}

void chart_diagonal(struct json *chart, const char *name)
{
	double least = 0, most = 0;
	struct json *series;

	if (!extent(chart, &least, &most))
		return;
	series = chart_series(chart, name);
	json_put_bool(series, "line", true);
	chart_point(series, least, least);
	chart_point(series, most, most);
}

/* s: below it histograms do not tell durations apart, and zero has no place on a logarithmic
 * axis. */
#define LEAST 1e-6

void chart_distribution(struct json *series, const struct json *histogram)
{
	double n = json_as_num(json_get(histogram, "count"));
	double min = json_as_num(json_get(histogram, "min"));
	double max = json_as_num(json_get(histogram, "max"));
	double seen = 0;

	if (n > 0)
		chart_point(series, min > LEAST ? min : LEAST, 0);
	for (const struct json *b = json_child(json_get(histogram, "buckets")); b;
		b = json_next(b)) {
		double bucket = json_as_num(json_at(b, 0)), at;

		if (!(bucket >= 0 && bucket < HIST_BUCKETS) || n <= 0)
			return;
		seen += json_as_num(json_at(b, 1));
		/* As quantiles are told: the middle of the bucket, or the last that there was.
		 */
		at = (double)hist_middle((uint32_t)bucket) / 1e9;
		at = at < min ? min : at > max || !json_next(b) ? max : at;
		at = at < LEAST ? LEAST : at;
		chart_point(series, at, seen / n);
	}
}

bool chart_is_empty(const struct json *chart)
{
	for (const struct json *s = json_child(json_get(chart, "series")); s;
		s = json_next(s)) {
		const struct json *v = json_child(json_get(s, "values"));

		if (json_child(json_get(s, "points")))
			return false;
		for (; v; v = json_next(v))
			if (json_is_num(v))
				return false;
	}
	return true;
}
