/* SPDX-License-Identifier: Apache-2.0 */
/* Where constants come from: source and kind of evidence, by place in a file.
 *
 * A map's `source` and `is` hold for every constant in it and below, unless a deeper map
 * states its own; {value: X, source: ..., is: ...} may stand wherever X may.  Taking them out
 * leaves a tree of plain values, and a list that finds them again by file, line and column,
 * which survive every merge.  Only the files' own words: nothing is judged here.
 *
 * A spec that was printed has plain values, and beside them under ORIGINS_KEY what they rest
 * on: a tree in the shape of the spec (of a list a list), where `source` and `is` hold as
 * above.  So its readers find a value where it is, and who loads it again knows as much as
 * before.
 */
#ifndef MODELS_ORIGIN_H
#define MODELS_ORIGIN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"

enum evidence {
	EVIDENCE_NONE,
	EVIDENCE_READ,
	EVIDENCE_MEASURED,
	EVIDENCE_PUBLISHED,
	EVIDENCE_DERIVED,
	EVIDENCE_ASSUMED,
	EVIDENCES,
};

struct origin {
	const char *file;
	uint32_t line;
	uint32_t column;
	const char *source; /* NULL if the file states none */
	enum evidence is;
};

/* Of all files that a model was made of.  Memory is the arena's; zeroed is empty. */
struct origins {
	struct origin *list;
	uint32_t n;
	uint32_t room;
};

/* The tree without sources, as a copy; they are added to origins.  ERR_INPUT: a source that is
 * no text, an unknown kind of evidence, an ORIGINS_KEY that is no such tree. */
int origin_strip(struct arena *mem, struct origins *origins, const struct doc_node *spec,
	struct doc_node **plain, struct err *err);

#define ORIGINS_KEY "origins"

struct json;

/* A resolved spec as JSON that is loaded again with the same origins (NULL: without).
 * The caller's. */
struct json *origin_json(const struct origins *origins, const struct doc_node *spec);

/* Of the constant at node's place.  NULL: it came from no file. */
const struct origin *origin_find(const struct origins *origins, const struct doc_node *node);

/* "read", "measured", ...; "none". */
const char *evidence_name(enum evidence is);

#endif
