/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes are a kubeconfig or one error on one line. */

#include "base/arena.h"
#include "client/kubeconfig.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {.code = ERR_OK};
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	if (kubeconfig_parse(&a, &(struct kubeconfig){"fuzz", (const char *)data, size, NULL},
		    &mem, &err)) {
		assert(err.code == ERR_INPUT && err.text[0] != '\0');
		assert(!strchr(err.text, '\n'));
	} else {
		assert(a.server && !a.cert.data == !a.key.data);
	}
	arena_fini(&mem);
	return 0;
}
