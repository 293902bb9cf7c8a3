/* SPDX-License-Identifier: Apache-2.0 */
#include "models/recording.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define REAL    "tests/recordings/kubelet-1.20.2-containerd-30.json"
#define DENSITY "tests/recordings/kubelet-1.20.2-density.json"

static struct library the_library(struct arena *mem)
{
	const char *dir = getenv("NODETOLL_MODELS");

	return (struct library){.dir = dir ? dir : "models", .mem = mem};
}

static void load(const char *path, struct arena *mem, struct recording *rec)
{
	struct library lib = the_library(mem);
	struct err err = {0};

	if (recording_load(&lib, path, NULL, rec, &err))
		fail_msg("%s", err.text);
}

static uint32_t count(
	const struct recorded_phase *p, enum recorded_source source, const char *call)
{
	for (uint32_t i = 0; i < p->n_rows; i++)
		if (p->rows[i].source == source && !strcmp(p->rows[i].call, call))
			return p->rows[i].count;
	fail_msg("no row %s", call);
	return 0;
}

static void a_recording_becomes_a_scenario_and_rows(void **state)
{
	struct arena mem;
	struct recording *rec = calloc(1, sizeof(*rec));
	struct scenario *s = calloc(1, sizeof(*s));
	const struct recorded_phase *p;

	(void)state;
	assert_true(rec && s);
	arena_init(&mem, 0);
	load(REAL, &mem, rec);
	assert_int_equal(rec->n_nodes, 1);
	p = &rec->nodes[0].phases[1];
	assert_string_equal(p->name, "steady");
	assert_int_equal(p->action, PHASE_NONE);
	assert_int_equal(count(p, RECORDED_WIRE, "ContainerStatus"), 3600);
	assert_int_equal(count(p, RECORDED_CRI, "list_containers"), 1113);
	assert_int_equal(count(p, RECORDED_API, "update leases"), 60);
	assert_int_equal(p->wire_mean[OP_LIST_CONTAINER_STATS], 52257 * NS_US);
	assert_int_equal(p->cri_time, INT64_C(600800) * NS_MS);
	assert_int_equal(
		count(&rec->nodes[0].phases[2], RECORDED_WIRE, "StopPodSandbox NotFound"), 13);
	assert_string_equal(rec->warning_event, "MissingClusterDNS");

	recording_scenario(rec, 0, s);
	assert_int_equal(s->workload.pods, 30);
	assert_int_equal(s->workload.containers, 2);
	assert_int_equal(s->workload.grace, 2 * NS_S);
	assert_int_equal(s->workload.n_objects, 2);
	assert_int_equal(s->workload.warning_event_per_sync, 1);
	assert_int_equal(s->kubelet.objects.design, OBJECT_WATCH);
	assert_false(s->kubelet.cgroups_per_qos);
	assert_true(s->kubelet.events.enabled);
	assert_int_equal(s->ttl_annotation, -2);
	free(s);
	free(rec);
	arena_fini(&mem);
}

static void its_settings_override_the_model(void **state)
{
	struct arena mem;
	struct recording *rec = calloc(1, sizeof(*rec));
	struct scenario *s = calloc(1, sizeof(*s));

	(void)state;
	assert_true(rec && s);
	arena_init(&mem, 0);
	load(DENSITY, &mem, rec);
	assert_int_equal(rec->n_nodes, 9);
	recording_scenario(rec, 3, s);
	assert_int_equal(s->kubelet.objects.design, OBJECT_CACHE);
	assert_int_equal(s->ttl_annotation, 60 * NS_S);
	assert_int_equal(s->kubelet.client[CLIENT_MAIN].qps_milli, 10000);
	assert_int_equal(s->kubelet.client[CLIENT_MAIN].burst, 20);
	assert_false(s->kubelet.events.enabled);
	assert_string_equal(s->runtime.name, "kubemark-fake");
	assert_int_equal(s->workload.namespaces, 10);
	assert_int_equal(s->workload.placement, PLACE_ROUND_ROBIN);
	assert_false(s->workload.image_present);
	free(s);
	free(rec);
	arena_fini(&mem);
}

