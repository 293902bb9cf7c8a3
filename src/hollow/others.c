/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses are their kubelet's to write, and not its alone: a node that has not been heard of
 * for 40 s is taken for dead, and so are its pods (node_lifecycle_controller.go
 * tryUpdateNodeHealth: all conditions Unknown; node/controller_utils.go MarkPodsNotReady: Ready
 * False; v1.20.2).  The kubelet finds that when it reads them, and writes them again. */
#include <string.h>

#include "hollow/hollow_priv.h"

/* "" if there is none. */
static const char *condition(const struct json *status, const char *type)
{
	const struct json *c = json_child(json_get(status, "conditions"));
	const char *is = NULL, *value;

	for (; c; c = json_next(c)) {
		is = json_as_str(json_get(c, "type"));
		value = json_as_str(json_get(c, "status"));
		if (is && value && !strcmp(is, type))
			return value;
	}
	return "";
}

bool node_is_overwritten(const struct hollow *h, const char *text, size_t len)
{
	struct json *node = NULL;
	const char *ready;
	bool differs;

	if (!h->is_told || json_parse(text, len, &node, NULL))
		return false;
	ready = condition(json_get(node, "status"), "Ready");
	differs = *ready && strcmp(ready, node_says_ready(h) ? "True" : "False") != 0;
	json_free(node);
	return differs;
}

/* We write both alike. */
bool pod_is_overwritten(const struct json *status)
{
	return strcmp(condition(status, "Ready"), condition(status, "ContainersReady")) != 0;
}
