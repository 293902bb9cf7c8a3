/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/bucket.h"

#include "property.h"

/* A bucket as golang.org/x/time/rate writes it: tokens, below zero what is reserved, counted
 * in nanoseconds so that nothing is rounded. */
struct naive {
	ns_t period, depth, tokens, at;
};

static void naive_advance(struct naive *n, ns_t now)
{
	n->tokens += now - n->at;
	if (n->tokens > n->depth)
		n->tokens = n->depth;
	n->at = now;
}

static ns_t naive_take(struct naive *n, ns_t now)
{
	naive_advance(n, now);
	n->tokens -= n->period;
	return n->tokens >= 0 ? now : now - n->tokens;
}

static bool naive_try(struct naive *n, ns_t now)
{
	naive_advance(n, now);
	if (n->tokens < n->period)
		return false;
	n->tokens -= n->period;
	return true;
}

static void a_bucket_is_tokens_that_are_reserved_once(struct property *p)
{
	static const int64_t rates[] = {100, 5000, 7000, 20000, 50000};
	uint32_t burst = 1 + property_below(p, 20);
	int64_t rate = rates[property_below(p, 5)];
	ns_t period = 1000 * NS_S / rate;
	struct naive naive = {.period = period, .depth = period * burst};
	ns_t now = 0;
	ns_t last = 0;
	struct bucket b;

	naive.tokens = naive.depth;
	bucket_init(&b, rate, burst);
	for (int i = 0; i < 2000; i++) {
		/* now and then a pause in which the bucket fills */
		now += property_span(p, 0, property_below(p, 20) ? 2 * period : 20 * period);
		if (property_below(p, 3)) {
			ns_t at = bucket_take(&b, now);

			HOLDS(p, at == naive_take(&naive, now));
			HOLDS(p, at >= last && at >= now);
			last = at;
		} else {
			HOLDS(p, bucket_try(&b, now) == naive_try(&naive, now));
		}
	}
}

static void a_bucket_is_tokens_that_are_reserved(void **state)
{
	(void)state;
	property_each(200, a_bucket_is_tokens_that_are_reserved_once);
}

enum { TAKEN = 500 };

/* Of any two moments: between them no more is let through than the burst and the whole tokens
 * that the rate gives in that time; whoever waits is let through in the order of asking. */
static void no_window_has_more_than_burst_and_rate_once(struct property *p)
{
	uint32_t burst = 1 + property_below(p, 30);
	int64_t rate = 100 + property_below(p, 60000);
	ns_t period = 1000 * NS_S / rate;
	ns_t at[TAKEN];
	ns_t now = 0;
	struct bucket b;

	bucket_init(&b, rate, burst);
	for (int i = 0; i < TAKEN; i++) {
		now += property_span(p, 0, property_below(p, 30) ? period : 40 * period);
		at[i] = bucket_take(&b, now);
		HOLDS(p, i == 0 || at[i] >= at[i - 1]);
	}
	for (int i = 0; i < TAKEN; i++)
		for (int j = i; j < TAKEN; j++)
			HOLDS(p, (ns_t)(j - i + 1) <= (ns_t)burst + (at[j] - at[i]) / period);
}

static void no_window_has_more_than_burst_and_rate(void **state)
{
	(void)state;
	property_each(100, no_window_has_more_than_burst_and_rate_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_is_tokens_that_are_reserved),
		cmocka_unit_test(no_window_has_more_than_burst_and_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
