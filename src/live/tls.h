/* SPDX-License-Identifier: Apache-2.0 */
/* TLS of the server: a certificate, HTTP/2 by ALPN, client certificates if they are asked for.
 */
#ifndef LIVE_TLS_H
#define LIVE_TLS_H

#include "base/err.h"
#include "http/http.h"

struct bufferevent;
struct event_base;
struct tls;

/* client_ca NULL: client certificates are not asked for.  ERR_INPUT: a file cannot be
 * read; ERR_ENV: which cannot be used, and why. */
int tls_new(struct tls **tls, const char *cert_file, const char *key_file,
	const char *client_ca, struct err *err);
void tls_free(struct tls *tls);

/* A connection that was accepted; NULL: no memory.  It owns the descriptor. */
struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd);

/* After the handshake: what was agreed upon. */
enum http_version tls_version(struct bufferevent *bev);

/* After a handshake that failed: it was no TLS but a request of HTTP. */
bool tls_met_http(struct bufferevent *bev);

/* The common name and, separated by commas, the organisations of the client's certificate:
 * user and groups.  False: it has none. */
enum { TLS_NAME = 256 };
bool tls_user(struct bufferevent *bev, char name[TLS_NAME], char groups[TLS_NAME]);

/* Say goodbye before the connection is freed. */
void tls_close(struct bufferevent *bev);

#endif
