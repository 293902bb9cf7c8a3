/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report/classes.h"
#include "report/comparison_priv.h"
#include "report/format.h"

enum { DIFFERENCES_SHOWN = 6 };

static void differ(const struct json *result, enum show how, struct str *out)
{
	double n = json_as_num(json_get(result, "differencesTotal"));
	struct json *rows = comparison_difference_rows(result, DIFFERENCES_SHOWN);
	char title[120];

	(void)snprintf(title, sizeof(title), "What differs%s",
		n > DIFFERENCES_SHOWN ? ", the first fields" : "");
	table_titled(
		how, &(struct titled_table){title, comparison_difference_columns, rows}, out);
	if (n > DIFFERENCES_SHOWN)
		str_addf(out, "%s%.0f more fields differ.\n",
			how == SHOW_MARKDOWN ? "\n" : "  ", n - DIFFERENCES_SHOWN);
	json_free(rows);
}

const char *comparison_chance(const struct json *result)
{
	const char *test = table_text_of(result, "test");

	if (!strcmp(table_text_of(result, "of"), "Estimate"))
		return "Closed forms: there is no chance in them.\n";

	if (!strcmp(test, "paired t"))
		return "~ is a difference that may be chance: the 95 % interval of the mean "
		       "difference of pairs with the same seed\n(+-, as a share of the base) "
		       "has 0 in it. Of 20 measures that do not differ one will seem to.\n";
	if (!strcmp(test, "prediction interval"))
		return "One side is one run: ~ is a difference within the 95 % prediction "
		       "interval of one further run of the other.\n";
	return "One run each: what of a difference is chance is not known; scenarios in place "
	       "of saved results are run with several seeds.\n";
}

enum { NOTE_WIDTH = 118 }; /* as of a Result */

static void foot(const struct json *result, struct str *out)
{
	const char *calibration = table_text_of(result, "calibration");
	size_t n = json_size(json_get(result, "rows")), differing = 0;
	const struct json *row = json_child(json_get(result, "rows"));
	struct str rests = {0};

	for (; row; row = json_next(row))
		differing += json_as_bool(json_get(row, "significant"));
	str_addf(out, "\n%s", comparison_chance(result));
	if (strcmp(table_text_of(result, "test"), "none") != 0)
		str_addf(out, "%zu of %zu measures differ; -o json has all of them.\n",
			differing, n);
	classes_words(result, &rests);
	if (!str_len(&rests) && *calibration)
		str_addf(&rests, "Counts follow from rules. Times rest on %s.", calibration);
	if (str_len(&rests))
		format_wrapped(str_text(&rests), NOTE_WIDTH, out);
	str_fini(&rests);
}

void comparison_gates_sum(const struct json *result, struct str *out)
{
	const struct json *gate = json_child(json_get(result, "gates"));
	uint32_t all = 0, held = 0, breached = 0;

	for (; gate; gate = json_next(gate), all++) {
		held += !strcmp(table_text_of(gate, "verdict"), "held");
		breached += !strcmp(table_text_of(gate, "verdict"), "breached");
	}
	if (breached || held == all)
		str_addf(out, "%u of %u gates %s", breached ? breached : held, all,
			breached ? "breached" : "held");
	if (held + breached < all && breached)
		str_addf(out, ", %u not decided", all - held - breached);
	else if (held + breached < all)
		str_addf(out, "%u of %u gates not decided", all - held, all);
}

void comparison_gates_verdict(const struct json *result, struct str *out)
{
	if (!json_size(json_get(result, "gates")))
		return;
	comparison_gates_sum(result, out);
	str_add_char(out, '.');
}

static void head(const struct json *result, enum show how, struct str *out)
{
	struct str gates = {0};

	comparison_gates_verdict(result, &gates);
	str_addf(out, how == SHOW_MARKDOWN ? "**%s%s%s**\n\n" : "%s%s%s\n",
		table_text_of(result, "headline"), str_len(&gates) ? " " : "",
		str_text(&gates));
	comparison_sides(result, out);
	str_fini(&gates);
}

static void block(enum show how, const struct comparison_block *b, const struct json *result,
	struct str *out)
{
	struct json *rows = comparison_rows(result, b);

	table_titled(how, &(struct titled_table){b->title, b->columns, rows}, out);
	json_free(rows);
}

void comparison_show(const struct json *result, enum show how, struct str *out)
{
	struct json *gates = comparison_gate_rows(result);
	struct json *closed = comparison_closed_rows(result);

	head(result, how, out);
	table_titled(how, &(struct titled_table){"Gates", comparison_gate_columns, gates}, out);
	differ(result, how, out);
	if (!strcmp(table_text_of(result, "of"), "Result")) {
		block(how, &comparison_runtime, result, out);
		block(how, &comparison_requests, result, out);
		table_titled(how,
			&(struct titled_table){comparison_closed_title(result),
				comparison_closed_columns(result), closed},
			out);
		block(how, &comparison_others, result, out);
	} else {
		block(how, &comparison_all, result, out);
	}
	foot(result, out);
	json_free(gates);
	json_free(closed);
}

void comparison_csv(const struct json *result, struct str *out)
{
	struct json *table = json_array();

	table_csv_add(table, "rows", json_get(result, "rows"));
	table_csv_add(table, "closedForm", json_get(result, "closedForm"));
	table_csv_add(table, "gates", json_get(result, "gates"));
	table_csv_add(table, "differences", json_get(result, "differences"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(table);
}
