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

static const char *plain(const struct json *object, const char *key)
{
	const char *text = json_as_str(json_get(object, key));

	return is_plain(text) ? text : NULL;
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

/* ------------------------------------------------------------------ fingerprints */

static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t hash_text(uint64_t h, const char *text)
{
	return text ? hash_bytes(h, text, strlen(text) + 1) : h;
}

/* What it is, what is in it, and where that ends. */
static uint64_t hash_value(uint64_t h, const struct json *value)
{
	bool many = json_is_object(value) || json_is_array(value), yes = json_as_bool(value);
	double number = json_as_num(value);
	char kind = json_is_object(value)  ? '{'
		    : json_is_array(value) ? '['
		    : json_is_str(value)   ? '"'
		    : json_is_num(value)   ? '0'
		    : json_is_bool(value)  ? 't'
					   : 'n';

	h = hash_text(hash_bytes(h, &kind, 1), json_as_str(value));
	if (json_is_num(value))
		h = hash_bytes(h, &number, sizeof(number));
	if (json_is_bool(value))
		h = hash_bytes(h, &yes, sizeof(yes));
	for (const struct json *c = json_child(value); c; c = json_next(c))
		h = hash_value(hash_text(h, json_key(c)), c);
	return many ? hash_bytes(h, "]", 1) : h;
}

/* Of the status alone: labels and the like are written by others. */
static uint64_t fingerprint(const struct json *status)
{
	return hash_value(UINT64_C(14695981039346656037), status);
}

/* ------------------------------------------------------------------ places */

void pod_forget(struct hollow *h, uint32_t pod)
{
	struct hollow_pod *p = &h->pod[pod];

	events_forget(h, pod);
	free(p->name);
	free(p->containers);
	free(p->objects);
	*p = (struct hollow_pod){0};
}

void pods_fini(struct hollow *h)
{
	for (uint32_t i = 0; h->pod && i < h->swarm->plan.places; i++)
		pod_forget(h, i);
	events_forget(h, REQUEST_NO_POD);
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

static char *container_lines(const struct json *spec)
{
	struct str lines = {0};

	for (struct json *c = json_child(json_get(spec, "containers")); c; c = json_next(c)) {
		const char *name = plain(c, "name"), *image = plain(c, "image");

		str_addf(&lines, "%s\t%s\n", name ? name : "unnamed", image ? image : "none");
	}
	return str_take(&lines);
}

static void object_line(struct str *lines, const char *resource, const char *name)
{
	if (name)
		str_addf(lines, "%s/%s\n", resource, name);
}

static char *object_lines(const struct json *spec)
{
	struct str lines = {0};

	for (struct json *v = json_child(json_get(spec, "volumes")); v; v = json_next(v)) {
		object_line(&lines, "secrets", plain(json_get(v, "secret"), "secretName"));
		object_line(&lines, "configmaps", plain(json_get(v, "configMap"), "name"));
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

static void added(struct hollow *h, ns_t now, uint32_t i, const struct json *object)
{
	const struct json *spec = json_get(object, "spec");
	const char *uid = plain(json_get(object, "metadata"), "uid");
	struct hollow_pod *p = &h->pod[i];

	(void)snprintf(p->uid, sizeof(p->uid), "%s", uid ? uid : "");
	free(p->containers);
	free(p->objects);
	p->containers = container_lines(spec);
	p->objects = object_lines(spec);
	p->started_at = (int64_t)time(NULL);
	p->there = true;
	p->told = 0;
	count_instances(h, i);
	p->seen = fingerprint(json_get(object, "status"));
	h->swarm->view.pods_there++;
	h->node.shard.pod[i].exists = true;
	tell(h, now, i, API_POD_ADDED);
}

/* A status that differs from what was seen last is what its kubelet wrote last, unless it shows
 * that others have written it since: then it is one that no kubelet writes. */
static uint32_t status_seen(const struct hollow_pod *p, const struct json *status)
{
	uint32_t ours = p->writing ? p->sent : p->wrote;

	return pod_is_overwritten(status) ? ours ^ STATUS_OF_OTHERS : ours;
}

static void modified(struct hollow *h, ns_t now, uint32_t i, const struct json *object)
{
	struct hollow_pod *p = &h->pod[i];
	const struct json *meta = json_get(object, "metadata");
	uint64_t seen = fingerprint(json_get(object, "status"));
	int64_t grace = (int64_t)json_as_num(json_get(meta, "deletionGracePeriodSeconds"));

	/* config.go podsDifferSemantically: less time to end is a change, too. */
	if (json_get(meta, "deletionTimestamp") && (!p->deleting || p->grace != grace)) {
		p->deleting = true;
		p->grace = grace;
		h->node.shard.pod[i].deleting = true;
		tell(h, now, i, API_POD_DELETING);
	}
	if (seen == p->seen)
		return;
	p->seen = seen;
	p->told = status_seen(p, json_get(object, "status"));
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

/* A pod as the server has it now. */
static void changed(struct hollow *h, ns_t now, const struct json *object)
{
	const struct json *meta = json_get(object, "metadata");
	const char *name = plain(meta, "name"), *ns = plain(meta, "namespace");
	const char *uid = plain(meta, "uid");
	uint32_t namespace, i;

	if (!name || !ns || !uid ||
		!json_child(json_get(json_get(object, "spec"), "containers")))
		return;
	namespace = swarm_namespace(h->swarm, ns);
	i = find(h, namespace, name);
	if (i < h->swarm->plan.places && h->pod[i].there && strcmp(h->pod[i].uid, uid) != 0) {
		removed(h, now, i); /* another one of that name */
		i = h->swarm->plan.places;
	}
	if (i == h->swarm->plan.places) {
		i = free_place(h);
		if (i == h->swarm->plan.places) {
			h->unplaced++;
			return;
		}
		pod_forget(h, i);
		h->pod[i].name = text_copy(name);
		h->pod[i].namespace = namespace;
		h->node.shard.pod[i] = (struct api_pod){.exists = true};
	}
	h->pod[i].listed = true;
	if (!h->pod[i].there)
		added(h, now, i, object);
	modified(h, now, i, object);
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

void pods_told(struct hollow *h, ns_t now, const struct json *event)
{
	const char *type = json_as_str(json_get(event, "type"));
	const struct json *object = json_get(event, "object");
	const struct json *meta = json_get(object, "metadata");

	if (!type || !has_room(h))
		return;
	if (!strcmp(type, "ADDED") || !strcmp(type, "MODIFIED")) {
		changed(h, now, object);
	} else if (!strcmp(type, "DELETED")) {
		const char *name = plain(meta, "name"), *ns = plain(meta, "namespace");
		uint32_t i = name && ns ? find(h, swarm_namespace(h->swarm, ns), name)
					: h->swarm->plan.places;

		if (i < h->swarm->plan.places && h->pod[i].there)
			removed(h, now, i);
	}
}

void pods_listed(struct hollow *h, ns_t now, const char *text, size_t len)
{
	struct json *list = NULL;

	if (json_parse(text, len, &list, NULL))
		return;
	h->unplaced = 0;
	for (uint32_t i = 0; i < h->swarm->plan.places; i++)
		h->pod[i].listed = false;
	for (struct json *o = json_child(json_get(list, "items")); o; o = json_next(o))
		if (has_room(h))
			changed(h, now, o);
	for (uint32_t i = 0; i < h->swarm->plan.places; i++)
		if (h->pod[i].there && !h->pod[i].listed && has_room(h))
			removed(h, now, i);
	json_free(list);
}
