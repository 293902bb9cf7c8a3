/* SPDX-License-Identifier: Apache-2.0 */
#include "report/contrast.h"
#include "report/table.h"

/* The entries of object but for those that are rows of a part of their own; NULL is nothing. */
static void add_scalars(struct json *table, const char *part, const struct json *object)
{
	struct json *rows = json_array();
	struct json *row = json_object();
	bool any = false;

	for (const struct json *v = json_child(object); v; v = json_next(v)) {
		if (json_is_object(v) || json_is_object(json_child(v)))
			continue;
		json_put(row, json_key(v), json_clone(v));
		any = true;
	}
	if (any)
		json_append(rows, row);
	else
		json_free(row);
	table_csv_add(table, part, rows);
	json_free(rows);
}

static void add_party(
	struct json *table, const char *part, const char *points_part, const struct json *party)
{
	add_scalars(table, part, party);
	table_csv_add(table, points_part, json_get(party, "added"));
}

void contrast_csv(const struct json *result, struct str *out)
{
	const struct json *cost = json_get(result, "cost");
	struct json *table = json_array();

	table_csv_add(table, "runtime", json_get(result, "runtime"));
	table_csv_add(table, "objects", json_get(result, "objects"));
	table_csv_add(table, "burst", json_get(result, "burst"));
	add_scalars(table, "parameters", json_get(result, "parameters"));
	add_scalars(table, "published", json_get(result, "published"));
	add_scalars(table, "cost", cost);
	add_party(table, "cost.runtime", "cost.runtime.added", json_get(cost, "runtime"));
	add_party(table, "cost.kubelet", "cost.kubelet.added", json_get(cost, "kubelet"));
	table_csv_add(table, "cost.pollingOverGeneric", json_get(cost, "pollingOverGeneric"));
	table_csv_add(table, "classes", json_get(result, "classes"));
	table_csv(table, out);
	json_free(table);
}
