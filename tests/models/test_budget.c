/* SPDX-License-Identifier: Apache-2.0 */
#include "models/budget.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define HEAD "apiVersion: nodetoll/v1alpha1\nkind: Budget\nmetadata: {name: b}\n"

static char dir[] = "/tmp/test_budget_XXXXXX";
static char path[sizeof(dir) + 16];
static struct arena mem;

static int begin(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/b.yaml", dir);
	arena_init(&mem, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)rmdir(dir);
	arena_fini(&mem);
	return 0;
}

static int load(const char *text, struct budget *b, struct err *err)
{
	struct err ignored = {0};

	assert_int_equal(file_write_whole(path, text, strlen(text), &ignored), 0);
	return budget_load(&mem, path, b, err);
}

static void refuses(const char *text, const char *expected)
{
	struct budget *b = test_calloc(1, sizeof(*b));
	struct err err = {0};

	assert_int_equal(load(text, b, &err), ERR_INPUT);
	if (!strstr(err.text, expected))
		fail_msg("'%s' lacks '%s'", err.text, expected);
	test_free(b);
}

static void a_budget_says_what_is_compared_and_what_must_hold(void **state)
{
	struct budget *b = test_calloc(1, sizeof(*b));
	struct err err = {0};
	char wanted[sizeof(path) + 16];

	(void)state;
	if (load(HEAD "spec:\n  base: quiet\n  candidate: ./c.yaml\n  seeds: 3\n"
		      "  set: [nodes=1]\n  with: [f.yaml, proxy]\n  gates:\n"
		      "    - gate: a.b <= +5%\n      why: w\n    - {gate: \"c < 1\"}\n",
		    b, &err))
		fail_msg("%s", err.text);
	assert_string_equal(b->base.text, "quiet");
	assert_int_equal(b->base.at->line, 5);
	(void)snprintf(wanted, sizeof(wanted), "%s/./c.yaml", dir);
	assert_string_equal(b->candidate.text, wanted);
	(void)snprintf(wanted, sizeof(wanted), "%s/f.yaml", dir);
	assert_string_equal(b->with[0].text, wanted);
	assert_string_equal(b->with[1].text, "proxy");
	assert_int_equal(b->seeds, 3);
	assert_int_equal(b->n_gates, 2);
	assert_string_equal(b->gates[0].gate, "a.b <= +5%");
	assert_string_equal(b->gates[0].why, "w");
	assert_int_equal(b->gates[0].at->line, 11);
	assert_null(b->gates[1].why);
	assert_string_equal(b->sets[0].text, "nodes=1");
	test_free(b);
}

static void a_mistake_has_its_place(void **state)
{
	(void)state;
	refuses(HEAD "spec:\n  gates: []\n", "b.yaml:5:3: a budget without gates");
	refuses(HEAD "spec: {}\n", "'gates' is missing");
	refuses(HEAD "spec:\n  gats: []\n", "did you mean 'gates'?");
	refuses(HEAD "spec:\n  set: nodes=1\n  gates: [{gate: x}]\n",
		"b.yaml:5:8: 'set' is a value");
	refuses(HEAD "spec:\n  with: [[a]]\n  gates: [{gate: x}]\n", "'with' has a list");
	refuses(HEAD "spec:\n  seeds: 101\n  gates: [{gate: x}]\n", "seeds");
	refuses("kind: Scenario\n", "apiVersion");
	refuses(HEAD "spec: {gates: [{gate: x}]}\ngates: []\n", "no 'gates' beside apiVersion");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_budget_says_what_is_compared_and_what_must_hold, begin, end),
		cmocka_unit_test_setup_teardown(a_mistake_has_its_place, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
