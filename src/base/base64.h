/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 of RFC 4648, with padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/str.h"

/* What a digit stands for; -1: it is none. */
int base64_digit(char c);

void base64_add(struct str *out, const unsigned char *in, size_t len);

#endif
