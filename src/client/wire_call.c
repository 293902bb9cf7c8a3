/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/wire_priv.h"

enum { BUFFER_BYTES = 4096, FIELD_BYTES = 8192 };

/* ------------------------------------------------------------------ what comes back */

static bool has_room(struct wire_call *c, size_t len)
{
	size_t most = c->stream && c->opened ? WIRE_LINE_BYTES : WIRE_BODY_BYTES;

	c->too_long |= str_len(&c->body) + len > most;
	return !c->too_long;
}

/* Whole lines are told; what is left waits for its end. */
static bool lines(struct wire_call *c, const char *bytes, size_t len)
{
	const char *end;

	while (len > 0 && (end = memchr(bytes, '\n', len)) != NULL) {
		size_t n = (size_t)(end - bytes);

		if (!has_room(c, n))
			return false;
		str_add_n(&c->body, bytes, n);
		if (str_len(&c->body) > 0 && !c->cancelled)
			c->hooks->line(c->ctx, str_text(&c->body), str_len(&c->body));
		str_reset(&c->body);
		bytes += n + 1;
		len -= n + 1;
	}
	if (!has_room(c, len))
		return false;
	str_add_n(&c->body, bytes, len);
	return true;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct wire_call *c = ctx;
	size_t len = size * n;

	c->group->wire->counts.received += len;
	if (c->stream && c->opened)
		return lines(c, bytes, len) ? len : 0;
	if (!has_room(c, len))
		return 0;
	str_add_n(&c->body, bytes, len);
	return len;
}

/* The empty line behind the fields. */
static size_t on_field(char *bytes, size_t size, size_t n, void *ctx)
{
	struct wire_call *c = ctx;
	size_t len = size * n;
	long code = 0;

	c->group->wire->counts.received += len;
	if (!c->stream || c->opened || len > 2 || (*bytes != '\r' && *bytes != '\n'))
		return len;
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &code);
	c->opened = code == 200;
	if (c->opened && c->hooks->opened && !c->cancelled)
		c->hooks->opened(c->ctx);
	return len;
}

static enum wire_fault fault_of(const struct wire_call *c, CURLcode result)
{
	if (result == CURLE_OK)
		return WIRE_ANSWERED;
	if (c->too_long)
		return WIRE_TOO_LONG;
	if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST ||
		result == CURLE_COULDNT_RESOLVE_PROXY)
		return WIRE_REFUSED;
	if (result == CURLE_OPERATION_TIMEDOUT)
		return WIRE_TIMED_OUT;
	if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CONNECT_ERROR ||
		result == CURLE_SSL_CERTPROBLEM || result == CURLE_SSL_CACERT_BADFILE ||
		result == CURLE_SSL_CIPHER || result == CURLE_SSL_ISSUER_ERROR)
		return WIRE_UNTRUSTED;
	return WIRE_RESET;
}

static void connection_is_gone(const struct wire_call *c, enum wire_fault fault);

void wire_call_ends(struct wire_call *c, CURLcode result)
{
	struct wire_answer a = {.fault = fault_of(c, result),
		.body = c->stream && c->opened ? "" : str_text(&c->body),
		.len = c->stream && c->opened ? 0 : str_len(&c->body),
		.why = curl_easy_strerror(result)};
	curl_off_t wait = 0;
	long made = 0;

	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &a.code);
	(void)curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &wait);
	(void)curl_easy_getinfo(c->easy, CURLINFO_NUM_CONNECTS, &made);
	a.retry_after = wait > 0 && wait < 86400 ? (ns_t)wait * NS_S : 0;
	c->group->wire->counts.connections += (uint64_t)made;
	connection_is_gone(c, a.fault);
	if (!c->cancelled)
		c->hooks->done(c->ctx, &a);
}

/* ------------------------------------------------------------------ what is sent */

