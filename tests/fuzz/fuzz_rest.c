/* SPDX-License-Identifier: Apache-2.0 */

/* Requests one after the other, three lines each (method and media type, of the body and of the
 * answer, URL, body): every one is answered, the store stays within its limits, and watches
 * tell what can be read. */

#include "rest/rest.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WATCHES = 4 };

struct world {
	struct rest rest;
	struct rest_watch *watch[WATCHES];
	unsigned n;
};

/* The next line of the text, NUL at its end. */
static char *line(char **text)
{
	char *begin = *text;
	char *end = strchr(begin, '\n');

	*text = end ? end + 1 : begin + strlen(begin);
	if (end)
		*end = '\0';
	return begin;
}

static void ask(struct world *w, char *method, const char *target, const char *body)
{
	char *media = strchr(method, ' ');
	struct rest_route route;
	struct rest_reply reply = {0};
	struct rest_account who;
	struct err err = {0};
	int code = 0;

	/* Nobody has a token of this server's: every one that it is shown is another's. */
	assert(!rest_account_of(&w->rest, body, 1700000000, &who));
	if (media)
		*media++ = '\0';
	if (route_parse(&route, method, target, &code, &err) == 0) {
		const struct rest_request req = {.route = &route,
			.body = body,
			.len = strlen(body),
			.content_type = media,
			.accept = media,
			.now_s = 1700000000};

		rest_handle(&w->rest, &req, &reply);
		assert(reply.code >= 200 && reply.code < 600);
		if (reply.watch && w->n == WATCHES)
			watch_free(&w->rest.store, reply.watch);
		else if (reply.watch)
			w->watch[w->n++] = reply.watch;
	} else {
		assert(code >= 400 && err.text[0] != '\0');
	}
	rest_reply_fini(&reply);
	route_fini(&route);
}

static void drain(struct world *w)
{
	struct str out = {0};
	struct json *event = NULL;

	for (unsigned i = 0; i < w->n; i++)
		for (str_reset(&out); watch_next(&w->rest.store, w->watch[i], &out);
			str_reset(&out)) {
			assert(json_parse(str_text(&out), str_len(&out), &event, NULL) == 0);
			json_free(event);
		}
	str_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct store_limits limits = {16, 1 << 16, 8, 1 << 16};
	struct world w = {0};
	char *copy = malloc(size + 1);
	char *text = copy;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	rest_init(&w.rest, &limits, "v1.20.2", 1, 1700000000);
	while (*text) {
		char *method = line(&text);
		char *target = line(&text);

		ask(&w, method, target, line(&text));
		drain(&w);
		assert(w.rest.store.n <= limits.objects && w.rest.store.bytes <= limits.bytes);
	}
	while (w.n)
		watch_free(&w.rest.store, w.watch[--w.n]);
	rest_fini(&w.rest);
	free(copy);
	return 0;
}
