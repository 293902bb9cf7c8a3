/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/table.h"

#include <stdio.h>
#include <string.h>

#include "rest/when.h"

/* pkg/printers/internalversion/printers.go, AddHandlers and print<Kind>: the columns of a plain
 * get. */
static const struct {
	const char *kind;
	const char *columns; /* behind Name and before Age */
} kinds[] = {
	{"Pod", "Ready Status Restarts"},
	{"Node", "Status Roles Version"},
	{"Namespace", "Status"},
	{"Secret", "Type Data"},
	{"ConfigMap", "Data"},
	{"Service", "Type Cluster-IP"},
	{"ServiceAccount", "Secrets"},
	{"Lease", "Holder"},
	{"Event", "Type Reason Message"},
};

bool table_is_wanted(const char *accept)
{
	const char *first = "application/json;as=Table";

	return accept && !strncmp(accept, first, strlen(first)) &&
	       strstr(accept, "v=v1;g=meta.k8s.io") != NULL;
}

static const char *text_at(const struct json *tree, const char *a, const char *b)
{
	const char *text = json_as_str(json_get(json_get(tree, a), b));

	return text ? text : "";
}

/* duration.HumanDuration, in its coarse parts. */
static void age(struct json *cells, const struct json *tree, int64_t now_s)
{
	const char *made = text_at(tree, "metadata", "creationTimestamp");
	int64_t at = when_read(made);
	int64_t s = at < 0 || at > now_s ? 0 : now_s - at;
	char text[32];

	if (at < 0)
		(void)snprintf(text, sizeof(text), "<unknown>");
	else if (s < 120)
		(void)snprintf(text, sizeof(text), "%llds", (long long)s);
	else if (s < 3 * 3600)
		(void)snprintf(text, sizeof(text), "%lldm", (long long)(s / 60));
	else if (s < 48 * 3600)
		(void)snprintf(text, sizeof(text), "%lldh", (long long)(s / 3600));
	else
		(void)snprintf(text, sizeof(text), "%lldd", (long long)(s / 86400));
	json_append_str(cells, text);
}

/* ------------------------------------------------------------------ cells by kind */

static void pod_cells(struct json *cells, const struct json *tree)
{
	const struct json *status = json_get(tree, "status");
	const char *reason = json_as_str(json_get(status, "reason"));
	const char *phase = text_at(tree, "status", "phase");
	size_t ready = 0;
	int64_t restarts = 0;
	char text[64];

	for (const struct json *c = json_child(json_get(status, "containerStatuses")); c;
		c = json_next(c)) {
		ready += json_as_bool(json_get(c, "ready"));
		restarts += (int64_t)json_as_num(json_get(c, "restartCount"));
	}
	(void)snprintf(text, sizeof(text), "%zu/%zu", ready,
		json_size(json_get(json_get(tree, "spec"), "containers")));
	json_append_str(cells, text);
	json_append_str(cells, *text_at(tree, "metadata", "deletionTimestamp") ? "Terminating"
			       : reason                                        ? reason
									       : phase);
	json_append_int(cells, restarts);
}

static void node_cells(struct json *cells, const struct json *tree)
{
	static const char role[] = "node-role.kubernetes.io/";
	const struct json *status = json_get(tree, "status");
	const struct json *spec = json_get(tree, "spec");
	const char *state = "Unknown";
	struct str text = {0}, roles = {0};

	for (const struct json *c = json_child(json_get(status, "conditions")); c;
		c = json_next(c)) {
		const char *type = json_as_str(json_get(c, "type"));
		const char *value = json_as_str(json_get(c, "status"));

		if (type && !strcmp(type, "Ready"))
			state = value && !strcmp(value, "True") ? "Ready" : "NotReady";
	}
	str_addf(&text, "%s%s", state,
		json_as_bool(json_get(spec, "unschedulable")) ? ",SchedulingDisabled" : "");
	for (const struct json *l = json_child(json_get(json_get(tree, "metadata"), "labels"));
		l; l = json_next(l))
		if (!strncmp(json_key(l), role, sizeof(role) - 1))
			str_addf(&roles, "%s%s", str_len(&roles) ? "," : "",
				json_key(l) + sizeof(role) - 1);
	json_append_str(cells, str_text(&text));
	json_append_str(cells, str_len(&roles) ? str_text(&roles) : "<none>");
	json_append_str(
		cells, json_as_str(json_get(json_get(status, "nodeInfo"), "kubeletVersion")));
	str_fini(&text);
	str_fini(&roles);
}

