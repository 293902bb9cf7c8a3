/* SPDX-License-Identifier: Apache-2.0 */
#include "report/measure.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static const char text[] =
	"{\"kind\": \"Result\", \"api\": ["
	" {\"client\": \"kube\", \"verb\": \"get\", \"resource\": \"pods\", \"code\": \"200\","
	"  \"perSecond\": 2.5, \"peakSecond\": 4, \"latencySeconds\": {\"count\": 3,"
	"   \"sumNs\": 3000, \"mean\": 1e-6, \"min\": 1e-6, \"max\": 1e-6, \"p99\": 1e-6,"
	"   \"buckets\": [[31, 3]]}},"
	" {\"client\": \"kube\", \"verb\": \"get\", \"resource\": \"nodes\", \"code\": \"200\","
	"  \"perSecond\": 1.5, \"peakSecond\": null, \"latencySeconds\": {\"count\": 1,"
	"   \"sumNs\": 5000, \"mean\": 5e-6, \"min\": 5e-6, \"max\": 5e-6, \"p99\": 5e-6,"
	"   \"buckets\": [[104, 1]]}},"
	" {\"client\": \"kube\", \"verb\": \"list\", \"resource\": \"odd, one\","
	"  \"perSecond\": \"many\", \"latencySeconds\": {\"count\": 1, \"sumNs\": 1,"
	"   \"min\": 0, \"max\": 0, \"buckets\": [[99999, 1]]}}],"
	" \"slo\": [{\"name\": \"apiCalls\", \"met\": true}],"
	" \"apiserver\": null, \"recordsListed\": 12,"
	" \"series\": {\"requests\": {\"peak\": [3, 9, 4]}},"
	" \"detectionSeconds\": {\"count\": 0, \"sumNs\": 0, \"buckets\": []},"
	" \"health\": {\"notReadyNodes\": 2}}";

static struct json *result(void)
{
	struct json *value = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static struct measure find(const char *family, const char *stat)
{
	const struct measure_family *f = measure_families;
	uint32_t i = 0;

	while (strcmp(f->kind, "Result") != 0 || strcmp(f->name, family) != 0)
		assert_true(++f < measure_families + measure_n_families);
	while (strcmp(f->stat[i].name, stat) != 0)
		assert_true(++i < f->n_stats);
	return (struct measure){.of = {.family = f}, .stat = &f->stat[i]};
}

/* api labels are client, verb, resource, code */
static struct measure api(
	const char *family, const char *stat, const char *verb, const char *resource)
{
	struct measure m = find(family, stat);

	m.of.label[1] = verb;
	m.of.label[2] = resource;
	return m;
}

static void is(const struct measure *m, enum measure_found found, double expected)
{
	struct json *r = result();
	double value = -1;

	assert_int_equal(measure_read(r, m, &value), found);
	if (value != expected)
		fail_msg("%g is not %g", value, expected);
	json_free(r);
}

static void rows_that_match_add_up(void **state)
{
	struct measure one = api("api.requests", "mean", "get", "pods");
	struct measure both = api("api.requests", "mean", "get", NULL);
	struct measure none = api("api.requests", "mean", "get", "secrets");

	(void)state;
	is(&one, MEASURE_IS, 2.5);
	is(&both, MEASURE_IS, 4);
	is(&none, MEASURE_NO_ROW, 0);
	none = api("api.latency", "p99", "get", "secrets");
	is(&none, MEASURE_UNKNOWN, 0);
}

static const char estimate_text[] =
	"{\"kind\": \"Estimate\", \"totals\": [{\"of\": \"api\", \"nodes\": 100, "
	"\"afterPerSecond\": 7}],"
	" \"limiters\": [{\"client\": \"a\", \"of\": \"node\", \"nodes\": 100,"
	" \"withFeaturesPerSecond\": 2}]}";

static enum measure_found estimated(const char *family, const char *client, const char *nodes)
{
	const struct measure_family *f = measure_families;
	struct measure m = {0};
	struct json *r = NULL;
	enum measure_found found;
	double value;

