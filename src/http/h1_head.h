/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/1.1 request (RFC 9112): its line, its fields, and what they say of the
 * body and the connection.
 *
 * Strict where leniency would let two readers see two requests: lines end in CRLF, a length is
 * given once, and no blank stands before a colon. */
#ifndef HTTP_H1_HEAD_H
#define HTTP_H1_HEAD_H

#include <stdbool.h>
#include <stddef.h>

struct http_request;

/* Zeroed but for the request, which is the caller's and gets method, target and fields. */
struct h1_head {
	struct http_request *request;
	bool is_old; /* HTTP/1.0 */
	bool keeps;  /* the connection, after the answer */
	bool has_host, has_length, is_chunked, wants_continue;
	size_t length; /* of the body, as it is told */
};

/* Whether bytes may be the beginning of one: it opens with a method.  A hello of TLS does not,
 * and whoever sends one waits for an answer. */
bool h1_head_may_begin(const char *text, size_t len);

/* Lines of len bytes, the last of them empty.  0, or the code to refuse them with. */
int h1_head_read(struct h1_head *h, const char *text, size_t len);

#endif
