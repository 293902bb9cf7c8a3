/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fleet/fleet.h"
#include "global_heap.h"
#include "models/library.h"

/* The TTL annotation is that of 5,000 nodes whatever the number that is run, so that a node
 * does the same in every size. */
#define CLUSTER_NODES 5000

/* ------------------------------------------------------------------ clocks */

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t rss_of(const struct rusage *u)
{
	return (uint64_t)u->ru_maxrss * 1024; /* Linux counts KiB */
}

/* ------------------------------------------------------------------ one run */

static int scenario_of(const struct run_job *job, const struct library *lib, struct scenario *s,
	struct err *err)
{
	const struct run_design *d = job->design;
	const struct scenario_names names = {
		"bench", d->kubelet, d->runtime, "v1.20", d->workload, false};
	char processors[64];
	const char *text[] = {processors, d->set};
	const struct settings sets = {.text = text, .n = d->set ? 2 : 1};
	struct model resolved;
	int code;

	/* What requests cost is asked for as the scenario is put together. */
	(void)snprintf(
		processors, sizeof(processors), "apiserver.processors=%u", job->processors);
	code = scenario_compose(lib, &names, &sets, s, &resolved, err);
	if (code)
		return code;
	s->nodes = job->nodes;
	s->cluster_nodes = CLUSTER_NODES;
	s->workload.pods = job->pods;
	s->duration = job->duration;
	s->warmup = 0;
	return 0;
}

static uint64_t calls_of(const struct fleet_result *r)
{
	uint64_t n = 0;

	for (unsigned call = 0; call < CALLS_MAX; call++)
		for (unsigned what = 0; what < OUTCOME_N; what++)
			n += r->tally.window[0].in.count[call][what];
	return n;
}

static int run_both(const struct fleet_params *p, struct fleet_result *r,
	struct run_sample *sample, struct err *err)
{
	struct fleet_result of_heap = {0};
	const char *difference;
	int code = fleet_run(p, r, err);

	if (code)
		return code;
	global_heap_run(p, &of_heap, &sample->node_bytes);
	difference = global_heap_difference(r, &of_heap);
	(void)snprintf(sample->difference, sizeof(sample->difference), "%s",
		difference ? difference : "");
	fleet_result_fini(&of_heap);
	return 0;
}

static int run_driver(const struct run_job *job, const struct fleet_params *p,
	struct fleet_result *r, struct run_sample *sample, struct err *err)
{
	int code = 0;

	switch (job->driver) {
	case RUN_FLEET:
		code = fleet_run(p, r, err);
		sample->node_bytes = r->node_bytes;
		break;
	case RUN_GLOBAL_HEAP:
		global_heap_run(p, r, &sample->node_bytes);
		break;
	case RUN_BOTH:
		code = run_both(p, r, sample, err);
		break;
	}
	return code;
}

static int run_here(const char *models, const struct run_job *job, struct run_sample *sample)
{
	struct arena mem;
	struct library lib = {.dir = models, .mem = &mem};
	struct fleet_result r = {0};
	struct scenario s;
	struct fleet_params p;
	struct rusage used;
	double wall, cpu;

	arena_init(&mem, 0);
	if (scenario_of(job, &lib, &s, &sample->err))
		return sample->err.code;
	fleet_params_init(&p, &s, job->threads);
	wall = seconds_of(CLOCK_MONOTONIC);
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	if (run_driver(job, &p, &r, sample, &sample->err))
		return sample->err.code;
	sample->wall = seconds_of(CLOCK_MONOTONIC) - wall;
	sample->cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	sample->calls = calls_of(&r);
	sample->steps = r.steps;
	(void)getrusage(RUSAGE_SELF, &used);
	sample->rss_bytes = rss_of(&used);
	fleet_result_fini(&r);
	arena_fini(&mem);
	return 0;
}

/* ------------------------------------------------------------------ in its own process */

