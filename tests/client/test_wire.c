/* SPDX-License-Identifier: Apache-2.0 */
/* Requests on a real socket, to a server in the same loop. */
#include "client/wire.h"

#include "wire_kit.h"

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
	assert_string_not_equal(a.why, "");
	end(&w);
}

static void comes_to_nothing(const char *url, enum wire_http http, enum wire_fault fault)
{
	struct server nowhere = {.base = event_base_new()};
	struct access access = {.server = url};
	struct world w = {.server = nowhere};
	struct asker a = {0};
	struct err err = {0};

	assert_int_equal(
		wire_new(&w.wire, nowhere.base,
			&(struct wire_params){
				.access = &access, .peers = 1, .connections = 1, .http = http},
			10, &err),
		0);
	ask(&w, &a, 0, false, NS_MIN);
	assert_int_equal(a.answer.fault, fault);
	assert_int_equal(a.ended, 1);
	assert_string_not_equal(a.why, "");
	assert_int_equal(wire_counts(w.wire).connections, 0);
	assert_int_equal(wire_counts(w.wire).under_way, 0);
	wire_free(w.wire);
	event_base_free(nowhere.base);
}

/* No connection leads to many hosts at once (224.0.0.1): the system says so at once, and the
 * socket nothing. */
static void a_host_that_refuses_is_no_host_that_cannot_be_reached(void **state)
{
	struct server s;
	char refuses[64];

	(void)state;
	serve(&s);
	(void)snprintf(refuses, sizeof(refuses), "http://127.0.0.1:%u", s.port);
	shut(&s);
	comes_to_nothing(refuses, WIRE_HTTP2, WIRE_REFUSED);
	comes_to_nothing(refuses, WIRE_HTTP1, WIRE_REFUSED);
	comes_to_nothing("http://224.0.0.1:80", WIRE_HTTP2, WIRE_UNREACHED);
	comes_to_nothing("http://224.0.0.1:80", WIRE_HTTP1, WIRE_UNREACHED);
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
		cmocka_unit_test(a_host_that_refuses_is_no_host_that_cannot_be_reached),
		cmocka_unit_test(a_url_has_a_host_and_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
