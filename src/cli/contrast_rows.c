/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_rows.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "estimate/objects.h"
#include "estimate/rates.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

static const char *pleg_name(enum pleg_design design)
{
	static const char *const names[PLEG_DESIGNS] = {
		"polling", "generic", "evented", "ondemand", "parallel"};

	return names[design];
}

const char *contrast_object_name(enum object_design design)
{
	static const char *const names[OBJECT_DESIGNS] = {
		"never", "get", "cache", "watch", "bulkwatch"};

	return names[design];
}

static struct json *mean_p99(const struct hist *h)
{
	struct json *o = json_object();

	json_put(o, "mean", h->n ? json_num(SECONDS(hist_mean(h))) : json_null());
	json_put(o, "p99", h->n ? json_num(SECONDS(hist_quantile(h, 990000))) : json_null());
	return o;
}

/* In a window of so many seconds; one that is shorter than the period says nothing of a mean.
 */
static bool holds(double window, double period)
{
	return window >= period * (1 - 1e-9);
}

/* A closed form, and why it does not hold if somebody knows that already. */
struct closed {
	const struct estimate *of;
	const char *fails;
	double window;
};

static void put_reason(struct json *row, const struct closed *c)
{
	char words[160];

	if (holds(c->window, c->of->period)) {
		json_put_str(row, "closedFormReason", c->fails);
		return;
	}
	(void)snprintf(words, sizeof(words), "%g s are less than the %.4g s %s", c->window,
		c->of->period, c->of->between);
	json_put_str(row, "closedFormReason", words);
}

static void put_closed(
	struct json *row, const char *name, double simulated, const struct closed *c)
{
	bool told = !c->fails && holds(c->window, c->of->period);
	double value = c->of->value;

	json_put(row, name, told ? json_num(value) : json_null());
	if (*c->of->formula)
		json_put_str(row, "closedFormula", c->of->formula);
	json_put(row, "closedFormDifference",
		told && value > 0 ? json_num(simulated / value - 1) : json_null());
	put_reason(row, c);
}

/* ------------------------------------------------------------------ the runtime half */

static const enum operation finding_out[] = {OP_LIST_PODSANDBOX, OP_PODSANDBOX_STATUS,
	OP_LIST_CONTAINERS, OP_CONTAINER_STATUS, OP_GET_CONTAINER_EVENTS, OP_INSPECT_CONTAINER,
	OP_REFRESH_CONTAINERS};

static uint64_t any_outcome(const struct tally_counts *c, unsigned class)
{
	uint64_t n = 0;

	for (unsigned o = 0; o < OUTCOME_N; o++)
		n += c->count[class][o];
	return n;
}

void contrast_count(const struct fleet_result *r, struct contrast_calls *calls)
{
	const struct tally_counts *c = &r->tally.window[0].in;
	uint64_t removals = any_outcome(c, OP_REMOVE_CONTAINER);
	uint64_t starts = any_outcome(c, OP_START_CONTAINER);

	*calls = (struct contrast_calls){0};
	for (size_t i = 0; i < sizeof(finding_out) / sizeof(finding_out[0]); i++)
		calls->operation[finding_out[i]] = any_outcome(c, finding_out[i]);
	/* The removal of a dead container asks for its status first, which finds out nothing.
	 */
	if (calls->operation[OP_CONTAINER_STATUS] >= removals)
		calls->operation[OP_CONTAINER_STATUS] -= removals;
	/* So does docker's start of a container look at what was started. */
	if (calls->operation[OP_INSPECT_CONTAINER] >= starts)
		calls->operation[OP_INSPECT_CONTAINER] -= starts;
	for (unsigned op = 0; op < OP_N; op++)
		calls->find_out += calls->operation[op];
	for (unsigned class = 0; class < CALL_API; class ++)
		calls->total += any_outcome(c, class);
}

static struct json *by_operation(const struct contrast_calls *calls, double seconds)
{
	struct json *o = json_object();

	for (unsigned op = 0; op < OP_N; op++)
		if (calls->operation[op])
			json_put_num(o, operation_name((enum operation)op),
				(double)calls->operation[op] / seconds);
	return o;
}

/* How often the runtime is woken: a relist, a burst of all pods' syncs; calls that follow one
 * another find it awake.  The cache refresher is counted apart: its pattern was not measured.
 */
static struct cost_load load_of(const struct scenario *s, const struct fleet_result *r,
	const struct contrast_calls *calls, double node_seconds)
{
	struct cost_load l = {0};
	uint64_t refreshes = calls->operation[OP_REFRESH_CONTAINERS];
	double listed = (double)r->tally.window[0].in.records / node_seconds;
	double a_list =
		(double)s->workload.pods * s->workload.containers + rates_dead_containers(s);

	l.wakeups = (double)r->relists[0] / node_seconds;
	/* What is counted as listed are containers; a relist lists as many sandboxes as pods.
	 */
	if (s->kubelet.interface == INTERFACE_CRI)
		listed += l.wakeups * s->workload.pods;
	if (s->kubelet.pleg.design == PLEG_POLLING)
		l.wakeups = 1 / SECONDS(s->kubelet.pleg.poll_period);
	l.calls = (double)(calls->find_out - refreshes) / node_seconds;
	l.records = listed - (double)refreshes / node_seconds * a_list;
	if (l.records < 0)
		l.records = 0;
	return l;
}

