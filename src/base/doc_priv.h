/* SPDX-License-Identifier: Apache-2.0 */
/* What the doc*.c files share; nobody else includes it. */
#ifndef NODETOLL_BASE_DOC_PRIV_H
#define NODETOLL_BASE_DOC_PRIV_H

#include "base/doc.h"

/* The text that a tree came from, for carets. */
struct doc_source {
	const char *name;
	const char *text;
	size_t len;
};

/* Complain about a place in src (line and column from 1). */
int doc_error_at(const struct doc_source *src, uint32_t line, uint32_t column, struct err *err,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Look for what would harm or hang the parser, before it sees the text. */
int doc_guard(const struct doc_source *src, struct err *err);

/* The entries of a map by key, and equal keys by place. */
struct doc_node **doc_sorted(struct arena *mem, const struct doc_node *map);

/* The entry of that key among n sorted ones. */
struct doc_node *doc_sorted_get(struct doc_node *const *sorted, uint32_t n, const char *key);

#endif
