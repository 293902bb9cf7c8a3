/* SPDX-License-Identifier: Apache-2.0 */
/* nodetoll-bench: how fast virtual time runs, what it takes, how it grows.
 *
 * Prints tables to standard output and, at the end, what came out beside the goals.  Two
 * designs are measured: (a) v1.1, every pod's worker polling docker, and (b) v1.20 complete,
 * generic PLEG and TTL cache.  See README.md here.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "run.h"

enum { GOALS_MAX = 32, JOBS_MAX = 8, LARGE_TIMES = 3 };

static const struct run_design polling = {
	.name = "(a) v1.1 polling",
	.kubelet = "v1.1",
	.runtime = "docker-1.9",
	.workload = "serving",
};
static const struct run_design generic = {
	.name = "(b) v1.20 generic",
	.kubelet = "v1.20",
	.runtime = "containerd-1.6.20",
	.workload = "serving",
	.set = "kubelet.objects.design=cache",
};
static const struct run_design three_objects = {
	.name = "2 containers, 3 objects",
	.kubelet = "v1.20",
	.runtime = "containerd-1.6.20",
	.workload = "recorded-density",
	.set = "kubelet.objects.design=cache",
};
static const struct run_design storm = {
	.name = "storm, all pods at once",
	.kubelet = "v1.20",
	.runtime = "containerd-1.6.20",
	.workload = "secrets-30",
	.set = "start=atOnce",
};

struct goal {
	const char *what;
	const struct run_design *design; /* NULL: said already */
	const char *unit;
	double value, limit;
	bool at_least; /* otherwise at most */
};

struct bench {
	const char *models;
	char *nodetoll; /* NULL: not given */
	const char *only;
	unsigned times;
	/* sizes, smaller with --quick */
	uint32_t nodes, pods, large_nodes, large_pods, heap_nodes, storm_pods;
	ns_t duration, heap_duration, storm_duration;
	struct run_job jobs[JOBS_MAX];
	struct run_measured measured[JOBS_MAX];
	unsigned n_jobs;
	struct goal goals[GOALS_MAX];
	unsigned n_goals;
	bool differs; /* one driver's results are not the other's */
};

/* ------------------------------------------------------------------ helpers */

/* Another job of the usual size on one thread; the caller changes what differs. */
static struct run_job *add_job(struct bench *b, const struct run_design *design)
{
	struct run_job *job = &b->jobs[b->n_jobs++];

	*job = (struct run_job){.design = design,
		.nodes = b->nodes,
		.pods = b->pods,
		.duration = b->duration,
		.threads = 1};
	return job;
}

static void add_goal(struct bench *b, struct goal goal)
{
	b->goals[b->n_goals++] = goal;
}

static int measure(struct bench *b, unsigned times, struct err *err)
{
	return run_measure(b->models, b->jobs, b->n_jobs, times, b->measured, err);
}

/* A call's start and its end. */
static double events_of(const struct run_measured *m)
{
	return 2.0 * (double)m->sample.calls;
}

static double ns_an_event(const struct run_measured *m)
{
	return m->wall_best * 1e9 / events_of(m);
}

static double pods_of(const struct run_job *j)
{
	return (double)j->nodes * (double)j->pods;
}

static double mb(uint64_t bytes)
{
	return (double)bytes / 1e6;
}

/* ------------------------------------------------------------------ tables */

static void print_heading(const char *what, unsigned times)
{
	(void)printf("\n%s (best and median of %u)\n\n", what, times);
	(void)printf("%-24s %6s %5s %5s %2s %9s %9s %9s %8s %8s %8s %8s %9s %9s\n", "design",
		"nodes", "pods", "s", "th", "calls M", "events M", "steps M", "wall s",
		"median", "CPU s", "median", "ns/event", "M calls/s");
}

static void print_size(const struct run_job *j)
{
	(void)printf("%-24s %6u %5u %5lld %2u", j->design->name, j->nodes, j->pods,
		(long long)(j->duration / NS_S), j->threads);
}

static void print_times(const struct run_measured *m)
{
	(void)printf(" %8.3f %8.3f %8.3f %8.3f %9.2f", m->wall_best, m->wall_median,
		m->cpu_best, m->cpu_median, ns_an_event(m));
}

static void print_row(const struct run_job *j, const struct run_measured *m)
{
	print_size(j);
	(void)printf(" %9.2f %9.2f %9.2f", (double)m->sample.calls / 1e6, events_of(m) / 1e6,
		(double)m->sample.steps / 1e6);
	print_times(m);
	(void)printf(" %9.2f\n", (double)m->sample.calls / m->wall_best / 1e6);
}

