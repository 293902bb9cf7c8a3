/* SPDX-License-Identifier: Apache-2.0 */
/* A node's requests on the wire, and what their answers mean to its agent: what client-go and
 * the reflectors make of them (rest/request.go, tools/cache/reflector.go, v0.20.2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/client.h"
#include "hollow/hollow_priv.h"

/* ------------------------------------------------------------------ the list */

static struct flight *begin(struct hollow *h, const struct node_request *q)
{
	struct flight *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	*f = (struct flight){.hollow = h, .q = *q, .after = h->flights};
	if (f->after)
		f->after->before = f;
	h->flights = f;
	return f;
}

static void unlink_flight(struct flight *f)
{
	if (f->before)
		f->before->after = f->after;
	else
		f->hollow->flights = f->after;
	if (f->after)
		f->after->before = f->before;
}

static void end(struct flight *f)
{
	unlink_flight(f);
	free(f);
}

/* Of an object's reflector, whose place in the table *entry is. */
static bool is_of_object(const struct flight *f, uint32_t *entry)
{
	const uint32_t *first = f->hollow->swarm->plan.agent.first;

	*entry = f->q.actor - first[ACTOR_REFLECTOR];
	return f->q.actor >= first[ACTOR_REFLECTOR] && f->q.actor < first[ACTOR_REFLECTOR + 1];
}

/* What its reflector knows; NULL: it is of none, or of one that was stopped. */
static uint64_t *watched(const struct flight *f)
{
	const uint32_t *first = f->hollow->swarm->plan.agent.first;
	uint32_t standing = first[ACTOR_WATCH + 1] - first[ACTOR_WATCH], actor = f->q.actor;
	uint32_t entry;

	if (actor >= first[ACTOR_WATCH] && actor < first[ACTOR_WATCH + 1])
		return &f->hollow->watched[actor - first[ACTOR_WATCH]];
	if (is_of_object(f, &entry) && requests_is_awaited(&f->hollow->node, &f->q))
		return &f->hollow->watched[standing + entry];
	return NULL;
}

static void learns(const struct flight *f, const char *version)
{
	uint64_t *knows = watched(f);

	if (knows && *version)
		*knows = version_number(version);
}

static bool is_of(const struct flight *f, const char *resource)
{
	return !strcmp(f->hollow->swarm->scenario.calls.name[f->q.call].resource, resource);
}

/* By which the kubelet learns of its pods: features list and watch pods, too, and it hears
 * nothing of that. */
static bool is_of_kubelets_pods(const struct flight *f)
{
	const struct model_watch *w = agent_watch_of(&f->hollow->swarm->plan.agent, f->q.actor);

	return is_of(f, "pods") && w && !*w->feature;
}

static bool mutates(const struct flight *f)
{
	return call_mutates(&f->hollow->swarm->scenario.calls.name[f->q.call]);
}

/* ------------------------------------------------------------------ watches */

static void on_opened(void *ctx)
{
	struct flight *f = ctx;
	ns_t now = swarm_now(f->hollow->swarm);

	f->opened = true;
	f->opened_at = now;
	answer_counts(f->hollow, now, f->q.call, &(struct wire_answer){.code = 200, .body = ""},
		NULL);
	if (f->hollow->swarm->stops)
		return;
	requests_opened(&f->hollow->node, now, &f->q);
	flights_stop_watches(f->hollow, now); /* its reflector may be stopped already */
}

/* reflector.go ListAndWatch: a watch that ends is opened again; 410 and one that ends at once
 * without a word is an error, after which there is a LIST. */
static void watch_ends(struct flight *f, ns_t now, const struct wire_answer *a)
{
	enum outcome what = OUTCOME_OK;

	if (f->is_gone)
		what = OUTCOME_GONE;
	else if (f->is_garbled || (now - f->opened_at < NS_S && f->told == 0))
		what = OUTCOME_ERROR;
	f->hollow->swarm->view.errors += a->fault != WIRE_ANSWERED || what == OUTCOME_ERROR;
	requests_closed(&f->hollow->node, now, &f->q, what);
}

/* It cannot follow. */
static void begin_anew(struct flight *f, ns_t now)
{
	wire_cancel(f->hollow->swarm->wire, f->call);
	watch_ends(f, now, &(struct wire_answer){.fault = WIRE_ANSWERED});
	end(f);
}

