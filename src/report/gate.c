/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gate.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

enum { NAME_MAX_BYTES = 80, KNOWN_MAX = 80 };

struct parser {
	const char *text;
	size_t at;
	const char *kind;
	struct arena *mem;
	struct gate *gate;
	struct gate_fault *fault;
};

static int fault_at(struct gate_fault *fault, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fault_at(struct gate_fault *fault, size_t at, const char *fmt, ...)
{
	va_list args;

	fault->at = at;
	va_start(args, fmt);
	(void)vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return ERR_INPUT;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->text + p->at, " \t");
}

/* Words that are known; the first of them are those that somebody would look for. */
struct known {
	const char *const *word;
	size_t n, n_first;
};

/* No such word: the nearest, or the first that there are. */
static int unknown_of(struct gate_fault *fault, size_t at, const char *what, const char *word,
	const struct known *known)
{
	const char *near = str_nearest(word, known->word, known->n);
	char all[240];

	if (near)
		return fault_at(
			fault, at, "no %s '%.60s'; did you mean '%.80s'?", what, word, near);
	return fault_at(fault, at, "no %s '%.60s'; there are: %s", what, word,
		str_list(all, sizeof(all), known->word, known->n_first));
}

static int unknown(struct gate_fault *fault, size_t at, const char *what, const char *word,
	const char *const *known, size_t n)
{
	return unknown_of(fault, at, what, word, &(struct known){known, n, n});
}

/* ------------------------------------------------------------------ the measure */

static const struct measure_family *family_of(const char *kind, const char *name, size_t len)
{
	for (uint32_t i = 0; i < measure_n_families; i++) {
		const struct measure_family *f = &measure_families[i];

		if (!strcmp(f->kind, kind) && strlen(f->name) == len &&
			!strncmp(f->name, name, len))
			return f;
	}
	return NULL;
}

static const struct measure_stat *stat_of(const struct measure_family *f, const char *name)
{
	for (uint32_t i = 0; i < f->n_stats; i++)
		if (!strcmp(f->stat[i].name, name))
			return &f->stat[i];
	return NULL;
}

static int unknown_stat(
	struct parser *p, size_t at, const struct measure_family *f, const char *name)
{
	const char *known[MEASURE_STATS];
	char all[240];

	for (uint32_t i = 0; i < f->n_stats; i++)
		known[i] = f->stat[i].name;
	if (*name)
		return unknown(p->fault, at, "statistic", name, known, f->n_stats);
	return fault_at(p->fault, at, "which figure of %s? Behind a dot: %s", f->name,
		str_list(all, sizeof(all), known, f->n_stats));
}

/* The family is misspelt, or what is before the last dot is. */
static int unknown_family(struct parser *p, size_t at, char *name)
{
	const char *known[KNOWN_MAX];
	char *dot = strrchr(name, '.');
	size_t n = 0;

	for (uint32_t i = 0; i < measure_n_families && n < KNOWN_MAX; i++)
		if (!strcmp(measure_families[i].kind, p->kind))
			known[n++] = measure_families[i].name;
	if (dot && p->text[p->at] != '{' && !str_nearest(name, known, n))
		*dot = '\0';
	return unknown(p->fault, at, "measure", name, known, n);
}

/* Letters, digits and dots. */
static int read_name(struct parser *p, char *to)
{
	size_t n = 0;

	while (isalnum((unsigned char)p->text[p->at]) || p->text[p->at] == '.') {
		if (n + 1 == NAME_MAX_BYTES)
			return fault_at(p->fault, p->at, "this name is too long");
		to[n++] = p->text[p->at++];
	}
	to[n] = '\0';
	return 0;
}

static int read_stat(struct parser *p, const struct measure_family *f)
{
	char name[NAME_MAX_BYTES];
	size_t at = p->at + 1;

	if (p->text[p->at] != '.')
		return unknown_stat(p, p->at, f, "");
	p->at++;
	if (read_name(p, name))
		return ERR_INPUT;
	p->gate->measure.stat = stat_of(f, name);
	return p->gate->measure.stat ? 0 : unknown_stat(p, at, f, name);
}

/* A bare word, or one in quotes. */
static int read_value(struct parser *p, const char **to)
{
	const char *from = p->text + p->at;
	bool quoted = *from == '"';
	size_t len = quoted ? strcspn(from + 1, "\"") : strcspn(from, " \t\"',{}=");

	if (quoted && from[1 + len] != '"')
		return fault_at(p->fault, p->at, "this quote is not closed");
	if (!len)
		return fault_at(p->fault, p->at, "a value is missing");
	*to = arena_strndup(p->mem, from + quoted, len);
	p->at += len + (quoted ? 2 : 0);
	return 0;
}

