/* SPDX-License-Identifier: Apache-2.0 */
/* What is let in on the wire is what is let in in simulation: the same requests meet the same
 * verdicts and end at the same times, whichever driver hands them over. */
#include <stdlib.h>
#include <string.h>

#include "live/admit.h"
#include "models/library.h"
#include "property.h"

enum { REQUESTS = 400, CAPACITY = 64, USERS = 5 };

static struct scenario *load(struct arena *mem, const char *const *sets, size_t n)
{
	const struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = mem};
	const struct scenario_names names = {.name = "serve",
		.kubelet = "v1.20",
		.runtime = "containerd-1.6.20",
		.apiserver = "v1.20",
		.workload = "serving"};
	const struct settings settings = {.text = sets, .n = n};
	struct scenario *s = ARENA_NEW(mem, struct scenario);
	struct model resolved = {0};
	struct err err = {0};

	if (scenario_compose(&lib, &names, &settings, s, &resolved, &err))
		fail_msg("%s", err.text);
	return s;
}

static struct rest_route route_of(const char *method, const char *target)
{
	struct rest_route r;
	int code;

	assert_int_equal(route_parse(&r, method, target, &code, NULL), 0);
	route_fini(&r);
	return r;
}

static enum server_verdict ask(
	struct admit *a, ns_t now, const struct rest_route *r, const char *user, uint32_t id)
{
	uint32_t ticket;

	return admit_arrive(a, now,
		&(struct admit_request){.route = r, .user = user, .id = id, .latency = NS_S},
		&ticket);
}

static void over_the_limits_requests_are_rejected(void **state)
{
	static const char *const sets[] = {"apiserver.fairness.enabled=false",
		"apiserver.maxRequestsInflight=3", "apiserver.maxMutatingRequestsInflight=1"};
	const struct rest_route get = route_of("GET", "/api/v1/nodes/n");
	const struct rest_route put = route_of("PUT", "/api/v1/nodes/n");
	const struct rest_route watch = route_of("GET", "/api/v1/nodes?watch=1");
	const struct fault_rules none = {0};
	struct arena mem = {0};
	struct server_done d;
	struct admit a;
	struct serve_params p = {.faults = &none, .seed = 1};
	uint32_t ticket;
	int n = 0;

	(void)state;
	p.scenario = load(&mem, sets, 3);
	admit_init(&a, &p, CAPACITY);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(ask(&a, 0, &get, "u", i), SERVER_SERVES);
	assert_int_equal(ask(&a, 0, &get, "u", 3), SERVER_REJECTS);
	assert_int_equal(ask(&a, 0, &put, "u", 4), SERVER_SERVES);
	assert_int_equal(ask(&a, 0, &put, "u", 5), SERVER_REJECTS);
	assert_int_equal(ask(&a, 0, &watch, "u", 6), SERVER_SERVES);
	assert_int_equal(admit_arrive(&a, 0,
				 &(struct admit_request){.route = &get,
					 .user = "admin",
					 .is_exempt = true,
					 .id = 7,
					 .latency = NS_S},
				 &ticket),
		SERVER_SERVES);
	while (admit_take(&a, NS_S - 1, &d))
		n++;
	assert_int_equal(n, 0);
	while (admit_take(&a, NS_S, &d))
		n++;
	assert_int_equal(n, 6);
	assert_int_equal(ask(&a, NS_S, &get, "u", 8), SERVER_SERVES);
	admit_fini(&a);
	arena_fini(&mem);
}

static uint64_t dispatched(const struct admit *a, const char *level)
{
	const struct apiserver_model *m = &a->scenario->apiserver;

	for (uint32_t i = 0; i < m->fairness.n_levels; i++)
		if (!strcmp(m->fairness.level[i].name, level))
			return a->server.flow.level[i].counts.dispatched;
	fail_msg("no level %s", level);
	return 0;
}

static void users_have_the_levels_of_their_flow_schemas(void **state)
{
	static const struct {
		const char *user, *level;
	} cases[] = {
		{"system:node:n1", "system"},
		{NULL, "system"},
		{"system:kube-scheduler", "workload-high"},
		{"system:serviceaccount:kube-system:ttl-controller", "workload-high"},
		{"system:serviceaccount:default:web", "workload-low"},
		{"system:kube-scheduler-2", "global-default"},
		{"somebody", "global-default"},
	};
	const struct rest_route get = route_of("GET", "/api/v1/nodes/n");
	const struct fault_rules none = {0};
	struct serve_params p = {.faults = &none, .seed = 1};
	struct arena mem = {0};
	struct admit a;

	(void)state;
	p.scenario = load(&mem, NULL, 0);
	admit_init(&a, &p, CAPACITY);
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t before = dispatched(&a, cases[i].level);

		assert_int_equal(ask(&a, 0, &get, cases[i].user, i), SERVER_SERVES);
		assert_int_equal(dispatched(&a, cases[i].level), before + 1);
	}
	admit_fini(&a);
	arena_fini(&mem);
}

