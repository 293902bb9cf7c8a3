/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer of HTTP/2 can make the server hold or do: frames as they come, without a client
 * that would keep the rules. */
#include "http/http.h"

#include <string.h>

#include "tcase.h"

/* RFC 9113, section 6. */
enum frame_type {
	HEADERS = 1,
	RST_STREAM = 3,
	SETTINGS = 4,
	PING = 6,
	GOAWAY = 7,
	CONTINUATION = 9
};
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, FRAME_HEAD = 9 };

/* nghttp2: so many answers to PING and SETTINGS may wait to be sent; so many streams may be
 * reset at once, and 33 a second (CVE-2023-44487). */
enum { ACKS = 1000, RESETS = 1000 };

/* :method GET, :scheme http, :path /, :authority x */
#define REQUEST "\x82\x86\x84\x41\x01x"

static const struct http_limits limits = {1024, 256, 10};

static void frame(struct str *out, enum frame_type type, int flags, uint32_t stream,
	const char *payload, size_t len)
{
	const char head[FRAME_HEAD] = {(char)(len >> 16), (char)(len >> 8), (char)len,
		(char)type, (char)flags, (char)(stream >> 24), (char)(stream >> 16),
		(char)(stream >> 8), (char)stream};

	str_add_n(out, head, sizeof(head));
	str_add_n(out, payload, len);
}

static void receive(struct http *h, struct str *bytes)
{
	http_receive(h, str_text(bytes), str_len(bytes));
	str_reset(bytes);
}

/* A connection whose beginning is over. */
static struct http *begin(void)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	struct http *h = http_new(&limits, HTTP_UNKNOWN);
	struct str bytes = {0};

	str_add(&bytes, preface);
	frame(&bytes, SETTINGS, 0, 0, "", 0);
	frame(&bytes, SETTINGS, ACK, 0, "", 0);
	receive(h, &bytes);
	assert_false(http_is_over(h));
	str_reset(http_output(h));
	str_fini(&bytes);
	return h;
}

/* Frames of that type in what it wants to send. */
static unsigned sent(struct http *h, enum frame_type type)
{
	struct str *out = http_output(h);
	const char *text = str_text(out);
	unsigned n = 0;

	for (size_t at = 0; at + FRAME_HEAD <= str_len(out);) {
		const unsigned char *head = (const unsigned char *)&text[at];

		n += head[3] == type;
		at += FRAME_HEAD +
		      ((size_t)head[0] << 16 | (size_t)head[1] << 8 | (size_t)head[2]);
	}
	return n;
}

static void a_ping_is_answered_with_its_own_bytes(void **state)
{
	struct http *h = begin();
	struct str bytes = {0}, answer = {0};

	(void)state;
	frame(&bytes, PING, 0, 0, "abcdefgh", 8);
	frame(&answer, PING, ACK, 0, "abcdefgh", 8);
	receive(h, &bytes);
	assert_int_equal(str_len(http_output(h)), str_len(&answer));
	assert_memory_equal(str_text(http_output(h)), str_text(&answer), str_len(&answer));
	assert_true(http_is_idle(h));
	str_fini(&bytes);
	str_fini(&answer);
	http_free(h);
}

/* What it holds for one that never reads is bounded. */
static void a_flood_ends_the_connection(enum frame_type type, const char *payload)
{
	struct http *h = begin();
	struct str bytes = {0};

	for (int i = 0; i < 10 * ACKS; i++)
		frame(&bytes, type, 0, 0, payload, strlen(payload));
	receive(h, &bytes);
	assert_true(http_is_over(h));
	assert_true(sent(h, type) <= ACKS);
	str_fini(&bytes);
	http_free(h);
}

static void a_flood_of_pings_ends_it(void **state)
{
	(void)state;
	a_flood_ends_the_connection(PING, "abcdefgh");
}

static void a_flood_of_settings_ends_it(void **state)
{
	(void)state;
	a_flood_ends_the_connection(SETTINGS, "");
}

/* Who takes the answers may go on. */
static void as_many_pings_one_by_one_do_not(void **state)
{
	struct http *h = begin();
	struct str bytes = {0};

	(void)state;
	for (int i = 0; i < 10 * ACKS; i++) {
		frame(&bytes, PING, 0, 0, "abcdefgh", 8);
		receive(h, &bytes);
		assert_int_equal(sent(h, PING), 1);
		str_reset(http_output(h));
	}
	assert_false(http_is_over(h));
	str_fini(&bytes);
	http_free(h);
}

