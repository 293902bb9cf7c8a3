/* SPDX-License-Identifier: Apache-2.0 */
/* What runs on a node by the clock, or because something happened: the kubelet's loops and
 * watches, and those that a feature brings. */
#include <string.h>

#include "models/naming.h"
#include "models/tables.h"

#define HOUR (60 * NS_MIN)

static const struct word words_timer[] = {
	{"sliding", TIMER_SLIDING},
	{"ticker", TIMER_TICKER},
	{"sleep", TIMER_SLEEP},
};
static const struct word words_hook[] = {
	{"none", HOOK_NONE},
	{"housekeeping", HOOK_HOUSEKEEPING},
	{"containerGC", HOOK_CONTAINER_GC},
	{"imageCache", HOOK_IMAGE_CACHE},
	{"nodeStatus", HOOK_NODE_STATUS},
};
#define REC struct model_loop
static const struct field loop_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = sizeof(((REC *)0)->name), .flags = FIELD_KEY),
	FIELD(feature, "feature", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "that brought it; written when it is resolved"),
	FIELD(trigger, "trigger", FIELD_ENUM, .flags = FIELD_OPTIONAL,
		.words = words_trigger + 1, .n_words = TRIGGERS - 1,
		.otherwise = TRIGGER_PERIOD, /* which is words_trigger[0] */
		.help = "what a round follows upon; without it, its timer"),
	FIELD(nodes, "nodes", FIELD_RATIO, .flags = FIELD_OPTIONAL, .min = 1, .max = PPM,
		.help = "share of the nodes that have it"),
	FIELD(timer, "timer", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_timer,
		.n_words = COUNT_OF(words_timer), .otherwise = TIMER_SLIDING,
		.help = "sliding: end of a round + period; ticker: fixed phase; sleep: as "
			"sliding"),
	FIELD(period, "period", FIELD_DURATION, .flags = FIELD_OPTIONAL, .max = 24 * HOUR,
		.help = "of the timer"),
	FIELD(jitter, "jitter", FIELD_RATIO, .flags = FIELD_OPTIONAL, .max = 10 * PPM,
		.help = "added at most, as a share of the period, drawn every time; a ticker "
			"has "
			"none"),
	FIELD(first, "first", FIELD_DURATION, .flags = FIELD_OPTIONAL, .otherwise = -1,
		.help = "first round of a timer; at once, a ticker after one period"),
	FIELD(on_request, "onRequest", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "of the kubelet's own: runs when its metrics are read; in the place of "
			"timer and trigger"),
	FIELD(in_sync_loop, "inSyncLoop", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "runs in the kubelet's one sync loop and blocks it"),
	FIELD(hook, "hook", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_hook,
		.n_words = COUNT_OF(words_hook), .otherwise = HOOK_NONE,
		.help = "what the kubelet does beside the calls"),
	FIELD(work, "work", FIELD_DURATION, .flags = FIELD_OPTIONAL, .max = HOUR,
		.help = "what a round takes beside its calls"),
	FIELD(tries, "tries", FIELD_COUNT, .flags = FIELD_OPTIONAL, .otherwise = 1, .min = 1,
		.max = 100,
		.help = "of its requests, from the first again, if one of them fails"),
	FIELD(try_again_after, "tryAgainAfter", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.min = NS_MS, .max = 24 * HOUR,
		.help = "a round whose requests failed, all tries: when it is made again; "
			"without it the next one comes as always"),
	FIELD(hangs_up, "hangsUp", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "when the second try fails, its connection is closed: that of all the "
			"kubelet's clients, or of the agent whose client it is"),
	FIELD(calls, "calls", FIELD_LIST, .n_offset = offsetof(REC, n_calls),
		.size = sizeof(struct model_call), .limit = LOOP_CALLS,
		.sub = &table_model_call, .help = "made one after the other"),
};
#undef REC

/* The first of those fields that a loop has; NULL: none. */
static const struct doc_node *first_of(
	const struct doc_node *at, const char *const *names, size_t n)
{
	const struct doc_node *found = NULL;

	for (size_t i = 0; i < n && !found; i++)
		found = doc_get(at, names[i]);
	return found;
}

