/* SPDX-License-Identifier: Apache-2.0 */
/* What a Result says first. */
#include <string.h>

#include "report/format.h"
#include "report/measure.h"
#include "report/result_priv.h"

/* "API calls: 99 % within 20 ms; objective 1.000 s, met." */
static void objectives(
	const struct json *rows, void (*say)(void *ctx, const char *line), void *ctx)
{
	char within[FORMAT_BYTES], wanted[FORMAT_BYTES];

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *met = json_as_str(json_get(r, "met"));
		struct str line = {0};

		if (!met)
			continue;
		str_addf(&line, "Of %s 99 %% are within %s; the objective of %s is %s.",
			json_as_str(json_get(r, "name")),
			format_seconds(
				within, sizeof(within), json_as_num(json_get(r, "p99Seconds"))),
			format_seconds(wanted, sizeof(wanted),
				json_as_num(json_get(r, "objectiveSeconds"))),
			met);
		say(ctx, str_text(&line));
		str_fini(&line);
	}
}

/* A figure of the whole result; whether there is one. */
static bool measured(
	const struct json *result, const char *name, const char *stat, double *value)
{
	for (uint32_t i = 0; i < measure_n_families; i++) {
		const struct measure_family *f = &measure_families[i];

		if (strcmp(f->kind, "Result") != 0 || strcmp(f->name, name) != 0)
			continue;
		for (uint32_t k = 0; k < f->n_stats; k++)
			if (!strcmp(f->stat[k].name, stat))
				return measure_read(result,
					       &(struct measure){{.family = f}, &f->stat[k]},
					       value) == MEASURE_IS;
	}
	return false;
}

/* The toll, in the words of the measures that gates name. */
static void toll(const struct json *result, void (*say)(void *ctx, const char *line), void *ctx)
{
	static const struct {
		const char *family, *what, *to;
	} tolls[] = {{"api.requests", "requests", "the API server"},
		{"runtime.calls", "calls", "container runtimes"}};
	char all[FORMAT_BYTES], each[FORMAT_BYTES];

	for (size_t i = 0; i < sizeof(tolls) / sizeof(tolls[0]); i++) {
		double mean = 0, node = 0;
		struct str line = {0};

		if (!measured(result, tolls[i].family, "mean", &mean) ||
			!measured(result, tolls[i].family, "perNode", &node))
			continue;
		str_addf(&line, "%s %s a second to %s, %s a node.",
			format_rate(all, sizeof(all), mean), tolls[i].what, tolls[i].to,
			format_rate(each, sizeof(each), node));
		say(ctx, str_text(&line));
		str_fini(&line);
	}
}

void result_headline(
	const struct json *result, void (*say)(void *ctx, const char *line), void *ctx)
{
	struct json *slo = result_slo_rows(result);

	toll(result, say, ctx);
	objectives(slo, say, ctx);
	json_free(slo);
}
