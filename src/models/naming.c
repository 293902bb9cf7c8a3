/* SPDX-License-Identifier: Apache-2.0 */
#include "models/naming.h"

#include <stdbool.h>
#include <string.h>

static bool is_small(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
	return is_small(c) || (c >= 'A' && c <= 'Z');
}

/* Whether text is of such characters, and between them of those in inside, too. */
static bool is_of(const char *text, bool (*is)(char), const char *inside)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		bool end = i == 0 || i == len - 1;

		if (!is(text[i]) && (end || !strchr(inside, text[i])))
			return false;
	}
	return len > 0;
}

int naming_object(const struct doc_node *at, const char *text, struct err *err)
{
	if (is_of(text, is_small, "-."))
		return 0;
	return doc_error(at, err,
		"'%.60s' is no name: small letters, digits, '-' and '.', a letter or digit at "
		"both ends",
		text);
}

int naming_entry(const struct doc_node *at, const char *text, struct err *err)
{
	if (is_of(text, is_alnum, "-_."))
		return 0;
	return doc_error_key(at, err,
		"'%.60s' is no name: letters, digits, '-', '_' and '.', a letter or digit at "
		"both ends",
		text);
}
