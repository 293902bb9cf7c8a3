/* SPDX-License-Identifier: Apache-2.0 */
/* Against nghttp2 as a client. */
#include "http/http.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "tcase.h"

static const struct http_limits limits = {1024, 256, 10};

struct client {
	nghttp2_session *session;
	struct http *h;
	int code;        /* of the last answer */
	char body[4096]; /* of all answers */
	size_t len;
	int closed;
	uint32_t error;
	const char *upload;
};

static int on_header(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *name, size_t n,
	const uint8_t *value, size_t len, uint8_t flags, void *user)
{
	struct client *c = user;

	(void)s;
	(void)f;
	(void)len;
	(void)flags;
	if (n == 7 && !memcmp(name, ":status", 7))
		c->code = atoi((const char *)value);
	return 0;
}

static int on_chunk(nghttp2_session *s, uint8_t flags, int32_t id, const uint8_t *data,
	size_t len, void *user)
{
	struct client *c = user;

	(void)s;
	(void)flags;
	(void)id;
	assert_true(c->len + len < sizeof(c->body));
	memcpy(c->body + c->len, data, len);
	c->len += len;
	c->body[c->len] = '\0';
	return 0;
}

static int on_close(nghttp2_session *s, int32_t id, uint32_t error, void *user)
{
	struct client *c = user;

	(void)s;
	(void)id;
	c->closed++;
	c->error = error;
	return 0;
}

static void client_init(struct client *c)
{
	nghttp2_session_callbacks *callbacks;

	*c = (struct client){0};
	assert_int_equal(nghttp2_session_callbacks_new(&callbacks), 0);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_chunk);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
	assert_int_equal(nghttp2_session_client_new(&c->session, callbacks, c), 0);
	nghttp2_session_callbacks_del(callbacks);
	(void)nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, NULL, 0);
	c->h = http_new(&limits, HTTP_UNKNOWN);
}

static void client_fini(struct client *c)
{
	http_free(c->h);
	nghttp2_session_del(c->session);
}

/* Bytes from one to the other until both are silent. */
static void talk(struct client *c)
{
	const uint8_t *data;
	bool more = true;

	while (more) {
		ssize_t n = nghttp2_session_mem_send(c->session, &data);
		struct str *out;

		assert_true(n >= 0);
		http_receive(c->h, (const char *)data, (size_t)n);
		out = http_output(c->h);
		more = n > 0 || str_len(out) > 0;
		(void)nghttp2_session_mem_recv(
			c->session, (const uint8_t *)str_text(out), str_len(out));
		str_reset(out);
	}
}

