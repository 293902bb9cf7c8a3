/* SPDX-License-Identifier: Apache-2.0 */
/* A run: the loop, its clock, and whose turn it is. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "hollow/hollow_priv.h"

enum { PATIENCE_S = 10, FILES_OF_A_NODE = 3, STREAMS_AT_LEAST = 100 };

/* ------------------------------------------------------------------ time */

int64_t swarm_clock(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NS_S + ts.tv_nsec;
}

ns_t swarm_now(const struct swarm *s)
{
	return s->zero < 0 ? 0 : swarm_clock() - s->zero;
}

void swarm_fail(struct swarm *s, int code)
{
	if (s->code)
		return;
	s->code = code;
	s->stops = true;
	(void)event_base_loopbreak(s->base);
}

/* Whatever is due happens as of the moment that it is due, in its order. */
void swarm_run_node(struct hollow *h, ns_t now)
{
	struct swarm *s = h->swarm;
	ns_t until = ns_min(now, s->run.until);

	if (s->stops)
		return;
	for (;;) {
		ns_t at = h->node.sending ? h->node.send.at : node_next_at(&h->node);

		if (at > until)
			break;
		if (h->node.sending)
			flights_send(h, ns_min(at, now));
		else
			node_step(&h->node, at);
		if (h->node.agent.hang_ups != h->node.hang_ups)
			flights_hang_up(h, at);
		if (h->node.agent.watches_ended != h->watches_ended)
			flights_stop_watches(h, at);
	}
	wakes_set(&s->due, h->node.index, node_next_at(&h->node));
	swarm_next_timer(s);
}

void swarm_next_timer(struct swarm *s)
{
	ns_t at = wakes_next_at(&s->due), now, wait;
	struct timeval tv;

	if (at >= s->armed_for || at > s->run.until || s->stops)
		return;
	s->armed_for = at;
	now = swarm_now(s);
	wait = at > now ? at - now : 0;
	wait = (wait + NS_MS - 1) / NS_MS * NS_MS; /* who is due together goes together */
	tv = (struct timeval){
		.tv_sec = (time_t)(wait / NS_S), .tv_usec = (suseconds_t)(wait % NS_S / 1000)};
	(void)event_add(s->timer, &tv);
}

/* A turn for everybody that is due, sockets between: a slice of them at a time.  Who is due
 * after the run's end has no turn any more. */
static void on_due(evutil_socket_t fd, short what, void *ctx)
{
	struct swarm *s = ctx;
	ns_t now = swarm_now(s), began = now;

	(void)fd;
	(void)what;
	s->armed_for = 0; /* not before everybody had a turn */
	while (!s->stops && wakes_next_at(&s->due) <= ns_min(now, s->run.until) &&
		now - began < 5 * NS_MS) {
		uint32_t i = wakes_next(&s->due);

		if (now < s->run.until)
			hist_add(now < s->scenario.warmup ? &s->view.start_lag : &s->view.lag,
				now - wakes_due(&s->due));
		swarm_run_node(s->hollow[i], now);
		now = swarm_now(s);
	}
	s->armed_for = NS_NEVER;
	swarm_next_timer(s);
}

/* ------------------------------------------------------------------ requests */

/* As kubelets call themselves: client-go's rest.DefaultKubernetesUserAgent. */
static void name_user_agent(struct swarm *s)
{
	const char *version = s->scenario.kubelet.name;

	(void)snprintf(s->user_agent, sizeof(s->user_agent),
		"kubelet/%.*s.0 (linux/amd64) kubernetes/nodetoll",
		(int)strspn(version, "v0123456789."), version);
}

static uint32_t connections(const struct scenario *s)
{
	return 1 + s->kubelet.n_agents;
}

uint32_t swarm_peer(const struct hollow *h, uint32_t connection)
{
	return h->node.index * connections(&h->swarm->scenario) + connection;
}

static uint32_t users_peer(const struct scenario *s)
{
	return s->nodes * connections(s);
}

