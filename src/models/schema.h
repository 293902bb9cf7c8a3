/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema (draft-07) of every kind of input, written from the tables that read it.
 *
 * Editors check files against models/schema/; the reader checks them for good.
 */
#ifndef MODELS_SCHEMA_H
#define MODELS_SCHEMA_H

#include "base/err.h"
#include "base/json.h"

/* The schema of a kind by its name or folder ("Kubelet", "kubelet", "recording").  The caller
 * owns *schema.  ERR_INPUT: no such kind. */
int schema_of(const char *kind, struct json **schema, struct err *err);

/* The names that schema_of knows, in order, NULL behind the last. */
extern const char *const schema_kinds[];

#endif
