/* SPDX-License-Identifier: Apache-2.0 */
/* The server's pods in the agent's places: what a kubelet's reflector and its config channel
 * make of LISTs and watches (config/apiserver.go, config/config.go, v1.20.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hollow/hollow_priv.h"

/* ------------------------------------------------------------------ names */

/* Whatever is put into requests later is made of these. */
static bool is_plain(const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+";
	size_t len = text ? strlen(text) : 0;

	return len > 0 && len < 512 && strspn(text, plain) == len;
}

static bool plain(struct skim value, char *to, size_t size)
{
	if (skim_copy(value, to, size) && is_plain(to))
		return true;
	*to = '\0';
	return false;
}

uint32_t swarm_namespace(struct swarm *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_namespaces; i++)
		if (!strcmp(s->namespace[i], name))
			return i;
	if (s->n_namespaces == HOLLOW_NAMESPACES)
		return 0;
	s->namespace[s->n_namespaces] = arena_strdup(&s->mem, name);
	return s->n_namespaces++;
}

const char *pod_namespace(const struct hollow *h, uint32_t pod)
{
	return h->swarm->namespace[h->pod[pod].namespace];
}

void version_scan(const char *text, char version[HOLLOW_VERSION])
{
	const char *at = strstr(text, "\"resourceVersion\"");
	size_t n;

	*version = '\0';
	if (!at)
		return;
	at += strlen("\"resourceVersion\"");
	at += strspn(at, ": \t\"");
	n = strspn(at, "0123456789");
	if (n == 0 || n >= HOLLOW_VERSION)
		return;
	memcpy(version, at, n);
	version[n] = '\0';
}

uint64_t version_number(const char *version)
{
	return strtoull(version, NULL, 10);
}

char *text_copy(const char *text)
{
	struct str copy = {0};

	str_add(&copy, text);
	return str_take(&copy);
}

/* ------------------------------------------------------------------ what is told */

enum { NAME_BYTES = 512 };

/* A pod as the server has it now; texts are part of what told of it. */
struct told {
	char name[NAME_BYTES], namespace[NAME_BYTES], uid[HOLLOW_UID]; /* "": none */
	struct skim spec, status;
	int64_t grace;
	bool deleting;
};

static void read_pod(struct skim object, struct told *t)
{
	static const char *const parts[] = {"metadata", "spec", "status"};
	static const char *const of_meta[] = {
		"name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds"};
	struct skim part[3], meta[5];

	skim_members(object, parts, 3, part);
	skim_members(part[0], of_meta, 5, meta);
	(void)plain(meta[0], t->name, sizeof(t->name));
	(void)plain(meta[1], t->namespace, sizeof(t->namespace));
	(void)plain(meta[2], t->uid, sizeof(t->uid));
	t->deleting = meta[3].at != NULL;
	t->grace = skim_int(meta[4]);
	t->spec = part[1];
	t->status = part[2];
}

/* ------------------------------------------------------------------ places */

void pod_forget(struct hollow *h, uint32_t pod)
{
	struct hollow_pod *p = &h->pod[pod];

	events_outlive(h, pod);
	free(p->name);
	free(p->containers);
	free(p->objects);
	*p = (struct hollow_pod){0};
}

void pods_fini(struct hollow *h)
{
	for (uint32_t i = 0; h->pod && i < h->swarm->plan.places; i++)
		pod_forget(h, i);
	events_fini(h);
}

static uint32_t find(const struct hollow *h, uint32_t namespace, const char *name)
{
	uint32_t places = h->swarm->plan.places;

	for (uint32_t i = 0; i < places; i++)
		if (h->node.shard.pod[i].exists && h->pod[i].namespace == namespace &&
			!strcmp(h->pod[i].name, name))
			return i;
	return places;
}

/* For a pod that somebody else made. */
static uint32_t free_place(const struct hollow *h)
{
	uint32_t places = h->swarm->plan.places;

	for (uint32_t i = 0; i < places; i++)
		if (!h->node.shard.pod[i].exists && agent_place_is_free(&h->node.agent, i))
			return i;
	return places;
}

static struct skim part_of(struct skim object, const char *key)
{
	struct skim value;

	skim_members(object, &key, 1, &value);
	return value;
}

static bool has_containers(struct skim spec)
{
	struct skim first = {0};

	return skim_next(part_of(spec, "containers"), &first);
}

