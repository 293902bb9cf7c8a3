/* SPDX-License-Identifier: Apache-2.0 */
#include "property.h"

#include "shared.h"

static void draw_servers(struct shared *s, struct property *p)
{
	s->params.servers = 1 + property_below(p, 3);
	s->params.retry_after = NS_S * (1 + property_below(p, 3));
	s->params.server = (struct server_params){.processors = 1 + property_below(p, 8),
		.flow = {.readonly = 1 + property_below(p, 40),
			.mutating = 1 + property_below(p, 20)},
		.timeout = property_below(p, 2) ? 0 : property_span(p, 100 * NS_MS, 9 * NS_S)};
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		s->params.cpu[c][0] = s->params.cpu[c][1] = property_span(p, 0, 5 * NS_MS);
}

/* Whatever the servers: nothing that is offered is lost, nothing is answered that was not sent,
 * what was rejected was tried again or given up, and no seat is given twice. */
static void requests_are_kept_whole_once(struct property *p)
{
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=12", "warmup=0s", "duration=20s",
		"start=atOnce", "workload.pods=8");
	struct shared s;

	shared_init(&s, k);
	draw_servers(&s, p);
	shared_run(&s);
	for (uint32_t c = CALL_API; c < k->scenario.calls.n; c++) {
		const struct fleet_requests *r = &s.result.requests[c];
		uint64_t ended = answered(&s.result, c) + r->failed;

		HOLDS(p, r->offered >= ended);
		HOLDS(p, r->offered - ended <= 12u * s.plan.agent.first[ACTOR_KINDS]);
		HOLDS(p, unanswered(&s.result, c) == r->failed + r->retried);
		HOLDS(p, r->given_up <= r->failed);
		HOLDS(p, r->sent >= answered(&s.result, c) + rejected(&s.result, c));
		HOLDS(p, r->throttled <= r->offered);
	}
	HOLDS(p, s.result.servers.level[FLOW_READONLY].seats.max <=
			 s.params.server.flow.readonly);
	HOLDS(p, s.result.servers.level[FLOW_MUTATING].seats.max <=
			 s.params.server.flow.mutating);
	HOLDS(p, s.result.servers.counts.running.max <= s.params.server.processors);
	shared_fini(&s);
	kit_free(k);
}

static void requests_are_kept_whole(void **state)
{
	(void)state;
	property_each(30, requests_are_kept_whole_once);
}

/* ------------------------------------------------------------------ twice the work */

enum { ENOUGH = 100 }; /* answers, for a percentile to say something */

static void run_working(struct shared *s, struct kit *k, struct property *p, int times)
{
	shared_init(s, k);
	draw_servers(s, p);
	s->params.servers = 1;
	s->params.server.processors = 1;
	s->params.server.flow = (struct flow_params){0};
	s->params.server.timeout = 0;
	for (uint32_t c = 0; c < CALLS_MAX; c++)
		for (int quorum = 0; quorum < 2; quorum++) {
			s->params.cpu[c][quorum] += NS_MS / 10;
			s->params.measured[c][quorum] = NS_HOUR;
			s->params.cpu[c][quorum] *= times;
		}
	shared_run(s);
}

/* Of a class that is answered often in both runs; nobody is rejected, or those that are left
 * would not be the same.  Nodes at rest send when their timers say so: in a burst a class can
 * gain, when others that it used to meet come later. */
static void twice_the_work_shortens_no_percentile_once(struct property *p)
{
	static const uint32_t percentiles[] = {100000, 500000, 900000, 990000};
	struct property again = *p;
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=200", "warmup=0s", "duration=2m",
		"start=stationary", "workload.pods=8");
	struct shared s[2];
	uint32_t classes = 0;

	k->params.times = true;
	run_working(&s[0], k, p, 1);
	run_working(&s[1], k, &again, 2);
	for (uint32_t c = 0; c < CALLS_MAX - CALL_API; c++) {
		const struct hist *once = &s[0].result.tally.times->served[c];
		const struct hist *twice = &s[1].result.tally.times->served[c];

		if (once->n < ENOUGH || twice->n < ENOUGH)
			continue;
		classes++;
		for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
			HOLDS(p, hist_quantile(twice, percentiles[i]) >=
					 hist_quantile(once, percentiles[i]));
	}
	HOLDS(p, classes >= 3);
	HOLDS(p, s[1].result.servers.counts.sojourn > 2 * s[0].result.servers.counts.sojourn);
	for (int i = 0; i < 2; i++)
		shared_fini(&s[i]);
	kit_free(k);
}

static void twice_the_work_shortens_no_percentile(void **state)
{
	(void)state;
	property_each(20, twice_the_work_shortens_no_percentile_once);
}

/* ------------------------------------------------------------------ threads */

/* Which thread runs a node, and when, changes nothing. */
static void threads_make_no_difference_once(struct property *p)
{
	static const unsigned threads[] = {1, 2, 5};
	struct kit *k = KIT("v1.20", "secrets-30", "nodes=12", "warmup=0s", "duration=20s",
		"start=atOnce", "workload.pods=8");
	struct shared s[3];

	shared_init(&s[0], k);
	draw_servers(&s[0], p);
	for (int i = 0; i < 3; i++) {
		if (i > 0) {
			shared_init(&s[i], k);
			s[i].params = s[0].params;
		}
		k->params.threads = threads[i];
		shared_run(&s[i]);
		HOLDS(p, !memcmp(&s[i].result.tally.window[0].in,
				 &s[0].result.tally.window[0].in, sizeof(struct tally_counts)));
		HOLDS(p, !memcmp(s[i].result.requests, s[0].result.requests,
				 sizeof(s[0].result.requests)));
		HOLDS(p, !memcmp(s[i].result.tried, s[0].result.tried,
				 sizeof(uint32_t) * FLEET_TRIES * CALLS_MAX *
					 s[0].result.tally.seconds));
		HOLDS(p, !memcmp(s[i].result.step, s[0].result.step, sizeof(s[0].result.step)));
		HOLDS(p, s[i].result.servers.counts.sojourn ==
				 s[0].result.servers.counts.sojourn);
		HOLDS(p, s[i].result.steps == s[0].result.steps);
	}
	for (int i = 0; i < 3; i++)
		shared_fini(&s[i]);
	kit_free(k);
}

static void threads_make_no_difference(void **state)
{
	(void)state;
	property_each(15, threads_make_no_difference_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_kept_whole),
		cmocka_unit_test(threads_make_no_difference),
		cmocka_unit_test(twice_the_work_shortens_no_percentile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
