/* SPDX-License-Identifier: Apache-2.0 */
/* Users: whoever makes the namespaces, objects, nodes and pods that the scenario has, and
 * replaces pods; cleanup.c has what they delete at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hollow/chores.h"

/* ------------------------------------------------------------------ what has to be there */

static void write_namespace(const struct chore *c, struct address *a)
{
	str_add(&a->path, "/api/v1/namespaces");
	body_namespace(c->swarm, c->swarm->namespace[c->key], &a -> body);
}

static void write_namespace_read(const struct chore *c, struct address *a)
{
	address_path(&a->path, "namespaces", NULL);
	str_addf(&a->path, "/%s", c->swarm->namespace[c->key]);
}

static void on_namespace_read(struct chore *c, const struct wire_answer *a)
{
	made_namespace(c->swarm, c->key, made_by_us(c->swarm, a));
}

static void on_namespace(struct chore *c, const struct wire_answer *a)
{
	static const struct chore_kind read = {
		"GET", write_namespace_read, on_namespace_read, false};

	if (chore_is_in_doubt(c, a)) {
		struct chore *reading = chore_new(c->swarm, &read, NULL);

		reading->key = c->key;
		reading->may_fail = true;
	} else {
		made_namespace(c->swarm, c->key, chore_made(a));
	}
}

static void namespaces(struct swarm *s)
{
	static const struct chore_kind kind = {"POST", write_namespace, on_namespace, false};

	for (uint32_t i = 0; i < s->scenario.workload.namespaces; i++)
		chore_new(s, &kind, NULL)->key = i;
}

/* An object of the workload, in the namespace that its pods are in. */
static void put_object(const struct hollow *h, uint32_t object, uint32_t key, const char *ns,
	struct address *a)
{
	const struct workload_object *o = &h->swarm->scenario.workload.objects[object];
	bool secret = !strcmp(o->resource, "secrets");
	struct str name = {0};
	uint32_t ignored;

	(void)object_name(h, object, key, &name, &ignored);
	address_path(&a->path, o->resource, ns);
	body_object(secret ? "Secret" : "ConfigMap", str_text(&name), ns, &a->body);
	str_fini(&name);
}

static uint32_t namespace_of_shared(const struct chore *c)
{
	const struct workload_object *o = &c->swarm->scenario.workload.objects[c->object];

	return o->shared_by == SHARED_NAMESPACE ? c->key : 0;
}

static void write_shared(const struct chore *c, struct address *a)
{
	put_object(c->of, c->object, c->key, c->swarm->namespace[namespace_of_shared(c)], a);
}

static void on_shared(struct chore *c, const struct wire_answer *a)
{
	made_object(c, a, c->object, c->key, namespace_of_shared(c));
}

static void make_shared(struct hollow *h, uint32_t object, uint32_t key)
{
	static const struct chore_kind kind = {"POST", write_shared, on_shared, false};
	struct chore *c = chore_new(h->swarm, &kind, h);

	c->object = (uint8_t)object;
	c->key = key;
}

/* Objects that pods share; those of one pod are made with it. */
static void shared_objects(struct swarm *s)
{
	const struct workload_model *w = &s->scenario.workload;

	for (uint32_t o = 0; o < w->n_objects; o++) {
		if (w->objects[o].shared_by == SHARED_NAMESPACE)
			for (uint32_t k = 0; k < w->namespaces; k++)
				make_shared(s->hollow[0], o, k);
		if (w->objects[o].shared_by == SHARED_CLUSTER)
			make_shared(s->hollow[0], o, 0);
		if (w->objects[o].shared_by == SHARED_NODE)
			for (uint32_t i = 0; i < s->scenario.nodes; i++)
				make_shared(s->hollow[i], o, 0);
	}
}

static void write_node_read(const struct chore *c, struct address *a)
{
	address_path(&a->path, "nodes", NULL);
	str_addf(&a->path, "/%s", c->of->name);
}

