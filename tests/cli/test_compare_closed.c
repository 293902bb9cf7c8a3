/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_closed.h"

#include <stdio.h>
#include <string.h>

#include "tcase.h"

#define CALL(closed, simulated, rest)                                                          \
	"{\"feature\": null, \"closedFormPerSecond\": " closed                                 \
	", \"simulatedPerSecond\": " simulated ", \"why\": null, " rest "}"
#define BY(client)                                                                             \
	"\"operation\": null, \"inMetric\": null, \"client\": \"" client "\", "                \
	"\"verb\": \"get\", \"resource\": \"pods\""
#define GET BY("kube")
#define STATUS(seen)                                                                           \
	"\"operation\": \"status\", \"inMetric\": " seen ", \"client\": null, "                \
	"\"verb\": null, \"resource\": null"
#define SEEN   STATUS("true")
#define UNSEEN STATUS("false")

static struct json *result(const char *rows)
{
	struct json *value = NULL;
	struct err err = {0};
	char text[1000];

	assert_in_range(snprintf(text, sizeof(text), "{\"closedForm\": [%s]}", rows), 1,
		sizeof(text) - 1);
	if (json_parse(text, strlen(text), &value, &err))
		fail_msg("%s", err.text);
	return value;
}

static double number(const struct json *row, const char *side, const char *key)
{
	const struct json *v = json_get(json_get(row, side), key);

	return json_is_num(v) ? json_as_num(v) : -1;
}

static void seeds_become_means_and_calls_stay_apart(void **state)
{
	struct json *base[] = {
		result(CALL("2", "1", GET) "," CALL("4", "4", SEEN)),
		result(CALL("2", "2", GET) "," CALL("4", "6", SEEN)),
	};
	struct json *candidate[] = {result(CALL("4", "5", SEEN) "," CALL("8", "8", UNSEEN))};
	struct compare_results b = {base, 2}, c = {candidate, 1};
	struct json *rows = compare_closed(&b, &c), *get, *seen, *unseen;

	(void)state;
	assert_int_equal(json_size(rows), 3);
	get = json_at(rows, 0);
	seen = json_at(rows, 1);
	unseen = json_at(rows, 2);
	assert_string_equal(json_as_str(json_get(get, "verb")), "get");
	assert_true(number(get, "base", "simulatedPerSecond") == 1.5);
	assert_true(number(get, "base", "relativeDifference") == -0.25);
	assert_true(json_is_null(json_get(get, "candidate")));
	assert_true(number(seen, "base", "simulatedPerSecond") == 5);
	assert_true(number(seen, "candidate", "relativeDifference") == 0.25);
	assert_true(json_is_null(json_get(unseen, "base")));
	assert_true(number(unseen, "candidate", "closedFormPerSecond") == 8);
	json_free(rows);
	json_free(base[0]);
	json_free(base[1]);
	json_free(candidate[0]);
}

/* What the feature gets is none of what the kubelet does, which goes on as before. */
static void a_row_is_one_clients(void **state)
{
	struct json *base[] = {result(CALL("5", "5", BY("kube")))};
	struct json *candidate[] = {
		result(CALL("5", "5", BY("kube")) "," CALL("1", "1", BY("shipper")))};
	struct compare_results b = {base, 1}, c = {candidate, 1};
	struct json *rows = compare_closed(&b, &c);

	(void)state;
	assert_int_equal(json_size(rows), 2);
	assert_string_equal(json_as_str(json_get(json_at(rows, 0), "client")), "kube");
	assert_true(number(json_at(rows, 0), "candidate", "simulatedPerSecond") == 5);
	assert_string_equal(json_as_str(json_get(json_at(rows, 1), "client")), "shipper");
	assert_true(json_is_null(json_get(json_at(rows, 1), "base")));
	json_free(rows);
	json_free(base[0]);
	json_free(candidate[0]);
}

/* A mean over some of the seeds would be none of the sum. */
static void what_one_seed_lacks_is_unknown(void **state)
{
	struct json *base[] = {result(CALL("2", "1", GET)), result(CALL("null", "3", GET))};
	struct compare_results b = {base, 2}, none = {NULL, 0};
	struct json *rows = compare_closed(&b, &none);

	(void)state;
	assert_int_equal(json_size(rows), 1);
	assert_true(number(json_at(rows, 0), "base", "closedFormPerSecond") == -1);
	assert_true(number(json_at(rows, 0), "base", "relativeDifference") == -1);
	assert_true(number(json_at(rows, 0), "base", "simulatedPerSecond") == 2);
	json_free(rows);
	json_free(base[0]);
	json_free(base[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_become_means_and_calls_stay_apart),
		cmocka_unit_test(a_row_is_one_clients),
		cmocka_unit_test(what_one_seed_lacks_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
