/* SPDX-License-Identifier: Apache-2.0 */
#include "models/calibration.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/units.h"
#include "models/call_text.h"
#include "models/head.h"
#include "models/tables.h"

#define HOUR                      (60 * NS_MIN)
#define KEEP(member_, name_, ...) FIELD(member_, name_, __VA_ARGS__, .flags = FIELD_KEEP)
#define ROWS(rows_, n_, name_, type_, table_, help_)                                           \
	KEEP(rows_, name_, FIELD_LIST, .n_offset = offsetof(REC, n_), .size = sizeof(type_),   \
		.limit = CALIBRATION_ROWS_MAX, .sub = &(table_), .by_pointer = true,           \
		.help = (help_))

#define REC struct calibrated_operation
static const struct field operation_fields[] = {
	FIELD(pods, "pods", FIELD_COUNT, .max = PODS_MAX, .help = "that ran"),
	FIELD(containers, "containersPerPod", FIELD_COUNT, .max = CONTAINERS_MAX),
	FIELD(operation, "operation", FIELD_TEXT_PTR, .help = "operation_type"),
	FIELD(calls, "calls", FIELD_COUNT, .min = 1, .help = "that were measured"),
	FIELD(mean, "meanMs", FIELD_MILLIS, .max = HOUR),
	FIELD(p50, "p50Ms", FIELD_MILLIS, .max = HOUR),
	FIELD(p99, "p99Ms", FIELD_MILLIS, .max = HOUR),
	FIELD(cpu, "containerdCPUMicros", FIELD_MICROS, .flags = FIELD_OPTIONAL,
		.otherwise = -1, .max = HOUR, .help = "CPU of the runtime itself per call"),
	FIELD(bytes, "bytes", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.help = "protobuf size of what was listed"),
};
#undef REC
static const struct table operation_table = TABLE("an operation", operation_fields);

#define REC struct calibrated_design
static const struct field design_fields[] = {
	FIELD(pods, "pods", FIELD_COUNT, .max = PODS_MAX, .help = "that ran"),
	FIELD(design, "design", FIELD_TEXT_PTR, .help = "idle, or what was done all the time"),
	FIELD(runtime_cores, "containerdCores", FIELD_NUMBER, .max = INT64_C(10000) * PPM),
	FIELD(client_cores, "clientCores", FIELD_NUMBER, .max = INT64_C(10000) * PPM),
	FIELD(time, "seconds", FIELD_SECONDS, .min = NS_MS),
};
#undef REC
static const struct table design_table = TABLE("a design", design_fields);

#define REC struct calibrated_call
static const struct field call_fields[] = {
	FIELD(call, "call", FIELD_TEXT_PTR,
		.help = "verb and resource; of a list also '(5000 objects)' or 'of one node "
			"(100 of 5000)'"),
	ONE_OF(encoding, "encoding", words_api_encoding, "of request and answer"),
	ONE_OF(served, "read", words_api_served,
		"from the watch cache, by reading etcd, or by writing it"),
	FIELD(apiserver_cpu, "apiserverCPUMicros", FIELD_MICROS, .max = HOUR),
	{.name = "apiserverCPUMicrosRange", .type = FIELD_IGNORED, .flags = FIELD_OPTIONAL},
	FIELD(etcd_cpu, "etcdCPUMicros", FIELD_MICROS, .max = HOUR),
	FIELD(bytes, "bytes", FIELD_COUNT, .help = "of the answer with its headers"),
	FIELD(runs, "runs", FIELD_COUNT, .min = 1),
	FIELD(requests, "requests", FIELD_COUNT, .min = 1),
};
#undef REC

/* What follows a list's verb and resource: words, then "(5000 objects)" or "(100 of 5000)". */
static int read_size(struct calibrated_call *call, const char *tail, const struct doc_node *at,
	struct err *err)
{
	const char *open = strchr(tail, '(');
	char listed[16] = "";
	char of[16] = "";
	int64_t n = 0;
	int64_t all = 0;
	int end = 0;

	if (open && sscanf(open, "(%15[0-9] objects)%n", listed, &end) == 1 && end)
		(void)memcpy(of, listed, sizeof(of));
	else if (open)
		(void)sscanf(open, "(%15[0-9] of %15[0-9])%n", listed, of, &end);
	if (!end || open[end] || units_parse_int(of, 1, UINT32_MAX, &all, NULL) ||
		units_parse_int(listed, 0, all, &n, NULL))
		return doc_error(at, err,
			"'%.60s' does not end in what was listed: '(5000 objects)' or '(100 of "
			"5000)'",
			at->text);
	call->objects = (uint32_t)n;
	call->of = (uint32_t)all;
	return 0;
}

static int finish_call(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct calibrated_call *call = record;
	const struct doc_node *text = doc_get(at, "call");
	bool is_read;
	const char *tail = "";

	(void)r;
	call->objects = call->of = 1;
	if (call_text_read(text, &call->name, &tail, err) ||
		(*tail && read_size(call, tail, text, err)))
		return ERR_INPUT;
	is_read = !call_mutates(&call->name);
	if (is_read == (call->served == SERVED_WRITE))
		return doc_error(doc_get(at, "read"), err, "'%s' %s", call->call,
			is_read ? "reads: rv=0 or quorum" : "is a write");
	return 0;
}

static const struct table call_table = {
	.what = "a call",
	.field = call_fields,
	.n = COUNT_OF(call_fields),
	.finish = finish_call,
};

