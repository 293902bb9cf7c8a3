/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's sockets and timers in libevent's loop: curl_multi_socket_action(3). */
#include "client/wire.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "client/wire_priv.h"

enum { GROUP = 100, SPARE_DESCRIPTORS = 64 };

/* ------------------------------------------------------------------ calls come and go */

static void link_call(struct wire_call *c)
{
	c->after = c->group->first;
	if (c->after)
		c->after->before = c;
	c->group->first = c;
	c->group->wire->counts.under_way++;
}

static void unlink_call(struct wire_call *c)
{
	if (c->before)
		c->before->after = c->after;
	else
		c->group->first = c->after;
	if (c->after)
		c->after->before = c->before;
	c->group->wire->counts.under_way--;
}

static void ends(struct wire_call *c, CURLcode result)
{
	if (c->added)
		(void)curl_multi_remove_handle(c->group->multi, c->easy);
	unlink_call(c);
	wire_call_ends(c, result);
	wire_call_free(c);
}

static void hand_over(struct wire_call *c)
{
	c->added = curl_multi_add_handle(c->group->multi, c->easy) == CURLM_OK;
}

/* What libcurl is through with. */
static void finish(struct wire_group *g)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(g->multi, &left)) != NULL) {
		struct wire_call *c = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c);
		ends(c, m->data.result);
	}
}

/* What came while the group was busy; none of it calls back. */
static void settle(struct wire_group *g)
{
	struct wire_call *next;

	while (g->waiting) {
		struct wire_call *c = g->waiting;

		g->waiting = c->next;
		hand_over(c);
	}
	g->last = &g->waiting;
	for (struct wire_call *c = g->n_cancelled ? g->first : NULL; c; c = next) {
		next = c->after;
		if (c->cancelled)
			ends(c, CURLE_OK);
	}
	g->n_cancelled = 0;
}

static void act(struct wire_group *g, curl_socket_t fd, int what)
{
	int running;

	g->busy = true;
	(void)curl_multi_socket_action(g->multi, fd, what, &running);
	finish(g);
	g->busy = false;
	settle(g);
}

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct wire_group *g = ctx;

	act(g, fd,
		(what & EV_READ ? CURL_CSELECT_IN : 0) |
			(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl wants to hear of that socket, or no longer. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *ours)
{
	struct wire_group *g = ctx;
	struct event *e = ours;
	short kind = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			     (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

	(void)easy;
	if (e)
		event_free(e);
	(void)curl_multi_assign(g->multi, fd, NULL);
	if (what == CURL_POLL_REMOVE)
		return 0;
	e = event_new(g->wire->base, fd, kind, on_socket, g);
	if (!e || event_add(e, NULL))
		return -1;
	(void)curl_multi_assign(g->multi, fd, e);
	return 0;
}

static int set_timer(CURLM *multi, long ms, void *ctx)
{
	struct wire_group *g = ctx;
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	return ms < 0 ? event_del(g->timer) : event_add(g->timer, &tv);
}

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
	return port > 0 && port < 65536;
}

static int resolve(struct wire *w, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	char host[NI_MAXHOST];
	int rc = getaddrinfo(w->host, NULL, &hints, &found);

	if (rc)
		return err_set(err, ERR_ENV, "server '%s': %s", w->params.access->server,
			gai_strerror(rc));
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

static int begin_group(struct wire *w, struct wire_group *g, struct err *err)
{
	*g = (struct wire_group){.wire = w, .multi = curl_multi_init()};
	g->last = &g->waiting;
	g->timer = evtimer_new(w->base, on_timer, g);
	if (!g->multi || !g->timer)
		return err_set(err, ERR_NOMEM, "no memory");
	(void)curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	(void)curl_multi_setopt(g->multi, CURLMOPT_SOCKETDATA, g);
	(void)curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(g->multi, CURLMOPT_TIMERDATA, g);
	(void)curl_multi_setopt(g->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
	(void)curl_multi_setopt(g->multi, CURLMOPT_MAXCONNECTS, 8L * w->params.group);
	return 0;
}

int wire_new(struct wire **out, struct event_base *base, const struct wire_params *p,
	uint32_t descriptors, struct err *err)
{
	struct wire *w = calloc(1, sizeof(*w));
	int code = 0;

	*out = w;
	if (!w || curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, ERR_NOMEM, "no memory");
	w->base = base;
	w->params = *p;
	w->params.group = p->group ? p->group : GROUP;
	if (!split_url(w, p->access->server))
		return err_set(err, ERR_INPUT,
			"server '%.200s': http://HOST:PORT or https://HOST:PORT is allowed",
			p->access->server);
	code = check_descriptors(descriptors, err);
	if (!code)
		code = resolve(w, err);
	w->n_groups = (p->peers + w->params.group - 1) / w->params.group;
	w->group = calloc(w->n_groups, sizeof(*w->group));
	w->peer = calloc(p->peers, sizeof(*w->peer));
	if (!w->group || !w->peer)
		return err_set(err, ERR_NOMEM, "no memory");
	for (uint32_t i = 0; !code && i < w->n_groups; i++)
		code = begin_group(w, &w->group[i], err);
	return code;
}

static void end_group(struct wire_group *g)
{
	while (g->first) {
		g->first->cancelled = true;
		ends(g->first, CURLE_OK);
	}
	while (g->n_idle)
		curl_easy_cleanup(g->idle[--g->n_idle]);
	if (g->multi)
		(void)curl_multi_cleanup(g->multi);
	if (g->timer)
		event_free(g->timer);
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; w->group && i < w->n_groups; i++)
		end_group(&w->group[i]);
	free(w->group);
	free(w->peer);
	free(w);
	curl_global_cleanup();
}

/* ------------------------------------------------------------------ doors */

struct wire_call *wire_send(struct wire *w, const struct wire_request *r)
{
	struct wire_group *g = &w->group[r->peer / w->params.group];
	struct wire_call *c = wire_call_new(w, g, r);

	if (!c)
		return NULL;
	link_call(c);
	if (!g->busy) {
		hand_over(c);
		return c;
	}
	*g->last = c;
	g->last = &c->next;
	return c;
}

void wire_cancel(struct wire *w, struct wire_call *c)
{
	(void)w;
	c->cancelled = true;
	if (c->group->busy)
		c->group->n_cancelled++;
	else
		ends(c, CURLE_OK);
}

void wire_hang_up(struct wire *w, uint32_t peer)
{
	w->peer[peer].life++;
	w->peer[peer].resolved = 0;
}

struct wire_counts wire_counts(const struct wire *w)
{
	return w->counts;
}
