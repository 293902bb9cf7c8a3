/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/estimate_load.h"

#include <string.h>

#include "apiserver/ttl.h"
#include "models/feature.h"
#include "models/tables.h"

/* What features are laid over where nobody says another, here and in the command that
 * simulates them. */
#define ESTIMATE_SCENARIO "quiet-5000x30"
#define CHURN_MAX         INT64_C(1000000000)

static const uint32_t default_nodes[] = {100, 1000, 5000};
enum { DEFAULT_PODS = 30 };
#define NONE UINT32_MAX

/* ------------------------------------------------------------------ the cluster */

/* What nobody said, and which it is then: readers take a figure for that of their cluster. */
static void take_defaults(struct estimating *e)
{
	struct estimate_options *o = &e->o;

	if (o->nodes.n == 0) {
		o->nodes.n = sizeof(default_nodes) / sizeof(default_nodes[0]);
		memcpy(o->nodes.value, default_nodes, sizeof(default_nodes));
	}
	o->pods = o->pods_given.given ? (uint32_t)o->pods_given.value : DEFAULT_PODS;
	if (!o->pods_given.given)
		str_addf(&e->defaults, " --pods-per-node %u", o->pods);
	if (!o->churn) {
		o->churn = o->pods > 0 ? "100/s" : "0/s";
		str_addf(&e->defaults, " --churn %s", o->churn);
	}
	if (!o->kubelet) {
		o->kubelet = "v1.36";
		str_addf(&e->defaults, " --kubelet %s", o->kubelet);
	}
}

/* The same from a scenario.  Pods that come and go there do so in a cluster of any size. */
static int take_scenario(struct estimating *e, struct err *err)
{
	struct estimate_options *o = &e->o;
	struct scenario *s = ARENA_NEW(&e->mem, struct scenario);
	struct model resolved = {0};
	struct str churn = {0};
	int64_t milli;

	if (scenario_load(&e->lib, o->scenario, &(struct settings){0}, s, &resolved, err))
		return ERR_INPUT;
	if (o->nodes.n == 0)
		o->nodes = (struct opt_counts){.n = 1, .value = {s->nodes}};
	o->pods = o->pods_given.given ? (uint32_t)o->pods_given.value : s->workload.pods;
	if (!o->churn) {
		milli = o->pods > 0 && s->workload.replace_pod_every > 0
				? (int64_t)((double)s->nodes * 1e12 /
						    (double)s->workload.replace_pod_every +
					    0.5)
				: 0;
		str_addf(&churn, "%lld.%03lld/s", (long long)(milli / 1000),
			(long long)(milli % 1000));
		o->churn = arena_strdup(&e->mem, str_text(&churn));
		str_fini(&churn);
	}
	return 0;
}

/* Whether a rate has more decimals than are kept, and so would become another, or none. */
static bool is_too_fine(const char *rate, int64_t milli)
{
	size_t zeros = strspn(rate, "0.");
	bool zero = !rate[zeros] || strchr("eE", rate[zeros]);
	int64_t fine;

	if (decimal_parse(rate, 12, &fine, NULL))
		return false;
	return fine != milli * INT64_C(1000000000) || (fine == 0 && !zero);
}

/* "100/s", "0.5/s", "100". */
static int read_churn(struct estimating *e, struct err *err)
{
	const char *text;
	size_t len;

	text = e->o.churn;
	len = strlen(text);
	if (len > 2 && !strcmp(text + len - 2, "/s"))
		text = arena_strndup(&e->mem, text, len - 2);
	if (decimal_parse(text, 3, &e->in.churn_milli, err) || e->in.churn_milli < 0 ||
		e->in.churn_milli > CHURN_MAX)
		return err_set(err, ERR_INPUT,
			"--churn '%.40s': a rate of pods is needed, as in 100/s or 0/s, up to "
			"1000000/s",
			e->o.churn);
	if (is_too_fine(text, e->in.churn_milli))
		return err_set(err, ERR_INPUT,
			"--churn '%.40s': three decimals at most are allowed, 0.001/s is the "
			"least beside 0/s",
			e->o.churn);
	if (e->o.pods == 0 && e->in.churn_milli > 0)
		return err_set(err, ERR_INPUT,
			"--churn '%.40s': nodes have no pods that could come and go; 0/s goes "
			"with --pods-per-node 0",
			e->o.churn);
	return 0;
}

/* ------------------------------------------------------------------ what is set */

/* The cluster is the command's to say: what else sets it would be overruled in silence. */
static const struct {
	const char *path, *flag;
} ours[] = {{"nodes", "nodes"}, {"workload.pods", "pods-per-node"},
	{"workload.replacePodEvery", "churn"}, {"kubelet", "kubelet"}};

/* Of the run, which a closed form has none of. */
static const char *const of_a_run[] = {"seed", "start", "script", "clusterNodes",
	"schedulerPodsPerSecond", "schedulerPairCost", "schedulerLooksAt"};

static bool is_of(const char *set, const char *path)
{
	size_t len = strlen(path);

	return !strncmp(set, path, len) && strchr("=.[", set[len]);
}

