/* SPDX-License-Identifier: Apache-2.0 */
/* Requests on a real socket, to a server in the same loop. */
#include "client/wire.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"
#include "tcase.h"

enum { CONNS = 4 };

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
	char target[64], agent[64];
	uint16_t port;
	int fd;
};

static const struct http_limits limits = {4096, 1 << 20, 100};

static void say(struct conn *c)
{
	struct str *out = http_output(c->http);

	assert_int_equal(send(c->fd, str_text(out), str_len(out), MSG_NOSIGNAL), str_len(out));
	str_reset(out);
}

static void part(struct conn *c)
{
	event_free(c->in);
	c->in = NULL;
	(void)close(c->fd);
}

static void take(struct conn *c, struct http_request *r)
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

static void on_bytes(evutil_socket_t fd, short what, void *ctx)
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

static void on_conn(evutil_socket_t fd, short what, void *ctx)
{
	struct server *s = ctx;
	struct conn *c = &s->conn[s->n_conns++];

	(void)what;
	assert_true(s->n_conns <= CONNS);
	*c = (struct conn){.server = s,
		.fd = accept(fd, NULL, NULL),
		.http = http_new(&limits, HTTP_UNKNOWN)};
	assert_true(c->fd >= 0);
	c->in = event_new(s->base, c->fd, EV_READ | EV_PERSIST, on_bytes, c);
	assert_int_equal(event_add(c->in, NULL), 0);
}

static void serve(struct server *s)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);

	*s = (struct server){.base = event_base_new(), .fd = socket(AF_INET, SOCK_STREAM, 0)};
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(s->fd, 8), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
	s->in = event_new(s->base, s->fd, EV_READ | EV_PERSIST, on_conn, s);
	assert_int_equal(event_add(s->in, NULL), 0);
}

static void shut(struct server *s)
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
	char lines[64], body[64];
	struct wire_answer answer;
	int next_fd;  /* the descriptor that was free when it ended */
	bool cancels; /* at the first line */
};

static int next_fd(void)
{
	int fd = dup(STDIN_FILENO);

	assert_true(fd >= 0);
	(void)close(fd);
	return fd;
}

static void leave_loop(const struct asker *a)
{
	(void)event_base_loopbreak(a->server->base);
}

static void on_opened(void *ctx)
{
	((struct asker *)ctx)->opened++;
}

static void on_line(void *ctx, const char *text, size_t len)
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

static void on_done(void *ctx, const struct wire_answer *answer)
{
	struct asker *a = ctx;

	a->ended++;
	a->next_fd = next_fd();
	a->answer = *answer;
	(void)snprintf(a->body, sizeof(a->body), "%s", answer->body);
	leave_loop(a);
}

static const struct wire_hooks hooks = {.opened = on_opened, .line = on_line, .done = on_done};

struct world {
	struct server server;
	struct access access;
	char url[64];
	struct wire *wire;
};

static void begin(struct world *w, uint32_t connections, const char *path)
{
	struct wire_params p = {.access = &w->access,
		.http = WIRE_HTTP2,
		.peers = 3,
		.connections = connections};
	struct err err = {0};

	*w = (struct world){.wire = NULL};
	serve(&w->server);
	(void)snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%u%s", w->server.port, path);
	w->access.server = w->url;
	assert_int_equal(wire_new(&w->wire, w->server.base, &p, 10, &err), 0);
}

static void end(struct world *w)
{
	wire_free(w->wire);
	shut(&w->server);
}

static void ask(struct world *w, struct asker *a, uint32_t peer, bool stream, ns_t timeout)
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

static void a_request_is_answered(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "/proxied");
	ask(&w, &a, 0, false, 0);
	assert_int_equal(a.answer.fault, WIRE_ANSWERED);
	assert_int_equal(a.answer.code, 200);
	assert_string_equal(a.body, "hello");
	assert_string_equal(w.server.target, "/proxied/pods");
	assert_string_equal(w.server.agent, "tester");
	assert_int_equal(wire_counts(w.wire).under_way, 0);
	end(&w);
}

static void a_watch_tells_whole_lines(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	w.server.manner = WATCHES;
	ask(&w, &a, 0, true, 0);
	assert_int_equal(a.opened, 1);
	assert_string_equal(a.lines, "one;two;");
	assert_int_equal(a.ended, 0);
	end(&w);
}

static void a_watch_is_cancelled_by_its_own_line(void **state)
{
	struct world w;
	struct asker a = {.cancels = true};

	(void)state;
	begin(&w, 1, "");
	w.server.manner = WATCHES;
	ask(&w, &a, 0, true, 0);
	assert_string_equal(a.lines, "one;");
	assert_int_equal(a.ended, 0);
	assert_int_equal(wire_counts(w.wire).under_way, 0);
	end(&w);
}

static void every_peer_has_a_connection_of_its_own_and_keeps_it(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	for (uint32_t i = 0; i < 4; i++)
		ask(&w, &a, i % 2, false, 0);
	assert_int_equal(w.server.n_conns, 2);
	assert_int_equal(wire_counts(w.wire).connections, 2);
	end(&w);
}

static void peers_of_a_group_may_share_one(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 0, "");
	for (uint32_t i = 0; i < 3; i++)
		ask(&w, &a, i, false, 0);
	assert_int_equal(w.server.n_conns, 1);
	end(&w);
}

