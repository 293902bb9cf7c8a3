/* SPDX-License-Identifier: Apache-2.0 */
/* The PLEG inside the agent: its wishes become calls and wake-ups, its news the sync loop's. */
#include "agent/agent_priv.h"

void pleg_loop_now(struct agent *a, ns_t now)
{
	agent_wake(a, ACTOR_PLEG, PLEG_LOOP, now);
}

void pleg_actor_step(struct agent *a, uint32_t actor, ns_t now, struct effects *out)
{
	struct pleg_want want;

	pleg_step(&a->pleg, actor, now, answer_of(a, ACTOR_PLEG, actor), a->view, &want);
	switch (want.kind) {
	case PLEG_SLEEPS:
		agent_sleep(a, ACTOR_PLEG, actor, want.until);
		break;
	case PLEG_CALLS:
		agent_call_kept(out, slot_of(a, ACTOR_PLEG, actor), now, want.chain);
		break;
	case PLEG_WAITS:
		break;
	}
	quiet_tell(a, out);
	for (uint32_t i = 0; want.wake; i++, want.wake >>= 1)
		if (want.wake & 1)
			agent_wake(a, ACTOR_PLEG, i, now);
	if (want.relisted)
		agent_note(out, now,
			(struct agent_note){.kind = NOTE_RELIST,
				.from = want.began_at,
				.before = want.before_at});
	if (want.cache_changed)
		worker_cache_changed(a, now);
	if (want.release_all)
		polls_release(a, now);
	if (a->pleg.events.n)
		sync_wake(a, now);
}
