/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, with libfyaml as the parser.
 *
 * Its events are used, not its documents, which cannot be limited while they
 * are built.  The text is fed in pieces, and the feeding stops when the parser
 * has looked too far ahead without giving an event: it reads a whole line of
 * brackets before the first, at hundreds of bytes for each.
 */
#include "base/doc.h"

#include "base/doc_priv.h"
#include "base/file.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct reader {
	struct doc_builder build;
	const struct doc_source *src;
	size_t at; /* the byte at the builder's line and column */
	size_t fed;
	bool is_starved;
	unsigned n_documents;
};

static int complain_here(struct reader *r, const char *sentence)
{
	return doc_error_at(
		r->src, r->build.line, r->build.column, r->build.err, "%s", sentence);
}

static ssize_t feed(void *user, void *buf, size_t count)
{
	struct reader *r = user;
	size_t left = r->src->len - r->fed;

	if (r->fed - r->at > DOC_MAX_PIECE_BYTES && left > 0) {
		r->is_starved = true;
		return 0;
	}
	if (count > left)
		count = left;
	memcpy(buf, r->src->text + r->fed, count);
	r->fed += count;
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
static void move_to(struct reader *r, uint32_t line, uint32_t column)
{
	const char *text = r->src->text;
	size_t at = r->at;

	while (r->build.line < line && at < r->src->len) {
		char c = text[at++];

		if (c == '\r' && at < r->src->len && text[at] == '\n')
			at++;
		if (c == '\r' || c == '\n') {
			r->build.line++;
			r->build.column = 1;
		}
	}
	while (r->build.line == line && r->build.column < column && at < r->src->len) {
		at++;
		while (at < r->src->len && ((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
		r->build.column++;
	}
	r->at = at;
}

/* Where the event begins: a mark points behind an opening quote or a star. */
static void locate(struct reader *r, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	size_t was_at = r->at;

	if (mark == NULL || mark->line < 0 || mark->column < 0)
		return;
	move_to(r, (uint32_t)mark->line + 1, (uint32_t)mark->column + 1);
	if (r->at > was_at && r->build.column > 1 &&
		strchr("\"'*", r->src->text[r->at - 1]) != NULL) {
		r->at--;
		r->build.column--;
	}
}

static int bad_tag(struct reader *r, struct fy_token *tag)
{
	const struct fy_mark *mark = fy_token_start_mark(tag);

	if (mark != NULL && mark->line >= 0 && mark->column >= 0)
		return doc_error_at(r->src, (uint32_t)mark->line + 1,
			(uint32_t)mark->column + 1, r->build.err,
			"tags (!...) are not supported");
	return complain_here(r, "tags (!...) are not supported");
}

/* The text of a scalar or the name of an alias. */
static void take_text(struct fy_token *token, struct doc_event *e)
{
	e->text = fy_token_get_text(token, &e->len);
	e->quoted = fy_token_scalar_style(token) != FYSS_PLAIN;
	/* libfyaml 0.7.12 reads an empty block at the end of a file as one NUL; a
	 * block has no escapes, so there is no other way to one. */
	if (e->text != NULL && e->len == 1 && e->text[0] == '\0' &&
		fy_token_scalar_style(token) >= FYSS_LITERAL)
		e->len = 0;
}

static int on_content(struct reader *r, struct fy_event *event)
{
	struct fy_token *token = fy_event_get_token(event);
	struct fy_token *anchor = fy_event_get_anchor_token(event);
	struct fy_token *tag = fy_event_get_tag_token(event);
	struct doc_event e = {.text = ""};

	if (r->n_documents > 1)
		return complain_here(r, "a second document begins here; a file has one");
	if (tag != NULL)
		return bad_tag(r, tag);
	if (anchor != NULL)
		e.anchor = fy_token_get_text(anchor, &e.anchor_len);
	if (event->type == FYET_MAPPING_START)
		return doc_build_open(&r->build, &e, DOC_MAP);
	if (event->type == FYET_SEQUENCE_START)
		return doc_build_open(&r->build, &e, DOC_LIST);
	if (token != NULL)
		take_text(token, &e);
	if (e.text == NULL)
		return complain_here(r, "this text cannot be read");
	if (event->type == FYET_ALIAS)
		return doc_build_alias(&r->build, &e);
	return doc_build_scalar(&r->build, &e);
}

static int on_event(struct reader *r, struct fy_event *event)
{
	locate(r, event);
	switch (event->type) {
	case FYET_SCALAR:
	case FYET_ALIAS:
	case FYET_MAPPING_START:
	case FYET_SEQUENCE_START:
		return on_content(r, event);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return doc_build_close(&r->build);
	case FYET_DOCUMENT_START:
		r->n_documents++;
		return 0;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		return 0;
	}
	return 0;
}

/* The parser's terser complaints, for people who do not write parsers. */
static const struct {
	const char *from;
	const char *to;
} plainer[] = {
	{"invalid multiline plain key", "a value goes on here and then has a ':'; is the "
					"indentation wrong, or a quote missing?"},
	{"invalid mapping in plain multiline",
		"this does not fit under the line before; is the indentation wrong?"},
	{"invalid nested block mapping on the same line",
		"a second ': ' on one line; a text that has one needs quotes"},
	{"did not find expected key", "a key was expected here; is the indentation wrong?"},
	{"did not find expected node content",
		"a value was expected here; is a bracket not closed?"},
	{"invalid scalar at the end of block sequence",
		"a '-' was expected here, as before; is the indentation wrong?"},
};

static const char *plain_words(const char *msg)
{
	for (size_t i = 0; i < sizeof plainer / sizeof plainer[0]; i++)
		if (strcmp(msg, plainer[i].from) == 0)
			return plainer[i].to;
	return msg;
}

/* What the parser has to say for itself: its first error. */
static int parser_error(struct reader *r, struct fy_diag *diag)
{
	const struct fy_diag_error *e;
	void *iter = NULL;

	while ((e = fy_diag_errors_iterate(diag, &iter)) != NULL)
		if (e->type == FYET_ERROR && e->msg != NULL && e->line > 0 && e->column > 0)
			return doc_error_at(r->src, (uint32_t)e->line, (uint32_t)e->column,
				r->build.err, "%s", plain_words(e->msg));
	return complain_here(r, "this is not YAML from here on");
}

static int run(struct reader *r, struct fy_parser *parser, struct fy_diag *diag)
{
	struct fy_event *event;
	int ret = 0;

	while (ret == 0 && !r->is_starved && (event = fy_parser_parse(parser)) != NULL) {
		if (!r->is_starved)
			ret = on_event(r, event);
		fy_parser_event_free(parser, event);
	}
	if (ret != 0)
		return ret;
	if (r->is_starved)
		return complain_here(r, "more than 1 MiB in one value, comment or line of "
					"JSON after this; break it into lines");
	if (fy_parser_get_stream_error(parser))
		return parser_error(r, diag);
	if (r->build.root == NULL)
		return complain_here(r, "this file is empty");
	return 0;
}

static int parse(struct reader *r)
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
	if (parser != NULL && fy_parser_set_input_callback(parser, r, feed) == 0)
		ret = run(r, parser, cfg.diag);
	else
		(void)err_set(r->build.err, ERR_NOMEM, "%.300s: no memory for a parser",
			r->src->name);
	if (cfg.diag != NULL)
		fy_diag_reset_error(cfg.diag); /* or what it has collected leaks */
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
	struct reader r = {
		.build = {.mem = mem, .src = src, .err = err, .line = 1, .column = 1},
		.src = src,
	};
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
		ret = parse(&r);
	if (ret != 0)
		return ret;
	/* Only what parsed is worth a copy. */
	src->text = arena_strndup(mem, text, len);
	*root = r.build.root;
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