/* "containerd-1.6.20-cost"; of two that differ, both. */
static struct json *calibration_of(const struct contrast_cost *cost)
{
	const struct cost *runtime = cost->of[COST_RUNTIME], *kubelet = cost->of[COST_KUBELET];
	struct str both = {0};
	struct json *name;

	if (!runtime || !kubelet || !strcmp(runtime->calibration, kubelet->calibration))
		return json_str(runtime   ? runtime->calibration
				: kubelet ? kubelet->calibration
					  : NULL);
	str_addf(&both, "%s, %s", runtime->calibration, kubelet->calibration);
	name = json_str(str_text(&both));
	str_fini(&both);
	return name;
}

/* Why a figure is null. */
static struct json *missing(const struct scenario *s, const struct contrast_cost *cost)
{
	struct str words = {0};
	struct json *reason;

	if (!cost->of[COST_RUNTIME])
		str_addf(&words, "runtime %s has no calibration", s->runtime.name);
	if (!cost->of[COST_KUBELET])
		str_addf(&words, "%skubelet %s has none of its runtime's client",
			str_len(&words) ? ", " : "", s->kubelet.name);
	reason = json_str(str_len(&words) ? str_text(&words) : NULL);
	str_fini(&words);
	return reason;
}

static struct json *cpu_of(
	const struct scenario *s, const struct contrast_cost *cost, const struct cost_load *l)
{
	const struct cost *runtime = cost->of[COST_RUNTIME], *kubelet = cost->of[COST_KUBELET];
	double containers = (double)s->workload.pods * s->workload.containers;
	double added = runtime ? cost_of(runtime, COST_RUNTIME, l) : 0;
	struct json *o = json_object();

	json_put(o, "kubelet",
		kubelet ? json_num(cost_of(kubelet, COST_KUBELET, l)) : json_null());
	json_put(o, "runtime",
		runtime ? json_num(cost_idle(runtime, containers) + added) : json_null());
	json_put(o, "runtimeAdded", runtime ? json_num(added) : json_null());
	json_put(o, "calibration", calibration_of(cost));
	json_put(o, "reason", missing(s, cost));
	return o;
}

struct json *contrast_runtime_row(const struct scenario *s, const struct fleet_result *r,
	const struct contrast_rest *rest, const struct contrast_cost *cost)
{
	const struct tally_window *w = &r->tally.window[0];
	double seconds = SECONDS(w->until[0] - w->from[0]), node_seconds = seconds * s->nodes;
	struct json *row = json_object();
	struct contrast_calls calls;
	struct cost_load load;
	struct estimate closed;
	double rate;

	contrast_count(r, &calls);
	rates_find_out(s, &closed);
	load = load_of(s, r, &calls, node_seconds);
	rate = (double)calls.find_out / node_seconds;
	json_put_str(row, "design", pleg_name(s->kubelet.pleg.design));
	json_put_int(row, "podsPerNode", s->workload.pods);
	json_put_num(row, "callsPerSecondPerNode", rate);
	json_put_num(row, "callsPerSecondCluster", (double)calls.find_out / seconds);
	json_put_num(row, "wholeKubeletPerNode",
		(double)((int64_t)calls.total + rest->calls) / node_seconds);
	json_put(row, "wholeClosedFormPerNode",
		holds(seconds, closed.period) && holds(seconds, rest->closed.period)
			? json_num(closed.value + rest->closed.value + rates_restarts(s))
			: json_null());
	put_closed(row, "closedFormPerNode", rate, &(struct closed){&closed, NULL, seconds});
	json_put_num(row, "recordsPerSecondPerNode", (double)w->in.records / node_seconds);
	json_put(row, "byOperation", by_operation(&calls, seconds));
	json_put(row, "detectionSeconds", mean_p99(&r->detection));
	json_put(row, "cpuCoresPerNode", cpu_of(s, cost, &load));
	return row;
}

/* ------------------------------------------------------------------ the object half */

static const uint16_t object_calls[] = {API_GET_SECRETS, API_LIST_SECRETS, API_WATCH_SECRETS};
enum { OBJECT_CALLS = sizeof(object_calls) / sizeof(object_calls[0]) };

static double peak_second(const struct tally *t)
{
	uint64_t peak = 0;

	for (uint32_t second = 0; second < t->seconds; second++) {
		uint64_t n = 0;

		for (unsigned c = 0; c < OBJECT_CALLS; c++)
			n += tally_second(t, object_calls[c], second);
		peak = n > peak ? n : peak;
	}
	return (double)peak;
}

