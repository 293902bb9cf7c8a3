/* SPDX-License-Identifier: Apache-2.0 */
/* What access.c (values, and flags) and kubeconfig.c (files) share. */
#ifndef CLIENT_KUBECONFIG_PRIV_H
#define CLIENT_KUBECONFIG_PRIV_H

#include "client/kubeconfig.h"

enum { PEM_BYTES = 1 << 20, TOKEN_BYTES = 64 << 10 };

/* The whole file, of `most` bytes.  ERR_INPUT. */
int access_read_file(const char *path, size_t most, struct access_blob *to, struct arena *mem,
	struct err *err);

/* Of a file: its last line break is not a part of the token.  ERR_INPUT. */
int access_take_token(struct access *a, struct access_blob text, struct err *err);

/* http://HOST:PORT or https://HOST:PORT, and a path. */
bool access_is_url(const char *url);
/* http://HOST:PORT, https:// or socks5://, perhaps with a user and a password. */
bool access_is_proxy(const char *url);
/* Without slashes at its end. */
void access_trim(struct access *a, struct arena *mem);

#endif
