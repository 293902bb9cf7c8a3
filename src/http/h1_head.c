/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memmem */
#include "http/h1_head.h"

#include <string.h>
#include <strings.h>

#include "http/http_priv.h"

/* RFC 9110, section 5.6.2. */
static bool is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!text[i] || !strchr("!#$%&'*+-.^_`|~0123456789"
					"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
					text[i]))
			return false;
	return len > 0;
}

bool h1_head_may_begin(const char *text, size_t len)
{
	const char *blank = memchr(text, ' ', len);
	size_t n = blank ? (size_t)(blank - text) : len;

	return n ? is_token(text, n) : !len;
}

/* "GET /api HTTP/1.1" */
static int request_line(struct h1_head *h, const char *line, size_t len)
{
	const char *target = memchr(line, ' ', len);
	const char *version =
		target ? memchr(target + 1, ' ', len - (size_t)(target + 1 - line)) : NULL;
	size_t left;

	if (!version)
		return 400;
	left = len - (size_t)(version + 1 - line);
	if (left != 8 || memcmp(version + 1, "HTTP/1.", 7) != 0)
		return left >= 5 && !memcmp(version + 1, "HTTP/", 5) ? 505 : 400;
	if (version[8] != '1' && version[8] != '0')
		return 505;
	if (!is_token(line, (size_t)(target - line)) || target[1] != '/')
		return 400;
	for (const char *c = target + 1; c < version; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return 400;
	h->is_old = version[8] == '0';
	h->keeps = !h->is_old;
	h->request->method = http_copy(line, (size_t)(target - line));
	h->request->target = http_copy(target + 1, (size_t)(version - target - 1));
	return 0;
}

static bool is_field(const char *name, size_t len, const char *what)
{
	return strlen(what) == len && !strncasecmp(name, what, len);
}

static int length_field(struct h1_head *h, const char *value, size_t len)
{
	size_t length = 0;

	if (!len || len > 15)
		return 400;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			return 400;
		length = length * 10 + (size_t)(value[i] - '0');
	}
	if (h->has_length && h->length != length)
		return 400;
	h->has_length = true;
	h->length = length;
	return 0;
}

static int field(struct h1_head *h, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t name = colon ? (size_t)(colon - line) : 0;
	const char *value = colon ? colon + 1 : NULL;
	size_t n = colon ? len - name - 1 : 0;

	if (!colon || !is_token(line, name))
		return 400;
	while (n && (*value == ' ' || *value == '\t')) {
		value++;
		n--;
	}
	while (n && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f)
			return 400;
	if (is_field(line, name, "content-length"))
		return length_field(h, value, n);
	if (is_field(line, name, "transfer-encoding")) {
		if (h->is_chunked || !is_field(value, n, "chunked"))
			return 501;
		h->is_chunked = true;
	}
	if (is_field(line, name, "connection") && is_field(value, n, "close"))
		h->keeps = false;
	if (is_field(line, name, "connection") && is_field(value, n, "keep-alive"))
		h->keeps = true;
	if (is_field(line, name, "expect"))
		h->wants_continue = is_field(value, n, "100-continue");
	if (is_field(line, name, "host"))
		h->has_host = true;
	http_request_field(h->request, line, name, value, n);
	return 0;
}

int h1_head_read(struct h1_head *h, const char *text, size_t len)
{
	const char *line = text;
	const char *end = text + len;
	int code = 0;

	while (!code && line < end) {
		const char *eol = memmem(line, (size_t)(end - line), "\r\n", 2);
		size_t n = eol ? (size_t)(eol - line) : 0;

		if (!eol || !n)
			break;
		code = line == text ? request_line(h, line, n) : field(h, line, n);
		line = eol + 2;
	}
	if (!code && (!h->request->method || (!h->has_host && !h->is_old) ||
			     (h->is_chunked && h->has_length)))
		code = 400;
	return code;
}
