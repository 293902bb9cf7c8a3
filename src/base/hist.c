/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hist.h"

#include "base/rng.h"

#include <string.h>

void hist_reset(struct hist *h)
{
	memset(h, 0, sizeof *h);
	h->min = NS_NEVER;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	if (from->n == 0)
		return;
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
	into->n += from->n;
	if (__builtin_add_overflow(into->sum, from->sum, &into->sum))
		into->sum = UINT64_MAX;
	into->min = ns_min(into->min, from->min);
	into->max = ns_max(into->max, from->max);
}

ns_t hist_middle(uint32_t bucket)
{
	uint32_t octave = bucket >> HIST_SUB_BITS;
	uint32_t shift = octave == 0 ? HIST_LOW_BITS - HIST_SUB_BITS
				     : octave - 1 + HIST_LOW_BITS - HIST_SUB_BITS;
	uint64_t sub = bucket & ((1u << HIST_SUB_BITS) - 1);

	if (octave != 0)
		sub |= 1u << HIST_SUB_BITS;
	return (ns_t)((sub << shift) + (UINT64_C(1) << shift) / 2);
}

void hist_since(const struct hist *h, const struct hist *before, struct hist *out)
{
	hist_reset(out);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		uint64_t n = h->bucket[i] - before->bucket[i];

		if (!n)
			continue;
		out->bucket[i] = n;
		out->n += n;
		out->min = ns_min(out->min, hist_middle(i));
		out->max = hist_middle(i);
	}
	out->sum = h->sum - before->sum;
}

ns_t hist_quantile(const struct hist *h, uint32_t per_million)
{
	uint64_t rank;
	uint64_t seen = 0;
	uint32_t i = 0;

	assert(per_million <= 1000000);
	if (h->n == 0)
		return 0;
	/* The smallest rank (from 1) with at least that share at or below it. */
	rank = (uint64_t)(((rng_u128)h->n * per_million + 999999) / 1000000);
	if (rank <= 1)
		return h->min;
	if (rank == h->n)
		return h->max;
	while (i < HIST_BUCKETS - 1 && (seen += h->bucket[i]) < rank)
		i++;
	if (i == HIST_BUCKETS - 1)
		return h->max;
	return ns_min(ns_max(hist_middle(i), h->min), h->max);
}

ns_t hist_mean(const struct hist *h)
{
	return h->n == 0 ? 0 : (ns_t)(h->sum / h->n);
}