static int read_starts(struct reading *r, struct calibration *c, struct err *err)
{
	static const struct field cpu = {
		.name = "startPodContainerdCPUMicros", .type = FIELD_MICROS, .max = HOUR};

	if (!c->starts_tree)
		return 0;
	if (c->starts_tree->kind != DOC_MAP)
		return doc_error(c->starts_tree, err, "'%s' is %s, a map is needed", cpu.name,
			doc_kind_name(c->starts_tree->kind));
	c->starts = ARENA_ARRAY(r->mem, struct calibrated_start, c->starts_tree->n);
	for (const struct doc_node *at = c->starts_tree->first; at; at = at->next) {
		struct calibrated_start *start = &c->starts[c->n_starts++];
		struct err why = {0};
		int64_t pods;

		if (units_parse_int(at->key, 0, PODS_MAX, &pods, &why))
			return doc_error_key(at, err, "'%.60s': %s", at->key, why.text);
		start->pods = (uint32_t)pods;
		if (field_read_scalar(r, &cpu, at, &start->cpu, err))
			return ERR_INPUT;
	}
	return 0;
}

struct sorted {
	const struct calibrated_call *call;
};

static int by_call(const void *a, const void *b)
{
	const struct calibrated_call *x = ((const struct sorted *)a)->call;
	const struct calibrated_call *y = ((const struct sorted *)b)->call;
	int order = strcmp(x->call, y->call);

	if (!order)
		order = (int)x->encoding - (int)y->encoding;
	return order ? order : (int)x->served - (int)y->served;
}

static int refuse_twice(struct reading *r, const struct calibration *c,
	const struct doc_node *calls, struct err *err)
{
	struct sorted *sorted = ARENA_ARRAY(r->mem, struct sorted, c->n_calls);
	const struct doc_node *at = calls ? calls->first : NULL;

	for (uint32_t i = 0; i < c->n_calls; i++)
		sorted[i].call = &c->calls[i];
	if (c->n_calls)
		qsort(sorted, c->n_calls, sizeof(*sorted), by_call);
	for (uint32_t i = 1; i < c->n_calls; i++) {
		const struct calibrated_call *before = sorted[i - 1].call;
		const struct calibrated_call *later = sorted[i].call;

		if (by_call(&sorted[i - 1], &sorted[i]))
			continue;
		later = later > before ? later : before;
		for (ptrdiff_t skip = later - c->calls; at && skip; skip--)
			at = at->next;
		return doc_error(
			at, err, "'%.60s' is here twice, encoded and read alike", later->call);
	}
	return 0;
}

static int finish_calibration(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct calibration *c = record;

	if (!c->n_operations && !c->n_designs && !c->n_calls)
		return doc_error(
			at, err, "a calibration without operations, designs and calls");
	if (refuse_twice(r, c, doc_get(at, "calls"), err))
		return ERR_INPUT;
	return read_starts(r, c, err);
}

#define REC struct calibration
static const struct field calibration_fields[] = {
	{.name = "apiVersion", .type = FIELD_IGNORED},
	{.name = "kind", .type = FIELD_IGNORED},
	{.name = "metadata", .type = FIELD_IGNORED},
	KEEP(about, "about", FIELD_TEXT_PTR, .help = "how it was measured"),
	ROWS(operations, n_operations, "operations", struct calibrated_operation,
		operation_table, "of a runtime"),
	KEEP(starts_tree, "startPodContainerdCPUMicros", FIELD_TREE,
		.help = "CPU of starting one pod, by pods that run"),
	ROWS(designs, n_designs, "designs", struct calibrated_design, design_table,
		"ways to find out what happened, as a whole"),
	{.name = "designsNote", .type = FIELD_IGNORED, .flags = FIELD_OPTIONAL},
	ROWS(calls, n_calls, "calls", struct calibrated_call, call_table, "of an API server"),
};
#undef REC
const struct table table_calibration = {
	.what = "the calibration",
	.field = calibration_fields,
	.n = COUNT_OF(calibration_fields),
	.finish = finish_calibration,
};

static int read_root(
	const struct doc_node *root, struct arena *mem, struct calibration *to, struct err *err)
{
	struct calibration c = {0};
	struct reading r = {.mem = mem};

	if (head_check(root, "Calibration", &c.name, err) ||
		table_read(&r, &table_calibration, root, &c, err))
		return ERR_INPUT;
	*to = c;
	return 0;
}

void calibration_path(const struct library *lib, const char *name, char *path, size_t size)
{
	if (strchr(name, '/') || strstr(name, ".json") || strstr(name, ".yaml"))
		(void)snprintf(path, size, "%s", name);
	else
		(void)snprintf(path, size, "%s/calibration/%s.json", lib->dir, name);
}

int calibration_tree(const struct library *lib, const char *name,
	struct calibration *calibration, struct doc_node **root, struct err *err)
{
	char path[1024];
	int code;

	calibration_path(lib, name, path, sizeof(path));
	code = doc_load(lib->mem, path, MODEL_FILE_BYTES, root, err);
	return code ? code : read_root(*root, lib->mem, calibration, err);
}

int calibration_load(const struct library *lib, const char *name,
	struct calibration *calibration, struct err *err)
{
	struct doc_node *root = NULL;

	return calibration_tree(lib, name, calibration, &root, err);
}

int calibration_names(const struct library *lib, struct names *names, struct err *err)
{
	char path[1024];

	*names = (struct names){0};
	(void)snprintf(path, sizeof(path), "%s/calibration", lib->dir);
	if (!file_exists(path))
		return 0; /* a library may do without */
	return library_names(lib, "calibration", ".json", names, err);
}

int calibration_parse(const char *name, const char *text, size_t len, struct arena *mem,
	struct calibration *calibration, struct err *err)
{
	struct doc_node *root = NULL;
	int code = doc_parse(mem, name, text, len, &root, err);

	return code ? code : read_root(root, mem, calibration, err);
}
