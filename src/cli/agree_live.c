/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agree_live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/serve.h"

enum {
	LINE = 512,
	FILES = 128 /* that client and server have open beside a connection of each node */
};

/* As `nodetoll serve`, for clients that are known: limits that they do not reach. */
static int serve(const struct scenario *s, FILE *out, struct err *err)
{
	const struct fault_rules none = {0};
	const struct serve_params p = {.listen = "127.0.0.1:0",
		.scenario = s,
		.times = SERVE_MODEL,
		.store = {.objects = 1000000,
			.bytes = (size_t)1 << 31,
			.history = 50000,
			.history_bytes = (size_t)1 << 30},
		.faults = &none,
		.seed = s->seed,
		.streams = 1000,
		.header_bytes = 1 << 20,
		.body_bytes = 3 << 20,
		.idle_timeout = NS_HOUR,
		.request_timeout = NS_MIN};
	struct json *counts = json_object();
	int code = serve_run(&p, out, counts, err);

	json_free(counts);
	return code;
}

/* In the child: its first line is the URL, or why there is none.  A SIGINT of the terminal is
 * the parent's, and what the parent does not end the kernel does. */
_Noreturn static void child(const struct scenario *s, int to, pid_t parent)
{
	FILE *out = fdopen(to, "w");
	struct err err = {0};
	int code;

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!out || getppid() != parent)
		_exit(1);
	code = serve(s, out, &err);
	if (code)
		(void)fprintf(out, "%s\n", err.text);
	(void)fclose(out);
	_exit(code ? 1 : 0);
}

struct served {
	pid_t pid;
	int out; /* its first line */
	char url[LINE];
};

/* The server's first line, without its end; false if there is none. */
static bool first_line(int from, char *line)
{
	size_t n = 0;

	while (n < LINE - 1) {
		ssize_t got = read(from, &line[n], 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
	return n > 0;
}

static int start(struct served *server, const struct scenario *s, struct err *err)
{
	pid_t self = getpid();
	int ends[2];

	if (pipe(ends))
		return err_set(err, ERR_ENV, "no pipe: %s", strerror(errno));
	server->pid = fork();
	if (server->pid == 0) {
		(void)close(ends[0]);
		child(s, ends[1], self);
	}
	(void)close(ends[1]);
	if (server->pid < 0) {
		(void)close(ends[0]);
		return err_set(err, ERR_ENV, "no process for the server: %s", strerror(errno));
	}
	server->out = ends[0];
	if (!first_line(server->out, server->url))
		return err_set(err, ERR_ENV, "the server did not start");
	if (strncmp(server->url, "http://", 7) != 0)
		return err_set(err, ERR_ENV, "the server: %s", server->url);
	return 0;
}

/* ERR_ENV: it had ended before it was asked to. */
static int stop(struct served *server, struct err *err)
{
	int status = 0;
	bool early;

	if (server->pid <= 0)
		return 0;
	(void)close(server->out);
	early = waitpid(server->pid, &status, WNOHANG) == server->pid;
	if (early)
		return err_set(err, ERR_ENV, "the server ended early (%s %d)",
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	(void)kill(server->pid, SIGTERM);
	while (waitpid(server->pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* The limit holds for both sides alike; said before one of them says it of its own options. */
static int check_files(const struct scenario *s, struct err *err)
{
	unsigned long long needed = (unsigned long long)s->nodes + FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return err_set(err, ERR_ENV, "the limit of open files cannot be read");
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= needed)
		return 0;
	return err_set(err, ERR_ENV,
		"%u nodes and their server need %llu open files each, a process may have "
		"%llu: raise the limit (ulimit -Hn), or run fewer nodes",
		s->nodes, needed, (unsigned long long)limit.rlim_max);
}

int agree_live(const struct scenario *s, bool (*tell)(void *ctx, const struct hollow_view *v),
	void *ctx, struct fleet_result *r, struct hollow_view *last, struct err *err)
{
	struct served server = {0};
	struct access access = {0};
	struct err ending = {0};
	struct arena mem;
	struct hollow_params p = {.scenario = s,
		.access = &access,
		.http = WIRE_HTTP2,
		.connections = 1,
		.name = "agree",
		.pods_first = true,
		.tell = tell,
		.ctx = ctx};
	bool runs;
	int code;

	arena_init(&mem, 0);
	code = check_files(s, err);
	if (!code)
		code = start(&server, s, err);
	if (!code)
		code = access_from_flags(&access, server.url, NULL, NULL, &mem, err);
	runs = !code;
	if (!code)
		code = hollow_run(&p, r, last, err);
	if (stop(&server, &ending) && runs) {
		if (!code)
			fleet_result_fini(r);
		*err = ending;
		code = ERR_ENV;
	}
	arena_fini(&mem);
	return code;
}
