/* SPDX-License-Identifier: Apache-2.0 */
/* Where the server listens, and how many it may have. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>

#include "base/units.h"
#include "live/serve_priv.h"

enum {
	BACKLOG = 4096,
	CONNECTIONS_MAX = 16384, /* without a word of the user's */
	OTHER_DESCRIPTORS = 32,  /* standard streams, epoll, listener, audit log */
	LEAST_DESCRIPTORS = 64   /* with less there is hardly a client */
};

int listen_descriptors(struct serve *s, struct err *err)
{
	uint32_t wanted = s->p->connections ? s->p->connections : CONNECTIONS_MAX;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return err_set(err, ERR_ENV, "the limit of descriptors: %s", strerror(errno));
	if (limit.rlim_max != RLIM_INFINITY &&
		limit.rlim_max < (rlim_t)wanted + OTHER_DESCRIPTORS) {
		if (s->p->connections)
			return err_set(err, ERR_ENV,
				"--max-connections %u needs %u descriptors, 'ulimit -n' allows "
				"%llu",
				wanted, wanted + OTHER_DESCRIPTORS,
				(unsigned long long)limit.rlim_max);
		if (limit.rlim_max < LEAST_DESCRIPTORS)
			return err_set(err, ERR_ENV,
				"a server needs %d descriptors at least, 'ulimit -n' allows "
				"%llu",
				LEAST_DESCRIPTORS, (unsigned long long)limit.rlim_max);
		wanted = (uint32_t)limit.rlim_max - OTHER_DESCRIPTORS;
	}
	if (limit.rlim_cur != RLIM_INFINITY &&
		limit.rlim_cur < (rlim_t)wanted + OTHER_DESCRIPTORS) {
		limit.rlim_cur = (rlim_t)wanted + OTHER_DESCRIPTORS;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			return err_set(err, ERR_ENV, "%u descriptors: %s",
				wanted + OTHER_DESCRIPTORS, strerror(errno));
	}
	s->max_conns = wanted;
	return 0;
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *address,
	int len, void *arg)
{
	struct serve *s = arg;

	(void)l;
	(void)len;
	serve_tick(s);
	(void)evutil_make_socket_nonblocking(fd);
	conn_new(s, fd, address);
}

/* No descriptor for another connection: those that wait stay in the queue for a while. */
static void on_accept_error(struct evconnlistener *l, void *arg)
{
	struct serve *s = arg;

	(void)evconnlistener_disable(l);
	serve_set_timer(s->listen_again, NS_S);
}

int listen_begin(struct serve *s, struct err *err)
{
	s->listener = evconnlistener_new_bind(s->base, on_accept, s,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG,
		(struct sockaddr *)&s->address, (int)s->address_len);
	if (!s->listener)
		return err_set(err, ERR_ENV, "--listen '%.100s': %s", s->p->listen,
			evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	evconnlistener_set_error_cb(s->listener, on_accept_error);
	/* A port that was chosen stays, over restarts too. */
	s->address_len = sizeof(s->address);
	(void)getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&s->address,
		&s->address_len);
	return 0;
}

void listen_again(evutil_socket_t fd, short what, void *arg)
{
	struct serve *s = arg;
	struct err err = {0};

	(void)fd;
	(void)what;
	if (s->is_stopping)
		return;
	if (s->listener)
		(void)evconnlistener_enable(s->listener);
	else if (listen_begin(s, &err))
		serve_set_timer(s->listen_again, NS_S); /* somebody has its port */
}

static void set_port(struct sockaddr_storage *a, uint16_t port)
{
	if (a->ss_family == AF_INET6)
		((struct sockaddr_in6 *)a)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)a)->sin_port = htons(port);
}

int listen_address(struct serve *s, struct err *err)
{
	const char *listen = s->p->listen;
	const char *colon = strrchr(listen, ':');
	char host[64];
	int64_t port = 0;
	int len = sizeof(s->address);

	if (!colon || units_parse_int(colon + 1, 0, UINT16_MAX, &port, NULL) ||
		(size_t)(colon - listen) >= sizeof(host))
		len = 0;
	else
		(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - listen), listen);
	if (len && (!*host || !strcmp(host, "localhost")))
		(void)snprintf(host, sizeof(host), "127.0.0.1");
	if (!len || evutil_parse_sockaddr_port(host, (struct sockaddr *)&s->address, &len))
		return err_set(err, ERR_INPUT,
			"--listen '%.100s': ADDR:PORT is needed, as in 127.0.0.1:8080; port 0 "
			"takes "
			"any",
			listen);
	set_port(&s->address, (uint16_t)port);
	s->address_len = (socklen_t)len;
	return 0;
}

void listen_url(const struct serve *s, FILE *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	const struct sockaddr *a = (const struct sockaddr *)&s->address;
	const char *scheme = s->tls ? "https" : "http";

	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&s->address;

		(void)inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		(void)fprintf(out, "%s://[%s]:%u\n", scheme, text, ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&s->address;

		(void)inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		(void)fprintf(out, "%s://%s:%u\n", scheme, text, ntohs(in->sin_port));
	}
	(void)fflush(out);
}
