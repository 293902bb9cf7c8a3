/* SPDX-License-Identifier: Apache-2.0 */
/* JSON where it lies: parts of a text, without a tree and without memory.
 *
 * For those who want little of much, and often; for the rest there is base/json.h.  A value is
 * a part of the text that it was found in, which must stay as long as it is used. */
#ifndef NODETOLL_BASE_SKIM_H
#define NODETOLL_BASE_SKIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* at NULL: there is none. */
struct skim {
	const char *at;
	size_t len;
};

/* Values in values that are followed; a text that goes deeper is refused.  As many as in the
 * tree of base/json.h. */
enum { SKIM_DEPTH = 1000 };

/* All of text as one value.  False: it is no JSON, and nothing of it may be looked at.  What is
 * said in words or numbers that base/json.h refuses (a NUL, half a surrogate pair, 1e999)
 * passes here; a byte order mark does not. */
bool skim_all(const char *text, size_t len, struct skim *value);

/* The values of n keys of an object, each the first of its name; what it does not have is none,
 * as everything is if it is no object. */
void skim_members(struct skim object, const char *const key[], size_t n, struct skim value[]);

/* The first entry of an array (after none), or the one after that; false: there is no more. */
bool skim_next(struct skim array, struct skim *entry);

/* Whether it is that text. */
bool skim_is(struct skim value, const char *text);

/* A text that fits into size bytes with a NUL behind.  False, and "": it is none, or one with
 * escapes in it. */
bool skim_copy(struct skim value, char *to, size_t size);

/* A whole number; of all else 0. */
int64_t skim_int(struct skim value);

/* A hash of its bytes but for the white space between its parts; of none it is 0. */
uint64_t skim_hash(struct skim value);

#endif