/* What the loops of the model say of a quiet phase; the runtime cache by its share f. */
static double expected(const struct scenario *s, const struct recorded_phase *p, uint16_t op)
{
	const double f = 0.64;
	double sum = 0;

	if (op == OP_LIST_PODSANDBOX || op == OP_LIST_CONTAINERS)
		sum = p->relists;
	for (uint32_t i = 0; i < s->kubelet.n_loops; i++) {
		const struct model_loop *loop = &s->kubelet.loops[i];
		double rounds = (double)p->cri_time / (double)loop->period;

		for (uint32_t c = 0; c < loop->n_calls; c++)
			if (loop->calls[c].call == op)
				sum += loop->calls[c].if_older_than ? f * rounds : rounds;
	}
	return sum;
}

static void the_loops_account_for_every_call_of_the_quiet_phases(void **state)
{
	static const char *const files[] = {REAL, DENSITY};
	static const enum operation ops[] = {OP_LIST_PODSANDBOX, OP_LIST_CONTAINERS, OP_STATUS,
		OP_VERSION, OP_LIST_IMAGES, OP_IMAGE_STATUS};

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		struct arena mem;
		struct recording *rec = calloc(1, sizeof(*rec));

		assert_non_null(rec);
		arena_init(&mem, 0);
		load(files[f], &mem, rec);
		for (uint32_t n = 0; n < rec->n_nodes; n++) {
			const struct recorded_phase *p = &rec->nodes[n].phases[1];

			for (size_t i = 0; i < COUNT_OF(ops); i++) {
				double want = count(p, RECORDED_CRI, operation_name(ops[i]));
				double is = expected(&rec->base, p, (uint16_t)ops[i]);
				double margin = want * 0.012 > 1 ? want * 0.012 : 1;

				if (is < want - margin || is > want + margin)
					fail_msg("%s: %s %g, recorded %g", rec->nodes[n].name,
						operation_name(ops[i]), is, want);
			}
		}
		free(rec);
		arena_fini(&mem);
	}
}

/* The real recording with one text replaced, or cut at it if there is nothing to replace. */
static void assert_spoilt(const char *old, const char *new, const char *because)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct recording *rec = calloc(1, sizeof(*rec));
	struct err err = {0};
	char *text;
	char *spoilt;
	const char *at;
	size_t len;
	size_t room;

	assert_non_null(rec);
	assert_int_equal(file_read(REAL, 1u << 20, &text, &len, NULL), 0);
	at = strstr(text, old);
	assert_non_null(at);
	room = len + (new ? strlen(new) : 0) + 1;
	spoilt = malloc(room);
	assert_non_null(spoilt);
	(void)snprintf(spoilt, room, "%.*s%s%s", (int)(at - text), text, new ? new : "",
		new ? at + strlen(old) : "");
	arena_init(&mem, 0);
	assert_int_equal(
		recording_parse(&lib, "r.json", spoilt, strlen(spoilt), rec, &err), ERR_INPUT);
	if (!strstr(err.text, because) || strncmp(err.text, "r.json:", 7) != 0)
		fail_msg("'%s' lacks '%s'", err.text, because);
	arena_fini(&mem);
	free(spoilt);
	free(text);
	free(rec);
}

