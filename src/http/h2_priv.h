/* SPDX-License-Identifier: Apache-2.0 */
/* What both ends of HTTP/2 share; for h2.c and h2_ask.c only. */
#ifndef HTTP_H2_PRIV_H
#define HTTP_H2_PRIV_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>

#include "base/str.h"

/* A field of literals; nghttp2 copies it. */
nghttp2_nv h2_pair(const char *name, const char *value);

/* Append what the session has to send; false: it cannot go on. */
bool h2_output(nghttp2_session *session, struct str *out);

#endif
