/* SPDX-License-Identifier: Apache-2.0 */
/* A request, from its coming to the end of its answer: who, whether, when, what. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "live/serve_priv.h"

static void link_to(struct exchange *x, struct conn *c)
{
	x->conn = c;
	x->next = c->first;
	x->link = &c->first;
	if (x->next)
		x->next->link = &x->next;
	c->first = x;
}

static void leave(struct exchange *x)
{
	if (!x->conn)
		return;
	*x->link = x->next;
	if (x->next)
		x->next->link = x->link;
	x->conn = NULL;
}

static void count(struct exchange *x)
{
	struct serve *s = x->serve;

	metrics_count(
		&s->metrics, &(struct metrics_request){.route = x->is_routed ? &x->route : NULL,
				     .code = x->code,
				     .took = serve_clock(s) - x->at,
				     .bytes = x->bytes});
}

void exchange_free(struct exchange *x)
{
	struct serve *s = x->serve;

	if (x->code)
		count(x);
	leave(x);
	if (x->watch) {
		watch_free(&s->rest.store, x->watch);
		metrics_watch(&s->metrics, x->route.resource, -1, 0);
	}
	if (x->slot != NO_SLOT) {
		s->slot[x->slot] = NULL;
		s->free_slot[s->n_free++] = x->slot;
	}
	if (x->ending)
		event_free(x->ending);
	route_fini(&x->route);
	http_request_free(x->req);
	free(x->account);
	free(x);
}

void exchange_audit(const struct exchange *x, const char *stage)
{
	struct serve *s = x->serve;

	if (!s->audit.path)
		return;
	audit_write(
		&s->audit, &(struct audit_event){.id = x->audit_id,
				   .stage = stage,
				   .target = x->req->target,
				   .route = x->is_routed ? &x->route : NULL,
				   .user = x->user,
				   .groups = x->groups,
				   .impersonated = x->impersonated,
				   .impersonated_groups = x->req->field[HTTP_IMPERSONATE_GROUP],
				   .source = x->conn ? x->conn->peer_text : "",
				   .agent = x->req->field[HTTP_USER_AGENT],
				   .code = x->code,
				   .received_us = x->received_us,
				   .at_us = serve_wall_us()});
}

/* ------------------------------------------------------------------ answers */

void exchange_answer(struct exchange *x, struct rest_reply *reply)
{
	x->code = reply->code;
	x->bytes = str_len(&reply->body);
	if (x->conn) {
		http_respond(x->conn->http, x->req->stream,
			&(struct http_answer){.code = reply->code,
				.media = reply->media,
				.retry_after = reply->retry_after,
				.audit_id = x->audit_id},
			str_text(&reply->body), str_len(&reply->body));
		conn_touch(x->conn);
	}
	exchange_audit(x, "ResponseComplete");
	exchange_free(x);
}

void exchange_fail(struct exchange *x, int code, const char *message)
{
	struct rest_reply reply = {0};

	rest_fail(&reply, code, NULL, message);
	exchange_answer(x, &reply);
	rest_reply_fini(&reply);
}

/* filters/maxinflight.go tooManyRequests */
static void reject(struct exchange *x)
{
	struct rest_reply reply = {.code = 429,
		.media = "text/plain; charset=utf-8",
		.retry_after = (unsigned)(x->serve->p->scenario->apiserver.retry_after / NS_S)};

	str_add(&reply.body, "Too many requests, please try again later.\n");
	exchange_answer(x, &reply);
	rest_reply_fini(&reply);
}

/* ------------------------------------------------------------------ who */

static bool asks_who(const struct serve *s)
{
	return s->p->token_file || s->p->client_ca;
}

/* Whose token the server has given out itself: asked for where it is no other's. */
static bool is_account(struct exchange *x)
{
	const char *token = users_token(x->req->field[HTTP_AUTHORIZATION]);
	struct rest_account who;

	if (!token || !rest_account_of(&x->serve->rest, token, serve_wall_us() / 1000000, &who))
		return false;
	x->account = malloc(sizeof(*x->account));
	if (!x->account)
		abort();
	*x->account = who;
	x->user = x->account->name;
	x->groups = x->account->groups;
	return true;
}

/* False and an answer: nobody that is known. */
static bool authenticate(struct exchange *x)
{
	const struct serve *s = x->serve;
	const struct user *u = users_find(&s->users, x->req->field[HTTP_AUTHORIZATION]);
	bool asks = asks_who(s);
	const char *groups;

	if (u) {
		x->user = u->name;
		x->groups = u->groups;
		x->is_exempt = user_is_exempt(u);
	} else if (x->conn->user) {
		x->user = x->conn->user->name;
		x->groups = x->conn->user->groups;
		x->is_exempt = user_is_exempt(&(struct user){.groups = x->groups});
	} else if (!is_account(x) && asks && x->route.target != TARGET_HEALTH) {
		exchange_fail(x, 401, "Unauthorized");
		return false;
	}
	x->impersonated = x->req->field[HTTP_IMPERSONATE_USER];
	if (!x->impersonated)
		return true;
	if (asks && !x->is_exempt) {
		exchange_fail(x, 403, "users may be impersonated by system:masters alone");
		return false;
	}
	groups = x->req->field[HTTP_IMPERSONATE_GROUP];
	x->is_exempt = groups && user_is_exempt(&(struct user){.groups = groups});
	return true;
}

static bool draws(struct exchange *x, enum fault fault)
{
	struct serve *s = x->serve;
	bool strikes = fault_strikes(&s->faults, s->p->seed, fault, x->count);

	s->metrics.fault[fault] += strikes;
	return strikes;
}

