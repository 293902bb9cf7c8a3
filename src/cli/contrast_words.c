/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/contrast_words.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/models.h"
#include "report/format.h"
#include "report/table.h"

struct words {
	struct str out;
	char buf[8][FORMAT_BYTES]; /* a ring: several numbers in one call */
	unsigned next;
};

static char *room(struct words *w)
{
	return w->buf[w->next++ % 8];
}

static const char *rate(struct words *w, double value)
{
	return format_rate(room(w), FORMAT_BYTES, value);
}

static const char *seconds(struct words *w, double value)
{
	return format_seconds(room(w), FORMAT_BYTES, value);
}

static double number(const struct json *row, const char *key)
{
	return json_as_num(table_value(row, key));
}

/* The row of a design at a density; ttl < 0: any. */
static const struct json *row_of(
	const struct json *rows, const char *design, uint32_t pods, double ttl)
{
	const struct json *last = NULL;

	for (const struct json *row = json_child(rows); row; row = json_next(row)) {
		if (strcmp(json_as_str(json_get(row, "design")), design) != 0 ||
			number(row, "podsPerNode") != pods)
			continue;
		if (ttl < 0 || number(row, "ttlSeconds") == ttl)
			last = row;
	}
	return last;
}

/* From so many pods a node on polling costs the runtime more CPU than relisting; 0: never. */
static uint32_t break_even(const struct cost *cost, uint32_t containers)
{
	for (uint32_t pods = 1; pods <= PODS_MAX; pods++) {
		struct cost_load relist = cost_pattern(pods, containers, false);
		struct cost_load polling = cost_pattern(pods, containers, true);

		if (cost_of(cost, COST_RUNTIME, &polling) >
			cost_of(cost, COST_RUNTIME, &relist))
			return pods;
	}
	return 0;
}

/* "36", "4.9": how many times more. */
static const char *times(struct words *w, double more, double less)
{
	double factor = less > 0 ? more / less : 0;
	char *buf = room(w);

	(void)snprintf(buf, FORMAT_BYTES, "%.*f", factor < 9.95, factor);
	return buf;
}

/* The mean delay, if a death was seen at all. */
static void delays(struct words *w, const struct json *polling, const struct json *generic)
{
	if (!json_is_num(table_value(polling, "detectionSeconds.mean")) ||
		!json_is_num(table_value(generic, "detectionSeconds.mean")))
		return;
	str_addf(&w->out, ", sees a death after %s instead of %s",
		seconds(w, number(generic, "detectionSeconds.mean")),
		seconds(w, number(polling, "detectionSeconds.mean")));
}

static const char *cores(struct words *w, double value)
{
	char *buf = room(w);

	(void)snprintf(buf, FORMAT_BYTES, "%.4f", value);
	return buf;
}

static void cpu(struct words *w, const struct json *polling, const struct json *generic,
	const struct cost *cost, uint32_t containers)
{
	double before = number(polling, "cpuCoresPerNode.runtimeAdded");
	double after = number(generic, "cpuCoresPerNode.runtimeAdded");
	uint32_t even = break_even(cost, containers);

	if (after < before)
		str_addf(&w->out,
			" and adds %s instead of %s core to the runtime, %s times less "
			"(Docker's time: %d published, with the kubelet's)",
			cores(w, after), cores(w, before), times(w, before, after),
			CONTRAST_PUBLISHED_FACTOR);
	else
		str_addf(&w->out, " but adds %s core to the runtime where polling adds %s",
			cores(w, after), cores(w, before));
	if (even > 1)
		str_addf(&w->out,
			"; below %u pod%s a node nothing is won there: a burst every 10 s "
			"costs "
			"less than a wake-up every second",
			even, format_plural(even));
}

