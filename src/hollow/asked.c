/* SPDX-License-Identifier: Apache-2.0 */
/* What features ask for, and no kubelet knows: loops say a verb and a resource, and for whom
 * they ask, not which one.  Of pods it is one of the node's after the other.  Of what is
 * neither the node's nor a pod's, users make an object for every node, which has the node's
 * name (and is in namespace default, if its kind has namespaces), so that the server has
 * something to read and to write; at the end they delete it, if what was made is to be deleted.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hollow/chores.h"
#include "rest/resources.h"
#include "rest/when.h"

/* ------------------------------------------------------------------ pods */

static bool has_pod(const struct hollow_pod *p, bool there)
{
	return there ? p->there : p->name != NULL;
}

/* Those that are there; where none is, one that is gone, of which a server says so. */
uint32_t asked_pod(struct hollow *h)
{
	uint32_t places = h->swarm->plan.places;

	for (unsigned there = 2; there-- > 0;)
		for (uint32_t i = 1; i <= places; i++) {
			uint32_t pod = (h->turn + i) % places;

			if (!has_pod(&h->pod[pod], there))
				continue;
			h->turn = pod;
			return pod;
		}
	return REQUEST_NO_POD;
}

static const char *now_text(char buf[WHEN_BYTES])
{
	return when_text(buf, (int64_t)time(NULL));
}

/* One more condition, which a kubelet leaves alone (kubelet/status/status_manager.go
 * mergePodStatus) and which differs from the one before. */
void body_condition(struct hollow *h, struct str *out)
{
	char now[WHEN_BYTES];

	str_addf(out,
		"{\"status\":{\"conditions\":[{\"type\":\"nodetoll/Feature\",\"status\":"
		"\"True\",\"reason\":\"Write%u\",\"lastProbeTime\":null,"
		"\"lastTransitionTime\":\"%s\"}]}}",
		++h->asked, now_text(now));
}

void body_annotation(struct hollow *h, struct str *out)
{
	str_addf(out, "{\"metadata\":{\"annotations\":{\"nodetoll/feature\":\"%u\"}}}",
		++h->asked);
}

/* ------------------------------------------------------------------ objects */

/* Those have an address without it: what is the node's, tokens of its pods' account, and events
 * that are told. */
