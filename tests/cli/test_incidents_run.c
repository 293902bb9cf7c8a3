/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incidents_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "tcase.h"

struct fixture {
	struct arena mem;
	struct library lib;
	struct json *rows, *changes;
	struct incidents_sum sum;
	struct err err;
};

static struct fixture *begin(void)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *dir = getenv("NODETOLL_MODELS");

	assert_non_null(f);
	arena_init(&f->mem, 0);
	f->lib = (struct library){.dir = dir ? dir : "models", .mem = &f->mem};
	f->rows = json_array();
	f->changes = json_array();
	return f;
}

static void end(struct fixture *f)
{
	json_free(f->rows);
	json_free(f->changes);
	arena_fini(&f->mem);
	free(f);
}

static int run(struct fixture *f, const char *name)
{
	struct incident *one = ARENA_NEW(&f->mem, struct incident);
	int code = incident_load(&f->lib, name, one, &f->err);

	return code ? code
		    : incident_run(&f->lib, one, 1,
			      &(struct incident_rows){f->rows, f->changes}, &f->sum, &f->err);
}

/* Two files tell of fan-out, one id. */
static void files_of_one_id_are_one_incident(void **state)
{
	struct fixture *f = begin();

	(void)state;
	assert_int_equal(run(f, "endpoints-fan-out"), 0);
	assert_int_equal(run(f, "endpointslices-of-one"), 0);
	assert_int_equal(f->sum.incidents, 2);
	assert_int_equal(f->sum.ids_a.n, 1);
	end(f);
}

/* A file of that spec, after what every incident has. */
static int run_spec(struct fixture *f, const char *spec)
{
	char path[256];
	const char *dir = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	FILE *file;
	int fd, code;

	(void)snprintf(path, sizeof(path), "%s/incident-XXXXXX.yaml", dir);
	fd = mkstemps(path, 5);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	(void)fprintf(file,
		"apiVersion: nodetoll/v1alpha1\nkind: Incident\nmetadata: {name: mine}\nspec:\n"
		"  years: '2026'\n  class: A\n  title: one\n%s\n",
		spec);
	(void)fclose(file);
	code = run(f, path);
	(void)remove(path);
	return code;
}

#define BEFORE "  before: {scenario: quiet-5000x30, set: {nodes: 2, duration: 10s}}\n"
#define NONE                                                                                   \
	"  figures: [{figure: a, published: 7, verdict: not-matched, where: b, reason: c}]\n"

static int run_text(struct fixture *f, const char *figures)
{
	struct str spec = {0};
	int code;

	str_addf(&spec, BEFORE "  notModelled: {after: nothing was changed}\n  figures:\n%s",
		figures);
	code = run_spec(f, str_text(&spec));
	str_fini(&spec);
	return code;
}

/* 49,504 events are told as a share; of fan-out every figure is told. */
static void what_nobody_told_is_a_shape_at_best(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	assert_int_equal(run(f, "pod-events"), 0);
	row = json_child(f->rows);
	assert_string_equal(json_as_str(json_get(row, "derivedFrom")), "34.08 % of 145,259");
	assert_true(json_is_null(json_get(json_next(row), "derivedFrom")));
	assert_int_equal(f->sum.shape, 1);
	assert_int_equal(f->sum.matched_a, 0);
	assert_int_equal(f->sum.ids_a.n, 0);
	assert_int_equal(run(f, "endpoints-fan-out"), 0);
	assert_int_equal(f->sum.matched_a, 5);
	assert_int_equal(f->sum.inputs_a[INPUTS_STATED], 5);
	assert_int_equal(f->sum.ids_a.n, 1);
	end(f);
}

/* Whether something happens is 1 or 0, however often it does, and no share off. */
static void yes_or_no_is_no_number(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	assert_int_equal(
		run_text(f, "    - {figure: a, published: 1, unit: yes or no, measure: rate, "
			    "call: update leases, verdict: shape, where: here}"),
		0);
	row = json_child(f->rows);
	assert_true(json_as_num(json_get(row, "ours")) == 1);
	assert_true(json_is_null(json_get(row, "relativeError")));
	end(f);
}

/* 0.2 a second and 0.2 a second, of two nodes that are simulated. */
static void a_sum_is_of_measures(void **state)
{
	struct fixture *f = begin();
	const struct json *row;
	double sum;

	(void)state;
	assert_int_equal(run_text(f, "    - {figure: a, published: 1, measure: result, result: "
				     "'api.requests{resource=leases}.count', verdict: "
				     "not-matched, reason: b, where: here}\n"
				     "    - {figure: a, published: 1, measure: result, result: "
				     "'api.requests{resource=leases}.count + "
				     "api.requests{resource=leases}.count', verdict: "
				     "not-matched, reason: b, where: here}"),
		0);
	row = json_child(f->rows);
	sum = 2 * json_as_num(json_get(row, "ours"));
	assert_true(sum > 0);
	assert_true(json_as_num(json_get(json_next(row), "ours")) == sum);
	end(f);
}

static void expect_error(const char *figures, const char *message)
{
	struct fixture *f = begin();

	assert_int_equal(run_text(f, figures), ERR_INPUT);
	if (!strstr(f->err.text, message))
		fail_msg("'%s' is not in: %s", message, f->err.text);
	end(f);
}

static void expect_no_spec(const char *spec, const char *message)
{
	struct fixture *f = begin();

	assert_int_equal(run_spec(f, spec), ERR_INPUT);
	if (!strstr(f->err.text, message))
		fail_msg("'%s' is not in: %s", message, f->err.text);
	end(f);
}

