/* SPDX-License-Identifier: Apache-2.0 */
/* More requests and watches than a connection has streams. */
#include "client/wire.h"

#include "wire_kit.h"

enum { CROWD = 60, WATCHES_EACH = 5 };

/* Many that ask and watch over what they share. */
struct crowd {
	struct world w;
	uint32_t opened, answered, lost, wanted;
};

static void on_opened_of_crowd(void *ctx)
{
	struct crowd *c = ctx;

	if (++c->opened == c->wanted)
		(void)event_base_loopbreak(c->w.server.base);
}

static void on_line_of_crowd(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_int_equal(strlen(text), len);
}

static void on_done_of_crowd(void *ctx, const struct wire_answer *answer)
{
	struct crowd *c = ctx;

	c->lost += answer->fault != WIRE_ANSWERED;
	if (++c->answered == c->wanted)
		(void)event_base_loopbreak(c->w.server.base);
}

/* Until all of them are answered; or, if they watch, have been opened. */
static void all_ask(struct crowd *c, uint32_t each, bool stream)
{
	static const struct wire_hooks to = {.opened = on_opened_of_crowd,
		.line = on_line_of_crowd,
		.done = on_done_of_crowd};

	c->opened = c->answered = 0;
	c->wanted = CROWD * each;
	c->w.server.manner = stream ? WATCHES : ANSWERS;
	for (uint32_t i = 0; i < c->wanted; i++)
		assert_non_null(wire_send(c->w.wire, &(struct wire_request){.peer = i % CROWD,
							     .method = "GET",
							     .path = "/pods",
							     .stream = stream,
							     .hooks = &to,
							     .ctx = c}));
	(void)event_base_dispatch(c->w.server.base);
	assert_int_equal(stream ? c->opened : c->answered, c->wanted);
	assert_int_equal(c->lost, 0);
}

/* Watches last: were there one connection, nobody would be heard beside them. */
static void watches_that_take_every_stream_of_a_connection_leave_others_another(void **state)
{
	struct crowd c = {.wanted = 0};

	(void)state;
	begin_as(&c.w, (struct wire_params){.peers = CROWD}, "");
	all_ask(&c, WATCHES_EACH, true);
	all_ask(&c, 1, false);
	all_ask(&c, 1, false);
	assert_int_equal(c.w.server.n_conns, 4); /* 300 watches and 60 requests, 100 on each */
	assert_int_equal(wire_counts(c.w.wire).waited, 0);
	end(&c.w);
}

static void a_limit_below_the_usual_is_found_out(void **state)
{
	struct crowd c = {.wanted = 0};

	(void)state;
	begin_as(&c.w, (struct wire_params){.peers = CROWD}, "");
	c.w.server.limits.streams = 30;
	all_ask(&c, 2, true);
	all_ask(&c, 1, false);
	assert_int_equal(c.w.server.n_conns, 6);
	end(&c.w);
}

static void a_peer_that_wants_no_further_connection_waits_for_a_stream(void **state)
{
	struct crowd c = {.wanted = 0};
	struct asker a = {0};

	(void)state;
	begin_as(&c.w,
		(struct wire_params){.peers = CROWD, .connections = 1, .one_connection = true},
		"");
	c.w.server.limits.streams = 1;
	c.w.server.manner = WATCHES;
	ask(&c.w, &a, 0, true, 0);
	assert_int_equal(wire_counts(c.w.wire).waited, 0);
	ask(&c.w, &a, 0, false, 20 * NS_MS);
	assert_int_equal(a.answer.fault, WIRE_TIMED_OUT);
	assert_int_equal(wire_counts(c.w.wire).waited, 1);
	assert_int_equal(c.w.server.n_conns, 1);
	end(&c.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			watches_that_take_every_stream_of_a_connection_leave_others_another),
		cmocka_unit_test(a_limit_below_the_usual_is_found_out),
		cmocka_unit_test(a_peer_that_wants_no_further_connection_waits_for_a_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
