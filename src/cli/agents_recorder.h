/* SPDX-License-Identifier: Apache-2.0 */
/* A live run as a Recording: what each node asked for while its pods started, and then. */
#ifndef CLI_AGENTS_RECORDER_H
#define CLI_AGENTS_RECORDER_H

#include "base/arena.h"
#include "base/json.h"
#include "hollow/hollow.h"

struct recorder;

/* For runs of that scenario: a phase `startup` until the warm-up is over, then `quiet`; or,
 * where pods are created after the warm-up, a startup from then on.  ERR_INPUT: a Recording has
 * no word for something of it. */
int recorder_new(
	struct recorder **r, const struct scenario *s, struct arena *mem, struct err *err);

/* As hollow_params.answered. */
void recorder_count(struct recorder *r, uint32_t node, ns_t now, uint16_t call, int code);

/* Nodes are name-0, name-1 and so on; measured until `end` of the run.  The caller's. */
struct json *recorder_json(const struct recorder *r, const char *name, ns_t end);

#endif