/* kubelet=NAME is the flag's; what is in the kubelet may be set. */
static int set_has_a_meaning(const char *set, struct err *err)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (is_of(set, ours[i].path) && set[strlen(ours[i].path)] == '=')
			return err_set(err, ERR_INPUT,
				"--set %.100s: estimate takes it from --%s", set, ours[i].flag);
	for (size_t i = 0; i < sizeof(of_a_run) / sizeof(of_a_run[0]); i++)
		if (is_of(set, of_a_run[i]))
			return err_set(err, ERR_INPUT,
				"--set %.100s: it is of a run, which a closed form is not; "
				"'nodetoll simulate' takes it",
				set);
	return 0;
}

static int leaves_cluster(const struct model *resolved, struct err *err)
{
	const struct doc_node *set = doc_get(resolved->spec, "set");

	for (const struct doc_node *e = set ? set->first : NULL; e; e = e->next)
		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			if (!strcmp(e->key, ours[i].path))
				return doc_error_key(e, err,
					"estimate takes '%s' from --%s, a feature cannot set "
					"it "
					"here",
					ours[i].path, ours[i].flag);
	return 0;
}

/* ------------------------------------------------------------------ scenarios */

/* A pod of a node is replaced so often; 0: never. */
ns_t estimate_replaced_every(const struct estimating *e, uint32_t nodes)
{
	if (e->in.churn_milli == 0 || e->o.pods == 0)
		return 0;
	return (ns_t)((double)nodes * 1e12 / (double)e->in.churn_milli);
}

const char *estimate_base(const struct estimating *e)
{
	return e->o.scenario ? e->o.scenario : ESTIMATE_SCENARIO;
}

/* "kubelet.loops.NAME/scan.period=20s": of what a feature brings, which is not there without
 * it. */
static bool is_of_a_feature(const struct estimating *e, const char *set)
{
	static const char *const maps[] = {
		"kubelet.loops.", "kubelet.watches.", "kubelet.agents."};

	for (size_t m = 0; m < sizeof(maps) / sizeof(maps[0]); m++)
		for (uint32_t i = 0; i < e->in.n_features; i++) {
			const char *name = e->in.feature[i].resolved.name;
			const char *entry = set + strlen(maps[m]);
			size_t len = strlen(name);

			if (!strncmp(set, maps[m], strlen(maps[m])) &&
				!strncmp(entry, name, len) && strchr("/.=", entry[len]))
				return true;
		}
	return false;
}

/* What --set says but for one, and then the flags: of a scenario with the features, or without.
 */
static struct settings settings_of(struct estimating *e, bool with, uint32_t left_out)
{
	struct opt_texts *all = ARENA_NEW(&e->mem, struct opt_texts);
	struct settings sets;
	struct str text = {0};

	for (uint32_t i = 0; i < e->o.sets.n; i++)
		if (i != left_out && (with || !is_of_a_feature(e, e->o.sets.text[i])))
			all->text[all->n++] = e->o.sets.text[i];
	if (e->o.kubelet) {
		str_addf(&text, "kubelet=%s", e->o.kubelet);
		all->door[all->n] = "--";
		all->text[all->n++] = arena_strdup(&e->mem, str_text(&text));
		str_fini(&text);
	}
	str_addf(&text, "workload.pods=%u", e->o.pods);
	all->text[all->n++] = arena_strdup(&e->mem, str_text(&text));
	str_fini(&text);
	sets = common_settings(all, &(struct opt_texts){0}, NULL);
	if (with) {
		sets.with = e->with;
		sets.with_door = e->with_door;
		sets.n_with = e->in.n_features;
	}
	return sets;
}

static int load_one(struct estimating *e, const struct settings *sets, uint32_t nodes,
	struct scenario **s, struct err *err)
{

	*s = ARENA_NEW(&e->mem, struct scenario);
	if (scenario_load(&e->lib, estimate_base(e), sets, *s, &e->resolved, err))
		return ERR_INPUT;
	(*s)->nodes = nodes;
	(*s)->workload.replace_pod_every = estimate_replaced_every(e, nodes);
	return 0;
}

/* What the scenario brings would be told of as if these features brought it. */
static int has_no_feature(const struct estimating *e, const struct toll *toll, struct err *err)
{
	for (uint32_t i = 0; i < toll->n; i++)
		if (*toll->row[i].feature)
			return err_set(err, ERR_INPUT,
				"--scenario '%.100s': it has the feature '%.60s' already; "
				"features are laid over a scenario without calls of others",
				estimate_base(e), toll->row[i].feature);
	return 0;
}

static int load_size(struct estimating *e, struct estimate_size *size, struct err *err)
{
	struct settings without = settings_of(e, false, NONE),
			with = settings_of(e, true, NONE);
	ns_t ttl;

	if (load_one(e, &without, size->nodes, &size->without, err) ||
		load_one(e, &with, size->nodes, &size->with, err))
		return ERR_INPUT;
	ttl = ttl_of_size(&size->with->apiserver, size->nodes);
	size->before = ARENA_NEW(&e->mem, struct toll);
	size->after = ARENA_NEW(&e->mem, struct toll);
	toll_of(size->without, ttl, &e->mem, size->before);
	if (has_no_feature(e, size->before, err))
		return ERR_INPUT;
	toll_of(size->with, ttl, &e->mem, size->after);
	return 0;
}

