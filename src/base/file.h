/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, in and out.
 *
 * Reading takes everything or fails; writing replaces the file as a whole or
 * leaves it as it was.  Failures name the path.
 */
#ifndef NODETOLL_BASE_FILE_H
#define NODETOLL_BASE_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Read the file at path, or standard input for "-", into *text: malloc'd, the
 * caller frees, with a NUL behind its *len bytes.  Pipes are fine.
 * ERR_INPUT: missing, unreadable, a directory, longer than max_bytes.
 * ERR_ENV: the read itself failed.  ERR_NOMEM. */
int file_read(const char *path, size_t max_bytes, char **text, size_t *len, struct err *err);

/* Write len bytes to path: to a temporary file beside it, flushed to disk,
 * then renamed over it.  On failure (ERR_ENV) nothing is left behind and an
 * old file at path is as before.  A link is followed; a device or pipe is
 * written in place.  An existing file keeps its permissions. */
int file_write_whole(const char *path, const char *text, size_t len, struct err *err);

/* The same with several files: all of them, or on failure none.  (Only that a rename fails when
 * all temporary files are there would leave those before it.)  Devices and pipes come first. */
enum { FILES_TOGETHER = 2 };

struct file_out {
	const char *path;
	const char *text;
	size_t len;
};

int file_write_together(const struct file_out *out, size_t n, struct err *err);

/* Whether path could be written now, so that a long run need not end with the answer: 0 or
 * ERR_ENV.  Leaves everything as it was.  Devices and pipes are not tried. */
int file_may_write(const char *path, struct err *err);

/* Whether both names are, or would be, those of one file.  A device or pipe is none. */
bool file_is_same(const char *a, const char *b);

/* Whether something is there, of whatever kind. */
bool file_exists(const char *path);

#endif
