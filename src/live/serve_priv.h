/* SPDX-License-Identifier: Apache-2.0 */
/* What the server's files share; nobody else includes it.
 *
 *   serve.c     beginning, loop, signals, end    conn.c      a connection
 *   exchange.c  a request and its answer         stream.c    an open watch
 *   own.c       health, metrics, faults              listen.c    its address and descriptors
 */
#ifndef LIVE_SERVE_PRIV_H
#define LIVE_SERVE_PRIV_H

#include <sys/socket.h>

#include "http/http.h"
#include "live/admit.h"
#include "live/audit.h"
#include "live/metrics.h"
#include "live/serve.h"
#include "live/tls.h"
#include "live/users.h"
#include "rest/rest.h"

struct bufferevent;
struct evconnlistener;
struct event;
struct event_base;
struct exchange;

enum { AUDIT_ID = 37, PEER_TEXT = 48 };

/* A client's certificate says who it is. */
struct conn_user {
	char name[TLS_NAME], groups[TLS_NAME];
};

struct conn {
	struct serve *serve;
	struct bufferevent *bev;
	struct http *http; /* NULL until TLS is agreed upon */
	struct conn_user *user;
	char peer_text[PEER_TEXT];
	struct exchange *first; /* that it waits for */
	struct conn *next, **link;
	struct conn *next_dirty;
	ns_t active_at;    /* bytes came or went */
	ns_t partial_at;   /* a request began to come; NS_NEVER: none is on its way */
	bool is_dirty;     /* it has output, or requests to be taken */
	bool is_lingering; /* its last output has gone: the peer is to see it, and to close */
	bool is_dead;      /* to be freed when nobody looks */
	bool is_full;      /* the peer does not take what it is sent */
	bool has_blocked;  /* a watch of it waits for the peer to take more */
	bool is_half;      /* half-closed by a fault: nothing more is sent */
};

/* A request from its coming to the end of its answer. */
struct exchange {
	struct serve *serve;
	struct conn *conn; /* NULL: it has gone */
	struct http_request *req;
	struct rest_route route;
	bool is_routed;
	const char *user, *groups, *impersonated;
	struct rest_account *account; /* that the user is; NULL: none */
	bool is_exempt;
	char audit_id[AUDIT_ID];
	ns_t at;
	int64_t received_us;
	uint32_t slot;   /* in serve->slot; NO_SLOT: it has not been admitted */
	uint32_t ticket; /* of the admitted, to abandon it */
	uint32_t count;  /* its number among all requests: faults are drawn by it */
	int code;
	uint64_t bytes;
	struct rest_watch *watch; /* open */
	bool is_blocked;          /* its client takes no more for now */
	bool is_hung;             /* by a fault: until ends_at nobody answers */
	ns_t ends_at, bookmark_at;
	struct event *ending;          /* at ends_at, when that is near; NULL */
	struct exchange *next, **link; /* of its connection */
};

#define NO_SLOT UINT32_MAX

struct serve {
	const struct serve_params *p;
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *sweep, *expiry, *due, *listen_again, *restart, *on_int, *on_term,
		*deadline;
	struct sockaddr_storage address;
	socklen_t address_len;
	struct tls *tls;
	struct users users;
	struct audit audit;
	struct metrics metrics;
	struct fault_rules faults;
	struct admit admit;
	struct rest rest;
	struct exchange **slot; /* by admission's id */
	uint32_t *free_slot;
	uint32_t n_free;
	struct http_limits limits;
	struct conn *first, *dirty, *dead;
	uint32_t n_conns, max_conns;
	uint32_t count, watch_draws;
	int64_t began_ns;
	ns_t now; /* the same for all that one event leads to */
	bool is_stopping;
};

/* An event has come: look at the clock, and let go on what was due since. */
void serve_tick(struct serve *s);

/* The run's clock at the last tick, and just now; the world's in microseconds. */
static inline ns_t serve_now(const struct serve *s)
{
	return s->now;
}
ns_t serve_clock(const struct serve *s);
int64_t serve_wall_us(void);

/* The timer strikes in so long. */
void serve_set_timer(struct event *e, ns_t in);

/* ADDR:PORT of the parameters; an address that is left out is loopback. */
int listen_address(struct serve *s, struct err *err);

/* As many descriptors as connections may need; ERR_ENV where the user wants more than he may
 * have. */
int listen_descriptors(struct serve *s, struct err *err);

/* Take connections.  ERR_ENV: the address cannot be had. */
int listen_begin(struct serve *s, struct err *err);

/* The timer's callback: again, after there was no descriptor, or after a restart. */
void listen_again(int fd, short what, void *arg);

/* How many requests are being served or wait for it: read-only, mutating. */
void serve_inside(const struct serve *s, uint32_t inside[2]);

/* Where it listens, as a URL on a line. */
void listen_url(const struct serve *s, FILE *out);

/* Do all that there is to do now: answers, watches, output. */
void serve_settle(struct serve *s);

/* Act out a fault that somebody asked for by name. */
void serve_strike(struct serve *s, enum fault fault);

/* A connection was accepted; it is closed if there are too many. */
void conn_new(struct serve *s, int fd, const struct sockaddr *address);

/* It has something to send. */
void conn_touch(struct conn *c);

/* Take its requests, send its output. */
void conn_pump(struct conn *c);

/* End it: at once, with a reset, or in one direction. */
void conn_kill(struct conn *c);
void conn_reset(struct conn *c);
void conn_half_close(struct conn *c);

/* Free what is dead. */
void conn_bury(struct serve *s);

/* Look for what is idle or slow. */
void conn_sweep(struct conn *c, ns_t now);

/* Bytes that wait for the peer to take them. */
size_t conn_waiting(const struct conn *c);

/* A request has come; takes it over. */
void exchange_new(struct conn *c, struct http_request *req);

/* It is through admission. */
void exchange_done(struct serve *s, const struct server_done *d);

/* Its client has gone. */
void exchange_gone(struct exchange *x);

/* Answer and free it. */
void exchange_answer(struct exchange *x, struct rest_reply *reply);
void exchange_fail(struct exchange *x, int code, const char *message);

/* Take it from its connection and free it; counted if it had a code. */
void exchange_free(struct exchange *x);

/* Answer what is the server's own: true if it was. */
bool own_answer(struct exchange *x);

/* A watch is open: begin to tell; tell what is ready; go on when the client takes more. */
void stream_begin(struct exchange *x);
void stream_feed(struct serve *s, struct rest_watch *w);
void stream_unblock(struct exchange *x);

/* When a watch that ends then is to have its next bookmark, NS_NEVER: it has had its last.
 * storage/cacher.go nextBookmarkTime: every minute, should it break, and just before its end,
 * so that the client's next watch begins at what is there then. */
ns_t stream_next_bookmark(ns_t now, ns_t ends_at);

/* Once a second: its bookmark; its end, or that of a request that a fault has hung, if it comes
 * before the next. */
void stream_sweep(struct exchange *x, ns_t now);

/* End it: as when its time is over. */
void stream_end(struct exchange *x);

void exchange_audit(const struct exchange *x, const char *stage);

#endif
