/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_vary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"

#define DENSITY "workload.pods"

static int wrong(const char *flag, const char *why, struct err *err)
{
	return err_set(err, ERR_INPUT, "--vary '%.100s': %s", flag, why);
}

/* "12", "0.5", "1m30s": what can be laid on an axis. */
static bool number_in(const char *text, double *to)
{
	struct err err = {0};
	char *end = NULL;
	ns_t span;

	if (strspn(text, "0123456789.") == strlen(text) && *text) {
		*to = strtod(text, &end);
		return !*end;
	}
	if (units_parse_duration(text, &span, &err))
		return false;
	*to = (double)span / 1e9;
	return true;
}

static int add(
	struct vary *v, const char *flag, const char *value, struct arena *mem, struct err *err)
{
	char why[80];

	if (v->n == VARY_VALUES_MAX) {
		(void)snprintf(why, sizeof(why), "more than %d values", VARY_VALUES_MAX);
		return wrong(flag, why, err);
	}
	for (uint32_t i = 0; i < v->n; i++)
		if (!strcmp(v->value[i], value))
			return wrong(flag, "a value stands there twice", err);
	v->value[v->n] = arena_strdup(mem, value);
	v->is_number = number_in(value, &v->number[v->n]) && (v->n == 0 || v->is_number);
	v->n++;
	return 0;
}

static void swap(struct vary *v, uint32_t a, uint32_t b)
{
	const char *value = v->value[a];
	double number = v->number[a];

	v->value[a] = v->value[b];
	v->number[a] = v->number[b];
	v->value[b] = value;
	v->number[b] = number;
}

/* Numbers in their order, so that there is an axis however they were given. */
static int settle(struct vary *v, const char *flag, struct err *err)
{
	for (uint32_t i = 1; i < v->n && v->is_number; i++) {
		uint32_t at = i;

		for (; at > 0 && v->number[at] < v->number[at - 1]; at--)
			swap(v, at, at - 1);
		if (at > 0 && v->number[at] == v->number[at - 1])
			return wrong(flag, "a value stands there twice", err);
	}
	return 0;
}

/* ------------------------------------------------------------------ ranges */

struct range {
	int64_t lo, hi, step;
	bool is_span;
};

static bool part(const char *text, bool is_span, int64_t *to)
{
	struct err err = {0};

	return is_span ? !units_parse_duration(text, to, &err)
		       : !units_parse_int(text, 0, INT64_C(1) << 53, to, &err);
}

/* "10..250/10", "1s..5s/500ms"; *text is changed. */
static bool range_in(char *text, struct range *r)
{
	char *dots = strstr(text, ".."), *slash = strchr(text, '/');

	if (!dots || !slash || slash < dots)
		return false;
	*dots = *slash = '\0';
	for (int span = 0; span < 2; span++) {
		r->is_span = span;
		if (part(text, span, &r->lo) && part(dots + 2, span, &r->hi) &&
			part(slash + 1, span, &r->step))
			return true;
	}
	return false;
}

static int add_range(
	struct vary *v, const char *flag, char *text, struct arena *mem, struct err *err)
{
	struct range r;

	if (!range_in(text, &r))
		return wrong(flag,
			"a range is lo..hi/step of whole numbers or durations, as 10..250/10 "
			"or 1s..5s/1s",
			err);
	if (r.step <= 0 || r.lo > r.hi)
		return wrong(flag, "a range goes up in steps of more than nothing", err);
	if ((r.hi - r.lo) / r.step >= VARY_VALUES_MAX)
		return wrong(flag, "a range of more than 256 values", err);
	for (int64_t at = r.lo; at <= r.hi; at += r.step) {
		char value[UNITS_TEXT_BYTES];

		if (r.is_span)
			(void)units_format_duration(value, sizeof(value), at);
		else
			(void)snprintf(value, sizeof(value), "%lld", (long long)at);
		if (add(v, flag, value, mem, err))
			return ERR_INPUT;
	}
	return 0;
}

