/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a value has the shape that a JSON schema tells.
 *
 * Knows what the schemas in models/schema/ of what commands write are made of: type, const,
 * enum, minimum, required, properties, additionalProperties, items, oneOf and $ref into
 * definitions. What renders a result relies on it: a file may have been edited, or be no result
 * at all.
 */
#ifndef REPORT_SHAPE_H
#define REPORT_SHAPE_H

#include "base/err.h"
#include "base/json.h"

/* schema is the text of a schema that was built in.  ERR_INPUT: the first place that is
 * otherwise, by its path ("runtime[3].count"). */
int shape_check(const struct json *value, const char *schema, struct err *err);

#endif
