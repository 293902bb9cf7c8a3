/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that speak HTTP/2: sockets in libevent's loop, TLS where the server has it, and
 * what is asked over them (http/ask.h).
 *
 * A link belongs to a place of its peer until it may take no more: the server says that it
 * goes, or the peer hangs up.  Then the next request opens another, and the old one stays until
 * its last call has ended.  A place has more than one where the server lets too few requests be
 * under way on it (link_calls.c).  What is to be sent is sent once in a turn of the loop, for
 * all calls of a link together. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/link_priv.h"
#include "client/secure.h"

/* Go's dialer gives up after 30 s.  Kubelets look after a silent connection: a PING after 30 s,
 * and 15 s for its answer (apimachinery, util/net/http.go, v0.20:
 * HTTP2_READ_IDLE_TIMEOUT_SECONDS and HTTP2_PING_TIMEOUT_SECONDS).  Here silence is counted in
 * rounds, so that what is heard sets no timer: a PING comes after 30 to 45 s. */
enum { CONNECT_S = 30, ROUND_S = 15, ROUNDS = 3 };

static void set_timer(struct link *l, int64_t s)
{
	struct timeval tv = {.tv_sec = s};

	(void)event_add(&l->timer, &tv);
}

/* ------------------------------------------------------------------ a link as such */

void link_touch(struct link *l)
{
	struct wire *w = l->wire;

	if (l->is_dirty)
		return;
	if (!w->dirty)
		event_active(w->flush, EV_TIMEOUT, 0);
	l->is_dirty = true;
	l->next_dirty = w->dirty;
	w->dirty = l;
}

void link_detach(struct link *l)
{
	struct link **at = l->place;

	if (at) {
		while (*at != l)
			at = &(*at)->beside;
		*at = l->beside;
	}
	l->place = NULL;
	l->beside = NULL;
	link_touch(l);
}

/* ------------------------------------------------------------------ ends */

/* All that it holds. */
static void release(struct link *l)
{
	secure_end(l->secure);
	l->secure = NULL;
	if (l->fd >= 0) {
		(void)event_del(&l->in);
		(void)event_del(&l->out);
		(void)close(l->fd);
		l->fd = -1;
	}
	(void)event_del(&l->timer);
	ask_free(l->ask);
	l->ask = NULL;
	str_fini(&l->rest);
}

static void link_free(struct link *l)
{
	*l->at = l->next;
	if (l->next)
		l->next->at = l->at;
	release(l);
	free(l);
}

/* Its calls get no answer, and ask again over another one: by then it holds nothing, else a
 * server that restarts would have twice as many sessions in memory as there are nodes.  The
 * link itself is freed with the next flush. */
static void die(struct link *l, enum wire_fault fault, const char *why)
{
	char said[WIRE_WHY];

	if (l->is_dead)
		return;
	(void)snprintf(said, sizeof(said), "%s", why); /* it may be the session's */
	l->is_dead = true;
	link_detach(l);
	for (struct wire_call *c = l->first; c; c = c->after)
		c->asked = NULL;
	release(l);
	while (l->first) {
		struct wire_call *c = l->first;

		link_leave(c);
		wire_call_ends(c, fault, said);
	}
}

/* The server speaks HTTP/1.1 alone: that is libcurl's. */
static void go_over(struct link *l)
{
	l->wire->over_curl = true;
	while (l->first) {
		struct wire_call *c = l->first;

		ask_cancel(l->ask, c->asked);
		link_leave(c);
		if (!curl_send(c))
			wire_call_ends(c, WIRE_UNREACHED, "no memory");
	}
	die(l, WIRE_RESET, "");
}

/* ------------------------------------------------------------------ in and out */

static ssize_t put_bytes(struct link *l, const char *bytes, size_t len)
{
	ssize_t n;

	if (l->secure)
		return secure_write(l->secure, bytes, len);
	n = send(l->fd, bytes, len, MSG_NOSIGNAL);
	return n >= 0 ? n : errno == EAGAIN || errno == EINTR ? SECURE_WRITES : SECURE_FAILS;
}