static char *container_lines(struct skim containers)
{
	static const char *const keys[] = {"name", "image"};
	struct skim value[2];
	struct str lines = {0};

	for (struct skim c = {0}; skim_next(containers, &c);) {
		char name[NAME_BYTES], image[NAME_BYTES];

		skim_members(c, keys, 2, value);
		str_addf(&lines, "%s\t%s\n",
			plain(value[0], name, sizeof(name)) ? name : "unnamed",
			plain(value[1], image, sizeof(image)) ? image : "none");
	}
	return str_take(&lines);
}

static void object_line(
	struct str *lines, const char *resource, struct skim source, const char *key)
{
	char name[NAME_BYTES];

	if (plain(part_of(source, key), name, sizeof(name)))
		str_addf(lines, "%s/%s\n", resource, name);
}

static char *object_lines(struct skim volumes)
{
	static const char *const keys[] = {"secret", "configMap"};
	struct skim source[2];
	struct str lines = {0};

	for (struct skim v = {0}; skim_next(volumes, &v);) {
		skim_members(v, keys, 2, source);
		object_line(&lines, "secrets", source[0], "secretName");
		object_line(&lines, "configmaps", source[1], "name");
	}
	return str_take(&lines);
}

static void count_running(struct hollow *h, struct hollow_pod *p, bool runs)
{
	h->swarm->view.pods_running += (uint32_t)(runs && !p->counts);
	h->swarm->view.pods_running -= (uint32_t)(!runs && p->counts);
	p->counts = runs;
}

static void tell(struct hollow *h, ns_t now, uint32_t pod, enum api_event_kind kind)
{
	struct hollow_pod *p = &h->pod[pod];
	struct api_event e = {
		.at = now, .status = p->told, .pod = (uint16_t)pod, .kind = (uint8_t)kind};

	agent_stirs(&h->node.agent, now);
	node_tell(&h->node, now, &e, p->namespace);
}

/* ------------------------------------------------------------------ changes */

/* A bit of the hash that a status is, beside those that mean something. */
enum { STATUS_OF_OTHERS = 8 };

/* A place's records go on counting where the pod before ended. */
static void count_instances(struct hollow *h, uint32_t pod)
{
	const struct agent *a = &h->node.agent;
	size_t first = (size_t)pod * a->plan->containers;

	for (size_t r = first; r < first + a->plan->containers; r++)
		h->before[r] = (uint16_t)record_instance(h->node.mock.records.container[r]);
}

static uint32_t count_of(struct skim list)
{
	struct skim entry = {0};
	uint32_t n = 0;

	while (skim_next(list, &entry))
		n++;
	return n;
}

/* A node's records have as many containers for each of its places, so a pod of others is run as
 * one of the workload's, whatever it has; its status shows its own, as the last of those. */
static void say_containers(const struct hollow *h, const char *name, struct skim spec)
{
	uint32_t has = count_of(part_of(spec, "containers"));
	uint32_t first = count_of(part_of(spec, "initContainers"));
	uint32_t runs = h->swarm->scenario.workload.containers;

	if (has != runs)
		swarm_say(h->swarm, HOLLOW_CONTAINERS,
			"pod %.63s, and maybe others, shows its %u container%s, but its calls "
			"and events are those of %u: --set workload.containers=%u",
			name, has, has == 1 ? "" : "s", runs, has);
	else if (first)
		swarm_say(h->swarm, HOLLOW_CONTAINERS,
			"pod %.63s, and maybe others, has init containers, which are not run",
			name);
}

static void added(struct hollow *h, ns_t now, uint32_t i, const struct told *t)
{
	struct hollow_pod *p = &h->pod[i];

	(void)snprintf(p->uid, sizeof(p->uid), "%s", t->uid);
	free(p->containers);
	free(p->objects);
	p->containers = container_lines(part_of(t->spec, "containers"));
	p->objects = object_lines(part_of(t->spec, "volumes"));
	p->started_at = (int64_t)time(NULL);
	p->there = true;
	p->told = 0;
	say_containers(h, p->name, t->spec);
	count_instances(h, i);
	p->seen = skim_hash(t->status);
	h->swarm->view.pods_there++;
	h->node.shard.pod[i].exists = true;
	tell(h, now, i, API_POD_ADDED);
}

/* A status that differs from what was seen last is what its kubelet wrote last, unless it shows
 * that others have written it since: then it is one that no kubelet writes. */
