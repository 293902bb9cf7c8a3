/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens of nodes, from a token file as API servers read it. */
#ifndef CLI_AGENTS_TOKENS_H
#define CLI_AGENTS_TOKENS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* Of the nodes name-0 to name-(nodes-1): lines TOKEN,system:node:NAME,... of the file at path.
 * *token: [nodes], in mem.  ERR_INPUT: a node has none; no token is in any message. */
int agents_tokens(const char ***token, const char *path, const char *name, uint32_t nodes,
	struct arena *mem, struct err *err);

#endif
