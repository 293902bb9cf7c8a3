/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of HTTP/2, without a socket between them. */
#include "http/ask.h"

#include <string.h>

#include "http/http.h"
#include "tcase.h"

static const struct http_limits limits = {4096, 1 << 20, 3};

struct call {
	int begun, code;
	unsigned retry_after;
	char body[64];
	int ended;
	enum ask_end how;
	struct pair *again; /* it asks once more when it ends */
};

struct pair {
	struct ask *ask;
	struct http *http;
};

static void on_begun(void *ctx, int code, unsigned retry_after)
{
	struct call *c = ctx;

	c->begun++;
	c->code = code;
	c->retry_after = retry_after;
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
	struct call *c = ctx;

	assert_true(strlen(c->body) + len < sizeof(c->body));
	strncat(c->body, bytes, len);
}

static const struct ask_request get = {
	.method = "GET", .scheme = "http", .authority = "server", .path = "/pods"};

static void on_ended(void *ctx, enum ask_end how)
{
	struct call *c = ctx;

	c->ended++;
	c->how = how;
	if (c->again)
		assert_non_null(ask_send(c->again->ask, &get, c));
	c->again = NULL;
}

static const struct ask_hooks hooks = {.begun = on_begun, .bytes = on_bytes, .ended = on_ended};

static struct pair begin(void)
{
	return (struct pair){ask_new(&hooks), http_new(&limits, HTTP_UNKNOWN)};
}

static void fini(struct pair *p)
{
	ask_free(p->ask);
	http_free(p->http);
}

/* Until neither has anything to say. */
static void carry(struct pair *p)
{
	struct str out = {0};

	for (;;) {
		struct str *back;

		str_reset(&out);
		ask_output(p->ask, &out);
		http_receive(p->http, str_text(&out), str_len(&out));
		back = http_output(p->http);
		if (!str_len(&out) && !str_len(back))
			break;
		ask_receive(p->ask, str_text(back), str_len(back));
		str_reset(back);
	}
	str_fini(&out);
}

static struct http_request *taken(struct pair *p)
{
	struct http_request *r = http_take_request(p->http);

	assert_non_null(r);
	return r;
}

static void a_request_is_answered(void **state)
{
	struct pair p = begin();
	struct call c = {0};
	struct ask_field field[] = {
		{"authorization", "Bearer sesame"}, {"content-type", "application/json"}};
	struct ask_request post = {.method = "POST",
		.scheme = "http",
		.authority = "server",
		.path = "/pods?x=1",
		.field = field,
		.fields = 2,
		.body = "{\"a\":1}",
		.len = 7};
	struct http_request *r;

	(void)state;
	assert_non_null(ask_send(p.ask, &post, &c));
	carry(&p);
	r = taken(&p);
	assert_string_equal(r->method, "POST");
	assert_string_equal(r->target, "/pods?x=1");
	assert_string_equal(r->field[HTTP_AUTHORIZATION], "Bearer sesame");
	assert_string_equal(r->field[HTTP_CONTENT_TYPE], "application/json");
	assert_string_equal(r->body, "{\"a\":1}");
	assert_int_equal(c.begun, 0);
	http_respond(p.http, r->stream,
		&(struct http_answer){
			.code = 429, .media = "application/json", .retry_after = 7},
		"later", 5);
	carry(&p);
	assert_int_equal(c.begun, 1);
	assert_int_equal(c.code, 429);
	assert_int_equal(c.retry_after, 7);
	assert_string_equal(c.body, "later");
	assert_int_equal(c.ended, 1);
	assert_int_equal(c.how, ASK_WHOLE);
	http_request_free(r);
	fini(&p);
}

static void a_watch_tells_piece_by_piece_and_is_cancelled_without_a_word(void **state)
{
	struct pair p = begin();
	struct call c = {0};
	struct ask_stream *stream = ask_send(p.ask, &get, &c);
	struct http_request *r;
	uint32_t gone = 0;

	(void)state;
	carry(&p);
	r = taken(&p);
	http_begin(p.http, r->stream, &(struct http_answer){.code = 200});
	carry(&p);
	assert_int_equal(c.begun, 1);
	http_send(p.http, r->stream, "one ", 4);
	carry(&p);
	http_send(p.http, r->stream, "two", 3);
	carry(&p);
	assert_string_equal(c.body, "one two");
	assert_int_equal(c.ended, 0);
	ask_cancel(p.ask, stream);
	carry(&p);
	assert_int_equal(c.ended, 0);
	assert_true(http_take_gone(p.http, &gone));
	assert_int_equal(gone, r->stream);
	http_request_free(r);
	fini(&p);
}

static void more_than_the_server_takes_at_once_wait(void **state)
{
	struct pair p = begin();
	struct call c[5] = {{0}};

	(void)state;
	carry(&p); /* the server's settings */
	for (int i = 0; i < 5; i++)
		assert_non_null(ask_send(p.ask, &get, &c[i]));
	carry(&p);
	for (int done = 0; done < 5; done++) {
		struct http_request *r = taken(&p);

		http_respond(p.http, r->stream, &(struct http_answer){.code = 200}, "x", 1);
		http_request_free(r);
		carry(&p);
	}
	for (int i = 0; i < 5; i++)
		assert_int_equal(c[i].how, ASK_WHOLE);
	assert_int_equal(c[4].ended, 1);
	fini(&p);
}