static ssize_t on_upload(nghttp2_session *s, int32_t id, uint8_t *buf, size_t length,
	uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct client *c = user;
	size_t n = strlen(c->upload);

	(void)s;
	(void)id;
	(void)source;
	assert_true(n <= length);
	memcpy(buf, c->upload, n);
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static nghttp2_nv nv(const char *name, const char *value)
{
	union {
		const char *from;
		uint8_t *to;
	} n = {.from = name}, v = {.from = value};

	return (nghttp2_nv){.name = n.to,
		.value = v.to,
		.namelen = strlen(name),
		.valuelen = strlen(value)};
}

/* A request; body NULL: none. */
static int32_t request(struct client *c, const char *path, const char *body)
{
	const nghttp2_nv fields[] = {nv(":method", body ? "POST" : "GET"), nv(":path", path),
		nv(":scheme", "http"), nv(":authority", "x"), nv("user-agent", "me")};
	nghttp2_data_provider data = {.read_callback = on_upload};

	c->upload = body;
	return nghttp2_submit_request(c->session, NULL, fields, 5, body ? &data : NULL, NULL);
}

/* The same, come whole to the server. */
static struct http_request *asked(struct client *c, const char *path, const char *body)
{
	(void)request(c, path, body);
	talk(c);
	return http_take_request(c->h);
}

static void answer(struct client *c, const struct http_request *r, int code, const char *body)
{
	http_respond(c->h, r->stream, &(struct http_answer){.code = code}, body, strlen(body));
	talk(c);
}

static void requests_share_a_connection(void **state)
{
	struct http_request *first, *second;
	struct client c;

	(void)state;
	client_init(&c);
	first = asked(&c, "/a", "body");
	second = asked(&c, "/b", NULL);
	assert_int_equal(http_version(c.h), HTTP_2);
	assert_non_null(second);
	assert_string_equal(first->target, "/a");
	assert_string_equal(first->body, "body");
	assert_string_equal(first->field[HTTP_USER_AGENT], "me");
	assert_string_equal(second->target, "/b");
	answer(&c, second, 201, "two");
	assert_string_equal(c.body, "two");
	assert_int_equal(c.code, 201);
	assert_int_equal(c.closed, 1);
	assert_false(http_is_idle(c.h));
	answer(&c, first, 200, "one");
	assert_string_equal(c.body, "twoone");
	assert_true(http_is_idle(c.h));
	http_request_free(first);
	http_request_free(second);
	client_fini(&c);
}

static void a_stream_tells_piece_by_piece(void **state)
{
	struct http_request *r;
	struct client c;

	(void)state;
	client_init(&c);
	r = asked(&c, "/w", NULL);
	http_begin(c.h, r->stream, &(struct http_answer){.code = 200});
	talk(&c);
	assert_int_equal(c.code, 200);
	http_send(c.h, r->stream, "a", 1);
	talk(&c);
	assert_string_equal(c.body, "a");
	http_send(c.h, r->stream, "b", 1);
	assert_int_equal(http_waiting(c.h, r->stream), 1);
	http_end(c.h, r->stream);
	talk(&c);
	assert_string_equal(c.body, "ab");
	assert_int_equal(c.closed, 1);
	assert_int_equal(c.error, NGHTTP2_NO_ERROR);
	http_request_free(r);
	client_fini(&c);
}

static void a_request_that_is_given_up_is_gone(void **state)
{
	struct http_request *r;
	struct client c;
	uint32_t stream;

	(void)state;
	client_init(&c);
	r = asked(&c, "/w", NULL);
	assert_false(http_take_gone(c.h, &stream));
	(void)nghttp2_submit_rst_stream(
		c.session, NGHTTP2_FLAG_NONE, (int32_t)r->stream, NGHTTP2_CANCEL);
	talk(&c);
	assert_true(http_take_gone(c.h, &stream));
	assert_int_equal(stream, r->stream);
	assert_true(http_is_idle(c.h));
	answer(&c, r, 200, "x"); /* too late */
	assert_int_equal(c.len, 0);
	http_request_free(r);
	client_fini(&c);
}

static void a_body_that_is_too_long_is_refused(void **state)
{
	char body[400];
	struct client c;

	(void)state;
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	client_init(&c);
	assert_null(asked(&c, "/a", body));
	assert_int_equal(c.code, 413);
	assert_false(http_is_partial(c.h));
	client_fini(&c);
}

static void a_shut_connection_ends_when_it_is_idle(void **state)
{
	struct http_request *r;
	struct client c;

	(void)state;
	client_init(&c);
	r = asked(&c, "/a", NULL);
	http_shut(c.h);
	talk(&c);
	assert_false(http_is_over(c.h));
	answer(&c, r, 200, "x");
	assert_string_equal(c.body, "x");
	assert_true(http_is_over(c.h));
	http_request_free(r);
	client_fini(&c);
}

/* What was answered just before still waits to be sent. */
static void a_shut_connection_sends_what_was_answered(void **state)
{
	struct http_request *whole, *stream;
	struct client c;

	(void)state;
	client_init(&c);
	whole = asked(&c, "/a", NULL);
	stream = asked(&c, "/w", NULL);
	http_begin(c.h, stream->stream, &(struct http_answer){.code = 200});
	http_send(c.h, stream->stream, "last", 4);
	http_end(c.h, stream->stream);
	http_respond(c.h, whole->stream, &(struct http_answer){.code = 200}, " words", 6);
	http_shut(c.h);
	assert_true(http_is_idle(c.h));
	talk(&c);
	assert_int_equal(c.closed, 2);
	assert_int_equal(c.error, NGHTTP2_NO_ERROR);
	assert_int_equal(c.len, 10);
	assert_true(http_is_over(c.h));
	http_request_free(whole);
	http_request_free(stream);
	client_fini(&c);
}

static void a_shut_connection_without_requests_is_over(void **state)
{
	struct client c;

	(void)state;
	client_init(&c);
	talk(&c);
	http_shut(c.h);
	talk(&c);
	assert_true(http_is_over(c.h));
	client_fini(&c);
}

/* Nothing of an open stream leaks: the sanitizers see to it. */
static void a_connection_may_end_in_the_middle(void **state)
{
	struct client c;

	(void)state;
	client_init(&c);
	(void)request(&c, "/a", "body");
	talk(&c);
	client_fini(&c);
}

static void bytes_that_are_no_frames_end_it(void **state)
{
	struct http *h = http_new(&limits, HTTP_2);

	(void)state;
	http_receive(h, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	assert_true(http_is_over(h));
	http_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_share_a_connection),
		cmocka_unit_test(a_stream_tells_piece_by_piece),
		cmocka_unit_test(a_request_that_is_given_up_is_gone),
		cmocka_unit_test(a_body_that_is_too_long_is_refused),
		cmocka_unit_test(a_shut_connection_ends_when_it_is_idle),
		cmocka_unit_test(a_shut_connection_sends_what_was_answered),
		cmocka_unit_test(a_shut_connection_without_requests_is_over),
		cmocka_unit_test(a_connection_may_end_in_the_middle),
		cmocka_unit_test(bytes_that_are_no_frames_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
