/* SPDX-License-Identifier: Apache-2.0 */
#include "models/feature.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct loaded {
	struct arena mem;
	struct library lib;
	struct scenario s;
	struct model resolved;
	struct str warnings;
	struct err err;
};

static struct loaded *begin(void)
{
	struct loaded *l = calloc(1, sizeof(*l));
	const char *dir = getenv("NODETOLL_MODELS");

	assert_non_null(l);
	arena_init(&l->mem, 0);
	l->lib = (struct library){.dir = dir ? dir : "models", .mem = &l->mem};
	return l;
}

static int load(struct loaded *l, const char *with, const char *set)
{
	struct settings sets = {.with = &with,
		.n_with = with != NULL,
		.text = &set,
		.n = set != NULL,
		.warnings = &l->warnings};

	return scenario_load(&l->lib, "quiet-5000x30", &sets, &l->s, &l->resolved, &l->err);
}

static void end(struct loaded *l)
{
	str_fini(&l->warnings);
	arena_fini(&l->mem);
	free(l);
}

static bool has(const struct loaded *l, const char *name)
{
	for (uint32_t i = 0; i < l->s.kubelet.n_loops; i++)
		if (!strcmp(l->s.kubelet.loops[i].name, name))
			return true;
	return false;
}

/* It must be there. */
static const struct model_loop *find(const struct loaded *l, const char *name)
{
	const struct model_loop *loop = l->s.kubelet.loops;

	if (!has(l, name))
		fail_msg("no loop %s", name);
	while (strcmp(loop->name, name) != 0)
		loop++;
	return loop;
}

/* A feature's text as a model, checked. */
static void expect(const char *spec, const char *message)
{
	struct loaded *l = begin();
	struct str text = {0};
	struct model m = {0};
	int code;

	str_addf(&text,
		"apiVersion: nodetoll/v1alpha1\nkind: Feature\nmetadata: {name: f}\n"
		"spec:\n%s\n",
		spec);
	code = library_load_text(
		&l->lib, "f.yaml", str_text(&text), str_len(&text), &m, &l->err);
	if (!message && code)
		fail_msg("%s", l->err.text);
	if (message && (code != ERR_INPUT || !strstr(l->err.text, message)))
		fail_msg("'%s' is not in: %s", message, l->err.text);
	str_fini(&text);
	end(l);
}

static void its_loops_run_beside_the_kubelets_own(void **state)
{
	struct loaded *l = begin();
	const struct model_loop *loop;

	(void)state;
	assert_int_equal(load(l, "node-feature-discovery", NULL), 0);
	loop = find(l, "node-feature-discovery/scan");
	assert_string_equal(loop->feature, "node-feature-discovery");
	assert_int_equal(loop->timer, TIMER_TICKER);
	assert_int_equal(loop->calls[0].scope, SCOPE_POD);
	assert_int_equal(loop->calls[0].client, CLIENT_OWN);
	assert_int_equal(l->s.kubelet.client[CLIENT_OWN].qps_milli, 5000);
	assert_string_equal(find(l, "lease")->feature, "");
	end(l);
}

/* The kubelet gets pods, too: who counts them counts each for itself. */
static void what_an_agent_asks_for_by_its_own_client_is_a_class_of_its_own(void **state)
{
	struct loaded *l = begin();
	const struct calls *calls = &l->s.calls;
	uint16_t call;

	(void)state;
	assert_int_equal(load(l, "node-feature-discovery", NULL), 0);
	call = find(l, "node-feature-discovery/scan")->calls[0].call;
	assert_int_not_equal(call, API_GET_PODS);
	assert_int_equal(calls->alike[call], API_GET_PODS);
	assert_int_equal(calls->client[call], CLIENT_OWN);
	assert_int_equal(calls->client[API_GET_PODS], CLIENT_MAIN);
	assert_int_equal(calls->client[API_CREATE_EVENTS], CLIENT_EVENTS);
	assert_int_equal(calls->client[find(l, "lease")->calls[0].call], CLIENT_HEARTBEAT);
	end(l);
}

