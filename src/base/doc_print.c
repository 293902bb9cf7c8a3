/* SPDX-License-Identifier: Apache-2.0 */
/* A tree as YAML: block style, an indent of two. */
#include "base/doc_priv.h"

#include <string.h>

#define INDENT 2

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether text means itself without quotes.  Narrower than YAML: a text that
 * could be a number or a truth value qualifies, and to any other quotes do
 * nothing. */
static bool is_plain(const char *text)
{
	size_t len = strlen(text);
	size_t first = text[0] == '-' || text[0] == '+' || text[0] == '.' ? 1 : 0;

	if (!is_alnum(text[first]) && text[first] != '_')
		return false;
	for (size_t i = 1; i < len; i++) {
		if (is_alnum(text[i]) || strchr("_./+%-", text[i]) != NULL)
			continue;
		/* Inside only: a blank between words, a colon as in 12:30. */
		if ((text[i] != ' ' && text[i] != ':') || !is_alnum(text[i + 1]))
			return false;
	}
	return strcmp(text, "null") != 0 && strcmp(text, "Null") != 0 &&
	       strcmp(text, "NULL") != 0;
}

/* What YAML calls a line break or strips, in UTF-8, and its escapes. */
static const struct {
	const char *bytes;
	const char *escape;
} special[] = {
	{"\"", "\\\""},
	{"\\", "\\\\"},
	{"\n", "\\n"},
	{"\r", "\\r"},
	{"\t", "\\t"},
	{"\xc2\x85", "\\N"},
	{"\xe2\x80\xa8", "\\L"},
	{"\xe2\x80\xa9", "\\P"},
	{"\xef\xbb\xbf", "\\uFEFF"},
};

static void print_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	while (*text != '\0') {
		size_t i = 0;

		while (i < sizeof special / sizeof special[0] &&
			strncmp(text, special[i].bytes, strlen(special[i].bytes)) != 0)
			i++;
		if (i < sizeof special / sizeof special[0]) {
			str_add(out, special[i].escape);
			text += strlen(special[i].bytes);
		} else {
			str_add_char(out, *text++);
		}
	}
	str_add_char(out, '"');
}

static void print_text(struct str *out, const char *text, bool quoted)
{
	if (!quoted && is_plain(text))
		str_add(out, text);
	else
		print_quoted(out, text);
}

/* Whether the node is written on the line that it begins on. */
static bool is_inline(const struct doc_node *node)
{
	return node->kind < DOC_MAP || node->first == NULL;
}

static void print_inline(struct str *out, const struct doc_node *node)
{
	switch (node->kind) {
	case DOC_NULL:
		str_add(out, "null");
		break;
	case DOC_SCALAR:
		print_text(out, node->text, node->quoted);
		break;
	case DOC_MAP:
		str_add(out, "{}");
		break;
	case DOC_LIST:
		str_add(out, "[]");
		break;
	}
	str_add_char(out, '\n');
}

/* The entries, one a line, the first where the output stands. */
static void print_block(struct str *out, const struct doc_node *node, int indent)
{
	for (const struct doc_node *c = node->first; c != NULL; c = c->next) {
		if (c != node->first)
			str_addf(out, "%*s", indent, "");
		if (node->kind == DOC_MAP) {
			print_text(out, c->key, false);
			str_add(out, is_inline(c) ? ": " : ":\n");
			if (!is_inline(c))
				str_addf(out, "%*s", indent + INDENT, "");
		} else {
			str_add(out, "- ");
		}
		if (is_inline(c))
			print_inline(out, c);
		else
			print_block(out, c, indent + INDENT);
	}
}

void doc_print_yaml(struct str *out, const struct doc_node *node)
{
	if (is_inline(node))
		print_inline(out, node);
	else
		print_block(out, node, 0);
}
