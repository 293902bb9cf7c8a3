/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong, in words that the user can act on.
 *
 * A function that can fail returns 0 or a negative enum err_code and fills a
 * struct err of the caller's (on the stack, fixed size, NULL allowed, always
 * the last parameter).  Callers on the way out may wrap it with what they were
 * doing.  Bugs are assertions and outcomes of the simulated world are data;
 * neither comes this way.
 */
#ifndef NODETOLL_BASE_ERR_H
#define NODETOLL_BASE_ERR_H

enum err_code {
	ERR_OK = 0,
	ERR_CHECK = -1, /* a gate, validation or incident did not hold */
	ERR_INPUT = -2, /* usage, or a file that is missing, unreadable or wrong */
	ERR_ENV = -3,   /* disk, port, network, credentials */
	ERR_NOMEM = -4,
};

/* Room for a sentence, a clipped source line and its caret, and a few wraps. */
#define ERR_TEXT_BYTES 768

/* Zero it (= {0}) before use.  Text that does not fit ends in "...". */
struct err {
	enum err_code code;
	char text[ERR_TEXT_BYTES];
};

/* Fill err (unless NULL) and return code, so that a failure is one statement:
 * return err_set(err, ERR_INPUT, "..."). */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), nonnull(3)));

/* Put "text: " before what err already says and return its code.  With a NULL
 * err the code is unknown and the answer is ERR_ENV. */
int err_wrap(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* The exit status of the program that ends with this code: 0, 1, 2, 3, 3. */
int err_exit_status(enum err_code code);

#endif
