/* SPDX-License-Identifier: Apache-2.0 */
/* Between library.c (files, extends) and scenario.c (references, sets). */
#ifndef MODELS_LIBRARY_PRIV_H
#define MODELS_LIBRARY_PRIV_H

#include "models/library.h"

/* What one resolution works with. */
struct resolving {
	const struct library *lib;
	struct arena *mem;
	struct origins *origins;
};

/* A file on the way to the root of an extends chain, for the check of circles. */
struct chain {
	const char *file;
	const struct chain *next;
	unsigned depth;
};

/* The plain, merged spec of a file by name or path, still with references if it is a scenario.
 * at, the node that named it, may be NULL. */
int library_resolve(struct resolving *r, enum model_kind kind, const char *name,
	const struct doc_node *at, const struct chain *chain, struct model *model,
	struct err *err);

/* The same for a parsed file. */
int library_resolve_root(struct resolving *r, enum model_kind kind, const struct doc_node *root,
	const struct chain *chain, struct model *model, struct err *err);

/* Lay a spec that may extend a model of that kind over what it extends. */
int library_extend(struct resolving *r, enum model_kind kind, const struct doc_node *spec,
	const struct chain *chain, struct doc_node **merged, const char **base_name,
	struct err *err);

/* Replace a scenario's four references by what they name. */
int scenario_inline(struct resolving *r, struct model *scenario, struct err *err);

/* spec with `name` as its first entry. */
struct doc_node *model_named(struct arena *mem, const struct doc_node *spec, const char *name);

#endif
