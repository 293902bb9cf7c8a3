/* SPDX-License-Identifier: Apache-2.0 */
#include "live/serve.h"

#include <event2/event.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "live/serve_priv.h"

enum {
	INSIDE_MAX = 32768,   /* requests admitted or waiting at once */
	STOP_AFTER_MS = 2000, /* a client that does not end is left */
	EXPIRE_AT_ONCE = 250, /* objects; some milliseconds */
	STRIKE_AFTER_MS = 20  /* a restart lets the answer go that says it will come */
};

ns_t serve_clock(const struct serve *s)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NS_S + ts.tv_nsec - s->began_ns;
}

int64_t serve_wall_us(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void serve_set_timer(struct event *e, ns_t in)
{
	const struct timeval tv = {.tv_sec = in / NS_S, .tv_usec = in % NS_S / NS_US + 1};

	(void)evtimer_add(e, &tv);
}

/* ------------------------------------------------------------------ the loop */

static void take_done(struct serve *s)
{
	struct server_done d;

	while (admit_take(&s->admit, s->now, &d))
		exchange_done(s, &d);
}

void serve_tick(struct serve *s)
{
	s->now = serve_clock(s);
	take_done(s);
}

static void stop_if_over(struct serve *s)
{
	if (s->is_stopping && !s->n_conns)
		(void)event_base_loopbreak(s->base);
}

void serve_settle(struct serve *s)
{
	struct rest_watch *w;
	ns_t next;

	for (;;) {
		take_done(s);
		while ((w = watch_take_ready(&s->rest.store)) != NULL)
			stream_feed(s, w);
		if (!s->dirty)
			break;
		while (s->dirty) {
			struct conn *c = s->dirty;

			s->dirty = c->next_dirty;
			c->is_dirty = false;
			conn_pump(c);
		}
	}
	conn_bury(s);
	next = server_next_at(&s->admit.server);
	if (next != NS_NEVER)
		serve_set_timer(s->due, ns_max(next - serve_clock(s), 0));
	stop_if_over(s);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd;
	(void)what;
	serve_tick(s);
	serve_settle(s);
}

/* What has expired, a part at a time: as much as was written in a second may be due at once. */
static void expire(struct serve *s)
{
	if (rest_expire(&s->rest, serve_wall_us() / 1000000, EXPIRE_AT_ONCE))
		serve_set_timer(s->expiry, 0);
}

static void on_expiry(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd;
	(void)what;
	serve_tick(s);
	expire(s);
	serve_settle(s);
}

/* Once a second: what nobody else looks at. */
static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd;
	(void)what;
	serve_tick(s);
	for (struct conn *c = s->first, *next; c; c = next) {
		next = c->next;
		for (struct exchange *x = c->first, *after; x; x = after) {
			after = x->next;
			stream_sweep(x, s->now);
		}
		conn_sweep(c, s->now);
	}
	expire(s);
	serve_settle(s);
	audit_flush(&s->audit);
}

/* ------------------------------------------------------------------ faults */

static void restart(struct serve *s)
{
	if (s->listener)
		evconnlistener_free(s->listener);
	s->listener = NULL;
	while (s->first)
		conn_reset(s->first);
	store_forget(&s->rest.store);
	serve_set_timer(s->listen_again, s->faults.time[FAULT_RESTART]);
}

static void on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd;
	(void)what;
	serve_tick(s);
	s->metrics.fault[FAULT_RESTART]++;
	if (!s->is_stopping)
		restart(s);
	if (s->faults.period)
		serve_set_timer(s->restart, s->faults.period);
	serve_settle(s);
}

static void each_watch(struct serve *s, void (*end)(struct exchange *))
{
	for (struct conn *c = s->first, *next; c; c = next) {
		next = c->next;
		for (struct exchange *x = c->first, *after; x; x = after) {
			after = x->next;
			if (x->watch)
				end(x);
		}
	}
}

void serve_strike(struct serve *s, enum fault fault)
{
	if (fault == FAULT_RESTART)
		serve_set_timer(s->restart, STRIKE_AFTER_MS * NS_MS);
	else if (fault == FAULT_DROP_WATCH)
		each_watch(s, stream_end);
	else if (fault == FAULT_GONE)
		store_forget(&s->rest.store);
}

/* ------------------------------------------------------------------ the end */

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd;
	(void)what;
	(void)event_base_loopbreak(s->base);
}

/* The first signal lets requests end, the second does not. */
static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;

	(void)fd;
	(void)what;
	if (s->is_stopping) {
		(void)event_base_loopbreak(s->base);
		return;
	}
	serve_tick(s);
	s->is_stopping = true;
	if (s->listener)
		(void)evconnlistener_disable(s->listener);
	each_watch(s, stream_end);
	for (struct conn *c = s->first, *next; c; c = next) {
		next = c->next;
		if (c->http)
			http_shut(c->http);
		else
			conn_kill(c);
		conn_touch(c);
	}
	serve_set_timer(s->deadline, STOP_AFTER_MS * NS_MS);
	serve_settle(s);
}

/* ------------------------------------------------------------------ beginning */

