/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_client.h"

#include "sweep_kit.h"

/* The advice of a curve whose walls with the scenario's own limit are given; with other limits
 * two nodes are simulated, on whom pods start at once, unless they are there before. */
static struct world *advised(const char *vary, const char *const *walls, const char *start)
{
	const char *small[] = {"nodes=2", "duration=1m", "warmup=10s", start};
	const struct settings sets = {.text = small, .n = sizeof(small) / sizeof(small[0])};
	const char *dir = getenv("NODETOLL_MODELS");
	struct world *w = along(vary, walls);
	struct library lib = {.dir = dir ? dir : "models", .mem = &w->mem};
	struct err err = {0};

	w->sweep.lib = &lib;
	w->sweep.scenario = "quiet-5000x30";
	w->sweep.sets = &sets;
	w->sweep.threads = 1;
	if (client_advice(&w->sweep, &w->groups, &err))
		fail_msg("%s", err.text);
	w->sweep.lib = NULL;
	return w;
}

static double number(const struct world *w, const char *key)
{
	return json_as_num(json_get(json_child(w->groups), key));
}

#define AFTER "start=afterWarmup"
#define OLD   "start=stationary"
#define QPS   "kubelet.clients.kube.qps=5,20,50"

static void what_the_client_breaks_holds_with_more_of_it(void **state)
{
	static const char *const walls[] = {"", "limiter slo", "limiter slo"};
	struct world *w = advised("podsPerNode=1,4,8", walls, AFTER);

	(void)state;
	assert_true(number(w, "maxPods") == 1);
	assert_true(number(w, "clientQpsAt") == 8);
	assert_in_range((uint32_t)number(w, "clientQps"), 5, 50);
	assert_true(number(w, "clientBurst") == 2 * number(w, "clientQps"));
	assert_true(number(w, "clientOwnQps") == 5);
	assert_null(says(w, "clientReason"));
	assert_null(says(w, "clientNextWall"));
	end(w);
}

/* 100 pods at once want more than the node's processors have, however much may be asked. */
static void what_the_runtime_breaks_holds_with_no_client(void **state)
{
	static const char *const walls[] = {"", "slo"};
	struct world *w = advised("podsPerNode=1,100", walls, AFTER);

	(void)state;
	assert_true(number(w, "clientQpsAt") == 1);
	assert_in_range((uint32_t)number(w, "clientQps"), 1, 5);
	assert_string_equal(says(w, "clientNextWall"), "slo");
	end(w);
}

static void nothing_is_told_where_nothing_holds(void **state)
{
	static const char *const walls[] = {"slo", "slo"};
	struct world *w = advised("podsPerNode=100,110", walls, AFTER);

	(void)state;
	assert_true(json_is_null(json_get(json_child(w->groups), "clientQps")));
	assert_non_null(strstr(says(w, "clientReason"), "at every density"));
	end(w);
}

static void where_no_pod_starts_no_limit_is_told(void **state)
{
	static const char *const walls[] = {"", ""};
	struct world *w = advised("podsPerNode=10,20", walls, OLD);

	(void)state;
	assert_true(json_is_null(json_get(json_child(w->groups), "clientQps")));
	assert_true(json_is_null(json_get(json_child(w->groups), "clientQpsAt")));
	assert_true(number(w, "clientOwnQps") == 5);
	assert_non_null(strstr(says(w, "clientReason"), "no pod starts"));
	end(w);
}

static void along_the_limit_its_least_value_that_holds_is_told(void **state)
{
	static const char *const some[] = {"limiter slo", "slo", ""};
	static const char *const none[] = {"limiter slo", "slo", "slo"};
	struct world *w = advised(QPS, some, AFTER);

	(void)state;
	assert_true(number(w, "clientQps") == 50);
	assert_true(number(w, "clientBurst") == 10);
	assert_true(json_is_null(json_get(json_child(w->groups), "clientQpsAt")));
	assert_null(says(w, "clientReason"));
	end(w);
	w = advised(QPS, none, AFTER);
	assert_true(json_is_null(json_get(json_child(w->groups), "clientQps")));
	assert_non_null(strstr(says(w, "clientReason"), "with none of those"));
	end(w);
}

static void along_anything_else_no_limit_is_asked_for(void **state)
{
	static const char *const walls[] = {"", ""};
	struct world *w = advised("kubelet.pleg.relistPeriod=1s,2s", walls, AFTER);

	(void)state;
	assert_true(json_is_null(json_get(json_child(w->groups), "clientQps")));
	assert_null(says(w, "clientReason"));
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_client_breaks_holds_with_more_of_it),
		cmocka_unit_test(what_the_runtime_breaks_holds_with_no_client),
		cmocka_unit_test(nothing_is_told_where_nothing_holds),
		cmocka_unit_test(where_no_pod_starts_no_limit_is_told),
		cmocka_unit_test(along_the_limit_its_least_value_that_holds_is_told),
		cmocka_unit_test(along_anything_else_no_limit_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
