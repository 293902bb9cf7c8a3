/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_burst.h"

#include "base/rng.h"
#include "cli/contrast_rows.h"

enum { DRAW_BURST = 1 };

/* Seconds, summed over the seeds. */
struct burst {
	double median, last;
	bool all; /* ran, with every seed */
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

static int burst_run(const struct scenario *s, struct burst *b, struct err *err)
{
	ns_t at = CONTRAST_BURST_AFTER +
		  rng_span(rng_draw(s->seed, DRAW_BURST, 0, 0), 0, CONTRAST_BURST_PHASE);
	ns_t end = at + CONTRAST_BURST_END;
	const struct fleet_params p = {.scenario = s,
		.until = end,
		.threads = 1,
		.n_actions = 1,
		.action = {{.at = at, .act = FLEET_CREATE_ALL}},
		.n_windows = 1,
		.window = {{.from = {at, at}, .until = {end, end}}}};
	struct fleet_result r = {0};
	int code = fleet_run(&p, &r, err);

	if (code)
		return code;
	b->all = b->all && r.running.n == s->workload.pods;
	b->median += (double)hist_quantile(&r.running, 500000) / 1e9;
	b->last += (double)hist_quantile(&r.running, 1000000) / 1e9;
	fleet_result_fini(&r);
	return 0;
}

static struct json *burst_row(const struct scenario *s, ns_t ttl, const struct burst *b)
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
	return row;
}

int contrast_burst(const struct scenario *base, uint32_t pods, ns_t ttl, struct json *rows,
	struct err *err)
{
	for (unsigned d = 0; d < OBJECT_DESIGNS; d++) {
		struct burst b = {.all = true};
		struct scenario s;

		burst_scenario(base, pods, (enum object_design)d, ttl, &s);
		for (unsigned i = 0; i < CONTRAST_BURST_SEEDS; i++) {
			int code;

			s.seed = base->seed + i;
			code = burst_run(&s, &b, err);
			if (code)
				return code;
		}
		json_append(rows, burst_row(&s, ttl, &b));
	}
	return 0;
}
