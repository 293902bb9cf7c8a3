/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1, and proxies: libcurl's sockets and timers in libevent's loop
 * (curl_multi_socket_action(3)). */
#include "client/curl_priv.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ calls come and go */

static void join(struct wire_call *c)
{
	struct curl_group *g = c->curl->group;

	c->before = NULL;
	c->after = g->first;
	if (c->after)
		c->after->before = c;
	g->first = c;
}

static void leave(struct wire_call *c)
{
	if (c->before)
		c->before->after = c->after;
	else
		c->curl->group->first = c->after;
	if (c->after)
		c->after->before = c->before;
}

static void ends(struct wire_call *c, CURLcode result)
{
	struct curl_part *p = c->curl;

	if (p->added)
		(void)curl_multi_remove_handle(p->group->multi, p->easy);
	leave(c);
	curl_call_ends(c, result);
}

static void hand_over(struct wire_call *c)
{
	c->curl->added =
		curl_multi_add_handle(c->curl->group->multi, c->curl->easy) == CURLM_OK;
}

/* What libcurl is through with. */
static void finish(struct curl_group *g)
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
static void settle(struct curl_group *g)
{
	struct wire_call *next;

	while (g->waiting) {
		struct wire_call *c = g->waiting;

		g->waiting = c->curl->next;
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

static void act(struct curl_group *g, curl_socket_t fd, int what)
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
	struct curl_group *g = ctx;

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
	struct curl_group *g = ctx;
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
	struct curl_group *g = ctx;
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	return ms < 0 ? event_del(g->timer) : event_add(g->timer, &tv);
}

/* ------------------------------------------------------------------ doors */

static int begin_group(struct wire *w, struct curl_group *g, struct err *err)
{
	*g = (struct curl_group){.wire = w, .multi = curl_multi_init()};
	g->last = &g->waiting;
	g->timer = evtimer_new(w->base, on_timer, g);
	if (!g->multi || !g->timer)
		return err_set(err, ERR_NOMEM, "no memory");
	(void)curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	(void)curl_multi_setopt(g->multi, CURLMOPT_SOCKETDATA, g);
	(void)curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(g->multi, CURLMOPT_TIMERDATA, g);
	(void)curl_multi_setopt(g->multi, CURLMOPT_MAXCONNECTS, 8L * w->params.group);
	return 0;
}

int curl_begin(struct wire *w, struct err *err)
{
	int code = 0;

	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, ERR_NOMEM, "no memory");
	w->n_groups = (w->params.peers + w->params.group - 1) / w->params.group;
	w->group = calloc(w->n_groups, sizeof(*w->group));
	if (!w->group)
		return err_set(err, ERR_NOMEM, "no memory");
	for (uint32_t i = 0; !code && i < w->n_groups; i++)
		code = begin_group(w, &w->group[i], err);
	return code;
}

static void end_group(struct curl_group *g)
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

void curl_fini(struct wire *w)
{
	if (!w->group)
		return;
	for (uint32_t i = 0; i < w->n_groups; i++)
		end_group(&w->group[i]);
	free(w->group);
	curl_global_cleanup();
}

bool curl_send(struct wire_call *c)
{
	struct curl_group *g = &c->wire->group[c->peer / c->wire->params.group];

	c->link = NULL;
	if (!curl_call_begin(c, g))
		return false;
	join(c);
	if (!g->busy) {
		hand_over(c);
		return true;
	}
	*g->last = c;
	g->last = &c->curl->next;
	return true;
}

void curl_cancel(struct wire_call *c)
{
	c->cancelled = true;
	if (c->curl->group->busy)
		c->curl->group->n_cancelled++;
	else
		ends(c, CURLE_OK);
}