static void what_a_feature_asks_for_by_the_kubelets_client_is_the_kubelets(void **state)
{
	struct loaded *l = begin();

	(void)state;
	assert_int_equal(load(l, "pod-ready-condition", NULL), 0);
	assert_int_equal(find(l, "pod-ready-condition/condition")->calls[0].call, API_GET_PODS);
	end(l);
}

static const struct model_watch *find_watch(const struct loaded *l, const char *name)
{
	uint32_t i = 0;

	while (i < l->s.kubelet.n_watches && strcmp(l->s.kubelet.watches[i].name, name) != 0)
		i++;
	assert_true(i < l->s.kubelet.n_watches);
	return &l->s.kubelet.watches[i];
}

static void an_agent_watches_by_its_own_client(void **state)
{
	struct loaded *l = begin();
	const struct calls *calls = &l->s.calls;
	const struct model_watch *own, *kubelets;

	(void)state;
	assert_int_equal(load(l, "kube-proxy", NULL), 0);
	own = find_watch(l, "kube-proxy/services");
	kubelets = find_watch(l, "services");
	assert_int_equal(own->client, CLIENT_OWN);
	assert_int_equal(kubelets->client, CLIENT_MAIN);
	assert_int_not_equal(own->watch, kubelets->watch);
	assert_int_not_equal(own->list, kubelets->list);
	assert_int_equal(calls->alike[own->watch], calls->alike[kubelets->watch]);
	assert_int_equal(calls->client[own->watch], CLIENT_OWN);
	assert_int_equal(calls->client[kubelets->watch], CLIENT_MAIN);
	end(l);
}

/* What a result embeds is the scenario with its features, which are not laid over it again. */
static void a_resolved_scenario_holds_its_features(void **state)
{
	struct loaded *l = begin(), *again = begin();

	(void)state;
	assert_int_equal(load(l, "kube-proxy", NULL), 0);
	assert_null(doc_get(l->resolved.spec, "features"));
	assert_int_equal(scenario_from_doc(&again->lib, l->resolved.spec, NULL, &again->s,
				 &again->resolved, &again->err),
		0);
	assert_int_equal(again->s.kubelet.n_watches, l->s.kubelet.n_watches);
	assert_int_equal(again->s.kubelet.n_agents, 1);
	end(again);
	end(l);
}

/* It was taken, and nothing came of it. */
static void a_setting_takes_a_scenarios_features_away(void **state)
{
	static const char *const none[] = {"features=[]"};

	(void)state;
	for (uint32_t n = 0; n < 2; n++) {
		struct loaded *l = begin();

		assert_int_equal(scenario_load(&l->lib, "load-1000",
					 &(struct settings){.text = none, .n = n}, &l->s,
					 &l->resolved, &l->err),
			0);
		assert_int_equal(l->s.kubelet.n_agents, n ? 0 : 2);
		end(l);
	}
}

static void it_sets_fields_and_settings_come_after_it(void **state)
{
	struct loaded *l = begin();

	(void)state;
	assert_int_equal(load(l, "parallel-relist", "kubelet.pleg.workers=3"), 0);
	assert_int_equal(l->s.kubelet.pleg.design, PLEG_PARALLEL);
	assert_int_equal(l->s.kubelet.pleg.workers, 3);
	end(l);
}

static void what_is_the_kubelets_cannot_be_set_either(void **state)
{
	static const char *const sets[] = {
		"onRequest=true", "timer=onRequest", "hook=housekeeping", "inSyncLoop=true"};

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct loaded *l = begin();
		char set[100];

		(void)snprintf(set, sizeof(set),
			"kubelet.loops.node-problem-detector/conditions.%s", sets[i]);
		assert_int_equal(load(l, "node-problem-detector", set), ERR_INPUT);
		if (strncmp(l->err.text, "--set ", 6) != 0)
			fail_msg("%s", l->err.text);
		end(l);
	}
}