static int follows_its_timer(
	const struct model_loop *loop, const struct doc_node *at, struct err *err)
{
	const struct doc_node *period = doc_get(at, "period");

	if (!doc_get(at, "timer"))
		return doc_error(at, err, "'timer' is missing");
	if (loop->period < NS_MS)
		return doc_error(period ? period : at, err,
			period ? "a period is 1ms or longer" : "'period' is missing");
	return 0;
}

static int begins_how(const struct model_loop *loop, const struct doc_node *at, struct err *err)
{
	static const char *const other[] = {"timer", "period", "first", "trigger"};
	const struct doc_node *of_a_timer = first_of(at, other, 3);

	if (loop->on_request && first_of(at, other, 4))
		return doc_error(first_of(at, other, 4), err,
			"with 'onRequest' goes neither a trigger nor a timer");
	if (loop->on_request)
		return 0;
	if (!doc_get(at, "timer") && !doc_get(at, "trigger"))
		return doc_error(at, err,
			"no trigger: 'timer' and 'period' are needed, as in sliding and 10s, "
			"or 'trigger', as in podStart");
	if (loop->trigger == TRIGGER_PERIOD)
		return follows_its_timer(loop, at, err);
	if (of_a_timer)
		return doc_error(of_a_timer, err,
			"a round follows upon 'trigger', or upon a timer with 'period' and "
			"'first', not both");
	return 0;
}

/* What only the kubelet has: its sync loop, its caches, who reads its metrics. */
static int is_no_kubelets(const struct doc_node *at, struct err *err)
{
	static const char *const own[] = {"hook", "inSyncLoop", "onRequest"};
	const struct doc_node *found = first_of(at, own, COUNT_OF(own));

	return found ? doc_error_key(found, err,
			       "'hook', 'inSyncLoop' and 'onRequest' are for the kubelet's own "
			       "loops")
		     : 0;
}

/* "scan"; "node-feature-discovery/scan" once its feature is in a scenario. */
static int has_a_name(
	const char *name, const char *feature, const struct doc_node *at, struct err *err)
{
	size_t len = strlen(feature);
	bool prefixed = len && !strncmp(name, feature, len) && name[len] == '/';

	return naming_entry(at, prefixed ? name + len + 1 : name, err);
}

/* Only where the next round's time is drawn. */
static int jitters(const struct model_loop *loop, const struct doc_node *at, struct err *err)
{
	const struct doc_node *jitter = doc_get(at, "jitter");

	if (!jitter || loop->jitter == 0)
		return 0;
	if (loop->trigger != TRIGGER_PERIOD)
		return doc_error(jitter, err,
			"'jitter' is a share of the period, and a round that follows upon "
			"'trigger' has none");
	if (loop->timer == TIMER_TICKER)
		return doc_error(jitter, err,
			"a ticker keeps its phase: 'jitter' goes with the timers sliding and "
			"sleep");
	return 0;
}

static int again(const struct model_loop *loop, const struct doc_node *at, struct err *err)
{
	const struct doc_node *tries = doc_get(at, "tries");
	const struct doc_node *after = doc_get(at, "tryAgainAfter");

	for (uint32_t i = 0; i < loop->n_calls; i++)
		if (!call_is_runtime(loop->calls[i].call))
			return 0;
	if (loop->tries > 1 || loop->try_again_after)
		return doc_error(after   ? after
				 : tries ? tries
					 : at,
			err,
			"'tries' and 'tryAgainAfter' are of requests, and the loop has none");
	return 0;
}

/* A call that is made once a round has nothing to take a share of. */
static int shares(const struct model_loop *loop, const struct doc_node *call, struct err *err)
{
	for (uint32_t i = 0; call && i < loop->n_calls; i++, call = call->next)
		if (loop->calls[i].scope == SCOPE_NODE && loop->calls[i].share &&
			loop->calls[i].share < PPM)
			return doc_error_key(doc_get(call, "share"), err,
				"'share' is of the pods, containers, objects or namespaces "
				"that 'scope' names, and this call is made once a round; use "
				"'nodes' of its loop for a share of the nodes");
	return 0;
}

