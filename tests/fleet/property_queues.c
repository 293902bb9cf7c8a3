/* SPDX-License-Identifier: Apache-2.0 */
/* Little's law of a node's queues, whatever its pods ask for: what waits at any moment, over
 * time, is what each request says that it has waited. */
#include "property.h"

#include "agent/client.h"
#include "fleet/node.h"
#include "fleet/queue.h"
#include "kit.h"

struct world {
	struct kit *k;
	struct node_plan plan;
	struct node node;
	struct fleet_result result;
	struct arena mem;
	ns_t now;
	ns_t in_limiters, in_streams; /* requests that waited there, over time */
	ns_t told;                    /* by requests */
};

static struct world *begin(struct kit *k)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->k = k;
	arena_init(&w->mem, 0);
	node_plan_init(&w->plan, &k->params, &k->mem);
	fleet_result_init(&w->result, &k->params);
	return w;
}

static void end(struct world *w)
{
	fleet_result_fini(&w->result);
	arena_fini(&w->mem);
	kit_free(w->k);
	free(w);
}

static void look_until(struct world *w, ns_t at)
{
	for (unsigned c = 0; c < CLIENTS; c++)
		w->in_limiters += (ns_t)w->node.held[c].n * (at - w->now);
	w->in_streams += (ns_t)w->node.streams.waiting.n * (at - w->now);
	w->now = at;
}

/* ------------------------------------------------------------------ HTTP/2 streams */

/* What is left of a request's time beside its limiter and the server is waiting for a stream:
 * nobody is rejected here.  Who is given up never had one. */
static void hear(void *ctx, const struct tally_call *c)
{
	struct world *w = ctx;

	if (!call_is_runtime(c->call))
		w->told += c->took - c->held -
			   (c->what == OUTCOME_LOST || c->what == OUTCOME_DEADLINE ? 0
										   : c->served);
}

static uint64_t waited_for_streams, waited_for_limiters, tried_again;

static struct kit *on_one_connection(struct property *p)
{
	char pods[64], seed[64], streams[64];

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 10 + property_below(p, 50));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	(void)snprintf(streams, sizeof(streams), "apiserver.http2MaxStreamsPerConnection=%u",
		16 + property_below(p, 30));
	return KIT("v1.12", "secrets-30", "nodes=1", "warmup=0s", "duration=3m", "start=atOnce",
		pods, seed, streams);
}

static void streams_keep_little_s_law_once(struct property *p)
{
	struct world *w = begin(on_one_connection(p));
	struct node *n = &w->node;

	tally_trace(&w->result.tally, hear, w);
	node_begin(n, &w->plan, 0, &w->result, &w->mem);
	HOLDS(p, n->streams.limit > 0);
	while (node_next_at(n) < w->k->params.until) {
		look_until(w, node_next_at(n));
		node_step(n, w->now);
	}
	for (const struct queued *q = n->streams.waiting.first; q; q = q->next)
		w->in_streams -= w->now - q->q.wanted_at - q->q.held;
	HOLDS(p, w->in_streams == w->told);
	waited_for_streams += w->told > 0;
	end(w);
}

static void streams_keep_little_s_law(void **state)
{
	(void)state;
	waited_for_streams = 0;
	property_each(30, streams_keep_little_s_law_once);
	if (!getenv("SEED") && !waited_for_streams)
		fail_msg("nobody has waited for a stream");
}

/* ------------------------------------------------------------------ limiters, with retries */

enum { FLIGHTS = 4096 };

/* A server that answers when it likes, and turns some away. */
struct far_server {
	struct property *p;
	uint32_t n;
	struct flight {
		ns_t at;
		struct node_request q;
	} of[FLIGHTS];
};

static void take(struct far_server *s, struct world *w)
{
	struct node_request *q = &w->node.send;

	assert_true(s->n < FLIGHTS);
	w->node.sending = false;
	s->of[s->n++] = (struct flight){q->at + property_span(s->p, NS_MS, 300 * NS_MS), *q};
	tried_again += q->tries > 0;
}

static uint32_t first(const struct far_server *s)
{
	uint32_t f = 0;

	for (uint32_t i = 1; i < s->n; i++)
		if (s->of[i].at < s->of[f].at)
			f = i;
	return f;
}

/* A request says how long it was held when it is over. */
static void answer(struct far_server *s, struct world *w)
{
	uint32_t i = first(s);
	struct flight f = s->of[i];
	bool rejects = property_below(s->p, 4) == 0;
	ns_t after = NS_S * (1 + property_below(s->p, 3));

	s->of[i] = s->of[--s->n];
	if (!rejects || !requests_tries_again(&w->node, &f.q, OUTCOME_REJECTED, after))
		w->told += f.q.held;
	requests_answer(&w->node, f.at, &f.q, rejects ? OUTCOME_REJECTED : OUTCOME_OK,
		rejects ? after : 0);
}

/* Those that are not over: what they have waited so far. */
static void count_the_rest(const struct far_server *s, struct world *w)
{
	const struct node *n = &w->node;

	for (uint32_t i = 0; i < s->n; i++)
		w->told += s->of[i].q.held;
	for (const struct queued *q = n->asleep.first; q; q = q->next)
		w->told += q->q.held;
	for (unsigned c = 0; c < CLIENTS; c++)
		for (const struct queued *q = n->held[c].first; q; q = q->next)
			w->told += q->q.held - (q->q.at - w->now);
}

