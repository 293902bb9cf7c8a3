/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <string.h>

#include "tcase.h"

static const struct http_limits limits = {1024, 256, 10};
static const struct http_answer ok = {.code = 200, .media = "text/plain"};

static void feed(struct http *h, const char *text)
{
	http_receive(h, text, strlen(text));
}

/* The output so far, which is then forgotten. */
static const char *sent(struct http *h, char buf[1024])
{
	struct str *out = http_output(h);

	assert_true(str_len(out) < 1024);
	memcpy(buf, str_text(out), str_len(out) + 1);
	str_reset(out);
	return buf;
}

static void a_request_is_read_byte_by_byte(void **state)
{
	static const char text[] = "POST /a?b=c HTTP/1.1\r\nHost: x\r\nUser-Agent:  me \r\n"
				   "Content-Length: 3\r\n\r\nabc";
	struct http *h = http_new(&limits, HTTP_UNKNOWN);
	struct http_request *r;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		assert_null(http_take_request(h));
		http_receive(h, text + i, 1);
		assert_int_equal(http_is_partial(h), i + 2 < sizeof(text));
	}
	r = http_take_request(h);
	assert_non_null(r);
	assert_string_equal(r->method, "POST");
	assert_string_equal(r->target, "/a?b=c");
	assert_string_equal(r->field[HTTP_USER_AGENT], "me");
	assert_string_equal(r->body, "abc");
	assert_int_equal(r->len, 3);
	http_request_free(r);
	http_free(h);
}

static void chunks_become_a_body(void **state)
{
	struct http *h = http_new(&limits, HTTP_1);
	struct http_request *r;

	(void)state;
	feed(h, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n");
	r = http_take_request(h);
	assert_non_null(r);
	assert_string_equal(r->body, "abc0123456789");
	http_request_free(r);
	http_free(h);
}

static void answers_are_whole_or_streams(void **state)
{
	struct http *h = http_new(&limits, HTTP_1);
	struct http_request *r;
	char buf[1024];

	(void)state;
	feed(h, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
	r = http_take_request(h);
	assert_null(http_take_request(h)); /* one after the other */
	http_respond(h, r->stream, &ok, "hello", 5);
	http_request_free(r);
	assert_string_equal(sent(h, buf), "HTTP/1.1 200 OK\r\nContent-Type: "
					  "text/plain\r\nContent-Length: 5\r\n\r\nhello");
	r = http_take_request(h);
	assert_string_equal(r->target, "/2");
	http_begin(h, r->stream, &ok);
	http_send(h, r->stream, "ab", 2);
	http_end(h, r->stream);
	http_request_free(r);
	assert_string_equal(sent(h, buf), "HTTP/1.1 200 OK\r\nContent-Type: "
					  "text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
					  "2\r\nab\r\n0\r\n\r\n");
	assert_false(http_is_over(h));
	assert_true(http_is_idle(h));
	http_free(h);
}

static void a_head_has_no_body(void **state)
{
	struct http *h = http_new(&limits, HTTP_1);
	struct http_request *r;
	char buf[1024];

	(void)state;
	feed(h, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
	r = http_take_request(h);
	http_respond(h, r->stream, &(struct http_answer){.code = 200}, "hello", 5);
	http_request_free(r);
	assert_string_equal(sent(h, buf), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
	http_free(h);
}

static void a_client_that_wants_to_close_gets_its_way(void **state)
{
	static const char *const texts[] = {
		"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct http *h = http_new(&limits, HTTP_1);
		struct http_request *r;

		feed(h, texts[i]);
		r = http_take_request(h);
		http_respond(h, r->stream, &ok, "", 0);
		http_request_free(r);
		assert_true(http_is_over(h));
		http_free(h);
	}
}

static void a_long_body_is_waited_for_if_it_may_come(void **state)
{
	struct http *h = http_new(&limits, HTTP_1);
	char buf[1024];

	(void)state;
	feed(h, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
		"9\r\n\r\n");
	assert_string_equal(sent(h, buf), "HTTP/1.1 100 Continue\r\n\r\n");
	http_free(h);
}

static void what_is_no_request_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *code;
	} cases[] = {
		{"nonsense\r\n\r\n", "400"},
		{"GET /\r\n\r\n", "400"},
		{"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"GET x HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"G@T / HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n\r\n", "400"},
		{"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
		{"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
			"400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
		 "Transfer-Encoding: chunked\r\n\r\n",
			"400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
		{"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 257\r\n\r\n", "413"},
		{"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n101\r\n",
			"413"},
		{"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naa\r\n",
			"400"},
	};
	char buf[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http *h = http_new(&limits, HTTP_UNKNOWN);

		feed(h, cases[i].text);
		assert_null(http_take_request(h));
		assert_true(http_is_over(h));
		assert_memory_equal(sent(h, buf) + 9, cases[i].code, 3);
		http_free(h);
	}
}

static void a_head_without_end_is_refused(void **state)
{
	struct http *h = http_new(&limits, HTTP_1);
	char buf[1024];

	(void)state;
	feed(h, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < 100 && !http_is_over(h); i++)
		feed(h, "X-Filler: 0123456789\r\n");
	assert_true(http_is_over(h));
	assert_memory_equal(sent(h, buf) + 9, "431", 3);
	http_free(h);
}

static void requests_that_pile_up_end_the_connection(void **state)
{
	struct http *h = http_new(&limits, HTTP_1);

	(void)state;
	for (int i = 0; i < 1000 && !http_is_over(h); i++)
		feed(h, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(http_is_over(h));
	http_free(h);
}

/* A hello of TLS has no line's end, and whoever sends it waits. */
static void what_is_no_method_is_refused_at_once(void **state)
{
	static const char hello[] = "\x16\x03\x01\x02";
	struct http *h = http_new(&limits, HTTP_UNKNOWN);
	char buf[1024];

	(void)state;
	feed(h, "\r");
	assert_false(http_is_over(h));
	feed(h, "\nGE");
	assert_false(http_is_over(h));
	http_free(h);
	h = http_new(&limits, HTTP_UNKNOWN);
	feed(h, hello);
	assert_true(http_is_over(h));
	assert_memory_equal(sent(h, buf), "HTTP/1.1 400 ", 13);
	http_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_byte_by_byte),
		cmocka_unit_test(chunks_become_a_body),
		cmocka_unit_test(what_is_no_method_is_refused_at_once),
		cmocka_unit_test(answers_are_whole_or_streams),
		cmocka_unit_test(a_head_has_no_body),
		cmocka_unit_test(a_client_that_wants_to_close_gets_its_way),
		cmocka_unit_test(a_long_body_is_waited_for_if_it_may_come),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(a_head_without_end_is_refused),
		cmocka_unit_test(requests_that_pile_up_end_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
