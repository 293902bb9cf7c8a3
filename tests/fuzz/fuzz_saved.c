/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes end in a result, of which every measure can be asked for, or in one error. */
#include "report/kinds.h"
#include "report/measure.h"
#include "report/saved.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct saved_versions versions = {"nodetoll/v1alpha1", "0.1.0"};

static void must(int holds)
{
	if (!holds)
		abort();
}

static void read_all(const struct json *result)
{
	struct measure_points points = {0};
	struct err err = {0};
	struct arena mem;
	struct str name = {0};

	arena_init(&mem, 0);
	if (measure_points_add(&points, result, &mem, &err))
		must(err.code == ERR_INPUT && err.text[0]);
	for (uint32_t i = 0; i < points.n; i++) {
		const struct measure_family *f = points.point[i].family;

		for (uint32_t s = 0; s < f->n_stats; s++) {
			struct measure m = {points.point[i], &f->stat[s]};
			double value = 1;

			must(measure_read(result, &m, &value) == MEASURE_IS || value == 0);
			must(*measure_class_in(result, NULL, &m) != '\0');
			str_reset(&name);
			measure_name(&m.of, m.stat, &name);
		}
	}
	str_reset(&name);
	measure_calibration(result, &name);
	str_fini(&name);
	arena_fini(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct saved saved = {0};
	struct err err = {0};

	(void)saved_is_result((const char *)data, size);
	if (saved_parse("fuzz", (const char *)data, size, &versions, &saved, &err)) {
		must(err.code == ERR_INPUT && err.text[0]);
		return 0;
	}
	must(saved_is_kind(saved.kind));
	read_all(saved.json);
	if (report_check(saved.json, &err))
		must(err.code == ERR_INPUT && err.text[0]);
	saved_fini(&saved);
	return 0;
}