struct wire_call *swarm_put_on_wire(struct swarm *s, const struct hollow *h,
	const struct address *a, ns_t timeout, const struct wire_hooks *hooks, void *ctx)
{
	char user[HOLLOW_NAME + 16];
	struct wire_request r = {
		.peer = h ? swarm_peer(h, a->connection) : users_peer(&s->scenario),
		.method = a->method,
		.path = str_text(&a->path),
		.body = str_len(&a->body) ? str_text(&a->body) : NULL,
		.len = str_len(&a->body),
		.media = a->media,
		.user_agent = h ? s->user_agent : "nodetoll",
		.timeout = timeout,
		.stream = a->stream,
		.hooks = hooks,
		.ctx = ctx};

	if (h && s->params->token)
		r.token = s->params->token[h->node.index];
	if (h && s->params->impersonate) {
		(void)snprintf(user, sizeof(user), "system:node:%s", h->name);
		r.user = user;
		r.groups = "system:nodes";
	}
	return wire_send(s->wire, &r);
}

/* ------------------------------------------------------------------ ends */

static void count_ready(struct swarm *s)
{
	s->view.nodes_ready = s->view.nodes_refused = 0;
	for (uint32_t i = 0; i < s->scenario.nodes; i++) {
		s->view.nodes_ready += s->hollow[i]->is_told &&
				       s->view.now - s->hollow[i]->heard_at <= HOLLOW_GRACE;
		s->view.nodes_refused += s->hollow[i]->is_refused;
	}
}

static void stop(struct swarm *s)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};

	if (s->stops)
		return;
	s->stops = true;
	(void)event_del(s->timer);
	s->view.now = ns_min(swarm_now(s), s->run.until);
	count_ready(s);
	for (uint32_t i = 0; s->zero >= 0 && i < s->scenario.nodes; i++) {
		node_end(&s->hollow[i]->node, s->view.now);
		flights_remain(s->hollow[i]);
	}
	if (s->params->cleans_up)
		patience.tv_sec += s->scenario.nodes / 10;
	(void)event_base_loopexit(s->base, &patience);
	chores_drop(s); /* nobody makes pods any more */
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		flights_end_watches(s->hollow[i]);
	swarm_drained(s);
}

/* What is under way is waited for, so that the server has counted what is counted here. */
void swarm_drained(struct swarm *s)
{
	if (s->drained)
		return;
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		if (s->hollow[i]->flights)
			return;
	s->drained = true;
	users_end(s);
}

static void on_signal(evutil_socket_t fd, short what, void *ctx)
{
	struct swarm *s = ctx;

	(void)fd;
	(void)what;
	if (s->stops)
		(void)event_base_loopbreak(s->base);
	stop(s);
}

/* No agent wakes up for that. */
static void stop_idle_watches(struct swarm *s)
{
	const struct sc_params *objects = &s->plan.agent.objects;

	if (s->zero < 0 || s->stops || objects->kind < SC_WATCH || !objects->idle_stop)
		return;
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		flights_stop_watches(s->hollow[i], s->view.now);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct swarm *s = ctx;

	(void)fd;
	(void)what;
	s->view.now = s->zero < 0 ? -1 : swarm_now(s);
	if (!s->stops)
		count_ready(s);
	stop_idle_watches(s);
	chores_look(s);
	s->view.wire = wire_counts(s->wire);
	if (s->view.wire.waited)
		swarm_say(s, HOLLOW_NO_STREAM,
			"requests wait for one another: a connection has as many under way as "
			"the server allows, and this kubelet opens no other");
	if (!s->stops && s->params->tell && !s->params->tell(s->params->ctx, &s->view))
		stop(s);
	if (s->zero >= 0 && s->view.now >= s->run.until)
		stop(s);
	/* What all pods' starts took at once. */
	for (unsigned i = 0; i < STOCKS; i++)
		stock_rest(&s->stock[i]);
}

/* ------------------------------------------------------------------ beginnings */

