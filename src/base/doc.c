/* SPDX-License-Identifier: Apache-2.0 */
/* From libfyaml's events to a tree.
 *
 * Events, not its documents: a tree is built node by node and every limit holds
 * while reading, so a bomb ends at the limit.  The text is fed in pieces and
 * the feeding stops when the parser has looked too far ahead without giving
 * an event: in one line of brackets it would otherwise take gigabytes.
 */
#include "base/doc.h"

#include "base/doc_priv.h"
#include "base/file.h"

#include <assert.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct frame {
	struct doc_node *node;
	struct doc_node *last;
	const char *key; /* of a map: the key that waits for its value */
	uint32_t key_line;
	uint32_t key_column;
};

struct anchor {
	const char *name;
	const struct doc_node *node;
	struct anchor *older;
};

struct builder {
	struct arena *mem;
	const struct doc_source *src;
	struct err *err;
	struct frame stack[DOC_MAX_DEPTH];
	unsigned depth;
	struct doc_node *root;
	uint32_t n_nodes;
	uint32_t n_alias_nodes;
	unsigned n_documents;
	struct anchor *anchors;
	unsigned n_anchors;
	/* The place of the latest event, and the byte that it is at. */
	uint32_t line;
	uint32_t column;
	size_t at;
	/* Feeding. */
	size_t fed;
	bool is_starved;
};

static int complain_here(struct builder *b, const char *sentence)
{
	return doc_error_at(b->src, b->line, b->column, b->err, "%s", sentence);
}

static ssize_t feed(void *user, void *buf, size_t count)
{
	struct builder *b = user;
	size_t left = b->src->len - b->fed;

	if (b->fed - b->at > DOC_MAX_PIECE_BYTES && left > 0) {
		b->is_starved = true;
		return 0;
	}
	if (count > left)
		count = left;
	memcpy(buf, b->src->text + b->fed, count);
	b->fed += count;
	return (ssize_t)count;
}

static void swallow(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	(void)diag;
	(void)user;
	(void)buf;
	(void)len;
}

/* Move on to line and column (from 1); never back, so a file is walked once
 * however its marks lie. */
