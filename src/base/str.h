/* SPDX-License-Identifier: Apache-2.0 */
/* Text: one that grows, and small questions about words and bytes.
 *
 * struct str collects output.  It owns its memory and always has a NUL behind
 * its last byte.  Running out of memory aborts.
 */
#ifndef NODETOLL_BASE_STR_H
#define NODETOLL_BASE_STR_H

#include <stddef.h>

/* Read and written by str.c only; zeroed is empty. */
struct str {
	char *data;
	size_t len;
	size_t cap;
};

void str_init(struct str *s);

/* Release what s holds.  Harmless on a zeroed or already finished s. */
void str_fini(struct str *s);

/* Make s empty, keep its memory. */
void str_reset(struct str *s);

/* Append text, len bytes, one character, or a formatted text. */
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *bytes, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* The text so far; "" when empty.  Valid until s changes. */
const char *str_text(const struct str *s);
size_t str_len(const struct str *s);

/* The text as malloc'd memory that the caller frees; s is empty afterwards. */
char *str_take(struct str *s);

/* The entry of known[0..n) that word is most likely a misspelling of, by edit
 * distance (a swap of neighbours counts one, letter case nothing); the first
 * of equals; NULL if none is near.  NULL entries are skipped. */
const char *str_nearest(const char *word, const char *const *known, size_t n);

/* "get, list, watch" in buf, which is returned.  What does not fit is ", ..."; no word is cut.
 * size is 8 at least. */
const char *str_list(char *buf, size_t size, const char *const *words, size_t n);

/* Where the first byte stands that does not belong in a text file: a control
 * character other than tab, newline and carriage return, or malformed UTF-8.
 * len if there is none. */
size_t str_bad_byte(const char *bytes, size_t len);

#endif