static int read_label(struct parser *p, const struct measure_family *f)
{
	const char *known[MEASURE_LABELS];
	char name[NAME_MAX_BYTES];
	size_t at, n = 0, l = MEASURE_LABELS;

	skip_blanks(p);
	at = p->at;
	if (read_name(p, name))
		return ERR_INPUT;
	for (; n < MEASURE_LABELS && f->label[n].name; n++) {
		known[n] = f->label[n].name;
		l = strcmp(name, known[n]) ? l : n;
	}
	if (!n)
		return fault_at(p->fault, at, "%s has no labels", f->name);
	if (l == MEASURE_LABELS)
		return unknown(p->fault, at, "label", name, known, n);
	if (p->gate->measure.of.label[l])
		return fault_at(p->fault, at, "'%s' stands there twice", name);
	skip_blanks(p);
	if (p->text[p->at] != '=')
		return fault_at(p->fault, p->at, "'=' and a value are missing");
	p->at++;
	skip_blanks(p);
	p->gate->label_at[l] = p->at;
	return read_value(p, &p->gate->measure.of.label[l]);
}

static int read_labels(struct parser *p, const struct measure_family *f)
{
	do {
		p->at++; /* the brace, or a comma */
		if (read_label(p, f))
			return ERR_INPUT;
		skip_blanks(p);
	} while (p->text[p->at] == ',');
	if (p->text[p->at] != '}')
		return fault_at(p->fault, p->at, "',' or '}' is missing");
	p->at++;
	return 0;
}

/* "a.b.mean": the longest beginning that is a family, then a statistic. */
static int read_measure(struct parser *p)
{
	const struct measure_family *f = NULL;
	char name[NAME_MAX_BYTES];
	size_t at, len;

	skip_blanks(p);
	at = p->at;
	if (read_name(p, name))
		return ERR_INPUT;
	if (!*name)
		return fault_at(p->fault, at, "a measure is missing, as api.requests.mean");
	for (len = strlen(name); len && !f; len -= len && !f)
		if (!name[len] || name[len] == '.')
			f = family_of(p->kind, name, len);
	if (!f)
		return unknown_family(p, at, name);
	p->gate->measure.of.family = f;
	p->at = at + strlen(f->name);
	if (p->text[p->at] == '{' && read_labels(p, f))
		return ERR_INPUT;
	return read_stat(p, f);
}

/* ------------------------------------------------------------------ the limit */

static int read_op(struct parser *p)
{
	char first;

	skip_blanks(p);
	first = p->text[p->at];
	if (first != '<' && first != '>')
		return fault_at(p->fault, p->at, "<, <=, > or >= is missing");
	p->at++;
	p->gate->op = first == '<' ? GATE_LESS : GATE_MORE;
	if (p->text[p->at] == '=') {
		p->at++;
		p->gate->op = first == '<' ? GATE_AT_MOST : GATE_AT_LEAST;
	}
	return 0;
}

/* "12", "0.5": nothing else that strtod takes. */
static bool decimal(const char *text, double *to)
{
	size_t digits = strspn(text, "0123456789");
	size_t fraction = text[digits] == '.' ? strspn(text + digits + 1, "0123456789") : 0;

	if (!digits || digits > 15 || fraction > 15 || (text[digits] == '.' && !fraction))
		return false;
	*to = strtod(text, NULL);
	return !text[digits + (fraction ? fraction + 1 : 0)];
}

/* Cut end off text, if it ends so. */
static bool cut(char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	if (len <= end_len || strcmp(text + len - end_len, end) != 0)
		return false;
	text[len - end_len] = '\0';
	return true;
}

static bool bytes_in(char *text, double *to)
{
	struct err err = {0};
	int64_t bytes;

	(void)cut(text, "/s");
	if (units_parse_quantity(text, &bytes, &err))
		return false;
	*to = (double)bytes;
	return true;
}

static bool span_in(const char *text, double *to)
{
	struct err err = {0};
	ns_t span;

	if (units_parse_duration(text, &span, &err))
		return false;
	*to = (double)span / 1e9;
	return true;
}

/* A number as the unit is written.  text may be cut. */
static bool in_unit(char *text, enum measure_unit unit, double *to)
{
	switch (unit) {
	case MEASURE_SECONDS:
		return span_in(text, to);
	case MEASURE_BYTES:
		return bytes_in(text, to);
	case MEASURE_RATE:
		(void)cut(text, "/s");
		return decimal(text, to);
	case MEASURE_CORES:
	case MEASURE_COUNT:
	case MEASURE_NUMBER:
		return decimal(text, to);
	}
	return false;
}

static const char *example_of(enum measure_unit unit)
{
	static const char *const examples[] = {[MEASURE_COUNT] = "a count: 10 or +10",
		[MEASURE_RATE] = "a rate: 30/s or +5/s",
		[MEASURE_SECONDS] = "a time: 5s, 250ms or +20ms",
		[MEASURE_BYTES] = "bytes a second: 5Ki/s or +1Mi/s",
		[MEASURE_NUMBER] = "a plain number: 0.8 or +0.1",
		[MEASURE_CORES] = "a number of cores: 0.05 or +0.01"};

	return examples[unit];
}

