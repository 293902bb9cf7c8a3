/* SPDX-License-Identifier: Apache-2.0 */
/* Whose random numbers.  What the kubelet's mechanisms ask for draws in lane 0, a sequence for
 * each class of call.  Every loop and every standing watch has a lane of its own, named after
 * it: one that comes with a feature, goes with it, or asks more often disturbs no other.
 */
#ifndef MODELS_LANES_H
#define MODELS_LANES_H

#include "base/rng.h"
#include "models/models.h"

#define LANE_MECHANISMS 0u
#define LANES_MAX       (1 + LOOPS_MAX + WATCHES_MAX)

static inline uint32_t lane_of_loop(uint32_t loop)
{
	return 1 + loop;
}

static inline uint32_t lane_of_watch(const struct kubelet_model *k, uint32_t watch)
{
	return 1 + k->n_loops + watch;
}

static inline uint32_t lanes_of(const struct kubelet_model *k)
{
	return lane_of_watch(k, k->n_watches);
}

/* The same for the same loop or watch, wherever it stands in the model. */
static inline uint32_t lane_name(const struct kubelet_model *k, uint32_t lane)
{
	if (lane == LANE_MECHANISMS)
		return 0;
	return lane <= k->n_loops ? rng_name(k->loops[lane - 1].name)
				  : ~rng_name(k->watches[lane - 1 - k->n_loops].name);
}

#endif
