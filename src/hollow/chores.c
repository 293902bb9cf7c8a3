/* SPDX-License-Identifier: Apache-2.0 */
/* Users: whoever makes the namespaces, objects, nodes and pods that the scenario has, and
 * deletes them.  Their requests are chores in a queue, and no part of the measurements. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hollow/hollow_priv.h"

/* A server that has never answered may be of another kind: it is not asked that often. */
enum { CHORES_AT_ONCE = 64, CHORE_TRIES = 30, FIRST_TRIES = 2 };

/* ------------------------------------------------------------------ the queue */

static void chore_free(struct chore *c)
{
	free(c->path);
	free(c->body);
	c->path = c->body = NULL;
	c->next = c->swarm->free_chores;
	c->swarm->free_chores = c;
}

static struct chore *enqueue(
	struct swarm *s, const char *method, struct str *path, struct str *body)
{
	struct chore *c = s->free_chores;

	if (c) {
		s->free_chores = c->next;
	} else {
		c = ARENA_NEW(&s->mem, struct chore);
		c->older = s->all_chores;
		s->all_chores = c;
	}
	*c = (struct chore){.older = c->older,
		.swarm = s,
		.method = method,
		.path = str_take(path),
		.body = body && str_len(body) ? str_take(body) : NULL};
	*s->last_chore = c;
	s->last_chore = &c->next;
	return c;
}

/* What it wanted is so, whoever did it. */
static bool is_done(const struct chore *c, long code)
{
	return (code >= 200 && code < 300) || (code == 409 && !strcmp(c->method, "POST")) ||
	       (code == 404 && !strcmp(c->method, "DELETE"));
}

static bool is_worth_another(const struct chore *c, const struct wire_answer *a)
{
	bool passing = a->fault == WIRE_RESET || a->fault == WIRE_TIMED_OUT ||
		       (a->fault == WIRE_REFUSED && c->swarm->zero >= 0) || a->code == 429 ||
		       a->code >= 500;

	bool has_answered = c->swarm->view.user_requests > c->swarm->view.unanswered;

	return passing && c->tries < (has_answered ? CHORE_TRIES : FIRST_TRIES);
}

static int complain(const struct chore *c, const struct wire_answer *a)
{
	struct swarm *s = c->swarm;
	const char *server = s->params->access->server;
	char message[160] = "";
	const char *at = strstr(a->body, "\"message\":");

	if (a->fault == WIRE_REFUSED)
		return err_set(
			s->err, ERR_ENV, "server '%s' cannot be reached: %s", server, a->why);
	if (a->fault == WIRE_UNTRUSTED)
		return err_set(s->err, ERR_ENV, "server '%s': TLS failed: %s", server, a->why);
	if (a->fault != WIRE_ANSWERED)
		return err_set(s->err, ERR_ENV, "server '%s': %s %s: %s", server, c->method,
			c->path, a->why);
	if (a->code == 401)
		return err_set(s->err, ERR_ENV,
			"server '%s' does not know who asks (401): a token is missing, wrong "
			"or has expired",
			server);
	if (at && str_bad_byte(at, strlen(at)) == strlen(at))
		(void)snprintf(message, sizeof(message), ": %.*s",
			(int)strcspn(at + 10, "\n,}"), at + 10);
	return err_set(s->err, ERR_ENV, "server '%s': %s %s: %ld%s", server, c->method, c->path,
		a->code, message);
}

static void again(evutil_socket_t fd, short what, void *ctx)
{
	struct chore *c = ctx;

	(void)fd;
	(void)what;
	c->swarm->chores_under_way--;
	*c->swarm->last_chore = c;
	c->swarm->last_chore = &c->next;
	chores_next(c->swarm);
}

static void sleep_and_try(struct chore *c, const struct wire_answer *a)
{
	struct timeval tv = {.tv_sec = a->retry_after ? (time_t)(a->retry_after / NS_S) : 1};

	c->tries++;
	c->next = NULL;
	(void)event_base_once(c->swarm->base, -1, EV_TIMEOUT, again, c, &tv);
}

