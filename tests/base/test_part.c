/* SPDX-License-Identifier: Apache-2.0 */
#include "base/part.h"

#include <stdlib.h>

#include "tcase.h"

static const uint32_t sizes[] = {1, 2, 3, 4, 5, 16, 17, 64, 65, 100, 257, 5000};
static const int64_t shares[] = {
	1, 1000, 65600, 100000, 250000, 333333, 500000, 666667, 990000, 999999, 1000000};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), SHARES = sizeof(shares) / sizeof(shares[0]) };

static void each_has_another_place(void **state)
{
	(void)state;
	for (size_t s = 0; s < SIZES; s++) {
		bool *taken = calloc(sizes[s], sizeof(*taken));

		assert_non_null(taken);
		for (uint32_t i = 0; i < sizes[s]; i++) {
			uint32_t place = part_place(s + 1, sizes[s], i);

			assert_in_range(place, 0, sizes[s] - 1);
			assert_false(taken[place]);
			taken[place] = true;
		}
		free(taken);
	}
}

/* Of 6,000 orders of six, each place is had a thousand times, give or take five deviations; and
 * who comes right behind the first is anybody. */
static void places_are_chance(void **state)
{
	uint32_t had[6][6] = {0}, behind[6] = {0};

	(void)state;
	for (uint64_t key = 1; key <= 6000; key++) {
		uint32_t at[6];

		for (uint32_t i = 0; i < 6; i++)
			at[part_place(key, 6, i)] = i;
		for (uint32_t i = 0; i < 6; i++)
			had[at[i]][i]++;
		behind[at[1]] += at[0] == 0;
	}
	for (uint32_t i = 0; i < 36; i++)
		assert_in_range(had[i / 6][i % 6], 1000 - 145, 1000 + 145);
	for (uint32_t i = 1; i < 6; i++)
		assert_in_range(behind[i], 200 - 80, 200 + 80);
}

static void a_tenth_of_five_thousand_is_five_hundred(void **state)
{
	uint32_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		n += part_has(part_place(7, 5000, i), 5000, 100000);
	assert_int_equal(n, 500);
}

/* Whatever each has of its own, all of them together have the nearest whole number. */
static void parts_make_the_share_of_all(void **state)
{
	(void)state;
	for (size_t s = 0; s < SIZES; s++)
		for (size_t f = 0; f < SHARES; f++)
			for (uint64_t items = 1; items <= 31; items += 10) {
				uint64_t own = items * (uint64_t)shares[f] / PART_PPM, sum = 0;

				for (uint32_t place = 0; place < sizes[s]; place++) {
					uint64_t has =
						(items * (uint64_t)shares[f] +
							part_rounds_up(place, sizes[s])) /
						PART_PPM;

					assert_in_range(has, own, own + 1);
					sum += has;
				}
				assert_int_equal(sum, part_of(sizes[s] * items, shares[f]));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_another_place),
		cmocka_unit_test(places_are_chance),
		cmocka_unit_test(a_tenth_of_five_thousand_is_five_hundred),
		cmocka_unit_test(parts_make_the_share_of_all),
	};

	return cmocka_run_group_tests_name("part", tests, NULL, NULL);
}
