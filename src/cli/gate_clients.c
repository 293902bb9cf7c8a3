/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gate_clients.h"

#include "models/feature.h"
#include "models/tables.h"

static uint32_t add_agents(const struct json *scenario, const char **words, uint32_t n)
{
	const struct json *agents = json_get(json_get(scenario, "kubelet"), "agents");

	if (!json_is_object(agents))
		return n;
	for (const struct json *a = json_child(agents); a; a = json_next(a))
		words[n++] = json_key(a);
	return n;
}

/* A file that cannot be read is the complaint of whoever uses it. */
static bool has_client(const struct library *lib, const char *name)
{
	struct feature_model *f = ARENA_NEW(lib->mem, struct feature_model);
	struct model resolved = {0};
	struct err ignored = {0};

	return !feature_load(lib, name, f, &resolved, NULL, &ignored) && f->limiter.burst;
}

static size_t agents_of(const struct json *scenario)
{
	return json_size(json_get(json_get(scenario, "kubelet"), "agents"));
}

struct gate_words gate_clients(
	const struct library *lib, const struct json *base, const struct json *candidate)
{
	const char **features = NULL, **words;
	struct err ignored = {0};
	uint32_t n_features = 0, n = 0;

	if (library_list(lib, MODEL_FEATURE, &features, &n_features, &ignored))
		n_features = 0;
	words = ARENA_ARRAY(lib->mem, const char *,
		CLIENT_OWN + agents_of(base) + agents_of(candidate) + n_features);
	for (uint32_t i = 0; i < CLIENT_OWN; i++)
		words[n++] = words_client[i].name;
	n = add_agents(base, words, n);
	n = add_agents(candidate, words, n);
	for (uint32_t i = 0; i < n_features; i++)
		if (has_client(lib, features[i]))
			words[n++] = features[i];
	return (struct gate_words){"client", words, n};
}