static void a_triggered_call_is_made_for_its_pod(void **state)
{
	struct loaded *l = begin();

	(void)state;
	assert_int_equal(load(l, "pod-ready-condition", NULL), 0);
	assert_int_equal(find(l, "pod-ready-condition/condition")->calls[0].scope, SCOPE_POD);
	assert_int_equal(find(l, "pod-ready-condition/condition")->trigger, TRIGGER_POD_START);
	end(l);
}

static void a_feature_that_is_not_there_has_near_ones(void **state)
{
	struct loaded *l = begin();

	(void)state;
	assert_int_equal(load(l, "kube-prxy", NULL), ERR_INPUT);
	assert_non_null(strstr(l->err.text, "did you mean 'kube-proxy'?"));
	end(l);
}

static void mistakes_have_a_message_each(void **state)
{
	(void)state;
	expect("  loops: {a: {timer: sliding, period: 1s, calls: [{api: get nodes}]}}", NULL);
	expect("  loops: {a: {calls: [{api: get nodes}]}}", "no trigger");
	expect("  loops: {a: {timer: sliding, period: 1s, client: own, calls: [{api: get "
	       "nodes}]}}",
		"f.yaml:5:43: no 'client' in loop 'a'; it belongs to an entry of 'calls'");
	expect("  period: 1s", "f.yaml:5:3: no 'period' in the feature; it belongs to an entry "
			       "of 'loops'");
	expect("  loops: {a: {period: 1s, calls: []}}", "no trigger");
	expect("  loops: {a: {timer: sliding, period: 0s, calls: []}}",
		"f.yaml:5:39: a period is 1ms or longer");
	expect("  loops: {a: {trigger: podStart, period: 1s, calls: []}}", "not both");
	expect("  loops: {a: {trigger: podStart, jitter: 0.5, calls: [{api: get nodes}]}}",
		"f.yaml:5:42: 'jitter' is a share of the period");
	expect("  loops: {a: {timer: ticker, period: 1s, jitter: 50%, calls: []}}",
		"f.yaml:5:50: a ticker keeps its phase");
	expect("  loops: {a: {timer: ticker, period: 1s, jitter: 0, calls: [{api: get "
	       "nodes}]}}",
		NULL);
	expect("  loops: {a: {timer: onRequest, calls: [{api: get nodes}]}}",
		"f.yaml:5:22: 'timer' is 'onRequest'; there are: sliding, ticker, sleep\n");
	expect("  loops: {a: {onRequest: true, calls: [{api: get nodes}]}}",
		"f.yaml:5:15: 'hook', 'inSyncLoop' and 'onRequest' are for the kubelet's own");
	expect("  loops: {a: {trigger: podStart, first: 1s, calls: [{api: get nodes}]}}",
		"f.yaml:5:41: a round follows upon 'trigger', or upon a timer");
	expect("  loops: {'a,b': {timer: sliding, period: 1s, calls: [{api: get nodes}]}}",
		"f.yaml:5:11: 'a,b' is no name");
	expect("  watches: {a/b: {resource: nodes}}", "f.yaml:5:13: 'a/b' is no name");
	expect("  loops: {a: {timer: sliding, period: 1s, calls: [{api: get nodes}, {api: "
	       "watch networkpolicies, scope: namespace}]}}",
		"f.yaml:5:75: a watch is no call of a loop, it stays open: write 'watches: {a: "
		"{resource: networkpolicies}}'");
	expect("  runsOn: elsewhere\n  limiter: {qps: 5, burst: 10}\n  loops: {a: {timer: "
	       "sliding, period: 1s, calls: [{api: watch nodes, client: own}]}}",
		NULL);
	expect("  loops: {a: {trigger: podStrat, calls: []}}", "did you mean 'podStart'?");
	expect("  loops: {a: {trigger: podStart, calls: [{api: get pods, scope: node}]}}",
		"a call on podStart is made for that pod");
	expect("  loops: {a: {timer: sliding, period: 1s, calls: [{api: get nodes, client: "
	       "own}]}}",
		"needs a 'limiter'");
	expect("  loops: {a: {trigger: podStart, calls: [{runtime: stop_container}]}}",
		"changes what runs on the node");
	expect("  title: nothing", "a feature that changes nothing");
	expect("  replaces: [{}]", "one of 'loop', 'watch' and 'call'");
	expect("  loops: {a: {timer: sliding, period: 1s, calls: []}}", "makes no call");
	expect("  loops: {a: {timer: sliding, period: 1s, hook: housekeeping, calls: [{api: "
	       "get nodes}]}}",
		"are for the kubelet's own loops");
	expect("  loops: {a: {timer: sliding, period: 1s, calls: [{api: get pods, share: "
	       "10%}]}}",
		"use 'nodes' of its loop");
}

