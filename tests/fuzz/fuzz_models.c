/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes end in a model of some kind or in one error. */
#include "models/library.h"

#include <stdint.h>
#include <stdlib.h>

#include "models/calibration.h"
#include "models/explain.h"

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
	struct model model = {0};
	struct calibration calibration;
	struct err err = {0};

	arena_init(&mem, 0);
	if (!library_load_text(&lib, "fuzz", (const char *)data, size, &model, &err)) {
		struct explained *list;
		uint32_t n;

		model_explain(&model, &mem, &list, &n);
		must(explained_unsourced(list, n) <= n);
	} else {
		must(err.code != ERR_OK && err.text[0]);
	}
	err = (struct err){0};
	if (calibration_parse("fuzz", (const char *)data, size, &mem, &calibration, &err))
		must(err.code == ERR_INPUT && err.text[0]);
	arena_fini(&mem);
	return 0;
}
