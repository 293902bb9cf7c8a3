/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses are their kubelet's to write, and not its alone: a node that has not been heard of
 * for 40 s is taken for dead, and so are its pods (node_lifecycle_controller.go
 * tryUpdateNodeHealth: all conditions Unknown; node/controller_utils.go MarkPodsNotReady: Ready
 * False; v1.20.2).  The kubelet finds that when it reads them, and writes them again. */
#include <string.h>

#include "hollow/hollow_priv.h"

/* Its status. */
static struct skim condition(struct skim status, const char *type)
{
	static const char *const key = "conditions";
	static const char *const keys[] = {"type", "status"};
	struct skim conditions, value[2];

	skim_members(status, &key, 1, &conditions);
	for (struct skim c = {0}; skim_next(conditions, &c);) {
		skim_members(c, keys, 2, value);
		if (skim_is(value[0], type))
			return value[1];
	}
	return (struct skim){0};
}

bool node_is_overwritten(const struct hollow *h, const char *text, size_t len)
{
	static const char *const key = "status";
	struct skim node, status, ready;

	if (!h->is_told || !skim_all(text, len, &node))
		return false;
	skim_members(node, &key, 1, &status);
	ready = condition(status, "Ready");
	return ready.at && !skim_is(ready, node_says_ready(h) ? "True" : "False");
}

/* We write both alike. */
bool pod_is_overwritten(struct skim status)
{
	struct skim ready = condition(status, "Ready"),
		    containers = condition(status, "ContainersReady");

	return ready.len != containers.len ||
	       (ready.len > 0 && memcmp(ready.at, containers.at, ready.len) != 0);
}
