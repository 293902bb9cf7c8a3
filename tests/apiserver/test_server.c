/* SPDX-License-Identifier: Apache-2.0 */
#include "tcase.h"

#include "one_server.h"

static void a_request_is_processed_and_then_waits(void **state)
{
	const struct server_request r = {.id = 3, .call = 77, .cpu = 10, .wait = 5};
	struct kit k;
	struct server_done d;
	ns_t now = 0;

	(void)state;
	kit_init(&k);
	kit_start(&k);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	assert_int_equal(come(&k, 100, &r), SERVER_SERVES);
	assert_int_equal(server_next_at(&k.server), 110);
	d = next(&k, &now);
	assert_int_equal(now, 115);
	assert_int_equal(d.id, 3);
	assert_int_equal(d.call, 77);
	assert_int_equal(d.arrived_at, 100);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	assert_int_equal(k.server.counts.done, 1);
	assert_int_equal(k.server.counts.sojourn, 15);
	kit_fini(&k);
}

static void a_request_that_needs_nothing_is_through_at_once(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_start(&k);
	assert_int_equal(ask(&k, 7, 1, 0, 0), SERVER_SERVES);
	expect(&k, 1, 7, 0);
	kit_fini(&k);
}

static void requests_share_processors_and_not_waits(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 10, 100);
	(void)ask(&k, 0, 2, 10, 100);
	expect(&k, 1, 120, 0);
	expect(&k, 2, 120, 0);
	/* one processor, for 20 */
	assert_int_equal(gauge_sum(&k.server.counts.running, 120), 20);
	assert_int_equal(k.server.counts.inside.sum, 240);
	assert_int_equal(k.server.counts.sojourn, 240);
	kit_fini(&k);
}

static void a_seat_is_kept_until_the_wait_is_over(void **state)
{
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	assert_int_equal(ask(&k, 0, 1, 10, 100), SERVER_SERVES);
	assert_int_equal(ask(&k, 0, 2, 10, 0), SERVER_QUEUES);
	assert_int_equal(ask(&k, 50, 3, 10, 0), SERVER_QUEUES);
	expect(&k, 1, 110, 0);
	expect(&k, 2, 120, 110);
	expect(&k, 3, 130, 70);
	kit_fini(&k);
}

static void over_the_limit_a_request_is_rejected_and_that_is_all(void **state)
{
	const struct server_request r = {.id = 4, .cpu = 10, .mutating = true};
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_start(&k);
	assert_int_equal(ask(&k, 0, 1, 10, 0), SERVER_SERVES);
	assert_int_equal(ask(&k, 0, 2, 10, 0), SERVER_SERVES);
	assert_int_equal(ask(&k, 0, 3, 10, 0), SERVER_REJECTS);
	assert_int_equal(come(&k, 0, &r), SERVER_SERVES);
	assert_int_equal(come(&k, 0, &r), SERVER_REJECTS);
	assert_int_equal(k.server.counts.inside.max, 3);
	expect(&k, 1, 30, 0);
	expect(&k, 2, 30, 0);
	expect(&k, 4, 30, 0);
	assert_int_equal(k.server.counts.rejected, 2);
	assert_int_equal(k.server.counts.done, 3);
	kit_fini(&k);
}

/* One event after the other; what comes meanwhile is told together. */
static void a_watcher_is_told_of_one_thing_after_the_other(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.watchers = 2;
	k.params.processors = 2;
	kit_start(&k);
	assert_int_equal(server_tell(&k.server, 0, 0, 10, 0), 10);
	assert_int_equal(server_tell(&k.server, 0, 0, 10, 0), 10);
	assert_int_equal(server_tell(&k.server, 0, 0, 10, 0), 20);
	assert_int_equal(k.server.share.n, 1); /* the other processor has nothing to do */
	(void)server_tell(&k.server, 0, 1, 10, 0);
	assert_int_equal(k.server.share.n, 2);
	pass(&k, 100);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	assert_int_equal(k.server.counts.told, 4);
	assert_int_equal(k.server.counts.telling, 40);
	assert_int_equal(k.server.counts.told_late, 10 + 30 + 30 + 10);
	assert_int_equal(k.server.counts.told_latest, 30);
	assert_int_equal(gauge_sum(&k.server.counts.running, 100), 40);
	kit_fini(&k);
}