static void on_done(void *ctx, const struct wire_answer *a)
{
	struct chore *c = ctx;
	struct swarm *s = c->swarm;

	s->view.user_requests++;
	s->view.unanswered += a->fault != WIRE_ANSWERED;
	if (!is_done(c, a->code) && is_worth_another(c, a)) {
		sleep_and_try(c, a);
		return;
	}
	s->chores_under_way--;
	if (!is_done(c, a->code) && s->zero < 0 && !s->stops)
		swarm_fail(s, complain(c, a));
	else if (c->then)
		c->then(c, a);
	chore_free(c);
	chores_next(s);
}

static const struct wire_hooks hooks = {.done = on_done};

static void start(struct swarm *s, struct chore *c)
{
	char user[HOLLOW_NAME + 16] = "";

	if (c->hollow)
		(void)snprintf(user, sizeof(user), "system:node:%s", c->hollow->name);
	s->chores_under_way++;
	if (wire_send(s->wire,
		    &(struct wire_request){
			    .peer = c->hollow ? c->hollow->node.index : s->scenario.nodes,
			    .method = c->method,
			    .path = c->path,
			    .body = c->body,
			    .len = c->body ? strlen(c->body) : 0,
			    .user_agent = c->hollow ? "kubelet/nodetoll" : "nodetoll",
			    .user = c->hollow && s->params->impersonate ? user : NULL,
			    .groups = "system:nodes",
			    .timeout = 60 * NS_S,
			    .hooks = &hooks,
			    .ctx = c}))
		return;
	s->chores_under_way--;
	chore_free(c);
}

void chores_next(struct swarm *s)
{
	void (*phase)(struct swarm *) = s->phase;

	while (s->first_chore && s->chores_under_way < CHORES_AT_ONCE) {
		struct chore *c = s->first_chore;

		s->first_chore = c->next;
		if (!s->first_chore)
			s->last_chore = &s->first_chore;
		start(s, c);
	}
	if (s->first_chore || s->chores_under_way || !phase || s->code)
		return;
	s->phase = NULL;
	phase(s);
}

void chores_drop(struct swarm *s)
{
	while (s->first_chore) {
		struct chore *c = s->first_chore;

		s->first_chore = c->next;
		chore_free(c);
	}
	s->last_chore = &s->first_chore;
}

void chores_fini(struct swarm *s)
{
	for (struct chore *c = s->all_chores; c; c = c->older) {
		free(c->path);
		free(c->body);
	}
}

/* ------------------------------------------------------------------ what has to be there */

static void namespaces(struct swarm *s)
{
	for (uint32_t i = 0; i < s->scenario.workload.namespaces; i++) {
		struct str path = {0}, body = {0};

		str_add(&path, "/api/v1/namespaces");
		body_object("Namespace", s->namespace[i], NULL, &body);
		(void)enqueue(s, "POST", &path, &body);
	}
}

static struct chore *make_object(struct hollow *h, uint32_t object, uint32_t key)
{
	const struct workload_object *o = &h->swarm->scenario.workload.objects[object];
	bool secret = !strcmp(o->resource, "secrets");
	struct str path = {0}, body = {0}, name = {0};
	uint32_t ns;

	(void)object_name(h, object, key, &name, &ns);
	if (o->shared_by == SHARED_NAMESPACE)
		ns = key;
	(void)address_path(&path, o->resource, h->swarm->namespace[ns]);
	body_object(secret ? "Secret" : "ConfigMap", str_text(&name), h->swarm->namespace[ns],
		&body);
	str_fini(&name);
	return enqueue(h->swarm, "POST", &path, &body);
}

