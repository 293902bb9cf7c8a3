/* SPDX-License-Identifier: Apache-2.0 */
/* A request of libcurl's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/curl_priv.h"
#include "client/secure.h"

enum { BUFFER_BYTES = 4096 };

/* ------------------------------------------------------------------ what comes back */

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	return wire_call_takes(ctx, bytes, size * n) ? size * n : 0;
}

/* The empty line behind the fields. */
static size_t on_field(char *bytes, size_t size, size_t n, void *ctx)
{
	struct wire_call *c = ctx;
	size_t len = size * n;
	long code = 0;

	c->wire->counts.received += len;
	if (len > 2 || (*bytes != '\r' && *bytes != '\n'))
		return len;
	(void)curl_easy_getinfo(c->curl->easy, CURLINFO_RESPONSE_CODE, &code);
	if (code >= 200)
		wire_call_begins(c, (int)code);
	return len;
}

/* error: of the system, when there was no connection; patient: it would have waited for ever,
 * so that only the time to connect can have run out. */
static enum wire_fault fault_of(CURLcode result, long error, bool patient)
{
	if (result == CURLE_OK)
		return WIRE_ANSWERED;
	if (result == CURLE_COULDNT_CONNECT && error == ECONNREFUSED)
		return WIRE_REFUSED;
	if (result == CURLE_COULDNT_CONNECT && error == ECONNRESET)
		return WIRE_RESET;
	if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST ||
		result == CURLE_COULDNT_RESOLVE_PROXY)
		return WIRE_UNREACHED;
	if (result == CURLE_OPERATION_TIMEDOUT)
		return patient ? WIRE_UNREACHED : WIRE_TIMED_OUT;
	if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CONNECT_ERROR ||
		result == CURLE_SSL_CERTPROBLEM || result == CURLE_SSL_CACERT_BADFILE ||
		result == CURLE_SSL_CIPHER || result == CURLE_SSL_ISSUER_ERROR ||
		result == CURLE_SSL_CLIENTCERT)
		return WIRE_UNTRUSTED;
	return WIRE_RESET;
}

static void put_back(struct curl_part *p)
{
	struct curl_group *g = p->group;

	if (p->easy && g->n_idle < CURL_IDLE) {
		(void)curl_easy_setopt(p->easy, CURLOPT_RESOLVE, NULL);
		(void)curl_easy_setopt(p->easy, CURLOPT_CONNECT_TO, NULL);
		(void)curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, NULL);
		(void)curl_easy_setopt(p->easy, CURLOPT_ERRORBUFFER, NULL);
		g->idle[g->n_idle++] = p->easy;
	} else if (p->easy) {
		curl_easy_cleanup(p->easy);
	}
	curl_slist_free_all(p->headers);
	curl_slist_free_all(p->connect_to);
	curl_slist_free_all(p->resolve);
	free(p);
}

/* In words; the server's alerts may come as late as with the first bytes that are read. */
static enum wire_fault why_of(
	const struct wire_call *c, CURLcode result, long error, char why[WIRE_WHY])
{
	const struct curl_part *p = c->curl;
	enum wire_fault fault = fault_of(result, error, !c->request->timeout);
	const char *own =
		strstr(p->why, "routines::"); /* behind OpenSSL's number and library */

	if (error)
		(void)snprintf(why, WIRE_WHY, "%s", strerror((int)error));
	else if ((fault == WIRE_UNTRUSTED || c->wire->params.access->proxy) && *p->why)
		(void)snprintf(why, WIRE_WHY, "%.*s", WIRE_WHY - 1,
			own ? own + strlen("routines::") : p->why);
	else
		(void)snprintf(why, WIRE_WHY, "%s", curl_easy_strerror(result));
	if ((fault == WIRE_UNTRUSTED || fault == WIRE_RESET) &&
		secure_is_refusal(p->why, why, WIRE_WHY))
		return WIRE_UNTRUSTED;
	return fault;
}

void curl_call_ends(struct wire_call *c, CURLcode result)
{
	struct curl_part *p = c->curl;
	curl_off_t wait = 0, connected_after = 0;
	long made = 0, error = 0;
	enum wire_fault fault;
	char why[WIRE_WHY];

	if (result == CURLE_COULDNT_CONNECT)
		(void)curl_easy_getinfo(p->easy, CURLINFO_OS_ERRNO, &error);
	(void)curl_easy_getinfo(p->easy, CURLINFO_RETRY_AFTER, &wait);
	(void)curl_easy_getinfo(p->easy, CURLINFO_CONNECT_TIME_T, &connected_after);
	if (connected_after > 0) /* else it was begun at most */
		(void)curl_easy_getinfo(p->easy, CURLINFO_NUM_CONNECTS, &made);
	c->retry_after = wait > 0 && wait < 86400 ? (ns_t)wait * NS_S : 0;
	c->wire->counts.connections += (uint64_t)made;
	fault = why_of(c, result, error, why);
	c->curl = NULL;
	put_back(p);
	wire_call_ends(c, fault, why);
}

