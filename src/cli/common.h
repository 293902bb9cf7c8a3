/* SPDX-License-Identifier: Apache-2.0 */
/* What commands share: options, where the models are, output, progress.
 *
 * The only place, with the commands themselves, that knows of standard streams, the
 * environment and the machine's clock.
 */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/opt.h"
#include "models/library.h"

enum form { FORM_TEXT, FORM_JSON, FORM_CSV, FORM_MARKDOWN, FORM_JUNIT };

extern const char *const form_words[];
extern const char *const check_form_words[]; /* of commands that check something: junit, too */

/* Options of every command.  First in a command's record of options. */
struct common {
	const char *models; /* NULL: not given */
	unsigned form;      /* enum form */
	const char *file;   /* NULL: none */
	uint32_t threads;   /* 0: all processors */
};

/* Their rows, for the command's table; REC is its record, which begins with `common`. */
#define OPTS_COMMON(REC)                                                                       \
	OPTS_COMMON_FORMS(REC, form_words, "text, json, csv or markdown on standard output")
#define OPTS_CHECK(REC)                                                                        \
	OPTS_COMMON_FORMS(REC, check_form_words,                                               \
		"text, json, csv, markdown or junit on standard output")

#define OPTS_COMMON_FORMS(REC, FORMS, HELP)                                                    \
	{.name = "output",                                                                     \
		.letter = 'o',                                                                 \
		.type = OPT_WORD,                                                              \
		.value = "FORM",                                                               \
		.fallback = "text",                                                            \
		.words = (FORMS),                                                              \
		.at = offsetof(REC, common.form),                                              \
		.help = (HELP)},                                                               \
		{.name = "filename",                                                           \
			.letter = 'f',                                                         \
			.type = OPT_TEXT,                                                      \
			.value = "FILE",                                                       \
			.at = offsetof(REC, common.file),                                      \
			.help = "write the result, as JSON, to a file too"},                   \
		{.name = "threads",                                                            \
			.type = OPT_COUNT,                                                     \
			.value = "N",                                                          \
			.min = 1,                                                              \
			.max = 256,                                                            \
			.at = offsetof(REC, common.threads),                                   \
			.help = "threads; no part of the result (all processors)"},            \
	{                                                                                      \
		.name = "models", .type = OPT_TEXT, .value = "DIR",                            \
		.at = offsetof(REC, common.models),                                            \
		.help = "where the models are (NODETOLL_MODELS, or the installed ones)"        \
	}

/* Where the models are: `given` (NULL: not given), or NODETOLL_MODELS, or the installed ones.
 * ERR_INPUT if there is no such folder. */
int common_library(const char *given, struct library *lib, struct err *err);

/* A result's beginning: apiVersion, kind, versions. */
struct json *common_result(const char *kind);

/* How a result is shown in the forms that are not JSON. */
typedef void (*render_fn)(const struct json *result, struct str *out);
struct renderings {
	render_fn text, csv, markdown;
	render_fn junit; /* NULL: its options do not offer it */
};

/* Write result to the file that was asked for and, in the form that was asked for, to standard
 * output.  ERR_ENV. */
int common_emit(const struct common *c, const struct json *result, const struct renderings *how,
	struct err *err);

/* The same with a file beside the result's: both are written, or none. */
int common_emit_with(const struct common *c, const struct json *result,
	const struct renderings *how, const struct file_out *beside, struct err *err);

/* Write text to standard output.  ERR_ENV. */
int common_print(const char *text, size_t len, struct err *err);

/* Print warnings, if there are any, on standard error, and release them. */
void common_warn(struct str *warnings);

/* Print what --help prints. */
int common_help(const struct cmd *cmd, struct err *err);

/* Tells on standard error, if that is a terminal, how far a run is, once it takes over a
 * second. */
struct progress {
	bool on;
	bool shown;
	int64_t began_at, told_at; /* ms of the machine's clock */
	const char *what;
	uint64_t of;
};

void progress_begin(struct progress *p, const char *what, uint64_t of);
void progress_tell(struct progress *p, uint64_t done);
void progress_end(struct progress *p);

#endif
