/* SPDX-License-Identifier: Apache-2.0 */
#include "client/kubeconfig_priv.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/doc.h"

enum { NAMES_MAX = 64 };

struct reader {
	struct access *to;
	struct arena *mem;
	const struct doc_node *root[KUBECONFIG_FILES_MAX]; /* what an earlier one says counts */
	size_t n;
	struct err *err;
};

/* ------------------------------------------------------------------ complaints */

/* Messages about places quote the line; in such files a line may be a secret. */
static int without_line(struct err *err)
{
	char *end = err ? strchr(err->text, '\n') : NULL;

	if (end)
		*end = '\0';
	return ERR_INPUT;
}

static int wrong(struct reader *r, const struct doc_node *at, const char *what)
{
	(void)doc_error(at, r->err, "%s", what);
	return without_line(r->err);
}

/* ------------------------------------------------------------------ values */

static int text_of(
	struct reader *r, const struct doc_node *map, const char *key, const char **to)
{
	const struct doc_node *n = doc_get(map, key);

	*to = NULL;
	if (!n || n->kind == DOC_NULL)
		return 0;
	if (n->kind != DOC_SCALAR)
		return wrong(r, n, "a text is expected here");
	if (*n->text)
		*to = n->text;
	return 0;
}

/* Of one that becomes a part of requests. */
static int sent_text_of(
	struct reader *r, const struct doc_node *map, const char *key, const char **to)
{
	int code = text_of(r, map, key, to);

	if (code || !*to || access_may_be_sent(*to))
		return code;
	return wrong(r, doc_get(map, key),
		"a line break or another control character cannot be sent");
}

static int truth_of(struct reader *r, const struct doc_node *map, const char *key, bool *to)
{
	const char *text;
	int code = text_of(r, map, key, &text);

	if (code || !text)
		return code;
	*to = !strcmp(text, "true");
	if (!*to && strcmp(text, "false") != 0)
		return wrong(r, doc_get(map, key), "true or false is expected here");
	return 0;
}

/* Base64 of RFC 4648; line breaks are skipped.  False: it is none. */
static bool decode(struct arena *mem, const char *text, struct access_blob *to)
{
	char *out = arena_alloc(mem, strlen(text) / 4 * 3 + 4, 1);
	uint32_t bits = 0, n = 0, padding = 0;
	size_t len = 0;

	for (; *text; text++) {
		int digit = base64_digit(*text);

		if (*text == '\n' || *text == '\r' || *text == ' ')
			continue;
		padding += *text == '=';
		if (*text == '=')
			continue;
		if (digit < 0 || padding)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (++n % 4 == 0) {
			out[len++] = (char)(bits >> 16 & 255);
			out[len++] = (char)(bits >> 8 & 255);
			out[len++] = (char)(bits & 255);
		}
	}
	if (n % 4 == 1 || (padding && (n + padding) % 4 != 0))
		return false;
	if (n % 4 == 3)
		out[len++] = (char)(bits >> 10 & 255);
	if (n % 4 >= 2)
		out[len++] = (char)(n % 4 == 3 ? bits >> 2 & 255 : bits >> 4 & 255);
	to->data = out;
	to->len = len;
	return true;
}

/* loader.go ResolveLocalPaths: in the folder of the file that names it. */
static const char *path_beside(struct reader *r, const struct doc_node *at, const char *path)
{
	const char *slash = strrchr(at->file, '/');
	size_t folder = slash ? (size_t)(slash - at->file) + 1 : 0, len = strlen(path);
	char *whole;

	if (*path == '/')
		return path;
	whole = arena_alloc(r->mem, folder + len + 1, 1);
	memcpy(whole, at->file, folder);
	memcpy(whole + folder, path, len + 1);
	return whole;
}

/* A file that another file names: the complaint has both. */
static int blob_named(struct reader *r, const struct doc_node *at, const char *path,
	size_t most, struct access_blob *to)
{
	struct err inner = {0};

	if (!access_read_file(path_beside(r, at, path), most, to, r->mem, &inner))
		return 0;
	return wrong(r, at, inner.text);
}

/* KEY-data wins over KEY, as in client-go's rest.TLSClientConfig. */
static int blob_of(struct reader *r, const struct doc_node *map, const char *key,
	const char *data_key, struct access_blob *to)
{
	const char *data = NULL, *path = NULL;
	int code = text_of(r, map, data_key, &data);

	if (!code)
		code = text_of(r, map, key, &path);
	if (code)
		return code;
	if (data)
		to->file = doc_get(map, data_key)->file;
	if (data && !decode(r->mem, data, to))
		return wrong(r, doc_get(map, data_key), "this is no base64");
	if (!data && path)
		return blob_named(r, doc_get(map, key), path, PEM_BYTES, to);
	return 0;
}