static void a_peer_may_have_several(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 2, "");
	for (uint32_t i = 0; i < 4; i++)
		ask(&w, &a, 0, false, 0);
	assert_int_equal(w.server.n_conns, 2);
	end(&w);
}

static void who_hangs_up_asks_over_a_new_one(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	ask(&w, &a, 0, false, 0);
	wire_hang_up(w.wire, 0);
	ask(&w, &a, 0, false, 0);
	assert_int_equal(a.answer.code, 200);
	assert_int_equal(w.server.n_conns, 2);
	end(&w);
}

static void after_a_goodbye_another_connection_is_made(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	w.server.manner = GOES;
	ask(&w, &a, 0, false, 0);
	assert_string_equal(a.body, "hello");
	w.server.manner = ANSWERS;
	ask(&w, &a, 0, false, 0);
	assert_string_equal(a.body, "hello");
	assert_int_equal(w.server.n_conns, 2);
	end(&w);
}

static void a_connection_that_breaks_is_a_fault_and_then_there_is_another(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	w.server.manner = HANGS_UP;
	ask(&w, &a, 0, false, 0);
	assert_int_equal(a.answer.fault, WIRE_RESET);
	w.server.manner = ANSWERS;
	ask(&w, &a, 0, false, 0);
	assert_int_equal(a.answer.fault, WIRE_ANSWERED);
	end(&w);
}

/* Whoever is told of it asks again at once: by then the old one holds nothing any more. */
static void a_broken_connection_is_gone_before_its_calls_are_told(void **state)
{
	struct world w;
	struct asker a = {0};
	int free_fd;

	(void)state;
	begin(&w, 1, "");
	free_fd = next_fd();
	ask(&w, &a, 0, false, 0);
	assert_true(next_fd() > free_fd);
	w.server.manner = HANGS_UP;
	ask(&w, &a, 0, false, 0);
	assert_int_equal(a.answer.fault, WIRE_RESET);
	assert_int_equal(a.next_fd, free_fd);
	end(&w);
}

struct pair {
	struct wire *wire;
	struct wire_call *call[2];
	struct event_base *base;
	uint32_t ended;
};

/* Calls are told one after the other; this one wants no other. */
static void on_done_of_pair(void *ctx, const struct wire_answer *answer)
{
	struct pair *p = ctx;

	assert_int_equal(answer->fault, WIRE_RESET);
	if (p->ended++ == 0)
		wire_cancel(p->wire, p->call[0]);
	(void)event_base_loopbreak(p->base);
}

static void what_is_told_of_a_broken_connection_may_cancel_another_call_of_it(void **state)
{
	static const struct wire_hooks to = {.done = on_done_of_pair};
	struct world w;
	struct pair p;

	(void)state;
	begin(&w, 1, "");
	w.server.manner = HANGS_UP;
	p = (struct pair){.wire = w.wire, .base = w.server.base};
	for (unsigned i = 0; i < 2; i++) {
		p.call[i] = wire_send(w.wire,
			&(struct wire_request){
				.method = "GET", .path = "/pods", .hooks = &to, .ctx = &p});
		assert_non_null(p.call[i]);
	}
	(void)event_base_dispatch(w.server.base);
	assert_int_equal(p.ended, 1);
	assert_int_equal(wire_counts(w.wire).under_way, 0);
	end(&w);
}

static void time_runs_out(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	w.server.manner = IS_MUTE;
	ask(&w, &a, 0, false, 20 * NS_MS);
	assert_int_equal(a.answer.fault, WIRE_TIMED_OUT);
	assert_int_equal(a.ended, 1);
	assert_int_equal(wire_counts(w.wire).under_way, 0);
	end(&w);
}

static void nobody_listens(void **state)
{
	struct world w;
	struct asker a = {0};

	(void)state;
	begin(&w, 1, "");
	assert_int_equal(event_del(w.server.in), 0);
	(void)shutdown(w.server.fd, SHUT_RDWR);
	ask(&w, &a, 0, false, 0);
	assert_int_equal(a.answer.fault, WIRE_REFUSED);
	assert_non_null(a.answer.why);
	end(&w);
}

static void a_url_has_a_host_and_a_port(void **state)
{
	static const char *const bad[] = {
		"http://", "http://:80", "http://host:0", "http://host:70000", "http://[::1"};
	struct event_base *base = event_base_new();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct access access = {.server = bad[i]};
		struct wire_params p = {.access = &access, .peers = 1};
		struct wire *w = NULL;
		struct err err = {0};

		assert_int_equal(wire_new(&w, base, &p, 1, &err), ERR_INPUT);
		wire_free(w);
	}
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered),
		cmocka_unit_test(a_watch_tells_whole_lines),
		cmocka_unit_test(a_watch_is_cancelled_by_its_own_line),
		cmocka_unit_test(every_peer_has_a_connection_of_its_own_and_keeps_it),
		cmocka_unit_test(peers_of_a_group_may_share_one),
		cmocka_unit_test(a_peer_may_have_several),
		cmocka_unit_test(who_hangs_up_asks_over_a_new_one),
		cmocka_unit_test(after_a_goodbye_another_connection_is_made),
		cmocka_unit_test(a_connection_that_breaks_is_a_fault_and_then_there_is_another),
		cmocka_unit_test(a_broken_connection_is_gone_before_its_calls_are_told),
		cmocka_unit_test(
			what_is_told_of_a_broken_connection_may_cancel_another_call_of_it),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(a_url_has_a_host_and_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
