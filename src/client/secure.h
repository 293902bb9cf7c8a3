/* SPDX-License-Identifier: Apache-2.0 */
/* TLS of the client's side, over sockets that do not block: whom to trust, who asks, and what
 * is agreed upon (ALPN).  For src/client only. */
#ifndef CLIENT_SECURE_H
#define CLIENT_SECURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "client/kubeconfig.h"

struct secure;        /* what all connections share */
struct secure_stream; /* one of them */

/* Instead of a number of bytes. */
enum { SECURE_ENDS = 0, SECURE_READS = -1, SECURE_WRITES = -2, SECURE_FAILS = -3 };

/* host: the name or address that the certificate must be for.  only_http2: nothing else is
 * offered.  ERR_INPUT: a certificate or key that is none. */
int secure_new(struct secure **s, const struct access *a, const char *host, bool only_http2,
	struct err *err);
void secure_free(struct secure *s);

/* On a connected socket, which stays the caller's.  NULL: no memory. */
struct secure_stream *secure_begin(struct secure *s, int fd);
void secure_end(struct secure_stream *t);

/* The handshake: 1 when it is done; SECURE_READS and SECURE_WRITES: again when the socket can;
 * SECURE_FAILS. */
int secure_shake(struct secure_stream *t);
/* Why it failed, in words. */
void secure_why(const struct secure_stream *t, char *to, size_t size);
/* What the server said as it ended the connection: an alert, as for a client's certificate that
 * it does not take; false: it said nothing. */
bool secure_alert(char *to, size_t size);
/* Of a reason as OpenSSL words it: the server's alert was about the client's certificate, and
 * not ours about the server's. */
bool secure_is_refusal(const char *reason, char *to, size_t size);
/* The server chose HTTP/2. */
bool secure_is_http2(const struct secure_stream *t);

/* Bytes, or one of the above. */
ssize_t secure_read(struct secure_stream *t, char *bytes, size_t len);
ssize_t secure_write(struct secure_stream *t, const char *bytes, size_t len);

#endif
