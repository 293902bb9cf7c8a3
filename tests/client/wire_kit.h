/* SPDX-License-Identifier: Apache-2.0 */
/* A server in the loop of the wire that asks it, and who asks. */
#ifndef NODETOLL_TESTS_CLIENT_WIRE_KIT_H
#define NODETOLL_TESTS_CLIENT_WIRE_KIT_H

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/wire.h"
#include "http/http.h"
#include "tcase.h"

enum { CONNS = 8 };

/* What the server does with the next requests. */
enum manner { ANSWERS, WATCHES, IS_MUTE, HANGS_UP, GOES };

struct server;

struct conn {
	struct server *server;
	struct http *http;
	struct event *in;
	int fd;
	uint32_t watch; /* its last stream that is a watch */
};

struct server {
	struct event_base *base;
	struct event *in;
	struct conn conn[CONNS];
	uint32_t n_conns, n_requests;
	enum manner manner;
	struct http_limits limits;
	char target[64], agent[64];
	uint16_t port;
	int fd;
};

static inline void say(struct conn *c)
{
	struct str *out = http_output(c->http);

	assert_int_equal(send(c->fd, str_text(out), str_len(out), MSG_NOSIGNAL), str_len(out));
	str_reset(out);
}

static inline void part(struct conn *c)
{
	event_free(c->in);
	c->in = NULL;
	(void)close(c->fd);
}

static inline void take(struct conn *c, struct http_request *r)
{
	struct server *s = c->server;

	s->n_requests++;
	(void)snprintf(s->target, sizeof(s->target), "%s", r->target);
	(void)snprintf(s->agent, sizeof(s->agent), "%s",
		r->field[HTTP_USER_AGENT] ? r->field[HTTP_USER_AGENT] : "");
	if (s->manner == ANSWERS || s->manner == GOES)
		http_respond(
			c->http, r->stream, &(struct http_answer){.code = 200}, "hello", 5);
	if (s->manner == GOES) {
		say(c);
		http_shut(c->http);
	}
	if (s->manner == WATCHES) {
		c->watch = r->stream;
		http_begin(c->http, r->stream, &(struct http_answer){.code = 200});
		http_send(c->http, r->stream, "one\ntw", 6);
		http_send(c->http, r->stream, "o\n", 2);
	}
	http_request_free(r);
}

static inline void on_bytes(evutil_socket_t fd, short what, void *ctx)
{
	struct conn *c = ctx;
	struct http_request *r;
	char bytes[8192];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	(void)what;
	if (n <= 0 || c->server->manner == HANGS_UP) {
		part(c);
		return;
	}
	http_receive(c->http, bytes, (size_t)n);
	while ((r = http_take_request(c->http)) != NULL)
		take(c, r);
	say(c);
}

static inline void on_conn(evutil_socket_t fd, short what, void *ctx)
{
	struct server *s = ctx;
	struct conn *c = &s->conn[s->n_conns++];

	(void)what;
	assert_true(s->n_conns <= CONNS);
	*c = (struct conn){.server = s,
		.fd = accept(fd, NULL, NULL),
		.http = http_new(&s->limits, HTTP_UNKNOWN)};
	assert_true(c->fd >= 0);
	c->in = event_new(s->base, c->fd, EV_READ | EV_PERSIST, on_bytes, c);
	assert_int_equal(event_add(c->in, NULL), 0);
}

static inline void serve(struct server *s)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);

	*s = (struct server){.base = event_base_new(),
		.limits = {4096, 1 << 20, 100},
		.fd = socket(AF_INET, SOCK_STREAM, 0)};
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(s->fd, 8), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
	s->in = event_new(s->base, s->fd, EV_READ | EV_PERSIST, on_conn, s);
	assert_int_equal(event_add(s->in, NULL), 0);
}

static inline void shut(struct server *s)
{
	for (uint32_t i = 0; i < s->n_conns; i++) {
		if (s->conn[i].in)
			part(&s->conn[i]);
		http_free(s->conn[i].http);
	}
	event_free(s->in);
	(void)close(s->fd);
	event_base_free(s->base);
}

/* ------------------------------------------------------------------ who asks */

struct asker {
	struct server *server;
	struct wire *wire;
	struct wire_call *call;
	int opened, ended;
	char lines[64], body[64], why[64]; /* an answer's texts are there while it ends */
	struct wire_answer answer;
	int next_fd;  /* the descriptor that was free when it ended */
	bool cancels; /* at the first line */
};

static inline int next_fd(void)
{
	int fd = dup(STDIN_FILENO);

	assert_true(fd >= 0);
	(void)close(fd);
	return fd;
}

static inline void leave_loop(const struct asker *a)
{
	(void)event_base_loopbreak(a->server->base);
}

static inline void on_opened(void *ctx)
{
	((struct asker *)ctx)->opened++;
}

static inline void on_line(void *ctx, const char *text, size_t len)
{
	struct asker *a = ctx;

	assert_int_equal(strlen(text), len);
	(void)snprintf(
		a->lines + strlen(a->lines), sizeof(a->lines) - strlen(a->lines), "%s;", text);
	if (a->cancels) {
		wire_cancel(a->wire, a->call);
		leave_loop(a);
	}
	if (strstr(a->lines, "two"))
		leave_loop(a);
}

static inline void on_done(void *ctx, const struct wire_answer *answer)
{
	struct asker *a = ctx;

	a->ended++;
	a->next_fd = next_fd();
	a->answer = *answer;
	(void)snprintf(a->body, sizeof(a->body), "%s", answer->body);
	(void)snprintf(a->why, sizeof(a->why), "%s", answer->why ? answer->why : "");
	leave_loop(a);
}

static const struct wire_hooks hooks = {.opened = on_opened, .line = on_line, .done = on_done};

struct world {
	struct server server;
	struct access access;
	char url[64];
	struct wire *wire;
};

static inline void begin_as(struct world *w, struct wire_params p, const char *path)
{
	struct err err = {0};

	p.access = &w->access;
	p.http = WIRE_HTTP2;
	*w = (struct world){.wire = NULL};
	serve(&w->server);
	(void)snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%u%s", w->server.port, path);
	w->access.server = w->url;
	assert_int_equal(wire_new(&w->wire, w->server.base, &p, 10, &err), 0);
}

static inline void begin(struct world *w, uint32_t connections, const char *path)
{
	begin_as(w, (struct wire_params){.peers = 3, .connections = connections}, path);
}

static inline void end(struct world *w)
{
	wire_free(w->wire);
	shut(&w->server);
}

static inline void ask(
	struct world *w, struct asker *a, uint32_t peer, bool stream, ns_t timeout)
{
	*a = (struct asker){.server = &w->server, .wire = w->wire, .cancels = a->cancels};
	a->call = wire_send(w->wire, &(struct wire_request){.peer = peer,
					     .method = "GET",
					     .path = "/pods",
					     .user_agent = "tester",
					     .timeout = timeout,
					     .stream = stream,
					     .hooks = &hooks,
					     .ctx = a});
	assert_non_null(a->call);
	(void)event_base_dispatch(w->server.base);
}

#endif
