/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_closed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcase.h"

#include "cli/result_run.h"
#include "models/library.h"

struct fixture {
	struct arena mem;
	struct scenario s;
	struct json *result, *rows;
};

static struct fixture *run_scenario(const char *name, struct settings sets)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *dir = getenv("NODETOLL_MODELS");
	struct model resolved = {0};
	struct library lib;
	struct err err = {0};

	assert_non_null(f);
	arena_init(&f->mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &f->mem};
	if (scenario_load(&lib, name, &sets, &f->s, &resolved, &err) ||
		result_run(
			&(struct result_run){
				.scenario = &f->s, .spec = resolved.spec, .threads = 1},
			&f->result, &err))
		fail_msg("%s", err.text);
	f->rows = json_clone(json_get(f->result, "closedForm"));
	return f;
}

/* A quiet scenario with a feature and a setting, NULL for none. */
static struct fixture *run(const char *feature, const char *setting)
{
	const char *texts[] = {"nodes=20", "duration=30m", "warmup=40m",
		"workload.replacePodEvery=60s", setting};

	return run_scenario("quiet-5000x30", (struct settings){.text = texts,
						     .n = setting ? 5 : 4,
						     .with = &feature,
						     .n_with = feature != NULL});
}

/* A scenario of its own with settings. */
#define RUN(name, ...)                                                                         \
	run_scenario(name,                                                                     \
		(struct settings){.text = (const char *const[]){__VA_ARGS__},                  \
			.n = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)})

static void end(struct fixture *f)
{
	json_free(f->rows);
	json_free(f->result);
	arena_fini(&f->mem);
	free(f);
}

static bool is(const struct json *row, const char *key, const char *text)
{
	const char *has = json_as_str(json_get(row, key));

	return has && !strcmp(has, text);
}

/* "get pods" by that client (NULL: any), or an operation that the metric sees. */
static const struct json *row_by(const struct fixture *f, const char *call, const char *client)
{
	const char *blank = strchr(call, ' ');

	for (const struct json *at = json_child(f->rows); at; at = json_next(at))
		if (client && !is(at, "client", client))
			continue;
		else if (blank ? is(at, "resource", blank + 1) &&
					 !strncmp(json_as_str(json_get(at, "verb")), call,
						 (size_t)(blank - call))
			       : is(at, "operation", call) &&
					 json_as_bool(json_get(at, "inMetric")))
			return at;
	fail_msg("no row of %s", call);
	return NULL;
}

static const struct json *row(const struct fixture *f, const char *call)
{
	return row_by(f, call, NULL);
}

static void row_agrees(const struct json *at, const char *call, double within)
{
	double difference = json_as_num(json_get(at, "relativeDifference"));

	if (!json_is_num(json_get(at, "relativeDifference")) || difference > within ||
		difference < -within)
		fail_msg("%s: %g foreseen, %g counted, %s", call,
			json_as_num(json_get(at, "closedFormPerSecond")),
			json_as_num(json_get(at, "simulatedPerSecond")),
			json_as_str(json_get(at, "why")));
}

static void agrees(const struct fixture *f, const char *call, double within)
{
	row_agrees(row(f, call), call, within);
}

/* Nothing is made of which nothing is said. */
static void every_call_has_a_form_or_a_reason_of(const struct fixture *f)
{
	uint32_t forms = 0, all = 0;

	for (const struct json *at = json_child(f->rows); at; at = json_next(at)) {
		bool form = json_is_num(json_get(at, "closedFormPerSecond"));

		assert_int_not_equal(form, json_is_str(json_get(at, "why")));
		forms += form;
		all++;
	}
	assert_true(all > 20 && forms > 8);
}

static void lives(const char *kubelet)
{
	static const char *const exact[] = {"run_podsandbox", "create_container",
		"start_container", "image_status", "remove_podsandbox", "delete pods",
		"create events", "list_podsandbox", "list_containers", "list secrets",
		"watch secrets", "patch pods/status", "status"};
	char setting[40];
	struct fixture *f;

	(void)snprintf(setting, sizeof(setting), "kubelet=%s", kubelet);
	f = run(NULL, setting);
	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		agrees(f, exact[i], 0.02);
	agrees(f, "get pods", 0.03);
	agrees(f, "podsandbox_status", 0.05);
	agrees(f, "container_status", 0.15);
	every_call_has_a_form_or_a_reason_of(f);
	end(f);
}

static void what_pods_that_come_and_go_cost_is_foreseen(void **state)
{
	(void)state;
	lives("v1.12");
	lives("v1.20");
	lives("v1.36");
}

