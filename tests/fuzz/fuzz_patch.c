/* SPDX-License-Identifier: Apache-2.0 */

/* Two lines of JSON, an object and a patch, in both styles: the result is JSON again, and a
 * merge patch applied twice gives what it gave once. */

#include "rest/patch.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(enum patch_style style, const struct json *target, const struct json *patch)
{
	struct json *once = NULL, *twice = NULL, *back = NULL;
	struct str a = {0}, b = {0};

	if (patch_apply(style, "Pod", target, patch, &once, NULL))
		return;
	json_write(once, &a);
	assert(json_parse(str_text(&a), str_len(&a), &back, NULL) == 0);
	if (style == PATCH_MERGE) {
		assert(patch_apply(style, "Pod", once, patch, &twice, NULL) == 0);
		json_write(twice, &b);
		assert(strcmp(str_text(&a), str_text(&b)) == 0);
	}
	str_fini(&a);
	str_fini(&b);
	json_free(back);
	json_free(once);
	json_free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	size_t first = line ? (size_t)(line - data) : 0;
	struct json *target = NULL, *patch = NULL;

	if (!line || json_parse((const char *)data, first, &target, NULL))
		return 0;
	if (json_parse((const char *)line + 1, size - first - 1, &patch, NULL) == 0 &&
		json_is_object(target)) {
		check(PATCH_MERGE, target, patch);
		check(PATCH_STRATEGIC, target, patch);
	}
	json_free(patch);
	json_free(target);
	return 0;
}
