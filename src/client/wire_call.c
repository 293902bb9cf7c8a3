/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, however they travel. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/wire_priv.h"

/* ------------------------------------------------------------------ what is sent */

static size_t room_for(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *put(char **at, const char *bytes, size_t len)
{
	char *here = *at;

	if (!bytes)
		return NULL;
	memcpy(here, bytes, len);
	here[len] = '\0';
	*at += len + 1;
	return here;
}

/* In one block; the path behind the server's own, if its URL has one. */
static struct wire_request *copy_of(const struct wire *w, const struct wire_request *r)
{
	size_t head = strlen(w->prefix);
	size_t bytes = sizeof(*r) + room_for(r->method) + head + room_for(r->path) +
		       (r->body ? r->len + 1 : 0) + room_for(r->media) +
		       room_for(r->user_agent) + room_for(r->user) + room_for(r->groups) +
		       room_for(r->token);
	struct wire_request *c = malloc(bytes);
	char *at;

	if (!c)
		return NULL;
	at = (char *)(c + 1);
	*c = *r;
	c->method = put(&at, r->method, strlen(r->method));
	c->path = put(&at, w->prefix, head);
	at--;
	(void)put(&at, r->path, strlen(r->path));
	c->body = put(&at, r->body, r->len);
	c->media = r->media ? put(&at, r->media, strlen(r->media)) : NULL;
	c->user_agent = r->user_agent ? put(&at, r->user_agent, strlen(r->user_agent)) : NULL;
	c->user = r->user ? put(&at, r->user, strlen(r->user)) : NULL;
	c->groups = r->groups ? put(&at, r->groups, strlen(r->groups)) : NULL;
	c->token = r->token ? put(&at, r->token, strlen(r->token)) : NULL;
	return c;
}

struct wire_call *wire_call_new(struct wire *w, const struct wire_request *r)
{
	struct wire_call *c = calloc(1, sizeof(*c) + (r->timeout ? sizeof(c->patience[0]) : 0));

	assert(r->peer < w->params.peers);
	if (!c)
		return NULL;
	*c = (struct wire_call){.wire = w,
		.request = copy_of(w, r),
		.hooks = r->hooks,
		.ctx = r->ctx,
		.peer = r->peer,
		.stream = r->stream};
	if (!c->request) {
		free(c);
		return NULL;
	}
	w->counts.under_way++;
	w->counts.sent += r->len;
	return c;
}

void wire_call_free(struct wire_call *c)
{
	c->wire->counts.under_way--;
	str_fini(&c->body);
	free(c->request);
	free(c);
}

size_t wire_call_fields(
	const struct wire_call *c, struct ask_field field[ASK_FIELDS], struct str *bearer)
{
	const struct access *a = c->wire->params.access;
	const struct wire_request *r = c->request;
	const char *token = r->token ? r->token : a->token;
	const char *user = r->user ? r->user : a->as;
	size_t n = 0;

	field[n++] = (struct ask_field){"accept", "application/json"};
	if (r->user_agent)
		field[n++] = (struct ask_field){"user-agent", r->user_agent};
	if (token) {
		str_addf(bearer, "Bearer %s", token);
		field[n++] = (struct ask_field){"authorization", str_text(bearer)};
	}
	if (r->body)
		field[n++] = (struct ask_field){
			"content-type", r->media ? r->media : "application/json"};
	if (user)
		field[n++] = (struct ask_field){"impersonate-user", user};
	if (r->user && r->groups)
		field[n++] = (struct ask_field){"impersonate-group", r->groups};
	for (size_t i = 0; !r->user && i < a->as_groups; i++)
		field[n++] = (struct ask_field){"impersonate-group", a->as_group[i]};
	static_assert(ASK_FIELDS >= 6 + ACCESS_GROUPS, "room for all of them");
	return n;
}

/* ------------------------------------------------------------------ what comes back */

static bool has_room(struct wire_call *c, size_t len)
{
	size_t most = c->opened ? WIRE_LINE_BYTES : WIRE_BODY_BYTES;

	c->too_long |= str_len(&c->body) + len > most;
	return !c->too_long;
}

/* Whole lines are told; what is left waits for its end.  Most come whole, and lie in one place
 * for all streams while they are told. */
static bool lines(struct wire_call *c, const char *bytes, size_t len)
{
	struct str *line = str_len(&c->body) > 0 ? &c->body : &c->wire->line;
	const char *end;

	while (len > 0 && !c->cancelled && (end = memchr(bytes, '\n', len)) != NULL) {
		size_t n = (size_t)(end - bytes);

		if (!has_room(c, n))
			return false;
		str_add_n(line, bytes, n);
		if (str_len(line) > 0)
			c->hooks->line(c->ctx, str_text(line), str_len(line));
		str_reset(line);
		line = &c->wire->line;
		bytes += n + 1;
		len -= n + 1;
	}
	if (!has_room(c, len))
		return false;
	if (len > 0)
		str_add_n(&c->body, bytes, len);
	else
		str_fini(&c->body); /* a watch that rests holds no memory */
	return true;
}

void wire_call_begins(struct wire_call *c, int code)
{
	c->code = code;
	if (!c->stream || c->opened || code != 200)
		return;
	c->opened = true;
	if (c->hooks->opened && !c->cancelled)
		c->hooks->opened(c->ctx);
}

bool wire_call_takes(struct wire_call *c, const char *bytes, size_t len)
{
	c->wire->counts.received += len;
	if (c->opened)
		return lines(c, bytes, len);
	if (!has_room(c, len))
		return false;
	str_add_n(&c->body, bytes, len);
	return true;
}

void wire_call_ends(struct wire_call *c, enum wire_fault fault, const char *why)
{
	struct wire_answer a = {.fault = c->too_long ? WIRE_TOO_LONG : fault,
		.code = c->code,
		.retry_after = c->retry_after,
		.body = c->opened ? "" : str_text(&c->body),
		.len = c->opened ? 0 : str_len(&c->body),
		.why = c->too_long ? "the answer is too long" : why};

	c->is_over = true;
	/* A last line need not have an end. */
	if (c->opened && a.fault == WIRE_ANSWERED && str_len(&c->body) > 0 && !c->cancelled)
		c->hooks->line(c->ctx, str_text(&c->body), str_len(&c->body));
	if (!c->cancelled)
		c->hooks->done(c->ctx, &a);
	wire_call_free(c);
}
