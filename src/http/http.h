/* SPDX-License-Identifier: Apache-2.0 */
/* The server's side of one HTTP connection, without its socket: bytes in, requests out;
 * answers in, bytes out.
 *
 * HTTP/1.1 and HTTP/2 have one face, so that whoever answers does not know which it is.  Which
 * it is, TLS has agreed upon (ALPN), or the first bytes say (HTTP/2 with prior knowledge begins
 * with a preface that is no request).  An answer is whole, or a stream of pieces: a watch.
 * Everything that a peer can make it hold is bounded by struct http_limits.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct http_limits {
	size_t header_bytes; /* of a request: its line and fields */
	size_t body_bytes;   /* of a request */
	uint32_t streams;    /* requests at once on one connection (HTTP/2) */
};

/* Fields that are handed on; others are read and dropped. */
enum http_field {
	HTTP_AUTHORIZATION,
	HTTP_CONTENT_TYPE,
	HTTP_ACCEPT,
	HTTP_USER_AGENT,
	HTTP_IMPERSONATE_USER,
	HTTP_IMPERSONATE_GROUP, /* all that were sent, with commas between them */
	HTTP_FIELDS
};

/* One request, whole.  Whoever took it frees it. */
struct http_request {
	uint32_t stream; /* to answer it */
	char *method;
	char *target;             /* path and query as sent */
	char *field[HTTP_FIELDS]; /* NULL: not sent */
	char *body;
	size_t len;
	struct http_request *next; /* http.c's */
};

struct http_answer {
	int code;
	const char *media;    /* Content-Type; NULL: none */
	unsigned retry_after; /* seconds; 0: none */
	const char *audit_id; /* NULL: none */
};

enum http_version { HTTP_UNKNOWN, HTTP_1, HTTP_2 };

struct http;

/* A connection begins.  HTTP_UNKNOWN: its first bytes tell.  Limits must outlive it. */
struct http *http_new(const struct http_limits *limits, enum http_version version);
void http_free(struct http *h);

enum http_version http_version(const struct http *h);

/* Bytes from the peer.  What is wrong with them is answered, as far as that is possible, and
 * then http_is_over. */
void http_receive(struct http *h, const char *bytes, size_t len);

/* The next request that is whole; NULL: none yet. */
struct http_request *http_take_request(struct http *h);
void http_request_free(struct http_request *r);

/* A request whose peer no longer wants its answer, after it was taken; false: none more. */
bool http_take_gone(struct http *h, uint32_t *stream);

/* Answer as a whole. */
void http_respond(struct http *h, uint32_t stream, const struct http_answer *a,
	const char *body, size_t len);

/* Or piece by piece. */
void http_begin(struct http *h, uint32_t stream, const struct http_answer *a);
void http_send(struct http *h, uint32_t stream, const char *bytes, size_t len);
void http_end(struct http *h, uint32_t stream);

/* Bytes of a stream that wait for the peer to take more. */
size_t http_waiting(struct http *h, uint32_t stream);

/* What is to be sent; the caller takes it and resets it. */
struct str *http_output(struct http *h);

/* No more requests are taken; those that there are may end. */
void http_shut(struct http *h);

/* Nothing is being answered. */
bool http_is_idle(const struct http *h);

/* The connection is to be closed when the output is sent. */
bool http_is_over(const struct http *h);

/* A request has begun to come and is not whole. */
bool http_is_partial(const struct http *h);

#endif
