/* SPDX-License-Identifier: Apache-2.0 */
/* Agents and their server, each a process, over loopback: what runs leave behind of either,
 * while requests fail in all ways and the server restarts.  Nothing here asks for the time. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hollow/hollow.h"
#include "live/serve.h"
#include "live_bytes.h"
#include "models/library.h"

enum { ROUNDS = 3, LINE = 256 };

struct world {
	struct arena mem;
	struct scenario scenario;
	FILE *from; /* the server's */
	pid_t server;
};

static void load(struct world *w)
{
	static const char *const sets[] = {"nodes=3", "start=atOnce", "warmup=0s",
		"duration=2s", "workload.pods=4", "workload.namespaces=1",
		"workload.replacePodEvery=500ms", "kubelet.objects.design=watch"};
	const struct scenario_names names = {
		"any", "v1.23", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const struct settings settings = {.text = sets, .n = 8};
	struct library lib = {.dir = getenv("NODETOLL_MODELS"), .mem = &w->mem};
	struct model resolved = {0};
	struct err err = {0};

	if (scenario_compose(&lib, &names, &settings, &w->scenario, &resolved, &err))
		fail_msg("%s", err.text);
}

/* ------------------------------------------------------------------ the server's process */

static void serve_once(const struct world *w, FILE *out)
{
	static const char *const faults[] = {"429=5%", "500=5%", "reset=1%", "half-close=1%",
		"drop-watch=20%", "410=5%", "latency=2ms@20%"};
	struct fault_rules rules = {0};
	struct json *counts = json_object();
	struct err err = {0};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		assert_int_equal(faults_parse(&rules, faults[i], &err), 0);
	if (serve_run(&(struct serve_params){.listen = "127.0.0.1:0",
			      .scenario = &w->scenario,
			      .times = SERVE_MODEL,
			      .store = {10000, 1 << 24, 1000, 1 << 22},
			      .faults = &rules,
			      .seed = 1,
			      .streams = 100,
			      .header_bytes = 1 << 16,
			      .body_bytes = 1 << 20,
			      .idle_timeout = NS_MIN,
			      .request_timeout = NS_MIN},
		    out, counts, &err))
		(void)fprintf(out, "%s\n", err.text);
	json_free(counts);
}

/* It tells its URL, then, when it was ended, what it holds. */
_Noreturn static void server(const struct world *w, int to)
{
	FILE *out = fdopen(to, "w");
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
	if (!out)
		_exit(1);
	(void)sigemptyset(&none);
	for (int i = 0; i < ROUNDS; i++) {
		(void)sigprocmask(SIG_SETMASK, &none, NULL); /* its end holds them */
		serve_once(w, out);
		(void)fprintf(out, "%zu\n", live_bytes());
		(void)fflush(out);
	}
	_exit(0);
}

static void begin(struct world *w)
{
	int ends[2];

	*w = (struct world){.from = NULL};
	arena_init(&w->mem, 0);
	load(w);
	assert_int_equal(pipe(ends), 0);
	w->server = fork();
	if (w->server == 0) {
		(void)close(ends[0]);
		server(w, ends[1]);
	}
	(void)close(ends[1]);
	w->from = fdopen(ends[0], "r");
	assert_true(w->server > 0 && w->from);
}

static void end(struct world *w)
{
	int status = 1;

	assert_int_equal(waitpid(w->server, &status, 0), w->server);
	assert_int_equal(status, 0);
	(void)fclose(w->from);
	arena_fini(&w->mem);
}

/* ------------------------------------------------------------------ the agents' */

static void read_line(struct world *w, char line[LINE])
{
	assert_non_null(fgets(line, LINE, w->from));
	line[strcspn(line, "\n")] = '\0';
}

/* The server restarts while the agents run. */
static bool restarts(void *ctx, const struct hollow_view *v)
{
	static const char request[] = "POST /nodetoll/faults?do=restart HTTP/1.1\r\n"
				      "Host: any\r\nContent-Length: 0\r\n\r\n";
	const char *url = ctx;
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10)),
		.sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	int fd = v->now < 0 ? -1 : socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return true;
	if (!connect(fd, (const struct sockaddr *)&at, sizeof(at)))
		(void)send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
	(void)close(fd);
	return true;
}

static void run(const struct world *w, char *url, enum wire_http http)
{
	const struct access access = {.server = url};
	const struct hollow_params p = {.scenario = &w->scenario,
		.access = &access,
		.http = http,
		.connections = 1,
		.name = "n",
		.cleans_up = true,
		.tell = restarts,
		.ctx = url};
	struct hollow_view last = {0};
	struct fleet_result r = {0};
	struct err err = {0};

	if (hollow_run(&p, &r, &last, &err))
		fail_msg("%s", err.text);
	assert_true(last.requests > 0 && last.errors > 0);
	fleet_result_fini(&r);
}

/* By the lines that it tells: how often it failed is not of interest here. */
static void runs_leave_nothing_behind(void **state)
{
	size_t ours[ROUNDS], theirs[ROUNDS];
	char line[LINE];
	struct world w;

	(void)state;
	begin(&w);
	for (int i = 0; i < ROUNDS; i++) {
		read_line(&w, line);
		assert_int_equal(strncmp(line, "http://", 7), 0);
		run(&w, line, WIRE_HTTP2);
		run(&w, line, WIRE_HTTP1);
		assert_int_equal(kill(w.server, SIGTERM), 0);
		read_line(&w, line);
		theirs[i] = strtoul(line, NULL, 10);
		ours[i] = live_bytes();
	}
	end(&w);
	assert_true(ours[0] > 0 && theirs[0] > 0);
	for (int i = 1; i < ROUNDS; i++) {
		assert_int_equal(ours[i], ours[0]);
		assert_int_equal(theirs[i], theirs[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
