/* SPDX-License-Identifier: Apache-2.0 */
/* A small fleet from the library's models, and what it called a node and second. */
#ifndef NODETOLL_TESTS_FLEET_KIT_H
#define NODETOLL_TESTS_FLEET_KIT_H

#include "fleet/fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "models/library.h"

enum { KIT_SETS = 16 };

struct kit {
	struct arena mem;
	struct scenario scenario;
	struct fleet_params params;
	struct fleet_result result;
	bool ran;
};

/* A scenario of that kubelet on the runtime of its time, with settings up to a NULL; "with=X"
 * is a feature. */
static inline struct kit *kit_compose(
	const char *kubelet, const char *workload, const char *const *sets)
{
	const char *dir = getenv("NODETOLL_MODELS");
	struct kit *k = calloc(1, sizeof(*k));
	struct library lib;
	const char *text[KIT_SETS], *with[KIT_SETS];
	struct settings settings = {.text = text, .with = with};
	struct scenario_names names = {
		"test", kubelet, "containerd-1.6.20", "v1.20", workload, false};
	struct model resolved = {0};
	struct err err = {0};

	assert_non_null(k);
	for (; sets && *sets; sets++) {
		assert_true(settings.n + settings.n_with < KIT_SETS);
		if (!strncmp(*sets, "with=", 5))
			with[settings.n_with++] = *sets + 5;
		else
			text[settings.n++] = *sets;
	}
	if (!strcmp(kubelet, "v1.1") || !strcmp(kubelet, "v1.2") || !strcmp(kubelet, "v1.5"))
		names.runtime = "docker-1.9";
	arena_init(&k->mem, 0);
	lib = (struct library){.dir = dir ? dir : "models", .mem = &k->mem};
	if (scenario_compose(&lib, &names, &settings, &k->scenario, &resolved, &err))
		fail_msg("%s", err.text);
	fleet_params_init(&k->params, &k->scenario, 1);
	return k;
}

#define KIT(kubelet, workload, ...)                                                            \
	kit_compose(kubelet, workload, (const char *const[]){__VA_ARGS__, NULL})

/* From 5 s on a tenth of all calls of the runtime fails, or takes so many times as long. */
static inline void kit_disturb(struct kit *k, bool fails, int64_t times, ns_t until)
{
	k->scenario.runtime.n_rules = 1;
	k->scenario.runtime.rules[0] = (struct runtime_rule){.op = OP_N,
		.kind = fails ? RULE_FAIL : RULE_SLOW,
		.factor = times * PPM,
		.share = PPM / 10,
		.from = 5 * NS_S,
		.until = until};
}

static inline void kit_run(struct kit *k)
{
	struct err err = {0};

	if (fleet_run(&k->params, &k->result, &err))
		fail_msg("%s", err.text);
	k->ran = true;
}

static inline void kit_free(struct kit *k)
{
	if (k->ran)
		fleet_result_fini(&k->result);
	arena_fini(&k->mem);
	free(k);
}

static inline uint64_t kit_count(const struct kit *k, uint32_t call)
{
	uint64_t n = 0;

	for (unsigned o = 0; o < OUTCOME_N; o++)
		n += k->result.tally.window[0].in.count[call][o];
	return n;
}

/* Calls of a class in all of window 0 for each node and second of it, in millionths. */
static inline int64_t kit_rate(const struct kit *k, uint32_t call)
{
	const struct tally_window *w = &k->result.tally.window[0];
	uint64_t ms = (uint64_t)(w->until[0] - w->from[0]) / NS_MS * k->scenario.nodes;

	return (int64_t)(kit_count(k, call) * UINT64_C(1000000000) / ms);
}

/* An API call that a loop of the model makes, by name. */
static inline uint32_t kit_api(struct kit *k, const char *verb, const char *resource)
{
	uint32_t n = k->scenario.calls.n;
	uint32_t call = calls_intern(&k->scenario.calls, verb, resource);

	if (call >= n)
		fail_msg("nobody calls %s %s", verb, resource);
	return call;
}

#define PERCENT 10000 /* of a million */

/* value is within so many millionths of expected. */
static inline void assert_near(int64_t value, int64_t expected, int64_t share)
{
	int64_t room = expected * share / 1000000;

	if (value < expected - room || value > expected + room)
		fail_msg("%" PRId64 " is not within %" PRId64 " of %" PRId64, value, room,
			expected);
}

#endif
