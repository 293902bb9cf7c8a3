/* SPDX-License-Identifier: Apache-2.0 */
/* The wire of client/wire.h, which ends at the world's own store.
 *
 * A request arrives when it is sent, what it writes is told to watchers half way to its answer
 * (as apiserver.c has it; a pod that goes, with its answer), and users' requests take no time.
 */
#include "client/wire.h"

#include <stdlib.h>
#include <string.h>

#include "world.h"

struct wire {
	uint64_t sent;
};

struct wire_call {
	const struct wire_hooks *hooks;
	void *ctx;
	struct rest_watch *watch;
	ns_t told_at; /* the last line */
	ns_t lasts;
	struct world_event *event[2]; /* its answer, or its beginning and end */
	enum world_fault meets;
	struct wire_call *next, **link;
	bool over;
};

static struct wire_call *calls;

int wire_new(struct wire **w, struct event_base *base, const struct wire_params *p,
	uint32_t descriptors, struct err *err)
{
	(void)base;
	(void)p;
	(void)descriptors;
	*w = calloc(1, sizeof(**w));
	if (!*w)
		return err_set(err, ERR_NOMEM, "no memory");
	return 0;
}

/* Events still to come know it; they find nobody there. */
static void end(struct wire_call *c)
{
	if (c->watch)
		watch_free(&world.rest.store, c->watch);
	c->watch = NULL;
	c->over = true;
}

void wire_free(struct wire *w)
{
	while (calls) {
		struct wire_call *c = calls;

		end(c);
		calls = c->next;
		free(c);
	}
	free(w);
}

void wire_cancel(struct wire *w, struct wire_call *c)
{
	(void)w;
	end(c);
}

void wire_hang_up(struct wire *w, uint32_t peer)
{
	(void)w;
	world.hung_up |= 1u << peer;
}

struct wire_counts wire_counts(const struct wire *w)
{
	return (struct wire_counts){.sent = w->sent};
}

/* ------------------------------------------------------------------ answers */

static enum wire_fault fault_of(const struct wire_call *c)
{
	if (c->meets == WORLD_REFUSES)
		return WIRE_REFUSED;
	return c->meets == WORLD_RESET || c->meets == WORLD_RESETS_READ ? WIRE_RESET
									: WIRE_ANSWERED;
}

static void answered(struct world_event *e)
{
	struct wire_call *c = e->whom;
	enum wire_fault fault = fault_of(c);
	const struct wire_answer a = {.fault = fault,
		.code = fault != WIRE_ANSWERED ? 0 : e->reply.code,
		.retry_after = e->reply.retry_after * NS_S,
		.why = fault != WIRE_ANSWERED ? "a fault" : NULL,
		.body = str_text(&e->reply.body),
		.len = str_len(&e->reply.body)};

	if (c->over)
		return;
	end(c);
	world.answers++;
	c->hooks->done(c->ctx, &a);
}

static void gone(struct world_event *e)
{
	static const char error[] =
		"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}";
	struct wire_call *c = e->whom;

	if (!c->over)
		c->hooks->line(c->ctx, error, sizeof(error) - 1);
}

static void told(struct world_event *e)
{
	struct wire_call *c = e->whom;

	if (!c->over)
		c->hooks->line(c->ctx, str_text(&e->line), str_len(&e->line));
}

static void opened(struct world_event *e)
{
	struct wire_call *c = e->whom;

	if (!c->over)
		c->hooks->opened(c->ctx);
}

/* A watch tells in the order of writing, of writes that are told from `at` on; of what has gone
 * from `gone_at` on. */
static void tell_watchers(ns_t at, ns_t gone_at)
{
	struct rest_watch *w;

	while ((w = watch_take_ready(&world.rest.store)) != NULL) {
		struct wire_call *c = w->owner;
		struct str line = {0};

		while (watch_next(&world.rest.store, w, &line)) {
			bool gone = strstr(str_text(&line), "\"DELETED\"") != NULL;

			c->told_at = c->told_at > at ? c->told_at : at;
			if (gone && c->told_at < gone_at)
				c->told_at = gone_at;
			world_at(c->told_at, told, c)->line = line;
			line = (struct str){0};
		}
		str_fini(&line);
	}
}

/* ------------------------------------------------------------------ requests */

static struct wire_call *call_new(const struct wire_request *r)
{
	struct wire_call *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct wire_call){.hooks = r->hooks, .ctx = r->ctx, .next = calls};
	calls = c;
	return c;
}

static void handle(struct wire_call *c, const struct wire_request *r, struct rest_reply *reply)
{
	struct rest_route route;
	struct err err = {0};
	int code = 500;

	if (route_parse(&route, r->method, r->path, &code, &err))
		rest_fail(reply, code, NULL, err.text);
	else
		rest_handle(&world.rest,
			&(struct rest_request){.route = &route,
				.body = r->body ? r->body : "",
				.len = r->len,
				.content_type = r->media ? r->media : "application/json",
				.now_s = 1700000000,
				.owner = c},
			reply);
	c->watch = reply->watch;
	c->lasts = reply->watch ? route.timeout_s * NS_S : 0;
	route_fini(&route);
}

/* It does not come to the store.  False: it does. */
static bool fails(struct wire_call *c, struct rest_reply *reply)
{
	switch (c->meets) {
	case WORLD_REJECTS:
		rest_fail(reply, 429, NULL, "too many");
		reply->retry_after = WORLD_RETRY_AFTER / NS_S;
		return true;
	case WORLD_ERROR:
	case WORLD_RESET:
	case WORLD_RESETS_READ:
	case WORLD_REFUSES:
		rest_fail(reply, 500, NULL, "a fault");
		return true;
	case WORLD_FINE:
	case WORLD_ENDS:
	case WORLD_GONE:
	case WORLD_FAULTS:
		break;
	}
	return false;
}

static bool is_of_object(const char *path)
{
	return strstr(path, "/secrets") || strstr(path, "/configmaps");
}

struct wire_call *wire_send(struct wire *w, const struct wire_request *r)
{
	ns_t now = world.nominal, takes = world.is_agents ? world.times.answer : 0;
	struct wire_call *c = call_new(r);
	bool of_object = world.is_agents && is_of_object(r->path);
	struct rest_reply reply = {0};

	w->sent++;
	c->meets = world.is_agents ? world.fault : WORLD_FINE;
	if (!fails(c, &reply))
		handle(c, r, &reply);
	if (c->watch) {
		if (c->meets != WORLD_FINE)
			c->lasts /= WORLD_EARLY;
		c->told_at = now + takes;
		(void)world_at(now + takes + (of_object ? world.times.opens : 0), opened, c);
		if (c->meets == WORLD_GONE)
			(void)world_at(now + takes + c->lasts, gone, c);
		world_at(now + takes + c->lasts, answered, c)->reply.code = 200;
		rest_reply_fini(&reply);
	} else {
		world_at(now + takes, answered, c)->reply = reply;
	}
	tell_watchers(now + takes / 2 + world.times.watch, now + takes + world.times.watch);
	return c;
}

static void nobody_waits(void *ctx, const struct wire_answer *a)
{
	(void)ctx;
	(void)a;
}

void world_asks(const char *method, const char *path)
{
	static const struct wire_hooks hooks = {.done = nobody_waits};
	struct wire somebody = {0};

	world.nominal = world.now;
	(void)wire_send(&somebody,
		&(struct wire_request){.method = method, .path = path, .hooks = &hooks});
}
