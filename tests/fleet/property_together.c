/* SPDX-License-Identifier: Apache-2.0 */
#include "property.h"

#include "shared.h"

static void draw_servers(struct shared *s, struct property *p)
{
	s->params.servers = 1 + property_below(p, 3);
	s->params.retry_after = NS_S * (1 + property_below(p, 3));
	s->params.server = (struct server_params){.processors = 1 + property_below(p, 8),
		.flow = {.readonly = 1 + property_below(p, 40),
			.mutating = 1 + property_below(p, 20)},
		.timeout = property_below(p, 2) ? 0 : property_span(p, 20 * NS_MS, NS_S)};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s->params.cpu[c][0] = s->params.cpu[c][1] = property_span(p, 0, 5 * NS_MS);
}

/* What all fleets together have met, for none of it may be missing. */
enum met {
	MET_REJECTED,
	MET_TIMED_OUT,
	MET_LOST,
	MET_GIVEN_UP,
	MET_THROTTLED,
	MET_STREAM,
	MET_UNDER_WAY,
	MET_FEATURE,
	MET_IDLE,
	METS
};

static uint64_t met[METS];

/* Nodes of any version, with features beside them, a runtime that fails now and then, and
 * servers that go away. */
static struct kit *any_fleet(struct property *p)
{
	static const char *const kubelets[] = {"v1.2", "v1.6", "v1.12", "v1.20", "v1.27"};
	static const char *const designs[] = {"kubelet.objects.design=get",
		"kubelet.objects.design=cache", "kubelet.objects.design=watch"};
	static const char *const features[] = {"with=log-shipper-lists-pods", "with=kube-proxy",
		"with=node-problem-detector", "with=persistent-volume-gets"};
	static const char *const starts[] = {"start=atOnce", "start=kubeletRestart"};
	struct kit *k;

	k = KIT(kubelets[property_below(p, 5)], "secrets-30", designs[property_below(p, 3)],
		features[property_below(p, 4)], starts[property_below(p, 2)], "nodes=12",
		"warmup=0s", "duration=40s", "workload.pods=8", "workload.replacePodEvery=5s");
	kit_disturb(k, property_below(p, 2), 20, 30 * NS_S);
	return k;
}

static void draw_restart(struct shared *s, struct kit *k, struct property *p)
{
	k->scenario.apiserver.n_restarts = property_below(p, 2);
	k->scenario.apiserver.restarts[0] =
		(struct api_restart){.server = property_below(p, s->params.servers),
			.at = property_span(p, 5 * NS_S, 30 * NS_S),
			.lasts = property_span(p, NS_S, 12 * NS_S)};
}

/* A class's requests: each is answered, has failed, or is under way, and it is known which. */
static void check_class(struct property *p, const struct shared *s, uint32_t c)
{
	const struct fleet_requests *r = &s->result.requests[c];

	HOLDS(p, r->offered == answered(&s->result, c) + r->failed + r->under_way);
	HOLDS(p, unanswered(&s->result, c) == r->failed + r->retried);
	HOLDS(p, r->given_up <= r->failed);
	HOLDS(p, r->sent >= answered(&s->result, c) + rejected(&s->result, c));
	HOLDS(p, r->throttled <= r->offered);
	met[MET_REJECTED] += rejected(&s->result, c);
	met[MET_TIMED_OUT] += s->result.tally.window[0].in.count[c][OUTCOME_DEADLINE];
	met[MET_LOST] += s->result.tally.window[0].in.count[c][OUTCOME_LOST];
	met[MET_GIVEN_UP] += r->given_up;
	met[MET_THROTTLED] += r->throttled;
	met[MET_STREAM] += r->without_stream;
	met[MET_UNDER_WAY] += r->under_way;
}

/* Little: what was inside over time is what each stayed, but for those that are inside still.
 */
static void check_time(struct property *p, const struct shared *s, uint64_t under_way)
{
	const struct server_counts *c = &s->result.servers.counts;
	uint64_t most = under_way * (uint64_t)s->plan.params->until;

	HOLDS(p, c->arrived > 0 && c->sojourn > 0);
	HOLDS(p, c->inside.sum >= c->sojourn && c->inside.sum - c->sojourn <= most);
}

/* No seat is given twice, nobody is rejected while there are seats. */
static void check_limits(struct property *p, const struct shared *s)
{
	const struct flow_params *f = &s->params.server.flow;
	const struct flow_counts *level = s->result.servers.level;

	HOLDS(p, level[FLOW_READONLY].seats.max <= f->readonly);
	HOLDS(p, level[FLOW_MUTATING].seats.max <= f->mutating);
	HOLDS(p, level[FLOW_READONLY].rejected == 0 ||
			 level[FLOW_READONLY].seats.max == f->readonly);
	HOLDS(p, level[FLOW_MUTATING].rejected == 0 ||
			 level[FLOW_MUTATING].seats.max == f->mutating);
	HOLDS(p, s->result.servers.counts.running.max <= s->params.server.processors);
	met[MET_IDLE] += level[FLOW_READONLY].rejected == 0;
}

