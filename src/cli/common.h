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
#include "base/units.h"
#include "cli/opt.h"
#include "models/library.h"
#include "report/kinds.h"

extern const char *const form_words[];       /* the first of report_forms */
extern const char *const check_form_words[]; /* of commands that check something: junit, too */

/* Options of every command.  First in a command's record of options. */
struct common {
	const char *models; /* NULL: not given */
	unsigned form;      /* enum report_form */
	const char *file;   /* NULL: none */
	uint32_t threads;   /* 0: all processors */
};

/* Rows of a command's table, between `#define REC its record` and `#undef REC`: a member of the
 * record, the option's name and type, and what else struct opt has. */
#define ROW(MEMBER, NAME, TYPE, ...)                                                           \
	{                                                                                      \
		.name = (NAME), .type = (TYPE), .at = offsetof(REC, MEMBER), __VA_ARGS__       \
	}

/* Those that commands share.  A record begins with `common`; it has `sets`, `with` and `seed`
 * if its table has their rows. */
#define ROW_OUTPUT(FORMS, HELP)                                                                \
	ROW(common.form, "output", OPT_WORD, .letter = 'o', .value = "FORM",                   \
		.fallback = "text", .words = (FORMS), .help = (HELP))
#define ROW_FILENAME(HELP)                                                                     \
	ROW(common.file, "filename", OPT_OUTPUT, .letter = 'f', .value = "FILE", .help = (HELP))
#define ROW_THREADS                                                                            \
	ROW(common.threads, "threads", OPT_COUNT, .value = "N", .min = 1, .max = 256,          \
		.help = "threads; no part of the result (all processors)")
#define ROW_MODELS                                                                             \
	ROW(common.models, "models", OPT_TEXT, .value = "DIR",                                 \
		.help = "where the models are (NODETOLL_MODELS, or the installed ones)")
#define ROW_SETS(HELP)                                                                         \
	ROW(sets, "set", OPT_TEXTS, .value = "PATH=VALUE", .help = HELP "; may be repeated")
#define ROW_WITH(HELP)                                                                         \
	ROW(with, "with", OPT_TEXTS, .value = "FEATURE",                                       \
		.help = HELP ": a name in models/feature or a file; may be repeated")
#define ROW_SEED(HELP, ...)                                                                    \
	ROW(seed, "seed", OPT_SEED, .value = "N", .help = (HELP), __VA_ARGS__)

#define ROWS_FORMS(FORMS, HELP)                                                                \
	ROW_OUTPUT(FORMS, HELP), ROW_FILENAME("write the result, as JSON, to a file too"),     \
		ROW_THREADS, ROW_MODELS
#define ROWS_COMMON ROWS_FORMS(form_words, "text, json, csv or markdown on standard output")
#define ROWS_CHECK                                                                             \
	ROWS_FORMS(check_form_words, "text, json, csv, markdown or junit on standard output")

/* Say by a setting, PATH=VALUE, what a flag says that is called as the path is.  The text lies
 * in mem.  ERR_INPUT if --set says it too, or there is no room. */
int common_set(struct opt_texts *sets, const char *path, const char *value, struct arena *mem,
	struct err *err);

/* The same of a number with its unit, "" for none. */
struct common_number {
	const char *path;
	uint64_t value;
	const char *unit;
};

int common_set_number(struct opt_texts *sets, const struct common_number *number,
	struct arena *mem, struct err *err);

/* The same of a seed, if it was given. */
int common_set_seed(struct opt_texts *sets, const struct opt_seed *seed, struct arena *mem,
	struct err *err);

/* A scenario's settings as these flags have them.  They are borrowed; warnings may be NULL. */
struct settings common_settings(
	const struct opt_texts *sets, const struct opt_texts *with, struct str *warnings);

/* Whether --set says something of that very path. */
bool common_is_set(const struct opt_texts *sets, const char *path);

/* Where the models are: `given` (NULL: not given), or NODETOLL_MODELS, or the installed ones.
 * ERR_INPUT if there is no such folder. */
int common_library(const char *given, struct library *lib, struct err *err);

/* A result's beginning: apiVersion, kind, versions. */
struct json *common_result(const char *kind);

/* Write result to the file that was asked for and, in the form that was asked for, to standard
 * output.  ERR_ENV. */
int common_emit(const struct common *c, const struct json *result, struct err *err);

/* The same with something of a command's own. */
struct common_own {
	const struct file_out *beside; /* a file: both are written, or none */
	void (*words)(const struct json *result, struct str *out); /* for text and Markdown */
};
int common_emit_with(const struct common *c, const struct json *result,
	const struct common_own *own, struct err *err);

/* Write text to standard output.  ERR_ENV. */
int common_print(const char *text, size_t len, struct err *err);

/* What a command set beside a scenario's text, for common_scenario. */
struct common_field {
	const char *path; /* NULL: to be left out */
	char value[UNITS_TEXT_BYTES];
};

/* A scenario as resolved, with those fields as the command set them, as JSON, which the caller
 * owns. */
struct json *common_scenario(struct arena *mem, const struct model *resolved,
	const struct common_field *fields, size_t n);

/* Print warnings, if there are any, on standard error, and release them. */
void common_warn(struct str *warnings);

/* Whether the files that the command is to write can be written, are different ones, and none
 * of them is one that it reads.  ERR_INPUT, ERR_ENV. */
int common_outputs(const struct cmd *cmd, const struct opt_line *line, const void *record,
	struct err *err);

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
