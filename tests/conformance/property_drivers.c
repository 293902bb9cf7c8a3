/* SPDX-License-Identifier: Apache-2.0 */
/* The same script through both drivers: fleet in virtual time, hollow on a clock.  What agents
 * want done is the same, actor by actor, in the same order. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/client.h"
#include "fleet/fleet.h"
#include "hollow/hollow.h"
#include "models/library.h"

#include "trace.h"
#include "world.h"

#define ANSWER (5 * NS_MS + 123457)
#define WATCH  (2 * NS_MS + 234567)

struct both {
	struct scenario scenario;
	struct arena mem;
	struct trace simulated, live;
	uint32_t faults;         /* as world_fails */
	ns_t opens;              /* as world_times; live alone */
	const char *const *with; /* features */
	size_t n_with;
	bool (*tell)(void *ctx, const struct hollow_view *v);
};

/* Latencies without noise, of which no two add up to a third: nobody is due together with
 * somebody else by chance of round numbers. */
static void quiet(struct scenario *s)
{
	const struct latency none = {.mean = ANSWER - 1};

	s->apiserver.n_latency = 0;
	s->apiserver.other = none;
	s->apiserver.other_cached = none;
	s->apiserver.watch_delay = (struct latency){.mean = WATCH - 1};
}

static void load(
	struct both *c, const struct scenario_names *names, const char *const *sets, size_t n)
{
	const struct settings settings = {
		.text = sets, .n = n, .with = c->with, .n_with = c->n_with};
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = &c->mem};
	struct model resolved = {0};
	struct err err = {0};

	if (scenario_compose(&lib, names, &settings, &c->scenario, &resolved, &err))
		fail_msg("%s", err.text);
	quiet(&c->scenario);
	c->simulated.calls = c->live.calls = &c->scenario.calls;
}

static void run_virtual(struct both *c)
{
	struct scenario *s = calloc(1, sizeof(*s));
	struct fleet_result r = {0};
	struct fleet_params p;
	struct err err = {0};

	assert_non_null(s);
	hollow_script(&c->scenario, s, &p);
	trace_into(&c->simulated);
	world_fails(c->faults);
	if (fleet_run(&p, &r, &err))
		fail_msg("%s", err.text);
	trace_into(NULL);
	fleet_result_fini(&r);
	free(s);
}

static void run_live(struct both *c)
{
	const struct world_times times = {ANSWER, WATCH, c->opens};
	const struct access access = {.server = "http://in.process"};
	const struct hollow_params p = {.scenario = &c->scenario,
		.access = &access,
		.http = WIRE_HTTP2,
		.connections = 1,
		.name = "n",
		.pods_first = true,
		.tell = c->tell};
	struct hollow_view last = {0};
	struct fleet_result r = {0};
	struct err err = {0};

	world_begin(&times);
	world_fails(c->faults);
	trace_into(&c->live);
	if (hollow_run(&p, &r, &last, &err))
		fail_msg("%s", err.text);
	trace_into(NULL);
	assert_true(c->faults || !last.errors);
	assert_true(last.lag.n > 100);
	/* Timers are whole milliseconds; nobody's turn comes later than that. */
	assert_true(last.lag.max <= NS_MS);
	assert_int_equal(world.strays, 0);
	fleet_result_fini(&r);
	world_end();
}

/* The live driver ends with its last whole millisecond. */
static void leave_out_the_end(struct trace *t, ns_t end)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->effect[i].at < end - NS_MS)
			t->effect[n++] = t->effect[i];
	t->n = n;
}

static bool is_same(const struct trace_effect *a, const struct trace_effect *b)
{
	return a->agent == b->agent && a->actor == b->actor && a->at == b->at &&
	       !strcmp(a->what, b->what);
}

