/* SPDX-License-Identifier: Apache-2.0 */
/* What the contrast says in two sentences: what was won, and under what condition it is not. */
#ifndef CLI_CONTRAST_WORDS_H
#define CLI_CONTRAST_WORDS_H

#include "base/json.h"
#include "estimate/cost.h"
#include "models/models.h"

/* What was published of Docker's time: kubelet and runtime together, per pod.  kubernetes.io
 * blog "1000 nodes and beyond: updates to Kubernetes performance in 1.2". */
#define CONTRAST_PUBLISHED_FACTOR 4

/* Two sentences, an array of strings, from the rows of a contrast of base at its highest
 * density, pods.  cost NULL: without CPU. */
struct json *contrast_words(const struct json *runtime, const struct json *objects,
	uint32_t pods, const struct scenario *base, const struct cost *cost);

#endif
