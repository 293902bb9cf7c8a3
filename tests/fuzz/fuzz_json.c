/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes are JSON or an error; what was read prints to text that reads and
 * prints the same. */

#include "base/err.h"
#include "base/json.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {.code = ERR_OK};
	struct json *value = NULL;
	if (json_parse((const char *)data, size, &value, &err) != 0) {
		assert(value == NULL && err.text[0] != '\0');
		return 0;
	}
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