/* Two a second of each kind: the first at once, of what comes together one after the other;
 * what is late there is late for whoever is told by the server. */
static void etcd_passes_on_so_many_changes_a_second(void **state)
{
	struct kit k;

	(void)state;
	kit_init(&k);
	k.params.watchers = 1;
	k.params.processors = 2;
	k.params.feeds = 2;
	k.params.feed_rate = 2;
	kit_start(&k);
	server_feed(&k.server, 0, 0, 1);
	assert_int_equal(server_late(&k.server, 0, 0), 0);
	server_feed(&k.server, 0, 0, 2);
	assert_int_equal(server_late(&k.server, 0, 0), NS_S);
	assert_int_equal(server_late(&k.server, NS_S / 4, 0), 3 * NS_S / 4);
	server_feed(&k.server, 0, 1, 1);
	assert_int_equal(server_late(&k.server, 0, 1), 0);
	assert_int_equal(server_tell(&k.server, 0, 0, 10, NS_S), NS_S + 10);
	assert_int_equal(server_tell(&k.server, 0, 0, 10, 3 * NS_MIN), NS_MIN + 10);
	pass(&k, 100);
	assert_int_equal(k.server.counts.told, 2);
	assert_int_equal(k.server.counts.told_late, NS_S + 10 + 3 * NS_MIN + 20);
	assert_int_equal(k.server.counts.told_latest, 3 * NS_MIN + 20);
	server_feed(&k.server, 9 * NS_S, 0, 1);
	assert_int_equal(server_late(&k.server, 9 * NS_S, 0), 0);
	kit_fini(&k);
}

static void who_is_told_takes_of_the_processors_and_no_seat(void **state)
{
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	k.params.watchers = 3;
	kit_start(&k);
	(void)ask(&k, 0, 1, 10, 0);
	(void)server_tell(&k.server, 0, 0, 10, 0);
	assert_int_equal(server_tell(&k.server, 0, 2, 10, 0), 30); /* three on one processor */
	assert_int_equal(k.server.flow.level[0].counts.seats.n, 1);
	assert_int_equal(k.server.counts.inside.n, 1);
	expect(&k, 1, 30, 0);
	pass(&k, 31);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	assert_int_equal(k.server.counts.done, 1);
	kit_fini(&k);
}

static void the_opening_of_a_watch_needs_no_seat(void **state)
{
	const struct server_request watch = {.id = 9, .cpu = 10, .unlimited = true};
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 0, 100);
	(void)ask(&k, 0, 2, 0, 100);
	pass(&k, 50);
	assert_int_equal(come(&k, 50, &watch), SERVER_SERVES);
	expect(&k, 9, 60, 0);
	assert_int_equal(k.server.flow.level[0].counts.seats.n, 1);
	expect(&k, 1, 100, 0);
	expect(&k, 2, 200, 100);
	assert_int_equal(k.server.flow.level[0].counts.arrived, 2);
	kit_fini(&k);
}

static void who_waited_too_long_is_told_before_time_goes_on(void **state)
{
	struct kit k;
	struct server_done d;
	ns_t now = 0;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 0, 20 * NS_S);
	(void)ask(&k, 0, 2, 10, 0);
	(void)ask(&k, 1, 3, 10, 0);
	assert_int_equal(ask(&k, 16 * NS_S, 4, 10, 0), SERVER_QUEUES);
	for (uint32_t id = 2; id <= 3; id++) {
		assert_int_equal(server_next_at(&k.server), 16 * NS_S);
		d = next(&k, &now);
		assert_int_equal(now, 16 * NS_S);
		assert_int_equal(d.id, id);
		assert_int_equal(d.end, SERVER_REJECTED);
		assert_int_equal(d.queued_for, 16 * NS_S - (id == 3));
	}
	expect(&k, 1, 20 * NS_S, 0);
	expect(&k, 4, 20 * NS_S + 10, 4 * NS_S);
	assert_int_equal(k.server.counts.rejected, 2);
	kit_fini(&k);
}

