/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_classes.h"

#include "tcase.h"

#include <string.h>

#include "result_kit.h"

static const char text[] =
	"source: measured once\n"
	"is: measured\n"
	"runtime:\n"
	"  operations:\n"
	"    status: {mean: 1ms}\n"
	"    pull_image: {mean: 1s, source: a guess, is: assumed}\n"
	"    list_images: {mean: 1s, source: a guess, is: assumed}\n"
	"apiserver:\n"
	"  latency:\n"
	"    get pods: {mean: {value: 2ms, source: a paper, is: published}}\n"
	"  other: {mean: 5ms, source: as others, is: assumed}\n"
	"  storage:\n"
	"    objects:\n"
	"      pods: {json: 5, protobuf: 4, watchers: {value: 2, source: a guess, is: "
	"assumed}}\n"
	"      events: {json: 1, protobuf: 1, watchers: 0, source: a guess, is: assumed}\n"
	"      nodes: {json: 9, protobuf: 8, watchers: 1}\n";

static const char calls[] =
	"{\"runtime\": [{\"operation\": \"status\"}, {\"operation\": \"pull_image\"},"
	" {\"operation\": \"list_images\"}, {\"operation\": \"unheard_of\"}],"
	" \"api\": [{\"verb\": \"get\", \"resource\": \"pods\"},"
	" {\"verb\": \"watch\", \"resource\": \"nodes\"}], \"apiserver\": null,"
	" \"storage\": {\"resources\": [{\"resource\": \"pods\"}, {\"resource\": \"events\"},"
	" {\"resource\": \"nodes\"}]}}";

struct fixture {
	struct made m;
	struct origins origins;
	struct doc_node *spec;
	struct json *result, *classes;
};

static struct fixture fixture(const char *calibration)
{
	struct fixture f = {.m = made()};
	struct scenario *s = f.m.scenario;
	struct doc_node *root;
	struct err err = {0};

	(void)strncpy(s->runtime.name, "r", sizeof(s->runtime.name) - 1);
	(void)strncpy(s->runtime.calibration, calibration, sizeof(s->runtime.calibration) - 1);
	(void)strncpy(s->apiserver.name, "a", sizeof(s->apiserver.name) - 1);
	if (doc_parse(&f.m.mem, "spec", text, strlen(text), &root, &err) ||
		origin_strip(&f.m.mem, &f.origins, root, &f.spec, &err) ||
		json_parse(calls, strlen(calls), &f.result, &err))
		fail_msg("%s", err.text);
	f.classes = result_classes(s, f.spec, &f.origins, f.result);
	return f;
}

static void fixture_fini(struct fixture *f)
{
	json_free(f->classes);
	json_free(f->result);
	arena_fini(&f->m.mem);
}

/* The entry of a class of which a field is. */
static const struct json *entry_of(
	const struct fixture *f, const char *class, const char *field)
{
	for (const struct json *e = json_child(f->classes); e; e = json_next(e)) {
		if (strcmp(json_as_str(json_get(e, "class")), class) != 0)
			continue;
		for (const struct json *v = json_child(json_get(e, "fields")); v;
			v = json_next(v))
			if (!strcmp(json_as_str(v), field))
				return e;
	}
	return NULL;
}

static void expect(const struct json *list, const char *words)
{
	struct str all = {0};

	for (const struct json *v = json_child(list); v; v = json_next(v))
		str_addf(&all, "%s%s", str_len(&all) ? " | " : "", json_as_str(v));
	assert_string_equal(str_text(&all), words);
	str_fini(&all);
}

static void a_count_is_counted_whatever_the_models_are(void **state)
{
	struct fixture f = fixture("c");
	const struct json *entry = entry_of(&f, "counted", "api[].count");

	(void)state;
	assert_non_null(entry);
	assert_true(json_is_null(json_get(entry, "calls")));
	expect(json_get(entry, "by"), "");
	fixture_fini(&f);
}

static void times_are_of_the_calibration_or_else_of_the_model(void **state)
{
	struct fixture f = fixture("c");
	const struct json *entry = entry_of(&f, "calibrated", "runtime[].latencySeconds");

	(void)state;
	expect(json_get(entry, "calls"), "status");
	expect(json_get(entry, "by"), "c");
	expect(json_get(entry_of(&f, "calibrated", "relist.durationSeconds"), "by"),
		"c | apiserver:a");
	fixture_fini(&f);
	f = fixture("");
	expect(json_get(entry_of(&f, "calibrated", "runtime[].latencySeconds"), "by"),
		"runtime:r");
	fixture_fini(&f);
}

static void a_time_rests_on_the_weakest_call_that_it_is_made_of(void **state)
{
	struct fixture f = fixture("c");

	(void)state;
	/* a watch stays open, no relist pulls an image, and no pod waits until all are listed
	 */
	expect(json_get(entry_of(&f, "assumed", "slo"), "calls"), "pull_image | unheard_of");
	expect(json_get(entry_of(&f, "assumed", "pods.startedSeconds"), "calls"),
		"pull_image | unheard_of");
	assert_null(entry_of(&f, "assumed", "relist.durationSeconds"));
	assert_non_null(entry_of(&f, "calibrated", "slo"));
	fixture_fini(&f);
}