static void begin_node(struct swarm *s, uint32_t i)
{
	const uint32_t *first = s->plan.agent.first;
	struct hollow *h = ARENA_NEW(&s->mem, struct hollow);

	s->hollow[i] = h;
	h->swarm = s;
	(void)snprintf(h->name, sizeof(h->name), "%.40s-%u", s->params->name, i);
	node_begin(&h->node, &s->plan, i, s->result, &s->mem);
	h->pod = ARENA_ARRAY(&s->mem, struct hollow_pod, s->plan.places);
	h->before = ARENA_ARRAY(
		&s->mem, uint16_t, (size_t)s->plan.places * s->plan.agent.containers);
	h->shown = ARENA_ARRAY(
		&s->mem, record_t, s->plan.places * s->scenario.workload.containers);
	h->watched = ARENA_ARRAY(&s->mem, uint64_t,
		first[ACTOR_WATCH + 1] - first[ACTOR_WATCH] + first[ACTOR_REFLECTOR + 1] -
			first[ACTOR_REFLECTOR] + 1);
}

/* All nodes are of one thread. */
static void begin_stocks(struct swarm *s)
{
	struct stock *stock = ARENA_ARRAY(&s->mem, struct stock, STOCKS);
	uint32_t nodes = s->scenario.nodes;

	s->stock = stock;
	s->plan.waiting = &stock[STOCK_WAITING];
	requests_stock(s->plan.waiting, &s->plan, nodes, &s->mem);
	s->plan.starts = &stock[STOCK_STARTS];
	budget_stock(s->plan.starts, &s->plan, nodes, &s->mem);
	s->plan.agent.chunks = s->plan.agent.pleg.chunks = &stock[STOCK_CHUNKS];
	agent_stock(s->plan.agent.chunks, &s->plan.agent, nodes, &s->mem);
	mock_stock(&stock[STOCK_JOBS], &s->plan.mock[0], nodes, &s->mem);
	for (unsigned w = 0; w <= FLEET_WINDOWS; w++)
		s->plan.mock[w].jobs = &stock[STOCK_JOBS];
}

static void begin_plan(struct swarm *s)
{
	hollow_script(s->params->scenario, &s->scenario, &s->run);
	s->run.times = true;
	if (s->params->only_others_pods)
		s->run.n_actions = 0;
	node_plan_init(&s->plan, &s->run, &s->mem);
	s->plan.together = true;
	begin_stocks(s);
	s->plan.world = &users_world;
	fleet_result_init(s->result, &s->run);
	answers_begin(s);
}

/* A connection each, and further ones where a server's limit of streams is as low as clients
 * take it for at first; over HTTP/1.1 one for every watch, and some for what is asked beside.
 */
static uint32_t descriptors(const struct swarm *s)
{
	const struct hollow_params *p = s->params;
	bool h2 = p->http == WIRE_HTTP2 ||
		  (p->http == WIRE_AGREED && !strncmp(p->access->server, "https", 5));
	const uint32_t *first = s->plan.agent.first;
	uint32_t watches = s->scenario.kubelet.n_watches;

	if (s->plan.agent.objects.kind >= SC_WATCH)
		watches += first[ACTOR_REFLECTOR + 1] - first[ACTOR_REFLECTOR];
	watches += FILES_OF_A_NODE + s->scenario.kubelet.n_agents;
	if (h2 && !p->connections)
		return (watches + 1) * s->scenario.nodes / STREAMS_AT_LEAST + 64;
	if (h2)
		return (p->connections * connections(&s->scenario) +
			       watches / STREAMS_AT_LEAST) *
			       s->scenario.nodes +
		       64;
	return watches * s->scenario.nodes + 64;
}

/* Its timers by the clock itself: the coarse one that libevent prefers stands still for 4 ms,
 * longer than most requests take. */
static struct event_base *new_loop(void)
{
	struct event_config *how = event_config_new();
	struct event_base *base;

