/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/common.h"
#include "cli/result_run.h"
#include "models/origin.h"

const char *side_kubelet(const char *name)
{
	static const char prefix[] = "kubelet:";

	return strncmp(name, prefix, sizeof(prefix) - 1) ? NULL : name + sizeof(prefix) - 1;
}

void side_close(struct side *side)
{
	saved_fini(&side->saved);
	json_free(side->spec);
	for (uint32_t i = 0; i < side->n && !side->is_saved; i++)
		json_free(side->result[i]);
	side->n = 0;
	side->spec = NULL;
}

const char *side_label(const struct side *side)
{
	return side->label ? side->label : side->name;
}

/* Of several runs it is among the parameters. */
const struct json *side_saved_seed(const struct side *side)
{
	const struct json *own = json_get(side->saved.json, "seed");

	return own ? own : json_get(json_get(side->saved.json, "parameters"), "seed");
}

/* ------------------------------------------------------------------ opening */

/* A name that is no path can only be one in the library. */
static bool may_be_file(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') || (len > 5 && !strcmp(name + len - 5, ".json"));
}

/* *text is the file's, if it is a result; NULL if it is something else or nothing. */
static int read_result(const char *name, char **text, size_t *len, struct err *err)
{
	int code;

	*text = NULL;
	if (!may_be_file(name) || !file_exists(name))
		return 0; /* the reader of scenarios says what is wrong with it */
	code = file_read(name, SAVED_MAX_BYTES, text, len, err);
	if (!code && !saved_is_result(*text, *len)) {
		free(*text);
		*text = NULL;
	}
	return code;
}

/* The cluster of an Estimate is what its flags say: of all sizes, with so many pods a second.
 */
static void put_cluster(const struct json *estimate, struct json *spec)
{
	const struct json *row = json_child(json_get(estimate, "totals"));
	struct str sizes = {0};
	double last = 0;

	for (; row; row = json_next(row)) {
		double nodes = json_as_num(json_get(row, "nodes"));

		if (nodes != last)
			str_addf(&sizes, "%s%.0f", last > 0 ? "," : "", nodes);
		last = nodes;
	}
	json_set_str(spec, "nodes", str_text(&sizes));
	json_remove(json_get(spec, "workload"), "replacePodEvery");
	json_set(spec, "churnPodsPerSecond", /* it is checked later that there is one */
		json_num(json_as_num(json_get(estimate, "churnPodsPerSecond"))));
	if (!json_is_str(json_get(estimate, "over")))
		json_remove(spec, "name"); /* nobody asked for one by name */
	str_fini(&sizes);
}

/* What a saved result was made from; NULL: its kind does not say. */
static struct json *saved_spec(const struct saved *saved)
{
	const struct json *own = json_get(saved->json, "parameters");
	struct json *spec;

	if (!json_is_object(own))
		own = json_get(saved->json, "scenario");
	spec = json_is_object(own) ? json_clone(own) : NULL;
	if (spec && !strcmp(saved->kind, "Estimate"))
		put_cluster(saved->json, spec);
	return spec;
}

static int open_saved(struct side *side, const char *text, size_t len,
	const struct settings *sets, struct err *err)
{
	const struct saved_versions ours = {MODEL_API_VERSION, NODETOLL_VERSION};

	if (saved_parse(side->name, text, len, &ours, &side->saved, err))
		return ERR_INPUT;
	if (sets->n || sets->n_with)
		return err_set(err, ERR_INPUT,
			"%.200s: a saved result stays as it is; settings and features are "
			"for scenarios",
			side->name);
	side->is_saved = true;
	side->spec = saved_spec(&side->saved);
	side->result[0] = side->saved.json;
	side->n = 1;
	return 0;
}

/* The scenario that stands in a saved result, to be simulated otherwise. */
struct found {
	const char *name;
	char *text;
	size_t len;
};

static int from_saved(struct side *side, const struct library *lib, const struct found *file,
	const struct settings *sets, struct err *err)
{
	const char *name = file->name;
	const struct saved_versions ours = {MODEL_API_VERSION, NODETOLL_VERSION};
	struct saved saved = {0};
	struct doc_node *root = NULL;
	char *spec;
	int code = saved_parse(name, file->text, file->len, &ours, &saved, err);

	if (code)
		return code;
	if (!json_is_object(json_get(saved.json, "scenario"))) {
		code = err_set(err, ERR_INPUT,
			"%s: which scenario? %.200s, of kind %s, has none; a name or file in "
			"place "
			"of one of them, or --scenario",
			side->name, name, saved.kind);
		saved_fini(&saved);
		return code;
	}
	spec = json_print(json_get(saved.json, "scenario"));
	code = doc_parse(lib->mem, name, spec, strlen(spec), &root, err);
	if (!code)
		code = scenario_from_doc(
			lib, root, sets, &side->scenario, &side->resolved, err);
	free(spec);
	saved_fini(&saved);
	return code;
}

#define USUAL "quiet-5000x30"

static const char *place_of(struct arena *mem, const struct doc_node *at)
{
	char place[400];

	(void)snprintf(place, sizeof(place), "%.360s:%u:%u: ", at->file, at->line, at->column);
	return arena_strdup(mem, place);
}