static void who_runs_elsewhere_is_a_client_for_the_cluster(void **state)
{
	(void)state;
	expect("  runsOn: elsewhere\n  limiter: {qps: 5, burst: 10}\n  loops: {a: {timer: "
	       "sliding, period: 1s, calls: [{api: get nodes, client: own}]}}",
		NULL);
	expect("  runsOn: elsewhere\n  loops: {a: {timer: sliding, period: 1s, calls: [{api: "
	       "get nodes}]}}",
		"f.yaml:5:11: who runs elsewhere is a client of its own");
	expect("  runsOn: elsewhere\n  limiter: {qps: 5, burst: 10}\n  loops: {a: {timer: "
	       "sliding, period: 1s, calls: [{api: get nodes}]}}",
		"f.yaml:7:3: who runs elsewhere makes no call of a kubelet: loop 'a' needs");
	expect("  runsOn: elsewhere\n  limiter: {qps: 5, burst: 10}\n  watches: {a: "
	       "{resource: nodes}}",
		"f.yaml:7:3: 'watches' are open on every node");
}

/* A feature's text, laid over a scenario by a file. */
static int load_text(struct loaded *l, const char *spec, const char *set)
{
	const char *file = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char path[256];
	FILE *f;
	int fd, code;

	(void)snprintf(path, sizeof(path), "%s/feature-XXXXXX.yaml", file);
	fd = mkstemps(path, 5);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	(void)fprintf(f,
		"apiVersion: nodetoll/v1alpha1\nkind: Feature\nmetadata: {name: "
		"f}\nspec:\n%s\n",
		spec);
	(void)fclose(f);
	code = load(l, path, set);
	(void)remove(path);
	return code;
}

static void expect_applied(const char *spec, const char *message)
{
	struct loaded *l = begin();
	int code = load_text(l, spec, NULL);

	if (message ? code != ERR_INPUT || !strstr(l->err.text, message) : code != 0)
		fail_msg("'%s': %s", message ? message : "fine", l->err.text);
	if (!message)
		assert_false(has(l, "lease"));
	end(l);
}

#define STARTS_WITH_WIDGETS "kubelet.startup=[{api: get widgets}]"

/* It is nobody's until somebody makes it: results tell of requests by their client. */
static void what_a_kubelet_asks_for_as_it_starts_is_its_own(void **state)
{
	struct loaded *l = begin();
	const struct model_call *call = &l->s.kubelet.startup[0];

	(void)state;
	assert_int_equal(load(l, NULL, STARTS_WITH_WIDGETS), 0);
	assert_int_equal(l->s.kubelet.n_startup, 1);
	assert_int_equal(l->s.calls.client[call->call], CLIENT_MAIN);
	end(l);
}

static void what_it_asks_for_as_it_starts_is_not_an_agents_of_that_name(void **state)
{
	struct loaded *l = begin();
	const struct model_call *call = &l->s.kubelet.startup[0];
	const struct calls *calls = &l->s.calls;
	uint16_t own;

	(void)state;
	assert_int_equal(
		load_text(l,
			"  limiter: {qps: 5, burst: 10}\n"
			"  loops: {a: {timer: sliding, period: 1s, calls: [{api: get widgets, "
			"client: own}]}}",
			STARTS_WITH_WIDGETS),
		0);
	own = find(l, "f/a")->calls[0].call;
	assert_int_equal(calls->client[call->call], CLIENT_MAIN);
	assert_int_equal(calls->client[own], CLIENT_OWN);
	assert_int_equal(calls->alike[own], calls->alike[call->call]);
	end(l);
}

