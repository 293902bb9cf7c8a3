/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259, from left to right; what has been checked once is walked over again without. */
#include "base/skim.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Where it ends; NULL: it is none.  p < end holds wherever a byte is looked at. */
static const char *value_end(const char *p, const char *end, unsigned depth);

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static const char *space_end(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What stands behind a backslash. */
static const char *escape_end(const char *p, const char *end)
{
	if (p < end && *p == 'u') {
		for (int i = 0; i < 4; i++)
			if (++p >= end || !isxdigit((unsigned char)*p))
				return NULL;
		return p + 1;
	}
	return p < end && *p && strchr("\"\\/bfnrt", *p) ? p + 1 : NULL;
}

/* Most have no escapes.  What does not belong in a text file at all was looked for before. */
static const char *text_end(const char *p, const char *end)
{
	const char *quote = memchr(p + 1, '"', (size_t)(end - p - 1));

	p++;
	if (!quote || !memchr(p, '\\', (size_t)(quote - p)))
		return quote ? quote + 1 : NULL;
	while (p && p < end && *p != '"')
		p = *p == '\\' ? escape_end(p + 1, end) : p + 1;
	return p && p < end ? p + 1 : NULL;
}

static const char *digits_end(const char *p, const char *end)
{
	const char *begin = p;

	while (p < end && is_digit(*p))
		p++;
	return p > begin ? p : NULL;
}

static const char *number_end(const char *p, const char *end)
{
	p += *p == '-';
	p = p < end && *p == '0' ? p + 1 : digits_end(p, end);
	if (p && p < end && *p == '.')
		p = digits_end(p + 1, end);
	if (p && p < end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < end && (*p == '+' || *p == '-');
		p = digits_end(p, end);
	}
	return p;
}

static const char *word_end(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && !memcmp(p, word, len) ? p + len : NULL;
}

/* Behind a key and its colon, at the value; NULL: there is no such thing. */
static const char *key_end(const char *p, const char *end)
{
	p = p < end && *p == '"' ? text_end(p, end) : NULL;
	p = p ? space_end(p, end) : NULL;
	return p && p < end && *p == ':' ? space_end(p + 1, end) : NULL;
}

static const char *many_end(const char *p, const char *end, unsigned depth)
{
	bool object = *p == '{';
	char close = object ? '}' : ']';

	p = space_end(p + 1, end);
	if (p < end && *p == close)
		return p + 1;
	for (;;) {
		p = object ? key_end(p, end) : p;
		p = p ? value_end(p, end, depth + 1) : NULL;
		p = p ? space_end(p, end) : NULL;
		if (!p || p >= end)
			return NULL;
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return NULL;
		p = space_end(p + 1, end);
	}
}

static const char *value_end(const char *p, const char *end, unsigned depth)
{
	if (!p || p >= end || depth > SKIM_DEPTH)
		return NULL;
	switch (*p) {
	case '{':
	case '[':
		return many_end(p, end, depth);
	case '"':
		return text_end(p, end);
	case 't':
		return word_end(p, end, "true");
	case 'f':
		return word_end(p, end, "false");
	case 'n':
		return word_end(p, end, "null");
	default:
		return number_end(p, end);
	}
}

bool skim_all(const char *text, size_t len, struct skim *value)
{
	const char *end = text + len, *begin = space_end(text, end), *behind;

	*value = (struct skim){0};
	if (str_bad_byte(text, len) < len)
		return false;
	behind = value_end(begin, end, 0);
	if (!behind || space_end(behind, end) != end)
		return false;
	*value = (struct skim){begin, (size_t)(behind - begin)};
	return true;
}

void skim_members(struct skim object, const char *const key[], size_t n, struct skim value[])
{
	const char *p = object.at, *end;

	for (size_t i = 0; i < n; i++)
		value[i] = (struct skim){0};
	if (!p || *p != '{')
		return;
	end = p + object.len;
	for (p = space_end(p + 1, end); *p != '}'; p = space_end(p + (*p == ','), end)) {
		const char *name = p + 1, *at = key_end(p, end);
		const char *behind = value_end(at, end, 0);
		size_t len = (size_t)(text_end(p, end) - 1 - name);

		for (size_t i = 0; i < n; i++)
			if (!value[i].at && strlen(key[i]) == len && !memcmp(name, key[i], len))
				value[i] = (struct skim){at, (size_t)(behind - at)};
		p = space_end(behind, end);
	}
}

bool skim_next(struct skim array, struct skim *entry)
{
	const char *p = entry->at ? entry->at + entry->len : array.at, *end;

	if (!array.at || *array.at != '[')
		return false;
	end = array.at + array.len;
	p = space_end(p, end);
	if (*p == ']')
		return false;
	p = space_end(p + 1, end); /* behind the bracket or the comma */
	if (*p == ']')
		return false;
	*entry = (struct skim){p, (size_t)(value_end(p, end, 0) - p)};
	return true;
}

bool skim_is(struct skim value, const char *text)
{
	size_t len = strlen(text);

	return value.at && *value.at == '"' && value.len == len + 2 &&
	       !memcmp(value.at + 1, text, len);
}

bool skim_copy(struct skim value, char *to, size_t size)
{
	assert(size > 0);
	*to = '\0';
	if (!value.at || *value.at != '"' || value.len - 2 >= size ||
		memchr(value.at, '\\', value.len))
		return false;
	memcpy(to, value.at + 1, value.len - 2);
	to[value.len - 2] = '\0';
	return true;
}

int64_t skim_int(struct skim value)
{
	char text[24];

	if (!value.at || value.len >= sizeof(text) ||
		(*value.at != '-' && !is_digit(*value.at)))
		return 0;
	memcpy(text, value.at, value.len);
	text[value.len] = '\0';
	return strspn(text, "-0123456789") == value.len ? strtoll(text, NULL, 10) : 0;
}

uint64_t skim_hash(struct skim value)
{
	uint64_t h = UINT64_C(14695981039346656037);
	bool in_text = false;

	if (!value.at)
		return 0;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];

		if (!in_text && is_space(c))
			continue;
		h = (h ^ (unsigned char)c) * UINT64_C(1099511628211);
		if (in_text && c == '\\' && i + 1 < value.len)
			h = (h ^ (unsigned char)value.at[++i]) * UINT64_C(1099511628211);
		else if (c == '"')
			in_text = !in_text;
	}
	return h;
}
