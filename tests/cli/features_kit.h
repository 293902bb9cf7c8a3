/* SPDX-License-Identifier: Apache-2.0 */
/* The features of the library, each beside a kubelet. */
#ifndef TESTS_CLI_FEATURES_KIT_H
#define TESTS_CLI_FEATURES_KIT_H

#include <stdlib.h>
#include <string.h>

#include "tcase.h"

#include "models/library.h"

static inline struct library features_library(struct arena *mem)
{
	const char *dir = getenv("NODETOLL_MODELS");

	return (struct library){.dir = dir ? dir : "models", .mem = mem};
}

/* Their names, in lib's memory. */
static inline const char **features_all(const struct library *lib, uint32_t *n)
{
	const char **names = NULL;
	struct err err = {0};

	if (library_list(lib, MODEL_FEATURE, &names, n, &err))
		fail_msg("%s", err.text);
	return names;
}

/* A quiet cluster with the settings, and with a feature unless it is NULL.  False: the kubelet
 * does not have what the feature replaces. */
static inline bool features_load(const struct library *lib, const char *feature,
	const struct settings *settings, struct scenario *s)
{
	struct settings sets = *settings;
	struct model resolved = {0};
	struct err err = {0};

	sets.with = &feature;
	sets.n_with = feature != NULL;
	if (!scenario_load(lib, "quiet-5000x30", &sets, s, &resolved, &err))
		return true;
	if (!strstr(err.text, "to replace") && !strstr(err.text, "no loop of this"))
		fail_msg("%s", err.text);
	return false;
}

#endif
