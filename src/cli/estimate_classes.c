/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers of an Estimate rest on. */
#include <stdio.h>
#include <string.h>

#include "cli/result_classes_priv.h"
#include "estimate/toll_words.h"
#include "models/watched.h"

/* Whether any size that a feature's file states is nobody's measurement or text. */
static bool has_guessed_sizes(const struct doc_node *node, const struct origins *origins)
{
	for (const struct doc_node *at = node->first; at; at = at->next) {
		bool size = at->key && !strcmp(at->key, "bytes") && at->kind == DOC_SCALAR;

		if (size ? classes_is_guess(at, origins) : has_guessed_sizes(at, origins))
			return true;
	}
	return false;
}

/* Whether a row's size is the file's own word. */
static bool says_its_size(const struct toll_row *row)
{
	return row->bytes > 0 && (!row->made || row->made->bytes > 0);
}

/* The calls of a feature that it says the size of. */
static struct json *sized_calls(const struct estimate_input *in, const char *feature)
{
	const struct toll *toll = in->size[in->n_sizes - 1].after;
	struct json *calls = json_array();

	for (uint32_t i = 0; i < toll->n; i++)
		if (says_its_size(&toll->row[i]) && !strcmp(toll->row[i].feature, feature) &&
			!classes_has(calls, toll->row[i].name))
			json_append_str(calls, toll->row[i].name);
	return calls;
}

/* Those that are as large as the server's model has them. */
static void add_model_sizes(
	struct json *classes, const struct estimate_input *in, const char *const *fields)
{
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	const struct doc_node *server = doc_get(in->resolved->spec, "apiserver");
	const struct classes_sources by = classes_sources_of(last->with);
	struct classes_sorted calls = classes_sorted();

	for (uint32_t i = 0; i < last->after->n; i++) {
		const struct toll_row *row = &last->after->row[i];
		const struct call_name *is = &last->with->calls.name[row->call % CALLS_MAX];
		const struct doc_node *of;
		char name[2 * MODEL_NAME];

		if (!*row->feature || !row->made || row->bytes <= 0 || says_its_size(row))
			continue;
		(void)snprintf(name, sizeof(name), "%s %s", is->verb, is->resource);
		of = doc_get(doc_get(server, "latency"), name);
		classes_sort(&calls, row->name,
			classes_is_guess(doc_get(of, "bytes"), &in->resolved->origins));
	}
	classes_add_sorted(classes, &calls, "calls", fields, by.apiserver);
}

/* How large the objects are that writes leave. */
static void add_stored(struct json *classes, const struct estimate_input *in)
{
	static const char *const fields[] = {"calls[].storedBytes", NULL};
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	const struct doc_node *server = doc_get(in->resolved->spec, "apiserver");
	const struct doc_node *objects = doc_get(doc_get(server, "storage"), "objects");
	bool as_json = last->with->apiserver.storage.format == STORAGE_JSON;
	const struct classes_sources by = classes_sources_of(last->with);
	struct classes_sorted kinds = classes_sorted();

	for (uint32_t i = 0; i < last->after->n; i++) {
		const struct toll_row *row = &last->after->row[i];
		const char *resource = last->with->calls.name[row->call % CALLS_MAX].resource;
		char kind[MODEL_NAME];

		if (!*row->feature || row->runtime || !storage_written(last->with, row->call))
			continue;
		(void)snprintf(
			kind, sizeof(kind), "%.*s", (int)strcspn(resource, "/"), resource);
		classes_sort(&kinds, kind,
			classes_is_guess(
				doc_get(doc_get(objects, kind), as_json ? "json" : "protobuf"),
				&in->resolved->origins));
	}
	classes_add_sorted(classes, &kinds, "resources", fields, by.apiserver);
}

static const struct doc_node *latency_of(
	const struct doc_node *spec, const struct toll_row *row, const char *name)
{
	const struct doc_node *server = doc_get(spec, "apiserver"), *own;

	if (row->runtime)
		return doc_get(doc_get(doc_get(spec, "runtime"), "operations"), name);
	own = doc_get(doc_get(server, "latency"), name);
	return own ? own : doc_get(server, "other");
}

/* Rounds that begin when the last one has ended are as far apart as its calls let them: their
 * rates rest on times. */
static void add_lasting(struct json *classes, const struct estimate_input *in, bool runtime)
{
	static const char *const fields[] = {"calls[].clusters of formulas with L", NULL};
	const struct estimate_size *last = &in->size[in->n_sizes - 1];
	const struct classes_sources by = classes_sources_of(last->with);
	struct classes_sorted calls = classes_sorted();

	for (uint32_t i = 0; i < last->after->n; i++) {
		const struct toll_row *row = &last->after->row[i];
		const struct call_name *is = &last->with->calls.name[row->call % CALLS_MAX];
		char name[2 * MODEL_NAME];

		if (!*row->feature || row->runtime != runtime || !toll_uses(row->symbols, "L"))
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%s", runtime ? "" : is->verb,
			runtime ? "" : " ", is->resource);
		classes_sort(&calls, name,
			classes_is_guess(
				doc_get(latency_of(in->resolved->spec, row, name), "mean"),
				&in->resolved->origins));
	}
	classes_add_sorted(
		classes, &calls, "calls", fields, runtime ? by.runtime : by.apiserver);
}

struct json *estimate_classes(const struct estimate_input *in)
{
	static const char *const counted[] = {
		"calls[].clusters", "changes", "totals", "limiters", NULL};
	static const char *const sizes[] = {"calls[].bytes",
		"calls[].clusters[].bytesPerSecond", "calls[].clusters[].eventBytesPerSecond",
		"calls[].clusters[].bytesPerChange", "calls[].clusters[].listBytes", NULL};
	struct json *classes = json_array();

	classes_add(classes, "counted", counted, NULL, classes_by_rules);
	for (uint32_t i = 0; i < in->n_features; i++) {
		const struct model *m = &in->feature[i].resolved;
		bool guessed = has_guessed_sizes(m->spec, &m->origins);
		struct json *calls = sized_calls(in, m->name);
		char name[2 * MODEL_NAME];

		if (!json_child(calls)) {
			json_free(calls);
			continue;
		}
		(void)snprintf(name, sizeof(name), "feature:%s", m->name);
		classes_add(classes, guessed ? "assumed" : "calibrated", sizes, calls,
			guessed ? classes_by_rules : (const char *const[]){name, NULL});
	}
	add_model_sizes(classes, in, sizes);
	add_stored(classes, in);
	add_lasting(classes, in, false);
	add_lasting(classes, in, true);
	return classes;
}
