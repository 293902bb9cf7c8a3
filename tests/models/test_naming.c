/* SPDX-License-Identifier: Apache-2.0 */
#include "models/naming.h"

#include "tcase.h"

typedef int rule(const struct doc_node *at, const char *text, struct err *err);

static void expect(rule *is, const char *text, bool fine)
{
	struct doc_node at = {.kind = DOC_SCALAR, .file = "f.yaml", .line = 3, .column = 7};
	struct err err = {0};
	int code = is(&at, text, &err);

	if ((code == 0) != fine || (code && code != ERR_INPUT))
		fail_msg("'%s': %d %s", text, code, err.text);
}

static void objects_have_names_of_small_letters(void **state)
{
	static const char *const good[] = {"a", "v1.36", "node-problem-detector-30s", "0"};
	static const char *const bad[] = {
		"", "-a", "a-", ".a", "a,b", "a b", "a/b", "A", "a_b", "\xc3\xa9"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect(naming_object, good[i], true);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(naming_object, bad[i], false);
}

static void entries_have_names_of_all_letters(void **state)
{
	static const char *const good[] = {"a", "metricsScrape", "A_b.c-9"};
	static const char *const bad[] = {"", "-a", "a_", "a,b", "a b", "a/b", "a'b"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect(naming_entry, good[i], true);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(naming_entry, bad[i], false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_have_names_of_small_letters),
		cmocka_unit_test(entries_have_names_of_all_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