static void a_model_s_times_are_taken(void **state)
{
	const struct rest_route put = route_of("PUT", "/api/v1/nodes/n");
	const struct fault_rules none = {0};
	struct serve_params p = {.faults = &none, .seed = 1, .times = SERVE_MODEL};
	struct arena mem = {0};
	struct server_done d;
	struct admit a;
	uint32_t ticket;

	(void)state;
	p.scenario = load(&mem, NULL, 0);
	admit_init(&a, &p, CAPACITY);
	(void)admit_arrive(&a, 0, &(struct admit_request){.route = &put, .user = "u"}, &ticket);
	assert_false(admit_take(&a, 100 * NS_US, &d));
	assert_true(admit_take(&a, NS_S, &d));
	admit_fini(&a);
	arena_fini(&mem);
}

/* The same server without the wire. */
struct twin {
	struct server server;
	struct server_params params;
};

static bool twin_take(struct twin *t, ns_t now, struct server_done *d)
{
	while (server_next_at(&t->server) <= now)
		if (server_take(&t->server, server_next_at(&t->server), d))
			return true;
	return false;
}

static void same_ends(struct property *p, struct admit *a, struct twin *t, ns_t now)
{
	struct server_done x = {0}, y = {0};

	for (;;) {
		bool is = admit_take(a, now, &x);

		HOLDS(p, is == twin_take(t, now, &y));
		if (!is)
			return;
		HOLDS(p, x.id == y.id && x.end == y.end && x.queued_for == y.queued_for);
	}
}

/* admit.c hashes users; here they are told apart by the same hash. */
static uint32_t hash_of(const char *user)
{
	uint32_t h = 2166136261u;

	for (const char *c = user; *c; c++)
		h = (h ^ (unsigned char)*c) * 16777619u;
	return h;
}

static void run_both(struct property *p, struct admit *a, struct twin *t)
{
	const struct rest_route routes[] = {route_of("GET", "/api/v1/nodes/n"),
		route_of("PATCH", "/api/v1/nodes/n/status")};
	ns_t now = 0;

	for (uint32_t i = 0; i < REQUESTS; i++) {
		const struct rest_route *r = &routes[property_below(p, 2)];
		char user[] = "system:node:0";
		ns_t latency = property_span(p, 0, 2 * NS_S);
		uint32_t tickets[2];

		now += property_span(p, 0, 100 * NS_MS);
		user[sizeof(user) - 2] = (char)('0' + property_below(p, USERS));
		same_ends(p, a, t, now);
		if (!server_has_room(&t->server))
			continue;
		HOLDS(p, server_has_room(&a->server));
		HOLDS(p, admit_arrive(a, now,
				 &(struct admit_request){
					 .route = r, .user = user, .id = i, .latency = latency},
				 &tickets[0]) ==
				 server_arrive(&t->server, now,
					 &(struct server_request){
						 .call = r->verb == VERB_GET
								 ? calls_intern(
									   &a->scenario->calls,
									   "get", "nodes")
								 : calls_intern(
									   &a->scenario->calls,
									   "patch",
									   "nodes/status"),
						 .flow = hash_of(user),
						 .id = i,
						 .wait = latency,
						 .mutating = r->verb != VERB_GET},
					 &tickets[1]));
	}
	same_ends(p, a, t, now + NS_HOUR);
}

static void both_drivers_meet_the_same_server(struct property *p)
{
	static const char *const fair[] = {
		"apiserver.maxRequestsInflight=8", "apiserver.maxMutatingRequestsInflight=4"};
	static const char *const plain[] = {"apiserver.maxRequestsInflight=8",
		"apiserver.maxMutatingRequestsInflight=4", "apiserver.fairness.enabled=false"};
	const struct fault_rules none = {0};
	struct serve_params params = {.faults = &none, .seed = p->seed};
	bool is_fair = p->seed % 2 == 0;
	struct arena mem = {0};
	struct twin t;
	struct admit a;

	params.scenario = is_fair ? load(&mem, fair, 2) : load(&mem, plain, 3);
	admit_init(&a, &params, CAPACITY);
	server_params_init(&t.params, a.scenario);
	server_init(&t.server, &t.params, &mem, CAPACITY);
	run_both(p, &a, &t);
	HOLDS(p, a.server.counts.rejected == t.server.counts.rejected);
	HOLDS(p, a.server.counts.done > 0 && a.server.counts.rejected > 0);
	admit_fini(&a);
	arena_fini(&mem);
}

static void on_the_wire_limits_are_those_of_the_simulation(void **state)
{
	(void)state;
	property_each(20, both_drivers_meet_the_same_server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_the_limits_requests_are_rejected),
		cmocka_unit_test(users_have_the_levels_of_their_flow_schemas),
		cmocka_unit_test(a_model_s_times_are_taken),
		cmocka_unit_test(on_the_wire_limits_are_those_of_the_simulation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
