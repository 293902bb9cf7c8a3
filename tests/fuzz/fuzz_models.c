/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes end in a model of some kind or in one error. */
#define _GNU_SOURCE /* memfd_create */
#include "models/library.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/calibration.h"
#include "models/explain.h"
#include "models/incident.h"

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

/* A feature that can be read is laid over a scenario, or there is one error. */
static void lay_over(const struct library *lib, const uint8_t *data, size_t size)
{
	struct scenario *s = ARENA_NEW(lib->mem, struct scenario);
	struct settings sets = {.n_with = 1};
	struct model resolved = {0};
	struct err err = {0};
	char path[64];
	const char *with = path;
	int fd = memfd_create("feature", 0);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	sets.with = &with;
	if (scenario_load(lib, "quiet-5000x30", &sets, s, &resolved, &err))
		must(err.code == ERR_INPUT && err.text[0]);
	(void)close(fd);
}

/* The sides of an incident that can be read become scenarios, or there is one error. */
static void take_sides(const struct library *lib, const struct model *model)
{
	struct incident *i = ARENA_NEW(lib->mem, struct incident);
	struct scenario *s = ARENA_NEW(lib->mem, struct scenario);
	struct reading reading = {.mem = lib->mem};
	struct model resolved = {0};
	struct err err = {0};

	must(!table_read(&reading, &table_incident, model->spec, i, &err));
	if (i->before.spec && incident_scenario(lib, &i->before, s, &resolved, &err))
		must(err.code == ERR_INPUT && err.text[0]);
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
		if (model.kind == MODEL_FEATURE)
			lay_over(&lib, data, size);
		if (model.kind == MODEL_INCIDENT)
			take_sides(&lib, &model);
	} else {
		must(err.code != ERR_OK && err.text[0]);
	}
	err = (struct err){0};
	if (calibration_parse("fuzz", (const char *)data, size, &mem, &calibration, &err))
		must(err.code == ERR_INPUT && err.text[0]);
	arena_fini(&mem);
	return 0;
}
