/* SPDX-License-Identifier: Apache-2.0 */

/* A selector, and lines KEY=VALUE of an object: it is read or refused in words, and what one of
 * its requirements says of the object does not hang on how it is asked. */

#include "rest/selector.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The object is its lines. */
static const char *value_of(const void *object, const char *key)
{
	static const char none[] = "";
	size_t len = strlen(key);

	for (const char *line = object; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && line[len] == '=')
			return line + len + 1;
	}
	return none;
}

static void check(const struct selector *s, const char *object)
{
	struct selector one = {.n = 1};
	bool all = true;

	assert(s->n <= SELECTOR_REQUIREMENTS);
	for (unsigned i = 0; i < s->n; i++) {
		const char *wanted = selector_wants(s, s->requirement[i].key);

		assert(s->requirement[i].key && strlen(s->requirement[i].key) < SELECTOR_BYTES);
		one.requirement[0] = s->requirement[i];
		all = selector_matches(&one, object, value_of) && all;
		assert(!wanted || strlen(wanted) < SELECTOR_BYTES);
	}
	assert(all == selector_matches(s, object, value_of));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int (*const parse[])(struct selector *, const char *, struct err *) = {
		selector_parse_labels, selector_parse_fields};
	char *text = malloc(size + 1);
	char *object;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	object = strchr(text, '\n');
	if (object)
		*object++ = '\0';
	for (size_t i = 0; i < sizeof(parse) / sizeof(parse[0]); i++) {
		struct selector s = {0};
		struct err err = {0};

		if (parse[i](&s, text, &err) == 0)
			check(&s, object ? object : "");
		else
			assert(err.text[0] != '\0' && s.n == 0);
		selector_fini(&s);
	}
	free(text);
	return 0;
}