static void how_many_it_takes_at_once_the_server_says(void **state)
{
	struct pair p = begin();
	struct call c[2] = {{0}};
	struct ask_stream *first = ask_send(p.ask, &get, &c[0]);

	(void)state;
	assert_int_equal(ask_limit(p.ask), 0);
	assert_int_equal(ask_under_way(p.ask), 1);
	carry(&p);
	assert_int_equal(ask_limit(p.ask), limits.streams);
	assert_non_null(ask_send(p.ask, &get, &c[1]));
	assert_int_equal(ask_under_way(p.ask), 2);
	ask_cancel(p.ask, first);
	assert_int_equal(ask_under_way(p.ask), 2);
	carry(&p);
	assert_int_equal(ask_under_way(p.ask), 1);
	http_request_free(http_take_request(p.http));
	http_request_free(http_take_request(p.http));
	fini(&p);
}

static void what_waits_can_be_cancelled(void **state)
{
	struct pair p = begin();
	struct call c[4] = {{0}};
	struct ask_stream *last = NULL;

	(void)state;
	carry(&p);
	for (int i = 0; i < 4; i++)
		last = ask_send(p.ask, &get, &c[i]);
	carry(&p);
	ask_cancel(p.ask, last);
	carry(&p);
	for (int i = 0; i < 3; i++) {
		struct http_request *r = taken(&p);

		http_respond(p.http, r->stream, &(struct http_answer){.code = 200}, "x", 1);
		http_request_free(r);
	}
	carry(&p);
	assert_null(http_take_request(p.http));
	assert_int_equal(c[2].ended, 1);
	assert_int_equal(c[3].ended, 0);
	fini(&p);
}

static void who_ends_may_ask_again(void **state)
{
	struct pair p = begin();
	struct call c = {.again = &p};

	(void)state;
	assert_non_null(ask_send(p.ask, &get, &c));
	for (int i = 0; i < 2; i++) {
		struct http_request *r;

		carry(&p);
		r = taken(&p);
		http_respond(p.http, r->stream, &(struct http_answer){.code = 200}, "", 0);
		http_request_free(r);
	}
	carry(&p);
	assert_int_equal(c.ended, 2);
	fini(&p);
}

static void a_server_that_goes_takes_no_more_and_ends_what_it_began(void **state)
{
	struct pair p = begin();
	struct call c = {0};
	struct http_request *r;

	(void)state;
	assert_non_null(ask_send(p.ask, &get, &c));
	carry(&p);
	r = taken(&p);
	http_shut(p.http);
	carry(&p);
	assert_false(ask_takes(p.ask));
	assert_null(ask_send(p.ask, &get, &c));
	assert_int_equal(c.ended, 0);
	http_respond(p.http, r->stream, &(struct http_answer){.code = 200}, "bye", 3);
	carry(&p);
	assert_int_equal(c.how, ASK_WHOLE);
	assert_string_equal(c.body, "bye");
	http_request_free(r);
	fini(&p);
}

/* RFC 9113, 6.8: streams above the last one that a GOAWAY names were not processed. */
static void what_a_goodbye_does_not_reach_may_be_asked_again(void **state)
{
	static const char settings_then_goaway[] = "\0\0\0\4\0\0\0\0\0"
						   "\0\0\10\7\0\0\0\0\0"
						   "\0\0\0\0\0\0\0\0";
	struct pair p = begin();
	struct call c = {0};
	struct str out = {0};

	(void)state;
	assert_non_null(ask_send(p.ask, &get, &c));
	ask_output(p.ask, &out);
	ask_receive(p.ask, settings_then_goaway, sizeof(settings_then_goaway) - 1);
	assert_int_equal(c.ended, 1);
	assert_int_equal(c.how, ASK_UNTOUCHED);
	assert_false(ask_takes(p.ask));
	str_fini(&out);
	fini(&p);
}

/* RST_STREAM of the first stream. */
static void an_answer_that_breaks_off_is_broken(void **state)
{
	static const char internal_error[] = "\0\0\4\3\0\0\0\0\1\0\0\0\2";
	struct pair p = begin();
	struct call c = {0};
	struct http_request *r;

	(void)state;
	assert_non_null(ask_send(p.ask, &get, &c));
	carry(&p);
	r = taken(&p);
	http_begin(p.http, r->stream, &(struct http_answer){.code = 200});
	carry(&p);
	ask_receive(p.ask, internal_error, sizeof(internal_error) - 1);
	assert_int_equal(c.ended, 1);
	assert_int_equal(c.how, ASK_BROKEN);
	http_request_free(r);
	fini(&p);
}

static void who_speaks_no_http2_is_not_listened_to(void **state)
{
	struct pair p = begin();
	struct str out = {0};

	(void)state;
	ask_output(p.ask, &out);
	ask_receive(p.ask, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
	ask_output(p.ask, &out);
	assert_true(ask_is_over(p.ask));
	str_fini(&out);
	fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_answered),
		cmocka_unit_test(a_watch_tells_piece_by_piece_and_is_cancelled_without_a_word),
		cmocka_unit_test(more_than_the_server_takes_at_once_wait),
		cmocka_unit_test(how_many_it_takes_at_once_the_server_says),
		cmocka_unit_test(what_waits_can_be_cancelled),
		cmocka_unit_test(who_ends_may_ask_again),
		cmocka_unit_test(a_server_that_goes_takes_no_more_and_ends_what_it_began),
		cmocka_unit_test(what_a_goodbye_does_not_reach_may_be_asked_again),
		cmocka_unit_test(an_answer_that_breaks_off_is_broken),
		cmocka_unit_test(who_speaks_no_http2_is_not_listened_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
