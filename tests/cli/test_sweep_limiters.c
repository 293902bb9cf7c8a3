/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sweep_limiters.h"

#include <stdlib.h>
#include <string.h>

#include "models/library.h"
#include "tcase.h"

struct world {
	struct arena mem;
	struct scenario s;
	struct json *result;
};

/* Ten nodes at rest for 100 s, but for a setting and a feature (NULL: none), and what they
 * sent. */
static struct world *begin(const char *set, const char *feature, const char *requests)
{
	const char *texts[] = {"nodes=10", "duration=100s", set};
	const char *dir = getenv("NODETOLL_MODELS");
	struct settings sets = {.text = texts,
		.n = sizeof(texts) / sizeof(texts[0]),
		.with = &feature,
		.n_with = feature != NULL};
	struct world *w = test_calloc(1, sizeof(*w));
	struct model resolved = {0};
	struct library lib;
	struct err err = {0};

	arena_init(&w->mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &w->mem};
	if (scenario_load(&lib, "quiet-5000x30", &sets, &w->s, &resolved, &err) ||
		json_parse(requests, strlen(requests), &w->result, &err))
		fail_msg("%s", err.text);
	return w;
}

static void end(struct world *w)
{
	json_free(w->result);
	arena_fini(&w->mem);
	test_free(w);
}

static struct limiter_asked fullest(const struct world *w)
{
	return limiters_fullest(&w->s, w->result);
}

#define NOTHING "{\"requests\": []}"
/* 40,000 requests of 10 nodes in 100 s. */
#define SENT(verb)                                                                             \
	"{\"requests\": [{\"client\": \"kube\", \"verb\": \"" verb "\", \"resource\": "        \
	"\"secrets\", \"sent\": 40000}]}"

/* A lease each 10 s, and a node's status, which is read each time. */
static void a_loop_wants_what_its_timer_says_however_little_gets_through(void **state)
{
	struct world *w = begin("kubelet.clients.heartbeat.qps=0.05", NULL, NOTHING);
	struct limiter_asked is = fullest(w);

	(void)state;
	assert_string_equal(is.client, "heartbeat");
	assert_true(is.limit == 0.05);
	assert_true(is.asked > 0.19 && is.asked < 0.22);
	end(w);
}

static void what_was_sent_counts_where_it_goes_on(void **state)
{
	struct world *w = begin("start=stationary", NULL, SENT("get"));

	(void)state;
	assert_string_equal(fullest(w).client, "kube");
	assert_true(fullest(w).limit == 5);
	assert_true(fullest(w).asked > 39.9 && fullest(w).asked < 41);
	end(w);
}

static void what_pods_ask_that_start_at_once_is_over_some_time(void **state)
{
	struct world *w = begin("start=afterWarmup", NULL, SENT("get"));

	(void)state;
	assert_true(fullest(w).asked < 1);
	end(w);
}

static void watches_pass_no_limiter(void **state)
{
	struct world *w = begin("start=stationary", NULL, SENT("watch"));

	(void)state;
	assert_true(fullest(w).asked < 1);
	end(w);
}

/* One for the cluster is told of in the Result. */
static void a_client_for_the_cluster_is_no_node_s(void **state)
{
	struct world *w = begin("workload.pods=1000", "volume-attachment-gets", NOTHING);

	(void)state;
	assert_string_not_equal(fullest(w).client, "volume-attachment-gets");
	end(w);
}

static void a_node_without_limits_is_never_full(void **state)
{
	struct world *w = begin("kubelet.clients={kube: {qps: -1, burst: 1}, events: {qps: -1, "
				"burst: 1}, heartbeat: {qps: -1, burst: 1}}",
		NULL, SENT("get"));

	(void)state;
	assert_null(fullest(w).client);
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_wants_what_its_timer_says_however_little_gets_through),
		cmocka_unit_test(what_was_sent_counts_where_it_goes_on),
		cmocka_unit_test(what_pods_ask_that_start_at_once_is_over_some_time),
		cmocka_unit_test(watches_pass_no_limiter),
		cmocka_unit_test(a_client_for_the_cluster_is_no_node_s),
		cmocka_unit_test(a_node_without_limits_is_never_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
