/* SPDX-License-Identifier: Apache-2.0 */
/* What the doc*.c files share; nobody else includes it.
 *
 *   doc.c         the parser's events            doc_build.c   events to a tree
 *   doc_source.c  places, complaints, the guard  doc_edit.c    get, clone, merge
 *   doc_set.c     one value by its path          doc_print.c   a tree as YAML
 */
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
	const char *fmt, ...) __attribute__((format(printf, 5, 6), nonnull(5)));

/* Look for what would harm or hang the parser, before it sees the text. */
int doc_guard(const struct doc_source *src, struct err *err);

/* A map or list that is being filled. */
struct doc_frame {
	struct doc_node *node;
	struct doc_node *last;
	const char *key; /* of a map: the key that waits for its value */
	uint32_t key_line;
	uint32_t key_column;
};

struct doc_anchor;

/* A tree in the making.  Its user sets the first three, and line and column
 * before every call. */
struct doc_builder {
	struct arena *mem;
	const struct doc_source *src;
	struct err *err;
	uint32_t line;
	uint32_t column;
	struct doc_node *root;
	struct doc_frame stack[DOC_MAX_DEPTH];
	unsigned depth;
	uint32_t n_nodes;
	uint32_t n_alias_nodes;
	struct doc_anchor *anchors;
	unsigned n_anchors;
};

/* What the parser found: a scalar's text or an alias's name, and the name of
 * the anchor on it (NULL if none).  Borrowed for the call. */
struct doc_event {
	const char *text;
	size_t len;
	const char *anchor;
	size_t anchor_len;
	bool quoted;
};

/* Each is 0, or ERR_INPUT for what the tree may not hold; then stop. */
int doc_build_scalar(struct doc_builder *b, const struct doc_event *event);
int doc_build_alias(struct doc_builder *b, const struct doc_event *event);
int doc_build_open(struct doc_builder *b, const struct doc_event *event, enum doc_kind kind);
int doc_build_close(struct doc_builder *b);

/* The entries of a map by key, and equal keys by place. */
struct doc_node **doc_sorted(struct arena *mem, const struct doc_node *map);

/* The entry of that key among n sorted ones. */
struct doc_node *doc_sorted_get(struct doc_node *const *sorted, uint32_t n, const char *key);

#endif
