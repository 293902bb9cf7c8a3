/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_burst.h"

#include "base/rng.h"
#include "cli/contrast_rows.h"

enum { DRAW_BURST = 1 };

/* Seconds, summed over the seeds. */
struct burst {
	double median, last;
	uint64_t statuses;
	bool all;           /* ran, with every seed */
	struct hist starts; /* of all seeds */
	struct classes_calls calls;
};

static void burst_scenario(const struct scenario *base, uint32_t pods,
	enum object_design design, ns_t ttl, struct scenario *s)
{
	*s = *base;
	s->nodes = 1;
	s->start = START_AT_ONCE;
	s->workload.pods = pods;
	s->workload.container_death_every = 0;
	s->kubelet.objects.design = design;
	s->kubelet.objects.ttl_annotation = true;
	s->kubelet.volumes.remount = design != OBJECT_NEVER;
	s->ttl_annotation = ttl;
}

static int burst_run(const struct scenario *s, ns_t lasts, struct burst *b, struct err *err)
{
	ns_t at = CONTRAST_BURST_AFTER +
		  rng_span(rng_draw(s->seed, DRAW_BURST, 0, 0), 0, CONTRAST_BURST_PHASE);
	ns_t end = at + lasts;
	const struct fleet_params p = {.scenario = s,
		.until = end,
		.threads = 1,
		.n_actions = 1,
		.action = {{.at = at, .act = FLEET_CREATE_ALL}},
		.n_windows = 1,
		.window = {{.from = {at, at}, .until = {end, end}}}};
	struct fleet_result r = {0};
	int code = fleet_run(&p, &r, err);
	const struct tally_counts *in = &r.tally.window[0].in;

	if (code)
		return code;
	b->all = b->all && r.running.n == s->workload.pods;
	b->statuses += in->count[API_PATCH_PODS_STATUS][OUTCOME_OK] +
		       in->count[API_UPDATE_PODS_STATUS][OUTCOME_OK];
	classes_calls_add(&b->calls, in);
	hist_merge(&b->starts, &r.starts.without_images);
	b->median += (double)hist_quantile(&r.running, 500000) / 1e9;
	b->last += (double)hist_quantile(&r.running, 1000000) / 1e9;
	fleet_result_fini(&r);
	return 0;
}

static int burst_runs(const struct scenario *base, uint32_t pods, ns_t lasts, struct burst *b,
	struct err *err)
{
	*b = (struct burst){.all = true};
	hist_reset(&b->starts);
	for (unsigned i = 0; i < CONTRAST_BURST_SEEDS; i++) {
		struct scenario s = *base;
		int code;

		s.workload.pods = pods;
		s.seed = base->seed + i;
		code = burst_run(&s, lasts, b, err);
		if (code)
			return code;
	}
	return 0;
}

/* Of pods that have not started by then, the objective is missed anyway. */
#define OBJECTIVE      (5 * NS_S)
#define OBJECTIVE_LAST (OBJECTIVE + NS_S)

/* As many pods as may be created at once if 99 % of starts are to take 5 s at most
 * (sig-scalability/slos/pod_startup_latency.md), all seeds together; no more than `pods`. */
static int within_objective(
	const struct scenario *s, uint32_t pods, uint32_t *most, struct err *err)
{
	uint32_t holds = 0, breaks = pods + 1;

	while (breaks - holds > 1) {
		uint32_t middle = holds + (breaks - holds) / 2;
		struct burst b;
		int code = burst_runs(s, middle, OBJECTIVE_LAST, &b, err);

		if (code)
			return code;
		if (b.starts.n * 100 >= (uint64_t)middle * CONTRAST_BURST_SEEDS * 99 &&
			hist_quantile(&b.starts, 990000) <= OBJECTIVE)
			holds = middle;
		else
			breaks = middle;
	}
	*most = holds;
	return 0;
}

static struct json *burst_row(
	const struct scenario *s, ns_t ttl, const struct burst *b, uint32_t within)
{
	struct json *row = json_object();
	struct json *running = json_object();

	json_put_str(row, "design", contrast_object_name(s->kubelet.objects.design));
	if (s->kubelet.objects.design == OBJECT_CACHE)
		json_put_num(row, "ttlSeconds", (double)ttl / 1e9);
	json_put_int(row, "podsPerNode", s->workload.pods);
	json_put(running, "p50",
		b->all ? json_num(b->median / CONTRAST_BURST_SEEDS) : json_null());
	json_put(running, "max",
		b->all ? json_num(b->last / CONTRAST_BURST_SEEDS) : json_null());
	json_put(row, "runningSeconds", running);
	json_put_num(row, "statusesPerPod",
		(double)b->statuses / (CONTRAST_BURST_SEEDS * (double)s->workload.pods));
	json_put_int(row, "podsWithinObjective", within);
	return row;
}

int contrast_burst(const struct scenario *base, uint32_t pods, ns_t ttl, struct json *rows,
	struct classes_calls *calls, struct err *err)
{
	for (unsigned d = 0; d < OBJECT_DESIGNS; d++) {
		uint32_t within = 0;
		struct scenario s;
		struct burst b;
		int code;

		burst_scenario(base, pods, (enum object_design)d, ttl, &s);
		code = burst_runs(&s, pods, CONTRAST_BURST_END, &b, err);
		if (!code)
			code = within_objective(&s, pods, &within, err);
		if (code)
			return code;
		for (unsigned c = 0; c < CALLS_MAX; c++)
			calls->made[c] = calls->made[c] || b.calls.made[c];
		json_append(rows, burst_row(&s, ttl, &b, within));
	}
	return 0;
}
