/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up feature beside a kubelet: in closed form, and simulated. */
#ifndef TESTS_CLI_TOLL_KIT_H
#define TESTS_CLI_TOLL_KIT_H

#include <stdlib.h>
#include <unistd.h>

#include "property.h"

#include "apiserver/ttl.h"
#include "base/str.h"
#include "estimate/toll.h"
#include "features_kit.h"
#include "fleet/fleet.h"

struct world {
	struct property *p;
	struct arena mem;
	struct str feature; /* its text; who likes adds what else a failure is to tell */
	struct scenario s;
	struct toll toll;
	struct fleet_result result;
};

/* Zeroed. */
static inline struct world *world_new(struct property *p)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->p = p;
	arena_init(&w->mem, 0);
	return w;
}

static inline void world_free(struct world *w)
{
	fleet_result_fini(&w->result);
	str_fini(&w->feature);
	arena_fini(&w->mem);
	free(w);
}

/* The quiet cluster with w->feature, from a file that is there meanwhile, and with settings. */
static inline void world_load(struct world *w, const char *const *texts, size_t n)
{
	char path[] = "/tmp/nodetoll-feature-XXXXXX.yaml";
	const char *with = path;
	const struct settings sets = {.text = texts, .n = n, .with = &with, .n_with = 1};
	const struct library lib = features_library(&w->mem);
	struct model resolved = {0};
	struct err err = {0};
	int fd = mkstemps(path, 5), code;

	assert_true(fd >= 0 && write(fd, str_text(&w->feature), str_len(&w->feature)) > 0);
	(void)close(fd);
	code = scenario_load(&lib, "quiet-5000x30", &sets, &w->s, &resolved, &err);
	(void)unlink(path);
	if (code)
		fail_msg("%s: SEED=%" PRIu64, err.text, w->p->seed);
}

static inline void world_run(struct world *w, bool series)
{
	struct fleet_params params;
	struct err err = {0};

	toll_of(&w->s, ttl_of_size(&w->s.apiserver, w->s.nodes), &w->mem, &w->toll);
	fleet_params_init(&params, &w->s, 1);
	params.series = series;
	if (fleet_run(&params, &w->result, &err))
		fail_msg("%s: SEED=%" PRIu64, err.text, w->p->seed);
}

#endif
