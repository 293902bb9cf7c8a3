/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"

enum { SEGMENTS = 9 };

const char *rest_verb_name(enum rest_verb verb)
{
	static const char *const names[VERBS] = {"get", "list", "watch", "create", "update",
		"patch", "delete", "deletecollection"};

	return names[verb];
}

bool rest_verb_mutates(enum rest_verb verb)
{
	return verb > VERB_WATCH;
}

/* ------------------------------------------------------------------ the query */

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Percent and plus decoded in place.  A NUL, or what is no code, is refused. */
static bool decode(char *text, bool plus)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		char c = *in == '+' && plus ? ' ' : *in;

		if (c == '%') {
			int hi = hex(in[1]);
			int lo = hi < 0 ? -1 : hex(in[2]);

			if (lo < 0 || (hi == 0 && lo == 0))
				return false;
			c = (char)(hi << 4 | lo);
			in += 2;
		}
		*out++ = c;
	}
	*out = '\0';
	return true;
}

static bool is_true(const char *text)
{
	return !*text || !strcmp(text, "1") || !strcasecmp(text, "true") || !strcmp(text, "t");
}

static int number(const char *name, const char *text, int64_t *out, struct err *err)
{
	if (!units_parse_int(text, 0, INT32_MAX, out, NULL))
		return 0;
	return err_set(err, ERR_INPUT,
		"%s '%.40s': a whole number that is not negative is expected", name, text);
}

static int parameter(
	struct rest_route *r, const char *name, const char *value, bool *watch, struct err *err)
{
	const struct {
		const char *name;
		const char **text;
		bool *flag;
		int64_t *number;
	} known[] = {
		{"fieldSelector", &r->field_selector, NULL, NULL},
		{"labelSelector", &r->label_selector, NULL, NULL},
		{"resourceVersion", &r->resource_version, NULL, NULL},
		{"resourceVersionMatch", &r->version_match, NULL, NULL},
		{"continue", &r->token, NULL, NULL},
		{"do", &r->do_what, NULL, NULL},
		{"watch", NULL, watch, NULL},
		{"allowWatchBookmarks", NULL, &r->bookmarks, NULL},
		{"sendInitialEvents", NULL, &r->initial_events, NULL},
		{"timeoutSeconds", NULL, NULL, &r->timeout_s},
		{"limit", NULL, NULL, &r->limit},
		{"gracePeriodSeconds", NULL, NULL, &r->grace_s},
	};

	if (!strcmp(name, "dryRun"))
		r->dry_run = !strcmp(value, "All");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		if (known[i].text)
			*known[i].text = *value ? value : NULL;
		if (known[i].flag)
			*known[i].flag = is_true(value);
		if (known[i].number)
			return number(name, value, known[i].number, err);
	}
	return 0; /* as kube-apiserver, which ignores what it does not know */
}

static int parse_query(struct rest_route *r, bool *watch, struct err *err)
{
	char *left = NULL;

	for (char *p = strtok_r(r->query, "&", &left); p; p = strtok_r(NULL, "&", &left)) {
		char *value = strchr(p, '=');
		char none[] = "";
		int code;

		if (value)
			*value++ = '\0';
		if (!decode(p, true) || (value && !decode(value, true)))
			return err_set(err, ERR_INPUT, "invalid URL escape in '%.40s'", p);
		/* A flag without a value is set; `none` is not kept. */
		code = parameter(r, p, value ? value : none, watch, err);
		if (code)
			return code;
	}
	return 0;
}

/* ------------------------------------------------------------------ the path */

static enum rest_target plain_target(char *const seg[], unsigned n)
{
	static const struct {
		const char *path;
		enum rest_target target;
	} known[] = {
		{"version", TARGET_VERSION},
		{"healthz", TARGET_HEALTH},
		{"readyz", TARGET_HEALTH},
		{"livez", TARGET_HEALTH},
		{"metrics", TARGET_METRICS},
		{"openapi", TARGET_OPENAPI},
		{"nodetoll", TARGET_FAULTS},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		bool deeper =
			known[i].target == TARGET_OPENAPI || known[i].target == TARGET_FAULTS;

		if (n == (deeper ? 2 : 1) && !strcmp(seg[0], known[i].path))
			return known[i].target;
	}
	return TARGET_NONE;
}

static int not_found(int *code, struct err *err)
{
	*code = 404;
	return err_set(err, ERR_INPUT, "the server could not find the requested resource");
}

static bool copy(char *to, size_t size, const char *from)
{
	return snprintf(to, size, "%s", from) < (int)size;
}

/* What stands behind the group and version: [namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]. */
static int resource_path(
	struct rest_route *r, char *const seg[], unsigned n, int *code, struct err *err)
{
	bool fits = true;