static void a_side_is_there_or_it_is_said_why_not(void **state)
{
	(void)state;
	expect_no_spec(BEFORE NONE, "no 'after', and 'notModelled: {after: ...}'");
	expect_no_spec(BEFORE "  notModelled: {before: why, after: why}\n" NONE,
		"why there is no 'before', and there is one");
	expect_no_spec("  notModelled: {before: why, after: why}\n" NONE
		       "  changes: [{of: a, measure: rate}]",
		"'changes' are of sides");
}

/* Nothing of it is a figure; a call that a side does not make is none, one that neither makes
 * is a mistake. */
static void a_change_is_what_both_sides_have(void **state)
{
	static const char sides[] = BEFORE "  after: {scenario: quiet-5000x30, with: "
					   "[stats-through-proxy], set: {nodes: 120}}\n" NONE;
	struct fixture *f = begin();
	struct str spec = {0};
	const struct json *row;

	(void)state;
	str_addf(&spec, "%s  changes: [{of: proxied, unit: /min, measure: rate}]", sides);
	assert_int_equal(run_spec(f, str_text(&spec)), 0);
	row = json_child(f->changes);
	assert_true(json_as_num(json_get(row, "before")) == 0);
	assert_true(json_as_num(json_get(row, "after")) == 120);
	assert_true(json_is_null(json_get(row, "relativeChange")));
	assert_string_equal(json_as_str(json_get(row, "restsOn")), "counted");
	assert_int_equal(f->sum.figures, 1);
	str_reset(&spec);
	str_addf(&spec, "%s  changes: [{of: a, measure: rate, call: get podz}]", sides);
	expect_no_spec(str_text(&spec), "nothing makes the call 'get podz'");
	str_reset(&spec);
	str_addf(&spec, "%s  changes: [{of: a, unit: /s}]", sides);
	expect_no_spec(str_text(&spec), "a change needs a 'measure'");
	str_fini(&spec);
	end(f);
}

/* A side that is not modelled is none, and no zero. */
static void a_change_may_have_one_side(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	assert_int_equal(
		run_spec(f,
			BEFORE "  notModelled: {after: why}\n" NONE
			       "  changes: [{of: leases, measure: rate, call: update leases}]"),
		0);
	row = json_child(f->changes);
	assert_true(json_as_num(json_get(row, "before")) > 0);
	assert_true(json_is_null(json_get(row, "after")));
	assert_true(json_is_null(json_get(row, "relativeChange")));
	end(f);
}

static void one_that_no_longer_comes_out_is_lost(void **state)
{
	struct fixture *f = begin();

	(void)state;
	assert_int_equal(run_text(f, "    - {figure: a, published: 7, measure: rate, call: "
				     "update leases, where: here}"),
		0);
	assert_int_equal(f->sum.lost, 1);
	assert_int_equal(f->sum.not_matched, 1);
	end(f);
}

/* 10, 30, 70, 150 s against 1, 3, 7, 15, 31, 63, 123, 183 and 243 s. */
static void restarts_follow_from_the_back_off(void **state)
{
	struct fixture *f = begin();
	const struct json *row;

	(void)state;
	assert_int_equal(run(f, "crash-loop-maximum"), 0);
	row = json_child(f->rows);
	assert_true(json_as_num(json_get(row, "ours")) == 9 - 4);
	row = json_next(row);
	assert_true(json_as_num(json_get(row, "ours")) == 5 * 110 * (9 - 4));
	end(f);
}

/* A patch is sent eleven times in ten seconds and a bit, and tried again at the next tick. */
static void a_storm_is_what_is_sent_while_all_are_rejected(void **state)
{
	struct fixture *f = begin();
	double ours;

	(void)state;
	assert_int_equal(run(f, "retry-storm"), 0);
	ours = json_as_num(json_get(json_child(f->rows), "ours"));
	assert_true(ours > 3990 && ours < 4010);
	end(f);
}

static void mistakes_have_a_message_each(void **state)
{
	(void)state;
	expect_error(
		"    - {figure: a, published: 7, measure: rate, call: get podz, where: here}",
		"nothing makes the call 'get podz'");
	expect_error("    - {figure: a, published: 7, measure: result, result: pods.stopped, "
		     "where: here}",
		"measure 'pods.stopped'");
	expect_error(
		"    - {figure: a, published: 7, measure: result, where: here}", "go together");
	expect_error("    - {figure: a, published: 7, where: here}", "verdict: not-matched");
	expect_error("    - {figure: a, published: 7, of: after, measure: rate, where: here}",
		"a side that the incident does not have");
	expect_error(
		"    - {figure: a, published: {value: 7, source: b, is: derived}, measure: "
		"rate, call: update leases, where: here}",
		"the verdict is shape, or not-matched");
	expect_error("    - {figure: a, published: 7, measure: result, result: "
		     "'podStart.mean + api.requests.mean', where: here}",
		"do not rest on the same");
	expect_error("    - {figure: a, published: 7, verdict: not-matched, where: here}",
		"needs a 'reason'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_no_longer_comes_out_is_lost),
		cmocka_unit_test(mistakes_have_a_message_each),
		cmocka_unit_test(a_side_is_there_or_it_is_said_why_not),
		cmocka_unit_test(a_change_is_what_both_sides_have),
		cmocka_unit_test(a_change_may_have_one_side),
		cmocka_unit_test(what_nobody_told_is_a_shape_at_best),
		cmocka_unit_test(yes_or_no_is_no_number),
		cmocka_unit_test(a_sum_is_of_measures),
		cmocka_unit_test(files_of_one_id_are_one_incident),
		cmocka_unit_test(restarts_follow_from_the_back_off),
		cmocka_unit_test(a_storm_is_what_is_sent_while_all_are_rejected),
	};

	return cmocka_run_group_tests_name("incidents_run", tests, NULL, NULL);
}
