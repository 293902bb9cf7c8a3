/* SPDX-License-Identifier: Apache-2.0 */
/* One measured run, and many of them.
 *
 * Every run is a process of its own, so that its memory is its own and no run warms another's
 * heap.  Time is taken around the simulation alone, by the wall and by the process's CPU clock;
 * models are read before.  The runs of several jobs alternate, so that a neighbour on a shared
 * machine disturbs all alike; the best is the machine's, the median is the neighbour's.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <stdint.h>

#include "base/err.h"
#include "base/ns.h"

enum { RUNS_MAX = 32 };

enum run_driver {
	RUN_FLEET,
	RUN_GLOBAL_HEAP,
	RUN_BOTH, /* once each, results compared; its times mean nothing */
};

/* A kubelet and a workload of the library. */
struct run_design {
	const char *name; /* as printed */
	const char *kubelet, *runtime, *workload;
	const char *set; /* one more setting; NULL: none */
};

struct run_job {
	const struct run_design *design;
	uint32_t nodes, pods; /* pods of a node */
	ns_t duration;        /* virtual, without warm-up: every call is counted */
	unsigned threads;
	uint32_t processors; /* of the API server; 0: requests are answered as they come */
	enum run_driver driver;
};

/* What came out of one run.  Plain values: it crosses a process's border. */
struct run_sample {
	double wall, cpu; /* s */
	uint64_t calls;
	uint64_t steps;      /* of actors */
	uint64_t node_bytes; /* of one node's block; global heap: of all nodes */
	uint64_t rss_bytes;  /* of the process, at most */
	char difference[32]; /* RUN_BOTH: where results differ; "" if nowhere */
	struct err err;
};

struct run_measured {
	struct run_sample sample; /* counts and sizes: the first run's */
	double wall_best, wall_median, cpu_best, cpu_median;
};

/* Run each of n jobs `times` times (at most RUNS_MAX), alternating.  models: the library's
 * folder.  Tells on standard error how far it is.  ERR_INPUT, ERR_ENV as the run said. */
int run_measure(const char *models, const struct run_job *jobs, unsigned n, unsigned times,
	struct run_measured *out, struct err *err);

/* Run a program, its output thrown away; sample's wall, cpu and rss_bytes.  argv as execv
 * wants it.  ERR_ENV if it cannot run or fails. */
int run_program(
	char *const *argv, const char *models, struct run_sample *sample, struct err *err);

#endif
