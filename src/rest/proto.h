/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as protobuf, which kubectl sends from 1.32 on where it makes them itself (create
 * namespace, secret, configmap, ...): read into the same trees as JSON.
 *
 * It reads the kinds of proto_types.c and writes none: whoever sends protobuf takes JSON, too.
 * What it does not know it refuses, unless that is empty: nothing is lost in silence.
 */
#ifndef REST_PROTO_H
#define REST_PROTO_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/* The media type of such bodies. */
#define PROTO_MEDIA "application/vnd.kubernetes.protobuf"

/* The object in len bytes, a tree of the caller's.  ERR_INPUT: why, and *code: 400 these bytes
 * are none, 413 it has too many values, 415 it is of a kind, or has a field, that is not known.
 */
int proto_parse(const char *bytes, size_t len, struct json **out, int *code, struct err *err);

#endif
