/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds of results there are, and how each is rendered: a row a kind.
 *
 * A new kind is a row here, its schema in models/schema/ and in report/meson.build, and a
 * function a form.
 */
#ifndef REPORT_KINDS_H
#define REPORT_KINDS_H

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

enum report_form {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_CSV,
	REPORT_MARKDOWN,
	REPORT_JUNIT,
	REPORT_HTML,
};

/* What they are called, NULL behind the last. */
extern const char *const report_forms[];

/* Whether a result (an object with a kind) has the shape that its schema tells.  ERR_INPUT: no
 * kind that is rendered, or the first place where it is otherwise. */
int report_check(const struct json *result, struct err *err);

/* Check that a result (an object with a kind) has the shape that its schema tells, and render
 * it.  ERR_INPUT: no rendering of its kind, or the first place where it is otherwise; then
 * nothing was appended. */
int report_render(
	const struct json *result, enum report_form form, struct str *out, struct err *err);

/* The same of a result that a command has just made: its kind and shape are known. */
void report_own(const struct json *result, enum report_form form, struct str *out);

#endif
