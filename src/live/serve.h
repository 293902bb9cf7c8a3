/* SPDX-License-Identifier: Apache-2.0 */
/* A mock API server on a socket: src/rest behind src/http, in one libevent loop.
 *
 * It admits requests by the same state machine as the simulated server (apiserver/server.h),
 * counts them as kube-apiserver does, and fails on demand.  It keeps everything in memory and
 * forgets it when it ends.
 */
#ifndef LIVE_SERVE_H
#define LIVE_SERVE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/json.h"
#include "live/faults.h"
#include "models/models.h"
#include "rest/store.h"

enum serve_times {
	SERVE_REAL, /* a request takes what it takes */
	SERVE_MODEL /* and, on its seat, what the scenario's API server says */
};

struct serve_params {
	const char *listen;    /* ADDR:PORT */
	const char *cert_file; /* NULL: no TLS */
	const char *key_file;
	const char *client_ca;           /* NULL: client certificates are not asked for */
	const char *token_file;          /* NULL: nobody is asked who he is */
	const char *audit_file;          /* NULL: none */
	const struct scenario *scenario; /* its API server: limits, times */
	enum serve_times times;
	struct store_limits store;
	ns_t event_ttl; /* for which events are kept, in whole seconds; 0: for ever */
	const struct fault_rules *faults;
	uint64_t seed;
	uint32_t
		connections; /* at most; 0: as many as there are descriptors, up to a default */
	uint32_t per_peer;   /* of one address; 0: no limit */
	uint32_t streams;    /* requests at once on an HTTP/2 connection */
	size_t header_bytes, body_bytes;
	ns_t idle_timeout;    /* of a connection without requests */
	ns_t request_timeout; /* for a request to come whole */
};

/* Serve until SIGINT or SIGTERM.  The URL is the first line on `out`; what was counted goes
 * into the object `counts`.  ERR_INPUT: a file cannot be read.  ERR_ENV: address, certificate,
 * descriptors. */
int serve_run(const struct serve_params *p, FILE *out, struct json *counts, struct err *err);

#endif
