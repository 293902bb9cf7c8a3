/* SPDX-License-Identifier: Apache-2.0 */
/* The Kubernetes API, as far as node agents, their tests and kubectl need it: requests in,
 * answers and watches out.
 *
 * It has the objects (store.h) and the rules of the verbs: names, versions and conflicts,
 * patches, grace, bindings, tokens, discovery.  No socket, no clock, no users: who may do what,
 * and how long it takes, is the driver's.  Answers are JSON; a body may be protobuf (proto.h).
 */
#ifndef REST_REST_H
#define REST_REST_H

#include "rest/route.h"
#include "rest/status.h"
#include "rest/store.h"
#include "rest/watch.h"

/* Values in one body: beyond that a small text makes much work. */
enum { REST_VALUES_MAX = 20000, REST_LIST_MAX = 1 << 20, REST_KEY_BYTES = 32 };

struct rest {
	struct store store;
	const char *version; /* gitVersion of /version; not owned */
	uint64_t key;        /* of uids, names and tokens */
	uint32_t draws;
	unsigned char token_key[REST_KEY_BYTES]; /* the driver's: who has it can make tokens */
	int64_t event_ttl_s; /* for which events are kept; 0, as at first: for ever */
};

struct rest_request {
	const struct rest_route *route; /* TARGET_RESOURCE, or discovery */
	const char *body;
	size_t len;
	const char *content_type; /* NULL: none */
	const char *accept;       /* NULL: anything */
	int64_t now_s;            /* since 1970 */
	void *owner;              /* of a watch */
};

/* An answer: a body or a watch.  Zero it before, rest_reply_fini after. */
struct rest_reply {
	int code;
	struct str body;
	unsigned retry_after; /* seconds; 0: none */
	const char *media;    /* of the body */
	struct rest_watch *watch;
};

/* Namespaces default, kube-system, kube-public and kube-node-lease are there. */
void rest_init(struct rest *r, const struct store_limits *limits, const char *version,
	uint64_t seed, int64_t now_s);
void rest_fini(struct rest *r);

/* Answer.  Never fails: what is wrong is an answer too. */
void rest_handle(struct rest *r, const struct rest_request *req, struct rest_reply *reply);
void rest_reply_fini(struct rest_reply *reply);

/* Whom a token says, one that a TokenRequest was answered with: the service account's user
 * name, and its groups separated by commas.  False: nobody, or nobody any more. */
struct rest_account {
	char name[ROUTE_NS + ROUTE_NAME + 32], groups[ROUTE_NS + 64];
};
bool rest_account_of(
	const struct rest *r, const char *token, int64_t now_s, struct rest_account *who);

/* Delete what has expired by now, so many objects at most.  True: there are more. */
bool rest_expire(struct rest *r, int64_t now_s, unsigned most);

/* Make the reply a Status.  message NULL: the one of the code. */
void rest_fail(struct rest_reply *reply, int code, const char *reason, const char *message);
void rest_fail_status(struct rest_reply *reply, const struct status *s);

#endif
