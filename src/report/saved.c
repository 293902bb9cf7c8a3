/* SPDX-License-Identifier: Apache-2.0 */
#include "report/saved.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

static const char *const kinds[] = {"Result", "Contrast", "Comparison", "Sweep", "Estimate",
	"Validation", "ServerCounts", "Incidents", "Agreement"};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

bool saved_is_kind(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i], kind))
			return true;
	return false;
}

void saved_fini(struct saved *saved)
{
	json_free(saved->json);
	*saved = (struct saved){0};
}

static int no_result(const char *name, const char *why, struct err *err)
{
	struct str all = {0};
	int code;

	for (size_t i = 0; i < KINDS; i++)
		str_addf(&all, "%s%s", i ? ", " : "", kinds[i]);
	code = err_set(err, ERR_INPUT, "%.200s: %.120s; a result is needed: %s", name, why,
		str_text(&all));
	str_fini(&all);
	return code;
}

static int check_kind(const char *name, const struct json *json, struct err *err)
{
	const char *kind = json_as_str(json_get(json, "kind"));
	const char *near;
	struct str why = {0};
	int code;

	if (!kind)
		return no_result(name, "there is no 'kind'", err);
	if (saved_is_kind(kind))
		return 0;
	near = str_nearest(kind, kinds, KINDS);
	str_addf(&why, "this is of kind '%.40s'%s%s%s", kind, near ? ", did you mean '" : "",
		near ? near : "", near ? "'?" : "");
	code = no_result(name, str_text(&why), err);
	str_fini(&why);
	return code;
}

static int check_versions(const char *name, const struct json *json,
	const struct saved_versions *versions, struct err *err)
{
	const char *api = json_as_str(json_get(json, "apiVersion"));
	const char *program = json_as_str(json_get(json_get(json, "versions"), "nodetoll"));

	if (!api || strcmp(api, versions->api) != 0)
		return err_set(err, ERR_INPUT, "%.200s: apiVersion is '%.60s', '%s' is needed",
			name, api ? api : "", versions->api);
	if (!program || strcmp(program, versions->program) != 0)
		return err_set(err, ERR_INPUT,
			"%.200s: a result of nodetoll '%.40s', and this is %s: what it counts "
			"may mean something else; make it anew",
			name, program ? program : "", versions->program);
	return 0;
}

/* It begins as an object and does not end as one. */
static bool is_cut_off(const char *text, size_t len)
{
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	return len && text[0] == '{' && text[len - 1] != '}';
}

int saved_parse(const char *name, const char *text, size_t len,
	const struct saved_versions *versions, struct saved *saved, struct err *err)
{
	struct json *json = NULL;
	int code = json_parse(text, len, &json, err);

	*saved = (struct saved){0};
	if (code)
		return err_wrap(err, "%.200s%s", name,
			is_cut_off(text, len) ? ": it seems to have been cut off" : "");
	if (!json_is_object(json))
		code = no_result(name, "this is no object", err);
	if (!code)
		code = check_kind(name, json, err);
	if (!code)
		code = check_versions(name, json, versions, err);
	if (code) {
		json_free(json);
		return code;
	}
	saved->json = json;
	saved->kind = json_as_str(json_get(json, "kind"));
	return 0;
}

int saved_read(const char *path, const struct saved_versions *versions, struct saved *saved,
	struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	int code = file_read(path, SAVED_MAX_BYTES, &text, &len, err);

	*saved = (struct saved){0};
	if (!code)
		code = saved_parse(path, text, len, versions, saved, err);
	free(text);
	return code;
}

/* ------------------------------------------------------------------ what it looks like */

enum { LOOKED_AT = 4096 };

/* The first "kind" of a text that may be cut off: where its value begins. */
static const char *kind_in(const char *text, size_t len)
{
	static const char key[] = "\"kind\"";
	const size_t n = sizeof(key) - 1;
	size_t at = 0;

	while (at + n < len && memcmp(text + at, key, n) != 0)
		at++;
	for (at += n; at < len && strchr(" \t\r\n:", text[at]); at++)
		;
	return at < len && text[at] == '"' ? text + at + 1 : NULL;
}

bool saved_is_result(const char *text, size_t len)
{
	static const char *const others[] = {"Scenario", "Kubelet", "Runtime", "APIServer",
		"Workload", "Feature", "Incident", "Budget", "Calibration", "Recording"};
	size_t look = len < LOOKED_AT ? len : LOOKED_AT;
	size_t at = 0;
	const char *kind;

	while (at < look && strchr(" \t\r\n", text[at]))
		at++;
	if (at == look || text[at] != '{')
		return false;
	kind = kind_in(text, look);
	for (size_t i = 0; kind && i < sizeof(others) / sizeof(others[0]); i++) {
		size_t n = strlen(others[i]);

		if ((size_t)(text + look - kind) > n && !strncmp(kind, others[i], n) &&
			kind[n] == '"')
			return false;
	}
	return true;
}
