/* SPDX-License-Identifier: Apache-2.0 */
/* Requests on their way to an API server: libcurl's multi handles in one libevent loop.
 *
 * Whoever asks belongs to a peer: one of many clients in this process, each with connections
 * of its own, as it would have on a machine of its own.  Peers come in groups with a multi
 * handle each, since libcurl's cost of a request grows with the connections that a handle has.
 * HTTP/2 if it is agreed upon (or known beforehand), one connection a peer carries all then,
 * and further ones what the server's limit of streams leaves no room for; else HTTP/1.1, where
 * every open watch holds a connection.
 *
 * Nothing here knows what is asked for.  Callbacks may send and cancel, and may not free.
 */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ns.h"
#include "client/kubeconfig.h"

struct event_base;
struct wire;
struct wire_call;

enum wire_http {
	WIRE_AGREED, /* over TLS by ALPN; HTTP/1.1 without */
	WIRE_HTTP1,
	WIRE_HTTP2 /* without TLS too: prior knowledge */
};

/* Beyond these an answer is an error: WIRE_TOO_LONG. */
enum { WIRE_BODY_BYTES = 64 << 20, WIRE_LINE_BYTES = 8 << 20 };

struct wire_params {
	const struct access *access; /* must outlive the wire */
	enum wire_http http;
	uint32_t peers;
	uint32_t group;       /* peers of a multi handle; 0: a default */
	uint32_t connections; /* HTTP/2: of a peer; 0: a group shares one */
	bool one_connection;  /* HTTP/2: no further one, what has no stream waits */
};

/* Why there is no answer, or no whole one. */
enum wire_fault {
	WIRE_ANSWERED,  /* there is one, whatever its code */
	WIRE_REFUSED,   /* the host takes no connection */
	WIRE_UNREACHED, /* none came about for another reason: no host, no route, no time */
	WIRE_UNTRUSTED, /* TLS: a certificate, or what goes with it */
	WIRE_RESET,     /* the connection broke */
	WIRE_TIMED_OUT,
	WIRE_TOO_LONG,
	WIRE_FAULTS
};

/* Good until the callback returns. */
struct wire_answer {
	enum wire_fault fault;
	long code;        /* HTTP status; 0: none came */
	ns_t retry_after; /* 0: it says nothing of that */
	const char *body; /* NUL behind; not of a stream that was opened */
	size_t len;
	const char *why; /* of a fault, in words */
};

struct wire_hooks {
	void (*opened)(void *ctx);                             /* a stream: it begins */
	void (*line)(void *ctx, const char *text, size_t len); /* of a stream, NUL behind */
	void (*done)(void *ctx, const struct wire_answer *a);  /* once, the last */
};

/* Texts are copied. */
struct wire_request {
	uint32_t peer;
	const char *method, *path; /* path: with its query */
	const char *body;          /* NULL: none */
	size_t len;
	const char *media; /* of the body; NULL: JSON */
	const char *user_agent;
	const char *user;   /* to be impersonated; NULL: none */
	const char *groups; /* of that user; NULL: none */
	const char *token;  /* NULL: the access's */
	ns_t timeout;       /* 0: none */
	bool stream;        /* lines until it ends */
	const struct wire_hooks *hooks;
	void *ctx;
};

/* ERR_ENV: the server's name is unknown, descriptors are too few for `descriptors`. */
int wire_new(struct wire **w, struct event_base *base, const struct wire_params *p,
	uint32_t descriptors, struct err *err);

/* What is under way ends without callbacks. */
void wire_free(struct wire *w);

/* Send; the answer comes through the hooks, never before this returns. */
struct wire_call *wire_send(struct wire *w, const struct wire_request *r);

/* Nobody waits any more: no callback follows. */
void wire_cancel(struct wire *w, struct wire_call *c);

/* The peer's next requests go over new connections. */
void wire_hang_up(struct wire *w, uint32_t peer);

/* Bytes that came and went, requests under way, connections that were ever made, and requests
 * that found no stream and had to wait for one. */
struct wire_counts {
	uint64_t sent, received, connections, waited;
	uint32_t under_way;
};
struct wire_counts wire_counts(const struct wire *w);

#endif