static void print_rows(const struct bench *b)
{
	for (unsigned i = 0; i < b->n_jobs; i++)
		print_row(&b->jobs[i], &b->measured[i]);
}

static void print_memory_heading(void)
{
	(void)printf("\n%-24s %6s %5s %14s %10s %14s %10s\n", "memory", "nodes", "pods",
		"a node's block", "B/pod", "process (MB)", "B/pod");
}

static void print_memory(const struct run_job *j, const struct run_measured *m)
{
	(void)printf("%-24s %6u %5u %14llu %10.0f %14.1f %10.1f\n", j->design->name, j->nodes,
		j->pods, (unsigned long long)m->sample.node_bytes,
		(double)m->sample.node_bytes / j->pods, mb(m->sample.rss_bytes),
		(double)m->sample.rss_bytes / pods_of(j));
}

/* ------------------------------------------------------------------ parts */

static int measure_speed(struct bench *b, struct err *err)
{
	const struct run_measured *m = b->measured;

	add_job(b, &polling);
	add_job(b, &polling)->threads = 2;
	add_job(b, &generic);
	add_job(b, &generic)->threads = 2;
	if (measure(b, b->times, err))
		return err->code;
	print_heading("Speed", b->times);
	print_rows(b);
	print_memory_heading();
	for (unsigned i = 0; i < b->n_jobs; i += 2)
		print_memory(&b->jobs[i], &m[i]);
	add_goal(b, (struct goal){
			    "one thread", &polling, "ns/event", ns_an_event(&m[0]), 8, false});
	add_goal(b, (struct goal){
			    "one thread", &generic, "ns/event", ns_an_event(&m[2]), 15, false});
	add_goal(b, (struct goal){"two threads against one", &polling, "times",
			    m[0].wall_best / m[1].wall_best, 1.6, true});
	add_goal(b, (struct goal){"two threads against one", &generic, "times",
			    m[2].wall_best / m[3].wall_best, 1.6, true});
	return 0;
}

static int measure_memory(struct bench *b, struct err *err)
{
	const struct run_measured *m = b->measured;

	add_job(b, &three_objects);
	if (measure(b, 1, err))
		return err->code;
	print_memory_heading();
	print_memory(&b->jobs[0], &m[0]);
	add_goal(b, (struct goal){"process", &three_objects, "B/pod",
			    (double)m->sample.rss_bytes / pods_of(b->jobs), 128, false});
	return 0;
}

static int measure_growth(struct bench *b, struct err *err)
{
	static const struct run_design *const designs[] = {&polling, &generic};
	const struct run_measured *m = b->measured;

	for (unsigned d = 0; d < 2; d++) {
		add_job(b, designs[d]);
		add_job(b, designs[d])->nodes *= 2;
		add_job(b, designs[d])->pods *= 2;
	}
	if (measure(b, b->times, err))
		return err->code;
	print_heading("Growth", b->times);
	print_rows(b);
	for (unsigned d = 0; d < 2; d++, m += 3) {
		add_goal(b, (struct goal){"twice the nodes", designs[d], "times the time",
				    m[1].wall_best / m[0].wall_best, 2.2, false});
		add_goal(b, (struct goal){"twice the pods", designs[d], "times the time",
				    m[2].wall_best / m[0].wall_best, 2.6, false});
	}
	return 0;
}

static int measure_large(struct bench *b, struct err *err)
{
	struct run_job *j = add_job(b, &generic);

	j->nodes = b->large_nodes;
	j->pods = b->large_pods;
	j->threads = 2;
	if (measure(b, LARGE_TIMES, err))
		return err->code;
	print_heading("Large", LARGE_TIMES);
	print_rows(b);
	print_memory_heading();
	print_memory(j, b->measured);
	add_goal(b, (struct goal){"largest cluster", &generic, "MB",
			    mb(b->measured[0].sample.rss_bytes), 2000, false});
	return 0;
}

static struct run_job *add_heap_job(
	struct bench *b, const struct run_design *design, enum run_driver driver)
{
	struct run_job *j = add_job(b, design);

	j->nodes = b->heap_nodes;
	j->duration = b->heap_duration;
	j->driver = driver;
	return j;
}

static void print_heap(
	struct bench *b, const struct run_measured *m, const char *difference, double goal)
{
	const struct run_design *design = b->jobs[m - b->measured].design;
	double ratio = m[1].wall_best / m[0].wall_best;

	(void)printf("%-24s fleet %.3f s, global heap %.3f s (%.1f ns/event) with %.0f MB: "
		     "%.2f times; results %s%s\n",
		design->name, m[0].wall_best, m[1].wall_best, ns_an_event(&m[1]),
		mb(m[1].sample.node_bytes), ratio, *difference ? "DIFFER in " : "identical",
		difference);
	b->differs = b->differs || *difference;
	add_goal(b, (struct goal){"against a global heap", design, "times", ratio, goal, true});
}