/* StreamWatcher.receive: an event that cannot be decoded is the watch's last. */
static void ends_garbled(struct flight *f, ns_t now)
{
	struct hollow *h = f->hollow;
	const struct call_name *call = &h->swarm->scenario.calls.name[f->q.call];

	f->is_garbled = true;
	h->swarm->view.unreadable++;
	swarm_say(h->swarm, HOLLOW_UNREADABLE, "%s %s of %s told what cannot be read: no JSON",
		call->verb, call->resource, h->name);
	begin_anew(f, now);
	swarm_run_node(h, now);
}

/* One event.  An error is one of a Status: 410 if its version is too old. */
static void on_line(void *ctx, const char *text, size_t len)
{
	struct flight *f = ctx;
	struct hollow *h = f->hollow;
	ns_t now = swarm_now(h->swarm);
	char version[HOLLOW_VERSION];
	struct skim event;
	const uint32_t *closed = &h->closed[client_connection(f->q.client)];
	uint32_t before = *closed;
	bool is_error =
		!strncmp(text, "{\"type\":\"ERROR\"", 15) || !strstr(text, "\"object\"");

	if (h->swarm->stops)
		return;
	while (len > 1 && strchr(" \r\n", text[len - 1]))
		len--;
	if (*text != '{' || text[len - 1] != '}') {
		ends_garbled(f, now);
		return;
	}
	if (is_error) {
		f->is_gone |= strstr(text, "410") != NULL;
		return;
	}
	f->told++;
	version_scan(text, version);
	learns(f, version);
	if (!is_of_kubelets_pods(f) || strstr(text, "\"BOOKMARK\""))
		return;
	if (!skim_all(text, len, &event)) {
		ends_garbled(f, now);
		return;
	}
	swarm_run_node(h, now);
	if (*closed == before) /* else it has hung up, and the flight is gone */
		pods_told(h, now, event);
	if (*closed == before && h->missed) { /* as if its version were gone */
		h->missed = false;
		f->is_gone = true;
		begin_anew(f, now);
	}
	swarm_run_node(h, now);
}

/* ------------------------------------------------------------------ answers */

/* A LIST of one object has a version of its own, which no write may name. */
static const char *the_object(const char *body)
{
	const char *items = strstr(body, "\"items\"");

	return items ? items : body;
}

/* What writes to come have to name. */
static void keep_version(struct flight *f, const char *body)
{
	struct hollow *h = f->hollow;
	const struct call_name *call = &h->swarm->scenario.calls.name[f->q.call];
	const struct model_watch *w = agent_watch_of(&h->swarm->plan.agent, f->q.actor);
	struct asked_own *own = asked_own_of(h, &f->q);

	if (w && w->scope != WATCH_NODE) /* it listed others, too */
		return;
	if (is_of(f, "leases") && strcmp(call->verb, "list") != 0)
		version_scan(body, h->lease);
	else if (resource_is(call->resource, "nodes"))
		version_scan(the_object(body), h->version);
	else if (own)
		version_scan(body, own->version);
}

/* What the node keeps of an answer for requests to come. */
static void keep(struct flight *f, ns_t now, const struct wire_answer *a, uint32_t *value)
{
	struct hollow *h = f->hollow;
	const struct call_name *call = &h->swarm->scenario.calls.name[f->q.call];
	char version[HOLLOW_VERSION];

	version_scan(a->body, version);
	*value = (uint32_t)version_number(version);
	if (!strcmp(call->verb, "delete")) /* nothing is written to it any more */
		return;
	if (!strcmp(call->verb, "list"))
		learns(f, version);
	if (!strcmp(call->verb, "list") && is_of_kubelets_pods(f))
		pods_listed(h, now, a->body, a->len);
	keep_version(f, a->body);
	if (!strcmp(call->verb, "get") && is_of(f, "nodes") &&
		node_is_overwritten(h, a->body, a->len))
		agent_overwritten(&h->node.agent);
	if (call_mutates(call) &&
		(is_of(f, "leases") || !strcmp(call->resource, "nodes/status"))) {
		h->heard_at = now;
		h->is_refused = false;
	}
	if (!strcmp(call->resource, "nodes/status") && !h->is_told) {
		h->is_told = true;
		if (++h->swarm->told == h->swarm->scenario.nodes)
			h->swarm->view.ready_after = swarm_clock() - h->swarm->asked_at;
	}
}

/* A status that was written is what the server has. */
static void status_written(struct flight *f, bool ok)
{
	struct hollow *h = f->hollow;
	struct hollow_pod *p = &h->pod[f->q.pod];
	bool runs = f->q.status & STATUS_STARTED && !(f->q.status & STATUS_ENDED) && p->there;

	p->writing = false;
	if (!ok)
		return;
	h->node.shard.pod[f->q.pod].status = p->wrote = f->q.status;
	h->swarm->view.pods_running += (uint32_t)(runs && !p->counts);
	h->swarm->view.pods_running -= (uint32_t)(!runs && p->counts);
	p->counts = runs;
}

