/* SPDX-License-Identifier: Apache-2.0 */
/* What wire.c (handles and sockets) and wire_call.c (one request) share. */
#ifndef CLIENT_WIRE_PRIV_H
#define CLIENT_WIRE_PRIV_H

#include <curl/curl.h>
#include <event2/event.h>

#include "base/str.h"
#include "client/wire.h"

enum { WIRE_HOST = 256, WIRE_ADDRESS = 64, WIRE_IDLE = 64 };

struct wire_call {
	struct wire_call *before, *after; /* of the group, under way */
	struct wire_call *next;           /* to be handed to libcurl */
	struct wire_group *group;
	CURL *easy;
	struct curl_slist *headers, *connect_to, *resolve;
	struct str body; /* of the answer; of a stream the line so far */
	const struct wire_hooks *hooks;
	void *ctx;
	uint32_t peer; /* whose connection it takes */
	uint16_t life; /* of that peer's */
	char *sent;    /* a body; libcurl reads it from here */
	bool stream, opened, added, too_long, cancelled;
};

struct wire_group {
	struct wire *wire;
	CURLM *multi;
	struct event *timer;
	struct wire_call *first;           /* under way */
	struct wire_call *waiting, **last; /* for libcurl to return, before they are sent */
	CURL *idle[WIRE_IDLE];
	uint32_t n_idle;
	uint32_t n_cancelled; /* that libcurl has still */
	bool busy;            /* in libcurl or in callbacks: what is sent and cancelled waits */
};

struct wire_peer {
	uint16_t life;     /* grows when it hangs up */
	uint16_t turn;     /* connection after connection */
	uint32_t resolved; /* names that the group's handle knows: bits of connections */
};

struct wire {
	struct event_base *base;
	struct wire_params params;
	struct curl_slist *plain; /* fields of every request */
	char host[WIRE_HOST], address[WIRE_ADDRESS];
	uint16_t port;
	bool tls;
	struct wire_group *group;
	uint32_t n_groups;
	struct wire_peer *peer;
	struct wire_counts counts;
};

/* wire_call.c.  NULL: no memory. */
struct wire_call *wire_call_new(
	struct wire *w, struct wire_group *g, const struct wire_request *r);
void wire_call_free(struct wire_call *c);
/* libcurl is through with it: tell, unless nobody waits. */
void wire_call_ends(struct wire_call *c, CURLcode result);

#endif
