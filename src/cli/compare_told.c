/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_told.h"

#include <string.h>

/* Whether all of its runs had settled; null: its kind does not say. */
static struct json *settled(const struct side *side)
{
	bool all = true;

	for (uint32_t i = 0; i < side->n; i++) {
		const char *verdict = json_as_str(json_get(side->result[i], "verdict"));

		if (!verdict)
			return json_null();
		all = all && !strcmp(verdict, "settled");
	}
	return json_bool(all);
}

/* Which models stand behind a side's name; a Contrast's parameters name theirs. */
static struct json *models_of(const struct json *spec)
{
	static const struct {
		const char *name, *in;
	} models[] = {{"scenario", "name"}, {"kubelet", "kubelet"},
		{"containerRuntime", "runtime"}, {"apiserver", "apiserver"}};
	struct json *o = json_object();

	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		const struct json *v = json_get(spec, models[i].in);

		json_put_str(o, models[i].name,
			json_as_str(json_is_object(v) ? json_get(v, "name") : v));
	}
	return o;
}

/* "nodes=2": what was said beside its name. */
static struct json *settings_of(const struct side *side)
{
	struct json *list = json_array();

	for (size_t i = 0; i < side->n_set; i++)
		json_append_str(list, side->set[i]);
	return list;
}

struct json *compare_told(const struct side *side, uint64_t first_seed)
{
	const struct json *seed = side_saved_seed(side);
	struct json *o = json_object();

	json_put_str(o, "name", side_label(side));
	json_put_bool(o, "saved", side->is_saved);
	json_put_int(o, "runs", side->n);
	json_put(o, "seed",
		!side->is_saved ? json_int((int64_t)first_seed)
		: seed          ? json_clone(seed)
				: json_null());
	json_put_bool(o, "live", json_get(side->result[0], "live") != NULL);
	json_put(o, "set", settings_of(side));
	json_put(o, "settled", settled(side));
	json_put(o, "models", models_of(side->spec));
	json_put(o, "scenario", side->spec ? json_clone(side->spec) : json_null());
	return o;
}