/* Objects that pods share; those of one pod are made with it. */
static void shared_objects(struct swarm *s)
{
	const struct workload_model *w = &s->scenario.workload;

	for (uint32_t o = 0; o < w->n_objects; o++) {
		if (w->objects[o].shared_by == SHARED_NAMESPACE)
			for (uint32_t k = 0; k < w->namespaces; k++)
				(void)make_object(s->hollow[0], o, k);
		if (w->objects[o].shared_by == SHARED_CLUSTER)
			(void)make_object(s->hollow[0], o, 0);
		if (w->objects[o].shared_by == SHARED_NODE)
			for (uint32_t i = 0; i < s->scenario.nodes; i++)
				(void)make_object(s->hollow[i], o, 0);
	}
}

/* "uid" of the object, the first one in its metadata. */
static void on_node(struct chore *c, const struct wire_answer *a)
{
	const char *at = strstr(a->body, "\"uid\"");
	size_t n;

	version_scan(a->body, c->hollow->version);
	if (!at || a->code == 409)
		return;
	at += 5 + strspn(at + 5, ": \"");
	n = strspn(at, "0123456789abcdefABCDEF-");
	if (n < HOLLOW_UID) {
		memcpy(c->hollow->uid, at, n);
		c->hollow->uid[n] = '\0';
	}
}

static void on_lease(struct chore *c, const struct wire_answer *a)
{
	struct str path = {0};
	struct chore *read;

	version_scan(a->body, c->hollow->lease);
	if (a->code != 409) /* of a run before */
		return;
	(void)address_path(&path, "leases", "kube-node-lease");
	str_addf(&path, "/%s", c->hollow->name);
	read = enqueue(c->swarm, "GET", &path, NULL);
	read->hollow = c->hollow;
	read->then = on_lease;
}

static void nodes(struct swarm *s)
{
	for (uint32_t i = 0; i < s->scenario.nodes; i++) {
		struct hollow *h = s->hollow[i];
		struct str path = {0}, body = {0};
		struct chore *c;

		(void)address_path(&path, "nodes", NULL);
		body_node(h, &body);
		c = enqueue(s, "POST", &path, &body);
		c->hollow = h;
		c->then = on_node;
	}
}

static void leases(struct swarm *s)
{
	for (uint32_t i = 0; i < s->scenario.nodes; i++) {
		struct hollow *h = s->hollow[i];
		struct str path = {0}, body = {0};
		struct chore *c;

		(void)address_path(&path, "leases", "kube-node-lease");
		body_lease(h, &body);
		c = enqueue(s, "POST", &path, &body);
		c->hollow = h;
		c->then = on_lease;
	}
}

static void agents_start(struct swarm *s)
{
	s->zero = swarm_clock();
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		wakes_set(&s->due, i, node_next_at(&s->hollow[i]->node));
	swarm_next_timer(s);
}

static void lease_phase(struct swarm *s)
{
	leases(s);
	s->phase = agents_start;
	chores_next(s);
}

static void node_phase(struct swarm *s)
{
	nodes(s);
	s->phase = lease_phase;
	chores_next(s);
}

