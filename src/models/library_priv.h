/* SPDX-License-Identifier: Apache-2.0 */
/* Between library.c (files, extends) and scenario.c (references, sets). */
#ifndef MODELS_LIBRARY_PRIV_H
#define MODELS_LIBRARY_PRIV_H

#include "models/library.h"

/* What one resolution works with. */
struct resolving {
	const struct library *lib;
	struct arena *mem; /* the library's */
	struct origins *origins;
	struct str *warnings; /* appended to, about features; NULL: nobody reads them */
	uint32_t n_features;
	const char *const *feature; /* names of those applied so far */
};

/* A file on the way to the root of an extends chain, for the check of circles. */
struct chain {
	const char *file;
	const struct chain *next;
	unsigned depth;
};

/* A name or path, who named it (NULL: the caller) and the chain so far (NULL: none). */
struct model_ref {
	enum model_kind kind;
	const char *name;
	const struct doc_node *at;
	const struct chain *chain;
};

/* The plain, merged spec of what ref names, still with references if it is a scenario. */
int library_resolve(
	struct resolving *r, const struct model_ref *ref, struct model *model, struct err *err);

/* The same for a parsed file of that kind. */
int library_resolve_root(struct resolving *r, enum model_kind kind, const struct doc_node *root,
	const struct chain *chain, struct model *model, struct err *err);

/* A spec over what it extends, and the name of that (NULL: it extends nothing). */
struct extended {
	struct doc_node *spec;
	const char *base;
};

int library_extend(struct resolving *r, enum model_kind kind, const struct doc_node *spec,
	const struct chain *chain, struct extended *to, struct err *err);

/* Replace a scenario's four references by what they name. */
int scenario_inline(struct resolving *r, struct model *scenario, struct err *err);

/* spec with `name` as its first entry. */
struct doc_node *model_named(struct arena *mem, const struct doc_node *spec, const char *name);

#endif