/* Times and comparison are runs apart: two drivers in one process would share its memory. */
static int measure_heap(struct bench *b, struct err *err)
{
	static const struct run_design *const designs[] = {&polling, &generic};
	struct run_sample both[2];

	for (unsigned d = 0; d < 2; d++)
		(void)add_heap_job(b, designs[d], RUN_BOTH);
	if (measure(b, 1, err))
		return err->code;
	both[0] = b->measured[0].sample;
	both[1] = b->measured[1].sample;
	b->n_jobs = 0;
	for (unsigned d = 0; d < 2; d++) {
		(void)add_heap_job(b, designs[d], RUN_FLEET);
		(void)add_heap_job(b, designs[d], RUN_GLOBAL_HEAP);
	}
	if (measure(b, LARGE_TIMES, err))
		return err->code;
	(void)printf("\nAgainst one global heap, %u nodes x %u pods x %lld s (best of %u)\n\n",
		b->heap_nodes, b->pods, (long long)(b->heap_duration / NS_S), LARGE_TIMES);
	print_heap(b, &b->measured[0], both[0].difference, 15);
	print_heap(b, &b->measured[2], both[1].difference, 8);
	return 0;
}

/* API servers that nodes share: with processors to spare, with few, with too few. */
static const struct server_job {
	const struct run_design *design;
	uint32_t processors;
	unsigned threads;
	const char *goal; /* NULL: none */
	double limit;     /* ns an event; of the storm, s */
} server_jobs[] = {
	{&polling, 0, 1, NULL, 0},
	{&polling, 32, 1, "32 processors, 5 % busy", 8},
	{&generic, 0, 1, NULL, 0},
	{&generic, 16, 1, "16 processors, 4 % busy", 15},
	{&generic, 4, 1, "4 processors, 18 % busy", 15},
	{&generic, 4, 2, NULL, 0},
	{&storm, 16, 1, NULL, 0},
	{&storm, 16, 2, "16 processors", 10},
};
enum { SERVER_JOBS = sizeof(server_jobs) / sizeof(server_jobs[0]) };

_Static_assert((unsigned)SERVER_JOBS <= (unsigned)JOBS_MAX, "add_job has room for all");

static void print_server_row(const struct run_job *j, const struct run_measured *m)
{
	print_size(j);
	(void)printf(" %10u %9.2f", j->processors, events_of(m) / 1e6);
	print_times(m);
	(void)printf(" %7.1f\n", mb(m->sample.rss_bytes));
}

static int measure_servers(struct bench *b, struct err *err)
{
	for (unsigned i = 0; i < SERVER_JOBS; i++) {
		struct run_job *j = add_job(b, server_jobs[i].design);

		j->processors = server_jobs[i].processors;
		j->threads = server_jobs[i].threads;
		if (j->design == &storm) {
			j->pods = b->storm_pods;
			j->duration = b->storm_duration;
		}
	}
	if (measure(b, LARGE_TIMES, err))
		return err->code;
	(void)printf("\nAPI servers with processors (best and median of %u)\n\n"
		     "%-24s %6s %5s %5s %2s %10s %9s %8s %8s %8s %8s %9s %7s\n",
		LARGE_TIMES, "design", "nodes", "pods", "s", "th", "processors", "events M",
		"wall s", "median", "CPU s", "median", "ns/event", "MB");
	for (unsigned i = 0; i < SERVER_JOBS; i++) {
		const struct server_job *job = &server_jobs[i];
		const struct run_measured *m = &b->measured[i];
		bool seconds = job->design == &storm;

		print_server_row(&b->jobs[i], m);
		if (job->goal)
			add_goal(b, (struct goal){job->goal, job->design,
					    seconds ? "s" : "ns/event",
					    seconds ? m->wall_best : ns_an_event(m), job->limit,
					    false});
	}
	return 0;
}

static int measure_contrast(struct bench *b, struct err *err)
{
	char command[] = "contrast", option[] = "--threads", two[] = "2";
	char *argv[] = {b->nodetoll, command, option, two, NULL};
	double best = 0, cpu = 0;

	if (!b->nodetoll)
		return 0;
	for (unsigned i = 0; i < LARGE_TIMES; i++) {
		struct run_sample s = {0};

		if (run_program(argv, b->models, &s, err))
			return err->code;
		(void)fprintf(stderr, "%u/%u contrast: %.3f s\n", i + 1, LARGE_TIMES, s.wall);
		if (i == 0 || s.wall < best)
			best = s.wall;
		if (i == 0 || s.cpu < cpu)
			cpu = s.cpu;
	}
	(void)printf("\nnodetoll contrast with its defaults, 2 threads: %.3f s, CPU %.3f s "
		     "(best of %u)\n",
		best, cpu, LARGE_TIMES);
	add_goal(b, (struct goal){"contrast, two threads", NULL, "s", best, 15, false});
	return 0;
}

