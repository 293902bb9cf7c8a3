/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/http_priv.h"

/* RFC 9113, section 3.4. */
#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

void *http_taken(void *memory)
{
	if (!memory) {
		(void)fputs("nodetoll: out of memory: a connection\n", stderr);
		abort();
	}
	return memory;
}

char *http_copy(const char *bytes, size_t len)
{
	char *copy = http_taken(malloc(len + 1));

	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static void choose(struct http *h, enum http_version version)
{
	h->codec = version == HTTP_2 ? &http_h2 : &http_h1;
	h->state = h->codec->new (h);
}

struct http *http_new(const struct http_limits *limits, enum http_version version)
{
	struct http *h = http_taken(calloc(1, sizeof(*h)));

	h->limits = limits;
	if (version != HTTP_UNKNOWN)
		choose(h, version);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	if (h->codec)
		h->codec->free(h->state);
	while (h->first) {
		struct http_request *r = h->first;

		h->first = r->next;
		http_request_free(r);
	}
	str_fini(&h->sniffed);
	str_fini(&h->out);
	free(h->gone);
	free(h);
}

enum http_version http_version(const struct http *h)
{
	return h->codec ? h->codec->version : HTTP_UNKNOWN;
}

static void sniff(struct http *h, const char *bytes, size_t len)
{
	size_t n;

	str_add_n(&h->sniffed, bytes, len);
	n = str_len(&h->sniffed);
	if (n > sizeof(PREFACE) - 1)
		n = sizeof(PREFACE) - 1;
	if (memcmp(str_text(&h->sniffed), PREFACE, n) != 0)
		choose(h, HTTP_1);
	else if (n == sizeof(PREFACE) - 1)
		choose(h, HTTP_2);
	else
		return;
	h->codec->receive(h, str_text(&h->sniffed), str_len(&h->sniffed));
	str_fini(&h->sniffed);
}

void http_receive(struct http *h, const char *bytes, size_t len)
{
	if (h->is_over || !len)
		return;
	if (h->codec)
		h->codec->receive(h, bytes, len);
	else
		sniff(h, bytes, len);
}

/* ------------------------------------------------------------------ requests */

struct http_request *http_request_new(uint32_t stream)
{
	struct http_request *r = http_taken(calloc(1, sizeof(*r)));

	r->stream = stream;
	return r;
}

void http_request_free(struct http_request *r)
{
	if (!r)
		return;
	free(r->method);
	free(r->target);
	for (int i = 0; i < HTTP_FIELDS; i++)
		free(r->field[i]);
	free(r->body);
	free(r);
}

static void append(char **list, const char *value, size_t len)
{
	size_t before = strlen(*list);

	*list = http_taken(realloc(*list, before + 1 + len + 1));
	(*list)[before] = ',';
	memcpy(*list + before + 1, value, len);
	(*list)[before + 1 + len] = '\0';
}

void http_request_field(struct http_request *r, const char *name, size_t name_len,
	const char *value, size_t len)
{
	static const char *const names[HTTP_FIELDS] = {
		[HTTP_AUTHORIZATION] = "authorization",
		[HTTP_CONTENT_TYPE] = "content-type",
		[HTTP_ACCEPT] = "accept",
		[HTTP_USER_AGENT] = "user-agent",
		[HTTP_IMPERSONATE_USER] = "impersonate-user",
		[HTTP_IMPERSONATE_GROUP] = "impersonate-group",
	};

	for (int i = 0; i < HTTP_FIELDS; i++) {
		if (strlen(names[i]) != name_len || strncasecmp(names[i], name, name_len) != 0)
			continue;
		if (!r->field[i])
			r->field[i] = http_copy(value, len);
		else if (i == HTTP_IMPERSONATE_GROUP)
			append(&r->field[i], value, len);
	}
}

void http_request_push(struct http *h, struct http_request *r)
{
	r->next = NULL;
	if (h->last)
		h->last->next = r;
	else
		h->first = r;
	h->last = r;
	h->n_open++;
}

struct http_request *http_take_request(struct http *h)
{
	struct http_request *r = h->first;

	if (!r)
		return NULL;
	h->first = r->next;
	if (!h->first)
		h->last = NULL;
	r->next = NULL;
	return r;
}

void http_gone(struct http *h, uint32_t stream)
{
	struct http_request *before = NULL;

	for (struct http_request *r = h->first; r; before = r, r = r->next) {
		if (r->stream != stream)
			continue;
		/* Nobody has seen it. */
		if (before)
			before->next = r->next;
		else
			h->first = r->next;
		if (h->last == r)
			h->last = before;
		http_request_free(r);
		return;
	}
	if (h->n_gone == h->room) {
		h->room = h->room ? 2 * h->room : 8;
		h->gone = http_taken(realloc(h->gone, h->room * sizeof(*h->gone)));
	}
	h->gone[h->n_gone++] = stream;
}

bool http_take_gone(struct http *h, uint32_t *stream)
{
	if (h->at_gone == h->n_gone) {
		h->at_gone = h->n_gone = 0;
		return false;
	}
	*stream = h->gone[h->at_gone++];
	return true;
}

/* ------------------------------------------------------------------ answers */

void http_respond(struct http *h, uint32_t stream, const struct http_answer *a,
	const char *body, size_t len)
{
	h->codec->begin(h, stream, a, true, len);
	h->codec->send(h, stream, body, len);
	h->codec->end(h, stream);
}

void http_begin(struct http *h, uint32_t stream, const struct http_answer *a)
{
	h->codec->begin(h, stream, a, false, 0);
}

void http_send(struct http *h, uint32_t stream, const char *bytes, size_t len)
{
	h->codec->send(h, stream, bytes, len);
}

void http_end(struct http *h, uint32_t stream)
{
	h->codec->end(h, stream);
}

size_t http_waiting(struct http *h, uint32_t stream)
{
	return h->codec->waiting(h, stream);
}

struct str *http_output(struct http *h)
{
	if (h->codec)
		h->codec->flush(h);
	return &h->out;
}

void http_shut(struct http *h)
{
	h->is_shut = true;
	if (h->codec)
		h->codec->shut(h);
	else
		h->is_over = true;
}

bool http_is_idle(const struct http *h)
{
	return h->n_open == 0;
}

bool http_is_over(const struct http *h)
{
	return h->is_over;
}

bool http_is_partial(const struct http *h)
{
	return h->codec ? h->codec->is_partial(h) : str_len(&h->sniffed) > 0;
}
