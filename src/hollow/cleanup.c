/* SPDX-License-Identifier: Apache-2.0 */
/* What users made, and its end.  Whatever had a name before somebody asked for it is not theirs
 * and stays: a namespace with all that others have in it, a node of a run before. */
#include <stdlib.h>
#include <string.h>

#include "hollow/chores.h"

/* ------------------------------------------------------------------ what was made */

bool chore_made(const struct wire_answer *a)
{
	return a->fault == WIRE_ANSWERED && a->code >= 200 && a->code < 300;
}

bool chore_is_in_doubt(const struct chore *c, const struct wire_answer *a)
{
	return a->fault == WIRE_ANSWERED && a->code == 409 && c->may_be_done;
}

bool made_by_us(const struct swarm *s, const struct wire_answer *a)
{
	return chore_made(a) && strstr(a->body, s->mark);
}

static bool was_there(const struct wire_answer *a)
{
	return a->fault == WIRE_ANSWERED && a->code == 409;
}

void made_namespace(struct swarm *s, uint32_t namespace, bool is_made)
{
	s->made_namespace[namespace] = is_made;
	s->kept.namespaces += !is_made;
}

void made_node(struct hollow *h, bool is_made)
{
	h->made_node = is_made;
	h->swarm->kept.nodes += !is_made;
}

bool made_beside(struct chore *c, const struct wire_answer *a)
{
	bool made = chore_made(a) || (chore_is_in_doubt(c, a) && c->of->made_node);

	c->swarm->kept.others += !made && was_there(a);
	return made;
}

/* Those in namespaces that were made go with these. */
void made_object(const struct chore *c, const struct wire_answer *a, uint32_t object,
	uint32_t key, uint32_t namespace)
{
	struct swarm *s = c->swarm;
	struct made_object *m;
	struct str path = {0};
	uint32_t ignored;

	if (s->made_namespace[namespace] || !chore_made(a))
		return;
	address_path(
		&path, s->scenario.workload.objects[object].resource, s->namespace[namespace]);
	str_add_char(&path, '/');
	(void)object_name(c->of, object, key, &path, &ignored);
	m = ARENA_NEW(&s->mem, struct made_object);
	*m = (struct made_object){arena_strdup(&s->mem, str_text(&path)), s->made_objects};
	s->made_objects = m;
	str_fini(&path);
}

/* ------------------------------------------------------------------ its end */

static void over(struct swarm *s)
{
	s->ended = true;
	(void)event_base_loopbreak(s->base);
}

static void put_removal(
	struct address *a, const char *resource, const char *ns, const char *name)
{
	address_path(&a->path, resource, ns);
	str_addf(&a->path, "/%s", name);
	body_delete(NULL, 0, &a->body);
}

static void remove_pod(const struct chore *c, struct address *a)
{
	put_removal(a, "pods", pod_namespace(c->of, c->pod), c->of->pod[c->pod].name);
}

/* The name of a pod's object, and its namespace. */
static uint32_t name_object(
	const struct hollow *h, uint32_t pod, uint32_t object, struct str *name)
{
	uint32_t ns, key = agent_object_key(
			     &h->swarm->plan.agent, object, pod, h->pod[pod].namespace);

	(void)object_name(h, object, key, name, &ns);
	return ns;
}

static void remove_object(const struct chore *c, struct address *a)
{
	const struct swarm *s = c->swarm;
	struct str name = {0};
	uint32_t ns = name_object(c->of, c->pod, c->object, &name);

	put_removal(a, s->scenario.workload.objects[c->object].resource, s->namespace[ns],
		str_text(&name));
	str_fini(&name);
}

static void remove_by_path(const struct chore *c, struct address *a)
{
	str_add(&a->path, c->path);
	body_delete(NULL, 0, &a->body);
}

static void remove_lease(const struct chore *c, struct address *a)
{
	put_removal(a, "leases", "kube-node-lease", c->of->name);
}

static void remove_node(const struct chore *c, struct address *a)
{
	put_removal(a, "nodes", NULL, c->of->name);
}

static void remove_namespace(const struct chore *c, struct address *a)
{
	put_removal(a, "namespaces", NULL, c->swarm->namespace[c->key]);
}

static void remove_objects_of(struct hollow *h, uint32_t pod)
{
	static const struct chore_kind kind = {"DELETE", remove_object, NULL, false};

	for (uint32_t o = 0; o < h->swarm->scenario.workload.n_objects; o++) {
		struct str name = {0};
		uint32_t ns = name_object(h, pod, o, &name);
		struct chore *c;

		str_fini(&name);
		if (!h->swarm->made_namespace[ns])
			continue;
		c = chore_new(h->swarm, &kind, h);
		c->pod = pod;
		c->object = (uint8_t)o;
	}
}

static void remove_pods_and_objects(struct hollow *h)
{
	static const struct chore_kind kind = {"DELETE", remove_pod, NULL, false};

	for (uint32_t p = 0; p < h->swarm->plan.places; p++) {
		if (!h->pod[p].name || !h->pod[p].ours)
			continue;
		if (h->pod[p].made) {
			struct chore *c = chore_new(h->swarm, &kind, h);

			c->pod = p;
		}
		remove_objects_of(h, p);
	}
}

static void namespace_end(struct swarm *s)
{
	static const struct chore_kind kind = {"DELETE", remove_namespace, NULL, false};

	for (uint32_t i = 0; i < s->scenario.workload.namespaces; i++)
		if (s->made_namespace[i])
			chore_new(s, &kind, NULL)->key = i;
	s->phase = over;
	chores_next(s);
}

static void say_what_stays(struct swarm *s)
{
	if (s->kept.namespaces + s->kept.nodes + s->kept.others > 0)
		swarm_say(s, HOLLOW_KEPT,
			"%u of %u namespaces, %u of %u nodes and %u other objects were there "
			"before this run, and stay",
			s->kept.namespaces, s->scenario.workload.namespaces, s->kept.nodes,
			s->scenario.nodes, s->kept.others);
}

/* Now that nothing is being made any more. */
static void remove_all(struct swarm *s)
{
	static const struct chore_kind lease = {"DELETE", remove_lease, NULL, false};
	static const struct chore_kind node = {"DELETE", remove_node, NULL, false};
	static const struct chore_kind object = {"DELETE", remove_by_path, NULL, false};

	say_what_stays(s);
	for (uint32_t i = 0; i < s->scenario.nodes; i++) {
		remove_pods_and_objects(s->hollow[i]);
		if (s->hollow[i]->made_lease)
			(void)chore_new(s, &lease, s->hollow[i]);
		if (s->hollow[i]->made_node)
			(void)chore_new(s, &node, s->hollow[i]);
	}
	for (const struct made_object *m = s->made_objects; m; m = m->next)
		chore_new(s, &object, NULL)->path = m->path;
	asked_objects_end(s);
	s->phase = namespace_end;
	chores_next(s);
}

void users_end(struct swarm *s)
{
	s->phase = s->params->cleans_up ? remove_all : over;
	chores_next(s);
}