/* The kubelet's own; a feature writes nothing that its kubelet reads. */
static bool writes_status(const struct flight *f)
{
	if (f->q.pod == REQUEST_NO_POD)
		return false;
	return f->q.call == API_PATCH_PODS_STATUS || f->q.call == API_UPDATE_PODS_STATUS;
}

static void served(struct flight *f, ns_t now, const struct wire_answer *a, enum outcome what)
{
	struct node *n = &f->hollow->node;
	struct api_answer answer = {.at = now, .what = what};
	struct tally_counts *in = tally_spot(&n->result->tally, 1, now)->in;

	if (what == OUTCOME_OK) {
		keep(f, now, a, &answer.value);
		if (in)
			in->bytes[f->q.call] += a->len;
	}
	if (f->q.call == API_GET_PODS && f->q.pod != REQUEST_NO_POD)
		answer.value = n->shard.pod[f->q.pod].status;
	if (writes_status(f))
		answer.value = f->q.status;
	requests_served(n, now, &f->q, answer);
}

/* A write met a newer version: it is read again, and written at the next try. */
static void read_again(struct flight *f);

static void refused(struct flight *f, ns_t now, const struct wire_answer *a)
{
	const char *resource = f->hollow->swarm->scenario.calls.name[f->q.call].resource;
	struct node *n = &f->hollow->node;
	ns_t again = a->retry_after;

	/* A status is read before it is written: who may not read it writes none. */
	if (a->code == 401 || (a->code == 403 && (resource_is(resource, "nodes") ||
							 resource_is(resource, "leases"))))
		f->hollow->is_refused = true;

	f->hollow->swarm->answered_by = (uint16_t)a->code;
	if (a->code == 429)
		requests_answer(n, now, &f->q, OUTCOME_REJECTED, again ? again : NS_S);
	else if (a->code == 404)
		served(f, now, a, OUTCOME_NOT_FOUND);
	else if (a->code == 410)
		served(f, now, a, OUTCOME_GONE);
	else
		requests_answer(n, now, &f->q,
			a->code == 504 ? OUTCOME_DEADLINE : OUTCOME_ERROR,
			a->code >= 500 ? again : 0);
	if (a->code == 409)
		read_again(f);
}

/* No answer.  Only reads whose connection was reset are tried again, and only who met a host
 * that refuses knows that nobody was there (reflector.go, IsConnectionRefused). */
static void lost(struct flight *f, ns_t now, enum wire_fault fault)
{
	struct node *n = &f->hollow->node;

	if (fault == WIRE_TIMED_OUT)
		requests_give_up(n, now, &f->q);
	else if (fault == WIRE_REFUSED)
		requests_refused(n, now, &f->q);
	else
		requests_lost(n, now, &f->q,
			fault == WIRE_RESET && !mutates(f) ? CLIENT_AFTER_RESET : 0);
}

static void on_done(void *ctx, const struct wire_answer *a)
{
	struct flight *f = ctx;
	struct hollow *h = f->hollow;
	bool ok = a->fault == WIRE_ANSWERED && a->code >= 200 && a->code < 300;
	const char *unreadable = NULL;
	ns_t now = swarm_now(h->swarm);

	unlink_flight(f); /* the agent may hang up meanwhile */
	if (ok && !f->opened)
		unreadable = answer_unreadable(
			&h->swarm->scenario.calls.name[f->q.call], a->body, a->len);
	if (!f->opened)
		answer_counts(h, now, f->q.call, a, unreadable);
	if (h->swarm->stops) {
		free(f);
		swarm_drained(h->swarm);
		return;
	}
	swarm_run_node(h, now);
	agent_stirs(&h->node.agent, now);
	if (writes_status(f))
		status_written(f, ok && !unreadable);
	if (f->opened) {
		watch_ends(f, now, a);
	} else {
		if (ok && !unreadable)
			served(f, now, a, OUTCOME_OK);
		else if (a->fault == WIRE_ANSWERED)
			refused(f, now, a);
		else
			lost(f, now, a->fault);
	}
	free(f);
	swarm_run_node(h, now);
}

/* ------------------------------------------------------------------ sending */

static const struct wire_hooks hooks = {.opened = on_opened, .line = on_line, .done = on_done};

/* What has no address (a pod that never was, an object that a pod of others does not have) is
 * answered here, and nothing is sent. */