static void runtime_sentence(struct words *w, const struct json *rows, uint32_t pods,
	uint32_t containers, const struct cost *cost)
{
	const struct json *polling = row_of(rows, "polling", pods, -1);
	const struct json *generic = row_of(rows, "generic", pods, -1);
	double before = number(polling, "callsPerSecondPerNode");
	double after = number(generic, "callsPerSecondPerNode");

	str_addf(&w->out,
		"At %u pod%s a relist every second makes %s times fewer calls than polling "
		"(%s/s for %s; whole kubelet %s for %s)",
		pods, format_plural(pods), times(w, before, after), rate(w, after),
		rate(w, before), rate(w, number(generic, "wholeKubeletPerNode")),
		rate(w, number(polling, "wholeKubeletPerNode")));
	delays(w, polling, generic);
	if (cost)
		cpu(w, polling, generic, cost, containers);
	str_add(&w->out, ".");
}

/* Less than 2 % is no saving. */
static const char *saved(struct words *w, double before, double after)
{
	char *buf = room(w);

	if (after > 0.98 * before)
		return "nothing saved";
	(void)format_percent(buf, FORMAT_BYTES, after / before - 1);
	return buf;
}

/* "60 to 90 s", or "10 s" without jitter: from a pod's sync to its next. */
static const char *sync_span(struct words *w, const struct kubelet_model *k)
{
	double least = (double)k->worker.sync_frequency / 1e9;
	double most = least * (1 + (double)k->worker.sync_jitter / PPM);
	char *buf = room(w);

	if (k->worker.sync_jitter > 0)
		(void)snprintf(buf, FORMAT_BYTES, "%.0f to %.0f s", least, most);
	else
		(void)snprintf(buf, FORMAT_BYTES, "%.0f s", least);
	return buf;
}

static void object_sentence(struct words *w, const struct json *rows, uint32_t pods,
	const struct kubelet_model *kubelet)
{
	const struct json *get = row_of(rows, "get", pods, -1);
	const struct json *cache = row_of(rows, "cache", pods, -1);
	const struct json *minute = row_of(rows, "cache", pods, 60);
	const struct json *watch = row_of(rows, "watch", pods, -1);
	double gets = number(get, "requestsPerSecond.mean");
	double cached = number(cache, "requestsPerSecond.mean");

	if (gets <= 0) {
		str_addf(&w->out, "In so short a time no pod asked for its secret: there is "
				  "nothing to compare.");
		return;
	}
	if (number(cache, "ttlSeconds") > 0)
		str_addf(&w->out,
			"Of the %s requests/s of a GET per pod the cache with the cluster's "
			"TTL of %.0f s makes %s (%s; %s pods of a node share a secret)",
			rate(w, gets), number(cache, "ttlSeconds"), rate(w, cached),
			saved(w, gets, cached), rate(w, number(cache, "sharingFactor")));
	else
		str_addf(&w->out,
			"A cluster of this size is given a TTL of 0 s, with which the cache "
			"keeps nothing: %s requests/s, where a GET per pod makes %s (%s pods "
			"of a node share a secret)",
			rate(w, cached), rate(w, gets),
			rate(w, number(cache, "sharingFactor")));
	if (minute && minute != cache)
		str_addf(&w->out, "; with 60 s it would be %s (%s)",
			rate(w, number(minute, "requestsPerSecond.mean")),
			saved(w, gets, number(minute, "requestsPerSecond.mean")));
	str_addf(&w->out,
		"; a TTL below the %s from sync to sync saves nothing where no pods of "
		"a node share the secret, and a watch saves every GET but %s watches stay open "
		"and %s/s are opened anew.",
		sync_span(w, kubelet),
		format_count(room(w), FORMAT_BYTES, number(watch, "openWatches")),
		rate(w, number(watch, "reopensPerSecond")));
}

struct json *contrast_words(const struct json *runtime, const struct json *objects,
	uint32_t pods, const struct scenario *base, const struct cost *cost)
{
	struct json *list = json_array();
	struct words w = {0};

	runtime_sentence(&w, runtime, pods, base->workload.containers, cost);
	json_append_str(list, str_text(&w.out));
	str_reset(&w.out);
	object_sentence(&w, objects, pods, &base->kubelet);
	json_append_str(list, str_text(&w.out));
	str_fini(&w.out);
	return list;
}
