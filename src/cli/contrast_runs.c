/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_runs.h"

static void only_workers(struct kubelet_model *k)
{
	k->n_loops = 0;
	k->n_watches = 0;
	k->n_startup = 0;
}

/* Who polls leaves dead containers to the garbage collection, which goes on: without its lists,
 * which are no part of the design.  The others are told of each death. */
static void keep_collection(struct kubelet_model *k, const struct kubelet_model *whole)
{
	for (uint32_t i = 0; i < whole->n_loops; i++)
		if (whole->loops[i].hook == HOOK_CONTAINER_GC) {
			k->loops[k->n_loops] = whole->loops[i];
			k->loops[k->n_loops++].n_calls = 0;
		}
}

void contrast_runtime_scenario(const struct scenario *base, uint32_t pods,
	enum pleg_design design, enum contrast_part part, struct scenario *s)
{
	*s = *base;
	s->workload.pods = pods;
	s->workload.n_objects = 0;
	s->workload.container_death_every = CONTRAST_DEATH_EVERY;
	s->kubelet.tokens.enabled = false;
	s->kubelet.pleg.design = design;
	if (part != CONTRAST_DESIGN_ALONE)
		return;
	only_workers(&s->kubelet);
	if (design == PLEG_POLLING)
		keep_collection(&s->kubelet, &base->kubelet);
	/* A resync that finds everything running calls nobody: without volumes it is idle work.
	 */
	s->kubelet.worker.sync_frequency = s->warmup + s->duration;
}

/* Nothing of the runtime matters to the objects: the event stream is the cheapest PLEG. */
void contrast_object_scenario(const struct scenario *base, uint32_t pods,
	enum object_design design, ns_t ttl, struct scenario *s)
{
	*s = *base;
	s->workload.pods = pods;
	s->workload.container_death_every = 0;
	s->workload.objects[0].update_every = CONTRAST_CHANGE_EVERY;
	s->kubelet.tokens.enabled = false;
	s->kubelet.pleg.design = PLEG_EVENTED;
	s->kubelet.objects.design = design;
	s->kubelet.objects.ttl_annotation = true;
	s->kubelet.volumes.remount = design != OBJECT_NEVER;
	s->ttl_annotation = ttl;
	only_workers(&s->kubelet);
}

int contrast_run(
	const struct scenario *s, unsigned threads, struct fleet_result *r, struct err *err)
{
	struct fleet_params p;

	fleet_params_init(&p, s, threads);
	p.series = s->workload.n_objects > 0;
	return fleet_run(&p, r, err);
}
