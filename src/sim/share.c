/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/share.h"

#include <assert.h>

#include "base/heap.h"

/* Work is counted in fractions of a nanosecond, so that a rate of 2/3 loses nothing that
 * matters. */
enum { FRACTION = 1024 };

void share_init(struct share *s, struct arena *mem, uint32_t processors, uint32_t capacity)
{
	assert(processors > 0);
	*s = (struct share){
		.processors = processors, .capacity = capacity, .next_at = NS_NEVER};
	s->job = ARENA_ROOM(mem, struct share_job, capacity);
}

/* ------------------------------------------------------------------ the heap */

static bool is_before(const struct share_job *a, const struct share_job *b)
{
	return a->next != b->next ? a->next < b->next : (int32_t)(a->seq - b->seq) < 0;
}

HEAP_OF(jobs, struct share_job, is_before)

/* ------------------------------------------------------------------ time */

/* How much work each job gets in a nanosecond, over n: 1, or its part of the processors. */
static uint64_t busy(const struct share *s)
{
	return s->n < s->processors ? s->n : s->processors;
}

static void advance(struct share *s, ns_t now)
{
	assert(now >= s->at);
	if (s->n)
		s->work += (uint64_t)(now - s->at) * FRACTION * busy(s) / s->n;
	s->at = now;
}

static void foresee(struct share *s)
{
	uint64_t left;

	if (!s->n) {
		s->next_at = NS_NEVER;
		return;
	}
	left = s->job[0].next > s->work ? s->job[0].next - s->work : 0;
	s->next_at =
		s->at + (ns_t)((left * s->n + FRACTION * busy(s) - 1) / (FRACTION * busy(s)));
}

void share_add(struct share *s, ns_t now, ns_t demand, ns_t mark, uint64_t tag)
{
	struct share_job job = {.tag = tag, .seq = s->seq++};

	assert(s->n < s->capacity && mark <= demand);
	advance(s, now);
	job.next = s->work + (uint64_t)mark * FRACTION;
	job.end = s->work + (uint64_t)demand * FRACTION;
	jobs_put(s->job, &s->n, job);
	foresee(s);
}

bool share_take(struct share *s, ns_t now, uint64_t *tag)
{
	struct share_job job = s->job[0];
	bool ends = job.next == job.end;

	assert(s->n > 0 && now == s->next_at);
	advance(s, now);
	*tag = job.tag;
	if (ends) {
		jobs_cut(s->job, &s->n, 0);
	} else {
		job.next = job.end;
		jobs_sink(s->job, s->n, 0, job);
	}
	foresee(s);
	return ends;
}

void share_remove(struct share *s, ns_t now, uint64_t tag)
{
	uint32_t i = 0;

	while (i < s->n && s->job[i].tag != tag)
		i++;
	assert(i < s->n);
	advance(s, now);
	jobs_cut(s->job, &s->n, i);
	foresee(s);
}
