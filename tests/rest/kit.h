/* SPDX-License-Identifier: Apache-2.0 */
/* A server's API to ask, without the server. */
#ifndef TESTS_REST_KIT_H
#define TESTS_REST_KIT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rest/rest.h"
#include "tcase.h"

#define NOW 1700000000 /* 2023-11-14T22:13:20Z */

struct kit {
	struct rest rest;
	int code;
	struct json *body; /* of the last answer; NULL: none, or no JSON */
	struct rest_watch *watch;
	int64_t now_s;
};

static inline void kit_init_with(struct kit *k, struct store_limits limits)
{
	*k = (struct kit){.now_s = NOW};
	rest_init(&k->rest, &limits, "v1.20.2", 1, NOW);
}

static inline void kit_init(struct kit *k)
{
	kit_init_with(k, (struct store_limits){1000, 1 << 20, 100, 1 << 20});
}

static inline void kit_fini(struct kit *k)
{
	json_free(k->body);
	rest_fini(&k->rest);
}

/* Ask; `type` is the body's media type. */
static inline int kit_send_n(struct kit *k, const char *method, const char *target,
	const char *type, const char *body, size_t len)
{
	struct rest_route route;
	struct rest_reply reply = {0};
	struct err err = {0};
	const struct rest_request req = {.route = &route,
		.body = body,
		.len = len,
		.content_type = type,
		.now_s = k->now_s};

	json_free(k->body);
	k->body = NULL;
	if (route_parse(&route, method, target, &k->code, &err) == 0) {
		rest_handle(&k->rest, &req, &reply);
		k->code = reply.code;
		k->watch = reply.watch;
		(void)json_parse(str_text(&reply.body), str_len(&reply.body), &k->body, NULL);
	}
	rest_reply_fini(&reply);
	route_fini(&route);
	return k->code;
}

static inline int kit_send(struct kit *k, const char *method, const char *target,
	const char *type, const char *body)
{
	return kit_send_n(k, method, target, type, body, strlen(body));
}

static inline int kit_ask(
	struct kit *k, const char *method, const char *target, const char *body)
{
	return kit_send(k, method, target, "application/json", body);
}

/* The text at a path like "metadata.name" of the last answer, "" if there is none. */
static inline const char *kit_text(const struct kit *k, const char *path)
{
	const struct json *v = k->body;
	char part[64];

	while (v && *path) {
		size_t len = strcspn(path, ".");

		(void)snprintf(part, sizeof(part), "%.*s", (int)len, path);
		v = json_get(v, part);
		path += len + (path[len] == '.');
	}
	return json_is_str(v) ? json_as_str(v) : "";
}

static inline size_t kit_items(const struct kit *k)
{
	return json_size(json_get(k->body, "items"));
}

/* A pod of that name in the namespace default. */
static inline void kit_pod(struct kit *k, const char *name, const char *node)
{
	char body[512];

	(void)snprintf(body, sizeof(body),
		"{\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"%s\"}},\"spec\":{"
		"\"nodeName\":\"%s\","
		"\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}",
		name, name, node);
	assert_int_equal(kit_ask(k, "POST", "/api/v1/namespaces/default/pods", body), 201);
}

/* The next event of a watch as "TYPE name version"; "" if there is none. */
static inline const char *kit_event(struct kit *k, struct rest_watch *w, char text[96])
{
	struct str out = {0};
	struct json *e = NULL;
	const struct json *meta;

	text[0] = '\0';
	if (watch_next(&k->rest.store, w, &out)) {
		assert_int_equal(json_parse(str_text(&out), str_len(&out), &e, NULL), 0);
		meta = json_get(json_get(e, "object"), "metadata");
		(void)snprintf(text, 96, "%s %s", json_as_str(json_get(e, "type")),
			json_get(meta, "name") ? json_as_str(json_get(meta, "name")) : "-");
	}
	json_free(e);
	str_fini(&out);
	return text;
}

#endif
