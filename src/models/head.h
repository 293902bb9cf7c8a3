/* SPDX-License-Identifier: Apache-2.0 */
/* What every file begins with: apiVersion, kind and metadata, then mostly a spec.
 *
 * A field that nobody reads is a mistake there as everywhere else; metadata.labels and
 * metadata.annotations are for whoever keeps the file.  Errors are ERR_INPUT, with their place.
 */
#ifndef MODELS_HEAD_H
#define MODELS_HEAD_H

#include "base/doc.h"
#include "base/err.h"

/* Fields of metadata: those of every file, and of one that was measured. */
enum { HEAD_METADATA = 3, HEAD_METADATA_MEASURED = 4 };
extern const char *const head_metadata[HEAD_METADATA_MEASURED];

/* Checks apiVersion, kind and metadata, whose name it tells.  kind NULL: any. */
int head_check(
	const struct doc_node *root, const char *kind, const char **name, struct err *err);

/* The spec of a file that has one, and nothing else beside its head. */
int head_spec(const struct doc_node *root, const struct doc_node **spec, struct err *err);

#endif