/* ------------------------------------------------------------------ the file */

/* Who is looked for: "user" of that name in "users", as that place says. */
struct wanted {
	const char *list, *what, *name;
	const struct doc_node *said_by;
};

/* Those who are there instead. */
struct others {
	const char *name[NAMES_MAX];
	size_t n;
};

/* *to the entry of that name, NULL if this file has none. */
static int find_in(struct reader *r, const struct doc_node *root, const struct wanted *w,
	const struct doc_node **to, struct others *others)
{
	const struct doc_node *all = doc_get(root, w->list);

	for (const struct doc_node *e = all ? all->first : NULL; e; e = e->next) {
		const char *text;
		int code = text_of(r, e, "name", &text);

		if (code)
			return code;
		if (text && !strcmp(text, w->name)) {
			*to = e;
			return 0;
		}
		if (text && others->n < NAMES_MAX)
			others->name[others->n++] = text;
	}
	return 0;
}

/* loader.go ClientConfigLoadingRules.Load: of several of a name the first file's counts, whole.
 */
static int find(struct reader *r, const struct wanted *w, const struct doc_node **to)
{
	const struct doc_node *entry = NULL;
	struct others others = {.n = 0};
	const char *near;

	for (size_t i = 0; i < r->n && !entry; i++) {
		int code = find_in(r, r->root[i], w, &entry, &others);

		if (code)
			return code;
	}
	if (entry) {
		*to = doc_get(entry, w->what);
		return 0;
	}
	near = str_nearest(w->name, others.name, others.n);
	(void)doc_error(w->said_by, r->err, "%s '%.100s' is not in %s%s%s%.100s%s", w->what,
		w->name, w->list, r->n > 1 ? " of any of the files" : "", near ? ": '" : "",
		near ? near : "", near ? "' is" : "");
	return without_line(r->err);
}

static int read_cluster(struct reader *r, const struct doc_node *c)
{
	struct access *a = r->to;
	int code = text_of(r, c, "server", &a->server);

	if (!code && !a->server)
		return wrong(r, c, "the cluster has no server");
	if (!code)
		code = sent_text_of(r, c, "tls-server-name", &a->tls_name);
	if (!code)
		code = sent_text_of(r, c, "proxy-url", &a->proxy);
	if (!code && a->proxy && !access_is_proxy(a->proxy)) /* it may have a password */
		return wrong(r, doc_get(c, "proxy-url"),
			"proxy-url: http://HOST:PORT, https:// or socks5:// is allowed");
	if (!code)
		code = truth_of(r, c, "insecure-skip-tls-verify", &a->insecure);
	if (!code)
		code = blob_of(
			r, c, "certificate-authority", "certificate-authority-data", &a->ca);
	/* client-go, transport/transport.go, TLSConfigFor */
	if (!code && a->insecure && a->ca.data)
		return wrong(r, doc_get(c, "insecure-skip-tls-verify"),
			"a certificate authority and no look at the certificate: only one of "
			"them can be meant");
	return code;
}

static int read_token(struct reader *r, const struct doc_node *u)
{
	struct access_blob text = {0};
	const char *path = NULL;
	int code = sent_text_of(r, u, "token", &r->to->token);

	if (!code)
		code = text_of(r, u, "tokenFile", &path);
	if (code || !path) /* the file is read again and again, so it wins: rest.Config */
		return code;
	code = blob_named(r, doc_get(u, "tokenFile"), path, TOKEN_BYTES, &text);
	if (!code && access_take_token(r->to, text, NULL))
		return wrong(r, doc_get(u, "tokenFile"), "the file holds no token of one word");
	return code;
}

/* Whom to impersonate.  Groups of nobody are a mistake (client-go, transport/transport.go,
 * HTTPWrappersForConfig). */
static int read_as(struct reader *r, const struct doc_node *u)
{
	const struct doc_node *groups = doc_get(u, "as-groups");
	struct access *a = r->to;
	int code = sent_text_of(r, u, "as", &a->as);

	if (code || !groups || groups->kind == DOC_NULL)
		return code;
	if (groups->kind != DOC_LIST)
		return wrong(r, groups, "a list is expected here");
	for (const struct doc_node *g = groups->first; g; g = g->next) {
		if (g->kind != DOC_SCALAR || !*g->text || !access_may_be_sent(g->text))
			return wrong(r, g, "the name of a group is expected here");
		if (a->as_groups == ACCESS_GROUPS)
			return wrong(r, g, "no more than 16 groups can be sent");
		a->as_group[a->as_groups++] = g->text;
	}
	if (a->as_groups && !a->as)
		return wrong(r, groups, "groups are of a user who is impersonated: give as");
	return 0;
}