static void settings_of_a_thousand_entries_end_it(void **state)
{
	char entries[6 * 1000] = {0};
	struct http *h = begin();
	struct str bytes = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(entries); i += 6)
		entries[i + 1] = 3; /* as many streams as one likes */
	frame(&bytes, SETTINGS, 0, 0, entries, sizeof(entries));
	receive(h, &bytes);
	assert_true(http_is_over(h));
	str_fini(&bytes);
	http_free(h);
}

/* CVE-2023-44487: each is begun and given up, so that no limit of open ones is met. */
static void requests_that_are_reset_at_once_end_it(void **state)
{
	struct http *h = begin();
	struct http_request *r;
	struct str bytes = {0};
	unsigned taken = 0;

	(void)state;
	for (uint32_t i = 0; i < 3 * RESETS && !http_is_over(h); i++) {
		frame(&bytes, HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, REQUEST,
			sizeof(REQUEST) - 1);
		frame(&bytes, RST_STREAM, 0, 2 * i + 1, "\0\0\0\x08", 4);
		receive(h, &bytes);
		while ((r = http_take_request(h)) != NULL) {
			taken++;
			http_request_free(r);
		}
	}
	assert_true(http_is_over(h));
	assert_int_equal(taken, 0);
	assert_true(http_is_idle(h));
	assert_int_equal(sent(h, GOAWAY), 1);
	str_fini(&bytes);
	http_free(h);
}

/* RFC 9113, section 5.1.2: its acknowledgement of SETTINGS has come. */
static void more_streams_than_were_agreed_upon_end_it(void **state)
{
	struct http *h = begin();
	struct http_request *r;
	struct str bytes = {0};
	unsigned taken = 0;

	(void)state;
	for (uint32_t i = 0; i < limits.streams + 5; i++)
		frame(&bytes, HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, REQUEST,
			sizeof(REQUEST) - 1);
	receive(h, &bytes);
	while ((r = http_take_request(h)) != NULL) {
		taken++;
		http_request_free(r);
	}
	assert_int_equal(taken, limits.streams);
	assert_true(http_is_over(h));
	str_fini(&bytes);
	http_free(h);
}

/* CVE-2024-28182: fields that never end. */
static void a_header_in_a_hundred_pieces_ends_it(void **state)
{
	struct http *h = begin();
	struct str bytes = {0};

	(void)state;
	frame(&bytes, HEADERS, END_STREAM, 1, REQUEST, sizeof(REQUEST) - 1);
	for (int i = 0; i < 100; i++)
		frame(&bytes, CONTINUATION, 0, 1, "", 0);
	receive(h, &bytes);
	assert_true(http_is_over(h));
	str_fini(&bytes);
	http_free(h);
}

static void a_header_that_is_too_long_ends_its_stream_alone(void **state)
{
	struct http *h = begin();
	struct str bytes = {0}, fields = {0};

	(void)state;
	str_add(&fields, REQUEST "\x40\x01x\x7f\xed\x0d"); /* x of 127 + 13 * 128 + 109 bytes */
	for (int i = 0; i < 1900; i++)
		str_add_char(&fields, 'a');
	frame(&bytes, HEADERS, END_STREAM | END_HEADERS, 1, str_text(&fields),
		str_len(&fields));
	receive(h, &bytes);
	assert_null(http_take_request(h));
	assert_int_equal(sent(h, RST_STREAM), 1);
	assert_false(http_is_over(h));
	assert_false(http_is_partial(h));
	str_fini(&bytes);
	str_fini(&fields);
	http_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ping_is_answered_with_its_own_bytes),
		cmocka_unit_test(a_flood_of_pings_ends_it),
		cmocka_unit_test(a_flood_of_settings_ends_it),
		cmocka_unit_test(as_many_pings_one_by_one_do_not),
		cmocka_unit_test(settings_of_a_thousand_entries_end_it),
		cmocka_unit_test(requests_that_are_reset_at_once_end_it),
		cmocka_unit_test(more_streams_than_were_agreed_upon_end_it),
		cmocka_unit_test(a_header_in_a_hundred_pieces_ends_it),
		cmocka_unit_test(a_header_that_is_too_long_ends_its_stream_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
