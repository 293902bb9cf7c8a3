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

static nghttp2_nv nv(char *name, char *value)
{
	return (nghttp2_nv){.name = (uint8_t *)name,
		.value = (uint8_t *)value,
		.namelen = strlen(name),
		.valuelen = strlen(value)};
}

/* A request; body NULL: none. */
static int32_t request(struct client *c, char *path, const char *body)
{
	char names[4][12] = {":method", ":path", ":scheme", ":authority"};
	char post[] = "POST", get[] = "GET", http[] = "http", host[] = "x";
	char agent[] = "user-agent", me[] = "me";
	nghttp2_nv fields[5] = {nv(names[0], body ? post : get), nv(names[1], path),
		nv(names[2], http), nv(names[3], host), nv(agent, me)};
	nghttp2_data_provider data = {.read_callback = on_upload};

	c->upload = body;
	return nghttp2_submit_request(c->session, NULL, fields, 5, body ? &data : NULL, NULL);
}

static void requests_share_a_connection(void **state)
{
	char a[] = "/a", b[] = "/b";
	struct http_request *first, *second;
	struct client c;

	(void)state;
	client_init(&c);
	(void)request(&c, a, "body");
	talk(&c);
	(void)request(&c, b, NULL);
	talk(&c);
	assert_int_equal(http_version(c.h), HTTP_2);
	first = http_take_request(c.h);
	second = http_take_request(c.h);
	assert_non_null(second);
	assert_string_equal(first->target, "/a");
	assert_string_equal(first->body, "body");
	assert_string_equal(first->field[HTTP_USER_AGENT], "me");
	assert_string_equal(second->target, "/b");
	http_respond(c.h, second->stream, &(struct http_answer){.code = 201}, "two", 3);
	talk(&c);
	assert_string_equal(c.body, "two");
	assert_int_equal(c.code, 201);
	assert_int_equal(c.closed, 1);
	assert_false(http_is_idle(c.h));
	http_respond(c.h, first->stream, &(struct http_answer){.code = 200}, "one", 3);
	talk(&c);
	assert_string_equal(c.body, "twoone");
	assert_true(http_is_idle(c.h));
	http_request_free(first);
	http_request_free(second);
	client_fini(&c);
}

static void a_stream_tells_piece_by_piece(void **state)
{
	char path[] = "/w";
	struct http_request *r;
	struct client c;

	(void)state;
	client_init(&c);
	(void)request(&c, path, NULL);
	talk(&c);
	r = http_take_request(c.h);
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
	char path[] = "/w";
	struct http_request *r;
	struct client c;
	uint32_t stream;
	int32_t id;

	(void)state;
	client_init(&c);
	id = request(&c, path, NULL);
	talk(&c);
	r = http_take_request(c.h);
	assert_false(http_take_gone(c.h, &stream));
	(void)nghttp2_submit_rst_stream(c.session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
	talk(&c);
	assert_true(http_take_gone(c.h, &stream));
	assert_int_equal(stream, r->stream);
	assert_true(http_is_idle(c.h));
	http_respond(c.h, r->stream, &(struct http_answer){.code = 200}, "x", 1); /* too late */
	talk(&c);
	assert_int_equal(c.len, 0);
	http_request_free(r);
	client_fini(&c);
}

static void a_body_that_is_too_long_is_refused(void **state)
{
	char path[] = "/a";
	char body[400];
	struct client c;

	(void)state;
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	client_init(&c);
	(void)request(&c, path, body);
	talk(&c);
	assert_null(http_take_request(c.h));
	assert_int_equal(c.code, 413);
	assert_false(http_is_partial(c.h));
	client_fini(&c);
}

static void an_abort_is_seen_by_its_stream_alone(void **state)
{
	char a[] = "/a", b[] = "/b";
	struct http_request *first, *second;
	struct client c;

	(void)state;
	client_init(&c);
	(void)request(&c, a, NULL);
	(void)request(&c, b, NULL);
	talk(&c);
	first = http_take_request(c.h);
	second = http_take_request(c.h);
	http_abort(c.h, first->stream);
	talk(&c);
	assert_int_equal(c.error, NGHTTP2_INTERNAL_ERROR);
	http_respond(c.h, second->stream, &(struct http_answer){.code = 200}, "b", 1);
	talk(&c);
	assert_string_equal(c.body, "b");
	assert_false(http_is_over(c.h));
	http_request_free(first);
	http_request_free(second);
	client_fini(&c);
}

static void a_shut_connection_ends_when_it_is_idle(void **state)
{
	char path[] = "/a";
	struct http_request *r;
	struct client c;

	(void)state;
	client_init(&c);
	(void)request(&c, path, NULL);
	talk(&c);
	r = http_take_request(c.h);
	http_shut(c.h);
	talk(&c);
	assert_false(http_is_over(c.h));
	http_respond(c.h, r->stream, &(struct http_answer){.code = 200}, "x", 1);
	talk(&c);
	assert_string_equal(c.body, "x");
	assert_true(http_is_over(c.h));
	http_request_free(r);
	client_fini(&c);
}

/* Nothing of an open stream leaks: the sanitizers see to it. */
static void a_connection_may_end_in_the_middle(void **state)
{
	char path[] = "/a";
	struct client c;

	(void)state;
	client_init(&c);
	(void)request(&c, path, "body");
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
		cmocka_unit_test(an_abort_is_seen_by_its_stream_alone),
		cmocka_unit_test(a_shut_connection_ends_when_it_is_idle),
		cmocka_unit_test(a_connection_may_end_in_the_middle),
		cmocka_unit_test(bytes_that_are_no_frames_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
