/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/borrow.h"

#include <assert.h>

enum { LEVELS = 16, MILLI = 1000, UNIT_BITS = 20 };

/* apf_controller.go seatDemandSmoothingCoefficient: 0.977, which halves in five minutes. */
enum { SMOOTH = 977 };

static uint64_t root_of(uint64_t square)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= square)
			root += bit;
	return root;
}

/* Mean and standard deviation of what was asked for, then as the memory of it fades
 * (seatDemandStats.update). */
static void smooth(struct seat_demand *d)
{
	uint64_t span = (uint64_t)(d->at - d->since);
	uint64_t mean, square, deviation, envelope, faded;

	if (span < MILLI * MILLI)
		return;
	mean = d->sum / (span / MILLI);
	square = d->squares / (span / MILLI / MILLI);
	deviation = square > mean * mean ? root_of(square - mean * mean) : 0;
	envelope = mean + deviation;
	faded = (SMOOTH * d->smoothed + (MILLI - SMOOTH) * envelope) / MILLI;
	d->smoothed = envelope > faded ? envelope : faded;
}

struct wish {
	uint64_t lower, upper, target; /* thousandths */
};

static struct wish wish_of(const struct borrower *b)
{
	uint32_t needed = b->demand.max < b->nominal ? b->demand.max : b->nominal;
	struct wish w = {.upper = (uint64_t)b->max * MILLI};

	w.lower = (uint64_t)(needed > b->min ? needed : b->min) * MILLI;
	w.target = b->demand.smoothed > w.lower ? b->demand.smoothed : w.lower;
	w.target = w.target ? w.target : 1; /* MinTarget */
	return w;
}

/* The part of a level whose target is met in that proportion, a number of 2^-UNIT_BITS. */
static uint64_t part_of(const struct wish *w, uint64_t proportion)
{
	uint64_t part = proportion > (w->upper << UNIT_BITS) / w->target
				? w->upper
				: (proportion * w->target) >> UNIT_BITS;

	return part < w->lower ? w->lower : part > w->upper ? w->upper : part;
}

/* The proportion at which all parts together are all seats: the greatest that is not more. */
static uint64_t proportion_of(const struct wish wish[], uint32_t n, uint64_t all)
{
	uint64_t low = 0;

	for (uint64_t bit = UINT64_C(1) << 51; bit; bit >>= 1) {
		uint64_t sum = 0;

		for (uint32_t i = 0; i < n; i++)
			sum += part_of(&wish[i], low + bit);
		if (sum <= all)
			low += bit;
	}
	return low;
}

void borrow_adjust(struct borrower *const level[], uint32_t n, ns_t now)
{
	struct wish wish[LEVELS];
	uint64_t all = 0;
	uint64_t proportion;

	assert(n <= LEVELS);
	for (uint32_t i = 0; i < n; i++) {
		struct seat_demand *d = &level[i]->demand;

		borrower_asks(level[i], now, d->n);
		smooth(d);
		wish[i] = wish_of(level[i]);
		all += (uint64_t)level[i]->nominal * MILLI;
		*d = (struct seat_demand){.n = d->n,
			.max = d->n,
			.at = now,
			.since = now,
			.smoothed = d->smoothed};
	}
	proportion = proportion_of(wish, n, all);
	for (uint32_t i = 0; i < n; i++)
		level[i]->seats =
			(uint32_t)((part_of(&wish[i], proportion) + MILLI / 2) / MILLI);
}
