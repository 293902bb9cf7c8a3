/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report/classes.h"
#include "report/format.h"
#include "report/result_priv.h"

const char result_calls_note[] = "Bytes are of answers; - is a size that was not measured. A "
				 "request's latency begins when "
				 "the kubelet wants to send it,\nwith what its client's "
				 "limiter holds it back; a watch's "
				 "ends when it is open.\n";

static void live_failures(const struct json *l, struct str *out)
{
	double errors = json_as_num(json_get(l, "errors"));
	double unreadable = json_as_num(json_get(l, "errorsUnreadable"));
	char all[FORMAT_BYTES], lost[FORMAT_BYTES];

	if (errors <= 0)
		return;
	str_addf(out, "; %s request%s failed, %s of them without an answer",
		format_count(all, sizeof(all), errors), format_plural(errors),
		format_count(lost, sizeof(lost), json_as_num(json_get(l, "errorsUnanswered"))));
	if (unreadable > 0)
		str_addf(out, ", %s with one that cannot be read",
			format_count(lost, sizeof(lost), unreadable));
}

/* Codes whose requests count as refused. */
static bool is_refusal(const char *code)
{
	return *code == '4' && strcmp(code, "404") != 0 && strcmp(code, "410") != 0 &&
	       strcmp(code, "429") != 0;
}

static void live_refused(const struct json *l, struct str *out)
{
	double refused = json_as_num(json_get(l, "refused"));
	const char *before = " (";
	char n[FORMAT_BYTES];

	if (refused <= 0)
		return;
	str_addf(out, "; %s request%s refused", format_count(n, sizeof(n), refused),
		refused == 1 ? " was" : "s were");
	for (const struct json *c = json_child(json_get(l, "requestsByCode")); c;
		c = json_next(c)) {
		if (!is_refusal(json_key(c)))
			continue;
		str_addf(out, "%s%s: %s", before, json_key(c),
			format_count(n, sizeof(n), json_as_num(c)));
		before = ", ";
	}
	if (*before == ',')
		str_add_char(out, ')');
}

/* What was said of it while it ran. */
static void live_said(const struct json *l, struct str *out)
{
	for (const struct json *s = json_child(json_get(l, "said")); s; s = json_next(s))
		str_addf(out, "Meanwhile: %s.\n", json_as_str(s));
}

static double how_late(const struct json *lag, const char *what)
{
	return json_as_num(json_get(lag, what));
}

/* How late turns came, and the latest of them: it alone may be why it was too late. */
static void live_lag(const struct json *l, struct str *out)
{
	const struct json *lag = json_get(l, "lagSeconds"),
			  *start = json_get(l, "startLagSeconds");
	bool measured = how_late(lag, "count") > 0;
	char most[FORMAT_BYTES], all[FORMAT_BYTES];

	if (measured)
		str_addf(out, "; 99 %% of turns at most %s late, all of them at most %s",
			format_seconds(most, sizeof(most), how_late(lag, "p99")),
			format_seconds(all, sizeof(all), how_late(lag, "max")));
	if (how_late(start, "count") > 0)
		str_addf(out, "%s at most %s%s while nodes started",
			measured ? ", and" : "; turns",
			format_seconds(all, sizeof(all), how_late(start, "max")),
			measured ? "" : " late");
}

static const char *live_ended(const struct json *result, const struct json *l)
{
	if (json_as_bool(json_get(l, "whole")))
		return "";
	return json_as_num(json_get(result, "durationSeconds")) > 0
		       ? ", ended early"
		       : ", ended while nodes started, so nothing is measured";
}

/* Of a run on sockets: how it went, and whether its latencies are to be believed. */
static void live(const struct json *result, struct str *out)
{
	const struct json *l = json_get(result, "live");
	char nodes[FORMAT_BYTES], pods[FORMAT_BYTES];

	if (!l)
		return;
	str_addf(out, "On sockets%s: %s nodes ready, %s pods running at the end",
		live_ended(result, l),
		format_count(nodes, sizeof(nodes), json_as_num(json_get(l, "nodesReady"))),
		format_count(pods, sizeof(pods), json_as_num(json_get(l, "podsRunning"))));
	live_lag(l, out);
	live_failures(l, out);
	live_refused(l, out);
	str_add(out, ".\n");
	live_said(l, out);
	if (!json_as_bool(json_get(l, "keptTime")))
		str_add(out, "That is too late: the machine had too little for so many nodes, "
			     "and latencies are its own.\n");
}

/* " with kube-proxy, mine"; nothing of results that were saved before they told. */
static void with_features(const struct json *result, struct str *out)
{
	const struct json *first = json_child(json_get(result, "features"));

	for (const struct json *f = first; f; f = json_next(f))
		str_addf(out, "%s%s", f == first ? " with " : ", ", json_as_str(f));
}

