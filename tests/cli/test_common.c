/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/common.h"

#include "tcase.h"

#include <string.h>

struct world {
	struct opt_texts sets;
	struct arena mem;
	struct err err;
};

static struct world *world(void)
{
	struct world *w = test_calloc(1, sizeof(*w));

	arena_init(&w->mem, 0);
	return w;
}

static void end(struct world *w)
{
	arena_fini(&w->mem);
	test_free(w);
}

static void a_flag_becomes_a_setting(void **state)
{
	struct world *w = world();
	const struct common_number time = {"duration", 1500, "ms"};

	(void)state;
	assert_int_equal(common_set(&w->sets, "kubelet", "v1.20", &w->mem, &w->err), 0);
	assert_int_equal(common_set_number(&w->sets, &time, &w->mem, &w->err), 0);
	assert_int_equal(w->sets.n, 2);
	assert_string_equal(w->sets.text[0], "kubelet=v1.20");
	assert_string_equal(w->sets.text[1], "duration=1500ms");
	end(w);
}

static void a_seed_that_was_not_given_sets_nothing(void **state)
{
	struct world *w = world();

	(void)state;
	assert_int_equal(common_set_seed(&w->sets, &(struct opt_seed){0}, &w->mem, &w->err), 0);
	assert_int_equal(w->sets.n, 0);
	assert_int_equal(
		common_set_seed(&w->sets, &(struct opt_seed){0, true}, &w->mem, &w->err), 0);
	assert_string_equal(w->sets.text[0], "seed=0");
	end(w);
}

static void nobody_means_a_flag_and_a_setting_of_the_same_path(void **state)
{
	struct world *w = world();

	(void)state;
	w->sets.text[w->sets.n++] = "seeds=4";
	w->sets.text[w->sets.n++] = "seed=3";
	assert_true(common_is_set(&w->sets, "seed"));
	assert_false(common_is_set(&w->sets, "see"));
	assert_int_equal(
		common_set_seed(&w->sets, &(struct opt_seed){7, true}, &w->mem, &w->err),
		ERR_INPUT);
	assert_string_equal(
		w->err.text, "--seed 7 and --set seed=3: only one of them can be meant");
	assert_int_equal(w->sets.n, 2);
	end(w);
}

static void a_flag_for_which_settings_leave_no_room_is_told(void **state)
{
	struct world *w = world();

	(void)state;
	while (w->sets.n < OPT_TEXTS_MAX)
		w->sets.text[w->sets.n++] = "nodes=4";
	assert_int_equal(
		common_set_seed(&w->sets, &(struct opt_seed){7, true}, &w->mem, &w->err),
		ERR_INPUT);
	assert_non_null(strstr(w->err.text, "--seed 'seed=7': given too often"));
	end(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flag_becomes_a_setting),
		cmocka_unit_test(a_seed_that_was_not_given_sets_nothing),
		cmocka_unit_test(nobody_means_a_flag_and_a_setting_of_the_same_path),
		cmocka_unit_test(a_flag_for_which_settings_leave_no_room_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