static bool is_own(const struct call_name *call)
{
	static const char *const others[] = {
		"pods", "nodes", "leases", "serviceaccounts/token"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (resource_is(call->resource, others[i]))
			return false;
	if (resource_is(call->resource, "events") && !strcmp(call->verb, "create"))
		return false;
	return strcmp(call->verb, "list") != 0 && strcmp(call->verb, "watch") != 0;
}

static bool is_of_loop(const struct hollow *h, const struct node_request *q)
{
	return h->swarm->plan.agent.kind_of[q->actor] == ACTOR_LOOP;
}

bool asked_is_own(const struct hollow *h, const struct node_request *q)
{
	return is_of_loop(h, q) && is_own(&h->swarm->scenario.calls.name[q->call]);
}

/* What the server would refuse an object without: pkg/apis/core/validation, and those of
 * authentication, authorization and storage. */
static const char *fields_of(const char *plural)
{
	static const struct {
		const char *plural, *fields;
	} rows[] = {
		{"csinodes", "\"spec\":{\"drivers\":[]}"},
		{"events", "\"involvedObject\":{\"kind\":\"Node\",\"name\":\"nodetoll\"}"},
		{"persistentvolumeclaims",
			"\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{"
			"\"requests\":{\"storage\":\"1Gi\"}},"
			"\"storageClassName\":\"nodetoll\"}"},
		{"persistentvolumes",
			"\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{"
			"\"storage\":\"1Gi\"},\"storageClassName\":\"nodetoll\","
			"\"hostPath\":{\"path\":\"/nodetoll\"}}"},
		{"replicationcontrollers",
			"\"spec\":{\"replicas\":0,\"selector\":{\"app\":\"nodetoll\"},"
			"\"template\":{\"metadata\":{\"labels\":{\"app\":\"nodetoll\"}},"
			"\"spec\":{\"containers\":[{\"name\":\"none\",\"image\":\"none\"}]}}}"},
		{"tokenreviews", "\"spec\":{\"token\":\"nodetoll\"}"},
		{"subjectaccessreviews",
			"\"spec\":{\"user\":\"nodetoll\",\"nonResourceAttributes\":{"
			"\"path\":\"/stats/summary\",\"verb\":\"get\"}}"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (resource_is(plural, rows[i].plural))
			return rows[i].fields;
	return NULL;
}

static struct asked_own *own_of(const struct hollow *h, const struct call_name *call)
{
	size_t len = strcspn(call->resource, "/");

	for (uint32_t i = 0; h->own && i < h->swarm->n_own; i++)
		if (!strncmp(h->own[i].resource, call->resource, len) &&
			strcspn(h->own[i].resource, "/") == len)
			return &h->own[i];
	return NULL;
}

/* of: the node's own, NULL: one without a name yet.  The kind of what is nobody's but its
 * owner's is not known here.  Its version is named as client-go names it: of many kinds a
 * server takes no update that names none (strategy.go AllowUnconditionalUpdate). */
static void body_own(const struct hollow *h, const char *resource, const struct asked_own *of,
	uint32_t number, struct str *out)
{
	const struct rest_resource *r = rest_resource_named(resource);
	const char *fields = fields_of(resource);
	char group[REST_GROUP_VERSION];

	str_add_char(out, '{');
	if (r)
		str_addf(out, "\"apiVersion\":\"%s\",\"kind\":\"%s\",",
			rest_group_version(r, group), r->kind);
	str_add(out, "\"metadata\":{");
	if (of)
		str_addf(out, "\"name\":\"%s\",", h->name);
	else
		str_addf(out, "\"generateName\":\"%s-\",", h->name);
	if (of && *of->version)
		str_addf(out, "\"resourceVersion\":\"%s\",", of->version);
	str_addf(out,
		"\"labels\":{\"nodetoll/hollow\":\"true\"},\"annotations\":"
		"{\"nodetoll/feature\":\"%u\"}}",
		number);
	if (fields)
		str_addf(out, ",%s", fields);
	str_add_char(out, '}');
}

static bool is_review(const char *resource)
{
	const struct rest_resource *r = rest_resource_named(resource);

	return r && rest_is(r, REST_REVIEW);
}

static const char *subresource(const char *resource)
{
	const char *sub = strchr(resource, '/');

	return sub ? sub : "";
}

/* What it makes and deletes is for show: a feature's calls leave as much as they found. */
void asked_address(struct hollow *h, const struct node_request *q, struct address *a)
{
	const struct call_name *call = &h->swarm->scenario.calls.name[q->call];
	bool creates = !strcmp(call->verb, "create");

	address_path(&a->path, call->resource, "default");
	if (creates && !*subresource(call->resource)) {
		if (!is_review(call->resource))
			str_add(&a->path, ASKED_FOR_SHOW);
		body_own(h, call->resource, NULL, ++h->asked, &a->body);
		return;
	}
	str_addf(&a->path, "/%s%s", h->name, subresource(call->resource));
	if (!strcmp(call->verb, "get")) {
		str_add(&a->path, q->quorum ? "" : "?resourceVersion=0");
	} else if (!strcmp(call->verb, "delete")) {
		str_add(&a->path, ASKED_FOR_SHOW);
		body_delete(NULL, -1, &a->body);
	} else if (!strcmp(call->verb, "patch")) {
		body_annotation(h, &a->body);
		a->media = "application/merge-patch+json"; /* which own resources know, too */
	} else {
		body_own(h, call->resource, own_of(h, call), ++h->asked, &a->body);
	}
}

/* ------------------------------------------------------------------ their versions */

static void put_own(const struct hollow *h, const struct asked_own *own, struct address *a)
{
	size_t plural = strcspn(own->resource, "/");
	struct str resource = {0};

	str_add_n(&resource, own->resource, plural);
	address_path(&a->path, str_text(&resource), "default");
	str_addf(&a->path, "/%s", h->name);
	str_fini(&resource);
}

struct asked_own *asked_own_of(const struct hollow *h, const struct node_request *q)
{
	const struct call_name *call = &h->swarm->scenario.calls.name[q->call];

	if (!asked_is_own(h, q) || !strcmp(call->verb, "create"))
		return NULL;
	return own_of(h, call);
}

static void on_read(void *ctx, const struct wire_answer *a)
{
	if (a->fault == WIRE_ANSWERED && a->code == 200)
		version_scan(a->body, ((struct asked_own *)ctx)->version);
}

void asked_read_again(const struct hollow *h, struct asked_own *own)
{
	static const struct wire_hooks hooks = {.done = on_read};
	struct address *a = address_new(h->swarm, "GET");

	put_own(h, own, a);
	(void)swarm_put_on_wire(h->swarm, h, a, 10 * NS_S, &hooks, own);
}

/* ------------------------------------------------------------------ users */

static void of_each_own(struct swarm *s, const struct chore_kind *kind, bool only_made)
{
	for (uint32_t o = 0; o < s->n_own; o++)
		for (uint32_t i = 0; i < s->scenario.nodes; i++) {
			struct chore *c;

			if (only_made && !s->hollow[i]->own[o].made)
				continue;
			c = chore_new(s, kind, s->hollow[i]);
			c->key = o;
			c->may_fail = true;
		}
}

static void write_own_read(const struct chore *c, struct address *a)
{
	put_own(c->of, &c->of->own[c->key], a);
}

static void own_made(struct chore *c, const struct wire_answer *a)
{
	static const struct chore_kind read = {"GET", write_own_read, own_made, false};
	struct chore *reading;

	if (!strcmp(c->kind->method, "POST"))
		c->of->own[c->key].made = made_beside(c, a);
	if (a->fault != WIRE_ANSWERED)
		return;
	if (chore_made(a))
		version_scan(a->body, c->of->own[c->key].version);
	if (a->code != 409) /* of a run before */
		return;
	reading = chore_new(c->swarm, &read, c->of);
	reading->key = c->key;
	reading->may_fail = true;
}

static void write_own(const struct chore *c, struct address *a)
{
	const struct asked_own *own = &c->of->own[c->key];

	address_path(&a->path, own->resource, "default");
	body_own(c->of, own->resource, own, 0, &a->body);
}

static void remove_own(const struct chore *c, struct address *a)
{
	put_own(c->of, &c->of->own[c->key], a);
	body_delete(NULL, 0, &a->body);
}

/* Once, whatever calls are about it. */
static void add_own(struct swarm *s, const struct call_name *call)
{
	if (!is_own(call) || is_review(call->resource) || own_of(s->hollow[0], call))
		return;
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		s->hollow[i]->own[s->n_own].resource = call->resource;
	s->n_own++;
}

void asked_objects(struct swarm *s)
{
	static const struct chore_kind kind = {"POST", write_own, own_made, false};
	const struct kubelet_model *k = &s->scenario.kubelet;
	uint32_t most = 0;

	for (uint32_t l = 0; l < k->n_loops; l++)
		most += k->loops[l].n_calls;
	for (uint32_t i = 0; i < s->scenario.nodes; i++)
		s->hollow[i]->own = ARENA_ARRAY(&s->mem, struct asked_own, most);
	for (uint32_t l = 0; l < k->n_loops; l++)
		for (uint32_t c = 0; c < k->loops[l].n_calls; c++)
			if (!call_is_runtime(k->loops[l].calls[c].call))
				add_own(s, &s->scenario.calls.name[k->loops[l].calls[c].call]);
	of_each_own(s, &kind, false);
}

void asked_objects_end(struct swarm *s)
{
	static const struct chore_kind kind = {"DELETE", remove_own, NULL, false};

	of_each_own(s, &kind, true);
}

/* ------------------------------------------------------------------ what has no live side */

static const char *wrong_with(const struct call_name *call)
{
	const char *sub = subresource(call->resource);

	if (resource_is(call->resource, "pods") &&
		(*sub ? strcmp(sub, "/status") != 0 : !strcmp(call->verb, "create")))
		return "whoever makes and binds the scenario's pods is not a node's agent";
	if (resource_is(call->resource, "pods") && !*sub && !strcmp(call->verb, "update"))
		return "agents patch pods, they do not replace them";
	if (!strcmp(call->verb, "deletecollection"))
		return "agents delete one object at a time";
	if ((resource_is(call->resource, "nodes") || resource_is(call->resource, "leases")) &&
		!strcmp(call->verb, "create"))
		return "nodes and their leases are there before their agents start";
	if (resource_is(call->resource, "nodes") && *sub && strcmp(sub, "/status") != 0)
		return "hollow kubelets have no server of their own";
	return NULL;
}

static int complain(const struct swarm *s, const struct model_loop *l,
	const struct call_name *call, const char *why)
{
	return err_set(s->err, ERR_INPUT, "%s '%s': '%s %s' has no live side: %s",
		*l->feature ? "feature" : "loop", *l->feature ? l->feature : l->name,
		call->verb, call->resource, why);
}

int asked_check(const struct swarm *s)
{
	const struct kubelet_model *k = &s->scenario.kubelet;

	for (uint32_t i = 0; i < k->n_loops; i++)
		for (uint32_t c = 0; c < k->loops[i].n_calls; c++) {
			uint16_t call = k->loops[i].calls[c].call;
			const char *why = call_is_runtime(call)
						  ? NULL
						  : wrong_with(&s->scenario.calls.name[call]);

			if (why)
				return complain(
					s, &k->loops[i], &s->scenario.calls.name[call], why);
		}
	return 0;
}