	while (strcmp(f->kind, "Estimate") != 0 || strcmp(f->name, family) != 0)
		assert_true(++f < measure_families + measure_n_families);
	m.of.family = f;
	m.stat = &f->stat[strcmp(family, "limiters") ? 0 : 1];
	assert_string_equal(m.stat->name, "mean");
	for (unsigned l = 0; l < MEASURE_LABELS && f->label[l].name; l++)
		m.of.label[l] = !strcmp(f->label[l].name, "nodes")    ? nodes
				: !strcmp(f->label[l].name, "client") ? client
								      : NULL;
	assert_int_equal(json_parse(estimate_text, strlen(estimate_text), &r, NULL), 0);
	found = measure_read(r, &m, &value);
	json_free(r);
	return found;
}

/* A cluster of another size is no cluster without calls. */
static void what_was_not_looked_at_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(estimated("toll", NULL, "100"), MEASURE_IS);
	assert_int_equal(estimated("toll", NULL, "5000"), MEASURE_UNKNOWN);
	assert_int_equal(estimated("limiters", "b", "100"), MEASURE_NO_ROW);
	assert_int_equal(estimated("limiters", "a", "5000"), MEASURE_UNKNOWN);
}

static void peaks_of_several_rows_are_not_put_together(void **state)
{
	struct measure one = api("api.requests", "peak", "get", "pods");
	struct measure both = api("api.requests", "peak", "get", NULL);
	struct measure null = api("api.requests", "peak", "get", "nodes");
	struct measure load = find("api.load", "peak");

	(void)state;
	is(&one, MEASURE_IS, 4);
	is(&both, MEASURE_APART, 0);
	is(&null, MEASURE_UNKNOWN, 0);
	is(&load, MEASURE_IS, 9);
}

static void histograms_of_several_rows_merge(void **state)
{
	struct measure one = api("api.latency", "p99", "get", "nodes");
	struct measure mean = api("api.latency", "mean", "get", NULL);
	struct measure most = api("api.latency", "max", "get", NULL);
	struct measure half = api("api.latency", "p50", "get", NULL);
	struct measure n = api("api.latency", "count", "get", NULL);

	(void)state;
	is(&one, MEASURE_IS, 5e-6);
	is(&mean, MEASURE_IS, 2e-6);
	is(&most, MEASURE_IS, 5e-6);
	is(&half, MEASURE_IS, 1.008e-6); /* the middle of its bucket, and not less than it */
	is(&n, MEASURE_IS, 4);
}

static void what_is_missing_or_malformed_is_unknown(void **state)
{
	struct measure words = api("api.requests", "mean", "list", NULL);
	struct measure beyond = api("api.latency", "p99", NULL, NULL);
	struct measure nothing = find("detection", "p99");
	struct measure server = find("apiserver", "utilization");
	struct measure absent = find("podStart", "p99");

	(void)state;
	is(&words, MEASURE_UNKNOWN, 0);
	is(&beyond, MEASURE_UNKNOWN, 0);
	is(&nothing, MEASURE_UNKNOWN, 0);
	is(&server, MEASURE_UNKNOWN, 0);
	is(&absent, MEASURE_UNKNOWN, 0);
}

static void single_figures_are_read_where_they_stand(void **state)
{
	struct measure records = find("runtime.records", "count");
	struct measure nodes = find("health", "notReadyNodes");
	struct measure met = find("slo", "met");

	(void)state;
	is(&records, MEASURE_IS, 12);
	is(&nodes, MEASURE_IS, 2);
	is(&met, MEASURE_IS, 1);
}

static bool has_point(const struct measure_points *points, const char *name)
{
	struct str text_of = {0};
	bool found = false;

	for (uint32_t i = 0; i < points->n && !found; i++) {
		str_reset(&text_of);
		measure_name(&points->point[i], NULL, &text_of);
		found = !strcmp(str_text(&text_of), name);
	}
	str_fini(&text_of);
	return found;
}

