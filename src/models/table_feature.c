/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of kind Feature holds. */
#include <string.h>

#include "models/feature.h"
#include "models/tables.h"

#define REC struct feature_replaces
static const struct field replaces_fields[] = {
	FIELD(loop, "loop", FIELD_TEXT, .size = LOOP_NAME, .flags = FIELD_OPTIONAL,
		.help = "of the kubelet: its name in models/kubelet"),
	FIELD(watch, "watch", FIELD_TEXT, .size = LOOP_NAME, .flags = FIELD_OPTIONAL,
		.help = "a standing watch of the kubelet"),
	FIELD(call, "call", FIELD_TEXT, .size = LOOP_NAME, .flags = FIELD_OPTIONAL,
		.help = "in every loop of the kubelet: 'get nodes', or a runtime operation"),
};
#undef REC

static int finish_replaces(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct feature_replaces *one = record;

	(void)r;
	if ((*one->loop != 0) + (*one->watch != 0) + (*one->call != 0) != 1)
		return doc_error(
			at, err, "what is replaced is one of 'loop', 'watch' and 'call'");
	return 0;
}

static const struct table replaces_table = {
	.what = "what is replaced",
	.field = replaces_fields,
	.n = COUNT_OF(replaces_fields),
	.finish = finish_replaces,
};

#define REC struct model_agent
static const struct field limiter_fields[] = {
	FIELD(qps_milli, "qps", FIELD_RATE, .min = 1,
		.help = "requests a second; -1 is no limit"),
	COUNT(burst, "burst", 1, 1000000, "requests at once"),
};
#undef REC
static const struct table limiter_table = TABLE("the limiter", limiter_fields);

#define REC struct feature_model
static const struct field feature_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the feature came from; written when it is resolved"),
	FIELD(title, "title", FIELD_TEXT, .size = sizeof(((REC *)0)->title),
		.flags = FIELD_OPTIONAL, .help = "what it is, in a line"),
	FIELD(sender, "sender", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "who makes the calls; the kubelet, or the feature itself if it has a "
			"limiter"),
	FIELD(runs_on, "runsOn", FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = words_runs_on,
		.n_words = COUNT_OF(words_runs_on), .otherwise = RUNS_EVERY_NODE,
		.help = "where its client is: everyNode, or elsewhere, one for the cluster: "
			"each node's share of its calls is made there then, and its limiter is "
			"not simulated; an estimate has it"),
	FIELD(limiter, "limiter", FIELD_MAP, .flags = FIELD_OPTIONAL, .sub = &limiter_table,
		.help = "of its own client, for calls with 'client: own'"),
	FIELD(loops, "loops", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_loops), .size = sizeof(struct model_loop),
		.limit = LOOPS_MAX, .sub = &table_feature_loop,
		.help = "what begins a round, and its calls"),
	FIELD(watches, "watches", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_watches), .size = sizeof(struct model_watch),
		.limit = WATCHES_MAX, .sub = &table_watch, .help = "standing watches"),
	FIELD(replaces, "replaces", FIELD_LIST, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_replaces), .size = sizeof(struct feature_replaces),
		.limit = REPLACES_MAX, .sub = &replaces_table,
		.help = "of what the kubelet does without it"),
	FIELD(name, "set", FIELD_IGNORED, .flags = FIELD_OPTIONAL,
		.help = "fields of the scenario by path, as with --set"),
};
#undef REC

static int has_limiter(
	const struct feature_model *f, const struct doc_node *at, struct err *err)
{
	for (uint32_t l = 0; l < f->n_loops; l++)
		for (uint32_t c = 0; c < f->loops[l].n_calls; c++)
			if (f->loops[l].calls[c].client == CLIENT_OWN && !f->limiter.burst)
				return doc_error(doc_get(at, "loops"), err,
					"a call has 'client: own', which needs a 'limiter' "
					"with qps and burst");
	return 0;
}

/* A client that is no node's passes no kubelet's limiter, and no node keeps its watches. */
static int is_somewhere(
	const struct feature_model *f, const struct doc_node *at, struct err *err)
{
	if (f->runs_on != RUNS_ELSEWHERE)
		return 0;
	if (!f->limiter.burst)
		return doc_error(doc_get(at, "runsOn"), err,
			"who runs elsewhere is a client of its own, which needs a 'limiter' "
			"with qps and burst");
	if (f->n_watches)
		return doc_error_key(doc_get(at, "watches"), err,
			"'watches' are open on every node, and this runs elsewhere");
	for (uint32_t l = 0; l < f->n_loops; l++)
		for (uint32_t c = 0; c < f->loops[l].n_calls; c++)
			if (f->loops[l].calls[c].client != CLIENT_OWN)
				return doc_error(doc_get(at, "loops"), err,
					"who runs elsewhere makes no call of a kubelet: "
					"loop '%.60s' needs 'client: own'",
					f->loops[l].name);
	return 0;
}

/* reflector.go: who watches lists first, watches again when that ends, and no limiter holds it
 * (request.go Watch).  Of who runs elsewhere no node keeps a watch open: it is told how often
 * one is opened. */
static int watches_apart(const struct reading *r, const struct feature_model *f,
	const struct doc_node *at, struct err *err)
{
	for (uint32_t l = 0; l < f->n_loops && f->runs_on != RUNS_ELSEWHERE; l++) {
		const struct doc_node *loop = doc_get(doc_get(at, "loops"), f->loops[l].name);
		const struct doc_node *call = doc_get(loop, "calls")->first;

		for (uint32_t c = 0; c < f->loops[l].n_calls; c++, call = call->next) {
			const struct call_name *name =
				&r->calls->name[f->loops[l].calls[c].call];

			if (!strcmp(name->verb, "watch"))
				return doc_error(doc_get(call, "api"), err,
					"a watch is no call of a loop, it stays open: write "
					"'watches: {%.60s: {resource: %s}}'",
					f->loops[l].name, name->resource);
		}
	}
	return 0;
}

static int finish_feature(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct feature_model *f = record;

	if (!f->n_loops && !f->n_watches && !f->n_replaces && !doc_get(at, "set"))
		return doc_error(at, err,
			"a feature that changes nothing: 'loops', 'watches', 'replaces' or "
			"'set' is needed");
	for (uint32_t l = 0; l < f->n_loops; l++)
		if (!f->loops[l].n_calls)
			return doc_error(
				doc_get(doc_get(doc_get(at, "loops"), f->loops[l].name),
					"calls"),
				err, "loop '%.60s' makes no call", f->loops[l].name);
	if (has_limiter(f, at, err) || is_somewhere(f, at, err))
		return ERR_INPUT;
	return watches_apart(r, f, at, err);
}

const struct table table_feature = {
	.what = "the feature",
	.field = feature_fields,
	.n = COUNT_OF(feature_fields),
	.finish = finish_feature,
};