/* Heartbeats, whose client gives up after ten seconds, pass no limiter. */
static void limiters_keep_little_s_law_once(struct property *p)
{
	static const char *const kubelets[] = {"v1.5", "v1.6", "v1.12", "v1.20", "v1.27"};
	static const char *const designs[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch"};
	char pods[64], seed[64], qps[64];
	struct far_server *s = calloc(1, sizeof(*s));
	struct world *w;

	assert_non_null(s);
	s->p = p;
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 60));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	(void)snprintf(
		qps, sizeof(qps), "kubelet.clients.kube.qps=%u", 1 + property_below(p, 20));
	w = begin(KIT(kubelets[property_below(p, 5)], "secrets-30",
		designs[property_below(p, 3)], "nodes=1", "warmup=0s", "duration=2m",
		"start=atOnce", "kubelet.oneConnection=false", pods, seed, qps));
	w->plan.together = true;
	node_begin(&w->node, &w->plan, 0, &w->result, &w->mem);
	for (;;) {
		ns_t next = node_next_at(&w->node);
		ns_t word = s->n ? s->of[first(s)].at : NS_NEVER;

		if (ns_min(next, word) >= w->k->params.until)
			break;
		look_until(w, ns_min(next, word));
		if (word <= next)
			answer(s, w);
		else
			node_step(&w->node, w->now);
		if (w->node.sending)
			take(s, w);
	}
	count_the_rest(s, w);
	HOLDS(p, w->in_limiters == w->told);
	waited_for_limiters += w->told > 0;
	end(w);
	free(s);
}

static void limiters_keep_little_s_law_with_retries(void **state)
{
	(void)state;
	waited_for_limiters = tried_again = 0;
	property_each(30, limiters_keep_little_s_law_once);
	if (!getenv("SEED") && (!waited_for_limiters || !tried_again))
		fail_msg("nobody has waited, or tried again");
}

/* ------------------------------------------------------------------ events and images */

enum { ITEMS = 8192 };

/* A queue of the agent's with one goroutine behind it: when items came, by how much longer it
 * was, and when the goroutine was through with one, by what it asked for. */
struct inner {
	uint32_t came, left;
	ns_t came_at[ITEMS];
	ns_t left_at[ITEMS];
	ns_t in; /* items in the queue, over time */
};

struct inside {
	struct world *w;
	struct inner events, pulls;
	uint64_t queued; /* events, as of the last look */
	uint32_t pulling;
};

static uint64_t waited_for_events, waited_for_images;

static void comes(struct inner *q, ns_t now)
{
	assert_true(q->came < ITEMS);
	q->came_at[q->came++] = now;
}

static void leaves(struct inner *q, ns_t at)
{
	assert_true(q->left < ITEMS);
	q->left_at[q->left++] = at;
}

/* An event leaves its queue when it is asked to be written, an image when it is there. */
static void hear_inside(void *ctx, const struct tally_call *c)
{
	struct inside *i = ctx;

	if (c->call == API_CREATE_EVENTS || c->call == API_PATCH_EVENTS)
		leaves(&i->events, c->at - c->held);
	else if (c->call == OP_PULL_IMAGE || c->call == CALL_HIDDEN + OP_PULL_IMAGE)
		leaves(&i->pulls, c->at);
}

static void look_inside_until(struct inside *i, ns_t at)
{
	const struct agent *a = &i->w->node.agent;

	i->events.in += (ns_t)a->events.n * (at - i->w->now);
	i->pulls.in += (ns_t)a->n_pulls * (at - i->w->now);
	i->w->now = at;
}

/* After a step: whoever has come. */
static void look_inside(struct inside *i)
{
	const struct agent *a = &i->w->node.agent;

	for (; i->queued < a->queued_events; i->queued++)
		comes(&i->events, i->w->now);
	for (; i->pulling < a->n_pulls; i->pulling++)
		comes(&i->pulls, i->w->now);
	i->pulling = a->n_pulls;
}

/* First come, first served: what each has waited so far. */
static ns_t waits_of(const struct inner *q, ns_t now)
{
	ns_t sum = 0;

	for (uint32_t i = 0; i < q->came; i++)
		sum += (i < q->left && q->left_at[i] < now ? q->left_at[i] : now) -
		       q->came_at[i];
	return sum;
}

static void queues_inside_keep_little_s_law_once(struct property *p)
{
	char pods[64], seed[64], qps[64];
	struct inside *i = calloc(1, sizeof(*i));
	struct world *w;

	assert_non_null(i);
	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 60));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	(void)snprintf(
		qps, sizeof(qps), "kubelet.clients.events.qps=%u", 1 + property_below(p, 20));
	w = i->w = begin(KIT("v1.20", "secrets-30", "nodes=1", "warmup=0s", "duration=2m",
		"start=atOnce", "workload.imagePresent=false", "kubelet.images.registryQPS=-1",
		pods, seed, qps));
	tally_trace(&w->result.tally, hear_inside, i);
	node_begin(&w->node, &w->plan, 0, &w->result, &w->mem);
	look_inside(i);
	while (node_next_at(&w->node) < w->k->params.until) {
		look_inside_until(i, node_next_at(&w->node));
		node_step(&w->node, w->now);
		look_inside(i);
	}
	HOLDS(p, i->events.in == waits_of(&i->events, w->now));
	HOLDS(p, i->pulls.in == waits_of(&i->pulls, w->now));
	waited_for_events += i->events.in > 0;
	waited_for_images += i->pulls.in > 0;
	end(w);
	free(i);
}

static void queues_inside_keep_little_s_law(void **state)
{
	(void)state;
	waited_for_events = waited_for_images = 0;
	property_each(30, queues_inside_keep_little_s_law_once);
	if (!getenv("SEED") && (!waited_for_events || !waited_for_images))
		fail_msg("nobody has waited");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_keep_little_s_law),
		cmocka_unit_test(limiters_keep_little_s_law_with_retries),
		cmocka_unit_test(queues_inside_keep_little_s_law),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