static void who_waits_until_the_end_has_timed_out(void **state)
{
	struct kit k;
	struct server_done d;
	ns_t now = 0;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 0, 90 * NS_S);
	(void)ask(&k, 5, 2, 10, 0);
	d = next(&k, &now);
	assert_int_equal(now, 60 * NS_S + 5);
	assert_int_equal(d.id, 2);
	assert_int_equal(d.end, SERVER_TIMED_OUT);
	assert_int_equal(k.server.counts.timed_out, 1);
	expect(&k, 1, 90 * NS_S, 0);
	kit_fini(&k);
}

static void since_1_29_the_limit_is_the_end(void **state)
{
	struct kit k;
	struct server_done d;
	ns_t now = 0;

	(void)state;
	kit_init_fair(&k);
	k.params.flow.wait_end = k.params.flow.wait_limit;
	kit_start(&k);
	(void)ask(&k, 0, 1, 0, 90 * NS_S);
	(void)ask(&k, 5, 2, 10, 0);
	d = next(&k, &now);
	assert_int_equal(now, 15 * NS_S + 5);
	assert_int_equal(d.end, SERVER_REJECTED);
	assert_int_equal(k.server.counts.rejected, 1);
	kit_fini(&k);
}

static void who_hangs_up_in_a_queue_is_gone(void **state)
{
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	for (uint32_t id = 1; id <= 3; id++)
		(void)ask(&k, 0, id, 0, 100);
	pass(&k, 40);
	assert_int_equal(server_abandon(&k.server, 40, k.ticket[2]), SERVER_LEAVES);
	expect(&k, 1, 100, 0);
	expect(&k, 3, 200, 100);
	assert_int_equal(k.server.counts.abandoned, 1);
	assert_int_equal(k.server.counts.sojourn, 40 + 100 + 200);
	assert_int_equal(k.server.counts.inside.sum, 40 + 100 + 200);
	kit_fini(&k);
}

/* Its seat is the next one's; etcd has been asked. */
static void who_hangs_up_while_etcd_works_frees_the_seat(void **state)
{
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 10, 100);
	(void)ask(&k, 0, 2, 10, 20);
	pass(&k, 40);
	assert_int_equal(server_abandon(&k.server, 40, k.ticket[1]), SERVER_WRITES);
	expect(&k, 2, 70, 40);
	kit_fini(&k);
}

static void what_is_on_a_processor_goes_on_until_that_is_over(void **state)
{
	struct server_done d;
	struct kit k;
	ns_t now = 0;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 50, 100);
	(void)ask(&k, 0, 2, 10, 20);
	pass(&k, 40);
	assert_int_equal(server_abandon(&k.server, 40, k.ticket[1]), SERVER_GOES_ON);
	d = next(&k, &now);
	assert_int_equal(d.id, 1);
	assert_int_equal(d.end, SERVER_ABANDONED);
	assert_int_equal(now, 50);
	assert_int_equal(k.server.counts.abandoned, 1);
	expect(&k, 2, 80, 50);
	kit_fini(&k);
}

static void a_watch_that_is_given_up_is_not_opened(void **state)
{
	const struct server_request watch = {.id = 9, .cpu = 10, .unlimited = true};
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	assert_int_equal(come(&k, 0, &watch), SERVER_SERVES);
	assert_int_equal(server_abandon(&k.server, 5, k.ticket[9]), SERVER_LEAVES);
	assert_int_equal(k.server.counts.inside.n, 0);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	kit_fini(&k);
}

/* While etcd works and in the queue: both are told 504, and the seat is free; soon, if a
 * processor is at it. */
