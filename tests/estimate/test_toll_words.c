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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_symbol_of_a_formula_is_in_the_legend),
	};

	return cmocka_run_group_tests_name("toll_words", tests, NULL, NULL);
}
