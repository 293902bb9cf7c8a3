/* SPDX-License-Identifier: Apache-2.0 */
/* What features ask for, and no kubelet knows: loops say a verb and a resource, and for whom
 * they ask, not which one.  Of pods it is one of the node's after the other.  Of what is
 * neither the node's nor a pod's, users make an object for every node, which has the node's
 * name, so that the server has something to read and to write. */
#include <stdio.h>
#include <string.h>

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

/* Those have an address without it. */
static bool is_own(const struct call_name *call)
{
	static const char *const others[] = {
		"pods", "nodes", "leases", "csinodes", "events", "serviceaccounts"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (resource_is(call->resource, others[i]))
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
 * authentication and authorization. */
static const char *spec_of(const char *plural)
{
	static const struct {
		const char *plural, *spec;
	} specs[] = {
		{"persistentvolumeclaims",
			"{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":"
			"{\"storage\":\"1Gi\"}},\"storageClassName\":\"nodetoll\"}"},
		{"persistentvolumes",
			"{\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{\"storage\":"
			"\"1Gi\"},\"storageClassName\":\"nodetoll\",\"hostPath\":{\"path\":"
			"\"/nodetoll\"}}"},
		{"replicationcontrollers",
			"{\"replicas\":0,\"selector\":{\"app\":\"nodetoll\"},\"template\":"
			"{\"metadata\":{\"labels\":{\"app\":\"nodetoll\"}},\"spec\":"
			"{\"containers\":[{\"name\":\"none\",\"image\":\"none\"}]}}}"},
		{"tokenreviews", "{\"token\":\"nodetoll\"}"},
		{"subjectaccessreviews",
			"{\"user\":\"nodetoll\",\"nonResourceAttributes\":{\"path\":"
			"\"/stats/summary\",\"verb\":\"get\"}}"},
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		if (resource_is(plural, specs[i].plural))
			return specs[i].spec;
	return NULL;
}

/* number: of a write; 0: it is new.  The kind of what is nobody's but its owner's is not known
 * here. */
static void body_own(const struct hollow *h, const char *resource, bool named, uint32_t number,
	struct str *out)
{
	const struct rest_resource *r = rest_resource_named(resource);
	const char *spec = spec_of(resource);
	char group[REST_GROUP_VERSION];

	str_add_char(out, '{');
	if (r)
		str_addf(out, "\"apiVersion\":\"%s\",\"kind\":\"%s\",",
			rest_group_version(r, group), r->kind);
	str_add(out, "\"metadata\":{");
	if (named)
		str_addf(out, "\"name\":\"%s\",", h->name);
	else
		str_addf(out, "\"generateName\":\"%s-\",", h->name);
	str_addf(out,
		"\"labels\":{\"nodetoll/hollow\":\"true\"},\"annotations\":"
		"{\"nodetoll/feature\":\"%u\"}}",
		number);
	if (spec)
		str_addf(out, ",\"spec\":%s", spec);
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
bool asked_address(struct hollow *h, const struct node_request *q, struct address *a)
{
	const struct call_name *call = &h->swarm->scenario.calls.name[q->call];
	bool creates = !strcmp(call->verb, "create");

	(void)address_path(&a->path, call->resource, "default");
	if (creates && !*subresource(call->resource)) {
		if (!is_review(call->resource))
			str_add(&a->path, ASKED_FOR_SHOW);
		body_own(h, call->resource, false, ++h->asked, &a->body);
		return true;
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
		body_own(h, call->resource, true, ++h->asked, &a->body);
	}
	return true;
}

/* ------------------------------------------------------------------ users */

static const struct call_name *name_of(const struct swarm *s, uint32_t call)
{
	return &s->scenario.calls.name[call];
}

static bool write_own(const struct chore *c, struct address *a)
{
	const char *resource = name_of(c->swarm, c->key)->resource;

	(void)address_path(&a->path, resource, "default");
	body_own(c->of, resource, true, 0, &a->body);
	return true;
}

/* Whether an earlier call is about the same resource. */
static bool is_made(const struct swarm *s, const bool *asked, uint32_t call)
{
	const char *resource = name_of(s, call)->resource;
	size_t len = strcspn(resource, "/");

	for (uint32_t i = 0; i < call; i++)
		if (asked[i] && strcspn(name_of(s, i)->resource, "/") == len &&
			!strncmp(name_of(s, i)->resource, resource, len))
			return true;
	return false;
}

static void make_own(struct swarm *s, uint32_t call)
{
	static const struct chore_kind kind = {"POST", write_own, NULL, false};

	for (uint32_t i = 0; i < s->scenario.nodes; i++) {
		struct chore *c = chore_new(s, &kind, s->hollow[i]);

		c->key = call;
		c->may_fail = true;
	}
}

void asked_objects(struct swarm *s)
{
	const struct kubelet_model *k = &s->scenario.kubelet;
	bool asked[CALLS_MAX] = {false};

	for (uint32_t l = 0; l < k->n_loops; l++)
		for (uint32_t c = 0; c < k->loops[l].n_calls; c++) {
			uint16_t call = k->loops[l].calls[c].call;

			asked[call] = !call_is_runtime(call) && is_own(name_of(s, call)) &&
				      !is_review(name_of(s, call)->resource);
		}
	for (uint32_t call = 0; call < s->scenario.calls.n; call++)
		if (asked[call] && !is_made(s, asked, call))
			make_own(s, call);
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
			const char *why =
				call_is_runtime(call) ? NULL : wrong_with(name_of(s, call));

			if (why)
				return complain(s, &k->loops[i], name_of(s, call), why);
		}
	return 0;
}
