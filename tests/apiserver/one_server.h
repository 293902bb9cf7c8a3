/* SPDX-License-Identifier: Apache-2.0 */
/* One server with a few seats, step by step. */
#ifndef NODETOLL_TESTS_APISERVER_ONE_SERVER_H
#define NODETOLL_TESTS_APISERVER_ONE_SERVER_H

#include "apiserver/server.h"

enum { ROOM = 100 };

struct kit {
	struct arena mem;
	struct server_params params;
	struct server server;
	uint32_t ticket[ROOM];
};

/* Two seats for reads, one for writes, and one processor. */
static inline void kit_init(struct kit *k)
{
	*k = (struct kit){.params = {.flow = {.readonly = 2, .mutating = 1}, .processors = 1}};
	arena_init(&k->mem, 0);
}

/* One seat and a queue. */
static inline void kit_init_fair(struct kit *k)
{
	kit_init(k);
	k->params.flow = (struct flow_params){.fair = true,
		.n_levels = 1,
		.level = {{.seats = 1, .queues = 1, .hand = 1, .queue_length = 50}},
		.guess = 60 * NS_S,
		.wait_limit = 15 * NS_S,
		.wait_end = 60 * NS_S};
}

static inline void kit_start(struct kit *k)
{
	server_init(&k->server, &k->params, &k->mem, ROOM);
}

static inline void kit_fini(struct kit *k)
{
	arena_fini(&k->mem);
}

/* Until now nobody is through. */
static inline void pass(struct kit *k, ns_t now)
{
	struct server_done d;

	while (server_next_at(&k->server) < now)
		assert_false(server_take(&k->server, server_next_at(&k->server), &d));
}

static inline enum server_verdict come(struct kit *k, ns_t now, const struct server_request *r)
{
	pass(k, now);
	return server_arrive(&k->server, now, r, &k->ticket[r->id]);
}

static inline enum server_verdict ask(struct kit *k, ns_t now, uint32_t id, ns_t cpu, ns_t wait)
{
	const struct server_request r = {.id = id, .cpu = cpu, .wait = wait};

	return come(k, now, &r);
}

/* The next that is through, and when; id ROOM: nobody. */
static inline struct server_done next(struct kit *k, ns_t *now)
{
	struct server_done d = {.id = ROOM};

	while (server_next_at(&k->server) != NS_NEVER) {
		*now = server_next_at(&k->server);
		if (server_take(&k->server, *now, &d))
			break;
	}
	return d;
}

static inline void expect_end(
	struct kit *k, uint32_t id, enum server_end end, ns_t at, ns_t queued_for)
{
	ns_t now = 0;
	struct server_done d = next(k, &now);

	assert_int_equal(d.id, id);
	assert_int_equal(d.end, end);
	assert_int_equal(now, at);
	assert_int_equal(d.queued_for, queued_for);
}

static inline void expect(struct kit *k, uint32_t id, ns_t at, ns_t queued_for)
{
	expect_end(k, id, SERVER_DONE, at, queued_for);
}

#endif
