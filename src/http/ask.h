/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of one HTTP/2 connection, without its socket: requests in, bytes out; bytes
 * in, and whoever asked hears of them.
 *
 * A connection at rest holds little: no table of the fields that the peer sends, a small one of
 * those that are sent, no buffer.  What a peer can make it hold is bounded by WINDOW in
 * h2_ask.c and by whoever takes the bytes.
 */
#ifndef HTTP_ASK_H
#define HTTP_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct ask;
struct ask_stream;

/* How a request ended. */
enum ask_end {
	ASK_WHOLE,
	ASK_UNTOUCHED, /* the peer has not begun it: it may be asked again elsewhere */
	ASK_BROKEN
};

/* Called by ask_receive and ask_output; they may send and cancel, and may not free. */
struct ask_hooks {
	void (*begun)(void *call, int code, unsigned retry_after_s); /* 0: it says nothing */
	void (*bytes)(void *call, const char *bytes, size_t len);
	void (*ended)(void *call, enum ask_end how); /* the last */
};

struct ask_field {
	const char *name; /* small letters */
	const char *value;
};

struct ask_request {
	const char *method, *scheme, *authority, *path;
	const struct ask_field *field;
	size_t fields;
	const char *body; /* must stay until it has ended; NULL: none */
	size_t len;
};

enum { ASK_FIELDS = 24 };

/* Hooks must outlive it. */
struct ask *ask_new(const struct ask_hooks *hooks);

/* What is under way ends without a word. */
void ask_free(struct ask *a);

/* NULL: this connection takes no more; at most ASK_FIELDS fields. */
struct ask_stream *ask_send(struct ask *a, const struct ask_request *r, void *call);

/* Nobody waits for it any more, no hook follows.  stream NULL: it has gone already. */
void ask_cancel(struct ask *a, struct ask_stream *stream);

/* Bytes from the peer. */
void ask_receive(struct ask *a, const char *bytes, size_t len);

/* Ask whether the peer is there: whatever it says is an answer. */
void ask_ping(struct ask *a);

/* Append what is to be sent. */
void ask_output(struct ask *a, struct str *out);

/* Requests under way, those included that were cancelled and have not ended yet; and how many
 * there may be, as the peer says: 0 before it has.  What is asked beyond waits. */
uint32_t ask_under_way(const struct ask *a);
uint32_t ask_limit(const struct ask *a);

/* It takes more requests: the peer has not said that it goes. */
bool ask_takes(const struct ask *a);

/* The connection is to be closed: nothing can come of it. */
bool ask_is_over(const struct ask *a);

#endif