/* What follows upon something that happened to a pod is made for that pod. */
static int scopes(struct model_loop *loop, const struct doc_node *at, struct err *err)
{
	const struct doc_node *calls = doc_get(at, "calls");
	const struct doc_node *call = calls ? calls->first : NULL;

	if (loop->trigger == TRIGGER_PERIOD || loop->trigger == TRIGGER_KUBELET_START)
		return shares(loop, call, err);
	for (uint32_t i = 0; call && i < loop->n_calls; i++, call = call->next) {
		const struct doc_node *scope = doc_get(call, "scope");

		if (!scope)
			loop->calls[i].scope = SCOPE_POD;
		else if (loop->calls[i].scope == SCOPE_NODE)
			return doc_error(scope, err,
				"a call on %s is made for that pod: scope pod, container, "
				"object or namespace; 'node' goes with a period",
				word_of(words_trigger, TRIGGERS, loop->trigger));
	}
	return 0;
}

static int finish_loop(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct model_loop *loop = record;

	(void)r;
	if (has_a_name(loop->name, loop->feature, at, err) ||
		(*loop->feature && is_no_kubelets(at, err)) || begins_how(loop, at, err) ||
		jitters(loop, at, err) || scopes(loop, at, err) || again(loop, at, err))
		return ERR_INPUT;
	if (loop->trigger != TRIGGER_PERIOD || loop->on_request)
		loop->timer = TIMER_REQUEST;
	if (loop->first < 0)
		loop->first = loop->timer == TIMER_TICKER ? loop->period : 0;
	return 0;
}

const struct table table_loop = {
	.what = "loop",
	.field = loop_fields,
	.n = COUNT_OF(loop_fields),
	.finish = finish_loop,
};

static int finish_feature_loop(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	return is_no_kubelets(at, err) ? ERR_INPUT : finish_loop(r, record, at, err);
}

const struct table table_feature_loop = {
	.what = "loop",
	.field = loop_fields,
	.n = COUNT_OF(loop_fields),
	.finish = finish_feature_loop,
};

const struct word words_watch_scope[WATCH_SCOPES] = {
	{"cluster", WATCH_CLUSTER},
	{"node", WATCH_NODE},
};

#define REC struct model_watch
static const struct field watch_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = sizeof(((REC *)0)->name), .flags = FIELD_KEY),
	FIELD(list, "resource", FIELD_WATCHED, .help = "listed once, then watched"),
	FIELD(scope, "scope", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_watch_scope,
		.n_words = COUNT_OF(words_watch_scope), .otherwise = WATCH_CLUSTER,
		.help = "of all there are, as a watch without a selector; or of its node: the "
			"pods that are bound to it, the node itself, its lease"),
	FIELD(quorum, "quorum", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "the list has no resourceVersion=0: the API server reads etcd"),
	FIELD(feature, "feature", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "that brought it; written when it is resolved"),
	FIELD(change_every, "changeEvery", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.help = "mean time between changes that each watcher is told, of what the "
			"scenario "
			"does not change"),
	FIELD(bytes, "bytes", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 1 << 30,
		.help = "of an object that it is told of; without it, the API server's"),
};
#undef REC

static int finish_watch(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct model_watch *watch = record;

	(void)r;
	return has_a_name(watch->name, watch->feature, at, err);
}

const struct table table_watch = {
	.what = "watch",
	.field = watch_fields,
	.n = COUNT_OF(watch_fields),
	.finish = finish_watch,
};

#define REC struct model_agent
static const struct field agent_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_KEY),
	FIELD(qps_milli, "qps", FIELD_RATE, .min = 1,
		.help = "requests a second; -1 is no limit"),
	COUNT(burst, "burst", 1, 1000000, "requests at once"),
	FIELD(runs_on, "runsOn", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_runs_on,
		.n_words = COUNT_OF(words_runs_on), .otherwise = RUNS_EVERY_NODE,
		.help = "where it is: everyNode, or elsewhere, one for the cluster, whose "
			"limiter is not simulated"),
};
#undef REC
const struct table table_agent = TABLE("an agent", agent_fields);
