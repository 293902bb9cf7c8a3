/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes are a kubeconfig, or two with a form feed between them, or one error on one line.
 */

#include "base/arena.h"
#include "client/kubeconfig.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *cut = size ? memchr(text, '\f', size) : NULL;
	size_t first = cut ? (size_t)(cut - text) : size;
	const struct kubeconfig file[2] = {{"one", text, first},
		{"two", cut ? cut + 1 : text, cut ? size - first - 1 : 0}};
	struct err err = {.code = ERR_OK};
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	if (kubeconfig_parse(&a, file, cut ? 2 : 1, NULL, &mem, &err)) {
		assert(err.code == ERR_INPUT && err.text[0] != '\0');
		assert(!strchr(err.text, '\n'));
	} else {
		assert(a.server && !a.cert.data == !a.key.data);
	}
	arena_fini(&mem);
	return 0;
}