/* ------------------------------------------------------------------ what is sent */

static bool add(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static bool fields(struct wire_call *c)
{
	struct ask_field list[ASK_FIELDS];
	struct str bearer = {0}, text = {0};
	size_t n = wire_call_fields(c, list, &bearer);
	bool ok = add(&c->curl->headers, "Expect:");

	for (size_t i = 0; ok && i < n; i++) {
		str_reset(&text);
		str_addf(&text, "%s: %s", list[i].name, list[i].value);
		ok = add(&c->curl->headers, str_text(&text));
	}
	str_fini(&bearer);
	str_fini(&text);
	return ok;
}

/* libcurl tells connections apart by the name that they are made to.  So each peer's have a
 * name of their own, and all of them have the server's address. */
static bool name_connection(struct wire_call *c)
{
	const struct wire *w = c->wire;
	struct curl_part *part = c->curl;
	struct wire_peer *p = wire_peer_of(c->wire, c->peer);
	unsigned at = (unsigned)(p - w->peer);
	char text[2 * WIRE_HOST];

	if (w->params.access->proxy)
		return true;
	(void)snprintf(text, sizeof(text), "::p%u-%u.invalid:", at, p->life);
	if (!add(&part->connect_to, text))
		return false;
	(void)curl_easy_setopt(part->easy, CURLOPT_CONNECT_TO, part->connect_to);
	if (p->resolved)
		return true;
	p->resolved = 1;
	(void)snprintf(
		text, sizeof(text), "p%u-%u.invalid:%u:%s", at, p->life, w->port, w->address);
	if (!add(&part->resolve, text))
		return false;
	(void)curl_easy_setopt(part->easy, CURLOPT_RESOLVE, part->resolve);
	return true;
}

static void set_blob(CURL *easy, CURLoption option, struct access_blob b)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)b.data, .len = b.len, .flags = CURL_BLOB_NOCOPY};

	if (b.data)
		(void)curl_easy_setopt(easy, option, &blob);
}

/* As net/http has it the proxy is told the server's name; libcurl's socks5 would look it up
 * here. */
static void set_proxy(CURL *easy, const char *proxy)
{
	bool socks = !strncmp(proxy, "socks5://", 9);
	struct str text = {0};

	str_addf(&text, "%s%s", socks ? "socks5h://" : "", socks ? proxy + 9 : proxy);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, str_text(&text)); /* a copy */
	str_fini(&text);
}

static void set_trust(CURL *easy, const struct access *a)
{
	set_blob(easy, CURLOPT_CAINFO_BLOB, a->ca);
	set_blob(easy, CURLOPT_SSLCERT_BLOB, a->cert);
	set_blob(easy, CURLOPT_SSLKEY_BLOB, a->key);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, a->insecure ? 0L : 1L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, a->insecure ? 0L : 2L);
	set_proxy(easy, a->proxy ? a->proxy : "");
}

/* What is the same for every request of a wire. */
static CURL *handle(struct curl_group *g)
{
	const struct wire *w = g->wire;
	CURL *easy;

	if (g->n_idle)
		return g->idle[--g->n_idle];
	easy = curl_easy_init();
	if (!easy)
		return NULL;
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
		w->params.access->proxy && w->params.http != WIRE_HTTP1
			? CURL_HTTP_VERSION_2TLS
			: CURL_HTTP_VERSION_1_1);
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

static void set_method(CURL *easy, const struct wire_request *r)
{
	bool is_get = !strcmp(r->method, "GET");

	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_get ? NULL : r->method);
	if (!r->body)
		return;
	(void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->len);
	(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body);
}

static bool prepare(struct wire_call *c)
{
	const struct wire_request *r = c->request;
	struct curl_part *p = c->curl;
	struct str url = {0};
	bool ok;

	p->easy = handle(p->group);
	if (!p->easy || !fields(c) || !name_connection(c))
		return false;
	str_addf(&url, "%s://%s%s", c->wire->tls ? "https" : "http", c->wire->authority,
		r->path);
	ok = curl_easy_setopt(p->easy, CURLOPT_URL, str_text(&url)) == CURLE_OK;
	str_fini(&url);
	set_method(p->easy, r);
	(void)curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	(void)curl_easy_setopt(p->easy, CURLOPT_WRITEDATA, c);
	(void)curl_easy_setopt(p->easy, CURLOPT_HEADERDATA, c);
	(void)curl_easy_setopt(p->easy, CURLOPT_PRIVATE, c);
	(void)curl_easy_setopt(p->easy, CURLOPT_ERRORBUFFER, p->why);
	(void)curl_easy_setopt(
		p->easy, CURLOPT_TIMEOUT_MS, (long)((r->timeout + NS_MS - 1) / NS_MS));
	return ok;
}

bool curl_call_begin(struct wire_call *c, struct curl_group *g)
{
	c->curl = calloc(1, sizeof(*c->curl));
	if (!c->curl)
		return false;
	c->curl->group = g;
	if (prepare(c))
		return true;
	put_back(c->curl);
	c->curl = NULL;
	return false;
}
