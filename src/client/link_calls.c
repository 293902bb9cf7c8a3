/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked over a link, and what http/ask.h says of it. */
#include <stdlib.h>

#include "client/link_priv.h"

/* STREAMS: until the server has said how many requests may be under way on a connection; Go's
 * client begins with as many (golang/net, http2/transport.go, initialMaxConcurrentStreams). */
enum { TRIES = 3, STREAMS = 100 };

/* ------------------------------------------------------------------ calls of a link */

static void join(struct link *l, struct wire_call *c)
{
	c->link = l;
	c->before = NULL;
	c->after = l->first;
	if (c->after)
		c->after->before = c;
	l->first = c;
}

void link_leave(struct wire_call *c)
{
	if (c->before)
		c->before->after = c->after;
	else
		c->link->first = c->after;
	if (c->after)
		c->after->before = c->before;
	if (c->timed)
		(void)event_del(c->patience);
	c->timed = false;
	c->asked = NULL;
}

static void on_patience(evutil_socket_t fd, short what, void *ctx)
{
	struct wire_call *c = ctx;

	(void)fd;
	(void)what;
	ask_cancel(c->link->ask, c->asked);
	link_touch(c->link);
	link_leave(c);
	wire_call_ends(c, WIRE_TIMED_OUT, "the time for it ran out");
}

/* ------------------------------------------------------------------ what ask.h says */

static void settle(struct wire_call *c)
{
	c->telling = false;
	if (c->cancelled)
		wire_call_free(c);
}

static void on_begun(void *call, int code, unsigned retry_after)
{
	struct wire_call *c = call;

	c->telling = true;
	c->retry_after = (ns_t)(retry_after < 86400 ? retry_after : 0) * NS_S;
	wire_call_begins(c, code);
	/* Nothing is sent again that was answered. */
	if (!c->cancelled && !c->request->body) {
		free(c->request);
		c->request = NULL;
	}
	settle(c);
}

static void on_bytes(void *call, const char *bytes, size_t len)
{
	struct wire_call *c = call;
	bool fits;

	c->telling = true;
	fits = wire_call_takes(c, bytes, len);
	if (!fits && !c->cancelled) {
		ask_cancel(c->link->ask, c->asked);
		link_leave(c);
		wire_call_ends(c, WIRE_TOO_LONG, "the answer is too long");
		return;
	}
	settle(c);
}

static void on_ended(void *call, enum ask_end how)
{
	struct wire_call *c = call;
	struct link *l = c->link;

	link_leave(c);
	if (!ask_takes(l->ask))
		link_detach(l);
	if (how == ASK_UNTOUCHED && c->request && ++c->tries < TRIES)
		link_send(c);
	else
		wire_call_ends(c, how == ASK_WHOLE ? WIRE_ANSWERED : WIRE_RESET,
			how == ASK_WHOLE ? "" : "the server broke the stream off");
	link_touch(l);
}

const struct ask_hooks link_hooks = {.begun = on_begun, .bytes = on_bytes, .ended = on_ended};

/* ------------------------------------------------------------------ doors */

static bool ask_over(struct link *l, struct wire_call *c)
{
	const struct wire_request *r = c->request;
	struct ask_field field[ASK_FIELDS];
	struct str bearer = {0};
	struct ask_request q = {.method = r->method,
		.scheme = c->wire->tls ? "https" : "http",
		.authority = c->wire->authority,
		.path = r->path,
		.field = field,
		.body = r->body,
		.len = r->len};

	q.fields = wire_call_fields(c, field, &bearer);
	c->asked = ask_send(l->ask, &q, c);
	str_fini(&bearer);
	return c->asked != NULL;
}

static bool has_room(const struct link *l)
{
	uint32_t told = ask_limit(l->ask), last = l->wire->streams;

	return ask_under_way(l->ask) < (told ? told : last ? last : STREAMS);
}

/* One that has a stream left; else a further one, as Go's client opens it, or the request waits
 * where that is not wanted.  NULL: no memory. */
static struct link *link_for(struct wire *w, struct link **place)
{
	for (struct link *l = *place; l; l = l->beside)
		if (has_room(l))
			return l;
	if (!*place || !w->params.one_connection)
		return link_new(w, place);
	w->counts.waited++;
	return *place;
}

void link_send(struct wire_call *c)
{
	struct wire *w = c->wire;
	struct wire_peer *p = wire_peer_of(w, c->peer);
	uint32_t shares = w->params.connections ? w->params.connections : 1;
	struct link **place = &p->link[p->turn++ % shares];
	struct link *l = link_for(w, place);
	struct timeval tv;

	if (l && !ask_over(l, c)) {
		link_detach(l);
		l = link_new(w, place);
		if (l)
			(void)ask_over(l, c);
	}
	if (!l)
		abort();
	join(l, c);
	link_touch(l);
	if (!c->request->timeout)
		return;
	tv = (struct timeval){.tv_sec = (time_t)(c->request->timeout / NS_S),
		.tv_usec = (suseconds_t)(c->request->timeout % NS_S / 1000)};
	(void)evtimer_assign(c->patience, w->base, on_patience, c);
	(void)event_add(c->patience, &tv);
	c->timed = true;
}

void link_cancel(struct wire_call *c)
{
	ask_cancel(c->link->ask, c->asked);
	link_touch(c->link);
	link_leave(c);
	c->cancelled = true;
	if (!c->telling)
		wire_call_free(c);
}

void link_hang_up(struct wire *w, struct wire_peer *p)
{
	uint32_t shares = w->params.connections ? w->params.connections : 1;

	for (uint32_t i = 0; i < shares; i++)
		while (p->link[i])
			link_detach(p->link[i]);
}