static uint32_t status_seen(const struct hollow_pod *p, struct skim status)
{
	uint32_t ours = p->writing ? p->sent : p->wrote;

	return pod_is_overwritten(status) ? ours ^ STATUS_OF_OTHERS : ours;
}

static void modified(struct hollow *h, ns_t now, uint32_t i, const struct told *t)
{
	struct hollow_pod *p = &h->pod[i];
	uint64_t seen = skim_hash(t->status); /* of that alone: others write labels */

	/* config.go podsDifferSemantically: less time to end is a change, too. */
	if (t->deleting && (!p->deleting || p->grace != t->grace)) {
		p->deleting = true;
		p->grace = t->grace;
		h->node.shard.pod[i].deleting = true;
		tell(h, now, i, API_POD_DELETING);
	}
	if (seen == p->seen)
		return;
	p->seen = seen;
	p->told = status_seen(p, t->status);
	if (!p->writing)
		h->node.shard.pod[i].status = p->told;
	tell(h, now, i, API_POD_STATUS);
}

static void removed(struct hollow *h, ns_t now, uint32_t i)
{
	struct hollow_pod *p = &h->pod[i];

	p->there = false;
	count_running(h, p, false);
	h->swarm->view.pods_there--;
	h->node.shard.pod[i].exists = false;
	tell(h, now, i, API_POD_REMOVED);
}

static void changed(struct hollow *h, ns_t now, struct skim object)
{
	struct told t;
	uint32_t namespace, i;
	bool known, is_other; /* one of that name */

	read_pod(object, &t);
	if (!*t.name || !*t.namespace || !*t.uid)
		return;
	namespace = swarm_namespace(h->swarm, t.namespace);
	i = find(h, namespace, t.name);
	known = i < h->swarm->plan.places && h->pod[i].there;
	is_other = known && strcmp(h->pod[i].uid, t.uid) != 0;
	if ((!known || is_other) && !has_containers(t.spec))
		return;
	if (is_other) {
		removed(h, now, i);
		i = h->swarm->plan.places;
	}
	if (i == h->swarm->plan.places) {
		i = free_place(h);
		if (i == h->swarm->plan.places) {
			h->unplaced++;
			return;
		}
		pod_forget(h, i);
		h->pod[i].name = text_copy(t.name);
		h->pod[i].namespace = namespace;
		h->node.shard.pod[i] = (struct api_pod){.exists = true};
	}
	h->pod[i].listed = true;
	if (!h->pod[i].there)
		added(h, now, i, &t);
	modified(h, now, i, &t);
}

/* What one object can be news of: gone, come anew, to end, with a status. */
enum { NEWS_OF_OBJECT = 4 };

/* Whether the agent can be told of one object more.  A kubelet's config channel makes its
 * sender wait; here what finds no room is missed, and there is a LIST. */
static bool has_room(struct hollow *h)
{
	const struct agent *a = &h->node.agent;
	bool room = a->n_news + NEWS_OF_OBJECT <= a->news_capacity;

	h->missed |= !room;
	return room;
}

static void deleted(struct hollow *h, ns_t now, struct skim object)
{
	struct told t;
	uint32_t i;

	read_pod(object, &t);
	if (!*t.name || !*t.namespace)
		return;
	i = find(h, swarm_namespace(h->swarm, t.namespace), t.name);
	if (i < h->swarm->plan.places && h->pod[i].there)
		removed(h, now, i);
}

void pods_told(struct hollow *h, ns_t now, struct skim event)
{
	static const char *const keys[] = {"type", "object"};
	struct skim value[2];

	skim_members(event, keys, 2, value);
	if (!value[0].at || !has_room(h))
		return;
	if (skim_is(value[0], "ADDED") || skim_is(value[0], "MODIFIED"))
		changed(h, now, value[1]);
	else if (skim_is(value[0], "DELETED"))
		deleted(h, now, value[1]);
}

void pods_listed(struct hollow *h, ns_t now, const char *text, size_t len)
{
	struct skim list, items;

	if (!skim_all(text, len, &list))
		return;
	h->unplaced = 0;
	for (uint32_t i = 0; i < h->swarm->plan.places; i++)
		h->pod[i].listed = false;
	items = part_of(list, "items");
	for (struct skim pod = {0}; skim_next(items, &pod);)
		if (has_room(h))
			changed(h, now, pod);
	for (uint32_t i = 0; i < h->swarm->plan.places; i++)
		if (h->pod[i].there && !h->pod[i].listed && has_room(h))
			removed(h, now, i);
}
