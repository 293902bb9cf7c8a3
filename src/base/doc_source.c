/* SPDX-License-Identifier: Apache-2.0 */
/* Places in a text: complaining about one, and finding the bad ones early. */
#include "base/doc_priv.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What fits in a struct err together with the caret line. */
#define SENTENCE_BYTES  320
#define NAME_BYTES      160
#define EXCERPT_COLUMNS 72
#define EXCERPT_BEFORE  50 /* of them in front of the caret, at most */

/* No honest tag is near as long, and the parser takes their length squared. */
#define MAX_TAG_BYTES 1024

static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80; /* of a UTF-8 sequence */
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t line_end(const struct doc_source *src, size_t at)
{
	while (at < src->len && src->text[at] != '\n' && src->text[at] != '\r')
		at++;
	return at;
}

/* Behind the line break at at. */
static size_t skip_break(const struct doc_source *src, size_t at)
{
	if (at < src->len && src->text[at] == '\r')
		at++;
	else if (at < src->len)
		return at + 1;
	return at < src->len && src->text[at] == '\n' ? at + 1 : at;
}

/* A place behind the last character of the text moves back to the end of the
 * last line that has any: there the caret has something to stand under. */
static size_t clamp(const struct doc_source *src, uint32_t *line, uint32_t *column)
{
	size_t start = 0;
	size_t last_start = 0;
	uint32_t at_line = 1;
	uint32_t last_line = 1;
	size_t end;

	while (at_line < *line && start < src->len) {
		end = line_end(src, start);
		if (end > start) {
			last_start = start;
			last_line = at_line;
		}
		start = skip_break(src, end);
		at_line++;
	}
	if (start < src->len)
		return start;
	*line = last_line;
	*column = 1;
	end = line_end(src, last_start);
	for (size_t i = last_start; i < end; i++)
		*column += !is_inside(src->text[i]);
	return last_start;
}

/* Two lines: the part of the source line around the column, and a caret. */
static void excerpt(struct str *out, const struct doc_source *src, size_t at, uint32_t column)
{
	size_t end = line_end(src, at);
	uint32_t from = column > EXCERPT_BEFORE ? column - EXCERPT_BEFORE : 1;
	uint32_t now = 0;

	if (end == at)
		return; /* an empty line shows nothing */
	str_add(out, from > 1 ? "\n    ..." : "\n    ");
	for (size_t i = at; i < end; i++) {
		now += !is_inside(src->text[i]);
		if (now >= from + EXCERPT_COLUMNS) {
			str_add(out, "...");
			break;
		}
		if (now >= from)
			str_add_char(out, src->text[i] == '\t' || src->text[i] == '\0'
						  ? ' '
						  : src->text[i]);
	}
	str_addf(out, "\n%*s^", (int)(column - from) + (from > 1 ? 7 : 4), "");
}

static int complain(const struct doc_source *src, uint32_t line, uint32_t column,
	struct err *err, const char *sentence)
{
	struct str caret = {0};
	size_t start = clamp(src, &line, &column);
	int code;

	excerpt(&caret, src, start, column);
	code = err_set(err, ERR_INPUT, "%.*s:%u:%u: %s%s", NAME_BYTES, src->name, line, column,
		sentence, str_text(&caret));
	str_fini(&caret);
	return code;
}

int doc_error_at(const struct doc_source *src, uint32_t line, uint32_t column, struct err *err,
	const char *fmt, ...)
{
	char sentence[SENTENCE_BYTES];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, sizeof sentence, fmt, args);
	va_end(args);
	return complain(src, line, column, err, sentence);
}

static int complain_node(const struct doc_node *at, uint32_t line, uint32_t column,
	struct err *err, const char *sentence)
{
	if (at != NULL && at->source != NULL && line != 0)
		return complain(at->source, line, column, err, sentence);
	if (at != NULL && at->file != NULL && line != 0)
		return err_set(err, ERR_INPUT, "%.*s:%u:%u: %s", NAME_BYTES, at->file, line,
			column, sentence);
	if (at != NULL && at->file != NULL)
		return err_set(err, ERR_INPUT, "%.*s: %s", NAME_BYTES, at->file, sentence);
	return err_set(err, ERR_INPUT, "%s", sentence);
}

int doc_error(const struct doc_node *at, struct err *err, const char *fmt, ...)
{
	char sentence[SENTENCE_BYTES];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, sizeof sentence, fmt, args);
	va_end(args);
	return complain_node(
		at, at != NULL ? at->line : 0, at != NULL ? at->column : 0, err, sentence);
}

int doc_error_key(const struct doc_node *at, struct err *err, const char *fmt, ...)
{
	char sentence[SENTENCE_BYTES];
	bool has_key = at != NULL && at->key_line != 0;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, sizeof sentence, fmt, args);
	va_end(args);
	if (has_key)
		return complain_node(at, at->key_line, at->key_column, err, sentence);
	return complain_node(
		at, at != NULL ? at->line : 0, at != NULL ? at->column : 0, err, sentence);
}

/* The place of the byte at at. */
static int complain_byte(
	const struct doc_source *src, size_t at, struct err *err, const char *sentence)
{
	uint32_t line = 1;
	uint32_t column = 1;
	size_t start = 0;

	while (true) {
		size_t end = line_end(src, start);

		if (at <= end || end == src->len)
			break;
		start = skip_break(src, end);
		line++;
	}
	for (size_t i = start; i < at; i++)
		column += !is_inside(src->text[i]);
	return complain(src, line, column, err, sentence);
}

static int bad_byte(const struct doc_source *src, size_t at, struct err *err)
{
	unsigned char byte = (unsigned char)src->text[at];
	char sentence[SENTENCE_BYTES];

	if (at == 0 && src->len > 1 && (byte == 0xff || byte == 0xfe))
		return complain_byte(src, at, err,
			"this looks like UTF-16 or a binary file; save it as UTF-8 text");
	(void)snprintf(sentence, sizeof sentence,
		byte < 0x80 ? "the control character 0x%02x does not belong in a text file"
			    : "the byte 0x%02x is not UTF-8 text here",
		byte);
	return complain_byte(src, at, err, sentence);
}

/* Directives switch the version of YAML; we read one. */
static int check_directive(const struct doc_source *src, struct err *err)
{
	size_t at = 0;

	while (at < src->len && (is_blank(src->text[at]) || src->text[at] == '#')) {
		if (src->text[at] == '#')
			at = line_end(src, at);
		else
			at++;
	}
	if (at < src->len && src->text[at] == '%')
		return complain_byte(src, at, err, "directives (%...) are not supported");
	return 0;
}

int doc_guard(const struct doc_source *src, struct err *err)
{
	size_t bad = str_bad_byte(src->text, src->len);
	unsigned n_open = 0;
	size_t tag = SIZE_MAX;

	if (bad < src->len)
		return bad_byte(src, bad, err);
	for (size_t i = 0; i < src->len; i++) {
		char c = src->text[i];

		if (is_blank(c)) {
			tag = SIZE_MAX;
			continue;
		}
		/* Nobody opens that many brackets in a row, not even in a comment; the
		 * parser would read them all before it counted. */
		n_open = c == '[' || c == '{' ? n_open + 1 : 0;
		if (n_open > DOC_MAX_DEPTH)
			return complain_byte(
				src, i, err, "more than 64 brackets are opened in a row");
		if (c == '!' && tag == SIZE_MAX)
			tag = i;
		if (tag != SIZE_MAX && i - tag > MAX_TAG_BYTES)
			return complain_byte(src, tag, err,
				"tags (!...) are not supported, least of all one so long");
	}
	return check_directive(src, err);
}