static void bad_recordings_are_refused_with_their_place(void **state)
{
	(void)state;
	assert_spoilt("\"deleteAllPods\"", "\"deletePods\"", "'action' is 'deletePods'");
	assert_spoilt("\"pods\": 30,\n      \"p50\"", "\"pods\": 31,\n \"p50\"",
		"about 31 pods, the node has 30");
	assert_spoilt("\"relists\": 599", NULL, "r.json:");
	assert_spoilt("\"v1.20\"", "\"v1.37\"", "no kubelet 'v1.37'");
	assert_spoilt(
		"\"containerd-1.6.20\",\n \"work", "\"containrd\",\n \"work", "no runtime");
	assert_spoilt("\"kubeAPIQPS\"", "\"kubeAPIQSP\"", "did you mean 'kubeAPIQPS'?");
	assert_spoilt("\"list_images\": 22", "\"list_images\": -22", "'list_images'");
	assert_spoilt("\"list_images\": 22", "\"list_images\": 1e12", "'list_images'");
	assert_spoilt("\"list_images\": 22", "\"list_images\": \"22\"", "a count is needed");
	assert_spoilt("\"list_images\": 22", "\"list images\": 22", "is no call");
	assert_spoilt(
		"\"list_images\": 22", "\"ListImages\": 22", "an operation_type is needed");
	assert_spoilt("\"list_images\": 22", "\"list_pods\": 22",
		"'list_pods' is no operation of the runtime; did you mean 'list_podsandbox'?");
	assert_spoilt("\"ListImages\": 22", "\"ListImagse NotFound\": 22",
		"'ListImagse' is no method of the runtime; did you mean 'ListImages'?");
	assert_spoilt("\"ListImages\": 22", "\"list_images\": 22", "'<Method>[ <Code>]' is");
	assert_spoilt("\"ListImages\": 0.122", "\"ListImagse\": 0.122",
		"'ListImagse' is no method of the runtime; did you mean 'ListImages'?");
	assert_spoilt("\"ListImages\": 0.122", "\"ListImages OK\": 0.122", "is no method");
	assert_spoilt("\"ListImages\": 0.122", "\"ContainerStats\": -1", "'wireMeanMs'");
	assert_spoilt("\"get nodes\": 60", "\"got nodes\": 60", "is no call");
	assert_spoilt("\"get nodes\": 60", "\"get nodes lots\": 60", "<code> or lost]' is");
	assert_spoilt("\"criSeconds\": 600.8", "\"criSeconds\": 1e99", "is too large");
	assert_spoilt("\"criSeconds\": 600.8", "\"criSeconds\": 0", "'criSeconds' is 0");
	assert_spoilt("\"criSeconds\": 600.8", "\"pods\": 1", "'criSeconds' is missing");
	assert_spoilt(
		"\"action\": \"none\"", "\"action\": \"churn\"", "action churn goes with");
	assert_spoilt("\"pods\": 30,\n   \"phases\"", "\"pods\": 1001,\n \"phases\"",
		"allowed is 0 to 1,000");
	assert_spoilt(
		"\"kind\": \"Recording\"", "\"kind\": \"Result\"", "a Recording is needed");
}

static void assert_phase(const char *phase, const char *because)
{
	struct arena mem;
	struct library lib = the_library(&mem);
	struct recording *rec = calloc(1, sizeof(*rec));
	struct err err = {0};
	char text[1024];

	assert_non_null(rec);
	(void)snprintf(text, sizeof(text),
		"{\"apiVersion\": \"nodetoll/v1alpha1\", \"kind\": \"Recording\", "
		"\"metadata\": "
		"{\"name\": \"x\"}, \"kubelet\": {\"version\": \"v1.20\"}, \"runtime\": "
		"\"kubemark-fake\", \"workload\": {\"namespaces\": 1, \"placement\": "
		"\"roundRobin\", \"containersPerPod\": 1, \"probes\": [{\"exec\": {}, "
		"\"periodSeconds\": 5}, {\"httpGet\": {}, \"type\": \"readiness\", "
		"\"initialDelaySeconds\": 2}]}, \"nodes\": [{\"name\": \"n\", "
		"\"pods\": 1, \"changeDetectionStrategy\": \"Cache\", \"phases\": {\"p\": "
		"%s}}]}",
		phase);
	arena_init(&mem, 0);
	assert_int_equal(recording_parse(&lib, "r.json", text, strlen(text), rec, &err),
		because ? ERR_INPUT : 0);
	if (because && !strstr(err.text, because))
		fail_msg("'%s' lacks '%s'", err.text, because);
	if (!because) {
		assert_int_equal(rec->base.workload.n_probes, 2);
		assert_true(rec->base.workload.probes[0].exec);
		assert_int_equal(rec->base.workload.probes[0].period, 5 * NS_S);
		assert_false(rec->base.workload.probes[0].readiness);
		assert_false(rec->base.workload.probes[1].exec);
		assert_true(rec->base.workload.probes[1].readiness);
		assert_int_equal(rec->base.workload.probes[1].initial_delay, 2 * NS_S);
	}
	arena_fini(&mem);
	free(rec);
}

