/* SPDX-License-Identifier: Apache-2.0 */
/* Who a request is from: bearer tokens from a file, as kube-apiserver's --token-auth-file has
 * them, or nobody in particular where there is none. */
#ifndef LIVE_USERS_H
#define LIVE_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Who does not say who he is: authentication/user/user.go Anonymous. */
#define ANONYMOUS "system:anonymous"

struct user {
	const char *token;
	const char *name;
	const char *uid;
	const char *groups; /* separated by commas */
};

/* Read by anyone; written by users.c only.  Zeroed: nobody. */
struct users {
	struct arena mem;
	struct user *user; /* by token */
	size_t n;
};

/* Lines of TOKEN,USER,UID[,"GROUP,GROUP"]; empty ones and those that begin with # are
 * skipped.  ERR_INPUT: FILE:LINE and what is wrong; never a token. */
int users_load(struct users *u, const char *path, struct err *err);
void users_fini(struct users *u);

/* The token in an Authorization field; NULL: none. */
const char *users_token(const char *authorization);

/* The user of an Authorization field; NULL: none, or unknown. */
const struct user *users_find(const struct users *u, const char *authorization);

/* system:masters, whom no limit holds back. */
bool user_is_exempt(const struct user *u);

#endif
