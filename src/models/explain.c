/* SPDX-License-Identifier: Apache-2.0 */
#include "models/explain.h"

#include <stdio.h>
#include <string.h>

struct walk {
	const struct model *model;
	struct arena *mem;
	struct explained *list; /* NULL while counting */
	uint32_t n;
};

static void explain_leaf(struct walk *w, const struct doc_node *node, const char *path)
{
	const struct origin *origin;

	if (w->list) {
		origin = origin_find(&w->model->origins, node);
		w->list[w->n] = (struct explained){
			.path = arena_strdup(w->mem, path),
			.value = node->kind == DOC_SCALAR ? node->text : "null",
			.source = origin ? origin->source : NULL,
			.is = origin ? origin->is : EVIDENCE_NONE,
			.file = node->file,
			.line = node->line,
		};
	}
	w->n++;
}

/* The name of a model, or of the feature that brought a loop, says where that came from; it is
 * no constant. */
static bool is_label(const struct doc_node *node)
{
	return node->key && !node->line &&
	       (!strcmp(node->key, "name") || !strcmp(node->key, "feature"));
}

static void walk_tree(struct walk *w, const struct doc_node *node, const char *path)
{
	char below[512];
	uint32_t index = 0;

	if (node->kind != DOC_MAP && node->kind != DOC_LIST) {
		explain_leaf(w, node, path);
		return;
	}
	for (const struct doc_node *at = node->first; at; at = at->next) {
		if (is_label(at))
			continue;
		if (node->kind == DOC_LIST)
			(void)snprintf(below, sizeof(below), "%s[%u]", path, index++);
		else
			(void)snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "",
				at->key);
		walk_tree(w, at, below);
	}
}

void model_explain(
	const struct model *model, struct arena *mem, struct explained **list, uint32_t *n)
{
	struct walk w = {.model = model, .mem = mem};

	walk_tree(&w, model->spec, "");
	w.list = ARENA_ARRAY(mem, struct explained, w.n);
	w.n = 0;
	walk_tree(&w, model->spec, "");
	*list = w.list;
	*n = w.n;
}

uint32_t explained_unsourced(const struct explained *list, uint32_t n)
{
	uint32_t lacking = 0;

	for (uint32_t i = 0; i < n; i++)
		lacking += !list[i].source || list[i].is == EVIDENCE_NONE;
	return lacking;
}