static void put_requests(
	struct json *row, const struct fleet_result *r, double seconds, double *mean)
{
	const struct tally_counts *c = &r->tally.window[0].in;
	struct json *o = json_object();
	uint64_t n = 0;

	for (unsigned i = 0; i < OBJECT_CALLS; i++)
		n += any_outcome(c, object_calls[i]);
	*mean = (double)n / seconds;
	json_put_num(o, "mean", *mean);
	json_put_num(o, "peak", peak_second(&r->tally));
	json_put(row, "requestsPerSecond", o);
	json_put_num(row, "getsPerSecond", (double)any_outcome(c, API_GET_SECRETS) / seconds);
	json_put_int(row, "openWatches", (int64_t)r->open_object_watches);
	json_put_num(
		row, "reopensPerSecond", (double)any_outcome(c, API_WATCH_SECRETS) / seconds);
}

struct json *contrast_object_row(
	const struct scenario *s, const struct fleet_result *r, ns_t ttl, struct arena *mem)
{
	const struct tally_window *w = &r->tally.window[0];
	struct json *row = json_object();
	struct objects_estimate objects;
	struct estimate closed;
	double mean, seconds = SECONDS(w->until[1] - w->from[1]);

	objects_estimate(s, ttl, mem, &objects);
	json_put_str(row, "design", contrast_object_name(s->kubelet.objects.design));
	if (s->kubelet.objects.design == OBJECT_CACHE)
		json_put_num(row, "ttlSeconds", SECONDS(ttl));
	json_put_int(row, "podsPerNode", s->workload.pods);
	put_requests(row, r, seconds, &mean);
	closed = (struct estimate){objects.requests, objects.period, objects.between, ""};
	put_closed(row, "closedForm", mean, &(struct closed){&closed, objects.fails, seconds});
	json_put_num(row, "nominal", objects.nominal);
	json_put_num(row, "distinctPerNode", (double)r->distinct_objects / s->nodes);
	json_put(row, "sharingFactor",
		r->distinct_objects
			? json_num((double)r->object_references / (double)r->distinct_objects)
			: json_null());
	json_put(row, "stalenessSeconds", mean_p99(&r->staleness));
	return row;
}

/* ------------------------------------------------------------------ the fit */

static struct json *cost_point(const struct cost_point *p, enum cost_party party)
{
	struct json *o = json_object();

	json_put_int(o, "podsPerNode", p->pods);
	json_put_str(o, "design", p->polling ? "polling" : "generic");
	json_put_bool(o, "fitted", p->fitted);
	json_put_num(o, "measured", p->measured[party]);
	json_put_num(o, "predicted", p->predicted[party]);
	json_put_num(o, "relativeError",
		p->measured[party] > 0 ? p->predicted[party] / p->measured[party] - 1 : 0);
	return o;
}

static struct json *cost_party(const struct cost *cost, enum cost_party party)
{
	struct json *points, *o;

	if (!cost)
		return json_null();
	points = json_array();
	o = json_object();
	json_put_num(o, "secondsPerWakeUp", cost->per[party][0]);
	json_put_num(o, "secondsPerCall", cost->per[party][1]);
	json_put_num(o, "secondsPerRecord", cost->per[party][2]);
	for (uint32_t i = 0; i < cost->n_points; i++)
		json_append(points, cost_point(&cost->point[i], party));
	json_put(o, "added", points);
	return o;
}

/* What polling adds over what relisting adds, at every measured density. */
static struct json *cost_ratios(const struct cost *cost)
{
	struct json *list = json_array();

	for (uint32_t i = 0; cost && i + 1 < cost->n_points; i++) {
		const struct cost_point *relist = &cost->point[i],
					*polling = &cost->point[i + 1];
		struct json *o;

		if (relist->polling || !polling->polling || relist->pods != polling->pods ||
			relist->measured[COST_RUNTIME] <= 0)
			continue;
		o = json_object();
		json_put_int(o, "podsPerNode", relist->pods);
		json_put_num(o, "measured",
			polling->measured[COST_RUNTIME] / relist->measured[COST_RUNTIME]);
		json_put_num(o, "predicted",
			polling->predicted[COST_RUNTIME] / relist->predicted[COST_RUNTIME]);
		json_append(list, o);
	}
	return list;
}

struct json *contrast_cost_json(const struct contrast_cost *cost)
{
	const struct cost *runtime = cost->of[COST_RUNTIME], *kubelet = cost->of[COST_KUBELET];
	struct json *o;

	if (!runtime && !kubelet)
		return json_null();
	o = json_object();
	json_put(o, "calibration", calibration_of(cost));
	json_put_int(o, "containersPerPod", (runtime ? runtime : kubelet)->containers);
	json_put(o, "runtime", cost_party(runtime, COST_RUNTIME));
	json_put(o, "kubelet", cost_party(kubelet, COST_KUBELET));
	json_put(o, "pollingOverGeneric", cost_ratios(runtime));
	return o;
}
