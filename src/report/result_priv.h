/* SPDX-License-Identifier: Apache-2.0 */
/* What the renderings of a Result share: columns, rows and sentences.  For result*.c alone. */
#ifndef REPORT_RESULT_PRIV_H
#define REPORT_RESULT_PRIV_H

#include "base/json.h"
#include "base/str.h"
#include "report/table.h"

extern const struct columns result_runtime_columns, result_api_columns, result_request_columns,
	result_level_columns, result_slo_columns, result_limit_columns, result_budget_columns,
	result_span_columns, result_storage_columns;
extern const char result_calls_note[], result_requests_title[], result_slo_title[];

/* Rows that are not in the JSON as they are shown; the caller frees them. */
struct json *result_span_rows(const struct json *result);    /* histograms that counted */
struct json *result_request_rows(const struct json *result); /* where not all went well */
struct json *result_level_rows(const struct json *result);   /* that let somebody in */
struct json *result_storage_rows(const struct json *result); /* where there is something */
struct json *result_slo_rows(const struct json *result);     /* in words */
struct json *result_limit_rows(const struct json *result);   /* how far those hold */
struct json *result_budget_rows(const struct json *result);  /* in words, and their sum */

/* A row and what it is ordered by. */
struct result_ranked {
	const struct json *row;
	double size;
	size_t at;
};

/* The rows of a list, largest first by what key reaches; malloc'd. */
struct result_ranked *result_ranked(const struct json *list, const char *key, size_t *n);

/* "get secrets", "get pods 404", "container_status (not in the metric)": what a row counts. */
void result_name_of(const struct json *row, struct str *name);

/* Lines of a chart that are shown at first; a button shows each of the others. */
enum { RESULT_LINES_SHOWN = 6 };

/* Requests second by second, if the result has a series. */
struct html;
void result_put_series(const struct json *result, struct html *page);

/* Sentences. */
void result_head(const struct json *result, struct str *out);
void result_given_up(const struct json *result, struct str *out); /* nothing, if none was */
/* What watchers were told, seats that were borrowed; or nothing. */
void result_below_levels(const struct json *result, struct str *out);
void result_storage_title(const struct json *result, struct str *out);
void result_storage_limit(const struct json *result, struct str *out); /* or nothing */
void result_servers_title(const struct json *result, struct str *out);
void result_foot(const struct json *result, struct str *out);

/* Calls by closed form and as counted, with a name each; which of them a page shows, and which
 * a screen.  The caller owns rows and chart. */
struct json *result_closed_rows(const struct json *result);
struct titled_table result_closed_table(const struct json *result, const struct json *rows);
struct titled_table result_closed_screen(const struct json *result, const struct json *rows);
struct json *result_closed_chart(const struct json *result, const struct json *rows);

/* Whether an objective holds, of a row of result_slo_rows that was measured; with how many
 * nodes and pods, as far as that was looked for. */
void result_objective(const struct json *result, const struct json *row, struct str *out);

/* Hand each sentence of the headline to `say`: whether it has settled, the toll, and which
 * objectives hold. */
void result_headline(
	const struct json *result, void (*say)(void *ctx, const char *line), void *ctx);

#endif