static int read_user(struct reader *r, const struct doc_node *u)
{
	static const char *const others[] = {"exec", "auth-provider", "username"};
	static const char *const more[] = {"as-uid", "as-user-extra"};
	struct access *a = r->to;
	int code = read_token(r, u);

	for (size_t i = 0; !code && i < sizeof(others) / sizeof(others[0]); i++)
		if (doc_get(u, others[i]))
			return wrong(r, doc_get(u, others[i]),
				"only tokens and client certificates can be used: give "
				"--server "
				"and --token-file");
	for (size_t i = 0; !code && i < sizeof(more) / sizeof(more[0]); i++)
		if (doc_get(u, more[i]))
			return wrong(r, doc_get(u, more[i]),
				"a user's name and groups alone can be impersonated");
	if (!code)
		code = read_as(r, u);
	if (!code)
		code = blob_of(r, u, "client-certificate", "client-certificate-data", &a->cert);
	if (!code)
		code = blob_of(r, u, "client-key", "client-key-data", &a->key);
	if (!code && !a->cert.data != !a->key.data)
		return wrong(r, u, "a client certificate and its key are needed together");
	return code;
}

/* ------------------------------------------------------------------ doors */

/* The place that names the current context, NULL if none does; *context its name. */
static int current_context(
	struct reader *r, const struct doc_node **said_by, const char **context)
{
	int code = 0;

	*context = NULL;
	for (size_t i = 0; i < r->n && !code && !*context; i++) {
		*said_by = doc_get(r->root[i], "current-context");
		code = text_of(r, r->root[i], "current-context", context);
	}
	return code;
}

static int read_user_of(struct reader *r, const struct doc_node *context)
{
	const struct doc_node *part = NULL;
	const char *user;
	int code = text_of(r, context, "user", &user);

	if (!code && user)
		code = find(r,
			&(struct wanted){"users", "user", user, doc_get(context, "user")},
			&part);
	return code || !user ? code : read_user(r, part);
}

static int read_context(struct reader *r, const struct doc_node *c, const struct doc_node *at)
{
	const struct doc_node *part = NULL;
	const char *cluster;
	int code = text_of(r, c, "cluster", &cluster);

	if (!code)
		code = text_of(r, c, "namespace", &r->to->namespace);
	if (!code && !cluster)
		return wrong(r, c ? c : at, "the context has no cluster");
	if (!code)
		code = find(r,
			&(struct wanted){"clusters", "cluster", cluster, doc_get(c, "cluster")},
			&part);
	if (!code)
		code = read_cluster(r, part);
	if (!code && !access_is_url(r->to->server))
		return wrong(r, doc_get(part, "server"),
			"http://HOST:PORT or https://HOST:PORT is expected here");
	if (!code)
		code = read_user_of(r, c);
	if (!code)
		access_trim(r->to, r->mem);
	return code;
}

static int read_config(struct reader *r, const char *context)
{
	const struct doc_node *said_by = r->root[0], *c = NULL;
	int code = context ? 0 : current_context(r, &said_by, &context);

	if (code)
		return code;
	if (!context)
		return wrong(r, r->root[0], "there is no current-context: give --context");
	code = find(r, &(struct wanted){"contexts", "context", context, said_by}, &c);
	return code ? code : read_context(r, c, said_by);
}

int kubeconfig_parse(struct access *a, const struct kubeconfig *file, size_t n,
	const char *context, struct arena *mem, struct err *err)
{
	struct err own = {0};
	struct reader r = {.to = a, .mem = mem, .err = err ? err : &own};

	assert(n > 0 && n <= KUBECONFIG_FILES_MAX);
	*a = (struct access){0};
	for (; r.n < n; r.n++) {
		const struct kubeconfig *f = &file[r.n];
		struct doc_node *root;

		if (doc_parse(mem, f->name, f->text, f->len, &root, r.err))
			return without_line(r.err);
		if (root->kind != DOC_MAP)
			return wrong(
				&r, root, "a kubeconfig is a map: clusters, users, contexts");
		r.root[r.n] = root;
	}
	return read_config(&r, context);
}