static const char *or_none(const char *text)
{
	return text && *text ? text : "<none>";
}

static void kind_cells(const char *kind, struct json *cells, const struct json *tree)
{
	const char *type = json_as_str(json_get(tree, "type"));

	if (!strcmp(kind, "Pod")) {
		pod_cells(cells, tree);
	} else if (!strcmp(kind, "Node")) {
		node_cells(cells, tree);
	} else if (!strcmp(kind, "Namespace")) {
		json_append_str(cells, text_at(tree, "status", "phase"));
	} else if (!strcmp(kind, "Secret")) {
		json_append_str(cells, type);
		json_append_int(cells, (int64_t)json_size(json_get(tree, "data")));
	} else if (!strcmp(kind, "ConfigMap")) {
		json_append_int(cells, (int64_t)(json_size(json_get(tree, "data")) +
						 json_size(json_get(tree, "binaryData"))));
	} else if (!strcmp(kind, "Service")) {
		json_append_str(cells, or_none(text_at(tree, "spec", "type")));
		json_append_str(cells, or_none(text_at(tree, "spec", "clusterIP")));
	} else if (!strcmp(kind, "ServiceAccount")) {
		json_append_int(cells, (int64_t)json_size(json_get(tree, "secrets")));
	} else if (!strcmp(kind, "Lease")) {
		json_append_str(cells, or_none(text_at(tree, "spec", "holderIdentity")));
	} else if (!strcmp(kind, "Event")) {
		json_append_str(cells, or_none(type));
		json_append_str(cells, or_none(json_as_str(json_get(tree, "reason"))));
		json_append_str(cells, or_none(json_as_str(json_get(tree, "message"))));
	}
}

/* ------------------------------------------------------------------ the table */

static const char *columns_of(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].kind, kind))
			return kinds[i].columns;
	return "";
}

static void put_column(struct json *list, const char *name, size_t len)
{
	struct json *c = json_object();
	char text[32];
	bool number;

	(void)snprintf(text, sizeof(text), "%.*s", (int)len, name);
	number = !strcmp(text, "Data") || !strcmp(text, "Restarts") || !strcmp(text, "Secrets");
	json_put_str(c, "name", text);
	json_put_str(c, "type", number ? "integer" : "string");
	json_put_str(c, "format", strcmp(text, "Name") ? "" : "name");
	json_put_str(c, "description", "");
	json_put_int(c, "priority", 0);
	json_append(list, c);
}

static struct json *columns(const struct rest_resource *r)
{
	struct json *list = json_array();

	put_column(list, "Name", 4);
	for (const char *c = columns_of(r->kind); *c;) {
		size_t len = strcspn(c, " ");

		put_column(list, c, len);
		c += len + (c[len] == ' ');
	}
	put_column(list, "Age", 3);
	return list;
}

static struct json *metadata_of(const struct json *tree)
{
	const struct json *metadata = json_get(tree, "metadata");

	return metadata ? json_clone(metadata) : json_object();
}

static struct json *row(const struct rest_resource *r, const struct json *tree, int64_t now_s)
{
	struct json *value = json_object();
	struct json *cells = json_array();
	struct json *object = json_object();

	json_append_str(cells, text_at(tree, "metadata", "name"));
	kind_cells(r->kind, cells, tree);
	age(cells, tree, now_s);
	json_put(value, "cells", cells);
	json_put_str(object, "kind", "PartialObjectMetadata");
	json_put_str(object, "apiVersion", "meta.k8s.io/v1");
	json_put(object, "metadata", metadata_of(tree));
	json_put(value, "object", object);
	return value;
}

struct json *table_of(const struct rest_resource *r, struct json *tree, int64_t now_s)
{
	struct json *table = json_object();
	struct json *rows = json_array();
	const struct json *items = json_get(tree, "items");

	json_put_str(table, "kind", "Table");
	json_put_str(table, "apiVersion", "meta.k8s.io/v1");
	if (json_is_array(items)) {
		json_put(table, "metadata", metadata_of(tree));
		for (const struct json *i = json_child(items); i; i = json_next(i))
			json_append(rows, row(r, i, now_s));
	} else {
		json_put(table, "metadata", json_object());
		json_append(rows, row(r, tree, now_s));
	}
	json_put(table, "columnDefinitions", columns(r));
	json_put(table, "rows", rows);
	json_free(tree);
	return table;
}
