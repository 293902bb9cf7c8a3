/* SPDX-License-Identifier: Apache-2.0 */
/* A connection: libevent's bufferevent on one side, src/http on the other. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/serve_priv.h"

/* Above this nothing more is made for the peer until it has taken what there is. */
enum { FULL_BYTES = 1 << 20, READ_BYTES = 1 << 16 };

static void peer_name(const struct sockaddr *a, char text[PEER_TEXT])
{
	memset(text, 0, PEER_TEXT);
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, a, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, text, PEER_TEXT);
	} else if (a->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, a, sizeof(in6));
		(void)inet_ntop(AF_INET6, &in6.sin6_addr, text, PEER_TEXT);
	}
}

/* ------------------------------------------------------------------ ends */

void conn_kill(struct conn *c)
{
	struct serve *s = c->serve;

	if (c->is_dead)
		return;
	c->is_dead = true;
	while (c->first)
		exchange_gone(c->first);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->next = s->dead;
	s->dead = c;
	s->n_conns--;
	s->metrics.connections = s->n_conns;
}

void conn_reset(struct conn *c)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	(void)setsockopt(
		bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	conn_kill(c);
}

/* The peer is to close: it has as long for it as for a request. */
static void wait_for_end(struct conn *c)
{
	c->is_lingering = true;
	c->partial_at = serve_now(c->serve);
}

void conn_half_close(struct conn *c)
{
	c->is_half = true;
	wait_for_end(c);
	(void)shutdown(bufferevent_getfd(c->bev), SHUT_WR);
}

void conn_bury(struct serve *s)
{
	while (s->dead) {
		struct conn *c = s->dead;

		s->dead = c->next;
		if (s->tls)
			tls_close(c->bev);
		bufferevent_free(c->bev);
		http_free(c->http);
		free(c->user);
		free(c);
	}
}

/* ------------------------------------------------------------------ in and out */

void conn_touch(struct conn *c)
{
	if (c->is_dirty || c->is_dead)
		return;
	c->is_dirty = true;
	c->next_dirty = c->serve->dirty;
	c->serve->dirty = c;
}

size_t conn_waiting(const struct conn *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

static struct exchange *exchange_of(const struct conn *c, uint32_t stream)
{
	struct exchange *x = c->first;

	while (x && x->req->stream != stream)
		x = x->next;
	return x;
}

/* Whoever waited for the peer to take bytes goes on. */
static void all_taken(struct conn *c)
{
	c->active_at = serve_now(c->serve);
	if (!c->has_blocked)
		return;
	c->has_blocked = false;
	for (struct exchange *x = c->first, *next; x; x = next) {
		next = x->next;
		stream_unblock(x);
	}
}

/* Most answers fit into the socket at once: three system calls less than by way of libevent,
 * which waits to be told that it can write. */
static void send_bytes(struct conn *c, const char *bytes, size_t len)
{
	ssize_t n = 0;

	if (!c->serve->tls && !conn_waiting(c))
		n = send(bufferevent_getfd(c->bev), bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		n = 0; /* it waits, or libevent finds out what is wrong */
	if ((size_t)n < len)
		(void)bufferevent_write(c->bev, bytes + n, len - (size_t)n);
	else
		all_taken(c);
}

static void send_output(struct conn *c)
{
	struct str *out = http_output(c->http);

	if (str_len(out) && !c->is_half)
		send_bytes(c, str_text(out), str_len(out));
	/* An idle connection holds no memory. */
	str_fini(out);
	if (!c->is_full && conn_waiting(c) > FULL_BYTES) {
		c->is_full = true;
		(void)bufferevent_disable(c->bev, EV_READ);
	}
}

/* A close with unread bytes is a reset, which may overtake the last answer: so the peer is to
 * close first. */
static void end_politely(struct conn *c)
{
	if (c->is_lingering)
		return;
	if (c->serve->tls || c->serve->is_stopping) {
		conn_kill(c);
		return;
	}
	wait_for_end(c);
	(void)shutdown(bufferevent_getfd(c->bev), SHUT_WR);
}

void conn_pump(struct conn *c)
{
	struct http_request *req;
	uint32_t stream;

	if (c->is_dead || !c->http)
		return;
	while (!c->is_dead && (req = http_take_request(c->http)) != NULL)
		exchange_new(c, req);
	while (!c->is_dead && http_take_gone(c->http, &stream)) {
		struct exchange *x = exchange_of(c, stream);

		if (x)
			exchange_gone(x);
	}
	if (c->is_dead)
		return;
	send_output(c);
	if (http_is_over(c->http) && !conn_waiting(c))
		end_politely(c);
}

static void note_partial(struct conn *c)
{
	if (c->is_lingering)
		return;
	if (!http_is_partial(c->http))
		c->partial_at = NS_NEVER;
	else if (c->partial_at == NS_NEVER)
		c->partial_at = c->active_at;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	char bytes[READ_BYTES];
	int n;

	serve_tick(c->serve);
	c->active_at = serve_now(c->serve);
	while (!c->is_dead && c->http && (n = evbuffer_remove(in, bytes, sizeof(bytes))) > 0) {
		if (!c->is_half)
			http_receive(c->http, bytes, (size_t)n);
		conn_pump(c);
	}
	if (!c->is_dead && c->http) {
		note_partial(c);
		/* A window that opened lets watches go on. */
		for (struct exchange *x = c->first, *next; x; x = next) {
			next = x->next;
			if (x->is_blocked && http_version(c->http) == HTTP_2)
				stream_unblock(x);
		}
	}
	serve_settle(c->serve);
}

/* All output has gone. */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;

	serve_tick(c->serve);
	if (c->is_full) {
		c->is_full = false;
		(void)bufferevent_enable(bev, EV_READ);
	}
	all_taken(c);
	conn_touch(c);
	serve_settle(c->serve);
}

/* net/http server.go: who speaks HTTP where TLS is spoken is told so, in HTTP.  What he sent is
 * taken first: a close with unread bytes would overtake the answer. */
static void answer_plain(struct conn *c)
{
	static const char answer[] =
		"HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\n"
		"{\"message\":\"Client sent an HTTP request to an HTTPS server.\"}\n";
	int fd = bufferevent_getfd(c->bev);
	char bytes[READ_BYTES];

	(void)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)shutdown(fd, SHUT_WR);
	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct conn *c = arg;

	serve_tick(c->serve);
	if (what & BEV_EVENT_CONNECTED) {
		struct conn_user user = {0};

		c->http = http_new(&c->serve->limits, tls_version(bev));
		c->partial_at = NS_NEVER;
		if (tls_user(bev, user.name, user.groups)) {
			c->user = malloc(sizeof(*c->user));
			if (c->user)
				*c->user = user;
		}
		on_read(bev, c);
		return;
	}
	if (what & BEV_EVENT_ERROR && !c->http && tls_met_http(bev))
		answer_plain(c);
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		conn_kill(c);
	serve_settle(c->serve);
}