static int read_limit(struct parser *p)
{
	struct gate *g = p->gate;
	enum measure_unit unit = g->measure.stat->unit;
	char text[64], sign = '\0';
	size_t at, len;

	skip_blanks(p);
	at = p->at;
	if (p->text[at] == '+' || p->text[at] == '-')
		sign = p->text[p->at++];
	len = strcspn(p->text + p->at, " \t");
	if (!len || len >= sizeof(text))
		return fault_at(p->fault, at, "a limit is missing; %s.%s is %s, or +5%%",
			g->measure.of.family->name, g->measure.stat->name, example_of(unit));
	(void)snprintf(text, sizeof(text), "%.*s", (int)len, p->text + p->at);
	p->at += len;
	g->kind = sign ? GATE_DELTA : GATE_ABSOLUTE;
	if (cut(text, "%")) {
		if (!sign)
			return fault_at(p->fault, at,
				"a share is of the base: +%s%% is so much more than it", text);
		g->kind = GATE_SHARE;
		unit = MEASURE_NUMBER;
	}
	if (g->kind == GATE_DELTA && (unit == MEASURE_RATE || unit == MEASURE_BYTES) &&
		!strstr(text, "/s"))
		return fault_at(p->fault, at, "%c%s of what? %c%s/s, or %c%s%% of the base",
			sign, text, sign, text, sign, text);
	if (!in_unit(text, unit, &g->limit))
		return fault_at(p->fault, at, "%s.%s is %s, or +5%%",
			g->measure.of.family->name, g->measure.stat->name,
			example_of(g->measure.stat->unit));
	g->limit *= (sign == '-' ? -1.0 : 1.0) * (g->kind == GATE_SHARE ? 0.01 : 1.0);
	return 0;
}

/* One line, of a length that can be shown. */
static int check_line(const char *text, struct gate_fault *fault)
{
	if (strlen(text) > GATE_TEXT_MAX)
		return fault_at(fault, GATE_TEXT_MAX, "a gate has %d characters at most",
			GATE_TEXT_MAX);
	if (str_bad_byte(text, strlen(text)) < strlen(text) || strpbrk(text, "\r\n"))
		return fault_at(fault, 0, "a gate is one line of text");
	return 0;
}

int gate_parse(const char *text, const char *kind, struct arena *mem, struct gate *gate,
	struct gate_fault *fault)
{
	struct parser p = {
		.text = text, .kind = kind, .mem = mem, .gate = gate, .fault = fault};

	*gate = (struct gate){0};
	*fault = (struct gate_fault){0};
	if (check_line(text, fault))
		return ERR_INPUT;
	gate->text = arena_strdup(mem, text);
	if (read_measure(&p) || read_op(&p) || read_limit(&p))
		return ERR_INPUT;
	skip_blanks(&p);
	return text[p.at] ? fault_at(fault, p.at, "something stands behind the limit") : 0;
}

int gate_parse_measure(const char *text, const char *kind, struct arena *mem, struct gate *gate,
	struct gate_fault *fault)
{
	struct parser p = {
		.text = text, .kind = kind, .mem = mem, .gate = gate, .fault = fault};

	*fault = (struct gate_fault){0};
	*gate = (struct gate){0};
	if (check_line(text, fault) || read_measure(&p))
		return ERR_INPUT;
	skip_blanks(&p);
	gate->text = arena_strdup(mem, text);
	return text[p.at] ? fault_at(fault, p.at, "something stands behind the measure") : 0;
}

/* ------------------------------------------------------------------ values of labels */

enum { WORDS_MAX = 256 };

static size_t add_word(const char **known, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(known[i], word))
			return n;
	if (n < WORDS_MAX)
		known[n++] = word;
	return n;
}

static int check_label(const struct gate *g, unsigned l, const struct measure_points *points,
	const struct gate_words *words, size_t n_words, struct gate_fault *fault)
{
	const struct measure_family *f = g->measure.of.family;
	const char *value = g->measure.of.label[l];
	const char *known[WORDS_MAX];
	size_t n = 0, of_rows;

	for (uint32_t i = 0; i < points->n; i++)
		if (points->point[i].family == f && points->point[i].label[l])
			n = add_word(known, n, points->point[i].label[l]);
	of_rows = n;
	for (size_t w = 0; w < n_words; w++)
		for (size_t i = 0; i < words[w].n && !strcmp(words[w].label, f->label[l].name);
			i++)
			n = add_word(known, n, words[w].word[i]);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(known[i], value))
			return 0;
	if (n == 0)
		return 0;
	return unknown_of(fault, g->label_at[l], f->label[l].name, value,
		&(struct known){known, n, of_rows ? of_rows : n});
}

int gate_check(const struct gate *g, const struct measure_points *points,
	const struct gate_words *words, size_t n_words, struct gate_fault *fault)
{
	for (unsigned l = 0; l < MEASURE_LABELS; l++)
		if (g->measure.of.label[l] && check_label(g, l, points, words, n_words, fault))
			return ERR_INPUT;
	return 0;
}
