/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names are shorter; a longer word is not a misspelling of one. */
#define WORD_BYTES 96

void str_init(struct str *s)
{
	*s = (struct str){0};
}

void str_fini(struct str *s)
{
	free(s->data);
	str_init(s);
}

void str_reset(struct str *s)
{
	s->len = 0;
	if (s->data != NULL)
		s->data[0] = '\0';
}

/* Room for more bytes and the NUL behind them. */
static void reserve(struct str *s, size_t more)
{
	size_t need;
	size_t cap = s->cap != 0 ? s->cap : 64;
	char *data;

	if (__builtin_add_overflow(s->len + 1, more, &need))
		need = SIZE_MAX;
	if (need <= s->cap)
		return;
	while (cap < need && cap <= SIZE_MAX / 2)
		cap *= 2;
	data = cap < need ? NULL : realloc(s->data, cap);
	if (data == NULL) {
		(void)fprintf(stderr,
			"nodetoll: out of memory: a text of %zu bytes cannot grow by %zu\n",
			s->len, more);
		abort();
	}
	s->data = data;
	s->cap = cap;
}

void str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void str_add_n(struct str *s, const char *bytes, size_t len)
{
	reserve(s, len);
	memcpy(s->data + s->len, bytes, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void str_add_char(struct str *s, char c)
{
	str_add_n(s, &c, 1);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list args;
	size_t room = s->cap - s->len;
	int len;

	/* Most fit where they are put; else it is known how much more they need. */
	va_start(args, fmt);
	len = vsnprintf(s->data ? s->data + s->len : NULL, room, fmt, args);
	va_end(args);
	if (len <= 0)
		return;
	if ((size_t)len >= room) {
		reserve(s, (size_t)len);
		va_start(args, fmt);
		(void)vsnprintf(s->data + s->len, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	s->len += (size_t)len;
}

const char *str_text(const struct str *s)
{
	return s->data != NULL ? s->data : "";
}

size_t str_len(const struct str *s)
{
	return s->len;
}

char *str_take(struct str *s)
{
	char *text, *fitting;

	reserve(s, 0);
	text = s->data;
	text[s->len] = '\0';
	fitting = realloc(text, s->len + 1); /* it may be kept for long */
	if (fitting != NULL)
		text = fitting;
	str_init(s);
	return text;
}

/* ASCII only, whatever the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits from a to b (insert, drop, change, swap neighbours): the usual table,
 * three rows of it. */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][WORD_BYTES + 1];
	unsigned *before = rows[0];
	unsigned *above = rows[1];
	unsigned *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		before[j] = above[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *oldest = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(
				above[j - 1] + (same ? 0 : 1), least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
				lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_len];
}

static bool begins_with(const char *text, const char *prefix, size_t len)
{
	size_t i = 0;

	while (i < len && lower(text[i]) == lower(prefix[i]))
		i++;
	return i == len;
}

const char *str_nearest(const char *word, const char *const *known, size_t n)
{
	size_t len = strlen(word);
	/* One edit in three letters; what only begins alike comes after those. */
	unsigned limit = (unsigned)(len / 3 > 1 ? len / 3 : 1);
	unsigned best = limit + 2;
	const char *nearest = NULL;

	if (len == 0 || len > WORD_BYTES)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t known_len = known[i] != NULL ? strlen(known[i]) : 0;
		unsigned d;

		if (known_len == 0 || known_len > WORD_BYTES)
			continue;
		d = distance(word, len, known[i], known_len);
		if (d > limit || d >= len)
			d = len >= 3 && begins_with(known[i], word, len) ? limit + 1 : best;
		if (d < best) {
			best = d;
			nearest = known[i];
		}
	}
	return nearest;
}

/* The length of the well-formed UTF-8 sequence at p, 0 if there is none. */
static size_t sequence(const unsigned char *p, size_t len)
{
	size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond U+10FFFF, control characters. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ||
		(p[0] == 0xc2 && p[1] < 0xa0 && p[1] != 0x85))
		return 0;
	return n;
}

/* Eight letters at once: no byte beyond 0x7f, none below a space (it would borrow from its
 * highest bit), none that is 0x7f. */
static bool are_plain(const unsigned char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return ((w | (w - ones * 0x20) | (w + ones)) & ones * 0x80) == 0;
}

size_t str_bad_byte(const char *bytes, size_t len)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t i = 0;

	while (i < len) {
		size_t n = 1;

		while (len - i >= 8 && are_plain(p + i))
			i += 8;
		if (i == len)
			break;
		if (p[i] >= 0x80)
			n = sequence(p + i, len - i);
		else if (p[i] == 0x7f ||
			 (p[i] < 0x20 && p[i] != '\t' && p[i] != '\n' && p[i] != '\r'))
			n = 0;
		if (n == 0)
			return i;
		i += n;
	}
	return len;
}

const char *str_list(char *buf, size_t size, const char *const *words, size_t n)
{
	static const char between[] = ", ", more[] = ", ...";
	size_t len = 0;

	*buf = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *before = i ? between : "";

		if (len + strlen(before) + strlen(words[i]) + sizeof(more) > size) {
			(void)snprintf(buf + len, size - len, "%s", i ? more : "...");
			break;
		}
		(void)snprintf(buf + len, size - len, "%s%s", before, words[i]);
		len += strlen(buf + len);
	}
	return buf;
}
