/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_digit(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

void base64_add(struct str *out, const unsigned char *in, size_t len)
{
	for (size_t i = 0; i < len; i += 3) {
		unsigned b = (unsigned)in[i] << 16 |
			     (i + 1 < len ? (unsigned)in[i + 1] << 8 : 0) |
			     (i + 2 < len ? (unsigned)in[i + 2] : 0);

		str_add_char(out, digits[b >> 18 & 63]);
		str_add_char(out, digits[b >> 12 & 63]);
		str_add_char(out, i + 1 < len ? digits[b >> 6 & 63] : '=');
		str_add_char(out, i + 2 < len ? digits[b & 63] : '=');
	}
}
