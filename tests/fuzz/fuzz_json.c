/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes are JSON or an error; what was read prints to text that reads and
 * prints the same.  What skim.h takes it can go through to the end; where nothing is escaped it
 * finds the same as the tree, which it knows by the plain texts of keys. */

#include "base/err.h"
#include "base/json.h"
#include "base/skim.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keys that come twice are found once. */
static void same(struct skim value, const struct json *tree)
{
	struct skim entry = {0}, member;
	const struct json *c = json_child(tree);

	for (; c && json_is_array(tree); c = json_next(c)) {
		assert(skim_next(value, &entry));
		same(entry, c);
	}
	assert(!skim_next(value, &entry));
	for (; c; c = json_next(c)) {
		const char *key = json_key(c);

		if (json_get(tree, key) != c || strpbrk(key, "\"\\\n\t\r"))
			continue;
		skim_members(value, &key, 1, &member);
		if (member.at)
			same(member, c);
	}
	if (json_is_str(tree))
		assert(*value.at == '"');
}

/* The deepest text of an input takes so many turns of this. */
static void go_through(struct skim value)
{
	static const char *const keys[] = {"a", "metadata"};
	struct skim entry = {0}, member[2];
	char text[4];

	skim_members(value, keys, 2, member);
	for (int m = 0; m < 2; m++)
		if (member[m].at)
			go_through(member[m]);
	while (skim_next(value, &entry))
		go_through(entry);
	if (skim_copy(value, text, sizeof(text)))
		assert(strlen(text) + 2 == value.len);
	(void)skim_int(value);
	(void)skim_hash(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skim whole;
	struct err err = {.code = ERR_OK};
	struct json *value = NULL;
	bool skimmed = skim_all((const char *)data, size, &whole);

	if (skimmed)
		go_through(whole);
	if (json_parse((const char *)data, size, &value, &err) != 0) {
		assert(value == NULL && err.text[0] != '\0');
		return 0;
	}
	if (skimmed && !memchr(data, '\\', size))
		same(whole, value);
	char *once = json_print(value);
	json_free(value);
	value = NULL;
	int rc = json_parse(once, strlen(once), &value, &err);
	assert(rc == 0);
	char *twice = json_print(value);
	assert(strcmp(once, twice) == 0);
	json_free(value);
	free(once);
	free(twice);
	return 0;
}