/* A feature that makes so many different calls, and has pods come and go. */
static void add_feature(struct str *text, uint32_t calls)
{
	str_add(text, "  set: {workload.replacePodEvery: 20s}\n  loops:\n");
	for (uint32_t i = 0; i < calls; i++) {
		bool first = i % LOOP_CALLS == 0;
		bool last = i % LOOP_CALLS == LOOP_CALLS - 1 || i + 1 == calls;

		if (first)
			str_addf(text, "    a%u: {timer: sliding, period: 1m, calls: [", i);
		str_addf(text, "%s{api: get things%u}%s", first ? "" : ", ", i,
			last ? "]}\n" : "");
	}
}

/* As many calls as there may be, then the servers have processors, which somebody asks to
 * create and bind pods: what has no class any more is not left out. */
static void what_owners_ask_for_has_its_class_or_an_error(void **state)
{
	struct loaded *l = begin();
	struct str text = {0};

	(void)state;
	assert_int_equal(load(l, NULL, NULL), 0);
	add_feature(&text, CALLS_MAX - l->s.calls.n);
	end(l);
	l = begin();
	assert_int_equal(load_text(l, str_text(&text), NULL), 0);
	assert_int_equal(l->s.calls.n, CALLS_MAX);
	end(l);
	l = begin();
	assert_int_equal(load_text(l, str_text(&text), "apiserver.processors=4"), ERR_INPUT);
	if (!strstr(l->err.text, "more than 128 different calls, with those of who owns pods"))
		fail_msg("%s", l->err.text);
	end(l);
	str_fini(&text);
}

static void what_it_replaces_goes(void **state)
{
	(void)state;
	expect_applied("  replaces: [{loop: lease}, {call: get nodes}, {watch: nodes}]", NULL);
	expect_applied("  replaces: [{loop: lease}, {call: get nodes}, {call: patch "
		       "nodes/status}]", /* the loop's last requests, which it tried again */
		NULL);
	expect_applied("  replaces: [{loop: leese}]", "did you mean 'lease'?");
	expect_applied("  replaces: [{watch: node}]", "did you mean 'nodes'?");
	expect_applied("  replaces: [{call: get secrets}]", "changed by 'set'");
	expect_applied(
		"  set: {kubelet.pleg.relistPeriot: 1s}", "did you mean 'relistPeriod'?");
	expect_applied("  set: {kubelet.pleg: {}}", "a value is needed");
}

static void an_unknown_resource_is_a_warning(void **state)
{
	const char *near;

	(void)state;
	assert_true(resource_is_known("pods/status", &near));
	assert_true(resource_is_known("widgets.example.com", &near));
	assert_false(resource_is_known("podz", &near));
	assert_string_equal(near, "pods");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_loops_run_beside_the_kubelets_own),
		cmocka_unit_test(
			what_an_agent_asks_for_by_its_own_client_is_a_class_of_its_own),
		cmocka_unit_test(
			what_a_feature_asks_for_by_the_kubelets_client_is_the_kubelets),
		cmocka_unit_test(an_agent_watches_by_its_own_client),
		cmocka_unit_test(what_a_kubelet_asks_for_as_it_starts_is_its_own),
		cmocka_unit_test(what_it_asks_for_as_it_starts_is_not_an_agents_of_that_name),
		cmocka_unit_test(a_resolved_scenario_holds_its_features),
		cmocka_unit_test(a_setting_takes_a_scenarios_features_away),
		cmocka_unit_test(it_sets_fields_and_settings_come_after_it),
		cmocka_unit_test(what_is_the_kubelets_cannot_be_set_either),
		cmocka_unit_test(who_runs_elsewhere_is_a_client_for_the_cluster),
		cmocka_unit_test(a_triggered_call_is_made_for_its_pod),
		cmocka_unit_test(a_feature_that_is_not_there_has_near_ones),
		cmocka_unit_test(mistakes_have_a_message_each),
		cmocka_unit_test(what_owners_ask_for_has_its_class_or_an_error),
		cmocka_unit_test(what_it_replaces_goes),
		cmocka_unit_test(an_unknown_resource_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
