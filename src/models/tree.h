/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of doc nodes that no file holds: built piece by piece.
 *
 * base/doc parses, merges and prints; this makes nodes of its own for models that are composed
 * in memory and for copies that differ from what was parsed.  Parsed nodes are never changed.
 */
#ifndef MODELS_TREE_H
#define MODELS_TREE_H

#include "base/arena.h"
#include "base/doc.h"

/* An empty map or list with node's place; node may be NULL. */
struct doc_node *tree_empty(
	struct arena *mem, enum doc_kind kind, const struct doc_node *place);

/* A scalar without a place. */
struct doc_node *tree_text(struct arena *mem, const char *text);

/* The same, given by that flag: messages about it begin with "--flag text". */
struct doc_node *tree_given(struct arena *mem, const char *flag, const char *text);

/* Append child, which is in no tree, to a map under key or to a list (key NULL). */
void tree_put(
	struct arena *mem, struct doc_node *parent, const char *key, struct doc_node *child);

/* A copy of a map's or list's own node and entries; the entries' subtrees are shared. */
struct doc_node *tree_copy(struct arena *mem, const struct doc_node *node);

/* A copy of map in which key has that child, which is in no tree; added if it is new. */
struct doc_node *tree_with(
	struct arena *mem, const struct doc_node *map, const char *key, struct doc_node *child);

/* A copy of map without key. */
struct doc_node *tree_without(struct arena *mem, const struct doc_node *map, const char *key);

struct json;

/* The tree as JSON, which the caller owns.  Unquoted numbers and truth values stay such. */
struct json *tree_json(const struct doc_node *node);

#endif
