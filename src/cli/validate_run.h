/* SPDX-License-Identifier: Apache-2.0 */
/* The runs behind a validation: one recorded node, simulated over several seeds.
 *
 * The node's phases become windows and actions on one clock.  In the first phase the runtime's
 * counts begin at the kubelet's start, the API's when the pods are created, unless it says that
 * the kubelet starts with it; later both begin together, where the phase before ends.
 */
#ifndef CLI_VALIDATE_RUN_H
#define CLI_VALIDATE_RUN_H

#include "fleet/fleet.h"
#include "models/recording.h"

/* The client that makes and deletes the pods of a recording works one after the other: the
 * audit log of kubelet-1.20.2-density has 5.4 ms from create to create, 6.7 from delete to
 * delete.  That holds for whoever does not tell onePodEverySeconds.
 */
#define VALIDATE_CREATE_SPACING (5400 * NS_US)
#define VALIDATE_DELETE_SPACING (6700 * NS_US)

/* A recording tells when its kubelets started to a second.  What it counts in the first phase
 * (criSeconds) is the sum of the intervals between relists, in both recordings and to the tenth
 * of a second: from the first relist, which is the kubelet's start, to the last one before the
 * phase's end.  So kubelets started up to an interval earlier than criSeconds less apiSeconds
 * say; the audit log of kubelet-1.20.2-density has them 0.1 to 0.95 s earlier. */
#define VALIDATE_START_DOUBT NS_S

/* What happens between two phases is in neither, and a recording may not tell how long it was
 * (restSeconds).  The audit log of kubelet-1.20.2-density does: all requests are counted if the
 * second phase begins where the first ends, to half a second, and the third, the deletion, 57.1
 * to 58.7 s after the second; the first pod is deleted 58.7 s after it. */
#define VALIDATE_GAP        NS_S
#define VALIDATE_REST       (57 * NS_S)
#define VALIDATE_REST_DOUBT (3 * NS_S)
/* A reading of the kubelet's metrics is at most so far from where a phase begins or ends. */
#define VALIDATE_READING (100 * NS_MS)

/* Recorded handling times of calls that share processors say what such a call took among the
 * others, not what it takes alone.  That is found in so many rounds of so many runs: in each
 * what it takes alone grows by what is missing. */
#define VALIDATE_ROUNDS 8
#define VALIDATE_PILOTS 6

/* What one run showed, for every phase. */
struct validate_sample {
	uint64_t (*count)[CALLS_MAX][OUTCOME_N]; /* [phases] */
	uint64_t (*worked)[OP_N];                /* [phases] ns */
	uint64_t *relists;                       /* [phases] */
	uint64_t *relist_time;                   /* [phases] ns */
	struct hist *running, *gone;             /* [phases] */
};

struct validate_plan {
	const struct recording *rec;
	uint32_t node;
	uint64_t first_seed;
	uint32_t n;       /* seeds, first_seed and those behind it */
	unsigned threads; /* 0: all processors */
};

/* Simulate a recorded node over its seeds.  samples[0..n) and what they point to are mem's;
 * *scenario is that of the node.
 * ERR_INPUT: more phases than can be counted apart.  ERR_ENV: no threads. */
int validate_run(const struct validate_plan *p, struct arena *mem, struct scenario *scenario,
	struct validate_sample **samples, struct err *err);

#endif
