/* SPDX-License-Identifier: Apache-2.0 */
/* What wire.c (the doors), wire_call.c (a request, however it travels), link.c (HTTP/2) and
 * curl.c (HTTP/1.1, and proxies) share. */
#ifndef CLIENT_WIRE_PRIV_H
#define CLIENT_WIRE_PRIV_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/socket.h>

#include "base/str.h"
#include "client/wire.h"
#include "http/ask.h"

enum { WIRE_HOST = 256, WIRE_ADDRESS = 64, WIRE_READ_BYTES = 1 << 16, WIRE_WHY = 160 };

/* A request, and what has come of it. */
struct wire_call {
	struct wire_call *before, *after; /* of its link or group */
	struct wire *wire;
	struct wire_request *request; /* a copy, as long as it may have to be sent again */
	const struct wire_hooks *hooks;
	void *ctx;
	struct str body; /* of the answer; of a stream the line so far */
	uint32_t peer;
	int code;
	ns_t retry_after;
	bool stream, opened, too_long, cancelled;
	bool is_over; /* in its last callbacks, and in no list any more */
	/* over HTTP/2 */
	bool timed;
	bool telling; /* in a callback: who cancels it leaves it to be freed */
	uint8_t tries;
	struct link *link;
	struct ask_stream *asked;
	/* over libcurl */
	struct curl_part *curl;
	/* Of a request that has a timeout; without, as of a watch, there is none behind it. */
	struct event patience[];
};

struct wire_peer {
	struct link **link; /* [connections] the first of each; NULL: none yet */
	uint16_t life;      /* grows when it hangs up */
	uint16_t turn;      /* connection after connection */
	uint32_t resolved;  /* names that libcurl's handle knows: bits of connections */
};

struct wire {
	struct event_base *base;
	struct wire_params params;
	char host[WIRE_HOST], address[WIRE_ADDRESS], authority[WIRE_HOST + 8];
	const char *prefix; /* of every path: the URL's own, "" if it has none */
	struct sockaddr_storage at;
	socklen_t at_len;
	uint16_t port;
	bool tls, over_curl;
	struct wire_peer *peer;
	struct wire_counts counts;
	struct str line; /* of a stream, while it is told */
	/* link.c's */
	struct secure *secure;
	struct link *links, *dirty;
	struct link **places; /* [peers][connections] */
	uint32_t streams;     /* of a connection, as the server said last; 0: not yet */
	struct event *flush;
	struct str out;
	char *buffer; /* [WIRE_READ_BYTES] */
	/* curl.c's */
	struct curl_group *group;
	uint32_t n_groups;
};

/* The connections that a peer uses belong to one of its group if they are shared. */
struct wire_peer *wire_peer_of(struct wire *w, uint32_t peer);

/* ------------------------------------------------------------------ wire_call.c */

/* NULL: no memory. */
struct wire_call *wire_call_new(struct wire *w, const struct wire_request *r);
void wire_call_free(struct wire_call *c);

/* The fields of its request; *bearer keeps one of them. */
size_t wire_call_fields(
	const struct wire_call *c, struct ask_field field[ASK_FIELDS], struct str *bearer);

/* The answer begins; more of it; false: it is too long. */
void wire_call_begins(struct wire_call *c, int code);
bool wire_call_takes(struct wire_call *c, const char *bytes, size_t len);
/* It is over: tell whoever waits, and free it.  Nobody has it in a list any more. */
void wire_call_ends(struct wire_call *c, enum wire_fault fault, const char *why);

/* ------------------------------------------------------------------ link.c */

int links_begin(struct wire *w, struct err *err);
void links_fini(struct wire *w);
void link_send(struct wire_call *c);
void link_cancel(struct wire_call *c);
void link_hang_up(struct wire *w, struct wire_peer *p);

/* ------------------------------------------------------------------ curl.c */

int curl_begin(struct wire *w, struct err *err);
void curl_fini(struct wire *w);
/* False: no memory, the call is still the caller's. */
bool curl_send(struct wire_call *c);
void curl_cancel(struct wire_call *c);

#endif
