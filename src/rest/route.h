/* SPDX-License-Identifier: Apache-2.0 */
/* What a request is about: method and URL become verb, resource, name and parameters, as
 * kube-apiserver's request info and audit log name them. */
#ifndef REST_ROUTE_H
#define REST_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "rest/resources.h"

enum rest_verb {
	VERB_GET,
	VERB_LIST,
	VERB_WATCH,
	VERB_CREATE,
	VERB_UPDATE,
	VERB_PATCH,
	VERB_DELETE,
	VERB_DELETECOLLECTION,
	VERBS
};

enum rest_target {
	TARGET_RESOURCE,
	TARGET_CORE_VERSIONS, /* /api */
	TARGET_GROUPS,        /* /apis */
	TARGET_GROUP,         /* /apis/apps */
	TARGET_GROUP_VERSION, /* /api/v1, /apis/apps/v1 */
	TARGET_VERSION,       /* /version */
	TARGET_OPENAPI,       /* /openapi/v2 */
	TARGET_HEALTH,        /* /healthz, /readyz, /livez */
	TARGET_METRICS,       /* /metrics */
	TARGET_FAULTS,        /* /nodetoll/faults: this server's own */
	TARGET_NONE,
};

/* Names of namespaces and objects are DNS names: validation.go LabelValueMaxLength. */
enum { ROUTE_NS = 64, ROUTE_NAME = 254, ROUTE_TARGET = 8192 };

struct rest_route {
	enum rest_target target;
	enum rest_verb verb;
	const struct rest_resource *resource;
	char group[64], version[32]; /* of TARGET_GROUP, TARGET_GROUP_VERSION */
	char ns[ROUTE_NS];           /* "": none, or all */
	char name[ROUTE_NAME];
	char subresource[16]; /* "status", "binding", "token" */
	/* Parameters; texts point into `query`, NULL: not given. */
	const char *field_selector, *label_selector, *resource_version, *version_match, *token;
	const char *do_what; /* /nodetoll/faults */
	bool bookmarks, initial_events, dry_run;
	int64_t timeout_s; /* of a watch; -1: not given */
	int64_t limit;     /* of a list; 0: none */
	int64_t grace_s;   /* of a deletion; -1: not given */
	char *query;       /* decoded; owned */
};

/* Read a request line's method and target.  0, or ERR_INPUT with the HTTP code in *code: 400,
 * 404 (no such resource), 405, 414.  Release with route_fini in any case. */
int route_parse(struct rest_route *r, const char *method, const char *target, int *code,
	struct err *err);
void route_fini(struct rest_route *r);

/* "get", ...: as audit logs write it. */
const char *rest_verb_name(enum rest_verb verb);

/* Whether it changes what is stored. */
bool rest_verb_mutates(enum rest_verb verb);

#endif