static void on_node_read(struct chore *c, const struct wire_answer *a)
{
	made_node(c->of, made_by_us(c->swarm, a));
}

/* "uid" of the object, the first one in its metadata. */
static void on_node(struct chore *c, const struct wire_answer *a)
{
	static const struct chore_kind read = {"GET", write_node_read, on_node_read, false};
	const char *at = strstr(a->body, "\"uid\"");
	size_t n;

	if (chore_is_in_doubt(c, a))
		chore_new(c->swarm, &read, c->of)->may_fail = true;
	else
		made_node(c->of, chore_made(a));
	version_scan(a->body, c->of->version);
	if (!at || a->code == 409)
		return;
	at += 5 + strspn(at + 5, ": \"");
	n = strspn(at, "0123456789abcdefABCDEF-");
	if (n < HOLLOW_UID) {
		memcpy(c->of->uid, at, n);
		c->of->uid[n] = '\0';
	}
}

static void write_lease_read(const struct chore *c, struct address *a)
{
	address_path(&a->path, "leases", "kube-node-lease");
	str_addf(&a->path, "/%s", c->of->name);
}

static void on_lease(struct chore *c, const struct wire_answer *a)
{
	static const struct chore_kind read = {"GET", write_lease_read, on_lease, true};

	version_scan(a->body, c->of->lease);
	if (!strcmp(c->kind->method, "POST"))
		c->of->made_lease = made_beside(c, a);
	if (a->code == 409) /* of a run before */
		(void)chore_new(c->swarm, &read, c->of);
}

static void write_node(const struct chore *c, struct address *a)
{
	address_path(&a->path, "nodes", NULL);
	body_node(c->of, &a->body);
}

static void write_lease(const struct chore *c, struct address *a)
{
	address_path(&a->path, "leases", "kube-node-lease");
	body_lease(c->of, &a->body);
}

static void of_every_node(struct swarm *s, const struct chore_kind *kind)
{
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		(void)chore_new(s, kind, s->hollow[i]);
}

static void agents_start(struct swarm *s)
{
	s->zero = swarm_clock();
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		wakes_set(&s->due, i, node_next_at(&s->hollow[i]->node));
	swarm_next_timer(s);
}

/* In virtual time creating a pod takes none: who is created when kubelets start is there. */
static void pod_phase(struct swarm *s)
{
	for (uint32_t i = 0; s->params->pods_first && i < s->scenario.nodes; i++)
		node_script_begins(&s->hollow[i]->node);
	s->phase = agents_start;
	chores_next(s);
}

static void lease_phase(struct swarm *s)
{
	static const struct chore_kind kind = {"POST", write_lease, on_lease, true};

	of_every_node(s, &kind);
	s->phase = pod_phase;
	chores_next(s);
}

static void node_phase(struct swarm *s)
{
	static const struct chore_kind kind = {"POST", write_node, on_node, true};

	of_every_node(s, &kind);
	s->phase = lease_phase;
	chores_next(s);
}

static void object_phase(struct swarm *s)
{
	if (!s->params->only_others_pods)
		shared_objects(s);
	asked_objects(s);
	s->phase = node_phase;
	chores_next(s);
}

static void namespace_phase(struct swarm *s)
{
	if (!s->params->only_others_pods)
		namespaces(s);
	s->phase = object_phase;
	chores_next(s);
}

static void on_version(struct chore *c, const struct wire_answer *a)
{
	if (!strstr(a->body, "\"gitVersion\""))
		swarm_fail(c->swarm, err_set(c->swarm->err, ERR_ENV,
					     "server '%s' is no Kubernetes API server: GET "
					     "/version names no gitVersion",
					     c->swarm->params->access->server));
}

static void write_version(const struct chore *c, struct address *a)
{
	(void)c;
	str_add(&a->path, "/version");
}

void users_begin(struct swarm *s)
{
	static const struct chore_kind kind = {"GET", write_version, on_version, false};

	(void)chore_new(s, &kind, NULL);
	s->phase = namespace_phase;
	chores_next(s);
}