static void points_are_the_whole_and_its_rows_once(void **state)
{
	struct measure_points points = {0};
	struct json *r = result();
	struct arena mem;
	struct err err = {0};
	uint32_t n;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(measure_points_add(&points, r, &mem, &err), 0);
	n = points.n;
	assert_int_equal(measure_points_add(&points, r, &mem, &err), 0);
	assert_int_equal(points.n, n);
	json_free(r);
	assert_true(has_point(&points, "api.requests"));
	assert_true(has_point(
		&points, "api.requests{client=kube,verb=get,resource=pods,code=200}"));
	assert_true(has_point(
		&points, "api.requests{client=kube,verb=list,resource=\"odd, one\"}"));
	assert_true(has_point(&points, "slo{objective=apiCalls}"));
	assert_false(has_point(&points, "apiserver"));
	for (uint32_t i = 1; i < points.n; i++)
		assert_true(points.point[i - 1].family <= points.point[i].family);
	arena_fini(&mem);
}

static void names_of_measures_are_unique(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < measure_n_families; i++) {
		const struct measure_family *f = &measure_families[i];

		assert_true(f->n_stats > 0 && f->n_stats <= MEASURE_STATS);
		for (uint32_t k = 0; k < i; k++)
			assert_false(!strcmp(f->kind, measure_families[k].kind) &&
				     !strcmp(f->name, measure_families[k].name));
		for (uint32_t s = 0; s < f->n_stats; s++) {
			assert_true((f->stat[s].sum == SUM_HIST) == (f->hist != NULL));
			for (uint32_t t = 0; t < s; t++)
				assert_string_not_equal(f->stat[s].name, f->stat[t].name);
		}
	}
}

static void the_class_is_what_the_result_says(void **state)
{
	static const char said[] =
		"{\"api\": [], \"classes\": ["
		" {\"class\": \"counted\", \"fields\": [\"api[].perSecond\"], \"calls\": null},"
		" {\"class\": \"calibrated\", \"fields\": [\"api[].latencySeconds\", \"slo\"],"
		"  \"calls\": [\"get pods\"], \"by\": [\"c\", \"d\"]},"
		" {\"class\": \"assumed\", \"fields\": [\"api[].latencySeconds\"],"
		"  \"calls\": [\"get nodes\"], \"by\": [\"d\"]}]}";
	struct measure rate = api("api.requests", "mean", "get", "pods");
	struct measure pods = api("api.latency", "p99", "get", "pods");
	struct measure nodes = api("api.latency", "p99", "get", "nodes");
	struct measure all = api("api.latency", "p99", NULL, NULL);
	struct measure relist = find("relist.duration", "p99");
	static const char other_said[] =
		"{\"classes\": [{\"class\": \"assumed\", \"calls\": [\"get pods\"], \"by\": [],"
		" \"fields\": [\"api[].latencySeconds\"]}]}";
	struct json *r = NULL, *other = NULL;
	struct str by = {0};
	struct err err = {0};

	(void)state;
	if (json_parse(said, strlen(said), &r, &err))
		fail_msg("%s", err.text);
	assert_string_equal(measure_class_in(r, NULL, &rate), "counted");
	assert_string_equal(measure_class_in(r, NULL, &pods), "calibrated");
	assert_string_equal(measure_class_in(r, NULL, &nodes), "assumed");
	assert_string_equal(measure_class_in(r, NULL, &all), "assumed");
	assert_string_equal(measure_class_in(r, NULL, &relist), "calibrated");
	measure_calibration(r, &by);
	assert_string_equal(str_text(&by), "c, d");
	/* laid beside another: the weakest of both, also where one of them says nothing */
	assert_int_equal(json_parse(other_said, strlen(other_said), &other, &err), 0);
	assert_string_equal(measure_class_in(r, other, &pods), "assumed");
	assert_string_equal(measure_class_in(other, r, &pods), "assumed");
	assert_string_equal(measure_class_in(other, r, &rate), "counted");
	str_fini(&by);
	json_free(r);
	json_free(other);
}

