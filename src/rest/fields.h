/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a tree can be the object that it is said to be: each key once, and the types of its
 * fields as Go's decoder has them (k8s.io/apimachinery/pkg/runtime/serializer/json).  What is
 * not in the tables of proto_types.c may be anything. */
#ifndef REST_FIELDS_H
#define REST_FIELDS_H

#include "base/err.h"
#include "base/json.h"
#include "rest/resources.h"

/* ERR_INPUT in words for the client: a key that an object has twice, at any depth.  A server
 * that does not validate strictly takes the last; here it is refused, for nobody means it. */
int fields_check_keys(const struct json *tree, struct err *err);

/* ERR_INPUT in words for the client: the field, what it is, what it should be. */
int fields_check_types(const struct rest_resource *r, const struct json *tree, struct err *err);

#endif
