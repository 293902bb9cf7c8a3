/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the cluster takes a node for Ready: its kubelet says so, and says it often enough.
 *
 * A kubelet tells in its node status that its runtime is down when its PLEG is not healthy. The
 * node lifecycle controller sets Ready to Unknown when neither the node's lease nor its status
 * was written for the grace period (pkg/controller/nodelifecycle/node_lifecycle_controller.go
 * tryUpdateNodeHealth; before there were leases the status alone). */
#include <string.h>

#include "fleet/node.h"

/* nodelifecycle/config/v1alpha1/defaults.go NodeMonitorGracePeriod */
#define GRACE (40 * NS_S)

void ready_plan(struct node_plan *plan)
{
	const struct calls *calls = &plan->params->scenario->calls;

	plan->list_pods = CALLS_MAX;

	for (uint32_t c = CALL_API; c < calls->n; c++) {
		const struct call_name *name = &calls->name[c];
		bool writes = !strcmp(name->verb, "update") || !strcmp(name->verb, "patch");

		plan->is_lease[c] = writes && !strcmp(name->resource, "leases");
		if (!strcmp(name->verb, "list") && !strcmp(name->resource, "pods") &&
			calls->client[c] < CLIENT_OWN)
			plan->list_pods = (uint16_t)c;
		plan->is_heartbeat[c] =
			writes && (!strcmp(name->resource, "leases") ||
					  !strcmp(name->resource, "nodes/status"));
	}
}

void ready_begin(struct node *n, ns_t now)
{
	n->beat_at = now;
	n->unhealthy_since = NS_NEVER;
}

/* From `from` on and before `until`. */
static bool is_measured(const struct node *n, ns_t from, ns_t until)
{
	const struct fleet_window *w = &n->plan->params->window[0];

	return from < until && from < w->until[1] && until > w->from[1];
}

void ready_lease(struct node *n, ns_t at)
{
	const struct fleet_window *w = &n->plan->params->window[0];
	struct fleet_result *r = n->result;

	if (r->tenths && at >= w->from[1] && at < w->until[1])
		r->leases[(at - w->from[1]) / FLEET_TENTH]++;
}

void ready_beats(struct node *n, ns_t at)
{
	n->was_silent |= is_measured(n, n->beat_at + GRACE, at);
	n->beat_at = at;
}

void ready_told(struct node *n, ns_t now, bool healthy)
{
	if (healthy)
		n->was_unhealthy |= is_measured(n, n->unhealthy_since, now);
	n->unhealthy_since = healthy ? NS_NEVER : now;
}

void ready_end(struct node *n, ns_t now)
{
	ready_beats(n, now);
	ready_told(n, now, true);
	n->result->not_ready.nodes += n->was_silent || n->was_unhealthy;
	n->result->not_ready.unhealthy += n->was_unhealthy;
	n->result->not_ready.silent += n->was_silent;
}