static void closed_form_and_simulation_stand_side_by_side(void **state)
{
	struct fixture *f = run("node-problem-detector", NULL);
	const struct json *own = row_by(f, "patch nodes/status", "heartbeat");
	const struct json *added = row_by(f, "patch nodes/status", "node-problem-detector");

	(void)state;
	/* the kubelet's own and the feature's, each for itself: 1 in 5 min */
	row_agrees(own, "the kubelet's", 0.05);
	row_agrees(added, "the feature's", 0.05);
	assert_true(json_is_null(json_get(own, "feature")));
	assert_string_equal(json_as_str(json_get(added, "feature")), "node-problem-detector");
	assert_true(json_is_null(json_get(row(f, "update leases"), "feature")));
	end(f);
}

static void a_features_part_adds_to_the_kubelets_own(void **state)
{
	struct fixture *f = run("pod-ready-condition", NULL);

	(void)state;
	agrees(f, "get pods", 0.03);
	assert_true(is(row(f, "get pods"), "feature", "pod-ready-condition"));
	/* one client, two that make it use of it: the formula is of both, and of no other */
	assert_true(is(row(f, "get pods"), "formula",
		"(1 x (a) = 1 x 0.01667/s = 0.01667/s) + (a x 7 = 0.01667/s x 7) = 0.1333/s"));
	end(f);
}

/* What stands behind the last equals sign: a node's rate, as the form has it. */
static double ends_in(const char *formula)
{
	const char *equals = formula ? strrchr(formula, '=') : NULL;

	return equals ? strtod(equals + 1, NULL) : -1;
}

/* A row of a client has that client's rate and formula, whoever else makes the call. */
static void each_client_has_a_row_whose_formula_is_its_rate(void **state)
{
	const char *features[] = {"log-shipper-lists-pods", "node-feature-discovery"};
	const char *texts[] = {
		"nodes=20", "duration=30m", "warmup=40m", "workload.replacePodEvery=60s"};
	struct fixture *f = run_scenario("quiet-5000x30",
		(struct settings){.text = texts, .n = 4, .with = features, .n_with = 2});
	const double rates[] = {7 / 60.0, 0.1 / 6, 0.5};
	const char *clients[] = {"kube", features[0], features[1]};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct json *at = row_by(f, "get pods", clients[i]);
		double form = json_as_num(json_get(at, "closedFormPerSecond")) / 20;
		double told = ends_in(json_as_str(json_get(at, "formula")));

		row_agrees(at, clients[i], 0.03);
		if (form < rates[i] * 0.999 || form > rates[i] * 1.001)
			fail_msg("%s: %g, not %g", clients[i], form, rates[i]);
		if (i && (told < form * 0.999 || told > form * 1.001))
			fail_msg("%s: its formula ends in %g, not in %g", clients[i], told,
				form);
		assert_true(i ? is(at, "feature", clients[i])
			      : json_is_null(json_get(at, "feature")));
	}
	row_agrees(row_by(f, "watch pods", "kube"), "the kubelet's watch", 0.3);
	row_agrees(row_by(f, "watch pods", features[0]), "the feature's watch", 0.3);
	end(f);
}

/* Every node's watch is told of each change of what it watches. */
static void what_a_standing_watch_is_told_is_counted(void **state)
{
	struct fixture *f = run(NULL, "kubelet.watches.services.changeEvery=20s");
	double told = json_as_num(json_get(f->result, "watchEvents"));

	(void)state;
	assert_true(told > 0.95 * 20 * 1800 / 20 && told < 1.05 * 20 * 1800 / 20);
	end(f);
	f = run(NULL, NULL);
	assert_true(json_as_num(json_get(f->result, "watchEvents")) == 0);
	end(f);
}

static void where_containers_fail_it_says_so(void **state)
{
	struct fixture *f = run(NULL, "workload.crashLooping=0.1");

	(void)state;
	assert_true(json_is_null(json_get(row(f, "get pods"), "closedFormPerSecond")));
	agrees(f, "update leases", 0.02); /* that has nothing to do with it */
	every_call_has_a_form_or_a_reason_of(f);
	end(f);
}

/* The node's status waits behind GETs of crashing containers' pods, and comes a sixth as often;
 * with room in the limiter it comes as its timer says. */
static void what_waits_behind_the_unforeseen_has_no_form(void **state)
{
	struct fixture *f = RUN("crash-loop-node", "nodes=5", "duration=10m",
		"start=stationary", "kubelet=v1.5", "kubelet.clients.kube.qps=1",
		"kubelet.clients.kube.burst=2");
	const struct json *status = row(f, "update nodes/status");

	(void)state;
	assert_true(json_as_num(json_get(status, "simulatedPerSecond")) < 0.3);
	assert_non_null(strstr(json_as_str(json_get(status, "why")), "limiter"));
	agrees(f, "watch pods", 0.2); /* no limiter holds it */
	end(f);
	f = RUN("crash-loop-node", "nodes=5", "duration=10m", "start=stationary",
		"kubelet=v1.5", "kubelet.clients.kube.qps=100",
		"kubelet.clients.kube.burst=200");
	agrees(f, "update nodes/status", 0.02);
	end(f);
}

