/* SPDX-License-Identifier: Apache-2.0 */
/* The runs behind the contrast: every design in one kubelet, on one runtime, at one density.
 *
 * A design is run with only what it touches: the runtime's designs with the PLEG and the pod
 * workers, the object's designs with the workers and the volumes.  The loops that no design
 * touches are simulated once per density, beside the generic PLEG, and added.  Everything is at
 * stationary random ages when counting begins.
 */
#ifndef CLI_CONTRAST_RUNS_H
#define CLI_CONTRAST_RUNS_H

#include "fleet/fleet.h"
#include "models/models.h"

/* A container a node dies so often, for the delay until the kubelet knows. */
#define CONTRAST_DEATH_EVERY (10 * NS_MIN)
/* An object changes so often, for its staleness. */
#define CONTRAST_CHANGE_EVERY (10 * NS_MIN)

/* The base with the density; of the runtime half: without objects, a container dying now and
 * then.  Without the kubelet's loops unless whole. */
enum contrast_part { CONTRAST_DESIGN_ALONE, CONTRAST_WHOLE_KUBELET };
void contrast_runtime_scenario(const struct scenario *base, uint32_t pods,
	enum pleg_design design, enum contrast_part part, struct scenario *s);

/* Of the object half.  ttl: for the cache, what the annotation says. */
void contrast_object_scenario(const struct scenario *base, uint32_t pods,
	enum object_design design, ns_t ttl, struct scenario *s);

/* Run s; the series per second is kept if the object half is asked for.  Release *r with
 * fleet_result_fini. */
int contrast_run(
	const struct scenario *s, unsigned threads, struct fleet_result *r, struct err *err);

#endif
