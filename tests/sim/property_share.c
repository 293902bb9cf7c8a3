/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/share.h"

#include <math.h>

#include "property.h"

enum { JOBS = 40 };

/* The same processors as a fluid: every job's rest shrinks at its part. */
struct fluid {
	double rest[JOBS];
	uint32_t n, processors;
	double at;
};

static double fluid_rate(const struct fluid *f)
{
	return f->n <= f->processors ? 1 : (double)f->processors / f->n;
}

static void fluid_advance(struct fluid *f, double now)
{
	double rate = fluid_rate(f);

	for (uint32_t i = 0; i < JOBS; i++)
		if (f->rest[i] > 0)
			f->rest[i] -= (now - f->at) * rate;
	f->at = now;
}

/* Whatever comes and goes, a job ends when the fluid has none of it left, to a rounding of a
 * nanosecond for each that came or went; and the one that ends is the one with the least. */
static void jobs_end_when_a_fluid_would_once(struct property *p)
{
	struct fluid f = {.processors = 1 + property_below(p, 8)};
	struct arena mem;
	struct share s;
	ns_t now = 0;
	uint32_t came = 0;

	arena_init(&mem, 0);
	share_init(&s, &mem, f.processors, JOBS);
	while (came < JOBS || s.n) {
		ns_t next = now + property_span(p, 0, 40 * NS_MS);
		uint64_t tag;

		if (came == JOBS || s.next_at <= next) {
			now = s.next_at;
			fluid_advance(&f, (double)now);
			HOLDS(p, share_take(&s, now, &tag));
			HOLDS(p, fabs(f.rest[tag]) < 4 * JOBS);
			f.rest[tag] = 0;
			f.n--;
			continue;
		}
		now = next;
		fluid_advance(&f, (double)now);
		f.rest[came] = (double)property_span(p, 1, 100 * NS_MS);
		share_add(&s, now, (ns_t)f.rest[came], (ns_t)f.rest[came], came);
		came++;
		f.n++;
	}
	HOLDS(p, s.next_at == NS_NEVER);
	arena_fini(&mem);
}

static void jobs_end_when_a_fluid_would(void **state)
{
	(void)state;
	property_each(300, jobs_end_when_a_fluid_would_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_end_when_a_fluid_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
