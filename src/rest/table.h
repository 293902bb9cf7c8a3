/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as rows of a meta.k8s.io/v1 Table, which kubectl asks for to print them. */
#ifndef REST_TABLE_H
#define REST_TABLE_H

#include <stdbool.h>

#include "base/json.h"
#include "rest/resources.h"

/* Whether an Accept field asks for tables before anything else. */
bool table_is_wanted(const char *accept);

/* The answer `tree`, an object or a list of them, as a table at now_s (since 1970); frees it.
 */
struct json *table_of(const struct rest_resource *r, struct json *tree, int64_t now_s);

#endif