/* Whatever the servers: nothing that is offered is lost, nothing is answered that was not sent,
 * what was rejected was tried again or given up, and no seat is given twice. */
static void requests_are_kept_whole_once(struct property *p)
{
	struct kit *k = any_fleet(p);
	struct shared s;
	uint64_t under_way = 0;

	if (property_below(p, 3) == 0) { /* standing watches leave few */
		k->scenario.kubelet.one_connection = true;
		k->scenario.apiserver.streams = 8 + property_below(p, 20);
	}
	shared_init(&s, k);
	draw_servers(&s, p);
	draw_restart(&s, k, p);
	shared_run(&s);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		check_class(p, &s, c);
		under_way += s.result.requests[c].under_way;
	}
	for (uint32_t l = 0; l < k->scenario.kubelet.n_loops; l++)
		for (uint32_t i = 0; i < k->scenario.kubelet.loops[l].n_calls; i++) {
			uint16_t call = k->scenario.kubelet.loops[l].calls[i].call;

			if (*k->scenario.kubelet.loops[l].feature && call >= CALL_API)
				met[MET_FEATURE] += answered(&s.result, call);
		}
	if (k->scenario.apiserver.n_restarts == 0)
		check_time(p, &s, under_way);
	check_limits(p, &s);
	shared_fini(&s);
	kit_free(k);
}

static void requests_are_kept_whole(void **state)
{
	(void)state;
	memset(met, 0, sizeof(met));
	property_each(60, requests_are_kept_whole_once);
	for (int i = 0; i < METS; i++)
		if (!met[i] && !getenv("SEED"))
			fail_msg("no fleet has met %d", i);
}

/* ------------------------------------------------------------------ twice the work */

enum { ENOUGH = 100 }; /* answers, for a percentile to say something */

static void run_working(struct shared *s, struct kit *k, struct property *p, int times)
{
	shared_init(s, k);
	draw_servers(s, p);
	s->params.servers = 1;
	s->params.server.processors = 1;
	s->params.server.flow = (struct flow_params){0};
	s->params.server.timeout = 0;
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		for (int quorum = 0; quorum < 2; quorum++) {
			s->params.cpu[c][quorum] += NS_MS / 10;
			s->params.measured[c][quorum] = NS_HOUR;
			s->params.cpu[c][quorum] *= times;
		}
	shared_run(s);
}

enum { ARRIVALS = 40000 };

/* What nodes send when all of them start at once, by time. */
struct arrivals {
	uint32_t n;
	struct arrival {
		ns_t at, ends_at[2];
		uint16_t call;
	} one[ARRIVALS];
};

static void note_arrival(void *ctx, const struct tally_call *call)
{
	struct arrivals *a = ctx;

	if (call_is_runtime(call->call))
		return;
	assert_true(a->n < ARRIVALS);
	a->one[a->n++] = (struct arrival){.at = call->at, .call = call->call};
}

static int by_arrival(const void *x, const void *y)
{
	const struct arrival *a = x, *b = y;

	return a->at != b->at ? (a->at > b->at) - (a->at < b->at) : a->call - b->call;
}

static void record_arrivals(struct arrivals *a, struct kit *k)
{
	struct node_plan plan = {0};
	struct node *n = calloc(1, sizeof(*n));
	struct fleet_result r;

	assert_non_null(n);
	node_plan_init(&plan, &k->params, &k->mem);
	fleet_result_init(&r, &k->params);
	tally_trace(&r.tally, note_arrival, a);
	for (uint32_t i = 0; i < k->scenario.nodes; i++) {
		struct arena mem;

		arena_init(&mem, 0);
		node_begin(n, &plan, i, &r, &mem);
		node_run_until(n, k->params.until);
		arena_fini(&mem);
	}
	fleet_result_fini(&r);
	free(n);
	qsort(a->one, a->n, sizeof(a->one[0]), by_arrival);
}

static void serve_until(struct server *s, struct arrivals *a, int run, ns_t until)
{
	ns_t now;

	while ((now = server_next_at(s)) <= until && now < NS_NEVER) {
		struct server_done d;

		if (server_take(s, now, &d))
			a->one[d.id].ends_at[run] = now;
	}
}

static void replay(
	struct arrivals *a, const struct server_params *params, const ns_t *cpu, int run)
{
	struct server s;
	struct arena mem;
	uint32_t ticket;

	arena_init(&mem, 0);
	server_init(&s, params, &mem, a->n);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct server_request r = {.call = a->one[i].call,
			.id = i,
			.cpu = cpu[a->one[i].call] * (1 + run),
			.wait = 2 * NS_MS};

		serve_until(&s, a, run, a->one[i].at);
		assert_true(server_arrive(&s, a->one[i].at, &r, &ticket) != SERVER_REJECTS);
	}
	serve_until(&s, a, run, NS_NEVER);
	arena_fini(&mem);
}

/* Given when they come, and first come, first served among those without a seat: no request of
 * all ends sooner, so no percentile of any class is shorter.  A mass start of nodes, from half
 * idle to far beyond what the processors can do. */