static int add_list(
	struct vary *v, const char *flag, char *text, struct arena *mem, struct err *err)
{
	for (char *at = text, *end; at; at = end) {
		end = strchr(at, ',');
		if (end)
			*end++ = '\0';
		if (!*at)
			return wrong(flag, "a value is missing beside a comma", err);
		if (strstr(at, "..") ? add_range(v, flag, at, mem, err)
				     : add(v, flag, at, mem, err))
			return ERR_INPUT;
	}
	return settle(v, flag, err);
}

static int read_one(struct vary *v, const char *flag, struct arena *mem, struct err *err)
{
	static const char *const short_name = "podsPerNode"; /* of workload.pods */
	const char *equals = strchr(flag, '=');
	char *text;

	if (!equals || equals == flag || !equals[1])
		return wrong(flag, "path=a,b,c or path=lo..hi/step is needed", err);
	*v = (struct vary){.path = arena_strndup(mem, flag, (size_t)(equals - flag))};
	if (strcmp(v->path, short_name) != 0 && !strpbrk(v->path, ".[") &&
		str_nearest(v->path, &short_name, 1))
		return wrong(flag, "did you mean 'podsPerNode'?", err);
	v->field = strcmp(v->path, short_name) ? v->path : DENSITY;
	text = arena_strdup(mem, equals + 1);
	return add_list(v, flag, text, mem, err);
}

/* ------------------------------------------------------------------ the grid */

/* A seed is a number, but there is no more or less of it. */
static bool is_quantity(const struct vary *v)
{
	return v->is_number && v->n > 1 && strcmp(v->field, "seed") != 0;
}

static uint32_t axis_of(const struct grid *grid)
{
	uint32_t axis = grid->n;

	for (uint32_t i = grid->n; i-- > 0;)
		if (is_quantity(&grid->vary[i]))
			axis = i;
	for (uint32_t i = 0; i < grid->n; i++)
		if (is_quantity(&grid->vary[i]) && !strcmp(grid->vary[i].field, DENSITY))
			axis = i;
	return axis;
}

int grid_read(
	struct grid *grid, const struct opt_texts *flags, struct arena *mem, struct err *err)
{
	uint64_t cells = 1;

	*grid = (struct grid){0};
	if (!flags->n)
		return err_set(err, ERR_INPUT,
			"sweep: --vary is missing: what varies, as podsPerNode=10..250/10");
	for (; grid->n < flags->n; grid->n++) {
		if (grid->n == VARY_MAX)
			return err_set(err, ERR_INPUT, "--vary: %d of them at most", VARY_MAX);
		if (read_one(&grid->vary[grid->n], flags->text[grid->n], mem, err))
			return ERR_INPUT;
		for (uint32_t i = 0; i < grid->n; i++)
			if (!strcmp(grid->vary[i].field, grid->vary[grid->n].field))
				return wrong(flags->text[grid->n],
					"another --vary has that field already", err);
		cells *= grid->vary[grid->n].n;
		if (cells > SWEEP_CELLS_MAX)
			return err_set(err, ERR_INPUT, "--vary: a grid has %d cells at most",
				SWEEP_CELLS_MAX);
	}
	grid->cells = (uint32_t)cells;
	grid->axis = axis_of(grid);
	return 0;
}

/* Cells from one value of a vary to the next. */
static uint32_t stride(const struct grid *grid, uint32_t vary)
{
	uint32_t cells = 1;

	for (uint32_t i = vary + 1; i < grid->n; i++)
		cells *= grid->vary[i].n;
	return cells;
}

uint32_t grid_value(const struct grid *grid, uint32_t cell, uint32_t vary)
{
	return cell / stride(grid, vary) % grid->vary[vary].n;
}

uint32_t grid_along(const struct grid *grid, uint32_t cell, uint32_t k)
{
	uint32_t at = grid_value(grid, cell, grid->axis), step = stride(grid, grid->axis);

	return cell - at * step + k * step;
}

bool grid_is_density(const struct grid *grid)
{
	return grid->axis < grid->n && !strcmp(grid->vary[grid->axis].field, DENSITY);
}