/* Wait for a child of ours.  ERR_ENV if it did not end by itself with status 0. */
static int wait_for(pid_t child, struct rusage *used, struct err *err)
{
	int status = 0;

	while (wait4(child, &status, 0, used) < 0)
		if (errno != EINTR)
			return err_set(err, ERR_ENV, "wait: %s", strerror(errno));
	if (WIFSIGNALED(status))
		return err_set(err, ERR_ENV, "a run ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_ENV, "a run ended with status %d", WEXITSTATUS(status));
	return 0;
}

static int run_apart(const char *models, const struct run_job *job, struct run_sample *shared,
	struct err *err)
{
	struct rusage used;
	pid_t child;

	memset(shared, 0, sizeof(*shared));
	(void)fflush(NULL);
	child = fork();
	if (child < 0)
		return err_set(err, ERR_ENV, "fork: %s", strerror(errno));
	if (child == 0)
		_exit(run_here(models, job, shared) ? EXIT_FAILURE : EXIT_SUCCESS);
	if (wait_for(child, &used, err)) {
		if (shared->err.code)
			*err = shared->err;
		return err->code;
	}
	return 0;
}

int run_program(
	char *const *argv, const char *models, struct run_sample *sample, struct err *err)
{
	double wall = seconds_of(CLOCK_MONOTONIC);
	struct rusage used;
	pid_t child;

	(void)fflush(NULL);
	child = fork();
	if (child < 0)
		return err_set(err, ERR_ENV, "fork: %s", strerror(errno));
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
			setenv("NODETOLL_MODELS", models, 1) == 0)
			(void)execv(argv[0], argv);
		_exit(127);
	}
	if (wait_for(child, &used, err))
		return err_wrap(err, "%s", argv[0]);
	sample->wall = seconds_of(CLOCK_MONOTONIC) - wall;
	sample->cpu = (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 +
		      (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6;
	sample->rss_bytes = rss_of(&used);
	return 0;
}

/* ------------------------------------------------------------------ many runs */

struct times {
	double wall[RUNS_MAX], cpu[RUNS_MAX];
};

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void best_and_median(double *t, unsigned n, double *best, double *median)
{
	qsort(t, n, sizeof(*t), by_size);
	*best = t[0];
	*median = n % 2 ? t[n / 2] : (t[n / 2 - 1] + t[n / 2]) / 2;
}

static void tell(
	const struct run_job *j, unsigned time, unsigned times, const struct run_sample *s)
{
	static const char *const driver[] = {"", ", global heap", ", both drivers"};

	(void)fprintf(stderr, "%u/%u %s, %u nodes x %u pods x %lld s, threads %u%s: %.3f s\n",
		time + 1, times, j->design->name, j->nodes, j->pods,
		(long long)(j->duration / NS_S), j->threads, driver[j->driver], s->wall);
}

struct batch {
	const char *models;
	const struct run_job *jobs;
	unsigned n, times;
	struct run_sample *shared; /* with the process of the run */
	struct times *t;
};

static int measure(const struct batch *b, struct run_measured *out, struct err *err)
{
	for (unsigned i = 0; i < b->times; i++)
		for (unsigned j = 0; j < b->n; j++) {
			if (run_apart(b->models, &b->jobs[j], b->shared, err))
				return err->code;
			if (i == 0)
				out[j].sample = *b->shared;
			b->t[j].wall[i] = b->shared->wall;
			b->t[j].cpu[i] = b->shared->cpu;
			tell(&b->jobs[j], i, b->times, b->shared);
		}
	for (unsigned j = 0; j < b->n; j++) {
		best_and_median(b->t[j].wall, b->times, &out[j].wall_best, &out[j].wall_median);
		best_and_median(b->t[j].cpu, b->times, &out[j].cpu_best, &out[j].cpu_median);
	}
	return 0;
}

int run_measure(const char *models, const struct run_job *jobs, unsigned n, unsigned times,
	struct run_measured *out, struct err *err)
{
	struct batch b = {.models = models,
		.jobs = jobs,
		.n = n,
		.times = times < RUNS_MAX ? times : RUNS_MAX,
		.t = calloc(n, sizeof(*b.t))};
	int code;

	b.shared = mmap(NULL, sizeof(*b.shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!b.t || b.shared == MAP_FAILED)
		code = err_set(err, ERR_NOMEM, "no memory");
	else
		code = measure(&b, out, err);
	if (b.shared != MAP_FAILED)
		(void)munmap(b.shared, sizeof(*b.shared));
	free(b.t);
	return code;
}
