/* SPDX-License-Identifier: Apache-2.0 */
/* What users do, a bounded number of requests at a time.  No part of the measurements.  A
 * chore that waits is a few words: its requests are written when they are sent. */
#include "hollow/chores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A server that has never answered may be of another kind: it is not asked that often.  One of
 * which nothing comes for SETUP_S is of no use either. */
enum {
	CHORES_AT_ONCE = 64,
	CHORES_FEW = 4,   /* on a connection that has just broken */
	CHORE_TRIES = 30, /* 23 seconds: pause_after */
	FIRST_TRIES = 2,
	PATIENCE_S = 60,
	FIRST_PATIENCE_S = 8,
	SILENCE_S = 5,
	SETUP_S = 60
};

/* ------------------------------------------------------------------ the queue */

static void chore_free(struct chore *c)
{
	c->next = c->swarm->free_chores;
	c->swarm->free_chores = c;
}

static void append(struct chore *c)
{
	struct swarm *s = c->swarm;

	c->next = NULL;
	*s->last_chore = c;
	s->last_chore = &c->next;
}

struct chore *chore_new(struct swarm *s, const struct chore_kind *kind, struct hollow *of)
{
	struct chore *c = s->free_chores;

	if (c)
		s->free_chores = c->next;
	else
		c = ARENA_NEW(&s->mem, struct chore);
	*c = (struct chore){.swarm = s, .kind = kind, .of = of};
	append(c);
	return c;
}

/* The request that is its next. */
static const struct address *request(const struct chore *c)
{
	struct address *a = address_new(c->swarm, c->kind->method);

	c->kind->write(c, a);
	return a;
}

/* Its path, for those who read. */
static const char *path_of(const struct chore *c)
{
	return str_text(&request(c)->path);
}

/* Why a write that was taken cannot have been: what came back is no object.  NULL: it is one,
 * or a read, which its own reader looks at. */
static const char *unreadable(const struct chore *c, const struct wire_answer *a)
{
	static const struct call_name any = {.verb = "create"};

	if (a->fault != WIRE_ANSWERED || a->code < 200 || a->code >= 300 ||
		!strcmp(c->kind->method, "GET"))
		return NULL;
	return answer_unreadable(&any, a->body, a->len);
}

/* What it wanted is so, whoever did it. */
static bool is_done(const struct chore *c, const struct wire_answer *a)
{
	if (a->fault != WIRE_ANSWERED || unreadable(c, a))
		return false;
	return (a->code >= 200 && a->code < 300) ||
	       (a->code == 409 && !strcmp(c->kind->method, "POST")) ||
	       (a->code == 404 && !strcmp(c->kind->method, "DELETE"));
}

static bool no_connection(const struct wire_answer *a)
{
	return a->fault == WIRE_REFUSED || a->fault == WIRE_UNREACHED;
}

static bool is_worth_another(const struct chore *c, const struct wire_answer *a)
{
	bool passing = a->fault == WIRE_RESET || a->fault == WIRE_TIMED_OUT ||
		       (no_connection(a) && c->swarm->has_answered) || a->code == 429 ||
		       a->code >= 500 || (c->swarm->zero >= 0 && unreadable(c, a));

	/* Controllers go on until it is done, as long as there is a run. */
	if (c->swarm->zero >= 0 && !c->swarm->stops)
		return passing;
	if (a->fault == WIRE_TIMED_OUT && !c->swarm->has_answered)
		return false;
	return passing && c->tries < (c->swarm->has_answered ? CHORE_TRIES : FIRST_TRIES);
}

static const char *without_password(const char *url)
{
	const char *at = strrchr(url, '@');

	return at ? at + 1 : url;
}

/* TLS 1.3: who sends may hear that the connection is gone before it reads why. */
static const char *may_be_refused(const struct swarm *s, const struct wire_answer *a)
{
	return a->fault == WIRE_RESET && s->params->access->cert.data && !s->has_answered
		       ? ": it may have refused the client's certificate"
		       : "";
}

static int complain(const struct chore *c, const struct wire_answer *a)
{
	struct swarm *s = c->swarm;
	const char *server = s->params->access->server, *path = path_of(c);
	char message[160];

	if (a->fault == WIRE_TIMED_OUT && !wire_counts(s->wire).connections)
		return err_set(s->err, ERR_ENV,
			"server '%s' cannot be reached: no connection within %d s", server,
			FIRST_PATIENCE_S);
	if (a->fault == WIRE_TIMED_OUT && !s->has_answered)
		return err_set(s->err, ERR_ENV, "server '%s' does not answer within %d s",
			server, FIRST_PATIENCE_S);
	if (no_connection(a) && s->params->access->proxy)
		return err_set(s->err, ERR_ENV,
			"server '%s': its proxy '%.200s' cannot be reached: %s", server,
			without_password(s->params->access->proxy), a->why);
	if (no_connection(a))
		return err_set(
			s->err, ERR_ENV, "server '%s' cannot be reached: %s", server, a->why);
	if (a->fault == WIRE_UNTRUSTED)
		return err_set(s->err, ERR_ENV, "server '%s': TLS failed: %s", server, a->why);
	if (a->fault != WIRE_ANSWERED)
		return err_set(s->err, ERR_ENV, "server '%s': %s %s: %s%s", server,
			c->kind->method, path, a->why, may_be_refused(s, a));
	if (a->code == 401)
		return err_set(s->err, ERR_ENV,
			"server '%s' does not know who asks (401): a token is missing, wrong "
			"or has expired",
			server);
	if (unreadable(c, a))
		return err_set(s->err, ERR_ENV,
			"server '%s': %s %s is answered by %ld and what cannot be read: %s",
			server, c->kind->method, path, a->code, unreadable(c, a));
	answer_message(a->body, message, sizeof(message));
	if (!strcmp(path, "/version") && a->code != 403 && a->code != 429 && a->code < 500)
		return err_set(s->err, ERR_ENV,
			"server '%s' is no Kubernetes API server: GET /version is answered by "
			"%ld%s",
			server, a->code, message);
	return err_set(s->err, ERR_ENV, "server '%s': %s %s: %ld%s", server, c->kind->method,
		path, a->code, message);
}