	if (!how)
		return NULL;
	(void)event_config_set_flag(how, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(how);
	event_config_free(how);
	return base;
}

/* Nobody else's, whatever runs beside it or ran before. */
static void set_mark(struct swarm *s)
{
	uint64_t any = 0;

	if (getrandom(&any, sizeof(any), 0) != sizeof(any))
		any = (uint64_t)swarm_clock() ^ (uint64_t)getpid() << 40;
	(void)snprintf(s->mark, sizeof(s->mark), "%016llx", (unsigned long long)any);
}

static int begin(struct swarm *s)
{
	const struct hollow_params *p = s->params;
	struct wire_params wire = {.access = p->access,
		.http = p->http,
		.peers = users_peer(p->scenario) + 1,
		.connections = p->connections,
		.one_connection = p->connections && p->scenario->kubelet.one_connection};
	struct timeval second = {.tv_sec = 1};
	int code;

	/* Chunks so large that the kernel gives them: what nodes never touch takes nothing. */
	arena_init(&s->mem, (size_t)4 << 20);
	s->zero = -1;
	s->began = (int64_t)time(NULL);
	s->armed_for = NS_NEVER;
	s->last_chore = &s->first_chore;
	hist_reset(&s->view.lag);
	hist_reset(&s->view.start_lag);
	begin_plan(s);
	name_user_agent(s);
	s->view.result = s->result;
	code = node_plan_check(&s->plan, s->err);
	if (!code)
		code = asked_check(s);
	s->base = new_loop();
	if (!code && !s->base)
		code = err_set(s->err, ERR_NOMEM, "no memory");
	if (!code)
		code = wire_new(&s->wire, s->base, &wire, descriptors(s), s->err);
	if (code)
		return code;
	s->made_namespace = ARENA_ARRAY(&s->mem, bool, s->scenario.workload.namespaces);
	set_mark(s);
	for (uint32_t i = 0; i < s->scenario.workload.namespaces; i++) {
		char name[HOLLOW_NAME];

		(void)snprintf(name, sizeof(name), "nodetoll-%.40s-%u", p->name, i);
		(void)swarm_namespace(s, name);
	}
	wakes_init(&s->due, &s->mem, s->scenario.nodes);
	s->hollow = ARENA_ARRAY(&s->mem, struct hollow *, s->scenario.nodes);
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		begin_node(s, i);
	s->timer = evtimer_new(s->base, on_due, s);
	s->ticker = event_new(s->base, -1, EV_PERSIST, on_tick, s);
	(void)event_add(s->ticker, &second);
	return 0;
}

static void fini(struct swarm *s)
{
	for (uint32_t i = 0; s->hollow && i < s->scenario.nodes && s->hollow[i]; i++) {
		flights_drop(s->hollow[i]);
		pods_fini(s->hollow[i]);
	}
	metrics_end(s);
	wire_free(s->wire);
	str_fini(&s->address.path);
	str_fini(&s->address.body);
	if (s->timer)
		event_free(s->timer);
	if (s->ticker)
		event_free(s->ticker);
	if (s->base)
		event_base_free(s->base);
	arena_fini(&s->mem);
}

int hollow_run(const struct hollow_params *p, struct fleet_result *r, struct hollow_view *last,
	struct err *err)
{
	static const int signals[] = {SIGINT, SIGTERM};
	struct event *on[2] = {NULL, NULL};
	struct swarm *s = calloc(1, sizeof(*s));
	int code;

	if (!s)
		return err_set(err, ERR_NOMEM, "no memory");
	s->params = p;
	s->result = r;
	s->err = err;
	(void)signal(SIGPIPE, SIG_IGN);
	code = begin(s);
	for (unsigned i = 0; !code && i < 2; i++) {
		on[i] = evsignal_new(s->base, signals[i], on_signal, s);
		(void)evsignal_add(on[i], NULL);
	}
	if (!code)
		code = metrics_begin(s, err);
	if (!code) {
		s->asked_at = s->done_at = swarm_clock();
		users_begin(s);
		(void)event_base_dispatch(s->base);
		code = s->code;
	}
	if (!code && s->zero < 0)
		code = err_set(err, ERR_ENV, "stopped before the agents started");
	if (!code)
		fleet_result_end_at(r, s->view.now);
	s->view.wire = s->wire ? wire_counts(s->wire) : (struct wire_counts){0};
	*last = s->view;
	for (unsigned i = 0; i < 2; i++)
		if (on[i])
			event_free(on[i]);
	fini(s);
	free(s);
	if (code)
		fleet_result_fini(r);
	return code;
}
