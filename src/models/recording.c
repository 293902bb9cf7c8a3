/* SPDX-License-Identifier: Apache-2.0 */
#include "models/recording.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/head.h"
#include "models/recording_priv.h"
#include "models/tables.h"
#include "models/tree.h"

static int check_phase(
	const struct recorded_phase *p, const struct doc_node *at, struct err *err)
{
	bool churns = p->replace_one_pod_every || p->update_one_secret_every;

	if (!p->n_rows)
		return doc_error_key(
			at, err, "phase '%.60s' has no counts: api, cri or wire", p->name);
	if (p->has[RECORDED_API] && !p->api_time)
		return doc_error_key(
			at, err, "'apiSeconds' is missing in phase '%.60s'", p->name);
	if ((p->has[RECORDED_CRI] || p->has[RECORDED_WIRE]) && !p->cri_time)
		return doc_error_key(
			at, err, "'criSeconds' is missing in phase '%.60s'", p->name);
	if (churns != (p->action == PHASE_CHURN))
		return doc_error_key(at, err,
			"phase '%.60s': action churn goes with replaceOnePodEverySeconds or "
			"updateOneSecretEverySeconds",
			p->name);
	return 0;
}

int recording_finish_phase(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct recorded_phase *p = record;
	uint32_t n = 0;

	for (uint32_t s = 0; s < RECORDED_SOURCES; s++)
		n += p->tree[s] ? p->tree[s]->n : 0;
	p->rows = ARENA_ARRAY(r->mem, struct recorded_row, n);
	for (uint32_t s = 0; s < RECORDED_SOURCES; s++)
		if (recording_read_rows(p, (enum recorded_source)s, err))
			return ERR_INPUT;
	return recording_read_means(p, err) ? ERR_INPUT : check_phase(p, at, err);
}

static int check_pods(const struct recorded_node *node, const struct doc_node *phase,
	const char *field, uint32_t pods, struct err *err)
{
	const struct doc_node *at = doc_get(phase, field);

	if (pods > node->pods)
		return doc_error(at ? at : phase, err,
			"phase '%.60s' is about %u pods, the node has %u", phase->key, pods,
			node->pods);
	return 0;
}

bool recorded_node_is_empty(const struct recorded_node *node)
{
	uint32_t i = 0;

	while (i < node->n_phases && node->phases[i].action == PHASE_NONE)
		i++;
	return i < node->n_phases && node->phases[i].action == PHASE_CREATE_ALL;
}

/* What a phase does needs pods that are there, or that are not. */
static int check_action(
	const struct recorded_phase *p, const struct doc_node *at, bool *there, struct err *err)
{
	const struct doc_node *action = doc_get(at, "action");

	if (p->action == PHASE_CREATE_ALL && *there)
		return doc_error(action ? action : at, err,
			"phase '%.60s' creates pods that are there already", p->name);
	if (p->action == PHASE_DELETE_ALL && !*there)
		return doc_error(action ? action : at, err,
			"phase '%.60s' deletes pods, and there are none", p->name);
	if (p->replace_one_pod_every && !*there)
		return doc_error(action ? action : at, err,
			"phase '%.60s' replaces pods, and there are none", p->name);
	*there = p->action == PHASE_CREATE_ALL || (*there && p->action != PHASE_DELETE_ALL);
	return 0;
}

static int check_start(const struct recorded_node *node, uint32_t i, const struct doc_node *at,
	struct err *err)
{
	const struct doc_node *starts = doc_get(at, "kubeletStarts");

	if (!node->phases[i].kubelet_starts || (i == 0 && recorded_node_is_empty(node)))
		return 0;
	return doc_error(starts ? starts : at, err,
		"phase '%.60s': kubelets start in the first phase, on a node without pods",
		node->phases[i].name);
}

/* The phases up to this one fit into a run, with what passes between them. */
static int check_time(
	const struct recorded_phase *p, const struct doc_node *at, ns_t *time, struct err *err)
{
	const char *longest = p->api_time >= p->cri_time ? "apiSeconds" : "criSeconds";
	const struct doc_node *field = doc_get(at, longest);

	*time += ns_max(p->api_time, p->cri_time);
	if (*time > RECORDED_TIME_MAX)
		return doc_error(field ? field : at, err,
			"phase '%.60s' makes the node's phases longer than the 72 h that are "
			"possible",
			p->name);
	return 0;
}

int recording_finish_node(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct recorded_node *node = record;
	const struct doc_node *phases = doc_get(at, "phases");
	const struct doc_node *phase = phases->first;
	bool there = !recorded_node_is_empty(node);
	ns_t time = 0;

	(void)r;
	if (!node->n_phases)
		return doc_error(phases, err, "node '%.60s' has no phases", node->name);
	for (uint32_t i = 0; i < node->n_phases; i++, phase = phase->next) {
		const struct recorded_phase *p = &node->phases[i];

		if (check_action(p, phase, &there, err) || check_start(node, i, phase, err) ||
			check_time(p, phase, &time, err) ||
			check_pods(node, phase, "pods", p->pods, err) ||
			check_pods(node, phase, "runningSeconds", p->running.pods, err) ||
			check_pods(node, phase, "goneSeconds", p->gone.pods, err))
			return ERR_INPUT;
	}
	return 0;
}

