/* SPDX-License-Identifier: Apache-2.0 */
/* What link.c (sockets) and link_calls.c (what is asked over them) share. */
#ifndef CLIENT_LINK_PRIV_H
#define CLIENT_LINK_PRIV_H

#include "client/secure.h"
#include "client/wire_priv.h"

enum link_state { LINK_CONNECTS, LINK_SHAKES, LINK_OPEN };

struct link {
	struct link *next, **at; /* of all */
	struct link *next_dirty;
	struct wire *wire;
	struct link **place; /* where it is found; NULL: it takes no more */
	struct link *beside; /* the next one of that place: this one had no stream left */
	struct ask *ask;
	struct secure_stream *secure;
	struct wire_call *first; /* under way */
	struct event in, out, timer;
	struct str rest; /* that the socket has not taken */
	int fd;          /* < 0: there is none, for `error` */
	int error;
	enum link_state state;
	uint8_t quiet; /* rounds in which nothing was heard */
	bool is_dirty, is_dead;
};

/* It has something to send, or is to be looked after. */
void link_touch(struct link *l);
/* Whoever asks next gets another one. */
void link_detach(struct link *l);
/* NULL: no memory. */
struct link *link_new(struct wire *w, struct link **place);

/* link_calls.c.  The call is the link's no more. */
void link_leave(struct wire_call *c);
extern const struct ask_hooks link_hooks;

#endif