static ssize_t get_bytes(struct link *l)
{
	ssize_t n;

	if (l->secure)
		return secure_read(l->secure, l->wire->buffer, WIRE_READ_BYTES);
	n = recv(l->fd, l->wire->buffer, WIRE_READ_BYTES, 0);
	return n >= 0 ? n : errno == EAGAIN || errno == EINTR ? SECURE_READS : SECURE_FAILS;
}

/* The server may have said why, behind what was read last. */
static void cannot_send(struct link *l)
{
	char why[WIRE_WHY];

	if (l->secure && get_bytes(l) == SECURE_FAILS && secure_alert(why, sizeof(why)))
		die(l, WIRE_UNTRUSTED, why);
	else
		die(l, WIRE_RESET, "the connection broke");
}

/* What the socket does not take waits in l->rest. */
static void send_all(struct link *l, const char *bytes, size_t len)
{
	struct str rest = {0};

	while (len > 0) {
		ssize_t n = put_bytes(l, bytes, len);

		if (n == SECURE_ENDS || n == SECURE_FAILS) {
			cannot_send(l);
			return;
		}
		if (n < 0)
			break;
		bytes += n;
		len -= (size_t)n;
	}
	if (len > 0) {
		str_add_n(&rest, bytes, len);
		(void)event_add(&l->out, NULL);
	}
	str_fini(&l->rest);
	l->rest = rest;
}

static void flush(struct link *l)
{
	struct wire *w = l->wire;

	if (l->is_dead || l->state != LINK_OPEN)
		return;
	if (str_len(&l->rest)) {
		send_all(l, str_text(&l->rest), str_len(&l->rest));
		if (l->is_dead || str_len(&l->rest))
			return;
	}
	str_reset(&w->out);
	ask_output(l->ask, &w->out);
	if (str_len(&w->out))
		send_all(l, str_text(&w->out), str_len(&w->out));
	if (!l->is_dead && ask_is_over(l->ask))
		die(l, WIRE_RESET, "the server closed the connection");
}

/* All that were touched, and those that calls of these touch. */
static void on_flush(evutil_socket_t fd, short what, void *ctx)
{
	struct wire *w = ctx;

	(void)fd;
	(void)what;
	while (w->dirty) {
		struct link *l = w->dirty;

		flush(l);
		if (w->dirty != l) { /* a callback touched another */
			struct link **at = &w->dirty;

			while (*at != l)
				at = &(*at)->next_dirty;
			*at = l->next_dirty;
		} else {
			w->dirty = l->next_dirty;
		}
		l->is_dirty = false;
		if (l->is_dead || (!l->place && !l->first && !str_len(&l->rest)))
			link_free(l);
	}
}

static void hear(struct link *l)
{
	char why[WIRE_WHY];

	for (;;) {
		ssize_t n = get_bytes(l);

		if (n == SECURE_WRITES)
			(void)event_add(&l->out, NULL);
		if (n == SECURE_READS || n == SECURE_WRITES)
			break;
		if (n == SECURE_FAILS && l->secure && secure_alert(why, sizeof(why))) {
			die(l, WIRE_UNTRUSTED, why);
			return;
		}
		if (n <= 0) {
			die(l, WIRE_RESET,
				n ? "the connection broke"
				  : "the server closed the connection");
			return;
		}
		l->quiet = 0;
		ask_receive(l->ask, l->wire->buffer, (size_t)n);
		if (!l->secure && n < WIRE_READ_BYTES)
			break;
	}
	if (!ask_takes(l->ask))
		link_detach(l);
	if (ask_limit(l->ask))
		l->wire->streams = ask_limit(l->ask);
	link_touch(l);
}

/* ------------------------------------------------------------------ beginnings */

static void is_open(struct link *l)
{
	l->state = LINK_OPEN;
	l->wire->counts.connections++;
	set_timer(l, ROUND_S);
	(void)event_add(&l->in, NULL);
	link_touch(l);
}

