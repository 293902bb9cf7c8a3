/* SPDX-License-Identifier: Apache-2.0 */
/* nodetoll: what a node agent costs its container runtime and the API server.
 *
 * The map of the source, from the bottom up.  A module includes those above it in this list,
 * as far as src/meson.build allows it, and never those below.
 *
 * base/          what C lacks
 *   ns.h           time: integer nanoseconds
 *   err            what went wrong, in words
 *   base64         bytes as text
 *   arena          memory that is given back all at once
 *   stock          items of one size, taken and given back
 *   fifo.h         queues in chunks of a stock
 *   heap.h         heaps in arrays of their owners
 *   fetch.h        memory that will be wanted soon
 *   rng.h          random numbers: a hash of who draws and why
 *   part.h         a share of many, to the last one
 *   hist           log-linear histogram of durations
 *   units          durations, quantities and ratios, in and out
 *   str, file      text that grows; whole files
 *   doc*           YAML as a tree that knows its places (libfyaml)
 *   json           JSON values (cJSON)
 *   skim           parts of a JSON text where they lie
 *   pool           a few threads, many items
 *   crew           a few threads that wait for items
 *   journal        lines that are on disk as soon as they are written
 * sim/           what all simulated things are made of
 *   calls          the vocabulary: every operation and request that is counted
 *   tally          counts by call, outcome, window and second; times of calls
 *   chain.h        calls that one goroutine makes one after the other
 *   records.h      what a runtime lists
 *   dist           latencies to draw from
 *   bucket.h       the client's token bucket
 *   backoff.h      waits that double from failure to failure
 *   share          processors that jobs share
 *   wakes          who is due next on a node: a tournament tree
 * models/        files in models/ become checked structs
 *   models.h       the structs: kubelet, runtime, API server, workload, scenario
 *   fairness.h     of them priority and fairness
 *   lanes.h        who shares a sequence of random numbers
 *   workload.h     how many pods and objects a workload comes to
 *   field, scalar, number, path   tables that say what a file may hold, their one reader
 *   table_*        those tables
 *   library, names files, `extends`; what there is
 *   head           what every file begins with
 *   naming         what may be a name
 *   scenario       a scenario gathers models; --set
 *   feature        what a feature adds to a scenario, replaces and sets; --with
 *   incident       known regressions and what was published of them
 *   owners         what is asked by who is no node
 *   scheduler      when pods are bound
 *   resources      the resources that Kubernetes has
 *   call_text      "get pods": requests as files write them
 *   origin, explain        where every constant comes from
 *   recording*     what a real kubelet was recorded doing
 *   budget         gates in a file
 *   calibration    what calls cost a real runtime or API server
 *   costs          what a scenario's requests cost: measured, or as a relative
 *   schema         JSON schemas from the tables
 *   watched        what watches are about: how much they list, and who hears of a change
 *   tree           documents composed in memory
 * pleg/          how a kubelet finds out what changed
 *   pleg           the one face of the five designs
 *   polling, generic, evented, ondemand, parallel   those
 *   records        what it saw before, beside what it sees
 * secretcache/   how it gets secrets and configmaps
 *   secretcache    the one face of the five designs, and the simple ones
 *   cache, watch   the others (designs.h)
 * runtime_mock/  the container runtime: pods, sandboxes, containers, images
 *   runtime_mock   calls and their answers, disturbances
 *   effects        what comes true later
 *   jobs           calls that wait for processors
 *   plain          the fast path: calls that change nothing
 * agent/         one kubelet: goroutines as actors
 *   agent, plan    what an agent is, and what all agents share
 *   loops          the loops that the model declares
 *   reactions      rounds that follow upon what happens; for whom a round is
 *   worker, start, removal   a pod's life; killing and cleaning up
 *   backoff        containers that exit again and again
 *   past           what pods at rest did before
 *   quiet          ends that nobody has to be stepped for
 *   client.h       what client-go does with an answer before its caller sees it
 *   syncloop       the one loop that everything passes
 *   volumes        mounting, and remounting at every sync
 *   status, events, probes   what it tells the API server, and whom it asks
 *   pleg_glue, polls         its PLEG; its worker in the time before PLEG
 * apiserver/     the API server
 *   apiserver      as agents meet it: pods, objects, versions, watches
 *   ttl            the annotation by cluster size
 *   borrow         seats that levels of priority lend each other
 *   flow           seats, and who waits for them: priority and fairness
 *   server         one under load: admission, then processors that requests share
 *   server_params  limits and costs from a scenario
 *   gauge.h        a number that goes up and down
 * fleet/         N nodes in virtual time
 *   fleet          nodes over threads, alone if that makes no difference
 *   plan           what all nodes of a run share
 *   results        what is measured, empty and added up
 *   node           one node from its first event to its last
 *   script         what is done to its pods
 *   measure        what an agent's notes mean
 *   budget         where a pod's start goes
 *   ready          nodes that are NotReady
 *   ending         pods and watches that wait when the run is over
 *   requests       limiters, the way to the API server, tries again
 *   answers        what a server says to a request, or that none does
 *   queue.h        requests that wait
 *   streams        those of the one connection that some kubelets have
 *   flights        requests at those servers, and when their clients give up
 *   balancer       which of them each client is connected to
 *   owners         requests there that are no node's
 *   servers        the API servers that a scenario's nodes share
 *   fanout         who is told of what is written, and what that takes
 *   changes        objects that users change, and when
 *   load           whether sharing can make a difference
 *   together       all nodes alive in one order of time, where it does
 *   stretches      how far each is alone, and what it is told on its way
 *   visits         its requests at the servers: they come, and are through
 *   breaks         what is given up, connections that are closed or go with a server
 *   errands        what each of them does alone in between, on any thread
 *   served         what those servers did, measured
 * estimate/      the closed form
 *   rates          the runtime's side, design by design
 *   renewal        when a pod syncs again: numbers without simulation
 *   objects        the object side
 *   cost           CPU, fitted to a calibration
 *   beginning      a run that is no long run: calls while a node starts
 *   toll           each call of a node: its rate, its busiest second
 *   toll_events    how often what follows upon events is made
 *   toll_mechanisms   those of the kubelet that are no loop
 *   toll_peak      its busiest second
 *   toll_told      what watches are told
 *   toll_paced     how far rounds are apart that wait for a limiter
 *   toll_limiters  what is sure behind a limiter that is full
 *   toll_rounds    rounds that wait or take too long, where how far they are apart is not known
 *   toll_waits     where somebody waits, and a rate does not hold
 *   toll_words     its formula
 *   toll_failing   what it becomes while requests fail
 *   deaths         what containers that die leave behind
 *   lives          what a pod's life has of each
 *   interval       what one further run will show: prediction intervals
 * http/          one HTTP connection without its socket
 *   http           the one face; which protocol it is
 *   h1, h2         HTTP/1.1; HTTP/2 (nghttp2)
 *   h1_head        a request's line and fields
 *   ask, h2_ask    the client's side of HTTP/2
 *   h2_priv.h      what both sides share
 * rest/          the Kubernetes API: objects and verbs, without a socket
 *   rest, route    requests and answers; what a request is about
 *   resources      the table of what there is
 *   store, object, watch   objects, their history, and who is told of it
 *   read, list, write, remove, prepare   the verbs; new objects
 *   binding, token   of pods to nodes; of service accounts
 *   patch, selector, status, when   what they need
 *   proto, proto_types   bodies that are protobuf
 *   fields, rules  types that fields must have; what may not be written
 *   discovery      what clients ask first
 *   table          objects as kubectl prints them
 * live/          on real sockets: libevent
 *   serve, listen  the mock API server: beginning, loop, end; its address
 *   conn, exchange, stream   a connection, a request, an open watch
 *   admit          the simulated server's limits and times at the machine's pace
 *   own            health, metrics, faults asked for
 *   faults, users, tls   what goes wrong on demand; who asks; encryption
 *   metrics, metrics_text, audit   what is told
 * report/        results on paper
 *   table          rows as text, CSV or Markdown
 *   format         numbers as a reader wants them
 *   saved          a result that was saved, read and known to be one
 *   measure, measure_families, measure_classes   every figure of a result by name
 *   result*, contrast*, validation*, estimate*, incidents*, comparison*   one a kind of result
 *   agreement      the same
 *   serve          what the mock API server counted
 *   prr            an estimate as answers for a production readiness review:
 *   prr_calls, prr_node   what is called and written; what waits and is used up
 *   gate, gate_judge     conditions on measures
 *   sweep, sweep_shown, sweep_curves, sweep_closed, sweep_words   a grid of scenarios; what a
 *                  page shows of it; its curves, closed forms beside them, and its advice
 *   difference     where two scenarios differ
 *   classes        what its numbers rest on
 *   checks, junit  what each of them checks, as cases of a test
 *   html, chart    one page that opens from disk; what its charts show
 *   model_files    scenarios on it, as files that share their parts
 *   assets.h       style, script and the chart library, built in (page/)
 *   shape          whether a saved result is what its schema tells
 *   kinds          which kinds there are, and how each is rendered
 * client/        requests on their way to an API server
 *   kubeconfig, kubeconfig_files   which server, and who asks; access: by flags
 *   wire, wire_call   many clients' requests in one loop (libevent), however they travel
 *   link, link_calls   connections that speak HTTP/2, and what is asked over them
 *   secure         their TLS
 *   curl, curl_call   HTTP/1.1, and proxies (libcurl)
 * hollow/        N nodes on sockets: the second driver of src/agent
 *   hollow, swarm  a run: the loop, its clock, and whose turn it is
 *   script         what is done to pods, and when
 *   flights        a node's requests on the wire, and what answers mean
 *   address        a call of the model as a request
 *   answers        what answers are worth: read, counted, and said once if they are no good
 *   asked          what features ask for, and no kubelet knows
 *   bodies, events what nodes write: JSON
 *   pods           the server's pods in the agent's places
 *   others         statuses that somebody else has written, too
 *   metrics        what it has come to, over HTTP
 *   chores, users  the queue of what users do; who makes nodes, pods, objects
 *   cleanup        what of that was not there before, and its end
 * cli/           this program
 *   main           you are here: commands and the way to them
 *   opt            options as tables
 *   common         models, output, progress
 *   agents_words   what a live run tells beside its result
 *   agents_recorder, agents_tokens   it as a Recording; who its nodes are
 *   agree_live, agree_rows   a live run by itself; three engines call by call
 *   cmd*           a command each; models_show: what the last one prints
 *   result_run     a scenario becomes a Result
 *   gate_clients   whom and what the labels of a gate may name
 *   incidents_run, incident_measure   figures and changes of incidents; how they are got at
 *   estimate_load  what features are laid over: options or a scenario
 *   estimate_json  features in closed form as JSON
 *   estimate_sums  the same beside the kubelet's own: changes, totals, limiters
 *   result_closed  calls by closed form and as counted
 *   closed_servers the processors' time that those take
 *   result_json    a run's measurements as JSON
 *   result_classes, estimate_classes   what a result's numbers rest on, and an estimate's
 *   result_server, result_slo, result_series   requests, servers, objectives; by second
 *   result_storage  what etcd stores and reads, and what watchers are told
 *   slo_limits     how far the objectives hold
 *   compare_*      sides of a comparison and what is told of them, rows, closed forms, gates,
 *                  its sentence
 *   sweep_*        a grid, its cells, walls, full clients, what cells imply, shapes of
 *                  curves, advice, the limits of the client
 *   contrast_*     the runs behind the contrast, its numbers and its sentences;
 *                  contrast_classes: what they rest on, and a validation's
 *   validate_*     the runs behind a validation, and its rows
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/common.h"

static const struct cmd *const commands[] = {
	&cmd_contrast_row,
	&cmd_simulate_row,
	&cmd_estimate_row,
	&cmd_incidents_row,
	&cmd_compare_row,
	&cmd_sweep_row,
	&cmd_validate_row,
	&cmd_report_row,
	&cmd_serve_row,
	&cmd_agents_row,
	&cmd_agree_row,
	&cmd_models_row,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), ARGUMENTS_MAX = 1024 };

static void usage(struct str *out)
{
	str_add(out,
		"nodetoll: what a node agent costs its container runtime and the API server\n\n"
		"nodetoll COMMAND [options]\n\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		char left[48];

		(void)snprintf(left, sizeof(left), "%s%s%s", commands[i]->name,
			*commands[i]->argument ? " " : "", commands[i]->argument);
		str_addf(out, "  %-26s %s\n", left, commands[i]->summary);
	}
	str_add(out,
		"\nnodetoll COMMAND --help tells a command's options; nodetoll --version the "
		"version.\nThe same input and seed give the same bytes.\n");
}

static const struct cmd *find(const char *name, struct err *err)
{
	const char *known[COMMANDS];
	const char *near;
	struct str all = {0};

	for (size_t i = 0; i < COMMANDS; i++) {
		if (!strcmp(commands[i]->name, name)) {
			str_fini(&all);
			return commands[i];
		}
		known[i] = commands[i]->name;
		str_addf(&all, "%s%s", i ? ", " : "", known[i]);
	}
	near = str_nearest(name, known, COMMANDS);
	(void)err_set(err, ERR_INPUT, "no command '%.60s'; there are: %s%s%s%s", name,
		str_text(&all), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	str_fini(&all);
	return NULL;
}

static int print(void (*what)(struct str *), struct err *err)
{
	struct str out = {0};
	int code;

	what(&out);
	code = common_print(str_text(&out), str_len(&out), err);
	str_fini(&out);
	return code;
}

static void version(struct str *out)
{
	str_add(out, "nodetoll " NODETOLL_VERSION "\n");
}

/* argv[0] is the command's name. */
static int run(const struct cmd *cmd, int argc, char **argv, struct err *err)
{
	struct opt_line line = {.argc = argc, .argv = argv};
	void *own = calloc(1, cmd->size);
	int code;

	if (!own)
		return err_set(err, ERR_NOMEM, "no memory");
	code = opt_parse(cmd, &line, own, err);
	if (!code && !line.help)
		code = common_outputs(cmd, &line, own, err);
	if (!code)
		code = line.help ? common_help(cmd, err) : cmd->run(own, &line, err);
	free(own);
	return code;
}