/* Before the agents start: what is being tried, and what has come of it. */
static void note(const struct chore *c, const char *path, const char *why)
{
	struct swarm *s = c->swarm;

	if (s->zero < 0)
		(void)snprintf(s->tried, sizeof(s->tried), "%s %.100s: %.80s", c->kind->method,
			path, why);
}

static void note_answer(const struct chore *c, const struct wire_answer *a)
{
	char code[16];

	(void)snprintf(code, sizeof(code), "%ld", a->code);
	note(c, path_of(c), a->fault == WIRE_ANSWERED ? code : a->why);
}

void chores_look(struct swarm *s)
{
	int64_t silence = (swarm_clock() - s->done_at) / NS_S;

	if (s->zero >= 0 || s->stops || !s->has_answered || silence < SILENCE_S)
		return;
	if (silence >= SETUP_S)
		swarm_fail(
			s, err_set(s->err, ERR_ENV,
				   "server '%s': nothing has come of setting up for %d s: %s",
				   s->params->access->server, SETUP_S, s->tried));
	else
		swarm_say(s, HOLLOW_SETUP,
			"setting up: nothing has come of it for %d s, and it is tried for %d: "
			"%s",
			SILENCE_S, SETUP_S, s->tried);
}

/* Nobody does it again: the nodes go on without. */
static void say_refused(const struct chore *c, const struct wire_answer *a)
{
	char message[160];

	answer_message(a->body, message, sizeof(message));
	swarm_say(c->swarm, HOLLOW_USERS, "what users ask for is refused: %s %.80s: %ld%s",
		c->kind->method, path_of(c), a->code, message);
}

static void again(evutil_socket_t fd, short what, void *ctx)
{
	struct chore *c = ctx;

	(void)fd;
	(void)what;
	c->swarm->chores_under_way--;
	append(c);
	chores_next(c->swarm);
}

/* A connection that breaks takes with it all that is under way on it: then there are few at
 * once, and one more with every answer. */
static void pace(struct swarm *s, const struct wire_answer *a)
{
	if (a->fault == WIRE_RESET)
		s->chores_spared = CHORES_AT_ONCE - CHORES_FEW;
	else if (a->fault == WIRE_ANSWERED && s->chores_spared)
		s->chores_spared--;
}

/* client-go util/workqueue/default_rate_limiters.go: 5 ms, and twice that each time; a second
 * is enough here. */
static ns_t pause_after(const struct chore *c)
{
	enum { DOUBLINGS = 8 };

	return c->swarm->has_answered && c->tries < DOUBLINGS ? 5 * NS_MS << c->tries : NS_S;
}

static void sleep_and_try(struct chore *c, const struct wire_answer *a)
{
	ns_t in = a->retry_after ? a->retry_after : pause_after(c);
	const struct timeval tv = {.tv_sec = in / NS_S, .tv_usec = in % NS_S / NS_US};

	if (c->tries < CHORE_TRIES)
		c->tries++;
	(void)event_base_once(c->swarm->base, -1, EV_TIMEOUT, again, c, &tv);
}

static void start(struct chore *c);

static void on_done(void *ctx, const struct wire_answer *a)
{
	struct chore *c = ctx;
	struct swarm *s = c->swarm;

	s->view.user_requests++;
	s->view.unanswered += a->fault != WIRE_ANSWERED;
	s->has_answered |= a->fault == WIRE_ANSWERED;
	pace(s, a);
	if (!is_done(c, a) && is_worth_another(c, a)) {
		note_answer(c, a);
		c->may_be_done |= !no_connection(a) && a->code != 429;
		sleep_and_try(c, a);
		return;
	}
	s->done_at = swarm_clock();
	s->chores_under_way--;
	if (!is_done(c, a) && s->zero >= 0 && !s->stops && a->fault == WIRE_ANSWERED)
		say_refused(c, a);
	if (!is_done(c, a) && s->zero < 0 && !s->stops && !c->may_fail) {
		swarm_fail(s, complain(c, a));
	} else {
		if (c->kind->then)
			c->kind->then(c, a);
		if (c->step + 1 < c->steps) {
			c->step++;
			c->tries = 0;
			c->may_be_done = false;
			start(c);
			return;
		}
	}
	chore_free(c);
	chores_next(s);
}

static void start(struct chore *c)
{
	static const struct wire_hooks hooks = {.done = on_done};
	struct swarm *s = c->swarm;
	const struct address *a = request(c);

	if (!c->tries) /* else what came of it says more */
		note(c, str_text(&a->path), "no answer");
	s->chores_under_way++;
	if (!swarm_put_on_wire(s, c->kind->of_node ? c->of : NULL, a,
		    (s->has_answered ? PATIENCE_S : FIRST_PATIENCE_S) * NS_S, &hooks, c)) {
		s->chores_under_way--;
		chore_free(c);
	}
}

void chores_next(struct swarm *s)
{
	void (*phase)(struct swarm *) = s->phase;

	while (s->first_chore && s->chores_under_way + s->chores_spared < CHORES_AT_ONCE) {
		struct chore *c = s->first_chore;

		s->first_chore = c->next;
		if (!s->first_chore)
			s->last_chore = &s->first_chore;
		start(c);
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