static const struct part {
	const char *name;
	int (*measure)(struct bench *b, struct err *err);
} parts[] = {
	{"speed", measure_speed},
	{"memory", measure_memory},
	{"growth", measure_growth},
	{"heap", measure_heap},
	{"large", measure_large},
	{"servers", measure_servers},
	{"contrast", measure_contrast},
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

/* ------------------------------------------------------------------ the whole */

static void print_goals(const struct bench *b)
{
	(void)printf("\n%-48s %10s %10s %-16s\n", "goal", "measured", "goal", "");
	for (unsigned i = 0; i < b->n_goals; i++) {
		const struct goal *g = &b->goals[i];
		bool reached = g->at_least ? g->value >= g->limit : g->value <= g->limit;

		(void)printf("%-23s %-24s %10.2f %s %7.2f %-16s%s\n", g->what,
			g->design ? g->design->name : "", g->value,
			g->at_least ? ">=" : "<=", g->limit, g->unit,
			reached ? "" : " not reached");
	}
}

static int run_parts(struct bench *b, struct err *err)
{
	double load[1] = {0};

	(void)getloadavg(load, 1);
	(void)printf(
		"%u processors, load %.2f before the first run\n", pool_processors(), load[0]);
	for (unsigned i = 0; i < PARTS; i++) {
		if (b->only && strcmp(b->only, parts[i].name) != 0)
			continue;
		b->n_jobs = 0;
		if (parts[i].measure(b, err))
			return err_wrap(err, "%s", parts[i].name);
		(void)fflush(stdout);
	}
	print_goals(b);
	if (b->differs)
		return err_set(err, ERR_CHECK, "the drivers' results differ");
	return 0;
}

static void choose_sizes(struct bench *b, int quick)
{
	b->nodes = quick ? 500 : 5000;
	b->pods = 100;
	b->duration = (quick ? 60 : 600) * NS_S;
	b->heap_nodes = quick ? 500 : 5000;
	b->heap_duration = (quick ? 30 : 600) * NS_S;
	b->large_nodes = quick ? 2000 : 20000;
	b->large_pods = 250;
	b->storm_pods = 30;
	b->storm_duration = (quick ? 10 : 60) * NS_S;
	if (b->times == 0)
		b->times = quick ? 3 : 5;
}

static const char usage[] =
	"usage: nodetoll-bench [--quick] [--times N] [--only PART] [--models DIR] "
	"[--nodetoll FILE]\n"
	"  --quick          small sizes, seconds: for a look, not for the record\n"
	"  --times N        repetitions, 1 to 32 (5; quick 3)\n"
	"  --only PART      speed, memory, growth, heap, large, servers or contrast\n"
	"  --models DIR     where the models are (those of the source tree)\n"
	"  --nodetoll FILE  the program whose contrast is timed (not timed)\n";

static int parse(struct bench *b, int argc, char **argv, struct err *err)
{
	static const struct option options[] = {
		{"quick", no_argument, NULL, 'q'},
		{"times", required_argument, NULL, 't'},
		{"only", required_argument, NULL, 'o'},
		{"models", required_argument, NULL, 'm'},
		{"nodetoll", required_argument, NULL, 'n'},
		{NULL, 0, NULL, 0},
	};
	bool quick = false, known = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'q')
			quick = true;
		else if (c == 't')
			b->times = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'o')
			b->only = optarg;
		else if (c == 'm')
			b->models = optarg;
		else if (c == 'n')
			b->nodetoll = optarg;
		else
			return err_set(err, ERR_INPUT, "%s", usage);
	}
	for (unsigned i = 0; i < PARTS; i++)
		known = known || !b->only || strcmp(b->only, parts[i].name) == 0;
	if (!known || optind < argc || b->times > RUNS_MAX)
		return err_set(err, ERR_INPUT, "%s", usage);
	choose_sizes(b, quick);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct err err = {0};
	int code;

	if (!b)
		return err_exit_status(ERR_NOMEM);
	b->models = BENCH_MODELS_DIR;
	code = parse(b, argc, argv, &err);
	if (!code)
		code = run_parts(b, &err);
	if (code)
		(void)fprintf(stderr, "nodetoll-bench: %s\n", err.text);
	free(b);
	return err_exit_status((enum err_code)code);
}
