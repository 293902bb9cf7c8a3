/* SPDX-License-Identifier: Apache-2.0 */
/* The measures of a result: every figure that can be compared or stand in a gate, by name.
 *
 * A family is a list or object of a kind of result: api.requests.  Labels tell the rows of a
 * list apart: {verb=get,resource=secrets}.  A statistic is one figure: mean.  So
 *   api.requests{verb=get,resource=secrets}.mean
 * is a measure.  Where labels are left out, all rows that match count: rates and counts add up,
 * histograms merge, and what cannot be put together (peaks of several calls) is not told.
 * Which there are stands in measure_families.c; docs/GATES.md has the list.
 *
 * Reads results that come from files: what is missing or of the wrong type is absent, never 0.
 */
#ifndef REPORT_MEASURE_H
#define REPORT_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

enum { MEASURE_LABELS = 5, MEASURE_STATS = 10, MEASURE_POINTS_MAX = 2000 };

enum measure_unit {
	MEASURE_COUNT,   /* of things */
	MEASURE_RATE,    /* per second */
	MEASURE_SECONDS, /* of time */
	MEASURE_BYTES,   /* per second */
	MEASURE_NUMBER,  /* without a unit */
	MEASURE_CORES,
};

/* What a figure rests on. */
enum measure_class {
	MEASURE_COUNTED,    /* it follows from rules */
	MEASURE_CALIBRATED, /* from times or CPU that were measured: measure_calibration() */
};

/* What is done with several rows. */
enum measure_sum { SUM_ADD, SUM_MAX, SUM_ALONE, SUM_HIST };

struct measure_stat {
	const char *name;
	const char *field; /* of a row, "a.b" reaches into it; SUM_HIST: of its histogram */
	enum measure_unit unit;
	enum measure_sum sum;
	const char *help;
};

struct measure_label {
	const char *name;
	const char *field; /* a string, truth value or number */
};

struct measure_family {
	const char *kind; /* of results */
	const char *name;
	const char *path; /* to a list of rows, or to the one object; "": the result */
	const char *hist; /* of SUM_HIST: in a row, "": the row is one; NULL: there is none */
	enum measure_class class;
	struct measure_label label[MEASURE_LABELS]; /* name NULL behind the last */
	const struct measure_stat *stat;
	size_t n_stats;
	const char *help;
};

/* A family's rows with these labels; NULL: whatever it is. */
struct measure_point {
	const struct measure_family *family;
	const char *label[MEASURE_LABELS];
};

struct measure {
	struct measure_point of;
	const struct measure_stat *stat;
};

/* Constant: all families of all kinds, those of a kind together. */
extern const struct measure_family measure_families[];
extern const uint32_t measure_n_families;

/* The field of a row that is false where the figure is the least that it can be, as an estimate
 * has them that lacks a call; NULL: there is none. */
const char *measure_holds_field(const struct measure *measure);

/* Whether a label names what was looked at, as the size of a cluster, and not what was counted
 * there: of a case that no row has nothing is known, where of calls there were none. */
bool measure_is_case(const struct measure_family *family, unsigned label);

enum measure_found {
	MEASURE_IS,      /* there is a figure */
	MEASURE_LEAST,   /* there is one, and in truth it may be more */
	MEASURE_UNKNOWN, /* nothing was measured, or the models do not know it */
	MEASURE_NO_ROW,  /* no row has these labels, and none was counted: a rate is 0 */
	MEASURE_APART,   /* of several rows, which cannot be put together */
};

/* Whether there is a figure: of no rows it is 0. */
bool measure_has(enum measure_found found);

/* The same figure by closed form, for the rates of calls of a Result; *value is 0 unless it is
 * there.  MEASURE_NO_ROW: that measure has none.  MEASURE_LEAST: it lacks calls for which the
 * form does not hold; *of is the share of what was simulated that the others are, else 1.
 * MEASURE_UNKNOWN: it holds for none of the calls, or the result has none of them. */
enum measure_found measure_closed(
	const struct json *result, const struct measure *measure, double *value, double *of);

/* Whether results of that kind have measures. */
bool measure_has_kind(const char *kind);

/* Look a measure up in a result of its family's kind.  *value is 0 unless it is there. */
enum measure_found measure_read(
	const struct json *result, const struct measure *measure, double *value);

/* Points of a result, a family after the other: of a list of rows first the whole, then each
 * row.  What points has already is not added again, so that it becomes that of several
 * results.  Labels live in mem.  ERR_INPUT: more rows than MEASURE_POINTS_MAX. */
struct measure_points {
	struct measure_point *point; /* in mem */
	uint32_t n;
};

int measure_points_add(struct measure_points *points, const struct json *result,
	struct arena *mem, struct err *err);

/* Append its name, as a gate writes it.  stat NULL: without one. */
void measure_name(
	const struct measure_point *point, const struct measure_stat *stat, struct str *out);

/* "/s", " s", ...: what stands behind a figure of that unit in JSON. */
const char *measure_unit_name(enum measure_unit unit);

/* "counted" or "calibrated": what a family usually rests on. */
const char *measure_class_name(enum measure_class class);

/* What a measure of a result, and of another that it is laid beside (NULL: there is none),
 * rests on, as their own lists of classes say; of several calls or results the weakest:
 * "assumed" before "calibrated" before "counted".  That of the family, if neither says. */
const char *measure_class_in(
	const struct json *result, const struct json *other, const struct measure *measure);

/* By which calibrations a measure of a result is calibrated, and that of another (NULL: there
 * is none), as a text for JSON: null if by none.  The caller's. */
struct json *measure_calibration_in(
	const struct json *result, const struct json *other, const struct measure *measure);

/* Append the models and calibrations on which what a result has calibrated rests. */
void measure_calibration(const struct json *result, struct str *out);

#endif
