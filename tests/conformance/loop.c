/* SPDX-License-Identifier: Apache-2.0 */
/* The part of libevent that src/hollow uses, on the world's clock. */
#include <event2/event.h>
#include <stdlib.h>

#include "world.h"

enum { EVENTS = 16 };

struct event {
	struct event_base *base; /* NULL: the slot is free */
	event_callback_fn call;
	void *ctx;
	short what;
	bool once;
	ns_t at, every; /* NS_NEVER: it is not added */
};

struct event_base {
	struct event *event; /* [room] */
	size_t n, room;
	struct event **all;
	bool breaks;
	ns_t exits_at;
};

static ns_t span(const struct timeval *tv)
{
	return tv->tv_sec * NS_S + tv->tv_usec * NS_US;
}

struct event_config {
	int flags;
};

struct event_config *event_config_new(void)
{
	return calloc(1, sizeof(struct event_config));
}

int event_config_set_flag(struct event_config *config, int flag)
{
	config->flags |= flag;
	return 0;
}

void event_config_free(struct event_config *config)
{
	free(config);
}

struct event_base *event_base_new_with_config(const struct event_config *config)
{
	struct event_base *base = calloc(1, sizeof(*base));

	(void)config;
	if (!base)
		abort();
	base->exits_at = NS_NEVER;
	return base;
}

void event_base_free(struct event_base *base)
{
	for (size_t i = 0; i < base->n; i++)
		free(base->all[i]);
	free(base->all);
	free(base);
}

struct event *event_new(struct event_base *base, evutil_socket_t fd, short what,
	event_callback_fn call, void *ctx)
{
	struct event *e = calloc(1, sizeof(*e));

	(void)fd;
	base->all = realloc(base->all, (base->n + 1) * sizeof(struct event *));
	if (!e || !base->all)
		abort();
	*e = (struct event){
		.base = base, .call = call, .ctx = ctx, .what = what, .at = NS_NEVER};
	base->all[base->n++] = e;
	return e;
}

void event_free(struct event *e)
{
	e->at = NS_NEVER; /* the base frees it */
}

/* Signals do not come. */
int event_add(struct event *e, const struct timeval *tv)
{
	if (e->what & EV_SIGNAL || !tv)
		return 0;
	e->every = span(tv);
	e->at = world.now + e->every;
	return 0;
}

int event_del(struct event *e)
{
	e->at = NS_NEVER;
	return 0;
}

int event_base_once(struct event_base *base, evutil_socket_t fd, short what,
	event_callback_fn call, void *ctx, const struct timeval *tv)
{
	return event_add(event_new(base, fd, what, call, ctx), tv);
}

int event_base_loopexit(struct event_base *base, const struct timeval *tv)
{
	base->exits_at = world.now + (tv ? span(tv) : 0);
	return 0;
}

int event_base_loopbreak(struct event_base *base)
{
	base->breaks = true;
	return 0;
}

static struct event *next_of(const struct event_base *base)
{
	struct event *next = NULL;

	for (size_t i = 0; i < base->n; i++)
		if (!next || base->all[i]->at < next->at)
			next = base->all[i];
	return next;
}

/* What came over the wire goes before timers of the same moment. */
int event_base_dispatch(struct event_base *base)
{
	while (!base->breaks) {
		struct event *e = next_of(base);
		ns_t at = e ? ns_min(e->at, base->exits_at) : base->exits_at;

		if (world_step(at))
			continue;
		if (at == NS_NEVER || at == base->exits_at)
			return 0;
		world.now = world.nominal = at > world.now ? at : world.now;
		e->at = e->what & EV_PERSIST ? at + e->every : NS_NEVER;
		e->call(-1, EV_TIMEOUT, e->ctx);
	}
	return 0;
}
