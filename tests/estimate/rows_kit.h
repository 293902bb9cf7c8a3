/* SPDX-License-Identifier: Apache-2.0 */
/* A toll and its rows. */
#ifndef TESTS_ESTIMATE_ROWS_KIT_H
#define TESTS_ESTIMATE_ROWS_KIT_H

#include "estimate/toll.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

#define assert_within(a, b, share)                                                             \
	assert_true((a) <= (b) * (1 + (share)) && (a) >= (b) * (1 - (share)))

struct fixture {
	struct arena mem;
	struct scenario s;
	struct toll toll;
};

static inline struct fixture *begin(const char *kubelet, const char *feature, const char *set)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	kit_compose(&f->mem, &f->s, kubelet, feature, set);
	toll_of(&f->s, 300 * NS_S, &f->mem, &f->toll);
	return f;
}

static inline void end(struct fixture *f)
{
	arena_fini(&f->mem);
	free(f);
}

static inline const struct toll_row *row(const struct fixture *f, const char *name)
{
	for (uint32_t i = 0; i < f->toll.n; i++)
		if (!strcmp(f->toll.row[i].name, name))
			return &f->toll.row[i];
	fail_msg("no row %s", name);
	return &f->toll.row[0];
}

#endif
