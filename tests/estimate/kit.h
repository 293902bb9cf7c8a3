/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario for the closed form: a kubelet with pods of thirty secrets on containerd. */
#ifndef NODETOLL_TESTS_ESTIMATE_KIT_H
#define NODETOLL_TESTS_ESTIMATE_KIT_H

#include <stdlib.h>

#include "tcase.h"

#include "models/library.h"

/* With a feature and a setting, NULL for none; mem is begun here and the caller's to end. */
static inline void kit_compose(struct arena *mem, struct scenario *s, const char *kubelet,
	const char *feature, const char *set)
{
	const struct scenario_names names = {
		"test", kubelet, "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *dir = getenv("NODETOLL_MODELS");
	const struct settings sets = {
		.text = &set, .n = set != NULL, .with = &feature, .n_with = feature != NULL};
	struct library lib = {.dir = dir ? dir : "models", .mem = mem};
	struct model resolved = {0};
	struct err err = {0};

	arena_init(mem, 0);
	if (scenario_compose(&lib, &names, &sets, s, &resolved, &err))
		fail_msg("%s", err.text);
}

#endif