/* --models may stand before the command, too: it moves behind it. */
static int with_models(int argc, char **argv, struct err *err)
{
	char *moved[ARGUMENTS_MAX];
	bool apart = !strcmp(argv[1], "--models");
	int command = apart ? 3 : 2;
	const struct cmd *cmd;
	int n = 0;

	if (argc <= command)
		return err_set(err, ERR_INPUT, "'--models' needs a folder and then a command");
	if (argc > ARGUMENTS_MAX)
		return err_set(err, ERR_INPUT, "too many arguments");
	cmd = find(argv[command], err);
	moved[n++] = argv[command];
	for (int i = 1; i < argc; i++)
		if (i != command)
			moved[n++] = argv[i];
	return cmd ? run(cmd, n, moved, err) : ERR_INPUT;
}

static int dispatch(int argc, char **argv, struct err *err)
{
	const struct cmd *cmd;

	if (argc < 2)
		return err_set(
			err, ERR_INPUT, "a command is missing; 'nodetoll --help' lists them");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return print(usage, err);
	if (!strcmp(argv[1], "--version"))
		return print(version, err);
	if (!strcmp(argv[1], "--models") || !strncmp(argv[1], "--models=", 9))
		return with_models(argc, argv, err);
	if (argv[1][0] == '-')
		return err_set(err, ERR_INPUT,
			"no flag '%.60s' before the command; --help, --version and --models "
			"are "
			"allowed",
			argv[1]);
	cmd = find(argv[1], err);
	return cmd ? run(cmd, argc - 1, argv + 1, err) : ERR_INPUT;
}

int main(int argc, char **argv)
{
	struct err err = {0};
	int code = dispatch(argc, argv, &err);

	if (code && err.text[0])
		(void)fprintf(stderr, "nodetoll: %s\n", err.text);
	return err_exit_status((enum err_code)code);
}