static bool add(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static bool field(struct wire_call *c, const char *name, const char *value)
{
	char text[FIELD_BYTES];
	int len = value ? snprintf(text, sizeof(text), "%s: %s", name, value) : 0;

	return !value || (len > 0 && len < FIELD_BYTES && add(&c->headers, text));
}

static bool fields(struct wire_call *c, const struct wire_request *r)
{
	const struct access *a = c->group->wire->params.access;
	const char *token = r->token ? r->token : a->token;
	char bearer[FIELD_BYTES] = "";

	if (token && snprintf(bearer, sizeof(bearer), "Bearer %s", token) >= FIELD_BYTES)
		return false;
	return field(c, "Accept", "application/json") && field(c, "Expect", "") &&
	       field(c, "User-Agent", r->user_agent) &&
	       field(c, "Authorization", token ? bearer : NULL) &&
	       field(c, "Content-Type",
		       !r->body   ? NULL
		       : r->media ? r->media
				  : "application/json") &&
	       field(c, "Impersonate-User", r->user ? r->user : a->as) &&
	       field(c, "Impersonate-Group", r->user ? r->groups : NULL);
}

/* libcurl 7.88 cannot use a connection again that it made by prior knowledge (curl/curl#10634,
 * fixed in 8.0): it would begin HTTP/2 on it once more.  Asked for HTTP/2 in a way that begins
 * nothing without TLS, it finds the connection that there is.  So only the first request of
 * a name knows beforehand, and when that connection goes there is a new name. */
static void set_version(struct wire_call *c, bool first)
{
	const struct wire *w = c->group->wire;
	long version = w->params.http == WIRE_HTTP1 ? CURL_HTTP_VERSION_1_1
		       : w->params.http == WIRE_HTTP2 && !w->tls && first
			       ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
			       : CURL_HTTP_VERSION_2TLS;

	(void)curl_easy_setopt(c->easy, CURLOPT_HTTP_VERSION, version);
}

static void connection_is_gone(const struct wire_call *c, enum wire_fault fault)
{
	struct wire *w = c->group->wire;
	long version = 0;

	(void)curl_easy_getinfo(c->easy, CURLINFO_HTTP_VERSION, &version);
	if (w->params.http == WIRE_HTTP2 && !w->tls && w->peer[c->peer].life == c->life &&
		(fault == WIRE_RESET || fault == WIRE_REFUSED ||
			(fault == WIRE_ANSWERED && version != CURL_HTTP_VERSION_2_0)))
		wire_hang_up(w, c->peer);
}

/* libcurl tells connections apart by the name that they are made to.  So each has a name of its
 * own, and all of them have the server's address. */
static bool name_connection(struct wire_call *c, uint32_t index)
{
	struct wire *w = c->group->wire;
	uint32_t shares = w->params.connections ? w->params.connections : 1;
	uint32_t at = w->params.connections ? index : index / w->params.group * w->params.group;
	struct wire_peer *p = &w->peer[at];
	uint32_t turn = p->turn++ % shares;
	char text[2 * WIRE_HOST];

	c->peer = at;
	c->life = p->life;
	set_version(c, turn >= 32 || !(p->resolved >> turn & 1));
	if (w->params.access->proxy)
		return true;
	(void)snprintf(text, sizeof(text), "::p%u-%u-%u.invalid:", at, p->life, turn);
	if (!add(&c->connect_to, text))
		return false;
	(void)curl_easy_setopt(c->easy, CURLOPT_CONNECT_TO, c->connect_to);
	if (p->resolved >> turn % 32 & 1)
		return true;
	if (turn < 32)
		p->resolved |= 1u << turn;
	(void)snprintf(text, sizeof(text), "p%u-%u-%u.invalid:%u:%s", at, p->life, turn,
		w->port, w->address);
	if (!add(&c->resolve, text))
		return false;
	(void)curl_easy_setopt(c->easy, CURLOPT_RESOLVE, c->resolve);
	return true;
}

static void set_blob(CURL *easy, CURLoption option, struct access_blob b)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)b.data, .len = b.len, .flags = CURL_BLOB_NOCOPY};

	if (b.data)
		(void)curl_easy_setopt(easy, option, &blob);
}

static void set_trust(CURL *easy, const struct access *a)
{
	set_blob(easy, CURLOPT_CAINFO_BLOB, a->ca);
	set_blob(easy, CURLOPT_SSLCERT_BLOB, a->cert);
	set_blob(easy, CURLOPT_SSLKEY_BLOB, a->key);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, a->insecure ? 0L : 1L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, a->insecure ? 0L : 2L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, a->proxy ? a->proxy : "");
}

/* What is the same for every request of a wire. */
static CURL *handle(struct wire_group *g)
{
	const struct wire *w = g->wire;
	CURL *easy;

	if (g->n_idle)
		return g->idle[--g->n_idle];
	easy = curl_easy_init();
	if (!easy)
		return NULL;
	(void)curl_easy_setopt(easy, CURLOPT_PIPEWAIT, w->params.http == WIRE_HTTP1 ? 0L : 1L);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 30L);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_field);
	set_trust(easy, w->params.access);
	return easy;
}

static void set_method(struct wire_call *c, const struct wire_request *r)
{
	bool is_get = !strcmp(r->method, "GET");

	(void)curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, NULL);
	(void)curl_easy_setopt(c->easy, CURLOPT_HTTPGET, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, is_get ? NULL : r->method);
	if (!c->sent)
		return;
	(void)curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->len);
	(void)curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->sent);
	c->group->wire->counts.sent += r->len;
}

static bool prepare(struct wire_call *c, const struct wire_request *r)
{
	struct str url = {0};
	bool ok;

	c->easy = handle(c->group);
	if (!c->easy || !fields(c, r) || !name_connection(c, r->peer))
		return false;
	if (r->body) {
		c->sent = malloc(r->len + 1);
		if (!c->sent)
			return false;
		memcpy(c->sent, r->body, r->len);
		c->sent[r->len] = '\0';
	}
	str_add(&url, c->group->wire->params.access->server);
	str_add(&url, r->path);
	ok = curl_easy_setopt(c->easy, CURLOPT_URL, str_text(&url)) == CURLE_OK;
	str_fini(&url);
	set_method(c, r);
	(void)curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	(void)curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	(void)curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
	(void)curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	(void)curl_easy_setopt(
		c->easy, CURLOPT_TIMEOUT_MS, (long)((r->timeout + NS_MS - 1) / NS_MS));
	return ok;
}

struct wire_call *wire_call_new(
	struct wire *w, struct wire_group *g, const struct wire_request *r)
{
	struct wire_call *c = calloc(1, sizeof(*c));

	assert(r->peer < w->params.peers);
	if (!c)
		return NULL;
	*c = (struct wire_call){
		.group = g, .hooks = r->hooks, .ctx = r->ctx, .stream = r->stream};
	if (prepare(c, r))
		return c;
	wire_call_free(c);
	return NULL;
}

void wire_call_free(struct wire_call *c)
{
	struct wire_group *g = c->group;

	if (c->easy && g->n_idle < WIRE_IDLE) {
		(void)curl_easy_setopt(c->easy, CURLOPT_RESOLVE, NULL);
		(void)curl_easy_setopt(c->easy, CURLOPT_CONNECT_TO, NULL);
		(void)curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, NULL);
		g->idle[g->n_idle++] = c->easy;
	} else if (c->easy) {
		curl_easy_cleanup(c->easy);
	}
	curl_slist_free_all(c->headers);
	curl_slist_free_all(c->connect_to);
	curl_slist_free_all(c->resolve);
	str_fini(&c->body);
	free(c->sent);
	free(c);
}
