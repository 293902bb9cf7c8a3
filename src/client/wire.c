/* SPDX-License-Identifier: Apache-2.0 */
/* The doors, and what has to be known before the first request. */
#include "client/wire.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "client/wire_priv.h"

enum { GROUP = 100, SPARE_DESCRIPTORS = 64 };

/* ------------------------------------------------------------------ beginnings */

/* https://HOST:PORT, http://[::1]:PORT, with or without a port; a path may follow. */
static bool split_url(struct wire *w, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	bool bracket = *host == '[';
	size_t len = bracket ? strcspn(host + 1, "]") : strcspn(host, ":/");
	const char *rest = host + len + (bracket ? 2 : 0);
	unsigned long port;

	w->tls = !strncmp(url, "https", 5);
	if (len == 0 || len >= sizeof(w->host) || (bracket && host[1 + len] != ']'))
		return false;
	memcpy(w->host, host + bracket, len);
	port = *rest == ':' ? strtoul(rest + 1, NULL, 10) : w->tls ? 443 : 80;
	w->port = (uint16_t)port;
	w->prefix = rest + strcspn(rest, "/");
	return port > 0 && port < 65536;
}

static int resolve(struct wire *w, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	char host[NI_MAXHOST];
	char port[8];
	int rc;

	(void)snprintf(port, sizeof(port), "%u", w->port);
	rc = getaddrinfo(w->host, port, &hints, &found);
	if (rc)
		return err_set(err, ERR_ENV, "server '%s' cannot be reached: %s",
			w->params.access->server, gai_strerror(rc));
	memcpy(&w->at, found->ai_addr, found->ai_addrlen);
	w->at_len = found->ai_addrlen;
	rc = getnameinfo(
		found->ai_addr, found->ai_addrlen, host, sizeof(host), NULL, 0, NI_NUMERICHOST);
	(void)snprintf(w->address, sizeof(w->address),
		found->ai_family == AF_INET6 ? "[%.60s]" : "%.60s", host);
	freeaddrinfo(found);
	return rc ? err_set(err, ERR_ENV, "server '%s': no address", w->params.access->server)
		  : 0;
}

static int check_descriptors(uint32_t wanted, struct err *err)
{
	struct rlimit limit;
	rlim_t all = (rlim_t)wanted + SPARE_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return err_set(err, ERR_ENV, "the limit of open files cannot be read");
	if (limit.rlim_cur >= all)
		return 0;
	if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < all)
		return err_set(err, ERR_ENV,
			"%llu connections and files are needed, this process may have %llu: "
			"raise the limit (ulimit -Hn), or run fewer nodes",
			(unsigned long long)all, (unsigned long long)limit.rlim_max);
	limit.rlim_cur = all;
	return setrlimit(RLIMIT_NOFILE, &limit)
		       ? err_set(err, ERR_ENV, "the limit of open files cannot be raised")
		       : 0;
}

/* What names the server in requests: its port only where it is not the usual one. */
static void name_authority(struct wire *w)
{
	const struct access *a = w->params.access;
	const char *host = a->tls_name ? a->tls_name : w->host;
	bool usual = w->port == (w->tls ? 443 : 80);
	bool bracket = strchr(host, ':') != NULL;

	(void)snprintf(w->authority, sizeof(w->authority), "%s%.250s%s", bracket ? "[" : "",
		host, bracket ? "]" : "");
	if (!usual)
		(void)snprintf(w->authority + strlen(w->authority), 8, ":%u", w->port);
}

static int begin_peers(struct wire *w, struct err *err)
{
	uint32_t shares = w->params.connections ? w->params.connections : 1;
	struct link **place;

	w->peer = calloc(w->params.peers, sizeof(*w->peer));
	w->places = calloc((size_t)w->params.peers * shares, sizeof(struct link *));
	if (!w->peer || !w->places)
		return err_set(err, ERR_NOMEM, "no memory");
	place = w->places;
	for (uint32_t i = 0; i < w->params.peers; i++, place += shares)
		w->peer[i].link = place;
	return 0;
}

/* HTTP/2 is ours, by prior knowledge or by ALPN; HTTP/1.1 and proxies are libcurl's. */
static int choose(struct wire *w, struct err *err)
{
	const struct wire_params *p = &w->params;

	if (p->http == WIRE_HTTP2 && p->access->proxy && !w->tls)
		return err_set(
			err, ERR_INPUT, "HTTP/2 without TLS does not go through a proxy");
	w->over_curl = p->http == WIRE_HTTP1 || p->access->proxy ||
		       (p->http == WIRE_AGREED && !w->tls);
	return 0;
}

int wire_new(struct wire **out, struct event_base *base, const struct wire_params *p,
	uint32_t descriptors, struct err *err)
{
	struct wire *w = calloc(1, sizeof(*w));
	int code;

	*out = w;
	if (!w)
		return err_set(err, ERR_NOMEM, "no memory");
	w->base = base;
	w->params = *p;
	w->params.group = p->group ? p->group : GROUP;
	if (!split_url(w, p->access->server))
		return err_set(err, ERR_INPUT,
			"server '%.200s': http://HOST:PORT or https://HOST:PORT is allowed",
			p->access->server);
	name_authority(w);
	code = choose(w, err);
	if (!code)
		code = check_descriptors(descriptors, err);
	if (!code && !p->access->proxy) /* which looks for the server itself */
		code = resolve(w, err);
	if (!code)
		code = begin_peers(w, err);
	if (!code)
		code = links_begin(w, err);
	return code ? code : curl_begin(w, err);
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	links_fini(w);
	curl_fini(w);
	str_fini(&w->line);
	free(w->places);
	free(w->peer);
	free(w);
}

/* ------------------------------------------------------------------ doors */

struct wire_peer *wire_peer_of(struct wire *w, uint32_t peer)
{
	return &w->peer[w->params.connections ? peer
					      : peer / w->params.group * w->params.group];
}

struct wire_call *wire_send(struct wire *w, const struct wire_request *r)
{
	struct wire_call *c = wire_call_new(w, r);

	if (!c)
		return NULL;
	if (!w->over_curl) {
		link_send(c);
		return c;
	}
	if (curl_send(c))
		return c;
	wire_call_free(c);
	return NULL;
}

void wire_cancel(struct wire *w, struct wire_call *c)
{
	(void)w;
	if (c->is_over)
		c->cancelled = true;
	else if (c->link)
		link_cancel(c);
	else
		curl_cancel(c);
}

void wire_hang_up(struct wire *w, uint32_t peer)
{
	struct wire_peer *p = wire_peer_of(w, peer);

	p->life++;
	p->resolved = 0;
	link_hang_up(w, p);
}

struct wire_counts wire_counts(const struct wire *w)
{
	return w->counts;
}
