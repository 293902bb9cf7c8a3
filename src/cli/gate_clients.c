/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gate_clients.h"

#include <string.h>

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

/* ------------------------------------------------------------------ all words */

static bool has_resource(const struct gate_dictionary *d, const char *name)
{
	uint32_t i = 0;

	while (i < d->n_resources && strcmp(d->resource[i], name) != 0)
		i++;
	return i < d->n_resources;
}

void gate_resources(struct gate_dictionary *d, const struct calls *calls, struct arena *mem)
{
	for (uint32_t i = CALL_API; i < calls->n; i++) {
		const char *name = calls->name[i].resource;

		if (d->n_resources == GATE_RESOURCES_MAX || has_resource(d, name))
			continue;
		d->resource[d->n_resources++] = mem ? arena_strdup(mem, name) : name;
	}
}

int gate_known(const struct gate *gate, const struct measure_points *points,
	const struct gate_dictionary *d, struct gate_fault *fault)
{
	static const char *const verbs[] = {"get", "list", "watch", "create", "update", "patch",
		"delete", "deletecollection"};
	static const char *const codes[] = {"200", "201", "400", "401", "403", "404", "405",
		"409", "410", "413", "415", "422", "429", "500", "502", "503", "504", "lost",
		"unreadable", "OK", "NotFound", "ResourceExhausted", "DeadlineExceeded",
		"Unknown"};
	const char *operations[OP_N];
	const struct gate_words words[] = {{"verb", verbs, sizeof(verbs) / sizeof(verbs[0])},
		d->clients, {"code", codes, sizeof(codes) / sizeof(codes[0])},
		{"resource", d->resource, d->n_resources}, {"operation", operations, OP_N}};

	for (unsigned i = 0; i < OP_N; i++)
		operations[i] = operation_name((enum operation)i);
	return gate_check(gate, points, words, sizeof(words) / sizeof(words[0]), fault);
}