static void who_is_inside_for_too_long_is_told_so(void **state)
{
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	k.params.timeout = 200;
	kit_start(&k);
	(void)ask(&k, 0, 1, 10, 500);
	(void)ask(&k, 5, 2, 10, 500);
	(void)ask(&k, 100, 3, 10, 0);
	expect_end(&k, 1, SERVER_TIMED_OUT, 200, 0);
	expect_end(&k, 2, SERVER_TIMED_OUT, 205, 195);
	expect(&k, 3, 220, 110); /* the second had come to the processor */
	assert_int_equal(k.server.counts.inside.n, 0);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	kit_fini(&k);
}

/* The handler works on, on its seat; then there is nothing to tell, and etcd is not asked. */
static void who_is_told_so_while_it_is_worked_at_keeps_its_seat(void **state)
{
	struct kit k;
	bool sure;

	(void)state;
	kit_init_fair(&k);
	k.params.timeout = 200;
	kit_start(&k);
	(void)ask(&k, 0, 1, 300, 1000);
	(void)ask(&k, 150, 2, 10, 0);
	assert_int_equal(server_silent_until(&k.server, 150, k.ticket[1], &sure), 200);
	expect_end(&k, 1, SERVER_TIMED_OUT, 200, 0);
	assert_int_equal(k.server.flow.level[0].counts.seats.n, 1);
	assert_int_equal(k.server.counts.timed_out, 0);
	expect(&k, 2, 310, 150);
	assert_int_equal(k.server.counts.timed_out, 1);
	assert_int_equal(k.server.counts.inside.n, 0);
	assert_int_equal(gauge_sum(&k.server.counts.running, 310), 310);
	assert_int_equal(server_next_at(&k.server), NS_NEVER);
	kit_fini(&k);
}

/* Its context has ended: the time that a server has for a request is nothing to it any more. */
static void who_hung_up_is_told_nothing_later(void **state)
{
	struct server_done d;
	struct kit k;
	ns_t now = 0;

	(void)state;
	kit_init_fair(&k);
	k.params.timeout = 200;
	kit_start(&k);
	(void)ask(&k, 0, 1, 300, 1000);
	pass(&k, 100);
	assert_int_equal(server_abandon(&k.server, 100, k.ticket[1]), SERVER_GOES_ON);
	d = next(&k, &now);
	assert_int_equal(d.end, SERVER_ABANDONED);
	assert_int_equal(now, 300);
	kit_fini(&k);
}

/* Two seats, one processor: with a third at it everything takes longer, and that is told when
 * it is through. */
static void turning_somebody_away_takes_a_processor(void **state)
{
	struct server_done d;
	struct kit k;
	ns_t now = 0;

	(void)state;
	kit_init(&k);
	k.params.rejecting = 10;
	kit_start(&k);
	(void)ask(&k, 0, 1, 50, 0);
	(void)ask(&k, 0, 2, 50, 0);
	assert_int_equal(ask(&k, 0, 3, 50, 100), SERVER_SERVES);
	assert_int_equal(ask(&k, 0, 4, 50, 100), SERVER_SERVES);
	assert_int_equal(k.server.counts.rejected, 0);
	assert_int_equal(server_abandon(&k.server, 5, k.ticket[4]), SERVER_GOES_ON);
	d = next(&k, &now);
	assert_int_equal(d.id, 3);
	assert_int_equal(d.end, SERVER_REJECTED);
	assert_int_equal(now, 40);
	d = next(&k, &now);
	assert_int_equal(d.end, SERVER_ABANDONED);
	expect(&k, 1, 120, 0);
	expect(&k, 2, 120, 0);
	assert_int_equal(k.server.counts.rejected, 1);
	assert_int_equal(k.server.counts.abandoned, 1);
	kit_fini(&k);
}

