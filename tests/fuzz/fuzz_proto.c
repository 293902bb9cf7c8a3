/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes behind the magic ones are an object, which is JSON, or one error with its code. */

#include "rest/proto.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *bytes, size_t len)
{
	struct json *tree = NULL, *back = NULL;
	struct err err = {.code = ERR_OK};
	struct str text = {0};
	int code;

	if (proto_parse(bytes, len, &tree, &code, &err)) {
		assert(!tree && (code == 400 || code == 413 || code == 415));
		assert(err.code == ERR_INPUT && err.text[0] != '\0');
		return;
	}
	json_write(tree, &text);
	assert(json_parse(str_text(&text), str_len(&text), &back, NULL) == 0);
	assert(json_is_str(json_get(back, "kind")));
	json_free(back);
	json_free(tree);
	str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 4);

	if (!copy)
		return 0;
	memcpy(copy, "k8s", 4);
	memcpy(copy + 4, data, size);
	check((const char *)data, size);
	check(copy, size + 4);
	free(copy);
	return 0;
}