/* ------------------------------------------------------------------ pods */

/* The n-th of a pod's own objects; n_objects: it has no more. */
static uint32_t nth_own(const struct workload_model *w, uint32_t n)
{
	for (uint32_t o = 0; o < w->n_objects; o++)
		if (w->objects[o].shared_by == SHARED_POD && n-- == 0)
			return o;
	return w->n_objects;
}

static void pod_name(const struct chore *c, char name[HOLLOW_POD_NAME])
{
	(void)snprintf(name, HOLLOW_POD_NAME, "%s-%u-%u", c->of->name, c->pod, c->key);
}

static const char *namespace_of(const struct chore *c)
{
	return c->swarm->namespace[script_namespace(&c->of->node, c->pod, c->key)];
}

/* Its own objects, then the pod, bound to its node as by the scheduler. */
static void write_pod(const struct chore *c, struct address *a)
{
	uint32_t own = nth_own(&c->swarm->scenario.workload, c->step);

	if (c->step + 1 < c->steps) {
		put_object(c->of, own, c->pod, namespace_of(c), a);
	} else {
		char name[HOLLOW_POD_NAME];

		pod_name(c, name);
		address_path(&a->path, "pods", namespace_of(c));
		body_pod(c->of, c->pod, name, namespace_of(c), &a->body);
	}
}

static void write_delete(const struct chore *c, struct address *a)
{
	char name[HOLLOW_POD_NAME];

	pod_name(c, name);
	address_path(&a->path, "pods", namespace_of(c));
	str_addf(&a->path, "/%s", name);
	body_delete(NULL, -1, &a->body);
}

static void enqueue_delete(struct hollow *h, uint32_t pod, uint32_t generation)
{
	static const struct chore_kind kind = {"DELETE", write_delete, NULL, false};
	struct chore *c = chore_new(h->swarm, &kind, h);

	c->pod = pod;
	c->key = generation;
	chores_next(h->swarm);
}

static void pod_made(struct chore *c, const struct wire_answer *a)
{
	struct hollow_pod *p = &c->of->pod[c->pod];

	if (c->step + 1 < c->steps) { /* its own objects come first */
		made_object(c, a, nth_own(&c->swarm->scenario.workload, c->step), c->pod,
			script_namespace(&c->of->node, c->pod, c->key));
		return;
	}
	if (!p->coming || p->generation != c->key)
		return;
	p->coming = false;
	p->made = made_beside(c, a);
	if (p->unwanted)
		enqueue_delete(c->of, c->pod, c->key);
}

/* A chore's key is the pod's generation: the place may have another one by the time. */
static void create_pod(struct node *n, ns_t now, uint32_t pod)
{
	static const struct chore_kind kind = {"POST", write_pod, pod_made, false};
	struct hollow *h = (struct hollow *)n;
	const struct workload_model *w = &h->swarm->scenario.workload;
	struct hollow_pod *p = &h->pod[pod];
	struct chore *c = chore_new(h->swarm, &kind, h);
	char name[HOLLOW_POD_NAME];

	(void)now;
	c->pod = pod;
	c->key = n->script.churned;
	while (nth_own(w, c->steps) < w->n_objects)
		c->steps++;
	c->steps++;
	pod_name(c, name);
	pod_forget(h, pod);
	p->ours = p->coming = true;
	p->generation = n->script.churned;
	p->name = text_copy(name);
	p->namespace = script_namespace(n, pod, n->script.churned);
	chores_next(h->swarm);
}

/* A deletion that overtakes the creation would find nothing, and the pod would stay. */
static void delete_pod(struct node *n, ns_t now, uint32_t pod)
{
	struct hollow *h = (struct hollow *)n;
	struct hollow_pod *p = &h->pod[pod];

	(void)now;
	if (p->coming)
		p->unwanted = true;
	else
		enqueue_delete(h, pod, p->generation);
}

const struct node_world users_world = {.create_pod = create_pod, .delete_pod = delete_pod};
