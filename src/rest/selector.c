/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/selector.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Where the parser is: it reads from `in`, and what it keeps goes to `out`, which is never
 * longer than what was read. */
struct parser {
	const char *in;
	char *out;
	struct selector *s;
	struct err *err;
};

static void skip_blanks(struct parser *p)
{
	p->in += strspn(p->in, " \t\r\n");
}

/* A word into the text; ends before any of `stop` and blanks. */
static char *word(struct parser *p, const char *stop)
{
	char *begin = p->out;

	skip_blanks(p);
	while (*p->in && !isspace((unsigned char)*p->in) && !strchr(stop, *p->in)) {
		if (*p->in == '\\' && p->in[1]) /* fields.UnescapeValue */
			p->in++;
		*p->out++ = *p->in++;
	}
	*p->out++ = '\0';
	skip_blanks(p);
	return begin;
}

static int wrong(struct parser *p, const char *what)
{
	return err_set(
		p->err, ERR_INPUT, "unable to parse requirement: %s at '%.40s'", what, p->in);
}

/* (a, b, c) */
static int values(struct parser *p, struct selector_requirement *r)
{
	if (*p->in != '(')
		return wrong(p, "'(' is missing");
	do {
		p->in++;
		(void)word(p, ",()");
		r->n++;
	} while (*p->in == ',');
	if (*p->in != ')')
		return wrong(p, "')' is missing");
	p->in++;
	skip_blanks(p);
	return 0;
}

static bool takes(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	if (strncmp(p->in, token, len) != 0)
		return false;
	p->in += len;
	return true;
}

/* The word `in` or `notin`, which must end there. */
static bool takes_word(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	if (strncmp(p->in, token, len) != 0 ||
		(!isspace((unsigned char)p->in[len]) && p->in[len] != '('))
		return false;
	p->in += len;
	skip_blanks(p);
	return true;
}

static int label(struct parser *p, struct selector_requirement *r)
{
	bool absent;

	skip_blanks(p);
	absent = takes(p, "!");
	r->key = word(p, "=!,()");
	if (!*r->key)
		return wrong(p, "a key is missing");
	r->op = absent ? SELECT_ABSENT : SELECT_EXISTS;
	if (absent || !*p->in || *p->in == ',')
		return 0;
	r->op = SELECT_IN;
	if (takes_word(p, "in"))
		return values(p, r);
	if (takes(p, "!=") || takes_word(p, "notin"))
		r->op = SELECT_NOT_IN;
	else if (!takes(p, "==") && !takes(p, "="))
		return wrong(p, "an operator is missing");
	if (*p->in == '(')
		return values(p, r);
	r->n = 1;
	(void)word(p, ",()=!");
	return 0;
}

static int field(struct parser *p, struct selector_requirement *r)
{
	r->key = word(p, "=!,");
	if (!*r->key)
		return wrong(p, "a field is missing");
	r->op = SELECT_IN;
	if (takes(p, "!="))
		r->op = SELECT_NOT_IN;
	else if (!takes(p, "==") && !takes(p, "="))
		return wrong(p, "an operator is missing");
	r->n = 1;
	(void)word(p, ",=");
	return 0;
}

static int parse(struct selector *s, const char *text, struct err *err,
	int (*one)(struct parser *, struct selector_requirement *))
{
	struct parser p = {.in = text, .s = s, .err = err};
	size_t len = strlen(text);
	int code = 0;

	*s = (struct selector){0};
	skip_blanks(&p);
	if (!*p.in)
		return 0;
	if (len > SELECTOR_BYTES)
		return err_set(
			err, ERR_INPUT, "a selector of more than %d bytes", SELECTOR_BYTES);
	/* Every word ends in a NUL, and needs a byte of input to end before it. */
	s->text = calloc(1, 2 * len + 4);
	if (!s->text)
		return err_set(err, ERR_NOMEM, "no memory for a selector");
	p.out = s->text;
	do {
		if (s->n == SELECTOR_REQUIREMENTS)
			code = err_set(err, ERR_INPUT,
				"a selector of more than %d requirements",
				SELECTOR_REQUIREMENTS);
		else
			code = one(&p, &s->requirement[s->n++]);
	} while (!code && *p.in == ',' && p.in++);
	if (!code && *p.in)
		code = wrong(&p, "something else stands");
	if (code)
		selector_fini(s);
	return code;
}

int selector_parse_labels(struct selector *s, const char *text, struct err *err)
{
	return parse(s, text, err, label);
}

int selector_parse_fields(struct selector *s, const char *text, struct err *err)
{
	return parse(s, text, err, field);
}

void selector_fini(struct selector *s)
{
	free(s->text);
	*s = (struct selector){0};
}

static bool is_among(const struct selector_requirement *r, const char *value)
{
	const char *v = r->key;

	for (unsigned i = 0; i < r->n; i++) {
		v += strlen(v) + 1;
		if (!strcmp(v, value))
			return true;
	}
	return false;
}

bool selector_matches(const struct selector *s, const void *object, selector_value value)
{
	for (unsigned i = 0; i < s->n; i++) {
		const struct selector_requirement *r = &s->requirement[i];
		const char *has = value(object, r->key);
		bool holds = false;

		switch (r->op) {
		case SELECT_IN:
			holds = has && is_among(r, has);
			break;
		case SELECT_NOT_IN:
			holds = !has || !is_among(r, has);
			break;
		case SELECT_EXISTS:
			holds = has != NULL;
			break;
		case SELECT_ABSENT:
			holds = has == NULL;
			break;
		}
		if (!holds)
			return false;
	}
	return true;
}

const char *selector_wants(const struct selector *s, const char *key)
{
	for (unsigned i = 0; i < s->n; i++) {
		const struct selector_requirement *r = &s->requirement[i];

		if (r->op == SELECT_IN && r->n == 1 && !strcmp(r->key, key))
			return r->key + strlen(r->key) + 1;
	}
	return NULL;
}
