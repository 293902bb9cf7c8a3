/* SPDX-License-Identifier: Apache-2.0 */
#include "models/incident.h"

#include "tcase.h"

#include <stdlib.h>
#include <string.h>

struct loaded {
	struct arena mem;
	struct library lib;
	struct incident *incident;
	struct err err;
};

static struct loaded *load(const char *name)
{
	struct loaded *l = calloc(1, sizeof(*l));
	const char *dir = getenv("NODETOLL_MODELS");

	assert_non_null(l);
	arena_init(&l->mem, 0);
	l->lib = (struct library){.dir = dir ? dir : "models", .mem = &l->mem};
	l->incident = ARENA_NEW(&l->mem, struct incident);
	if (incident_load(&l->lib, name, l->incident, &l->err))
		fail_msg("%s", l->err.text);
	return l;
}

static void end(struct loaded *l)
{
	arena_fini(&l->mem);
	free(l);
}

static void an_incident_has_sides_and_figures(void **state)
{
	struct loaded *l = load("lease-get-before-put");
	const struct incident_figure *f = &l->incident->figures[0];
	struct scenario *s = ARENA_NEW(&l->mem, struct scenario);
	struct model resolved = {0};

	(void)state;
	assert_int_equal(l->incident->class, INCIDENT_A);
	assert_int_equal(l->incident->n_figures, 2);
	assert_string_equal(f->call, "get leases");
	assert_int_equal(f->published, INT64_C(50000) * PPM);
	assert_string_equal(incident_units[f->unit].name, "/min");
	assert_int_equal(f->times, PPM);
	if (incident_scenario(&l->lib, &l->incident->before, s, &resolved, &l->err))
		fail_msg("%s", l->err.text);
	assert_int_equal(s->nodes, 8000);
	if (incident_scenario(&l->lib, &l->incident->after, s, &resolved, &l->err))
		fail_msg("%s", l->err.text);
	assert_string_equal(s->kubelet.name, "v1.27");
	end(l);
}

/* A figure that does not come out, or is not modelled, says why; every one says where it was.
 */
static void every_incident_is_told_with_its_reasons(void **state)
{
	struct loaded *l = load("secret-get-per-pod");
	const char **names = NULL;
	uint32_t n = 0;

	(void)state;
	assert_int_equal(library_list(&l->lib, MODEL_INCIDENT, &names, &n, &l->err), 0);
	assert_true(n >= 25);
	for (uint32_t i = 0; i < n; i++) {
		if (incident_load(&l->lib, names[i], l->incident, &l->err))
			fail_msg("%s", l->err.text);
		assert_string_equal(l->incident->name, names[i]);
		assert_true(l->incident->n_figures > 0);
		for (uint32_t f = 0; f < l->incident->n_figures; f++) {
			const struct incident_figure *figure = &l->incident->figures[f];

			assert_true(figure->source && *figure->source);
			if (figure->verdict == VERDICT_NOT)
				assert_true(figure->reason && *figure->reason);
		}
	}
	end(l);
}

static bool has_figures_of_both(const struct incident *i)
{
	bool before = false, after = false;

	for (uint32_t f = 0; f < i->n_figures; f++) {
		if (i->figures[f].measure == BY_NOTHING)
			continue;
		before |= i->figures[f].of != OF_AFTER;
		after |= i->figures[f].of != OF_BEFORE;
	}
	return before && after;
}

/* What is modelled of both sides is shown of both; of what is not it is said why. */
static void every_side_is_there_or_told_why_not(void **state)
{
	struct loaded *l = load("secret-get-per-pod");
	const struct incident *i = l->incident;
	const char **names = NULL;
	uint32_t n = 0, whole = 0;

	(void)state;
	assert_int_equal(library_list(&l->lib, MODEL_INCIDENT, &names, &n, &l->err), 0);
	for (uint32_t k = 0; k < n; k++) {
		if (incident_load(&l->lib, names[k], l->incident, &l->err))
			fail_msg("%s", l->err.text);
		assert_true(!i->before.spec == (i->before.not_modelled != NULL));
		assert_true(!i->after.spec == (i->after.not_modelled != NULL));
		if (!i->before.spec || !i->after.spec)
			continue;
		whole++;
		if (i->n_changes == 0 && !has_figures_of_both(i))
			fail_msg("%s shows nothing of one of its sides", names[k]);
	}
	assert_true(whole >= 44);
	end(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_incident_has_sides_and_figures),
		cmocka_unit_test(every_incident_is_told_with_its_reasons),
		cmocka_unit_test(every_side_is_there_or_told_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