/* Two files may be of one name, too. */
static int is_given_once(const struct estimating *e, uint32_t i, struct err *err)
{
	const char *name = e->in.feature[i].resolved.name;

	for (uint32_t other = 0; other < i; other++)
		if (!strcmp(e->in.feature[other].resolved.name, name))
			return err_set(err, ERR_INPUT,
				"%.200s: the feature '%.60s' is given already, by '%.200s'",
				e->with[i], name, e->with[other]);
	return 0;
}

static int load_features(struct estimating *e, const struct opt_line *line, struct err *err)
{
	if (line->n_arguments > ESTIMATE_FEATURES)
		return err_set(err, ERR_INPUT, "%u features, %d at most are allowed",
			line->n_arguments, ESTIMATE_FEATURES);
	for (uint32_t i = 0; i < line->n_arguments; i++) {
		e->with[i] = line->arguments[i];
		e->with_door[i] = "";
		e->in.feature[i].asked = line->arguments[i];
		if (feature_load(&e->lib, line->arguments[i], &e->in.feature[i].model,
			    &e->in.feature[i].resolved, &e->warnings, err) ||
			leaves_cluster(&e->in.feature[i].resolved, err) ||
			is_given_once(e, i, err))
			return ERR_INPUT;
	}
	e->in.n_features = line->n_arguments;
	return 0;
}

/* The limiters that are told of, and which bound a busy second. */
static bool has_same_limits(const struct kubelet_model *a, const struct kubelet_model *b)
{
	bool same = true;

	for (unsigned c = 0; c < CLIENTS && same; c++)
		same = client_limit(a, (enum client)c) == client_limit(b, (enum client)c) &&
		       a->client[c].burst == b->client[c].burst;
	return same;
}

static bool is_same(const struct toll *a, const struct toll *b)
{
	bool same = a->n == b->n;

	for (uint32_t i = 0; i < a->n && same; i++) {
		const struct toll_row *x = &a->row[i], *y = &b->row[i];

		same = x->rate == y->rate && x->bytes == y->bytes && x->told == y->told &&
		       x->listed == y->listed && x->failing == y->failing &&
		       x->rejected == y->rejected && !x->fails == !y->fails &&
		       !strcmp(x->words, y->words);
	}
	return same;
}

/* What changes no number here may change one of a simulation: better said than believed. */
static void warn_of_idle(struct estimating *e)
{
	struct estimate_size *last = &e->in.size[e->in.n_sizes - 1];

	for (uint32_t i = 0; i < e->o.sets.n; i++) {
		struct settings but_one = settings_of(e, true, i);
		struct toll *toll = ARENA_NEW(&e->mem, struct toll);
		struct model resolved = e->resolved;
		struct scenario *s;
		bool needed = load_one(e, &but_one, last->nodes, &s, NULL) != 0;

		e->resolved = resolved;
		if (needed)
			continue;
		toll_of(s, ttl_of_size(&s->apiserver, last->nodes), &e->mem, toll);
		if (is_same(toll, last->after) &&
			has_same_limits(&s->kubelet, &last->with->kubelet))
			str_addf(&e->warnings,
				"--set %s: warning: nothing comes of it in closed form\n",
				e->o.sets.text[i]);
	}
}

/* The largest is the last, however they were given. */
static void in_order(struct opt_counts *nodes)
{
	for (uint32_t i = 1; i < nodes->n; i++) {
		uint32_t is = nodes->value[i], at = i;

		for (; at > 0 && nodes->value[at - 1] > is; at--)
			nodes->value[at] = nodes->value[at - 1];
		nodes->value[at] = is;
	}
}

int estimate_load(struct estimating *e, const struct opt_line *line, struct err *err)
{
	int code = common_library(e->o.common.models, &e->lib, err);

	e->lib.mem = &e->mem;
	for (uint32_t i = 0; i < e->o.sets.n && !code; i++)
		code = set_has_a_meaning(e->o.sets.text[i], err);
	if (!code && e->o.scenario)
		code = take_scenario(e, err);
	else if (!code)
		take_defaults(e);
	if (!code)
		code = read_churn(e, err);
	if (!code)
		code = load_features(e, line, err);
	if (!code && e->o.nodes.n > ESTIMATE_SIZES)
		code = err_set(err, ERR_INPUT, "--nodes: %d cluster sizes at most are allowed",
			ESTIMATE_SIZES);
	if (code)
		return code;
	in_order(&e->o.nodes);
	e->in.n_sizes = e->o.nodes.n;
	for (uint32_t i = 0; i < e->in.n_sizes; i++) {
		e->in.size[i].nodes = e->o.nodes.value[i];
		code = load_size(e, &e->in.size[i], err);
		if (code)
			return code;
	}
	e->in.resolved = &e->resolved;
	warn_of_idle(e);
	return 0;
}
