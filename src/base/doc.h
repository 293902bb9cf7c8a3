/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed file as a tree that knows its places.
 *
 * YAML, and therefore JSON, becomes nodes that remember file, line and column,
 * so that whoever finds a value wrong can point at it.  The tree is untyped: a
 * scalar is its text, and its reader says what it should have been.  One
 * document a file; no tags, no merge keys; aliases are expanded (within
 * limits).  Nodes and texts live in the caller's arena; trees are shared
 * freely, and changed by doc_set only.
 *
 * Any input ends in a tree or in one error (ERR_INPUT): "file:line:column:
 * sentence", the source line and a caret under the place.
 */
#ifndef NODETOLL_BASE_DOC_H
#define NODETOLL_BASE_DOC_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Far above any honest file; they bound what a hostile one can cost. */
#define DOC_MAX_DEPTH       64
#define DOC_MAX_NODES       2000000
#define DOC_MAX_ALIAS_NODES 100000 /* nodes that aliases may add by expansion */
#define DOC_MAX_ANCHORS     1000
/* One value, key, comment or line of JSON: the parser holds all of it at once,
 * at up to 350 times its size. */
#define DOC_MAX_PIECE_BYTES ((size_t)1024 * 1024)

enum doc_kind {
	DOC_NULL,   /* null, ~ or nothing at all */
	DOC_SCALAR, /* text, also of numbers and truth values */
	DOC_MAP,
	DOC_LIST,
};

struct doc_source;

/* Read by anyone, written by doc*.c only. */
struct doc_node {
	enum doc_kind kind;
	bool quoted;            /* a scalar in quotes or written as a block: a string */
	const char *key;        /* its name in a map; NULL elsewhere */
	const char *text;       /* of a scalar, else NULL */
	struct doc_node *first; /* of a map or list */
	struct doc_node *next;  /* in the map or list that it is in */
	uint32_t n;             /* entries of a map or list */
	/* Its place, from 1 and in characters; line 0 if it is not from a file.  A
	 * map, list or null under a key stands where the key does. */
	uint32_t line;
	uint32_t column;
	uint32_t key_line; /* where the key is; 0 if there is none */
	uint32_t key_column;
	const char *file;                /* name for messages; NULL if it has none */
	const struct doc_source *source; /* for the caret; NULL if there is none */
};

/* Read the file at path ("-" is standard input) of at most max_bytes.  *root
 * lives in mem.  ERR_INPUT as above; ERR_ENV, ERR_NOMEM from file_read. */
int doc_load(struct arena *mem, const char *path, size_t max_bytes, struct doc_node **root,
	struct err *err);

/* The same for text in memory; name is what messages call it.  Both are copied. */
int doc_parse(struct arena *mem, const char *name, const char *text, size_t len,
	struct doc_node **root, struct err *err);

/* The entry of that name, NULL if there is none or map is NULL or not a map.
 * An explicit null is an entry, of kind DOC_NULL. */
struct doc_node *doc_get(const struct doc_node *map, const char *key);

/* A new tree: over laid upon base.  Maps merge by key, in base's order and new
 * keys behind; everything else replaces; an explicit null in over removes the
 * key.  Places are those of whichever tree the value came from.  Neither tree
 * is changed or shared. */
struct doc_node *doc_merge(
	struct arena *mem, const struct doc_node *base, const struct doc_node *over);

/* The same with nulls left in, for a result that is to be merged over another base: what over
 * takes away is taken away there, too. */
struct doc_node *doc_merge_over(
	struct arena *mem, const struct doc_node *base, const struct doc_node *over);

/* A deep copy, without a key and a next of its own. */
struct doc_node *doc_clone(struct arena *mem, const struct doc_node *node);

/* Set the value at path in the tree at root, a map: a.b.c, a.b[2].c, with a
 * backslash before a dot or bracket that belongs to a name.  Missing maps on
 * the way are made, a list takes an index up to one past its end.  A value
 * that begins with [ { " or ' is read as YAML, null removes a map's key,
 * anything else is taken as it stands.  Messages about the path or, later, about
 * the value begin with door ("--set ") and path.  ERR_INPUT: a path that is
 * malformed or leads through something else, a value that does not parse; the
 * tree is then as before. */
int doc_set(struct arena *mem, struct doc_node *root, const char *door, const char *path,
	const char *value, struct err *err);

/* Complain about a node: "file:line:column: text", source line and caret, as
 * far as they are known.  Returns ERR_INPUT. */
int doc_error(const struct doc_node *at, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), nonnull(3)));

/* The same, pointing at the node's key: for a name that is not known. */
int doc_error_key(const struct doc_node *at, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), nonnull(3)));

/* Append the tree as YAML that doc_parse reads back as the same tree. */
void doc_print_yaml(struct str *out, const struct doc_node *node);

/* "null", "a value", "a map", "a list": for messages. */
const char *doc_kind_name(enum doc_kind kind);

#endif