/* ------------------------------------------------------------------ beginning */

/* Who sets a limit pays for it with a look at all connections. */
static uint32_t count_of(const struct serve *s, const char *peer)
{
	uint32_t n = 0;

	for (const struct conn *c = s->first; c; c = c->next)
		n += !strcmp(c->peer_text, peer);
	return n;
}

static bool is_welcome(const struct serve *s, const char *peer)
{
	return !s->is_stopping && s->n_conns < s->max_conns &&
	       (!s->p->per_peer || count_of(s, peer) < s->p->per_peer);
}

static struct bufferevent *open_bufferevent(struct serve *s, int fd)
{
	return s->tls ? tls_accept(s->tls, s->base, fd)
		      : bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
}

void conn_new(struct serve *s, int fd, const struct sockaddr *address)
{
	char peer[PEER_TEXT];
	struct bufferevent *bev = NULL;
	struct conn *c;
	int on = 1;

	peer_name(address, peer);
	if (is_welcome(s, peer))
		bev = open_bufferevent(s, fd);
	if (!bev) {
		(void)close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->serve = s;
	c->bev = bev;
	memcpy(c->peer_text, peer, sizeof(peer));
	c->active_at = serve_now(s);
	c->partial_at = s->tls ? c->active_at : NS_NEVER;
	c->http = s->tls ? NULL : http_new(&s->limits, HTTP_UNKNOWN);
	c->next = s->first;
	c->link = &s->first;
	if (c->next)
		c->next->link = &c->next;
	s->first = c;
	s->n_conns++;
	s->metrics.accepted++;
	s->metrics.connections = s->n_conns;
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

void conn_sweep(struct conn *c, ns_t now)
{
	const struct serve_params *p = c->serve->p;

	bool is_slow = c->partial_at != NS_NEVER && now - c->partial_at > p->request_timeout;
	bool is_deaf = conn_waiting(c) && now - c->active_at > p->request_timeout;
	bool is_idle = !c->first && !c->is_dirty && c->http && http_is_idle(c->http) &&
		       now - c->active_at > p->idle_timeout;

	if (is_slow || is_deaf || is_idle)
		conn_kill(c);
}