static struct model_loop *find_loop(struct kubelet_model *m, const char *name)
{
	for (uint32_t i = 0; i < m->n_loops; i++)
		if (!strcmp(m->loops[i].name, name))
			return &m->loops[i];
	return NULL;
}

/* Settings that a loop of the model carries. */
static void apply_loops(struct reading_recording *x)
{
	struct model_loop *status = find_loop(&x->rec.base.kubelet, "nodeStatus");
	struct model_loop *lease = find_loop(&x->rec.base.kubelet, "lease");

	if (status && x->status_period)
		status->period = x->status_period;
	if (status && x->status_report)
		for (uint32_t i = 0; i < status->n_calls; i++)
			if (status->calls[i].at_most_every)
				status->calls[i].at_most_every = x->status_report;
	if (lease && x->lease)
		lease->period =
			x->lease / 4; /* 1.20.2 kubelet.go: leases are renewed at 0.25 */
}

static int read_objects(struct reading *r, struct reading_recording *x, struct err *err)
{
	struct workload_model *w = &x->rec.base.workload;

	w->n_objects = 0;
	if (!x->objects)
		return 0;
	if (x->objects->kind != DOC_LIST || x->objects->n > OBJECTS_MAX)
		return doc_error(
			x->objects, err, "'objects' must be a list of at most %d", OBJECTS_MAX);
	for (const struct doc_node *at = x->objects->first; at; at = at->next) {
		memset(&w->objects[w->n_objects], 0, sizeof(w->objects[0]));
		if (table_read(r, &table_recorded_object, at, &w->objects[w->n_objects], err))
			return ERR_INPUT;
		w->n_objects++;
	}
	return 0;
}

/* A probe as in a pod's spec (exec: {...}, periodSeconds), or with its handler as a word. */
static int read_probe(const struct doc_node *at, struct workload_probe *probe, struct err *err)
{
	static const char *const known[] = {"exec", "httpGet", "tcpSocket", "grpc", "type",
		"kind", "name", "handler", "action", "periodSeconds", "initialDelaySeconds",
		"timeoutSeconds", "failureThreshold", "successThreshold", "container"};
	static const struct field period = {.name = "periodSeconds",
		.type = FIELD_SECONDS,
		.min = NS_S,
		.max = 24 * 60 * NS_MIN};
	static const struct field delay = {
		.name = "initialDelaySeconds", .type = FIELD_SECONDS, .max = 24 * 60 * NS_MIN};

	if (at->kind != DOC_MAP)
		return doc_error(
			at, err, "a probe is %s, a map is needed", doc_kind_name(at->kind));
	*probe = (struct workload_probe){
		.period = 10 * NS_S, .failure_threshold = 3}; /* Kubernetes' defaults */
	for (const struct doc_node *f = at->first; f; f = f->next) {
		const char *near;
		size_t i = 0;

		while (i < COUNT_OF(known) && strcmp(known[i], f->key) != 0)
			i++;
		near = str_nearest(f->key, known, COUNT_OF(known));
		if (i == COUNT_OF(known))
			return doc_error_key(f, err, "no '%.60s' in a probe%s%s%s", f->key,
				near ? "; did you mean '" : "", near ? near : "",
				near ? "'?" : "");
		if (!strcmp(f->key, "exec"))
			probe->exec |= !(f->kind == DOC_SCALAR && !strcmp(f->text, "false"));
		else if (f->kind == DOC_SCALAR && !strcmp(f->text, "exec"))
			probe->exec = true;
		else if (f->kind == DOC_SCALAR && !strncmp(f->text, "readiness", 9))
			probe->readiness = true;
		if (!strcmp(f->key, "periodSeconds") &&
			field_read_scalar(NULL, &period, f, &probe->period, err))
			return ERR_INPUT;
		if (!strcmp(f->key, "initialDelaySeconds") &&
			field_read_scalar(NULL, &delay, f, &probe->initial_delay, err))
			return ERR_INPUT;
	}
	return 0;
}

static int read_probes(struct reading_recording *x, struct err *err)
{
	struct workload_model *w = &x->rec.base.workload;

	w->n_probes = 0;
	if (!x->probes)
		return 0;
	if (x->probes->kind != DOC_LIST || x->probes->n > PROBES_MAX)
		return doc_error(
			x->probes, err, "'probes' must be a list of at most %d", PROBES_MAX);
	for (const struct doc_node *at = x->probes->first; at; at = at->next)
		if (read_probe(at, &w->probes[w->n_probes++], err))
			return ERR_INPUT;
	return 0;
}

