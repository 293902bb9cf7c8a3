/* SPDX-License-Identifier: Apache-2.0 */
/* A server that comes and goes, and what is left of it. */
#include "client/wire.h"

#include "live_bytes.h"
#include "wire_kit.h"

enum { PEERS = 3, WATCHES_EACH = 2, ROUNDS = 40, LEAST = 16 /* bytes of a piece of memory */ };

struct crowd {
	struct world w;
	uint32_t opened, lost;
};

static void on_opened_of_crowd(void *ctx)
{
	struct crowd *c = ctx;

	if (++c->opened == PEERS * WATCHES_EACH)
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

	assert_int_equal(answer->fault, WIRE_RESET);
	if (++c->lost == PEERS * (WATCHES_EACH + 1))
		(void)event_base_loopbreak(c->w.server.base);
}

static void send_one(struct crowd *c, uint32_t peer, bool stream)
{
	static const struct wire_hooks to = {.opened = on_opened_of_crowd,
		.line = on_line_of_crowd,
		.done = on_done_of_crowd};

	assert_non_null(wire_send(c->w.wire, &(struct wire_request){.peer = peer,
						     .method = stream ? "GET" : "POST",
						     .path = "/pods",
						     .body = stream ? NULL : "{}",
						     .len = stream ? 0 : 2,
						     .timeout = stream ? 0 : 60 * NS_S,
						     .stream = stream,
						     .hooks = &to,
						     .ctx = c}));
}

/* Its connections break while watches stand and requests wait for an answer. */
static void comes_and_goes(struct crowd *c)
{
	struct server *s = &c->w.server;

	c->opened = c->lost = 0;
	for (uint32_t peer = 0; peer < PEERS; peer++)
		for (uint32_t i = 0; i <= WATCHES_EACH; i++)
			send_one(c, peer, i < WATCHES_EACH);
	(void)event_base_dispatch(s->base);
	assert_int_equal(c->opened, PEERS * WATCHES_EACH);
	assert_int_equal(s->n_conns, PEERS);
	for (uint32_t i = 0; i < s->n_conns; i++) {
		part(&s->conn[i]);
		http_free(s->conn[i].http);
	}
	s->n_conns = 0;
	(void)event_base_dispatch(s->base);
	assert_int_equal(c->lost, PEERS * (WATCHES_EACH + 1));
}

static void a_server_that_comes_and_goes_leaves_nothing_behind(void **state)
{
	struct crowd c;
	size_t before;

	(void)state;
	begin(&c.w, 1, "");
	c.w.server.manner = WATCHES;
	for (int i = 0; i < ROUNDS; i++)
		comes_and_goes(&c);
	before = live_bytes();
	for (int i = 0; i < ROUNDS; i++)
		comes_and_goes(&c);
	assert_true(before > 0);
	assert_true(live_bytes() < before + ROUNDS * LEAST);
	assert_int_equal(wire_counts(c.w.wire).under_way, 0);
	assert_int_equal(wire_counts(c.w.wire).connections, 2 * ROUNDS * PEERS);
	end(&c.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_comes_and_goes_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
