/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison says in a sentence. */
#ifndef CLI_COMPARE_WORDS_H
#define CLI_COMPARE_WORDS_H

#include "base/json.h"
#include "base/str.h"

/* The headline: what the candidate costs in place of the base, and which models stand behind
 * their names.  comparison has both sides; rows are those it will have. */
void compare_headline(const struct json *comparison, const struct json *rows, struct str *out);

#endif
