/* SPDX-License-Identifier: Apache-2.0 */
/* What a run has come to so far, in Prometheus' text format. */
#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hollow/hollow_priv.h"
#include "models/tables.h"

struct metrics {
	struct evhttp *http;
};

static void one(
	struct str *out, const char *name, const char *type, const char *help, uint64_t value)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type,
		name, value);
}

/* Nanoseconds as seconds. */
static void seconds(struct str *out, int64_t ns)
{
	str_addf(out, "%" PRId64 ".%09" PRId64 "\n", ns / NS_S, ns % NS_S);
}

static void requests(const struct swarm *s, struct str *out)
{
	const struct calls *c = &s->scenario.calls;

	str_add(out, "# HELP nodetoll_agents_requests_total Requests of the nodes' agents, "
		     "answered or failed.\n"
		     "# TYPE nodetoll_agents_requests_total counter\n");
	for (uint32_t i = 0; i < c->n; i++)
		if (s->view.asked[i])
			str_addf(out,
				"nodetoll_agents_requests_total{client=\"%s\",verb=\"%s\","
				"resource=\"%s\"} %" PRIu64 "\n",
				client_name(&s->scenario.kubelet, c->client[i]),
				c->name[i].verb, c->name[i].resource, s->view.asked[i]);
}

static void lag(const struct hist *h, struct str *out)
{
	static const uint32_t quantiles[] = {500000, 900000, 990000};
	static const char name[] = "nodetoll_agents_loop_lag_seconds";

	str_addf(out,
		"# HELP %s How late agents' turns came, once measured.\n# TYPE %s summary\n",
		name, name);
	for (size_t i = 0; h->n && i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		str_addf(out, "%s{quantile=\"0.%u\"} ", name, quantiles[i] / 10000);
		seconds(out, hist_quantile(h, quantiles[i]));
	}
	str_addf(out, "%s_sum ", name);
	seconds(out, (int64_t)h->sum);
	str_addf(out, "%s_count %" PRIu64 "\n", name, h->n);
}

static void answers(const struct hollow_view *v, struct str *out)
{
	str_add(out, "# HELP nodetoll_agents_answers_total Answers to the nodes' agents.\n"
		     "# TYPE nodetoll_agents_answers_total counter\n");
	for (unsigned i = 1; i < HOLLOW_CODES; i++)
		if (v->by_code[i])
			str_addf(out,
				"nodetoll_agents_answers_total{code=\"%u\"} %" PRIu64 "\n", i,
				v->by_code[i]);
}

static void write_all(const struct swarm *s, struct str *out)
{
	const struct hollow_view *v = &s->view;
	struct wire_counts w = wire_counts(s->wire);

	one(out, "nodetoll_agents_nodes", "gauge", "Hollow nodes.", s->scenario.nodes);
	one(out, "nodetoll_agents_nodes_ready", "gauge",
		"Of them, whose status or lease the server took within 40 seconds.",
		v->nodes_ready);
	one(out, "nodetoll_agents_pods", "gauge", "Pods that watches told of.", v->pods_there);
	one(out, "nodetoll_agents_pods_running", "gauge",
		"Of them, whose status says so, acknowledged.", v->pods_running);
	requests(s, out);
	one(out, "nodetoll_agents_request_errors_total", "counter",
		"Of these: connections that broke, 5xx, 429, time that ran out, and what "
		"cannot be read.",
		v->errors);
	one(out, "nodetoll_agents_requests_refused_total", "counter",
		"Of these: 4xx but 404, 410 and 429.", v->refused);
	answers(v, out);
	one(out, "nodetoll_agents_user_requests_total", "counter",
		"Requests of those who make nodes, pods and objects.", v->user_requests);
	one(out, "nodetoll_agents_requests_in_flight", "gauge", "Requests and open watches.",
		w.under_way);
	one(out, "nodetoll_agents_connections_total", "counter", "Connections ever made.",
		w.connections);
	one(out, "nodetoll_agents_received_bytes_total", "counter", "Bytes of answers.",
		w.received);
	one(out, "nodetoll_agents_waited_for_stream_total", "counter",
		"Requests and watches that had to wait for a stream of their connection.",
		w.waited);
	lag(&v->lag, out);
}

static void on_metrics(struct evhttp_request *r, void *ctx)
{
	struct evbuffer *body = evbuffer_new();
	struct str out = {0};

	write_all(ctx, &out);
	(void)evhttp_add_header(evhttp_request_get_output_headers(r), "Content-Type",
		"text/plain; version=0.0.4; charset=utf-8");
	if (body)
		(void)evbuffer_add(body, str_text(&out), str_len(&out));
	evhttp_send_reply(r, 200, "OK", body);
	if (body)
		evbuffer_free(body);
	str_fini(&out);
}

/* ADDR:PORT; the address in brackets if it has colons. */
static bool split(const char *text, char host[64], uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	char *end = NULL;
	unsigned long n;

	if (!len || len >= 64)
		return false;
	if (text[0] == '[' && len > 2 && text[len - 1] == ']')
		(void)snprintf(host, 64, "%.*s", (int)len - 2, text + 1);
	else
		(void)snprintf(host, 64, "%.*s", (int)len, text);
	n = strtoul(colon + 1, &end, 10);
	*port = (uint16_t)n;
	return end != colon + 1 && !*end && n < 65536;
}

static unsigned port_of(struct evhttp_bound_socket *bound)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	struct sockaddr_in in;

	if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &len))
		return 0;
	memcpy(&in, &at, sizeof(in)); /* the port is at the same place in both families */
	return ntohs(in.sin_port);
}

int metrics_begin(struct swarm *s, struct err *err)
{
	const char *where = s->params->metrics;
	struct evhttp_bound_socket *bound;
	char host[64];
	uint16_t port;

	if (!where)
		return 0;
	if (!split(where, host, &port))
		return err_set(err, ERR_INPUT,
			"--metrics '%.80s': ADDR:PORT is allowed, as 127.0.0.1:9100", where);
	s->metrics = calloc(1, sizeof(*s->metrics));
	if (s->metrics)
		s->metrics->http = evhttp_new(s->base);
	if (!s->metrics || !s->metrics->http)
		return err_set(err, ERR_NOMEM, "no memory");
	bound = evhttp_bind_socket_with_handle(s->metrics->http, host, port);
	if (!bound)
		return err_set(err, ERR_ENV,
			"--metrics '%.80s': nobody can listen there: the port is taken, or the "
			"address is another machine's",
			where);
	evhttp_set_allowed_methods(s->metrics->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	(void)evhttp_set_cb(s->metrics->http, "/metrics", on_metrics, s);
	(void)fprintf(stderr, "agents: metrics at http://%.*s:%u/metrics\n",
		(int)(strrchr(where, ':') - where), where, port_of(bound));
	return 0;
}

void metrics_end(struct swarm *s)
{
	if (s->metrics && s->metrics->http)
		evhttp_free(s->metrics->http);
	free(s->metrics);
	s->metrics = NULL;
}
