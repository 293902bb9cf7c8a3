/* SPDX-License-Identifier: Apache-2.0 */
/* What a chart shows, as JSON: the page's script draws it.
 *
 * A chart belongs to who makes it until it is handed to html_figure.  Texts are copied.  What
 * is not known is null and leaves a gap; on an axis that is logarithmic so does what is not
 * above zero: its number is in the table behind the chart.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

enum chart_type {
	CHART_BARS,   /* a group of bars for every label, one of each series */
	CHART_STACK,  /* one bar for every label, the series behind one another */
	CHART_LINES,  /* x, y */
	CHART_POINTS, /* x, y, each with a name */
};

/* unit: "s" of seconds, "share" of 0 to 1, "" of numbers. */
struct chart_axis {
	const char *title;
	const char *unit;
	bool log;
};

/* A chart without a series.  Of bars x is the axis of values, and y may be NULL. */
struct json *chart_new(
	enum chart_type type, const struct chart_axis *x, const struct chart_axis *y);

/* A label that bars stand at; before the series. */
void chart_label(struct json *chart, const char *text);

/* A series; the chart keeps it. */
struct json *chart_series(struct json *chart, const char *name);

/* A series' next bar, point or named point.  What is no number is null. */
void chart_value(struct json *series, const struct json *value);
void chart_point(struct json *series, double x, double y);
void chart_named_point(struct json *series, double x, double y, const char *name);

/* Hide it until its button is pressed. */
void chart_hide(struct json *series);

/* The series are steps of one size: shades of one colour, in their order. */
void chart_ordered(struct json *chart);

/* A series that stands beside another, as a thin dashed line upon it; those of one chart have
 * one button, by that name. */
struct json *chart_beside(struct json *chart, const struct json *series, const char *name);

/* Here a line is interrupted. */
void chart_gap(struct json *series, double x);

/* A limit across the chart, at a value of the axis 'x' or 'y'. */
void chart_wall(struct json *chart, char axis, double at, const char *name);

/* The line on which both numbers of a point are the same, over all that is shown. */
void chart_diagonal(struct json *chart, const char *name);

/* A histogram of a result (docs/METRICS.md) as the share of what it counted up to a duration:
 * the points of a line. */
void chart_distribution(struct json *series, const struct json *histogram);

/* Whether anything would be drawn. */
bool chart_is_empty(const struct json *chart);

#endif