/* Rounds are counted from the start on, and what starts happens once. */
static void a_start_is_counted_from_its_beginning(void **state)
{
	static const char *const once[] = {"run_podsandbox", "create_container",
		"start_container", "image_status", "create events", "list secrets",
		"watch secrets", "list pods", "watch pods", "version", "status",
		"update leases", "patch nodes/status"};
	struct fixture *f = RUN("quiet-5000x30", "start=atOnce", "warmup=0s", "nodes=5",
		"duration=5m", "workload.pods=20");

	(void)state;
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		agrees(f, once[i], 1e-9);
	assert_true(json_is_str(json_get(row(f, "list_podsandbox"), "why")));
	every_call_has_a_form_or_a_reason_of(f);
	end(f);
}

/* On nodes that are up, loops go on and pods are as many as come. */
static void pods_that_start_on_nodes_that_are_up_are_counted(void **state)
{
	static const char *const once[] = {"run_podsandbox", "create_container",
		"start_container", "create serviceaccounts/token", "create events"};
	struct fixture *f = RUN("start-100-limit", "nodes=4");

	(void)state;
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		agrees(f, once[i], 1e-9);
	agrees(f, "update leases", 0.05);
	every_call_has_a_form_or_a_reason_of(f);
	end(f);
	f = RUN("start-100-limit", "nodes=4", "duration=1m"); /* too short for 5 a second */
	assert_true(is(
		row(f, "run_podsandbox"), "why", "some of its pods may start after the end"));
	end(f);
}

/* Their requests are known as so many in the run, which no row has: what they are for the
 * servers is not known, even where statuses, which have no count, are next to nothing. */
static void servers_at_such_a_start_have_no_form(void **state)
{
	static const char lists[] =
		"kubelet.loops.evictionManager={trigger: containerStart, calls: [{api: list "
		"pods, quorum: true}]}";
	struct fixture *f =
		RUN("quiet-5000x30", lists, "nodes=50", "start=afterWarmup", "workload.pods=30",
			"workload.containers=8", "duration=10m", "apiserver.processors=64");
	const struct json *servers = json_get(f->result, "closedFormServers");

	(void)state;
	agrees(f, "list pods", 1e-9);
	assert_true(json_is_null(json_get(servers, "utilization")));
	assert_string_equal(
		json_as_str(json_get(servers, "why")), "pods start together: only simulated");
	end(f);
}

static void kubelets_that_start_again_are_counted(void **state)
{
	struct fixture *f = RUN("restart-5000", "nodes=10", "apiserver.processors=0");

	(void)state;
	agrees(f, "version", 1e-9);
	agrees(f, "list pods", 1e-9);
	assert_true(is(row(f, "list secrets"), "why", "its pods were there before"));
	end(f);
}

/* Those that are all through before the window are at rest in it. */
static void pods_that_started_long_before_are_at_rest(void **state)
{
	struct fixture *f = RUN("quiet-5000x30", "start=atOnce", "warmup=10m", "nodes=5",
		"duration=10m", "workload.pods=20");

	(void)state;
	agrees(f, "list_podsandbox", 0.02);
	agrees(f, "update leases", 0.02);
	end(f);
}

/* No call of the other interface has a row, and what starts a pod is known. */
static void docker_s_pods_have_docker_s_calls(void **state)
{
	struct fixture *f = RUN("density-100", "nodes=10");

	(void)state;
	agrees(f, "create_container", 0.02);
	agrees(f, "start_container", 0.02);
	agrees(f, "inspect_image", 0.02);
	for (const struct json *at = json_child(f->rows); at; at = json_next(at))
		assert_false(is(at, "operation", "run_podsandbox") ||
			     is(at, "operation", "image_status"));
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_pods_that_come_and_go_cost_is_foreseen),
		cmocka_unit_test(closed_form_and_simulation_stand_side_by_side),
		cmocka_unit_test(a_features_part_adds_to_the_kubelets_own),
		cmocka_unit_test(each_client_has_a_row_whose_formula_is_its_rate),
		cmocka_unit_test(what_a_standing_watch_is_told_is_counted),
		cmocka_unit_test(where_containers_fail_it_says_so),
		cmocka_unit_test(what_waits_behind_the_unforeseen_has_no_form),
		cmocka_unit_test(a_start_is_counted_from_its_beginning),
		cmocka_unit_test(pods_that_start_on_nodes_that_are_up_are_counted),
		cmocka_unit_test(servers_at_such_a_start_have_no_form),
		cmocka_unit_test(kubelets_that_start_again_are_counted),
		cmocka_unit_test(pods_that_started_long_before_are_at_rest),
		cmocka_unit_test(docker_s_pods_have_docker_s_calls),
	};

	return cmocka_run_group_tests_name("result_closed", tests, NULL, NULL);
}
