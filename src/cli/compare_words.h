/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison says in a sentence. */
#ifndef CLI_COMPARE_WORDS_H
#define CLI_COMPARE_WORDS_H

#include "base/json.h"
#include "base/str.h"

/* The headline, from rows: what the candidate costs in place of the base. */
void compare_headline(
	const struct json *rows, const char *base, const char *candidate, struct str *out);

#endif