/* What is done to pods needs them to be there, or not to be: whatever a quiet phase came
 * before. */
static void actions_follow_from_what_is_there(void **state)
{
#define PHASE(ACTION)                                                                          \
	"{\"action\": \"" ACTION "\", \"apiSeconds\": 60, \"api\": {\"get pods\": 1}}"
#define THEN(ACTION) ", \"" ACTION "\": " PHASE(ACTION)
	(void)state;
	assert_phase(PHASE("none") THEN("createAllPods") THEN("deleteAllPods"), NULL);
	assert_phase(PHASE("deleteAllPods") THEN("createAllPods"), NULL);
	assert_phase(PHASE("createAllPods") THEN("createAllPods"),
		"phase 'createAllPods' creates pods that are there already");
	assert_phase(PHASE("none") THEN("deleteAllPods")
			     THEN("none") ", \"again\": " PHASE("deleteAllPods"),
		"phase 'again' deletes pods, and there are none");
	assert_phase(PHASE("deleteAllPods") ", \"c\": {\"action\": \"churn\", "
					    "\"replaceOnePodEverySeconds\": 5, "
					    "\"apiSeconds\": 60, \"api\": {\"get pods\": 1}}",
		"phase 'c' replaces pods, and there are none");
#undef THEN
#undef PHASE
}

static void a_kubelet_starts_once_without_pods(void **state)
{
#define PHASE(ACTION)                                                                          \
	"{\"action\": \"" ACTION                                                               \
	"\", \"kubeletStarts\": true, \"apiSeconds\": 60, \"api\": {\"get pods\": 1}}"
	(void)state;
	assert_phase(PHASE("createAllPods"), NULL);
	assert_phase(PHASE("none"), "'p': kubelets start in the first phase");
	assert_phase(PHASE("createAllPods") ", \"q\": " PHASE("none"),
		"'q': kubelets start in the first phase");
#undef PHASE
}

static void a_phase_needs_counts_and_churn_its_pace(void **state)
{
	(void)state;
	assert_phase("{\"action\": \"none\", \"apiSeconds\": 60}", "phase 'p' has no counts");
	assert_phase("{\"action\": \"churn\", \"replaceOnePodEverySeconds\": 7.5, "
		     "\"apiSeconds\": 60, \"api\": {\"get pods 404\": 1}}",
		NULL);
	assert_phase("{\"action\": \"churn\", \"replaceOnePodEverySeconds\": 0.0001, "
		     "\"apiSeconds\": 60, \"api\": {\"get pods 404\": 1}}",
		"'replaceOnePodEverySeconds' is 0.0001: allowed is 0, or 0.1 to 604,800");
	assert_phase(
		"{\"action\": \"none\", \"apiSeconds\": 200000, \"api\": {\"get pods\": 1}}",
		NULL);
	assert_phase(
		"{\"action\": \"none\", \"apiSeconds\": 200000, \"api\": {\"get pods\": 1}}, "
		"\"q\": {\"action\": \"none\", \"apiSeconds\": 60000, "
		"\"api\": {\"get pods\": 1}}",
		"phase 'q' makes the node's phases longer than the 72 h that are possible");
	assert_phase("{\"action\": \"none\", \"api\": {\"get pods\": 1}}",
		"'apiSeconds' is missing");
	assert_phase("{\"action\": \"none\", \"restSeconds\": -1, \"apiSeconds\": 60, "
		     "\"api\": {\"get pods\": 1}}",
		"'restSeconds' is -1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recording_becomes_a_scenario_and_rows),
		cmocka_unit_test(its_settings_override_the_model),
		cmocka_unit_test(the_loops_account_for_every_call_of_the_quiet_phases),
		cmocka_unit_test(a_kubelet_starts_once_without_pods),
		cmocka_unit_test(bad_recordings_are_refused_with_their_place),
		cmocka_unit_test(actions_follow_from_what_is_there),
		cmocka_unit_test(a_phase_needs_counts_and_churn_its_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
