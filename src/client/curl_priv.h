/* SPDX-License-Identifier: Apache-2.0 */
/* What curl.c (handles and sockets) and curl_call.c (one request) share. */
#ifndef CLIENT_CURL_PRIV_H
#define CLIENT_CURL_PRIV_H

#include <curl/curl.h>

#include "client/wire_priv.h"

enum { CURL_IDLE = 64 };

/* What libcurl needs of a call. */
struct curl_part {
	struct wire_call *next; /* to be handed to libcurl */
	struct curl_group *group;
	CURL *easy;
	struct curl_slist *headers, *connect_to, *resolve;
	char why[CURL_ERROR_SIZE]; /* it failed, as libcurl words it; "": by its code alone */
	bool added;
};

/* Peers with a multi handle of their own: its cost of a request grows with its connections. */
struct curl_group {
	struct wire *wire;
	CURLM *multi;
	struct event *timer;
	struct wire_call *first;           /* under way */
	struct wire_call *waiting, **last; /* for libcurl to return, before they are sent */
	CURL *idle[CURL_IDLE];
	uint32_t n_idle;
	uint32_t n_cancelled; /* that libcurl has still */
	bool busy;            /* in libcurl or in callbacks: what is sent and cancelled waits */
};

/* curl_call.c.  False: no memory. */
bool curl_call_begin(struct wire_call *c, struct curl_group *g);
/* libcurl is through with it: tell, unless nobody waits, and free it. */
void curl_call_ends(struct wire_call *c, CURLcode result);

#endif