static void move_to(struct builder *b, uint32_t line, uint32_t column)
{
	const char *text = b->src->text;
	size_t at = b->at;

	while (b->line < line && at < b->src->len) {
		char c = text[at++];

		if (c == '\r' && at < b->src->len && text[at] == '\n')
			at++;
		if (c == '\r' || c == '\n') {
			b->line++;
			b->column = 1;
		}
	}
	while (b->line == line && b->column < column && at < b->src->len) {
		at++;
		while (at < b->src->len && ((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
		b->column++;
	}
	b->at = at;
}

/* Where the event begins: a mark points behind an opening quote or a star. */
static void locate(struct builder *b, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	size_t was_at = b->at;
	uint32_t was_line = b->line;

	if (mark == NULL || mark->line < 0 || mark->column < 0)
		return;
	move_to(b, (uint32_t)mark->line + 1, (uint32_t)mark->column + 1);
	if (b->at > was_at && b->line >= was_line && b->column > 1 &&
		strchr("\"'*", b->src->text[b->at - 1]) != NULL) {
		b->at--;
		b->column--;
	}
}

static bool is_null_text(const char *text, size_t len)
{
	return len == 0 || (len == 1 && text[0] == '~') ||
	       (len == 4 && (memcmp(text, "null", 4) == 0 || memcmp(text, "Null", 4) == 0 ||
				    memcmp(text, "NULL", 4) == 0));
}

/* The text of a token in the arena.  Escapes can make what the guard refused. */
static int take_text(struct builder *b, struct fy_token *token, const char **text, size_t *len)
{
	const char *from = token != NULL ? fy_token_get_text(token, len) : "";

	if (token == NULL)
		*len = 0;
	if (from == NULL)
		return complain_here(b, "this text cannot be read");
	if (str_bad_byte(from, *len) < *len)
		return complain_here(b, "this text has a control character in it");
	*text = arena_strndup(b->mem, from, *len);
	return 0;
}

/* Put a node under its parent, with the key that waits for it. */
static void attach(struct builder *b, struct doc_node *node)
{
	struct frame *f;

	if (b->depth == 0) {
		b->root = node;
		return;
	}
	f = &b->stack[b->depth - 1];
	if (f->key != NULL) {
		node->key = f->key;
		node->key_line = f->key_line;
		node->key_column = f->key_column;
		if (node->kind != DOC_SCALAR) {
			node->line = f->key_line;
			node->column = f->key_column;
		}
		f->key = NULL;
	}
	if (f->last != NULL)
		f->last->next = node;
	else
		f->node->first = node;
	f->last = node;
	f->node->n++;
}

static int new_node(struct builder *b, enum doc_kind kind, struct doc_node **out)
{
	struct doc_node *node;

	if (b->n_nodes == DOC_MAX_NODES)
		return complain_here(b, "this file has more than 2,000,000 values");
	b->n_nodes++;
	node = ARENA_NEW(b->mem, struct doc_node);
	node->kind = kind;
	node->line = b->line;
	node->column = b->column;
	node->file = b->src->name;
	node->source = b->src;
	*out = node;
	return 0;
}

/* Remember the node under the event's anchor, if it has one. */
static int keep_anchor(struct builder *b, struct fy_event *event, const struct doc_node *node)
{
	struct fy_token *token = fy_event_get_anchor_token(event);
	struct anchor *a;
	size_t len;
	int ret;

	if (token == NULL)
		return 0;
	if (b->n_anchors == DOC_MAX_ANCHORS)
		return complain_here(b, "this file has more than 1,000 anchors (&...)");
	b->n_anchors++;
	a = ARENA_NEW(b->mem, struct anchor);
	ret = take_text(b, token, &a->name, &len);
	a->node = node;
	a->older = b->anchors;
	b->anchors = a;
	return ret;
}

static int on_scalar(struct builder *b, struct fy_event *event)
{
	struct fy_token *token = fy_event_get_token(event);
	struct doc_node *node;
	size_t len;
	int ret;

	ret = new_node(b, DOC_SCALAR, &node);
	if (ret == 0)
		ret = take_text(b, token, &node->text, &len);
	if (ret != 0)
		return ret;
	node->quoted = token != NULL && fy_token_scalar_style(token) != FYSS_PLAIN;
	if (!node->quoted && is_null_text(node->text, len)) {
		node->kind = DOC_NULL;
		node->text = NULL;
	}
	attach(b, node);
	return keep_anchor(b, event, node);
}

static int on_key(struct builder *b, struct fy_event *event)
{
	struct frame *f = &b->stack[b->depth - 1];
	struct fy_token *token = fy_event_get_token(event);
	size_t len;
	int ret;

	if (event->type != FYET_SCALAR || fy_event_get_anchor_token(event) != NULL)
		return complain_here(b, "a key must be plain text");
	ret = take_text(b, token, &f->key, &len);
	if (ret != 0)
		return ret;
	if (token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN) {
		if (len == 0)
			return complain_here(b, "a key is missing here");
		if (strcmp(f->key, "<<") == 0)
			return complain_here(b, "merge keys (<<) are not supported");
	}
	f->key_line = b->line;
	f->key_column = b->column;
	return 0;
}

static int on_open(struct builder *b, struct fy_event *event, enum doc_kind kind)
{
	struct doc_node *node;
	int ret;

	if (b->depth == DOC_MAX_DEPTH)
		return complain_here(b, "this is nested more than 64 levels deep");
	ret = new_node(b, kind, &node);
	if (ret != 0)
		return ret;
	attach(b, node);
	b->stack[b->depth++] = (struct frame){.node = node};
	return keep_anchor(b, event, node);
}

static int complain_twice(
	struct builder *b, const struct doc_node *again, const struct doc_node *first)
{
	return doc_error_at(b->src, again->key_line, again->key_column, b->err,
		"the key '%.100s' is here for the second time; the first is on line %u",
		again->key, first->key_line);
}

/* Every key once.  Sorted, since a hostile map has a million of them. */
static int on_close(struct builder *b)
{
	const struct doc_node *map = b->stack[--b->depth].node;
	struct doc_node **sorted;
	uint32_t worst = 0;

	if (map->kind != DOC_MAP || map->n < 2)
		return 0;
	sorted = doc_sorted(b->mem, map);
	for (uint32_t i = 1; i < map->n; i++) {
		const struct doc_node *node = sorted[i];

		if (strcmp(node->key, sorted[i - 1]->key) != 0)
			continue;
		if (worst == 0 || node->key_line < sorted[worst]->key_line ||
			(node->key_line == sorted[worst]->key_line &&
				node->key_column < sorted[worst]->key_column))
			worst = i;
	}
	return worst == 0 ? 0 : complain_twice(b, sorted[worst], sorted[worst - 1]);
}

/* A copy of what an alias stands for, within the limits on nodes and depth.
 * The places stay those of the original; the copy's own is the alias. */
static int expand(
	struct builder *b, const struct doc_node *from, unsigned depth, struct doc_node **out)
{
	struct doc_node **link;
	struct doc_node *node;
	int ret;

	if (++b->n_alias_nodes > DOC_MAX_ALIAS_NODES)
		return complain_here(b, "aliases (*...) expand to more than 100,000 values");
	if (depth >= DOC_MAX_DEPTH && from->kind >= DOC_MAP)
		return complain_here(b, "this alias nests more than 64 levels deep");
	ret = new_node(b, from->kind, &node);
	if (ret != 0)
		return ret;
	*node = *from;
	node->next = NULL;
	node->first = NULL;
	link = &node->first;
	for (const struct doc_node *c = from->first; c != NULL; c = c->next) {
		ret = expand(b, c, depth + 1, link);
		if (ret != 0)
			return ret;
		link = &(*link)->next;
	}
	*out = node;
	return 0;
}

static int on_alias(struct builder *b, struct fy_event *event)
{
	const struct anchor *a = b->anchors;
	struct doc_node *node;
	const char *name;
	size_t len;
	int ret;

	ret = take_text(b, fy_event_get_token(event), &name, &len);
	if (ret != 0)
		return ret;
	while (a != NULL && strcmp(a->name, name) != 0)
		a = a->older;
	if (a == NULL)
		return doc_error_at(b->src, b->line, b->column, b->err,
			"nothing before this is named &%.100s", name);
	for (unsigned i = 0; i < b->depth; i++)
		if (b->stack[i].node == a->node)
			return complain_here(b, "this alias stands inside what it names");
	ret = expand(b, a->node, b->depth, &node);
	if (ret != 0)
		return ret;
	node->key = NULL;
	node->key_line = 0;
	node->key_column = 0;
	node->line = b->line;
	node->column = b->column;
	attach(b, node);
	return 0;
}

static int on_content(struct builder *b, struct fy_event *event)
{
	const struct frame *f = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;

	if (b->n_documents > 1)
		return complain_here(b, "a second document begins here; a file has one");
	if (fy_event_get_tag_token(event) != NULL)
		return complain_here(b, "tags (!...) are not supported");
	if (f != NULL && f->node->kind == DOC_MAP && f->key == NULL)
		return on_key(b, event);
	if (event->type == FYET_SCALAR)
		return on_scalar(b, event);
	if (event->type == FYET_ALIAS)
		return on_alias(b, event);
	return on_open(b, event, event->type == FYET_MAPPING_START ? DOC_MAP : DOC_LIST);
}

static int on_event(struct builder *b, struct fy_event *event)
{
	locate(b, event);
	switch (event->type) {
	case FYET_SCALAR:
	case FYET_ALIAS:
	case FYET_MAPPING_START:
	case FYET_SEQUENCE_START:
		return on_content(b, event);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return on_close(b);
	case FYET_DOCUMENT_START:
		b->n_documents++;
		return 0;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		return 0;
	}
	return 0;
}

/* What the parser has to say for itself: its first error. */
static int parser_error(struct builder *b, struct fy_diag *diag)
{
	const struct fy_diag_error *e;
	void *iter = NULL;

	while ((e = fy_diag_errors_iterate(diag, &iter)) != NULL)
		if (e->type == FYET_ERROR && e->msg != NULL && e->line > 0 && e->column > 0)
			return doc_error_at(b->src, (uint32_t)e->line, (uint32_t)e->column,
				b->err, "%s", e->msg);
	return complain_here(b, "this is not YAML from here on");
}

static int run(struct builder *b, struct fy_parser *parser, struct fy_diag *diag)
{
	struct fy_event *event;
	int ret = 0;

	while (ret == 0 && (event = fy_parser_parse(parser)) != NULL) {
		if (!b->is_starved)
			ret = on_event(b, event);
		fy_parser_event_free(parser, event);
		if (b->is_starved)
			break;
	}
	if (ret != 0)
		return ret;
	if (b->is_starved)
		return complain_here(b, "more than 1 MiB in one value, comment or line of "
					"JSON after this; break it into lines");
	if (fy_parser_get_stream_error(parser))
		return parser_error(b, diag);
	if (b->root == NULL)
		return complain_here(b, "this file is empty");
	return 0;
}

static int parse(struct builder *b)
{
	struct fy_diag_cfg quiet;
	struct fy_parse_cfg cfg = {
		.flags = FYPCF_QUIET | FYPCF_DISABLE_DEPTH_LIMIT | FYPCF_JSON_NONE |
			 FYPCF_DEFAULT_VERSION_1_2,
	};
	struct fy_parser *parser = NULL;
	int ret = ERR_NOMEM;

	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	quiet.output_fn = swallow;
	cfg.diag = fy_diag_create(&quiet);
	if (cfg.diag != NULL) {
		fy_diag_set_collect_errors(cfg.diag, true);
		parser = fy_parser_create(&cfg);
	}
	if (parser != NULL && fy_parser_set_input_callback(parser, b, feed) == 0)
		ret = run(b, parser, cfg.diag);
	else
		(void)err_set(b->err, ERR_NOMEM, "%s: no memory for a parser", b->src->name);
	if (parser != NULL)
		fy_parser_destroy(parser);
	if (cfg.diag != NULL)
		fy_diag_unref(cfg.diag);
	return ret;
}

int doc_parse(struct arena *mem, const char *name, const char *text, size_t len,
	struct doc_node **root, struct err *err)
{
	struct doc_source *src = ARENA_NEW(mem, struct doc_source);
	struct builder b = {.mem = mem, .src = src, .err = err, .line = 1, .column = 1};
	int ret;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3; /* the mark that some editors leave */
		len -= 3;
	}
	src->name = arena_strdup(mem, name);
	src->text = text;
	src->len = len;
	ret = doc_guard(src, err);
	if (ret == 0)
		ret = parse(&b);
	if (ret != 0)
		return ret;
	/* Only what parsed is worth a copy. */
	src->text = arena_strndup(mem, text, len);
	*root = b.root;
	return 0;
}

int doc_load(struct arena *mem, const char *path, size_t max_bytes, struct doc_node **root,
	struct err *err)
{
	char *text;
	size_t len;
	int ret;

	ret = file_read(path, max_bytes, &text, &len, err);
	if (ret != 0)
		return ret;
	ret = doc_parse(mem, strcmp(path, "-") == 0 ? "<stdin>" : path, text, len, root, err);
	free(text);
	return ret;
}
