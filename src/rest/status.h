/* SPDX-License-Identifier: Apache-2.0 */
/* meta/v1 Status: how the API says what went wrong. */
#ifndef REST_STATUS_H
#define REST_STATUS_H

#include "base/str.h"
#include "rest/resources.h"

struct status {
	int code;           /* HTTP's; < 400: it went well */
	const char *reason; /* "NotFound", ...; NULL: the one of the code */
	const char *message;
	const char *name;                     /* of the object; NULL: none */
	const struct rest_resource *resource; /* NULL: none */
	unsigned retry_after;                 /* seconds; 0: none */
};

/* Append it as JSON. */
void status_write(struct str *out, const struct status *s);

#endif