static void calibrated_by(const struct json *result, const struct json *other,
	struct measure measure, const char *expected)
{
	struct json *by = measure_calibration_in(result, other, &measure);

	if (expected)
		assert_string_equal(json_as_str(by), expected);
	else
		assert_true(json_is_null(by));
	json_free(by);
}

static void the_calibration_is_that_of_the_figure(void **state)
{
	static const char said[] =
		"{\"api\": [], \"classes\": ["
		" {\"class\": \"counted\", \"fields\": [\"api[].perSecond\"], \"calls\": null,"
		"  \"by\": [\"timers\"]},"
		" {\"class\": \"calibrated\", \"fields\": [\"api[].latencySeconds\"],"
		"  \"calls\": [\"get pods\"], \"by\": [\"c\", \"d\"]},"
		" {\"class\": \"calibrated\", \"fields\": [\"slo\"], \"calls\": null,"
		"  \"by\": [\"e\"]},"
		" {\"class\": \"assumed\", \"fields\": [\"api[].latencySeconds\"],"
		"  \"calls\": [\"get nodes\"], \"by\": []}]}";
	static const char with_other[] =
		"{\"api\": [], \"classes\": ["
		" {\"class\": \"calibrated\", \"fields\": [\"api[].latencySeconds\"],"
		"  \"calls\": [\"get pods\"], \"by\": [\"d\", \"f\"]}]}";
	struct measure pods = api("api.latency", "p99", "get", "pods");
	struct json *r = NULL, *other = NULL;
	struct err err = {0};

	(void)state;
	if (json_parse(said, strlen(said), &r, &err) ||
		json_parse(with_other, strlen(with_other), &other, &err))
		fail_msg("%s", err.text);
	calibrated_by(r, NULL, pods, "c, d");
	calibrated_by(r, other, pods, "c, d, f");
	calibrated_by(r, NULL, api("api.latency", "p99", NULL, NULL), "c, d");
	calibrated_by(r, NULL, api("api.latency", "p99", "get", "nodes"), NULL);
	calibrated_by(r, NULL, api("api.requests", "mean", "get", "pods"), NULL);
	calibrated_by(r, NULL, api("api.latency", "count", "get", "pods"), NULL);
	json_free(r);
	json_free(other);
}

/* A sweep has the classes of its cells and none of their lists. */
static void a_sweeps_measure_rests_on_what_a_results_does(void **state)
{
	static const char classes[] =
		"\"classes\": ["
		" {\"class\": \"counted\", \"fields\": [\"api[].perSecond\"], \"calls\": null},"
		" {\"class\": \"calibrated\", \"fields\": [\"api[].limiterSeconds\","
		"  \"pods.startBudget\"], \"calls\": [\"get pods\"], \"by\": [\"c\"]},"
		" {\"class\": \"assumed\", \"fields\": [\"api[].bytesPerSecond\"],"
		"  \"calls\": null, \"by\": [\"d\"]}]}";
	static const char *const heads[] = {"{\"api\": [], ", "{\"cells\": [], "};
	struct measure limiter = api("api.limiter", "p99", NULL, NULL);
	struct measure bytes = api("api.requests", "bytes", NULL, NULL);
	struct measure step = find("podStart.steps", "p99");

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct str said = {0};
		struct json *r = NULL;
		struct err err = {0};

		str_addf(&said, "%s%s", heads[i], classes);
		if (json_parse(str_text(&said), str_len(&said), &r, &err))
			fail_msg("%s", err.text);
		assert_string_equal(measure_class_in(r, NULL, &limiter), "calibrated");
		assert_string_equal(measure_class_in(r, NULL, &bytes), "assumed");
		calibrated_by(r, NULL, limiter, "c");
		calibrated_by(r, NULL, bytes, "d");
		calibrated_by(r, NULL, step, "c");
		json_free(r);
		str_fini(&said);
	}
}