/* Where an agent's actor does something else, or at another time, than in the other trace. */
static bool begins_apart(const struct trace *a, const struct trace *b, size_t i)
{
	size_t from = i;

	while (from > 0 && a->effect[from - 1].agent == a->effect[i].agent &&
		a->effect[from - 1].actor == a->effect[i].actor)
		from--;
	for (size_t j = 0; j < b->n; j++)
		if (b->effect[j].agent == a->effect[i].agent &&
			b->effect[j].actor == a->effect[i].actor) {
			j += i - from;
			return j >= b->n || !is_same(&a->effect[i], &b->effect[j]);
		}
	return true;
}

/* The earliest of all actors' first differences, with what came around it. */
static void show(const struct trace *a, const struct trace *b, const char *name)
{
	size_t first = a->n;

	for (size_t i = 0; i < a->n; i++)
		if ((first == a->n || a->effect[i].at < a->effect[first].at) &&
			begins_apart(a, b, i))
			first = i;
	for (size_t i = first > 3 ? first - 3 : 0; i < first + 2 && i < a->n; i++)
		print_message("%s%s %016llx actor %u at %.9f: %s\n", i == first ? "> " : "  ",
			name, (unsigned long long)a->effect[i].agent, a->effect[i].actor,
			(double)a->effect[i].at / 1e9, a->effect[i].what);
}

struct from {
	uint64_t seed;
	const char *life;
};

static void compare(struct both *c, const struct from *from)
{
	ns_t end = c->scenario.warmup + c->scenario.duration;
	bool same;

	leave_out_the_end(&c->simulated, end);
	leave_out_the_end(&c->live, end);
	trace_sort(&c->simulated);
	trace_sort(&c->live);
	same = c->simulated.n == c->live.n;
	assert_true(c->simulated.n > 100);
	for (size_t i = 0; same && i < c->live.n; i++)
		same = is_same(&c->simulated.effect[i], &c->live.effect[i]);
	if (same)
		return;
	show(&c->simulated, &c->live, "simulated");
	show(&c->live, &c->simulated, "live     ");
	fail_msg("%s, %u pods, %s: SEED=%" PRIu64, c->scenario.kubelet.name,
		c->scenario.workload.pods, from->life, from->seed);
}

/* What else happens to pods, one thing a run. */
static const char *const lives[] = {
	"workload.pods=0",
	"workload.containers=3",
	"workload.containerDeathEvery=20s",
	"workload.crashLooping=0.5",
	"workload.replacePodEvery=15s",
	"workload.imagePresent=false",
	"workload.namespaces=2",
	"kubelet.objects.design=bulkwatch",
	"workload=with-probes",
	"workload=batch",
};
enum {
	DROPS = 1u << WORLD_ENDS | 1u << WORLD_GONE,
	REJECTIONS = 1u << WORLD_REJECTS,
	BREAKS = 1u << WORLD_RESET | 1u << WORLD_RESETS_READ,
	REFUSALS = 1u << WORLD_REFUSES,
	EVERYTHING = DROPS | REJECTIONS | BREAKS | REFUSALS | 1u << WORLD_ERROR
};

enum { LIVES = sizeof(lives) / sizeof(lives[0]) };

static uint32_t struck_in_all[WORLD_FAULTS];

static void effects_are_the_same_with(struct property *p, uint32_t faults)
{
	static const char *const kubelets[] = {
		"v1.1", "v1.2", "v1.5", "v1.6", "v1.12", "v1.20", "v1.23", "v1.27", "v1.36"};
	uint32_t k = property_below(p, 9);
	const struct scenario_names names = {"any", kubelets[k],
		k < 3 ? "docker-1.9" : "containerd-1.6.20", "v1.20", "secrets-30", false};
	char pods[64], seed[64];
	const char *const sets[] = {"nodes=2", "start=afterWarmup", "warmup=1s", "duration=90s",
		pods, seed, lives[property_below(p, LIVES)]};
	struct both c = {.faults = faults};
	uint32_t struck[WORLD_FAULTS];

	(void)snprintf(pods, sizeof(pods), "workload.pods=%u", 1 + property_below(p, 12));
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	arena_init(&c.mem, 0);
	load(&c, &names, sets, 7);
	run_virtual(&c);
	memcpy(struck, world.struck, sizeof(struck));
	run_live(&c);
	compare(&c, &(struct from){p->seed, sets[6]});
	assert_memory_equal(struck, world.struck, sizeof(struck));
	for (unsigned f = 0; f < WORLD_FAULTS; f++)
		struck_in_all[f] += struck[f];
	trace_fini(&c.simulated);
	trace_fini(&c.live);
	arena_fini(&c.mem);
}