static void nowhere(struct hollow *h, ns_t now, const struct node_request *q)
{
	uint16_t what = request_of(h, q);
	bool pod = what == API_GET_PODS || what == API_PATCH_PODS_STATUS ||
		   what == API_UPDATE_PODS_STATUS || what == API_DELETE_PODS;

	agent_answer(
		&h->node.agent, q->actor, now + NS_MS, pod ? OUTCOME_NOT_FOUND : OUTCOME_OK, 0);
}

void flights_send(struct hollow *h, ns_t now)
{
	struct node *n = &h->node;
	struct address *a = address_new(h->swarm, NULL);
	struct flight *f;
	ns_t left = n->send.expires_at == NS_NEVER ? 0 : n->send.expires_at - now;

	n->sending = false;
	if (!address_of(h, &n->send, a)) {
		nowhere(h, now, &n->send);
	} else {
		a->connection = client_connection(n->send.client);
		f = begin(h, &n->send);
		if (writes_status(f)) {
			h->pod[f->q.pod].sent = f->q.status;
			h->pod[f->q.pod].writing = true;
		}
		f->call = swarm_put_on_wire(h->swarm, h, a, left < 0 ? NS_MS : left, &hooks, f);
		if (!f->call) {
			end(f);
			requests_lost(n, now, &n->send, 0);
		}
	}
}

static void on_read(void *ctx, const struct wire_answer *a)
{
	struct hollow *h = ctx;

	if (a->fault == WIRE_ANSWERED && a->code == 200 && strstr(a->body, "\"Lease\""))
		version_scan(a->body, h->lease);
	else if (a->fault == WIRE_ANSWERED && a->code == 200)
		version_scan(a->body, h->version);
}

static void read_again(struct flight *f)
{
	struct asked_own *own = asked_own_of(f->hollow, &f->q);
	static const struct wire_hooks to = {.done = on_read};
	struct hollow *h = f->hollow;
	bool lease = is_of(f, "leases");
	struct address *a;

	if (own)
		asked_read_again(h, own);
	if (!lease && !is_of(f, "nodes/status"))
		return;
	a = address_new(h->swarm, "GET");
	address_path(&a->path, lease ? "leases" : "nodes", lease ? "kube-node-lease" : NULL);
	str_addf(&a->path, "/%s", h->name);
	(void)swarm_put_on_wire(h->swarm, h, a, 10 * NS_S, &to, h);
}

/* ------------------------------------------------------------------ ends */

/* The agent closed a connection.  Of its watches it knows. */
void flights_hang_up(struct hollow *h, ns_t now)
{
	uint32_t connection = h->node.agent.hung_up;
	struct flight *next;

	h->node.hang_ups = h->node.agent.hang_ups;
	h->closed[connection]++;
	wire_hang_up(h->swarm->wire, swarm_peer(h, connection));
	for (struct flight *f = h->flights; f; f = next) {
		next = f->after;
		if (client_connection(f->q.client) != connection)
			continue;
		wire_cancel(h->swarm->wire, f->call);
		if (!f->opened) {
			answer_counts(h, now, f->q.call,
				&(struct wire_answer){.fault = WIRE_RESET, .body = ""}, NULL);
			lost(f, now, WIRE_RESET);
		}
		end(f);
	}
}

/* reflector.go: closing its stop channel stops the watch.  The place may be another's by then,
 * which watches already. */
static bool is_stopped(const struct flight *f, uint32_t entry, ns_t now)
{
	const struct node *n = &f->hollow->node;

	return !requests_is_awaited(n, &f->q) || !sc_is_watching(&n->agent.objects, now, entry);
}

void flights_stop_watches(struct hollow *h, ns_t now)
{
	struct flight *next;

	h->watches_ended = h->node.agent.watches_ended;
	for (struct flight *f = h->flights; f; f = next) {
		uint32_t entry;

		next = f->after;
		if (!f->opened || !is_of_object(f, &entry) || !is_stopped(f, entry, now))
			continue;
		wire_cancel(h->swarm->wire, f->call);
		end(f);
	}
}

void flights_remain(struct hollow *h)
{
	for (const struct flight *f = h->flights; f; f = f->after)
		if (!f->opened)
			ending_under_way(&h->node, &f->q);
}

/* Watches have no end of their own. */
void flights_end_watches(struct hollow *h)
{
	struct flight *next;

	for (struct flight *f = h->flights; f; f = next) {
		next = f->after;
		if (f->opened || f->q.timeout > 0) {
			wire_cancel(h->swarm->wire, f->call);
			end(f);
		}
	}
}

void flights_drop(struct hollow *h)
{
	struct flight *next;

	for (struct flight *f = h->flights; f; f = next) {
		next = f->after;
		free(f);
	}
	h->flights = NULL;
}
