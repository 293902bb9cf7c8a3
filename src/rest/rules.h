/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server does not let a client write, though its types are right: those rules of
 * pkg/apis/core/validation/validation.go that clients rely on. */
#ifndef REST_RULES_H
#define REST_RULES_H

#include "base/err.h"
#include "base/json.h"
#include "rest/resources.h"

/* old: what is there, NULL: nothing.  ERR_INPUT in words for the client, who gets a 422. */
int rules_check(const struct rest_resource *r, const struct json *old, const struct json *tree,
	struct err *err);

#endif