static void what_nobody_measured_is_assumed(void **state)
{
	struct fixture f = fixture("c");

	(void)state;
	expect(json_get(entry_of(&f, "assumed", "runtime[].latencySeconds"), "calls"),
		"pull_image | list_images | unheard_of");
	expect(json_get(entry_of(&f, "calibrated", "api[].latencySeconds"), "calls"),
		"get pods");
	expect(json_get(entry_of(&f, "assumed", "api[].latencySeconds"), "calls"),
		"watch nodes");
	assert_null(entry_of(&f, "calibrated", "apiserver"));
	fixture_fini(&f);
}

/* What was measured on sockets is no server model's, and no guess. */
static void requests_of_a_live_run_are_its_own(void **state)
{
	struct fixture f = fixture("c");

	(void)state;
	json_free(f.classes);
	json_put(f.result, "live", json_object());
	json_set(f.result, "storage", json_null());
	f.classes = result_classes(f.m.scenario, f.spec, &f.origins, f.result);
	expect(json_get(entry_of(&f, "calibrated", "api[].latencySeconds"), "by"),
		"this run's own clock");
	assert_null(entry_of(&f, "assumed", "api[].latencySeconds"));
	expect(json_get(entry_of(&f, "counted", "api[].bytes"), "by"),
		"timers | rules | what went over the agents' sockets");
	expect(json_get(entry_of(&f, "calibrated", "runtime[].latencySeconds"), "by"), "c");
	expect(json_get(entry_of(&f, "calibrated", "pods.startedSeconds"), "by"),
		"c | this run's own clock");
	expect(json_get(entry_of(&f, "assumed", "slo"), "calls"), "pull_image | unheard_of");
	assert_null(entry_of(&f, "calibrated", "storage.storedBytes"));
	fixture_fini(&f);
}

static void what_is_stored_is_as_sure_as_its_size_and_its_watchers(void **state)
{
	struct fixture f = fixture("c");

	(void)state;
	expect(json_get(entry_of(&f, "calibrated", "storage.storedBytes"), "resources"),
		"pods | nodes");
	expect(json_get(entry_of(&f, "assumed", "storage.storedBytes"), "resources"), "events");
	expect(json_get(entry_of(&f, "calibrated", "storage.toldPerSecond"), "resources"),
		"nodes");
	expect(json_get(entry_of(&f, "assumed", "storage.toldPerSecond"), "resources"),
		"pods | events");
	assert_non_null(entry_of(&f, "counted", "storage.resources[].objects"));
	fixture_fini(&f);
}

static void figures_of_incidents_rest_on_what_their_rows_say(void **state)
{
	static const char rows[] =
		"[{\"restsOn\": \"counted\"}, {\"restsOn\": null},"
		" {\"restsOn\": \"calibrated\", \"calibration\": \"c, apiserver:a\"},"
		" {\"restsOn\": \"calibrated\", \"calibration\": \"d, c\"},"
		" {\"restsOn\": \"assumed\"}]";
	static const char changes[] = "[{\"restsOn\": \"calibrated\", \"calibration\": \"e\"}]";
	struct fixture f = {0};
	struct json *list, *changed;
	struct err err = {0};

	(void)state;
	assert_int_equal(json_parse(rows, strlen(rows), &list, &err), 0);
	assert_int_equal(json_parse(changes, strlen(changes), &changed, &err), 0);
	f.classes = incidents_classes(list, changed);
	assert_int_equal(json_size(f.classes), 3);
	expect(json_get(entry_of(&f, "counted", "rows[].ours of restsOn counted"), "by"), "");
	expect(json_get(entry_of(&f, "calibrated", "rows[].ours of restsOn calibrated"), "by"),
		"c | apiserver:a | d | e");
	expect(json_get(entry_of(&f, "calibrated", "changes[].after of restsOn calibrated"),
		       "by"),
		"c | apiserver:a | d | e");
	expect(json_get(entry_of(&f, "assumed", "rows[].ours of restsOn assumed"), "by"), "");
	json_free(f.classes);
	json_free(list);
	json_free(changed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_is_counted_whatever_the_models_are),
		cmocka_unit_test(times_are_of_the_calibration_or_else_of_the_model),
		cmocka_unit_test(a_time_rests_on_the_weakest_call_that_it_is_made_of),
		cmocka_unit_test(what_nobody_measured_is_assumed),
		cmocka_unit_test(requests_of_a_live_run_are_its_own),
		cmocka_unit_test(what_is_stored_is_as_sure_as_its_size_and_its_watchers),
		cmocka_unit_test(figures_of_incidents_rest_on_what_their_rows_say),
	};

	return cmocka_run_group_tests_name("result_classes", tests, NULL, NULL);
}
