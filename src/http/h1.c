/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 (RFC 9112): one request after the other.
 *
 * What a head says is h1_head.c's. */
#define _GNU_SOURCE /* memmem */
#include "http/h1_head.h"
#include "http/http_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum h1_part { H1_HEAD, H1_BODY, H1_CHUNK_SIZE, H1_CHUNK, H1_CHUNK_END, H1_TRAILER, H1_ANSWER };

enum { CHUNK_LINE = 64, NO_STREAM = 0 };

struct h1 {
	enum h1_part part;
	struct str in;
	size_t at; /* of in: what was read */
	struct http_request *request;
	struct str body;
	size_t left; /* of the body, or of a chunk */
	uint32_t stream;
	bool keeps;  /* the connection, after the answer */
	bool is_old; /* HTTP/1.0 */
	bool is_head;
	bool is_begun, is_whole;
};

static void *h1_new(struct http *h)
{
	(void)h;
	return http_taken(calloc(1, sizeof(struct h1)));
}

static void h1_free(void *codec)
{
	struct h1 *s = codec;

	str_fini(&s->in);
	str_fini(&s->body);
	http_request_free(s->request);
	free(s);
}

static const char *phrase(int code)
{
	static const struct {
		int code;
		const char *phrase;
	} phrases[] = {
		{200, "OK"},
		{201, "Created"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{413, "Request Entity Too Large"},
		{414, "Request URI Too Long"},
		{415, "Unsupported Media Type"},
		{422, "Unprocessable Entity"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].code == code)
			return phrases[i].phrase;
	return "Unknown";
}

/* Answer that these bytes are no request, and end. */
static void refuse(struct http *h, int code)
{
	struct h1 *s = h->state;

	str_addf(&h->out,
		"HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Connection: close\r\nContent-Length: %zu\r\n\r\n%s\n",
		code, phrase(code), strlen(phrase(code)) + 1, phrase(code));
	http_request_free(s->request);
	s->request = NULL;
	h->is_over = true;
}

/* ------------------------------------------------------------------ reading */

static const char *unread(const struct h1 *s, size_t *len)
{
	*len = str_len(&s->in) - s->at;
	return str_text(&s->in) + s->at;
}

static void whole(struct http *h)
{
	struct h1 *s = h->state;

	s->request->len = str_len(&s->body);
	s->request->body = str_take(&s->body);
	http_request_push(h, s->request);
	s->request = NULL;
	s->part = H1_ANSWER;
	s->is_begun = false;
}

/* Each reads what it can; true: look again. */
static bool read_head(struct http *h)
{
	struct h1 *s = h->state;
	struct h1_head head = {0};
	size_t len;
	const char *text = unread(s, &len);
	const char *end;
	int code;

	/* Empty lines before a request are let pass: RFC 9112, section 2.2. */
	while (len >= 2 && !memcmp(text, "\r\n", 2)) {
		s->at += 2;
		text = unread(s, &len);
	}
	end = memmem(text, len, "\r\n\r\n", 4);
	if ((end ? (size_t)(end - text) : len) > h->limits->header_bytes) {
		refuse(h, 431);
		return false;
	}
	if (!end) {
		/* The line ends may come in two pieces. */
		if (len > 1 && !h1_head_may_begin(text, len))
			refuse(h, 400);
		return false;
	}
	head.request = s->request = http_request_new(++s->stream);
	code = h1_head_read(&head, text, (size_t)(end - text) + 4);
	s->at += (size_t)(end - text) + 4;
	if (!code && head.length > h->limits->body_bytes)
		code = 413;
	if (code) {
		refuse(h, code);
		return false;
	}
	if (head.wants_continue && (head.is_chunked || head.length))
		str_add(&h->out, "HTTP/1.1 100 Continue\r\n\r\n");
	s->keeps = head.keeps;
	s->is_old = head.is_old;
	s->is_head = !strcmp(s->request->method, "HEAD");
	s->left = head.length;
	s->part = head.is_chunked ? H1_CHUNK_SIZE : H1_BODY;
	return true;
}

static bool read_body(struct http *h)
{
	struct h1 *s = h->state;
	size_t len;
	const char *text = unread(s, &len);
	size_t n = len < s->left ? len : s->left;

	str_add_n(&s->body, text, n);
	s->at += n;
	s->left -= n;
	if (s->left)
		return false;
	if (s->part == H1_CHUNK)
		s->part = H1_CHUNK_END;
	else
		whole(h);
	return true;
}

static bool read_chunk_size(struct http *h)
{
	static const char digits[] = "0123456789abcdef";
	struct h1 *s = h->state;
	size_t len;
	const char *text = unread(s, &len);
	const char *eol = memmem(text, len < CHUNK_LINE ? len : CHUNK_LINE, "\r\n", 2);
	size_t size = 0;
	size_t n = 0;

	if (!eol) {
		if (len >= CHUNK_LINE)
			refuse(h, 400);
		return false;
	}
	while (text + n < eol && n < 8 && text[n] && strchr(digits, text[n] | 0x20)) {
		size = size * 16 + (size_t)(strchr(digits, text[n] | 0x20) - digits);
		n++;
	}
	/* Extensions behind a semicolon are let pass. */
	if (!n || (text + n < eol && text[n] != ';')) {
		refuse(h, 400);
		return false;
	}
	if (size > h->limits->body_bytes - str_len(&s->body)) {
		refuse(h, 413);
		return false;
	}
	s->at += (size_t)(eol - text) + 2;
	s->left = size;
	s->part = size ? H1_CHUNK : H1_TRAILER;
	return true;
}

/* The end of a chunk's line, or a line of a trailer, which is dropped. */
static bool read_line(struct http *h)
{
	struct h1 *s = h->state;
	size_t len;
	const char *text = unread(s, &len);
	const char *eol = memmem(text, len, "\r\n", 2);
	bool is_empty = eol == text;

	if (s->part == H1_CHUNK_END && ((len && text[0] != '\r') || (eol && !is_empty))) {
		refuse(h, 400);
		return false;
	}
	if (!eol) {
		if (len > h->limits->header_bytes)
			refuse(h, 431);
		return false;
	}
	s->at += (size_t)(eol - text) + 2;
	if (s->part == H1_CHUNK_END)
		s->part = H1_CHUNK_SIZE;
	else if (is_empty)
		whole(h);
	return true;
}

static bool step(struct http *h)
{
	struct h1 *s = h->state;

	switch (s->part) {
	case H1_HEAD:
		return read_head(h);
	case H1_BODY:
	case H1_CHUNK:
		return read_body(h);
	case H1_CHUNK_SIZE:
		return read_chunk_size(h);
	case H1_CHUNK_END:
	case H1_TRAILER:
		return read_line(h);
	case H1_ANSWER:
		break;
	}
	return false;
}

/* What was read makes room; an idle connection holds no memory. */
static void compact(struct h1 *s)
{
	size_t len;
	const char *text = unread(s, &len);

	if (!len) {
		str_fini(&s->in);
	} else if (s->at) {
		struct str left = {0};

		str_add_n(&left, text, len);
		str_fini(&s->in);
		s->in = left;
	}
	s->at = 0;
}

static void advance(struct http *h)
{
	while (!h->is_over && step(h))
		;
	compact(h->state);
}

static void h1_receive(struct http *h, const char *bytes, size_t len)
{
	struct h1 *s = h->state;

	/* Requests behind one that is not answered wait; not any number of them. */
	if (s->part == H1_ANSWER &&
		str_len(&s->in) + len > h->limits->header_bytes + h->limits->body_bytes) {
		h->is_over = true;
		return;
	}
	str_add_n(&s->in, bytes, len);
	advance(h);
}

/* ------------------------------------------------------------------ answering */

static void h1_begin(
	struct http *h, uint32_t stream, const struct http_answer *a, bool is_whole, size_t len)
{
	struct h1 *s = h->state;

	assert(s->part == H1_ANSWER && stream == s->stream && !s->is_begun);
	s->is_begun = true;
	s->is_whole = is_whole;
	/* HTTP/1.0 has no chunks: the end of the connection ends the answer. */
	s->keeps = s->keeps && !h->is_shut && !(s->is_old && !is_whole);
	str_addf(&h->out, "HTTP/1.1 %d %s\r\n", a->code, phrase(a->code));
	if (a->media)
		str_addf(&h->out, "Content-Type: %s\r\n", a->media);
	if (a->audit_id)
		str_addf(&h->out, "Audit-Id: %s\r\n", a->audit_id);
	if (a->retry_after)
		str_addf(&h->out, "Retry-After: %u\r\n", a->retry_after);
	if (is_whole)
		str_addf(&h->out, "Content-Length: %zu\r\n", len);
	else if (!s->is_old)
		str_add(&h->out, "Transfer-Encoding: chunked\r\n");
	str_add(&h->out, s->keeps ? "\r\n" : "Connection: close\r\n\r\n");
}

static void h1_send(struct http *h, uint32_t stream, const char *bytes, size_t len)
{
	struct h1 *s = h->state;

	(void)stream;
	if (s->is_head || !len)
		return;
	if (s->is_whole || s->is_old) {
		str_add_n(&h->out, bytes, len);
		return;
	}
	str_addf(&h->out, "%zx\r\n", len);
	str_add_n(&h->out, bytes, len);
	str_add(&h->out, "\r\n");
}

static void h1_end(struct http *h, uint32_t stream)
{
	struct h1 *s = h->state;

	(void)stream;
	if (!s->is_whole && !s->is_old && !s->is_head)
		str_add(&h->out, "0\r\n\r\n");
	h->n_open--;
	h->is_over = h->is_over || !s->keeps || h->is_shut;
	s->part = H1_HEAD;
	advance(h);
}

static void h1_shut(struct http *h)
{
	const struct h1 *s = h->state;

	if (s->part != H1_ANSWER)
		h->is_over = true;
}

static void h1_flush(struct http *h)
{
	(void)h;
}

static size_t h1_waiting(struct http *h, uint32_t stream)
{
	(void)h;
	(void)stream;
	return 0;
}

static bool h1_is_partial(const struct http *h)
{
	const struct h1 *s = h->state;

	return s->part != H1_ANSWER && (s->part != H1_HEAD || str_len(&s->in) > 0);
}

const struct http_codec http_h1 = {
	.version = HTTP_1,
	.new = h1_new,
	.free = h1_free,
	.receive = h1_receive,
	.begin = h1_begin,
	.send = h1_send,
	.end = h1_end,
	.shut = h1_shut,
	.flush = h1_flush,
	.waiting = h1_waiting,
	.is_partial = h1_is_partial,
};