static void given_their_arrivals_nothing_ends_sooner_once(struct property *p)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=40", "warmup=0s", "duration=1m",
		"start=atOnce", "workload.pods=8");
	struct arrivals *a = calloc(1, sizeof(*a));
	struct server_params params = {.processors = 1 + property_below(p, 4),
		.flow = {.fair = property_below(p, 2),
			.n_levels = 1,
			.level = {{.seats = 1 + property_below(p, 20),
				.queues = 1,
				.hand = 1,
				.queue_length = ARRIVALS}},
			.guess = NS_MIN,
			.wait_limit = NS_HOUR,
			.wait_end = NS_HOUR}};
	ns_t cpu[CALLS_MAX], later = 0;

	assert_non_null(a);
	k->scenario.seed = p->seed;
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		cpu[c] = property_span(p, NS_US, 10 * NS_MS);
	record_arrivals(a, k);
	replay(a, &params, cpu, 0);
	replay(a, &params, cpu, 1);
	HOLDS(p, a->n > 1000);
	for (uint32_t i = 0; i < a->n; i++) {
		HOLDS(p, a->one[i].ends_at[0] > a->one[i].at);
		HOLDS(p, a->one[i].ends_at[1] >= a->one[i].ends_at[0]);
		later += a->one[i].ends_at[1] - a->one[i].ends_at[0];
	}
	HOLDS(p, later > 0);
	kit_free(k);
	free(a);
}

static void given_their_arrivals_nothing_ends_sooner(void **state)
{
	(void)state;
	property_each(60, given_their_arrivals_nothing_ends_sooner_once);
}

/* Of a class that is answered often in both runs; nobody is rejected, or those that are left
 * would not be the same.  Nodes at rest send when their timers say so.  In a mass start of
 * nodes that wait for answers it is no theorem (docs/MODEL.md). */
static void twice_the_work_shortens_no_percentile_once(struct property *p)
{
	static const uint32_t percentiles[] = {100000, 500000, 900000, 990000};
	struct property again = *p;
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "warmup=0s", "duration=2m",
		"start=stationary", "workload.pods=8");
	struct shared s[2];
	uint32_t classes = 0;

	k->params.times = true;
	run_working(&s[0], k, p, 1);
	run_working(&s[1], k, &again, 2);
	for (uint32_t c = 0; c < CALLS_MAX - CALL_API; c++) {
		const struct hist *once = &s[0].result.tally.times->served[c];
		const struct hist *twice = &s[1].result.tally.times->served[c];

		if (once->n < ENOUGH || twice->n < ENOUGH)
			continue;
		classes++;
		for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
			HOLDS(p, hist_quantile(twice, percentiles[i]) >=
					 hist_quantile(once, percentiles[i]));
	}
	HOLDS(p, classes >= 3);
	HOLDS(p, s[1].result.servers.counts.sojourn > 2 * s[0].result.servers.counts.sojourn);
	for (int i = 0; i < 2; i++)
		shared_fini(&s[i]);
	kit_free(k);
}

static void twice_the_work_shortens_no_percentile(void **state)
{
	(void)state;
	property_each(20, twice_the_work_shortens_no_percentile_once);
}

/* ------------------------------------------------------------------ threads */

/* Which thread runs a node, and when, changes nothing. */
static void threads_make_no_difference_once(struct property *p)
{
	static const unsigned threads[] = {1, 2, 5};
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=12", "warmup=0s", "duration=20s",
		"start=atOnce", "workload.pods=8");
	struct shared s[3];

	shared_init(&s[0], k);
	draw_servers(&s[0], p);
	for (int i = 0; i < 3; i++) {
		if (i > 0) {
			shared_init(&s[i], k);
			s[i].params = s[0].params;
		}
		k->params.threads = threads[i];
		shared_run(&s[i]);
		HOLDS(p, !memcmp(&s[i].result.tally.window[0].in,
				 &s[0].result.tally.window[0].in, sizeof(struct tally_counts)));
		HOLDS(p, !memcmp(s[i].result.requests, s[0].result.requests,
				 sizeof(s[0].result.requests)));
		HOLDS(p, !memcmp(s[i].result.tried, s[0].result.tried,
				 sizeof(uint32_t) * FLEET_TRIES * CALLS_MAX *
					 s[0].result.tally.seconds));
		HOLDS(p, !memcmp(s[i].result.step, s[0].result.step, sizeof(s[0].result.step)));
		HOLDS(p, s[i].result.servers.counts.sojourn ==
				 s[0].result.servers.counts.sojourn);
		HOLDS(p, s[i].result.steps == s[0].result.steps);
	}
	for (int i = 0; i < 3; i++)
		shared_fini(&s[i]);
	kit_free(k);
}

static void threads_make_no_difference(void **state)
{
	(void)state;
	property_each(15, threads_make_no_difference_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_kept_whole),
		cmocka_unit_test(threads_make_no_difference),
		cmocka_unit_test(twice_the_work_shortens_no_percentile),
		cmocka_unit_test(given_their_arrivals_nothing_ends_sooner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
