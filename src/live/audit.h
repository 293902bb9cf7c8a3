/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: audit.k8s.io/v1 events at level Metadata, a line of JSON each.
 *
 * Bodies and tokens are never in it.  Lines are kept until audit_flush, or until there are
 * many.
 */
#ifndef LIVE_AUDIT_H
#define LIVE_AUDIT_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "rest/route.h"

/* Read by anyone; written by audit.c only.  Zeroed: there is none. */
struct audit {
	int fd; /* valid if path */
	const char *path;
	struct str lines;
	bool failed; /* told once */
};

struct audit_event {
	const char *id;
	const char *stage; /* "ResponseComplete", or "ResponseStarted" of a watch */
	const char *target;
	const struct rest_route *route;  /* NULL: it could not be understood */
	const char *user, *groups;       /* groups: separated by commas */
	const char *impersonated;        /* NULL: nobody */
	const char *impersonated_groups; /* NULL: none */
	const char *source, *agent;
	int code;
	int64_t received_us, at_us;
};

/* Append to the file at path.  ERR_ENV. */
int audit_open(struct audit *a, const char *path, struct err *err);
void audit_write(struct audit *a, const struct audit_event *e);

/* What has been kept goes to the file.  What cannot be written is dropped, and said once on
 * standard error. */
void audit_flush(struct audit *a);
void audit_close(struct audit *a);

#endif