/* The row that the manual has for a family. */
static void closed(const struct json *r, struct measure m, enum measure_found found, double is)
{
	double value, of;

	assert_int_equal(measure_closed(r, &m, &value, &of), found);
	assert_true(value == is);
	assert_true(of == (found == MEASURE_IS ? 1 : found == MEASURE_LEAST ? 0.75 : 0));
}

static void a_rate_of_calls_has_a_closed_form_beside_it(void **state)
{
	static const char said[] =
		"{\"nodes\": 4, \"closedForm\": ["
		" {\"operation\": \"version\", \"closedFormPerSecond\": 2},"
		" {\"operation\": \"status\", \"closedFormPerSecond\": 6},"
		" {\"verb\": \"get\", \"resource\": \"pods\", \"closedFormPerSecond\": 3,"
		"  \"simulatedPerSecond\": 6},"
		" {\"verb\": \"get\", \"resource\": \"nodes\", \"closedFormPerSecond\": null,"
		"  \"simulatedPerSecond\": 2}]}";
	struct json *r = NULL;
	struct err err = {0};

	(void)state;
	if (json_parse(said, strlen(said), &r, &err))
		fail_msg("%s", err.text);
	closed(r, find("runtime.calls", "mean"), MEASURE_IS, 8);
	closed(r, find("runtime.calls", "perNode"), MEASURE_IS, 2);
	closed(r, api("api.requests", "mean", "get", "pods"), MEASURE_IS, 3);
	closed(r, api("api.requests", "mean", "get", NULL), MEASURE_LEAST, 3);
	closed(r, api("api.requests", "mean", "get", "nodes"), MEASURE_UNKNOWN, 0);
	closed(r, api("api.requests", "mean", "list", "pods"), MEASURE_UNKNOWN, 0);
	closed(r, find("api.requests", "peak"), MEASURE_NO_ROW, 0);
	closed(r, find("api.latency", "mean"), MEASURE_NO_ROW, 0);
	json_free(r);
}

static void row_of(const struct measure_family *f, struct str *row)
{
	str_addf(row, "| `%s` | ", f->name);
	for (unsigned l = 0; l < MEASURE_LABELS && f->label[l].name; l++)
		str_addf(row, "%s`%s`", l ? ", " : "", f->label[l].name);
	str_add(row, " | ");
	for (uint32_t i = 0; i < f->n_stats; i++)
		str_addf(row, "%s`%s`", i ? ", " : "", f->stat[i].name);
	str_addf(row, " | %s | %s |\n", measure_class_name(f->class), f->help);
}

static void the_manual_has_every_measure(void **state)
{
	struct err err = {0};
	char *manual = NULL;
	size_t len;

	(void)state;
	if (file_read("docs/GATES.md", 1 << 20, &manual, &len, &err))
		fail_msg("%s", err.text);
	for (uint32_t i = 0; i < measure_n_families; i++) {
		struct str row = {0};

		row_of(&measure_families[i], &row);
		if (!strstr(manual, str_text(&row)))
			fail_msg("docs/GATES.md lacks: %s", str_text(&row));
		str_fini(&row);
	}
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_match_add_up),
		cmocka_unit_test(what_was_not_looked_at_is_unknown),
		cmocka_unit_test(peaks_of_several_rows_are_not_put_together),
		cmocka_unit_test(histograms_of_several_rows_merge),
		cmocka_unit_test(what_is_missing_or_malformed_is_unknown),
		cmocka_unit_test(single_figures_are_read_where_they_stand),
		cmocka_unit_test(points_are_the_whole_and_its_rows_once),
		cmocka_unit_test(names_of_measures_are_unique),
		cmocka_unit_test(the_class_is_what_the_result_says),
		cmocka_unit_test(the_calibration_is_that_of_the_figure),
		cmocka_unit_test(a_sweeps_measure_rests_on_what_a_results_does),
		cmocka_unit_test(a_rate_of_calls_has_a_closed_form_beside_it),
		cmocka_unit_test(the_manual_has_every_measure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