/* Since 1.22: a seat until it is open, for as long as that takes. */
static void a_watch_may_need_a_seat_and_is_not_told_504(void **state)
{
	const struct server_request watch = {.id = 9, .cpu = 100, .wait = 900, .opens = true};
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	k.params.timeout = 200;
	kit_start(&k);
	assert_int_equal(come(&k, 0, &watch), SERVER_SERVES);
	assert_int_equal(ask(&k, 950, 1, 10, 0), SERVER_QUEUES);
	expect(&k, 9, 1000, 0);
	expect(&k, 1, 1010, 50);
	kit_fini(&k);
}

static void a_watch_is_never_told_so(void **state)
{
	const struct server_request watch = {.id = 9, .cpu = 1000, .unlimited = true};
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	k.params.timeout = 200;
	kit_start(&k);
	(void)come(&k, 0, &watch);
	expect(&k, 9, 1000, 0);
	kit_fini(&k);
}

static void places_are_used_again(void **state)
{
	struct kit k;
	ns_t now = 0;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	for (uint32_t round = 0; round < 5; round++) {
		uint32_t served = 0;

		for (uint32_t id = 0; id < ROOM; id++)
			served += ask(&k, now, id, 10, 1) != SERVER_REJECTS;
		assert_int_equal(served, 51);
		while (next(&k, &now).id != ROOM)
			served--;
		assert_int_equal(served, 0);
	}
	assert_int_equal(k.server.counts.inside.n, 0);
	kit_fini(&k);
}

static void counts_begin_anew_after_a_warm_up(void **state)
{
	struct kit k;

	(void)state;
	kit_init_fair(&k);
	kit_start(&k);
	(void)ask(&k, 0, 1, 100, 0);
	(void)ask(&k, 0, 2, 100, 0);
	server_restart(&k.server, 50);
	assert_int_equal(k.server.counts.arrived, 0);
	assert_int_equal(k.server.counts.inside.n, 2);
	expect(&k, 1, 100, 0);
	expect(&k, 2, 200, 100);
	assert_int_equal(k.server.counts.done, 2);
	assert_int_equal(k.server.counts.inside.sum, 2 * 50 + 100);
	assert_int_equal(k.server.counts.running.sum, 150);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_processed_and_then_waits),
		cmocka_unit_test(a_request_that_needs_nothing_is_through_at_once),
		cmocka_unit_test(requests_share_processors_and_not_waits),
		cmocka_unit_test(a_seat_is_kept_until_the_wait_is_over),
		cmocka_unit_test(over_the_limit_a_request_is_rejected_and_that_is_all),
		cmocka_unit_test(a_watcher_is_told_of_one_thing_after_the_other),
		cmocka_unit_test(etcd_passes_on_so_many_changes_a_second),
		cmocka_unit_test(who_is_told_takes_of_the_processors_and_no_seat),
		cmocka_unit_test(the_opening_of_a_watch_needs_no_seat),
		cmocka_unit_test(who_waited_too_long_is_told_before_time_goes_on),
		cmocka_unit_test(who_waits_until_the_end_has_timed_out),
		cmocka_unit_test(since_1_29_the_limit_is_the_end),
		cmocka_unit_test(who_hangs_up_in_a_queue_is_gone),
		cmocka_unit_test(who_hangs_up_while_etcd_works_frees_the_seat),
		cmocka_unit_test(what_is_on_a_processor_goes_on_until_that_is_over),
		cmocka_unit_test(a_watch_that_is_given_up_is_not_opened),
		cmocka_unit_test(who_is_inside_for_too_long_is_told_so),
		cmocka_unit_test(who_is_told_so_while_it_is_worked_at_keeps_its_seat),
		cmocka_unit_test(who_hung_up_is_told_nothing_later),
		cmocka_unit_test(turning_somebody_away_takes_a_processor),
		cmocka_unit_test(a_watch_may_need_a_seat_and_is_not_told_504),
		cmocka_unit_test(a_watch_is_never_told_so),
		cmocka_unit_test(places_are_used_again),
		cmocka_unit_test(counts_begin_anew_after_a_warm_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
