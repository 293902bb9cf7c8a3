/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/toll_words.h"

#include "tcase.h"

#include <stdio.h>
#include <string.h>

#include "kit.h"

struct fixture {
	struct arena mem;
	struct scenario s;
	struct toll toll;
};

/* Letters of a formula that the legend does not explain; the caller's buffer. */
static const char *unexplained(const char *formula, char word[TOLL_TEXT])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'";
	size_t end = strcspn(formula, "="), len;

	for (size_t at = 0; at < end; at += len + 1) {
		bool known = false;

		len = strspn(formula + at, letters);
		(void)snprintf(word, TOLL_TEXT, "%.*s", (int)len, formula + at);
		for (size_t i = 0; i < toll_n_symbols; i++)
			known |= !strcmp(toll_symbols[i].symbol, word);
		if (len > 0 && !known && strcmp(word, "apart") != 0 && strcmp(word, "x") != 0)
			return word;
	}
	return NULL;
}

static void every_symbol_of_a_formula_is_in_the_legend(void **state)
{
	static const char *const triggers[] = {"podStart", "podStop", "podSync", "statusChange",
		"containerStart", "containerDeath", "objectChange", "error", "kubeletStart"};
	char word[TOLL_TEXT], text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		struct fixture f = {0};

		(void)snprintf(text, sizeof(text),
			"kubelet.loops.node-feature-discovery/scan={feature: "
			"node-feature-discovery, nodes: 50%%, trigger: %s, calls: [{api: get "
			"pods, scope: container, share: 30%%}, {api: get pods, atMostEvery: "
			"50s}]}",
			triggers[i]);
		kit_compose(&f.mem, &f.s, "v1.36", "node-feature-discovery", text);
		toll_of(&f.s, 300 * NS_S, &f.mem, &f.toll);
		for (uint32_t r = 0; r < f.toll.n; r++)
			if (*f.toll.row[r].feature && unexplained(f.toll.row[r].symbols, word))
				fail_msg("%s: '%s' in %s", triggers[i], word,
					f.toll.row[r].symbols);
		arena_fini(&f.mem);
	}
	assert_null(unexplained("P / (T + L + D) = 1", word));
	assert_true(toll_uses("P f / T' = 1 / 2 s", "T'"));
	assert_false(toll_uses("P f / T' = 1 / 2 s", "T"));
	assert_false(toll_uses("1 / T = d", "d"));
}

/* Calls of a loop that are alike are one row, which says how many it counts. */
static void calls_that_are_alike_are_told_once(void **state)
{
	struct fixture f = {0};
	uint32_t n = 0;

	(void)state;
	kit_compose(&f.mem, &f.s, "v1.36", "crash-restarts-every-10s", NULL);
	toll_of(&f.s, 300 * NS_S, &f.mem, &f.toll);
	for (uint32_t r = 0; r < f.toll.n; r++) {
		const struct toll_row *row = &f.toll.row[r];

		if (!*row->feature)
			continue;
		assert_string_equal(row->symbols, "5 x P / T = 5 x 30 / 10 s = 15/s");
		assert_true(row->rate > 14.999 && row->rate < 15.001);
		n++;
	}
	assert_int_equal(n, 1);
	arena_fini(&f.mem);
}

/* Containers that crash again and again die, and nobody knows how often. */
static void what_crash_loops_cause_is_no_nothing(void **state)
{
	struct fixture f = {0};
	uint32_t n = 0;

	(void)state;
	kit_compose(&f.mem, &f.s, "v1.20", NULL,
		"kubelet.loops.imageDetect={trigger: containerDeath, calls: [{api: get "
		"pods}]}");
	f.s.workload.crash_looping = PPM;
	toll_of(&f.s, 300 * NS_S, &f.mem, &f.toll);
	for (uint32_t r = 0; r < f.toll.n; r++) {
		const struct toll_row *row = &f.toll.row[r];

		if (!strcmp(row->name, "imageDetect")) {
			assert_null(strstr(row->words, "none dies"));
			assert_string_equal(row->symbols, "1 x (C a + d) = ?");
		}
		n += !strcmp(row->name, "containers that die") && row->fails;
	}
	assert_true(n > 3);
	arena_fini(&f.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_symbol_of_a_formula_is_in_the_legend),
		cmocka_unit_test(calls_that_are_alike_are_told_once),
		cmocka_unit_test(what_crash_loops_cause_is_no_nothing),
	};

	return cmocka_run_group_tests_name("toll_words", tests, NULL, NULL);
}
