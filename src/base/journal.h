/* SPDX-License-Identifier: Apache-2.0 */
/* A journal: lines that are on disk as soon as they are written, so that long work that is
 * killed is not lost.
 *
 * The first line says what it is of; a journal of something else is refused, never overwritten.
 * A last line that has no end was cut off by a crash and is taken away.  One process at a time
 * has it open.  Lines hold no newline.
 */
#ifndef NODETOLL_BASE_JOURNAL_H
#define NODETOLL_BASE_JOURNAL_H

#include <stddef.h>

#include "base/err.h"

/* Longer ones are refused. */
#define JOURNAL_MAX_BYTES ((size_t)256 << 20)

/* Read and written by journal.c only; zeroed is closed. */
struct journal {
	int fd; /* 0: closed */
	char *path;
	char *text; /* what was there, lines ended by NUL */
	size_t len;
};

/* Open the journal at path, or begin one.  ERR_INPUT: it is of something else, or too long.
 * ERR_ENV: it cannot be written, or another process has it. */
int journal_open(struct journal *j, const char *path, const char *head, struct err *err);

/* The lines that were there, behind the first: NULL, then each from the one before.  NULL
 * behind the last. */
const char *journal_next(const struct journal *j, const char *line);

/* Append a line and wait until it is on disk.  ERR_ENV. */
int journal_add(struct journal *j, const char *line, struct err *err);

/* Close it and keep the file. */
void journal_close(struct journal *j);

/* Close it and remove the file: what it was for is done. */
void journal_remove(struct journal *j);

#endif