	/* namespaces, namespaces/NS, namespaces/NS/status are about namespaces themselves. */
	if (n >= 3 && !strcmp(seg[0], "namespaces") && strcmp(seg[2], "status") != 0 &&
		strcmp(seg[2], "finalize") != 0) {
		fits = copy(r->ns, sizeof(r->ns), seg[1]);
		seg += 2;
		n -= 2;
	}
	r->resource = rest_resource_find(r->group, r->version, seg[0]);
	if (!r->resource || n > 3 || (*r->ns && !rest_is(r->resource, REST_NAMESPACED)))
		return not_found(code, err);
	if (n > 1)
		fits = fits && copy(r->name, sizeof(r->name), seg[1]);
	if (n > 2)
		fits = fits && copy(r->subresource, sizeof(r->subresource), seg[2]);
	if (!fits || (n > 1 && !*r->ns && rest_is(r->resource, REST_NAMESPACED)))
		return not_found(code, err);
	return 0;
}

static int api_path(
	struct rest_route *r, char *const seg[], unsigned n, int *code, struct err *err)
{
	bool core = !strcmp(seg[0], "api");
	unsigned head = core ? 2 : 3; /* api/v1, apis/GROUP/VERSION */

	if (n == 1) {
		r->target = core ? TARGET_CORE_VERSIONS : TARGET_GROUPS;
		return 0;
	}
	if (!copy(r->group, sizeof(r->group), core ? "" : seg[1]))
		return not_found(code, err);
	if (n < head) {
		r->target = TARGET_GROUP;
		return 0;
	}
	if (!copy(r->version, sizeof(r->version), seg[head - 1]))
		return not_found(code, err);
	r->target = n == head ? TARGET_GROUP_VERSION : TARGET_RESOURCE;
	return n == head ? 0 : resource_path(r, seg + head, n - head, code, err);
}

static int parse_path(struct rest_route *r, char *path, int *code, struct err *err)
{
	char *seg[SEGMENTS];
	char *left = NULL;
	unsigned n = 0;

	r->target = TARGET_NONE;
	for (char *p = strtok_r(path, "/", &left); p; p = strtok_r(NULL, "/", &left)) {
		if (n == SEGMENTS)
			return not_found(code, err);
		if (!decode(p, false))
			return err_set(err, ERR_INPUT, "invalid URL escape in the path");
		seg[n++] = p;
	}
	if (n && (!strcmp(seg[0], "api") || !strcmp(seg[0], "apis")))
		return api_path(r, seg, n, code, err);
	r->target = n ? plain_target(seg, n) : TARGET_NONE;
	return r->target == TARGET_NONE ? not_found(code, err) : 0;
}

/* ------------------------------------------------------------------ the verb */

static int verb_of(
	struct rest_route *r, const char *method, bool watch, int *code, struct err *err)
{
	static const struct {
		const char *method;
		enum rest_verb one, all;
	} verbs[] = {
		{"GET", VERB_GET, VERB_LIST},
		{"HEAD", VERB_GET, VERB_LIST},
		{"POST", VERB_CREATE, VERB_CREATE},
		{"PUT", VERB_UPDATE, VERBS},
		{"PATCH", VERB_PATCH, VERBS},
		{"DELETE", VERB_DELETE, VERB_DELETECOLLECTION},
	};
	bool one = *r->name || r->target != TARGET_RESOURCE;

	r->verb = VERBS;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].method, method))
			r->verb = one ? verbs[i].one : verbs[i].all;
	/* The server's own paths only answer; faults are asked for by POST. */
	if (r->target != TARGET_RESOURCE && r->verb != VERB_GET &&
		!(r->target == TARGET_FAULTS && r->verb == VERB_CREATE))
		r->verb = VERBS;
	if (r->target == TARGET_RESOURCE && r->verb == VERB_CREATE && *r->name &&
		!*r->subresource)
		r->verb = VERBS;
	if (r->verb == VERBS) {
		*code = 405;
		return err_set(err, ERR_INPUT,
			"the server does not allow this method on the requested resource");
	}
	if (watch &&
		(r->verb == VERB_LIST || (r->verb == VERB_GET && *r->name && !*r->subresource)))
		r->verb = VERB_WATCH;
	return 0;
}

int route_parse(struct rest_route *r, const char *method, const char *target, int *code,
	struct err *err)
{
	size_t len = strcspn(target, "?");
	char path[ROUTE_TARGET];
	bool watch = false;
	int ret;

	*r = (struct rest_route){.target = TARGET_NONE, .timeout_s = -1, .grace_s = -1};
	*code = 414;
	if (strlen(target) >= ROUTE_TARGET)
		return err_set(err, ERR_INPUT, "the URL is longer than %d bytes", ROUTE_TARGET);
	(void)snprintf(path, sizeof(path), "%.*s", (int)len, target);
	*code = 400;
	ret = parse_path(r, path, code, err);
	if (ret)
		return ret;
	if (target[len] == '?') {
		r->query = strdup(target + len + 1);
		if (!r->query)
			return err_set(err, ERR_NOMEM, "no memory for a query");
		ret = parse_query(r, &watch, err);
	}
	return ret ? ret : verb_of(r, method, watch, code, err);
}

void route_fini(struct rest_route *r)
{
	free(r->query);
	r->query = NULL;
}
