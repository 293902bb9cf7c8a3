/* SPDX-License-Identifier: Apache-2.0 */
/* Which API server, and who asks: from a kubeconfig, read as kubectl reads it, or from flags.
 *
 * Certificates and keys are read whole, so that a missing file is found before anything is
 * sent.  What is secret is in no message: complaints about a file show its place, and no line
 * of it.
 */
#ifndef CLIENT_KUBECONFIG_H
#define CLIENT_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct access_blob {
	const char *data; /* PEM; NULL: none */
	size_t len;
	const char *file; /* where it stands */
};

enum { ACCESS_GROUPS = 16 };

/* Texts live in the arena that they were read into; NULL: not given. */
struct access {
	const char *server; /* "https://host:port", without a slash at its end */
	const char *namespace;
	const char *tls_name; /* that the server's certificate is for, if not the URL's */
	const char *token;
	const char *proxy;
	const char *as; /* whom to impersonate, where no node is */
	const char *as_group[ACCESS_GROUPS];
	size_t as_groups; /* of that user */
	struct access_blob ca, cert, key;
	bool insecure; /* the server's certificate is not checked */
};

/* The context of that name (NULL: the current one) of the file at path.  ERR_INPUT: what is
 * wrong and where. */
int kubeconfig_load(struct access *a, const char *path, const char *context, struct arena *mem,
	struct err *err);

/* The same of several files, as KUBECONFIG lists them: "a:b".  Who is not there is left out; of
 * what two files have under one name the first file's counts, whole.  ERR_INPUT: also where
 * none of them is there. */
int kubeconfig_load_list(struct access *a, const char *list, const char *context,
	struct arena *mem, struct err *err);

/* The same of n texts in memory, 1 to KUBECONFIG_FILES_MAX; paths in them are relative to the
 * name's folder. */
enum { KUBECONFIG_FILES_MAX = 32 };

struct kubeconfig {
	const char *name, *text;
	size_t len;
};
int kubeconfig_parse(struct access *a, const struct kubeconfig *file, size_t n,
	const char *context, struct arena *mem, struct err *err);

/* It can be the value of a field of a request: a line break or another control character could
 * end it and begin a field of its own.  As Go's HTTP client has it (golang/net,
 * http/httpguts, ValidHeaderFieldValue), but for tabs. */
bool access_may_be_sent(const char *text);

/* From flags: url, and files that may be NULL.  ERR_INPUT. */
int access_from_flags(struct access *a, const char *url, const char *token_file,
	const char *ca_file, struct arena *mem, struct err *err);

#endif