static void make_slots(struct serve *s)
{
	uint32_t capacity = INSIDE_MAX;

	admit_init(&s->admit, s->p, capacity);
	s->slot = calloc(capacity, sizeof(struct exchange *));
	s->free_slot = calloc(capacity, sizeof(*s->free_slot));
	if (!s->slot || !s->free_slot)
		abort();
	for (uint32_t i = 0; i < capacity; i++)
		s->free_slot[s->n_free++] = capacity - 1 - i;
}

void serve_inside(const struct serve *s, uint32_t inside[2])
{
	for (uint32_t i = 0; i < INSIDE_MAX; i++)
		if (s->slot[i])
			inside[rest_verb_mutates(s->slot[i]->route.verb)]++;
}

/* The times of a model are shorter than the 4 ms for which libevent's usual clock stands still;
 * without them nothing is waited for that short, and the exact one costs a call a turn. */
static struct event_base *new_loop(const struct serve_params *p)
{
	struct event_config *how = event_config_new();
	struct event_base *base;

	if (!how)
		return NULL;
	if (p->times == SERVE_MODEL)
		(void)event_config_set_flag(how, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(how);
	event_config_free(how);
	return base;
}

static int make_events(struct serve *s, struct err *err)
{
	const struct timeval second = {.tv_sec = 1};

	s->base = new_loop(s->p);
	if (!s->base)
		return err_set(err, ERR_ENV, "no event loop");
	s->sweep = event_new(s->base, -1, EV_PERSIST, on_sweep, s);
	s->expiry = evtimer_new(s->base, on_expiry, s);
	s->due = evtimer_new(s->base, on_due, s);
	s->listen_again = evtimer_new(s->base, listen_again, s);
	s->restart = evtimer_new(s->base, on_restart, s);
	s->deadline = evtimer_new(s->base, on_deadline, s);
	s->on_int = evsignal_new(s->base, SIGINT, on_signal, s);
	s->on_term = evsignal_new(s->base, SIGTERM, on_signal, s);
	if (!s->sweep || !s->expiry || !s->due || !s->listen_again || !s->restart ||
		!s->deadline || !s->on_int || !s->on_term)
		return err_set(err, ERR_NOMEM, "no memory for events");
	(void)event_add(s->sweep, &second);
	(void)event_add(s->on_int, NULL);
	(void)event_add(s->on_term, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return 0;
}

static int begin(struct serve *s, struct err *err)
{
	const struct serve_params *p = s->p;
	int code = listen_address(s, err);

	if (!code && p->token_file)
		code = users_load(&s->users, p->token_file, err);
	if (!code)
		code = listen_descriptors(s, err);
	if (!code && p->cert_file)
		code = tls_new(&s->tls, p->cert_file, p->key_file, p->client_ca, err);
	if (!code)
		code = make_events(s, err);
	if (!code)
		code = listen_begin(s, err);
	if (!code && p->audit_file)
		code = audit_open(&s->audit, p->audit_file, err);
	return code;
}

/* A signal more must not cost what was counted: the end is near anyway. */
static void hold_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static void finish(struct serve *s)
{
	struct event *const events[] = {s->sweep, s->expiry, s->due, s->listen_again,
		s->restart, s->deadline, s->on_int, s->on_term};

	if (s->listener)
		evconnlistener_free(s->listener);
	while (s->first)
		conn_kill(s->first);
	conn_bury(s);
	/* Those that were being served when their client went. */
	for (uint32_t i = 0; i < INSIDE_MAX; i++)
		if (s->slot[i])
			exchange_free(s->slot[i]);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	if (s->base)
		event_base_free(s->base);
	audit_close(&s->audit);
	metrics_fini(&s->metrics);
	users_fini(&s->users);
	tls_free(s->tls);
	rest_fini(&s->rest);
	admit_fini(&s->admit);
	free(s->slot);
	free(s->free_slot);
	free(s);
	libevent_global_shutdown();
}

int serve_run(const struct serve_params *p, FILE *out, struct json *counts, struct err *err)
{
	struct serve *s = calloc(1, sizeof(*s));
	int code;

	if (!s)
		return err_set(err, ERR_NOMEM, "no memory for a server");
	s->p = p;
	s->faults = *p->faults;
	s->limits = (struct http_limits){.header_bytes = p->header_bytes,
		.body_bytes = p->body_bytes,
		.streams = p->streams};
	s->began_ns = serve_clock(s);
	make_slots(s);
	rest_init(&s->rest, &p->store, "v1.20.2", p->seed, serve_wall_us() / 1000000);
	if (getrandom(s->rest.token_key, sizeof(s->rest.token_key), 0) < 0)
		abort();
	s->rest.event_ttl_s = (p->event_ttl + NS_S - 1) / NS_S;
	code = begin(s, err);
	if (!code) {
		if (s->faults.period)
			serve_set_timer(s->restart, s->faults.period);
		listen_url(s, out);
		(void)event_base_dispatch(s->base);
		hold_signals();
		metrics_json(&s->metrics, counts);
	}
	finish(s);
	return code;
}