/* The error with the place of the name in its budget; what has a place of its own keeps it. */
static int at_name(const struct doc_node *at, struct err *err)
{
	struct err why = *err;

	if (!at)
		return err->code;
	if (err->code == ERR_INPUT && !strchr(err->text, '\n'))
		return doc_error(at, err, "%s", why.text);
	return err_wrap(err, "%.300s:%u:%u", at->file, at->line, at->column);
}

/* The scenario of a name.  If it is no good, with the name's place in a budget; settings have
 * places of their own, and are what is wrong if it is fine without them. */
static int load(struct side *side, const struct library *lib, const struct side_name *name,
	const struct settings *sets, struct err *err)
{
	int code = scenario_load(lib, name->text, sets, &side->scenario, &side->resolved, err);
	struct err why = {0};

	if (!code || !name->at)
		return code;
	if (!scenario_load(lib, name->text, NULL, &side->scenario, &side->resolved, &why))
		return code;
	*err = why;
	return at_name(name->at, err);
}

/* "kubelet:v1.12": the other side's scenario with that kubelet. */
static int open_kubelet(struct side *side, const struct library *lib, const char *kubelet,
	const struct side_given *given, const struct side_given *other, struct err *err)
{
	struct settings all = *given->sets;
	struct side_name from = given->scenario;
	struct found file = {0};
	const char *door = given->name.at ? place_of(lib->mem, given->name.at) : "";
	char text[100];
	const char *set = text;
	int code;

	(void)snprintf(text, sizeof(text), "kubelet=%.80s", kubelet);
	all.text = &set;
	all.door = &door;
	all.n = 1;
	all = settings_joined(lib->mem, &all, given->sets);
	if (!from.text)
		from = side_kubelet(other->name.text) ? (struct side_name){USUAL, NULL}
						      : other->name;
	file.name = from.text;
	code = read_result(file.name, &file.text, &file.len, err);
	if (!code && file.text)
		code = from_saved(side, lib, &file, &all, err);
	else if (!code)
		code = load(side, lib, &from, &all, err);
	free(file.text);
	return code;
}

int side_open(struct side *side, const struct library *lib, const struct side_given *given,
	const struct side_given *other, struct err *err)
{
	const char *kubelet = side_kubelet(given->name.text);
	char *text = NULL;
	size_t len = 0;
	int code;

	side->name = given->name.text;
	side->set = given->sets->text;
	side->n_set = given->sets->n;
	if (kubelet) {
		code = open_kubelet(side, lib, kubelet, given, other, err);
	} else {
		code = read_result(side->name, &text, &len, err);
		if (!code && text)
			code = open_saved(side, text, len, given->sets, err);
		if (code)
			code = at_name(given->name.at, err);
		if (!code && !text)
			code = load(side, lib, &given->name, given->sets, err);
		free(text);
	}
	if (!code && !side->is_saved)
		side->spec = origin_json(&side->resolved.origins, side->resolved.spec);
	return code;
}

/* ------------------------------------------------------------------ running */

struct running {
	struct progress progress;
	uint64_t done; /* nodes of the runs before this one */
};

static void on_progress(void *ctx, uint32_t nodes_done)
{
	struct running *r = ctx;

	progress_tell(&r->progress, r->done + nodes_done);
}

static int run_one(struct side *side, uint64_t seed, struct running *running, unsigned threads,
	struct err *err)
{
	struct result_run run = {.scenario = &side->scenario,
		.spec = side->resolved.spec,
		.origins = &side->resolved.origins,
		.threads = threads,
		.progress = on_progress,
		.ctx = running};
	int code;

	if (side->is_saved)
		return 0;
	side->scenario.seed = seed;
	code = result_run(&run, &side->result[side->n], err);
	side->n += !code;
	running->done += side->scenario.nodes;
	return code;
}

int sides_run(struct side *base, struct side *candidate, const struct side_runs *runs,
	struct err *err)
{
	struct running running = {0};
	uint64_t nodes = (base->is_saved ? 0 : base->scenario.nodes) +
			 (candidate->is_saved ? 0 : candidate->scenario.nodes);
	int code = 0;

	progress_begin(&running.progress, "compare", nodes * runs->n);
	for (uint32_t i = 0; i < runs->n && !code; i++) {
		uint64_t seed = runs->first_seed + i;

		code = run_one(base, seed, &running, runs->threads, err);
		if (!code)
			code = run_one(candidate, seed, &running, runs->threads, err);
	}
	progress_end(&running.progress);
	return code;
}

/* ------------------------------------------------------------------ worlds */

bool side_same_world(const struct json *rows, struct str *what)
{
	/* What a comparison is between is the rest: kubelet, runtime, API server, features. */
	static const char *const world[] = {"nodes", "clusterNodes", "duration", "warmup",
		"start", "schedulerPodsPerSecond", "workload", "podsPerNode", "containers",
		"namespaces", "sharedBy", "durationSeconds", "warmupSeconds",
		"churnPodsPerSecond"};
	bool same = true;

	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		const char *path = json_as_str(json_get(row, "path"));
		size_t len = strcspn(path, ".["), i = 0;

		while (i < sizeof(world) / sizeof(world[0]) &&
			(strlen(world[i]) != len || strncmp(world[i], path, len) != 0))
			i++;
		if (i == sizeof(world) / sizeof(world[0]) || !strcmp(path, "workload.name"))
			continue;
		str_addf(what, "%s%s", same ? "" : ", ", path);
		same = false;
	}
	return same;
}
