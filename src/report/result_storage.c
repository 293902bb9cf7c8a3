/* SPDX-License-Identifier: Apache-2.0 */
/* What etcd stores and what watchers are told, in words. */
#include "report/format.h"
#include "report/result_priv.h"

static const struct column storage_list[] = {
	{"resource", "resource", CELL_TEXT, NULL},
	{"objects", "objects", CELL_COUNT, NULL},
	{"objectBytes", "bytes\neach", CELL_COUNT, NULL},
	{"storedBytes", "stored", CELL_COUNT, NULL},
	{"writtenBytesPerSecond", "written,\nbytes/s", CELL_RATE, NULL},
	{"readBytesPerSecond", "read,\nbytes/s", CELL_RATE, NULL},
	{"eventsPerSecond", "changes\n/s", CELL_RATE, NULL},
	{"eventsPeakSecond", "peak\nsecond", CELL_COUNT, NULL},
	{"watchers", "who watch\nall", CELL_COUNT, NULL},
	{"toldPerSecond", "told,\nevents/s", CELL_RATE, NULL},
	{"toldBytesPerSecond", "told,\nbytes/s", CELL_RATE, NULL},
};
const struct columns result_storage_columns = COLUMNS_OF(storage_list);

struct json *result_storage_rows(const struct json *result)
{
	const struct json *list = table_value(result, "storage.resources");
	struct json *rows = json_array();

	for (const struct json *row = json_child(list); row; row = json_next(row))
		if (json_as_num(json_get(row, "objects")) > 0 ||
			json_as_num(json_get(row, "eventsPerSecond")) > 0)
			json_append(rows, json_clone(row));
	return rows;
}

void result_storage_title(const struct json *result, struct str *out)
{
	const struct json *s = json_get(result, "storage");
	const struct json *cores = json_get(s, "etcdCores");
	char stored[FORMAT_BYTES], written[FORMAT_BYTES], read[FORMAT_BYTES],
		told[FORMAT_BYTES];

	str_addf(out, "What etcd has as %s: %s bytes, %s written a second, %s read",
		json_as_str(json_get(s, "format")),
		format_count(stored, sizeof(stored), json_as_num(json_get(s, "storedBytes"))),
		format_rate(written, sizeof(written),
			json_as_num(json_get(s, "writtenBytesPerSecond"))),
		format_rate(
			read, sizeof(read), json_as_num(json_get(s, "readBytesPerSecond"))));
	if (json_is_num(cores))
		str_addf(out, ", with %.2f processors", json_as_num(cores));
	str_addf(out, "; what watchers are told: %s events a second",
		format_rate(told, sizeof(told), json_as_num(json_get(s, "toldPerSecond"))));
}

void result_storage_limit(const struct json *result, struct str *out)
{
	const struct json *list = table_value(result, "storage.resources");
	double limit = json_as_num(table_value(result, "storage.watcherLimit"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	for (const struct json *row = json_child(list); row && limit > 0; row = json_next(row))
		if (json_as_num(json_get(row, "eventsPeakSecond")) >= limit ||
			json_as_num(json_get(row, "eventsPerSecond")) >= limit)
			str_addf(out,
				"One watcher of all %s has to be told of %s events a second, "
				"%s "
				"in the busiest; this etcd passes on no more than %.0f.\n",
				json_as_str(json_get(row, "resource")),
				format_rate(a, sizeof(a),
					json_as_num(json_get(row, "eventsPerSecond"))),
				format_count(b, sizeof(b),
					json_as_num(json_get(row, "eventsPeakSecond"))),
				limit);
}
