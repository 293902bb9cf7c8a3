/* SPDX-License-Identifier: Apache-2.0 */
#include "models/origin.h"

#include <string.h>

#include "models/tree.h"

static const char *const evidence_names[EVIDENCES] = {
	"none", "read", "measured", "published", "derived", "assumed"};

/* What holds where the walk is. */
struct stated {
	const char *source;
	enum evidence is;
};

const char *evidence_name(enum evidence is)
{
	return evidence_names[is];
}

static int read_evidence(const struct doc_node *node, enum evidence *is, struct err *err)
{
	for (unsigned i = EVIDENCE_READ; i < EVIDENCES; i++)
		if (node->kind == DOC_SCALAR && !strcmp(node->text, evidence_names[i])) {
			*is = (enum evidence)i;
			return 0;
		}
	return doc_error(
		node, err, "'is' must be one of read, measured, published, derived, assumed");
}

/* What a map itself states, over what holds around it. */
static int read_stated(const struct doc_node *map, struct stated *s, struct err *err)
{
	const struct doc_node *source = doc_get(map, "source");
	const struct doc_node *is = doc_get(map, "is");

	if (source) {
		if (source->kind != DOC_SCALAR || !*source->text)
			return doc_error(source, err, "'source' must be a text");
		s->source = source->text;
	}
	return is ? read_evidence(is, &s->is, err) : 0;
}

static void remember(struct arena *mem, struct origins *o, const struct doc_node *node,
	const struct stated *s)
{
	if (o->n == o->room) {
		struct origin *more = ARENA_ARRAY(mem, struct origin, 2 * o->room + 64);

		if (o->n)
			memcpy(more, o->list, o->n * sizeof(*more));
		o->list = more;
		o->room = 2 * o->room + 64;
	}
	o->list[o->n++] = (struct origin){
		.file = node->file,
		.line = node->line,
		.column = node->column,
		.source = s->source,
		.is = s->is,
	};
}

/* The scalar of {value: X, source: ..., is: ...}; NULL if the map is not one. */
static const struct doc_node *wrapped_value(const struct doc_node *map)
{
	const struct doc_node *value = doc_get(map, "value");

	return value && value->kind == DOC_SCALAR ? value : NULL;
}

static int check_wrapping(const struct doc_node *map, struct err *err)
{
	for (const struct doc_node *at = map->first; at; at = at->next)
		if (strcmp(at->key, "value") != 0 && strcmp(at->key, "source") != 0 &&
			strcmp(at->key, "is") != 0)
			return doc_error(at, err,
				"beside 'value' there may be 'source' and 'is', not '%s'",
				at->key);
	return 0;
}

/* Copies node, without sources, to *to.  The depth is bounded by base/doc's. */
static int strip(struct arena *mem, struct origins *o, const struct doc_node *node,
	struct stated s, struct doc_node **to, struct err *err)
{
	const struct doc_node *value = NULL;
	struct doc_node **end;

	if (node->kind == DOC_MAP) {
		if (read_stated(node, &s, err))
			return ERR_INPUT;
		value = wrapped_value(node);
		if (value && check_wrapping(node, err))
			return ERR_INPUT;
	}
	*to = ARENA_NEW(mem, struct doc_node);
	**to = value ? *value : *node;
	(*to)->key = node->key;
	(*to)->next = NULL;
	if ((*to)->kind != DOC_MAP && (*to)->kind != DOC_LIST) {
		remember(mem, o, *to, &s);
		return 0;
	}
	(*to)->first = NULL;
	(*to)->n = 0;
	end = &(*to)->first;
	for (const struct doc_node *at = node->first; at; at = at->next) {
		if (at->key && (!strcmp(at->key, "source") || !strcmp(at->key, "is")))
			continue;
		if (strip(mem, o, at, s, end, err))
			return ERR_INPUT;
		end = &(*end)->next;
		(*to)->n++;
	}
	return 0;
}

int origin_strip(struct arena *mem, struct origins *origins, const struct doc_node *spec,
	struct doc_node **plain, struct err *err)
{
	return strip(mem, origins, spec, (struct stated){NULL, EVIDENCE_NONE}, plain, err);
}

const struct origin *origin_find(const struct origins *origins, const struct doc_node *node)
{
	for (uint32_t i = 0; node->file && i < origins->n; i++) {
		const struct origin *o = &origins->list[i];

		if (o->line == node->line && o->column == node->column && o->file &&
			!strcmp(o->file, node->file))
			return o;
	}
	return NULL;
}