/* In many runs; those of one may have nothing that a fault could strike. */
static void effects_are_the_same_in(void (*runs)(struct property *), uint32_t faults)
{
	memset(struck_in_all, 0, sizeof(struck_in_all));
	property_each(20, runs);
	for (unsigned f = 0; f < WORLD_FAULTS && !getenv("SEED"); f++)
		assert_int_equal(struck_in_all[f] > 0, faults >> f & 1);
}

static void effects_are_the_same_once(struct property *p)
{
	effects_are_the_same_with(p, 0);
}

static void effects_are_the_same(void **state)
{
	(void)state;
	effects_are_the_same_in(effects_are_the_same_once, 0);
}

static void effects_are_the_same_when_watches_are_dropped_once(struct property *p)
{
	effects_are_the_same_with(p, DROPS);
}

/* Watches that end early, and whose version is gone. */
static void effects_are_the_same_when_watches_are_dropped(void **state)
{
	(void)state;
	effects_are_the_same_in(effects_are_the_same_when_watches_are_dropped_once, DROPS);
}

static void effects_are_the_same_when_requests_are_rejected_once(struct property *p)
{
	effects_are_the_same_with(p, REJECTIONS);
}

/* 429 with a Retry-After. */
static void effects_are_the_same_when_requests_are_rejected(void **state)
{
	(void)state;
	effects_are_the_same_in(
		effects_are_the_same_when_requests_are_rejected_once, REJECTIONS);
}

static void effects_are_the_same_when_connections_break_once(struct property *p)
{
	effects_are_the_same_with(p, BREAKS);
}

/* Amid a write, and amid a read. */
static void effects_are_the_same_when_connections_break(void **state)
{
	(void)state;
	effects_are_the_same_in(effects_are_the_same_when_connections_break_once, BREAKS);
}

static void effects_are_the_same_when_nobody_is_there_once(struct property *p)
{
	effects_are_the_same_with(p, REFUSALS);
}

/* Watches are opened again where they were, as their version does; what else is asked for has
 * failed. */
static void effects_are_the_same_when_nobody_is_there(void **state)
{
	(void)state;
	effects_are_the_same_in(effects_are_the_same_when_nobody_is_there_once, REFUSALS);
}

static void effects_are_the_same_when_everything_fails_once(struct property *p)
{
	effects_are_the_same_with(p, EVERYTHING);
}

static void effects_are_the_same_when_everything_fails(void **state)
{
	(void)state;
	effects_are_the_same_in(effects_are_the_same_when_everything_fails_once, EVERYTHING);
}

static uint16_t call_of(const struct scenario *s, const char *verb, const char *resource)
{
	for (uint32_t i = CALL_API; i < s->calls.n; i++)
		if (!strcmp(s->calls.name[i].verb, verb) &&
			!strcmp(s->calls.name[i].resource, resource))
			return (uint16_t)i;
	fail_msg("no %s %s", verb, resource);
	return 0;
}

/* What client-go tries again it does by itself, so long after the answer: the agent hears of
 * nothing. */