void result_head(const struct json *result, struct str *out)
{
	char nodes[FORMAT_BYTES];

	str_addf(out, "Scenario %s",
		json_as_str(json_get(json_get(result, "metadata"), "name")));
	with_features(result, out);
	str_addf(out,
		": %s node%s with %.0f pod%s each, kubelet %s on %s, %.0f s after "
		"%.0f s, seed %.0f.\n",
		format_count(nodes, sizeof(nodes), json_as_num(json_get(result, "nodes"))),
		format_plural(json_as_num(json_get(result, "nodes"))),
		json_as_num(json_get(result, "podsPerNode")),
		format_plural(json_as_num(json_get(result, "podsPerNode"))),
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")),
		json_as_num(json_get(result, "durationSeconds")),
		json_as_num(json_get(result, "warmupSeconds")),
		json_as_num(json_get(result, "seed")));
	live(result, out);
}

static void leases(const struct json *tenths, struct str *out)
{
	char mean[FORMAT_BYTES];

	if (json_as_num(json_get(tenths, "max")) >= 10) /* of a few nodes it tells nothing */
		str_addf(out,
			"Leases renewed in a tenth of a second: %s in the mean, %.0f to %.0f, "
			"nine "
			"times of ten %.0f to %.0f.\n",
			format_rate(mean, sizeof(mean), json_as_num(json_get(tenths, "mean"))),
			json_as_num(json_get(tenths, "min")),
			json_as_num(json_get(tenths, "max")),
			json_as_num(json_get(tenths, "p5")),
			json_as_num(json_get(tenths, "p95")));
}

static void limiters(const struct json *list, struct str *out)
{
	char sent[FORMAT_BYTES], most[FORMAT_BYTES];

	for (const struct json *l = json_child(list); l; l = json_next(l))
		str_addf(out,
			"Client %s is one for the cluster, and its limiter is not simulated: "
			"%s/s were "
			"sent, %s/s is what it lets through%s.\n",
			json_as_str(json_get(l, "client")),
			format_rate(sent, sizeof(sent), json_as_num(json_get(l, "perSecond"))),
			format_rate(most, sizeof(most), json_as_num(json_get(l, "qps"))),
			json_as_bool(json_get(l, "over"))
				? ", so they would wait for ever longer"
				: "");
}

void result_foot(const struct json *result, struct str *out)
{
	const struct json *objects = json_get(result, "objects");
	const struct json *watches = json_get(result, "watches");
	const struct json *pods = json_get(result, "pods");
	const struct json *sharing = json_get(objects, "sharingFactor");
	const struct json *health = json_get(result, "health");
	char a[FORMAT_BYTES], b[FORMAT_BYTES], c[FORMAT_BYTES];

	str_addf(out, "\nWatches open at the end: %s, of objects %s.\n",
		format_count(a, sizeof(a), json_as_num(json_get(watches, "open"))),
		format_count(b, sizeof(b), json_as_num(json_get(watches, "ofObjects"))));
	if (json_as_num(json_get(pods, "httpProbes")) > 0)
		str_addf(out,
			"Probes over HTTP or TCP, of which runtime and API server know "
			"nothing: %s; "
			"changes of readiness: %s.\n",
			format_count(a, sizeof(a), json_as_num(json_get(pods, "httpProbes"))),
			format_count(
				b, sizeof(b), json_as_num(json_get(pods, "readinessChanges"))));
	leases(json_get(health, "leasesPerTenth"), out);
	limiters(json_get(result, "limiters"), out);
	if (json_is_num(sharing))
		str_addf(out, "Distinct objects per node %s, sharing factor %s.\n",
			format_rate(a, sizeof(a),
				json_as_num(json_get(objects, "distinctPerNode"))),
			format_rate(b, sizeof(b), json_as_num(sharing)));
	if (json_as_num(json_get(health, "notReadyNodes")) > 0)
		str_addf(out,
			"Nodes that were NotReady: %s (PLEG not healthy: %s, heartbeat late: "
			"%s).\n",
			format_count(
				a, sizeof(a), json_as_num(json_get(health, "notReadyNodes"))),
			format_count(
				b, sizeof(b), json_as_num(json_get(health, "notReadyByPleg"))),
			format_count(c, sizeof(c),
				json_as_num(json_get(health, "notReadyByHeartbeat"))));
	if (json_as_num(json_get(health, "unhealthyNodes")) > 0)
		str_addf(out, "Nodes whose PLEG is unhealthy at the end: %s.\n",
			format_count(
				a, sizeof(a), json_as_num(json_get(health, "unhealthyNodes"))));
}

