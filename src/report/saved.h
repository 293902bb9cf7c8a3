/* SPDX-License-Identifier: Apache-2.0 */
/* A result that was saved: read from a file, and known to be one.
 *
 * Any kind that a command writes (Result, Contrast, ...), not the kinds that people write.
 * What is in it is untrusted: whoever reads it further takes what is missing or of another
 * type for absent.
 */
#ifndef REPORT_SAVED_H
#define REPORT_SAVED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/* A result of 20,000 nodes is far shorter: it has a row a call, not a node. */
#define SAVED_MAX_BYTES ((size_t)64 << 20)

/* Zeroed is none.  The caller owns it. */
struct saved {
	struct json *json;
	const char *kind; /* in json: "Result" */
};

/* What this program writes. */
struct saved_versions {
	const char *api;     /* "nodetoll/v1alpha1" */
	const char *program; /* "0.1.0" */
};

/* Read the file at path ("-": standard input).  ERR_INPUT, naming the file: missing, too long,
 * no JSON or cut off, no result, or one of another version. */
int saved_read(const char *path, const struct saved_versions *versions, struct saved *saved,
	struct err *err);

/* The same for text in memory, which messages call name. */
int saved_parse(const char *name, const char *text, size_t len,
	const struct saved_versions *versions, struct saved *saved, struct err *err);

void saved_fini(struct saved *saved);

/* Whether text is a result rather than something that people write: JSON, and of none of their
 * kinds.  Looks at the beginning only, so that one that was cut off is still told as such. */
bool saved_is_result(const char *text, size_t len);

/* Whether commands write that kind. */
bool saved_is_kind(const char *kind);

#endif
