/* SPDX-License-Identifier: Apache-2.0 */
/* What http.c, h1.c and h2.c share; nobody else includes it. */
#ifndef HTTP_HTTP_PRIV_H
#define HTTP_HTTP_PRIV_H

#include "http/http.h"

/* A protocol at work on a connection. */
struct http_codec {
	enum http_version version;
	void *(*new)(struct http *h);
	void (*free)(void *codec);
	void (*receive)(struct http *h, const char *bytes, size_t len);
	void (*begin)(struct http *h, uint32_t stream, const struct http_answer *a, bool whole,
		size_t len);
	void (*send)(struct http *h, uint32_t stream, const char *bytes, size_t len);
	void (*end)(struct http *h, uint32_t stream);
	void (*shut)(struct http *h);
	void (*flush)(struct http *h);
	size_t (*waiting)(struct http *h, uint32_t stream);
	bool (*is_partial)(const struct http *h);
};

extern const struct http_codec http_h1;
extern const struct http_codec http_h2;

struct http {
	const struct http_limits *limits;
	const struct http_codec *codec; /* NULL: not known yet */
	void *state;                    /* the codec's */
	struct str sniffed;
	struct str out;
	struct http_request *first, *last;
	uint32_t *gone;
	size_t n_gone, at_gone, room;
	uint32_t n_open; /* requests taken or to be taken, not answered */
	bool is_over, is_shut;
};

/* A request that is being read. */
struct http_request *http_request_new(uint32_t stream);

/* Keep a field if it is one of those that are handed on; the first of a name counts. */
void http_request_field(struct http_request *r, const char *name, size_t name_len,
	const char *value, size_t len);

/* It is whole. */
void http_request_push(struct http *h, struct http_request *r);

/* Its peer hung up. */
void http_gone(struct http *h, uint32_t stream);

/* A copy with a NUL behind; aborts without memory. */
char *http_copy(const char *bytes, size_t len);
void *http_taken(void *memory);

#endif
