/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes end in a recording or in one error. */
#include "models/recording.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libfyaml 0.7.12 loses some bytes of its own on some malformed texts. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

static void must(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem;
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = &mem};
	struct recording *rec = calloc(1, sizeof(*rec));
	struct err err = {0};

	must(rec != NULL);
	arena_init(&mem, 0);
	if (!recording_parse(&lib, "fuzz", (const char *)data, size, rec, &err)) {
		struct scenario *s = calloc(1, sizeof(*s));

		must(s != NULL && rec->n_nodes > 0);
		for (uint32_t i = 0; i < rec->n_nodes; i++) {
			recording_scenario(rec, i, s);
			must(s->workload.pods <= PODS_MAX);
		}
		free(s);
	} else {
		must(err.code == ERR_INPUT && err.text[0]);
	}
	arena_fini(&mem);
	free(rec);
	return 0;
}
