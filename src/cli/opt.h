/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and their options, as tables.
 *
 * A command is a row of the command table with the options that it takes; parsing, --help and
 * the defaults all come from those rows.  Options are long, a few have a letter too, and are
 * never abbreviated: a script must not break because an option was added.  A mistake is one
 * line that names the flag, what is allowed and the nearest right word.  Nothing is run here.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* How an option's value is read, and into what. */
enum opt_type {
	OPT_FLAG,     /* bool; takes no value */
	OPT_TEXT,     /* const char * */
	OPT_OUTPUT,   /* const char *: a file that will be written */
	OPT_TEXTS,    /* struct opt_texts; may be given several times */
	OPT_COUNT,    /* uint32_t */
	OPT_COUNTS,   /* struct opt_counts; separated by commas */
	OPT_SEED,     /* struct opt_seed */
	OPT_DURATION, /* ns_t */
	OPT_RATIO,    /* int64_t, millionths */
	OPT_WORD,     /* unsigned: the index in words */
};

enum { OPT_TEXTS_MAX = 256, OPT_COUNTS_MAX = 64, OPTS_MAX = 32 };

struct opt_texts {
	uint32_t n;
	const char *text[OPT_TEXTS_MAX];
	const char *door[OPT_TEXTS_MAX]; /* of settings: as struct settings has it */
};

struct opt_counts {
	uint32_t n;
	uint32_t value[OPT_COUNTS_MAX];
};

struct opt_seed {
	uint64_t value;
	bool given; /* or has a fallback */
};

struct opt {
	const char *name;
	char letter; /* 0: none */
	enum opt_type type;
	const char *value;    /* its place holder in --help: "N" */
	const char *fallback; /* read as if it had been given; NULL: none */
	const char *help;
	size_t at;                /* in the command's record of options */
	int64_t min, max;         /* of counts, seeds, durations and ratios; max 0: no limit */
	const char *const *words; /* OPT_WORD: NULL behind the last */
};

struct opt_line;

struct cmd {
	const char *name;
	/* "SCENARIO", "BASE CANDIDATE", "[BASE]" if it may be left out, "FEATURE..." for one or
	 * more; "" if it takes none. */
	const char *argument;
	const char *summary; /* half a line */
	const char *about;   /* a paragraph, lines broken */
	const struct opt *opts;
	uint32_t n_opts;
	/* Of what it works on: zeroed memory that begins with its record of options, which have
	 * been read.  Returns 0 or an error code. */
	size_t size;
	int (*run)(void *own, const struct opt_line *line, struct err *err);
};

/* A command line: what is given, and what is found in it. */
struct opt_line {
	int argc;
	char **argv;          /* its order changes */
	const char *argument; /* the first that is no option; NULL if there is none */
	char **arguments;     /* all of those, in argv */
	uint32_t n_arguments;
	bool help; /* --help was asked for; then nothing else is checked */
};

/* Fill record, zeroed by the caller, from the line.  Texts point into argv.  ERR_INPUT. */
int opt_parse(const struct cmd *cmd, struct opt_line *line, void *record, struct err *err);

/* One more text, as if the flag had been given once more.  ERR_INPUT if there is no room. */
int opt_texts_add(struct opt_texts *to, const char *flag, const char *text, struct err *err);

/* What --help prints. */
void opt_help(const struct cmd *cmd, struct str *out);

#endif
