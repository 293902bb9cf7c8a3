/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gate.h"

#include "tcase.h"

#include <string.h>

static struct arena mem;

static int begin(void **state)
{
	(void)state;
	arena_init(&mem, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_fini(&mem);
	return 0;
}

static struct gate parse(const char *text)
{
	struct gate_fault fault;
	struct gate g;

	if (gate_parse(text, "Result", &mem, &g, &fault))
		fail_msg("'%s', %zu: %s", text, fault.at, fault.text);
	return g;
}

static void refuses(const char *text, size_t at, const char *expected)
{
	struct gate_fault fault;
	struct gate g;

	assert_int_equal(gate_parse(text, "Result", &mem, &g, &fault), ERR_INPUT);
	if (fault.at != at || !strstr(fault.text, expected))
		fail_msg("'%s': %zu '%s' is not %zu '%s'", text, fault.at, fault.text, at,
			expected);
}

static void near(double value, double expected)
{
	if (value < expected - 1e-12 || value > expected + 1e-12)
		fail_msg("%.15g is not %.15g", value, expected);
}

static void a_measure_has_labels_and_a_statistic(void **state)
{
	struct gate g = parse("api.requests{verb=get, resource = secrets}.mean <= +5%");

	(void)state;
	assert_string_equal(g.measure.of.family->name, "api.requests");
	assert_null(g.measure.of.label[0]);
	assert_string_equal(g.measure.of.label[1], "get");
	assert_string_equal(g.measure.of.label[2], "secrets");
	assert_string_equal(g.measure.stat->name, "mean");
	assert_int_equal(g.op, GATE_AT_MOST);
	assert_int_equal(g.kind, GATE_SHARE);
	near(g.limit, 0.05);
	g = parse("runtime.calls{operation=\"list_containers(cache)\"}.count>0");
	assert_string_equal(g.measure.of.label[0], "list_containers(cache)");
	assert_int_equal(g.op, GATE_MORE);
	g = parse("podStart.steps{step=limiter}.p99 < 1s");
	assert_string_equal(g.measure.of.family->name, "podStart.steps");
	g = parse("podStart.p99 < 5s");
	assert_string_equal(g.measure.of.family->name, "podStart");
	g = parse("podStart.worker.p99 < 5s");
	assert_string_equal(g.measure.of.family->name, "podStart.worker");
}

static void limits_are_written_in_the_measure_s_unit(void **state)
{
	(void)state;
	near(parse("runtime.calls.perNode <= 30/s").limit, 30);
	near(parse("runtime.calls.perNode <= 30.5").limit, 30.5);
	near(parse("api.requests.bytes < 5Ki").limit, 5120);
	near(parse("podStart.p99 < 1m30s").limit, 90);
	near(parse("podStart.p99 < +250ms").limit, 0.25);
	near(parse("podStart.p99 >= -250ms").limit, -0.25);
	near(parse("api.requests.bytes < 5Ki/s").limit, 5120);
	near(parse("health.notReadyNodes <= 0").limit, 0);
	near(parse("apiserver.utilization < 0.8").limit, 0.8);
	near(parse("podStart.p99 > -12.5%").limit, -0.125);
	assert_int_equal(parse("podStart.p99 < +250ms").kind, GATE_DELTA);
	assert_int_equal(parse("podStart.p99 < 250ms").kind, GATE_ABSOLUTE);
	assert_int_equal(parse("podStart.p99 >= -1s").op, GATE_AT_LEAST);
}

static void a_mistake_is_told_with_its_place(void **state)
{
	(void)state;
	refuses("", 0, "a measure is missing");
	refuses("  <", 2, "a measure is missing");
	refuses("api.reqests.mean <= 5", 0, "did you mean 'api.requests'?");
	refuses("api.reqests{verb=get}.mean <= 5", 0, "did you mean 'api.requests'?");
	refuses("nothing.of.that <= 5", 0, "there are: runtime.calls, ");
	refuses("api.requests.maen <= 5", 13, "no statistic 'maen'; did you mean 'mean'?");
	refuses("api.requests <= 5", 12, "which figure of api.requests?");
	refuses("api.requests{verv=get}.mean <= 5", 13, "did you mean 'verb'?");
	refuses("api.requests{verb=get,verb=list}.mean <= 5", 22, "twice");
	refuses("api.requests{verb get}.mean <= 5", 18, "'=' and a value");
	refuses("api.requests{verb=}.mean <= 5", 18, "a value is missing");
	refuses("api.requests{verb=\"get}.mean <= 5", 18, "not closed");
	refuses("api.requests{verb=get.mean <= 5", 27, "',' or '}' is missing");
	refuses("podStart{verb=get}.p99 <= 5s", 9, "has no labels");
	refuses("api.requests.mean <= +5", 21, "+5 of what? +5/s, or +5% of the base");
	refuses("api.requests.bytes <= +5", 22, "+5 of what? +5/s, or +5% of the base");
	refuses("podStart.p99 = 5s", 13, "<, <=, > or >= is missing");
	refuses("podStart.p99 <", 14, "a limit is missing");
	refuses("podStart.p99 < 5", 15, "is a time: 5s");
	refuses("podStart.p99 < 5%", 15, "+5% is so much more");
	refuses("podStart.p99 < +x%", 15, "is a time");
	refuses("runtime.calls.mean < 1e9", 21, "is a rate: 30/s");
	refuses("runtime.calls.mean < 0x10", 21, "is a rate");
	refuses("runtime.calls.mean < 3/s and more", 25, "behind the limit");
	refuses("runtime.calls.mean <\n3", 0, "one line");
}

static struct gate_outcome judge(const char *text, const double *base, const double *candidate)
{
	struct gate g = parse(text);
	struct gate_value b = {MEASURE_UNKNOWN, 0}, c = {MEASURE_UNKNOWN, 0};

	if (base)
		b = (struct gate_value){MEASURE_IS, *base};
	if (candidate)
		c = (struct gate_value){MEASURE_IS, *candidate};
	return gate_judge(&g, &b, &c);
}

static enum gate_verdict verdict(const char *text, double base, double candidate)
{
	return judge(text, &base, &candidate).verdict;
}

static void a_gate_holds_up_to_its_bound(void **state)
{
	const char *share = "runtime.calls.mean <= +5%";

	(void)state;
	assert_int_equal(verdict(share, 100, 105), GATE_HOLDS);
	assert_int_equal(verdict(share, 100, 105.01), GATE_BREACHED);
	assert_int_equal(verdict("runtime.calls.mean < +5%", 100, 105), GATE_BREACHED);
	assert_int_equal(verdict("runtime.calls.mean <= +10/s", 100, 110), GATE_HOLDS);
	assert_int_equal(verdict("runtime.calls.mean <= +10/s", 100, 110.5), GATE_BREACHED);
	assert_int_equal(verdict("runtime.calls.mean <= 10/s", 100, 10), GATE_HOLDS);
	assert_int_equal(verdict("runtime.calls.mean >= -5%", 100, 95), GATE_HOLDS);
	assert_int_equal(verdict("runtime.calls.mean > -5%", 100, 94), GATE_BREACHED);
}

static void above_a_base_of_zero_is_a_breach(void **state)
{
	const double zero = 0, some = 0.001;
	const char *share = "runtime.calls.mean <= +500%";

	(void)state;
	assert_int_equal(verdict(share, 0, 0.001), GATE_BREACHED);
	assert_int_equal(verdict("runtime.calls.mean < +5%", 0, 0.001), GATE_BREACHED);
	assert_int_equal(verdict("runtime.calls.mean < +5%", 0, 0), GATE_HOLDS);
	assert_int_equal(verdict("runtime.calls.mean >= -5%", 0, 1), GATE_HOLDS);
	assert_string_equal(judge(share, &zero, &some).reason, "the base has none");
}

static void a_side_without_a_figure_is_no_pass(void **state)
{
	const double one = 1;

	(void)state;
	assert_int_equal(judge("podStart.p99 < 5s", NULL, NULL).verdict, GATE_BLIND);
	assert_int_equal(judge("podStart.p99 < 5s", &one, NULL).verdict, GATE_BREACHED);
	assert_int_equal(judge("podStart.p99 < 5s", NULL, &one).verdict, GATE_HOLDS);
	assert_int_equal(judge("podStart.p99 < +5%", NULL, &one).verdict, GATE_BREACHED);
}

/* lb, lc: whether of base and candidate only the least is known. */
static enum gate_verdict least(
	const char *text, bool lb, double base, bool lc, double candidate)
{
	struct gate g = parse(text);
	struct gate_value b = {lb ? MEASURE_LEAST : MEASURE_IS, base};
	struct gate_value c = {lc ? MEASURE_LEAST : MEASURE_IS, candidate};

	return gate_judge(&g, &b, &c).verdict;
}

static void what_may_be_more_decides_only_what_more_would(void **state)
{
	const char *most = "runtime.calls.mean <= 10/s", *more = "runtime.calls.mean > 10/s";
	const char *share = "runtime.calls.mean <= +10%", *down = "runtime.calls.mean >= -10%";

	(void)state;
	assert_int_equal(least(most, false, 0, true, 11), GATE_BREACHED);
	assert_int_equal(least(most, false, 0, true, 9), GATE_UNDECIDED);
	assert_int_equal(least(most, true, 0, false, 9), GATE_HOLDS);
	assert_int_equal(least(more, false, 0, true, 11), GATE_HOLDS);
	assert_int_equal(least(more, false, 0, true, 9), GATE_UNDECIDED);
	assert_int_equal(least(share, true, 10, false, 11), GATE_HOLDS);
	assert_int_equal(least(share, true, 10, false, 12), GATE_UNDECIDED);
	assert_int_equal(least(share, true, 10, true, 9), GATE_UNDECIDED);
	assert_int_equal(least(share, true, 0, false, 1), GATE_UNDECIDED);
	assert_int_equal(least(share, false, 0, true, 0), GATE_UNDECIDED);
	assert_int_equal(least(share, false, 0, true, 1), GATE_BREACHED);
	assert_int_equal(least(down, true, 10, false, 8), GATE_BREACHED);
	assert_int_equal(least(down, true, 10, false, 10), GATE_UNDECIDED);
	assert_int_equal(least(down, false, 10, true, 10), GATE_HOLDS);
}

static void values_of_labels_are_known_or_misspelt(void **state)
{
	static const char *const verbs[] = {"get", "list", "watch"};
	static const struct gate_words words[] = {{"verb", verbs, 3}};
	struct measure_points points = {0};
	struct measure_point row;
	struct gate_fault fault;
	struct gate g = parse("api.requests{verb=list,resource=pods}.mean < 5");

	(void)state;
	row = (struct measure_point){.family = g.measure.of.family, .label = {[2] = "pods"}};
	points = (struct measure_points){.point = &row, .n = 1};
	assert_int_equal(gate_check(&g, &points, words, 1, &fault), 0);
	g = parse("api.requests{verb=lst,resource=pods}.mean < 5");
	assert_int_equal(gate_check(&g, &points, words, 1, &fault), ERR_INPUT);
	assert_int_equal(fault.at, 18);
	assert_non_null(strstr(fault.text, "no verb 'lst'; did you mean 'list'?"));
	g = parse("api.requests{resource=pdos}.mean < 5");
	assert_int_equal(gate_check(&g, &points, words, 1, &fault), ERR_INPUT);
	assert_non_null(strstr(fault.text, "did you mean 'pods'?"));
	/* of a result's own resource somebody who thinks of none such would like to hear */
	g = parse("api.requests{resource=zebra}.mean < 5");
	assert_int_equal(gate_check(&g, &points, words, 1, &fault), ERR_INPUT);
	assert_non_null(strstr(fault.text, "no resource 'zebra'; there are: pods"));
	row.label[1] = "list";
	g = parse("api.requests{verb=zebra}.mean < 5");
	assert_int_equal(gate_check(&g, &points, words, 1, &fault), ERR_INPUT);
	assert_string_equal(fault.text, "no verb 'zebra'; there are: list");
	/* nobody tells of codes */
	g = parse("api.requests{code=zebra}.mean < 5");
	assert_int_equal(gate_check(&g, &points, words, 1, &fault), 0);
}

static void a_measure_by_itself_knows_where_its_labels_stand(void **state)
{
	static const char *const verbs[] = {"get"};
	static const struct gate_words words[] = {{"verb", verbs, 1}};
	const struct measure_points none = {0};
	struct gate_fault fault;
	struct gate g;

	(void)state;
	assert_int_equal(
		gate_parse_measure("api.requests{verb=gte}.mean", "Result", &mem, &g, &fault),
		0);
	assert_string_equal(g.text, "api.requests{verb=gte}.mean");
	assert_int_equal(gate_check(&g, &none, words, 1, &fault), ERR_INPUT);
	assert_int_equal(fault.at, 18);
	assert_int_equal(
		gate_parse_measure("api.load.mean < 5", "Result", &mem, &g, &fault), ERR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_measure_has_labels_and_a_statistic, begin, end),
		cmocka_unit_test_setup_teardown(
			limits_are_written_in_the_measure_s_unit, begin, end),
		cmocka_unit_test_setup_teardown(a_mistake_is_told_with_its_place, begin, end),
		cmocka_unit_test_setup_teardown(a_gate_holds_up_to_its_bound, begin, end),
		cmocka_unit_test_setup_teardown(above_a_base_of_zero_is_a_breach, begin, end),
		cmocka_unit_test_setup_teardown(a_side_without_a_figure_is_no_pass, begin, end),
		cmocka_unit_test_setup_teardown(
			what_may_be_more_decides_only_what_more_would, begin, end),
		cmocka_unit_test_setup_teardown(
			values_of_labels_are_known_or_misspelt, begin, end),
		cmocka_unit_test_setup_teardown(
			a_measure_by_itself_knows_where_its_labels_stand, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