/* True: a fault has answered it, or seen to it that nobody does. */
static bool fails(struct exchange *x)
{
	struct conn *c = x->conn;

	if (draws(x, FAULT_RESET)) {
		conn_reset(c); /* and x with it */
	} else if (draws(x, FAULT_HALF_CLOSE)) {
		conn_half_close(c);
	} else if (draws(x, FAULT_HANG)) {
		/* It stays with its connection until filters/timeout.go has waited enough. */
		x->ends_at = ns_add(x->at, x->serve->p->scenario->apiserver.request_timeout);
		x->is_hung = x->ends_at > x->at;
	} else if (draws(x, FAULT_REJECT)) {
		reject(x);
	} else if (draws(x, FAULT_ERROR)) {
		exchange_fail(x, 500, "Internal error occurred: a fault on demand");
	} else {
		return false;
	}
	return true;
}

/* ------------------------------------------------------------------ what */

static bool is_expired(struct exchange *x)
{
	const char *version = x->route.resource_version;

	return (x->route.verb == VERB_LIST || x->route.verb == VERB_WATCH) && version &&
	       strcmp(version, "0") != 0 && draws(x, FAULT_GONE);
}

static void handle(struct exchange *x, struct rest_reply *reply)
{
	const struct rest_request req = {.route = &x->route,
		.body = x->req->body,
		.len = x->req->len,
		.content_type = x->req->field[HTTP_CONTENT_TYPE],
		.accept = x->req->field[HTTP_ACCEPT],
		.now_s = serve_wall_us() / 1000000,
		.owner = x};

	rest_handle(&x->serve->rest, &req, reply);
}

static void carry_out(struct exchange *x)
{
	struct rest_reply reply = {0};

	if (is_expired(x))
		rest_fail(&reply, 410, "Expired", "too old resource version");
	else
		handle(x, &reply);
	if (reply.watch) {
		x->watch = reply.watch;
		stream_begin(x);
	} else {
		exchange_answer(x, &reply);
	}
	rest_reply_fini(&reply);
}

void exchange_done(struct serve *s, const struct server_done *d)
{
	struct exchange *x = s->slot[d->id];

	s->slot[d->id] = NULL;
	s->free_slot[s->n_free++] = d->id;
	x->slot = NO_SLOT;
	if (!x->conn)
		exchange_free(x); /* its client did not wait */
	else if (d->end == SERVER_DONE)
		carry_out(x);
	else if (d->end == SERVER_REJECTED)
		reject(x);
	else
		exchange_fail(
			x, 504, "Timeout: request did not complete within its time in a queue");
}

static const char *who(const struct exchange *x)
{
	if (x->impersonated)
		return x->impersonated;
	return asks_who(x->serve) || x->account ? x->user : NULL;
}

static void admit(struct exchange *x)
{
	struct serve *s = x->serve;
	ns_t latency = draws(x, FAULT_LATENCY) ? s->faults.time[FAULT_LATENCY] : 0;
	enum server_verdict verdict = SERVER_REJECTS;

	if (s->n_free && server_has_room(&s->admit.server)) {
		x->slot = s->free_slot[--s->n_free];
		s->slot[x->slot] = x;
		verdict = admit_arrive(&s->admit, x->at,
			&(struct admit_request){.route = &x->route,
				.user = who(x),
				.is_exempt = x->is_exempt,
				.id = x->slot,
				.latency = latency},
			&x->ticket);
	}
	if (verdict == SERVER_REJECTS)
		reject(x);
}

void exchange_gone(struct exchange *x)
{
	struct serve *s = x->serve;
	struct rest_reply reply = {0};

	leave(x);
	if (x->slot != NO_SLOT) {
		switch (server_abandon(&s->admit.server, serve_now(s), x->ticket)) {
		case SERVER_GOES_ON:
			return;
		case SERVER_WRITES:
			handle(x, &reply);
			rest_reply_fini(&reply);
			break;
		case SERVER_LEAVES:
			break;
		}
	}
	if (x->watch)
		exchange_audit(x, "ResponseComplete");
	exchange_free(x);
}

/* ------------------------------------------------------------------ coming */

static void set_id(struct exchange *x)
{
	/* Several runs may append to one file. */
	uint64_t key = x->serve->p->seed ^ (uint64_t)x->received_us;
	uint64_t a = rng_draw(key, 'a', 0, x->count);
	uint64_t b = rng_draw(key, 'a', 1, x->count);

	(void)snprintf(x->audit_id, sizeof(x->audit_id), "%08x-%04x-4%03x-%04x-%012llx",
		(unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
		(unsigned)(0x8000 | (b >> 48 & 0x3fff)),
		(unsigned long long)(b & 0xffffffffffffULL));
}

void exchange_new(struct conn *c, struct http_request *req)
{
	struct serve *s = c->serve;
	struct exchange *x = calloc(1, sizeof(*x));
	struct err err = {0};
	int code;

	if (!x)
		abort();
	x->serve = s;
	x->req = req;
	x->slot = NO_SLOT;
	x->count = s->count++;
	x->at = serve_now(s);
	x->received_us = serve_wall_us();
	x->user = ANONYMOUS;
	x->groups = "";
	set_id(x);
	link_to(x, c);
	if (route_parse(&x->route, req->method, req->target, &code, &err)) {
		exchange_fail(x, code, err.text);
		return;
	}
	x->is_routed = true;
	if (!authenticate(x) || own_answer(x))
		return;
	if (x->route.target != TARGET_RESOURCE)
		carry_out(x);
	else if (!fails(x))
		admit(x);
}
