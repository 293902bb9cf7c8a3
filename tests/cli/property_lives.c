/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that come and go and containers that die, as often as they like: each row of the closed
 * form is what was simulated, or says why it is not. */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/result_run.h"
#include "models/library.h"

/* Of the rate, beside what chance does to a count. */
#define ROOM 0.05

static struct met {
	uint32_t rows, deaths, lives, both, whys;
} met;

/* "workload.replacePodEvery=1234ms", as likely from one to two seconds as from one to two
 * minutes; or never. */
static void any_span(struct property *p, const char *path, uint32_t least, char text[60])
{
	uint32_t doublings = 0;

	while (least << (doublings + 1) < 600000)
		doublings++;
	least <<= property_below(p, doublings + 1);
	least += property_below(p, least);
	if (least > 600000)
		least = 600000;
	(void)snprintf(text, 60, "%s=%ums", path, property_below(p, 3) ? (unsigned)least : 0U);
}

static void load(struct property *p, struct arena *mem, struct scenario *s, struct model *m)
{
	static const char *const kubelets[] = {"kubelet=v1.1", "kubelet=v1.5", "kubelet=v1.6",
		"kubelet=v1.12", "kubelet=v1.20", "kubelet=v1.23", "kubelet=v1.27",
		"kubelet=v1.36"};
	static const char *const pods[] = {
		"workload.pods=10", "workload.pods=30", "workload.pods=100"};
	static const char *const containers[] = {"workload.containers=1",
		"workload.containers=1", "workload.containers=2", "workload.containers=3"};
	char deaths[60], lives[60], seed[40];
	static const char *const features[] = {
		"persistent-volume-gets", "container-checkpoint-audit"};
	const char *texts[] = {ONE_OF(p, kubelets), ONE_OF(p, pods), ONE_OF(p, containers),
		deaths, lives, seed, "nodes=8", "duration=10m"};
	const char *feature = ONE_OF(p, features);
	const struct settings sets = {.text = texts,
		.n = sizeof(texts) / sizeof(texts[0]),
		.with = &feature,
		.n_with = property_below(p, 3) > 0};
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = mem};
	struct err err = {0};

	any_span(p, "workload.containerDeathEvery", 10000, deaths);
	any_span(p, "workload.replacePodEvery", 1000, lives);
	(void)snprintf(seed, sizeof(seed), "seed=%u", property_below(p, 1000000));
	if (scenario_load(&lib, "quiet-5000x30", &sets, s, m, &err))
		fail_msg("%s: SEED=%" PRIu64, err.text, p->seed);
}

/* One thing that happens makes a call for each container, and some of them a few times. */
static double at_once(const struct scenario *s, const struct json *row)
{
	const char *what = json_as_str(json_get(row, "operation"));
	bool each = what && strstr(what, "container");

	return 4.0 * (each ? s->workload.containers + 1 : 1);
}

static void is_so_or_says_why(
	struct property *p, const struct scenario *s, const struct json *row)
{
	double seconds = (double)s->duration / 1e9;
	double is = json_as_num(json_get(row, "simulatedPerSecond")) * seconds;
	double form = json_as_num(json_get(row, "closedFormPerSecond")) * seconds;
	double away = is > form ? is - form : form - is, chance = away - ROOM * form;
	const char *what = json_as_str(json_get(row, "operation"));

	if (json_is_str(json_get(row, "why"))) {
		met.whys++;
		return;
	}
	met.rows++;
	if (what && !strcmp(what, "container_status")) {
		met.deaths += s->workload.container_death_every > 0;
		met.lives += s->workload.replace_pod_every > 0;
		met.both += s->workload.container_death_every > 0 &&
			    s->workload.replace_pod_every > 0;
	}
	if (chance > 0 && chance * chance > 16 * at_once(s, row) * (form > is ? form : is)) {
		if (!what)
			what = json_as_str(json_get(row, "resource"));
		fail_msg("%s %s: %.0f, simulated %.0f (%s, %u pods of %u, a death every "
			 "%.3g s, a pod every %.3g s): SEED=%" PRIu64,
			json_is_str(json_get(row, "verb")) ? json_as_str(json_get(row, "verb"))
							   : "",
			what, form, is, s->kubelet.name, s->workload.pods,
			s->workload.containers, (double)s->workload.container_death_every / 1e9,
			(double)s->workload.replace_pod_every / 1e9, p->seed);
	}
}

static void each_row_is_so_or_says_why(struct property *p)
{
	struct scenario *s = calloc(1, sizeof(*s));
	struct model resolved = {0};
	struct json *result = NULL;
	struct err err = {0};
	struct arena mem;

	assert_non_null(s);
	arena_init(&mem, 0);
	load(p, &mem, s, &resolved);
	if (result_run(&(struct result_run){.scenario = s, .spec = resolved.spec, .threads = 1},
		    &result, &err))
		fail_msg("%s", err.text);
	for (const struct json *row = json_child(json_get(result, "closedForm")); row;
		row = json_next(row))
		is_so_or_says_why(p, s, row);
	json_free(result);
	arena_fini(&mem);
	free(s);
}

static void rows_of_pods_and_containers_that_go_hold(void **state)
{
	(void)state;
	property_each(120, each_row_is_so_or_says_why);
	if (getenv("SEED"))
		return;
	assert_true(met.rows > 1000);
	assert_true(met.whys > 100);
	assert_true(met.deaths > 10);
	assert_true(met.lives > 10);
	assert_true(met.both > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_pods_and_containers_that_go_hold),
	};

	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
