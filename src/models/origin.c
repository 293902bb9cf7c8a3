/* SPDX-License-Identifier: Apache-2.0 */
#include "models/origin.h"

#include <string.h>

#include "base/json.h"
#include "models/tree.h"

static const char *const evidence_names[EVIDENCES] = {
	"none", "read", "measured", "published", "derived", "assumed"};

/* What holds where the walk is, and what is told of this place elsewhere. */
struct stated {
	const char *source;
	enum evidence is;
	const struct doc_node *beside; /* in the tree under ORIGINS_KEY; NULL: nothing */
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

/* What the tree of origins says of this place, over what holds around it. */
static int read_beside(struct stated *s, struct err *err)
{
	if (!s->beside || s->beside->kind == DOC_NULL || s->beside->kind == DOC_LIST)
		return 0;
	if (s->beside->kind != DOC_MAP)
		return doc_error(s->beside, err,
			"'" ORIGINS_KEY "' has maps in the shape of the spec, with 'source' "
			"and 'is' in them");
	return read_stated(s->beside, s, err);
}

/* What it says of the i-th entry of this map or list.  What it says of an entry that is not
 * there is nothing: who takes a loop out of a printed scenario need not look for it twice. */
static const struct doc_node *beside_entry(
	const struct doc_node *beside, const struct doc_node *entry, uint32_t i)
{
	const struct doc_node *at = NULL;

	if (entry->key)
		return doc_get(beside, entry->key);
	if (beside && beside->kind == DOC_LIST)
		for (at = beside->first; at && i > 0; i--)
			at = at->next;
	return at;
}

/* Copies node, without sources, to *to.  The depth is bounded by base/doc's. */
static int strip(struct arena *mem, struct origins *o, const struct doc_node *node,
	struct stated s, struct doc_node **to, struct err *err)
{
	const struct doc_node *value = NULL;
	struct doc_node **end;
	uint32_t i = 0;

	if (read_beside(&s, err))
		return ERR_INPUT;
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
	for (const struct doc_node *at = node->first; at; at = at->next, i++) {
		struct stated below = s;

		if (at->key && (!strcmp(at->key, "source") || !strcmp(at->key, "is")))
			continue;
		below.beside = beside_entry(s.beside, at, i);
		if (strip(mem, o, at, below, end, err))
			return ERR_INPUT;
		end = &(*end)->next;
		(*to)->n++;
	}
	return 0;
}

int origin_strip(struct arena *mem, struct origins *origins, const struct doc_node *spec,
	struct doc_node **plain, struct err *err)
{
	const struct stated at_root = {
		.is = EVIDENCE_NONE, .beside = doc_get(spec, ORIGINS_KEY)};

	if (at_root.beside)
		spec = tree_without(mem, spec, ORIGINS_KEY);
	return strip(mem, origins, spec, at_root, plain, err);
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

/* ------------------------------------------------------------------ printed */

/* The origin of a place that has no constants: it is whatever its neighbours' is. */
static const struct origin any;

static bool same(const struct origin *a, const struct origin *b)
{
	return a->is == b->is &&
	       !strcmp(a->source ? a->source : "", b->source ? b->source : "");
}

/* What a model is called, and which feature brought a loop, is no constant. */
static bool is_label(const struct doc_node *node)
{
	return node->key && (!strcmp(node->key, "name") || !strcmp(node->key, "feature"));
}

/* The one origin of all constants at node and below; NULL if there are several, or none. */
static const struct origin *shared(const struct origins *origins, const struct doc_node *node)
{
	const struct origin *all = &any;

	if (node->kind != DOC_MAP && node->kind != DOC_LIST) {
		all = origin_find(origins, node);
		return all && (all->source || all->is != EVIDENCE_NONE) ? all : NULL;
	}
	for (const struct doc_node *at = node->first; at; at = at->next) {
		const struct origin *one = is_label(at) ? &any : shared(origins, at);

		if (!one || (one != &any && all != &any && !same(one, all)))
			return NULL;
		if (one != &any)
			all = one;
	}
	return all;
}

static struct json *stated_json(const struct origin *origin)
{
	struct json *out = json_object();

	if (origin->source)
		json_put_str(out, "source", origin->source);
	if (origin->is != EVIDENCE_NONE)
		json_put_str(out, "is", evidence_name(origin->is));
	return out;
}

/* NULL if there is nothing to tell. */
static struct json *told(const struct origins *origins, const struct doc_node *node)
{
	const struct origin *all = shared(origins, node);
	struct json *out;
	bool empty = true;

	if (all)
		return all == &any ? NULL : stated_json(all);
	if (node->kind != DOC_MAP && node->kind != DOC_LIST)
		return NULL;
	out = node->kind == DOC_MAP ? json_object() : json_array();
	for (const struct doc_node *at = node->first; at; at = at->next) {
		struct json *below = is_label(at) ? NULL : told(origins, at);

		empty = empty && !below;
		if (node->kind == DOC_LIST)
			json_append(out, below ? below : json_null());
		else if (below)
			json_put(out, at->key, below);
	}
	if (!empty)
		return out;
	json_free(out);
	return NULL;
}

struct json *origin_json(const struct origins *origins, const struct doc_node *spec)
{
	struct json *out = tree_json(spec);
	struct json *all = origins ? told(origins, spec) : NULL;

	if (all)
		json_put(out, ORIGINS_KEY, all);
	return out;
}