static double sum_of(const struct json *list, const char *field)
{
	double n = 0;

	for (const struct json *row = json_child(list); row; row = json_next(row))
		n += json_as_num(json_get(row, field));
	return n;
}

void result_given_up(const struct json *result, struct str *out)
{
	const struct json *list = json_get(result, "requests");
	double closed = json_as_num(table_value(result, "health.connectionsClosed"));
	double n = sum_of(list, "givenUp");
	double waited = sum_of(list, "waitedForStream");
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (n > 0 || closed > 0)
		str_addf(out,
			"\nRequests that took longer than their client waits: %s; connections "
			"that kubelets closed because heartbeats failed: %s.\n",
			format_count(a, sizeof(a), n), format_count(b, sizeof(b), closed));
	if (waited > 0)
		str_addf(out,
			"\nRequests and watches that waited for a stream of their only "
			"connection: %s.\n",
			format_count(a, sizeof(a), waited));
}

/* A level with more seats than its own. */
static void borrowed(const struct json *row, struct str *out)
{
	const struct json *limit = json_get(row, "withBorrowed");
	double most = json_as_num(json_get(limit, "max"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (json_as_num(json_get(limit, "mean")) > json_as_num(json_get(row, "seats")))
		str_addf(out,
			"%s: %s seats in the mean with those borrowed, %s at most in one.\n",
			json_as_str(json_get(row, "name")),
			format_count(a, sizeof(a), json_as_num(json_get(limit, "mean"))),
			format_count(b, sizeof(b), most));
}

const char result_requests_title[] =
	"Requests that waited for their client's limiter or a stream, were rejected or failed";

static void requests(const struct json *result, enum show how, struct str *out)
{
	struct json *rows = result_request_rows(result);

	table_titled(how,
		&(struct titled_table){result_requests_title, result_request_columns, rows},
		out);
	json_free(rows);
	result_given_up(result, out);
}

/* Where there are several: one that is hot is seen beside the others. */
static void each_busy(const struct json *each, struct str *out)
{
	const struct json *one = json_child(each);

	if (!one || !json_next(one))
		return;
	for (const char *before = ": "; one; one = json_next(one), before = ", ")
		str_addf(out, "%s%.1f", before, 100 * json_as_num(one));
	str_add(out, " % of each server");
}

void result_servers_title(const struct json *result, struct str *out)
{
	const struct json *server = json_get(result, "apiserver");
	const struct json *busiest = json_get(server, "utilizationPeak");
	const struct json *by_form = table_value(result, "closedFormServers.utilization");
	char inside[FORMAT_BYTES], most[FORMAT_BYTES];

	str_addf(out, "API servers: %.0f (processors: %.0f, %.1f %% busy",
		json_as_num(json_get(server, "servers")),
		json_as_num(json_get(server, "processors")),
		100 * json_as_num(json_get(server, "utilization")));
	each_busy(json_get(server, "utilizationByServer"), out);
	if (json_is_num(by_form))
		str_addf(out, ", by the closed form %.1f %%", 100 * json_as_num(by_form));
	if (json_is_num(busiest))
		str_addf(out, ", %.1f %% in the busiest second", 100 * json_as_num(busiest));
	str_addf(out, "; requests inside: %s in the mean, %s at most in one)",
		format_rate(inside, sizeof(inside),
			json_as_num(table_value(server, "requestsInside.mean"))),
		format_count(most, sizeof(most),
			json_as_num(table_value(server, "requestsInside.max"))));
}

static void told(const struct json *watchers, struct str *out)
{
	double per_second = json_as_num(json_get(watchers, "toldPerSecond"));
	char a[FORMAT_BYTES], b[FORMAT_BYTES], c[FORMAT_BYTES];

	if (per_second > 0)
		str_addf(out,
			"Watchers: %s changes a second told, %.1f %% of the processors, %s "
			"late in "
			"the mean, %s at most.\n",
			format_rate(a, sizeof(a), per_second),
			100 * json_as_num(json_get(watchers, "utilization")),
			format_seconds(b, sizeof(b),
				json_as_num(table_value(watchers, "lateSeconds.mean"))),
			format_seconds(c, sizeof(c),
				json_as_num(table_value(watchers, "lateSeconds.max"))));
}

static void others(const struct json *rows, struct str *out)
{
	double rejected = sum_of(rows, "rejected"), failed = sum_of(rows, "failed");
	char a[FORMAT_BYTES], b[FORMAT_BYTES];

	if (!json_child(rows))
		return;
	str_add(out, "By no node, but by owners of pods and objects and by the scheduler: ");
	for (const struct json *row = json_child(rows); row; row = json_next(row))
		str_addf(out, "%s%s %s %s", row == json_child(rows) ? "" : ", ",
			format_count(a, sizeof(a), json_as_num(json_get(row, "offered"))),
			json_as_str(json_get(row, "verb")),
			json_as_str(json_get(row, "resource")));
	if (rejected > 0 || failed > 0)
		str_addf(out, "; %s tries were rejected, %s came to nothing",
			format_count(a, sizeof(a), rejected),
			format_count(b, sizeof(b), failed));
	str_add(out, ".\n");
}

/* A storm is the milder for it. */
static void turned_away(const struct json *result, double rejected, struct str *out)
{
	const char *cpu = json_as_str(table_value(result, "scenario.apiserver.costs.rejected"));

	if (rejected > 0 && (!cpu || !strcmp(cpu, "0s")))
		str_add(out, "What is not modelled: what it takes a processor to answer 429 "
			     "(apiserver.costs.rejected). It is nothing here, so storms are no "
			     "less than these.\n");
}

void result_below_levels(const struct json *result, struct str *out)
{
	struct json *rows = result_level_rows(result);

	others(table_value(result, "apiserver.others"), out);
	told(table_value(result, "apiserver.watchers"), out);
	for (const struct json *row = json_child(rows); row; row = json_next(row))
		borrowed(row, out);
	turned_away(result, sum_of(rows, "rejected") + sum_of(rows, "expired"), out);
	json_free(rows);
}

static void servers(const struct json *result, enum show how, struct str *out)
{
	struct json *rows = result_level_rows(result);
	struct str title = {0};

	result_servers_title(result, &title);
	table_titled(
		how, &(struct titled_table){str_text(&title), result_level_columns, rows}, out);
	str_fini(&title);
	json_free(rows);
	result_below_levels(result, out);
}

const char result_slo_title[] =
	"Objectives of Kubernetes, at the API server and by every class of calls";

static void storage(const struct json *result, enum show how, struct str *out)
{
	struct json *rows = result_storage_rows(result);
	struct str title = {0};

	if (json_child(rows))
		result_storage_title(result, &title);
	table_titled(how,
		&(struct titled_table){str_text(&title), result_storage_columns, rows}, out);
	result_storage_limit(result, out);
	str_fini(&title);
	json_free(rows);
}

/* Of a screen's width, as the note above it. */
enum { NOTE_WIDTH = 118 };

static void tables(const struct titled_table *list, size_t n, enum show how, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		table_titled(how, &list[i], out);
}

static void calls(const struct json *result, enum show how, struct str *out)
{
	struct json *closed = result_closed_rows(result);
	const struct titled_table beside = how == SHOW_MARKDOWN
						   ? result_closed_table(result, closed)
						   : result_closed_screen(result, closed);
	const struct titled_table list[] = {
		{"Calls to the container runtime", result_runtime_columns,
			json_get(result, "runtime")},
		{"Requests to the API server", result_api_columns, json_get(result, "api")},
	};

	tables(list, sizeof(list) / sizeof(list[0]), how, out);
	str_addf(out, how == SHOW_MARKDOWN ? "\n%s" : "%s", result_calls_note);
	classes_note(result, how == SHOW_MARKDOWN ? SIZE_MAX : NOTE_WIDTH, out);
	table_titled(how, &beside, out);
	json_free(closed);
}

struct saying {
	enum show how;
	struct str *out;
};

static void say(void *ctx, const char *line)
{
	const struct saying *s = ctx;

	str_addf(s->out, s->how == SHOW_MARKDOWN ? "**%s**  \n" : "%s\n", line);
}

void result_show(const struct json *result, enum show how, struct str *out)
{
	struct json *slo = result_slo_rows(result), *limits = result_limit_rows(result);
	struct json *budget = result_budget_rows(result), *times = result_span_rows(result);
	const struct titled_table list[] = {
		{result_slo_title, result_slo_columns, slo},
		{"How far they hold", result_limit_columns, limits},
		{"Where a pod's start goes", result_budget_columns, budget},
		{"Times", result_span_columns, times},
	};

	result_headline(result, say, &(struct saying){how, out});
	str_add(out, how == SHOW_MARKDOWN ? "\n" : "");
	result_head(result, out);
	calls(result, how, out);
	requests(result, how, out);
	servers(result, how, out);
	storage(result, how, out);
	tables(list, sizeof(list) / sizeof(list[0]), how, out);
	result_foot(result, out);
	json_free(slo);
	json_free(limits);
	json_free(budget);
	json_free(times);
}
