/* SPDX-License-Identifier: Apache-2.0 */
/* Every constant of a model: its value, where it comes from, and what kind of evidence that is.
 *
 * A view of a model that was loaded; nothing is read anew.
 */
#ifndef MODELS_EXPLAIN_H
#define MODELS_EXPLAIN_H

#include <stdint.h>

#include "base/arena.h"
#include "models/library.h"

/* One constant.  Texts live as long as the model. */
struct explained {
	const char *path; /* "pleg.relistPeriod", "startup[0].runtime" */
	const char *value;
	const char *source; /* NULL if none is stated */
	enum evidence is;
	const char *file; /* NULL: it was set, not read */
	uint32_t line;
};

/* All constants of the model in its order.  *list is mem's. */
void model_explain(
	const struct model *model, struct arena *mem, struct explained **list, uint32_t *n);

/* How many constants of the list lack a source or a kind of evidence. */
uint32_t explained_unsourced(const struct explained *list, uint32_t n);

#endif
