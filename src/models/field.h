/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that say what a file may hold, and the one reader that fills structs by them.
 *
 * A table lists the fields of a map: name, type, where the value goes, its limits, what to
 * take if it is missing, and a line of help.  Tables nest.  The reader, the check of a --set
 * path and the JSON schema all come from the same tables, so they cannot disagree.  A mistake
 * in a file ends in one error with its place.  Not here: what a file extends, and sources.
 */
#ifndef MODELS_FIELD_H
#define MODELS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"
#include "base/ns.h"
#include "sim/calls.h"

enum field_type {
	FIELD_BOOL,      /* bool: true or false */
	FIELD_COUNT,     /* uint32_t: a whole number or quantity */
	FIELD_SEED,      /* uint64_t: a whole number */
	FIELD_DURATION,  /* ns_t: as in Go, "1m30s" */
	FIELD_SECONDS,   /* ns_t: a plain number of seconds */
	FIELD_MILLIS,    /* ns_t: a plain number of milliseconds */
	FIELD_MICROS,    /* ns_t: a plain number of microseconds */
	FIELD_RATIO,     /* int64_t: parts per million, "0.5" or "50%" */
	FIELD_RATE,      /* int64_t: thousandths a second, -1 is no limit */
	FIELD_NUMBER,    /* int64_t: millionths of a plain number */
	FIELD_ENUM,      /* an enum: one of words */
	FIELD_TEXT,      /* char[size] */
	FIELD_TEXT_PTR,  /* const char *: in the reading's arena */
	FIELD_OPERATION, /* uint16_t: call class of a runtime operation */
	FIELD_API,       /* uint16_t: call class of "verb resource" */
	FIELD_WATCHED,   /* uint16_t[2]: call classes of listing and watching a resource */
	FIELD_MAP,       /* a map by the table sub */
	FIELD_LIST,      /* a list of maps by sub, into an array */
	FIELD_NAMED,     /* a map of maps by sub, into an array; the key is read by sub's first
			    field */
	FIELD_BY_WORD,   /* a map of maps by sub, one for each of words, into an array by word
			    value */
	FIELD_IGNORED,   /* anything; nothing is kept */
	FIELD_TREE,      /* const struct doc_node *: any tree, kept for a reader of its own */
	FIELD_TYPES
};

struct word {
	const char *name;
	int64_t value;
};

#define FIELD_OPTIONAL (1u << 0) /* otherwise is taken if it is missing */
#define FIELD_KEY      (1u << 1) /* read from the key of a named entry, never written inside */
#define FIELD_KEEP     (1u << 2) /* what is in the record stays if it is missing */
#define FIELD_OR_ZERO  (1u << 3) /* a number may be 0 though min is more */

struct table;

struct field {
	const char *name;
	const char *help;
	enum field_type type;
	unsigned flags;
	size_t offset; /* in the record that the table describes */
	size_t size;   /* of a text, or of an entry of a list or map */
	int64_t min;   /* in the unit that is stored; max 0 is the type's own range */
	int64_t max;
	int64_t otherwise;
	const struct word *words; /* of an enum; for numbers: words that stand for a value */
	uint32_t n_words;
	const struct table *sub;
	size_t n_offset; /* uint32_t number of entries of a list or named map */
	uint32_t limit;  /* entries at most */
	bool by_pointer; /* the array is a pointer and taken from the arena */
};

struct reading;

struct table {
	const char *what; /* what one is, for messages: "a loop" */
	const struct field *field;
	uint32_t n;
	/* Checks a filled record as a whole.  NULL if there is nothing to check. */
	int (*finish)(
		struct reading *r, void *record, const struct doc_node *at, struct err *err);
};

/* What a reading needs beside the tree.  calls may be NULL where no table names calls. */
struct reading {
	struct arena *mem;
	struct calls *calls;
};

/* Fill record, zeroed by the caller, from map.  ERR_INPUT with the place of the first mistake.
 */
int table_read(struct reading *r, const struct table *t, const struct doc_node *map,
	void *record, struct err *err);

/* Read one scalar as the field says. */
int field_read_scalar(struct reading *r, const struct field *f, const struct doc_node *node,
	void *record, struct err *err);

/* The field of that name, NULL if there is none. */
const struct field *table_find(const struct table *t, const char *name);

/* ERR_INPUT: no such name, the nearest or all that there are.  where names the map. */
int table_unknown(const struct table *t, const char *name, const char *where,
	const struct doc_node *at, struct err *err);

/* Whether path (a.b[2].c) leads to a field, in a tree read by t; *needed: to one that cannot be
 * left out.  Names of named entries are looked up in the tree.  ERR_INPUT names the nearest. */
int table_check_path(const struct table *t, const struct doc_node *tree, const char *path,
	bool *needed, struct err *err);

/* A plain decimal number times 10^places, exact.  ERR_INPUT: not a number, more than 10^15. */
int decimal_parse(const char *text, unsigned places, int64_t *out, struct err *err);

/* The longest span that any file may state. */
#define SPAN_MAX (366 * 24 * 60 * NS_MIN)

#define COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#endif