static void object_phase(struct swarm *s)
{
	if (!s->params->only_others_pods)
		shared_objects(s);
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

void chores_begin(struct swarm *s)
{
	struct str path = {0};

	str_add(&path, "/version");
	enqueue(s, "GET", &path, NULL)->then = on_version;
	s->phase = namespace_phase;
	chores_next(s);
}

/* ------------------------------------------------------------------ pods */

static void make_pod(struct hollow *h, uint32_t pod)
{
	struct str path = {0}, body = {0};

	(void)address_path(&path, "pods", pod_namespace(h, pod));
	body_pod(h, pod, &body);
	(void)enqueue(h->swarm, "POST", &path, &body);
}

static void on_object(struct chore *c, const struct wire_answer *a)
{
	(void)a;
	if (--c->of->pod[c->pod].awaited == 0)
		make_pod(c->of, c->pod);
}

/* A pod's own objects, then the pod, bound to its node as by the scheduler. */
static void create_pod(struct node *n, ns_t now, uint32_t pod)
{
	struct hollow *h = (struct hollow *)n;
	const struct workload_model *w = &h->swarm->scenario.workload;
	struct hollow_pod *p = &h->pod[pod];
	char name[HOLLOW_NAME + 32];

	(void)now;
	(void)snprintf(name, sizeof(name), "%s-%u-%u", h->name, pod, n->script.churned);
	free(p->name);
	free(p->containers);
	free(p->objects);
	*p = (struct hollow_pod){.ours = true,
		.name = text_copy(name),
		.namespace = script_namespace(n, pod, n->script.churned)};
	for (uint32_t o = 0; o < w->n_objects; o++) {
		struct chore *c;

		if (w->objects[o].shared_by != SHARED_POD)
			continue;
		p->awaited++;
		c = make_object(h, o, pod);
		c->of = h;
		c->pod = pod;
		c->then = on_object;
	}
	if (p->awaited == 0)
		make_pod(h, pod);
	chores_next(h->swarm);
}

static void delete_pod(struct node *n, ns_t now, uint32_t pod)
{
	struct hollow *h = (struct hollow *)n;
	struct str path = {0}, body = {0};

	(void)now;
	(void)address_path(&path, "pods", pod_namespace(h, pod));
	str_addf(&path, "/%s", h->pod[pod].name);
	body_delete(NULL, -1, &body);
	(void)enqueue(h->swarm, "DELETE", &path, &body);
	chores_next(h->swarm);
}

const struct node_world chores_world = {.create_pod = create_pod, .delete_pod = delete_pod};

/* ------------------------------------------------------------------ the end */

static void over(struct swarm *s)
{
	s->ended = true;
	(void)event_base_loopbreak(s->base);
}

static void remove_at(struct swarm *s, const char *resource, const char *ns, const char *name)
{
	struct str path = {0}, body = {0};

	(void)address_path(&path, resource, ns);
	str_addf(&path, "/%s", name);
	body_delete(NULL, 0, &body);
	(void)enqueue(s, "DELETE", &path, &body);
}

static void remove_pods(struct hollow *h)
{
	for (uint32_t p = 0; p < h->swarm->plan.places; p++)
		if (h->pod[p].name && h->pod[p].ours)
			remove_at(h->swarm, "pods", pod_namespace(h, p), h->pod[p].name);
}

static void remove_objects(struct swarm *s, struct hollow *h)
{
	const struct workload_model *w = &s->scenario.workload;

	for (uint32_t o = 0; o < w->n_objects; o++)
		for (uint32_t p = 0; p < s->plan.places; p++) {
			uint32_t ns, key;
			struct str name = {0};

			if (!h->pod[p].name || !h->pod[p].ours)
				continue;
			key = agent_object_key(&s->plan.agent, o, p, h->pod[p].namespace);
			(void)object_name(h, o, key, &name, &ns);
			remove_at(s, w->objects[o].resource, s->namespace[ns], str_text(&name));
			str_fini(&name);
		}
}

static void namespace_end(struct swarm *s)
{
	for (uint32_t i = 0;
		!s->params->only_others_pods && i < s->scenario.workload.namespaces; i++)
		remove_at(s, "namespaces", NULL, s->namespace[i]);
	s->phase = over;
	chores_next(s);
}

void chores_end(struct swarm *s)
{
	for (uint32_t i = 0; s->params->cleans_up && i < s->scenario.nodes; i++) {
		remove_pods(s->hollow[i]);
		remove_objects(s, s->hollow[i]);
		remove_at(s, "leases", "kube-node-lease", s->hollow[i]->name);
		remove_at(s, "nodes", NULL, s->hollow[i]->name);
	}
	s->phase = s->params->cleans_up ? namespace_end : over;
	chores_next(s);
}
