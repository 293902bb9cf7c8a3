/* SPDX-License-Identifier: Apache-2.0 */
/* An open watch: what the store has to tell, as far as its client takes it. */
#include "live/serve_priv.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/rng.h"

enum {
	AHEAD_BYTES = 1 << 18,    /* made for a client that has not taken it */
	TIMEOUT_MIN_S = 1800,     /* options.go: --min-request-timeout */
	TIMEOUT_MAX_S = 24 * 3600 /* of what a client asks for */
};
#define BOOKMARK_EVERY  NS_MIN     /* cacher.go: defaultBookmarkFrequency */
#define BOOKMARK_BEFORE (2 * NS_S) /* the watch's end */
#define LAST            (2 * NS_S) /* there is a sweep in it, even where one is late */

ns_t stream_next_bookmark(ns_t now, ns_t ends_at)
{
	ns_t at = ns_min(ns_add(now, BOOKMARK_EVERY), ends_at - BOOKMARK_BEFORE);

	return at < now ? NS_NEVER : at;
}

void stream_begin(struct exchange *x)
{
	struct serve *s = x->serve;
	int64_t seconds = x->route.timeout_s;
	ns_t lasts = NS_S * (seconds < TIMEOUT_MAX_S ? seconds : TIMEOUT_MAX_S);

	/* get.go ListResource: without a timeout one is drawn, up to twice the least. */
	if (seconds <= 0)
		lasts = rng_span(rng_draw(s->p->seed, 'w', 0, s->watch_draws++),
			TIMEOUT_MIN_S * NS_S, 2 * TIMEOUT_MIN_S * NS_S);
	x->ends_at = ns_add(x->at, lasts);
	x->bookmark_at = stream_next_bookmark(x->at, x->ends_at);
	x->code = 200;
	metrics_watch(&s->metrics, x->route.resource, 1, 0);
	http_begin(x->conn->http, x->req->stream,
		&(struct http_answer){
			.code = 200, .media = "application/json", .audit_id = x->audit_id});
	exchange_audit(x, "ResponseStarted");
	conn_touch(x->conn);
}

static size_t waiting(const struct exchange *x)
{
	return conn_waiting(x->conn) + http_waiting(x->conn->http, x->req->stream);
}

static void send_str(struct exchange *x, struct str *out)
{
	http_send(x->conn->http, x->req->stream, str_text(out), str_len(out));
	x->bytes += str_len(out);
	conn_touch(x->conn);
	str_reset(out);
}

void stream_feed(struct serve *s, struct rest_watch *w)
{
	struct exchange *x = w->owner;
	struct str out = {0};
	size_t ahead = waiting(x);
	uint64_t told = w->n_events;

	w->now_s = serve_wall_us() / 1000000;
	while (ahead + str_len(&out) < AHEAD_BYTES && watch_next(&s->rest.store, w, &out))
		;
	metrics_watch(&s->metrics, w->resource, 0, w->n_events - told);
	x->is_blocked = !w->is_idle && !w->is_over;
	x->conn->has_blocked |= x->is_blocked;
	if (str_len(&out))
		send_str(x, &out);
	str_fini(&out);
	if (w->is_over)
		stream_end(x);
}

void stream_unblock(struct exchange *x)
{
	if (!x->watch || !x->is_blocked || waiting(x) >= AHEAD_BYTES)
		return;
	x->is_blocked = false;
	watch_mark(&x->serve->rest.store, x->watch);
}

void stream_end(struct exchange *x)
{
	struct conn *c = x->conn;

	http_end(c->http, x->req->stream);
	conn_touch(c);
	c->active_at = serve_now(x->serve); /* it begins to be idle */
	exchange_audit(x, "ResponseComplete");
	exchange_free(x);
}

static void sweep_watch(struct exchange *x, ns_t now)
{
	struct serve *s = x->serve;
	struct str out = {0};

	if (fault_strikes(&s->faults, s->p->seed, FAULT_DROP_WATCH, s->watch_draws++)) {
		s->metrics.fault[FAULT_DROP_WATCH]++;
		stream_end(x);
		return;
	}
	if (now < x->bookmark_at)
		return;
	x->bookmark_at = stream_next_bookmark(now, x->ends_at);
	watch_bookmark(&s->rest.store, x->watch, &out);
	if (str_len(&out))
		send_str(x, &out);
	str_fini(&out);
}

static void end(struct exchange *x)
{
	if (x->is_hung)
		exchange_fail(x, 504, "Timeout: request did not complete within its time");
	else
		stream_end(x);
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	struct exchange *x = arg;
	struct serve *s = x->serve;

	(void)fd;
	(void)what;
	serve_tick(s);
	end(x);
	serve_settle(s);
}

/* Its last second: it gets a timer of its own, which all would be too many. */
static void set_end(struct exchange *x, ns_t now)
{
	if (x->ending || x->ends_at - now > LAST)
		return;
	x->ending = evtimer_new(x->serve->base, on_end, x);
	if (!x->ending)
		abort();
	serve_set_timer(x->ending, x->ends_at - now);
}

void stream_sweep(struct exchange *x, ns_t now)
{
	if (!x->watch && !x->is_hung)
		return;
	if (now >= x->ends_at) {
		end(x);
		return;
	}
	set_end(x, now);
	if (x->watch)
		sweep_watch(x, now);
}