static void shake(struct link *l)
{
	int rc = secure_shake(l->secure);
	char why[WIRE_WHY];

	if (rc == SECURE_FAILS) {
		secure_why(l->secure, why, sizeof(why));
		die(l, WIRE_UNTRUSTED, why);
	} else if (rc == SECURE_READS) {
		(void)event_add(&l->in, NULL);
	} else if (rc == SECURE_WRITES) {
		(void)event_add(&l->out, NULL);
	} else if (!secure_is_http2(l->secure) && l->wire->params.http == WIRE_AGREED) {
		go_over(l);
	} else {
		is_open(l);
	}
}

/* client-go asks for ECONNREFUSED alone (apimachinery, util/net/util.go, IsConnectionRefused).
 */
static void has_failed(struct link *l, int error)
{
	enum wire_fault fault = error == ECONNREFUSED ? WIRE_REFUSED
				: error == ECONNRESET ? WIRE_RESET
						      : WIRE_UNREACHED;

	die(l, fault, strerror(error));
}

static void is_connected(struct link *l)
{
	int error = 0;
	socklen_t len = sizeof(error);

	(void)getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		has_failed(l, error);
		return;
	}
	if (!l->wire->tls) {
		is_open(l);
		return;
	}
	l->state = LINK_SHAKES;
	l->secure = secure_begin(l->wire->secure, l->fd);
	if (l->secure)
		shake(l);
	else
		die(l, WIRE_UNREACHED, "no memory");
}

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct link *l = ctx;

	(void)fd;
	if (l->state == LINK_CONNECTS) {
		is_connected(l);
		return;
	}
	if (l->state == LINK_SHAKES) {
		shake(l);
		return;
	}
	if (what & EV_READ || l->secure)
		hear(l);
	link_touch(l);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct link *l = ctx;

	(void)fd;
	(void)what;
	if (l->state != LINK_OPEN) {
		has_failed(l, l->fd < 0 ? l->error : ETIMEDOUT);
		return;
	}
	if (++l->quiet > ROUNDS) {
		die(l, WIRE_RESET, "the server does not answer a ping");
		return;
	}
	set_timer(l, ROUND_S);
	if (l->quiet < ROUNDS)
		return;
	ask_ping(l->ask);
	link_touch(l);
}

/* Its socket, on its way to the server; < 0: *error says why there is none. */
static int connect_to(const struct wire *w, int *error)
{
	int fd = socket(w->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd >= 0) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (!connect(fd, (const struct sockaddr *)&w->at, w->at_len) ||
			errno == EINPROGRESS)
			return fd;
	}
	*error = errno;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

struct link *link_new(struct wire *w, struct link **place)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	*l = (struct link){.wire = w,
		.place = place,
		.beside = *place,
		.ask = ask_new(&link_hooks),
		.next = w->links,
		.at = &w->links};
	if (l->next)
		l->next->at = &l->next;
	w->links = l;
	*place = l;
	(void)evtimer_assign(&l->timer, w->base, on_timer, l);
	l->fd = connect_to(w, &l->error);
	if (l->fd < 0) { /* told a little later, as everything */
		set_timer(l, 0);
		return l;
	}
	(void)event_assign(&l->in, w->base, l->fd, EV_READ | EV_PERSIST, on_socket, l);
	(void)event_assign(&l->out, w->base, l->fd, EV_WRITE, on_socket, l);
	set_timer(l, CONNECT_S);
	(void)event_add(&l->out, NULL);
	return l;
}

/* ------------------------------------------------------------------ doors */

int links_begin(struct wire *w, struct err *err)
{
	w->flush = evtimer_new(w->base, on_flush, w);
	w->buffer = malloc(WIRE_READ_BYTES);
	if (!w->flush || !w->buffer)
		return err_set(err, ERR_NOMEM, "no memory");
	return w->tls ? secure_new(&w->secure, w->params.access, w->host,
				w->params.http == WIRE_HTTP2, err)
		      : 0;
}

void links_fini(struct wire *w)
{
	for (struct link *l = w->links, *next; l; l = next) {
		next = l->next;
		for (struct wire_call *c = l->first, *after; c; c = after) {
			after = c->after;
			link_leave(c);
			wire_call_free(c);
		}
		link_free(l);
	}
	if (w->flush)
		event_free(w->flush);
	secure_free(w->secure);
	str_fini(&w->out);
	free(w->buffer);
}
