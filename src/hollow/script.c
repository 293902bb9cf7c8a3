/* SPDX-License-Identifier: Apache-2.0 */
/* What a live run does to its pods, and when. */
#include <string.h>

#include "hollow/hollow.h"

static void act_first(struct fleet_params *p, enum fleet_act act)
{
	if (p->n_actions == FLEET_ACTIONS)
		return;
	memmove(&p->action[1], &p->action[0], p->n_actions++ * sizeof(p->action[0]));
	p->action[0] = (struct fleet_action){.act = act};
}

void hollow_script(const struct scenario *of, struct scenario *s, struct fleet_params *p)
{
	bool at_rest = of->start == START_STATIONARY || of->start == START_KUBELET_RESTART;

	*s = *of;
	s->start = of->start == START_AFTER_WARMUP ? START_AFTER_WARMUP : START_AT_ONCE;
	fleet_params_init(p, s, 1);
	s->start = START_AT_ONCE;
	if (at_rest && s->n_script)
		act_first(p, FLEET_CREATE_ALL);
}
