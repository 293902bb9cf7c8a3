/* SPDX-License-Identifier: Apache-2.0 */
/* What each request of a scenario costs its API server: from a calibration, and for what that
 * did not measure from the relatives that the model names.
 *
 * A list costs so much for each object, by the straight line through a GET of one object and
 * the largest list of them that was measured; what such a list costs more when etcd is read
 * than from the watch cache is for each object that was read to find those listed.
 */
#ifndef MODELS_COSTS_H
#define MODELS_COSTS_H

#include "base/doc.h"
#include "base/err.h"
#include "models/library.h"
#include "models/models.h"

/* How long such a request takes at leisure: one that asks etcd (quorum) or writes to it, or one
 * that the watch cache answers, if there is one and the model tells such reads apart.  *cached:
 * it is of those.  Points into s. */
const struct latency *costs_latency(
	const struct scenario *s, uint16_t call, bool quorum, bool *cached);

/* Bytes of the answer to such a request, whoever asks; 0: the models do not say. */
uint64_t costs_bytes(const struct scenario *s, uint16_t call);

/* Fill s->apiserver.cost for every request in s->calls, if there are processors; spec is the
 * API server's.  ERR_INPUT: no such calibration, or a request of which nothing says what it
 * costs. */
int costs_load(const struct library *lib, const struct doc_node *spec, struct scenario *s,
	struct err *err);

#endif