static void follow(const char *verb, const char *resource, enum world_fault fault, ns_t after)
{
	const struct scenario_names names = {
		"any", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *const sets[] = {"nodes=1", "start=atOnce", "warmup=0s", "duration=90s",
		"workload.pods=1", "seed=1"};
	struct both c = {.faults = 1u << fault};
	unsigned tries = 0;

	arena_init(&c.mem, 0);
	load(&c, &names, sets, 6);
	world.followed = call_of(&c.scenario, verb, resource);
	world.in_a_row = 1;
	run_live(&c);
	for (uint32_t i = 0; i + 1 < world.n_sent; i++)
		if (world.met[i] == fault) {
			ns_t pause = world.sent_at[i + 1] - world.sent_at[i] - ANSWER;

			tries++;
			/* a timer of the kubelet's is late by as much as its model says */
			assert_in_range(pause, after, after + 5 * NS_MS);
		}
	assert_true(tries > 0);
	world.followed = 0;
	trace_fini(&c.live);
	arena_fini(&c.mem);
}

/* Two heartbeats in a row fail, now and then: the kubelet closes its connection and opens its
 * watches again, and an agent with a client of its own has its own connection. */
static void a_kubelet_hangs_up_and_agents_do_not(void **state)
{
	const struct scenario_names names = {
		"any", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *const sets[] = {"nodes=1", "start=afterWarmup", "warmup=1s", "duration=90s",
		"workload.pods=3", "seed=1", "kubelet.loops.nodeStatus.period=17s"};
	const char *const with[] = {"node-feature-discovery-informer"};
	struct both c = {.faults = 1u << WORLD_ERROR, .with = with, .n_with = 1};

	(void)state;
	arena_init(&c.mem, 0);
	load(&c, &names, sets, 7);
	assert_int_equal(c.scenario.kubelet.n_agents, 1);
	world.followed = call_of(&c.scenario, "update", "leases");
	world.in_a_row = 2;
	world.from = 3; /* when nothing else is under way: alone, it would be answered */
	run_virtual(&c);
	assert_true(world.n_sent > 20);
	run_live(&c);
	assert_int_equal(world.hung_up, 1u << CONNECTION_KUBELET);
	compare(&c, &(struct from){0, "hanging up"});
	world.followed = 0;
	world.from = 0;
	trace_fini(&c.simulated);
	trace_fini(&c.live);
	arena_fini(&c.mem);
}

static void a_rejection_is_tried_again_when_the_server_says(void **state)
{
	(void)state;
	follow("get", "nodes", WORLD_REJECTS, WORLD_RETRY_AFTER);
	follow("update", "leases", WORLD_REJECTS, WORLD_RETRY_AFTER);
}

static void a_read_that_is_cut_off_is_tried_again_after_a_second(void **state)
{
	(void)state;
	follow("get", "nodes", WORLD_RESETS_READ, CLIENT_AFTER_RESET);
}

/* Who creates them takes no time from the run: they are there when the kubelets ask first. */
static void pods_of_the_beginning_are_in_the_first_list(void **state)
{
	const struct scenario_names names = {
		"any", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *const sets[] = {"nodes=2", "start=atOnce", "warmup=0s", "duration=5s",
		"workload.pods=7", "seed=1"};
	struct both c = {0};
	unsigned told = 0;

	(void)state;
	arena_init(&c.mem, 0);
	load(&c, &names, sets, 6);
	run_live(&c);
	for (size_t i = 0; i < c.live.n; i++) {
		const struct trace_effect *e = &c.live.effect[i];

		if (e->actor != TRACE_TOLD || !strstr(e->what, ": 0, namespace"))
			continue;
		told++;
		assert_int_equal(e->at, ANSWER);
	}
	assert_int_equal(told, 2 * 7);
	trace_fini(&c.live);
	arena_fini(&c.mem);
}

static void pods_vanish(struct world_event *e)
{
	(void)e;
	world_asks("DELETE", "/api/v1/namespaces/nodetoll-n-0/pods?gracePeriodSeconds=0");
}

/* A secret's LIST goes out each fifth of a second, its WATCH after the answer: while one is
 * under way, somebody else deletes all pods. */
static bool pods_vanish_soon(void *ctx, const struct hollow_view *v)
{
	(void)ctx;
	if (v->now / NS_S == 2)
		(void)world_at(world.now + ANSWER, pods_vanish, &world);
	return true;
}

static void a_watch_that_opens_late_goes_with_its_reflector(void **state)
{
	const struct scenario_names names = {
		"any", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *const sets[] = {"nodes=1", "start=atOnce", "warmup=1s", "duration=30s",
		"workload.pods=20", "workload.namespaces=1", "kubelet.objects.design=watch",
		"kubelet.clients.kube={qps: 5, burst: 5}"};
	struct both c = {.tell = pods_vanish_soon};

	(void)state;
	arena_init(&c.mem, 0);
	load(&c, &names, sets, 8);
	run_live(&c);
	assert_true(world.watches < 20);
	trace_fini(&c.live);
	arena_fini(&c.mem);
}

static void watches_end_as_their_reflectors(
	struct property *p, struct both *c, const char *why, const char *const extra[3])
{
	const struct scenario_names names = {
		"any", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	char seed[64];
	const char *const sets[] = {"nodes=2", "start=afterWarmup", "warmup=1s", "duration=3m",
		"workload.pods=2", seed, "kubelet.objects.design=watch", extra[0], extra[1],
		extra[2]};

	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	arena_init(&c->mem, 0);
	load(c, &names, sets, 10);
	run_virtual(c);
	run_live(c);
	compare(c, &(struct from){p->seed, why});
	trace_fini(&c->simulated);
	trace_fini(&c->live);
	arena_fini(&c->mem);
}

static void a_watch_whose_place_is_taken_ends(struct property *p)
{
	static const char *const extra[] = {"workload.replacePodEvery=3s",
		"kubelet.objects.idleCheck=10s", "workload.objects[0].immutable=false"};
	struct both c = {.opens = (ns_t)(30 + property_below(p, 90)) * NS_S};

	watches_end_as_their_reflectors(p, &c, "pods go", extra);
}

/* Until it is open, its pod has gone, and the reflector of another, in the same place, watches
 * already. */
static void watches_whose_places_are_taken_end(void **state)
{
	(void)state;
	property_each(10, a_watch_whose_place_is_taken_ends);
}

static void a_watch_of_what_nobody_reads_ends(struct property *p)
{
	static const char *const extra[] = {"kubelet.objects.idleStop=20s",
		"kubelet.objects.idleCheck=10s", "workload.objects[0].immutable=false"};
	struct both c = {0};

	watches_end_as_their_reflectors(p, &c, "nobody reads", extra);
}

/* A pod is synced after more than 25 s. */
static void watches_of_what_nobody_reads_end(void **state)
{
	(void)state;
	property_each(10, a_watch_of_what_nobody_reads_ends);
}

static void a_watch_of_what_cannot_change_ends(struct property *p)
{
	static const char *const extra[] = {"kubelet.objects.syncWait=1ms",
		"kubelet.objects.idleCheck=10s", "workload.objects[0].immutable=true"};
	struct both c = {0};

	watches_end_as_their_reflectors(p, &c, "nothing changes", extra);
	assert_int_equal(world.watches, 0);
}

/* It is read first when its watch is open already. */
static void watches_of_what_cannot_change_end(void **state)
{
	(void)state;
	property_each(10, a_watch_of_what_cannot_change_ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watch_that_opens_late_goes_with_its_reflector),
		cmocka_unit_test(watches_whose_places_are_taken_end),
		cmocka_unit_test(watches_of_what_nobody_reads_end),
		cmocka_unit_test(watches_of_what_cannot_change_end),
		cmocka_unit_test(pods_of_the_beginning_are_in_the_first_list),
		cmocka_unit_test(effects_are_the_same),
		cmocka_unit_test(effects_are_the_same_when_watches_are_dropped),
		cmocka_unit_test(effects_are_the_same_when_requests_are_rejected),
		cmocka_unit_test(effects_are_the_same_when_connections_break),
		cmocka_unit_test(effects_are_the_same_when_nobody_is_there),
		cmocka_unit_test(effects_are_the_same_when_everything_fails),
		cmocka_unit_test(a_kubelet_hangs_up_and_agents_do_not),
		cmocka_unit_test(a_rejection_is_tried_again_when_the_server_says),
		cmocka_unit_test(a_read_that_is_cut_off_is_tried_again_after_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
