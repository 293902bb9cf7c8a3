/* SPDX-License-Identifier: Apache-2.0 */
/* The maps of a phase: counts by call, handling times by method. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "models/recording_priv.h"
#include "models/tables.h"

static const char *const source_names[RECORDED_SOURCES] = {"api", "cri", "wire"};

const char *recorded_source_name(enum recorded_source source)
{
	return source_names[source];
}

/* '<verb> <resource>[/<subresource>][ <code>]', or lost in place of a code: no answer came. */
static bool is_api_call(const char *call)
{
	static const char *const verbs[] = {"get ", "list ", "watch ", "create ", "update ",
		"patch ", "delete ", "deletecollection "};
	const char *rest = NULL;
	size_t len;

	for (uint32_t i = 0; i < COUNT_OF(verbs) && !rest; i++)
		if (!strncmp(call, verbs[i], strlen(verbs[i])))
			rest = call + strlen(verbs[i]);
	if (!rest)
		return false;
	len = strspn(rest, "abcdefghijklmnopqrstuvwxyz0123456789./-");
	if (!len || !rest[len])
		return len > 0;
	rest += len;
	return !strcmp(rest, " lost") ||
	       (rest[0] == ' ' && strspn(rest + 1, "0123456789") == 3 && !rest[4]);
}

/* The form of an operation_type. */
static bool is_operation(const char *call)
{
	return *call && !call[strspn(call, "abcdefghijklmnopqrstuvwxyz_")];
}

/* '<Method>[ <Code>]' */
static bool is_method(const char *call)
{
	static const char *const letters =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strspn(call, letters);

	if (!len || *call < 'A' || *call > 'Z')
		return false;
	return !call[len] || (call[len] == ' ' && call[len + 1] &&
				     !call[len + 1 + strspn(call + len + 1, letters)]);
}

static int read_count(const struct doc_node *node, uint32_t *count, struct err *err)
{
	struct err why = {0};
	int64_t value;

	if (node->kind != DOC_SCALAR || node->quoted)
		return doc_error(node, err, "'%.80s' is %s, a count is needed", node->key,
			node->quoted ? "a text" : doc_kind_name(node->kind));
	if (units_parse_int(node->text, 0, RECORDED_COUNT_MAX, &value, &why))
		return doc_error(node, err, "'%.80s': %s", node->key, why.text);
	*count = (uint32_t)value;
	return 0;
}

/* What CRI has and no kubelet here calls: counts of them are rows that nothing simulates, times
 * feed nothing.  (pkg/kubelet/kuberuntime/instrumented_services.go, v1.36) */
static const struct {
	const char *operation;
	const char *method;
} others[] = {
	{"attach", "Attach"},
	{"checkpoint_container", "CheckpointContainer"},
	{"container_stats", "ContainerStats"},
	{"exec", "Exec"},
	{"list_metric_descriptors", "ListMetricDescriptors"},
	{"list_podsandbox_metrics", "ListPodSandboxMetrics"},
	{"list_podsandbox_stats", "ListPodSandboxStats"},
	{"podsandbox_stats", "PodSandboxStats"},
	{"port_forward", "PortForward"},
	{"reopen_container_log", "ReopenContainerLog"},
	{"runtime_config", "RuntimeConfig"},
	{"update_podsandbox_resources", "UpdatePodSandboxResources"},
	{"update_runtime_config", "UpdateRuntimeConfig"},
};

/* The words are CRI's own, so one that is not among them is misspelt, and what it counts would
 * be lost in silence.  The name is the first len bytes of the key; *op is OP_N for one that is
 * known and not simulated. */
static int read_operation(
	const struct doc_node *at, bool method, size_t len, enum operation *op, struct err *err)
{
	const char *known[OP_N + COUNT_OF(others)];
	char name[80];
	const char *near;
	uint32_t n = 0;

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, at->key);
	for (uint32_t i = 0; i < OP_N; i++)
		known[n++] = method ? operation_cri_method((enum operation)i)
				    : operation_name((enum operation)i);
	for (uint32_t i = 0; i < COUNT_OF(others); i++)
		known[n++] = method ? others[i].method : others[i].operation;
	for (uint32_t i = 0; i < n; i++)
		if (*known[i] && !strcmp(name, known[i])) {
			*op = i < OP_N ? (enum operation)i : OP_N;
			return 0;
		}
	near = str_nearest(name, known, n);
	return doc_error_key(at, err, "'%.80s' is no %s of the runtime%s%s%s", name,
		method ? "method" : "operation", near ? "; did you mean '" : "",
		near ? near : "", near ? "'?" : "");
}

static int check_call(const struct doc_node *at, enum recorded_source source, struct err *err)
{
	static bool (*const is_call[RECORDED_SOURCES])(const char *) = {
		is_api_call, is_operation, is_method};
	static const char *const form[RECORDED_SOURCES] = {
		"'<verb> <resource>[/<subresource>][ <code> or lost]'", "an operation_type",
		"'<Method>[ <Code>]'"};
	enum operation op;

	if (!is_call[source](at->key))
		return doc_error_key(
			at, err, "'%.80s' is no call: %s is needed", at->key, form[source]);
	if (source == RECORDED_API)
		return 0;
	return read_operation(at, source == RECORDED_WIRE, strcspn(at->key, " "), &op, err);
}

int recording_read_rows(struct recorded_phase *p, enum recorded_source source, struct err *err)
{
	if (!p->tree[source])
		return 0;
	if (p->tree[source]->kind != DOC_MAP)
		return doc_error(p->tree[source], err, "'%s' is %s, a map of counts is needed",
			source_names[source], doc_kind_name(p->tree[source]->kind));
	p->has[source] = true;
	for (const struct doc_node *at = p->tree[source]->first; at; at = at->next) {
		struct recorded_row *row = &p->rows[p->n_rows];

		if (check_call(at, source, err))
			return ERR_INPUT;
		row->source = source;
		row->call = at->key;
		if (read_count(at, &row->count, err))
			return ERR_INPUT;
		p->n_rows++;
	}
	return 0;
}

int recording_read_means(struct recorded_phase *p, struct err *err)
{
	static const struct field mean = {
		.name = "wireMeanMs", .type = FIELD_MILLIS, .max = 60 * NS_MIN};

	if (!p->wire_mean_tree)
		return 0;
	if (p->wire_mean_tree->kind != DOC_MAP)
		return doc_error(p->wire_mean_tree, err, "'wireMeanMs' is %s, a map is needed",
			doc_kind_name(p->wire_mean_tree->kind));
	for (const struct doc_node *at = p->wire_mean_tree->first; at; at = at->next) {
		enum operation op;
		ns_t value;

		if (read_operation(at, true, strlen(at->key), &op, err) ||
			field_read_scalar(NULL, &mean, at, &value, err))
			return ERR_INPUT;
		if (op < OP_N)
			p->wire_mean[op] = value;
	}
	return 0;
}