int recording_finish(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct reading_recording *x = record;
	const struct doc_node *node = doc_get(at, "nodes")->first;

	if (!x->rec.n_nodes)
		return doc_error_key(doc_get(at, "nodes"), err, "the recording has no nodes");
	for (uint32_t i = 0; i < x->rec.n_nodes; i++, node = node->next)
		for (uint32_t k = 0; k < i; k++)
			if (!strcmp(x->rec.nodes[i].name, x->rec.nodes[k].name))
				return doc_error(node, err, "there are two nodes '%.60s'",
					x->rec.nodes[i].name);
	apply_loops(x);
	x->rec.base.workload.warning_event_per_sync = x->rec.warning_event ? 1 : 0;
	x->rec.base.workload.pull_always = x->pull == PULL_ALWAYS;
	return read_objects(r, x, err) ? ERR_INPUT : read_probes(x, err);
}

/* Puts the name that the recording gives a model into spec, with its place. */
static int take_name(struct arena *mem, const struct doc_node *map, const char *key,
	const char *field, struct doc_node *spec, struct err *err)
{
	const struct doc_node *at = doc_get(map, key);

	if (!at || at->kind != DOC_SCALAR)
		return doc_error(
			at ? at : map, err, "'%s', the name of a model, is missing", key);
	tree_put(mem, spec, field, doc_clone(mem, at));
	return 0;
}

/* Fills rec.base from the models that the recording names. */
static int take_models(const struct library *lib, const struct doc_node *root,
	const char *kubelet, struct recording *rec, struct err *err)
{
	static const char *const rest[][2] = {{"nodes", "1"}, {"duration", "10m"},
		{"warmup", "0"}, {"start", "atOnce"}, {"seed", "1"}, {"ttlAnnotation", "none"},
		{"apiserver", "v1.20"}, {"workload", "recorded-density"}};
	struct arena *mem = lib->mem;
	struct doc_node *spec = tree_empty(mem, DOC_MAP, NULL);
	const struct doc_node *settings = doc_get(root, "kubelet");
	const struct doc_node *runtime;
	int code;

	if (!settings || settings->kind != DOC_MAP)
		return doc_error(
			settings ? settings : root, err, "'kubelet', a map, is missing");
	if (take_name(mem, settings, "version", "kubelet", spec, err) ||
		take_name(mem, root, "runtime", "runtime", spec, err))
		return ERR_INPUT;
	if (kubelet)
		spec = tree_with(mem, spec, "kubelet", tree_given(mem, "kubelet", kubelet));
	tree_put(mem, spec, "name", tree_text(mem, rec->name));
	for (size_t i = 0; i < COUNT_OF(rest); i++)
		tree_put(mem, spec, rest[i][0], tree_text(mem, rest[i][1]));
	code = scenario_from_doc(lib, spec, NULL, &rec->base, &rec->resolved, err);
	/* Kubemark's hollow kubelets run without (hollow_kubelet.go GetHollowKubeletConfig). */
	runtime = doc_get(root, "runtime");
	if (!code && !strcmp(runtime->text, "kubemark-fake"))
		rec->base.kubelet.cgroups_per_qos = false;
	return code;
}

static int read_root(const struct library *lib, const struct doc_node *root,
	const char *kubelet, struct recording *rec, struct err *err)
{
	struct reading_recording *x = ARENA_NEW(lib->mem, struct reading_recording);
	struct reading r = {.mem = lib->mem, .calls = &x->rec.base.calls};
	int code;

	if (head_check(root, "Recording", &x->rec.name, err))
		return ERR_INPUT;
	x->rec.file = root->file;
	code = take_models(lib, root, kubelet, &x->rec, err);
	if (!code)
		code = table_read(&r, &table_recording, root, x, err);
	if (!code)
		*rec = x->rec;
	return code;
}

int recording_load(const struct library *lib, const char *path, const char *kubelet,
	struct recording *rec, struct err *err)
{
	struct doc_node *root = NULL;
	int code = doc_load(lib->mem, path, RECORDING_FILE_BYTES, &root, err);

	return code ? code : read_root(lib, root, kubelet, rec, err);
}

int recording_parse(const struct library *lib, const char *name, const char *text, size_t len,
	struct recording *rec, struct err *err)
{
	struct doc_node *root = NULL;
	int code = doc_parse(lib->mem, name, text, len, &root, err);

	return code ? code : read_root(lib, root, NULL, rec, err);
}

void recording_scenario(const struct recording *rec, uint32_t node, struct scenario *scenario)
{
	const struct recorded_node *n = &rec->nodes[node];

	*scenario = rec->base;
	scenario->workload.pods = n->pods;
	scenario->kubelet.objects.design = n->objects;
	scenario->ttl_annotation = n->ttl_annotation;
	scenario->nodes = 1;
	scenario->start = START_AT_ONCE;
}
