/* SPDX-License-Identifier: Apache-2.0 */
/* What answers are worth: whether they can be read, by which code they are counted, and what is
 * said of those that help nobody. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hollow/hollow_priv.h"

/* ------------------------------------------------------------------ reading */

/* What a kubelet decodes into; of other resources any kind will do. */
static const struct {
	const char *resource, *kind;
} kinds[] = {{"nodes", "Node"}, {"nodes/status", "Node"}, {"leases", "Lease"}, {"pods", "Pod"},
	{"pods/status", "Pod"}, {"secrets", "Secret"}, {"configmaps", "ConfigMap"},
	{"events", "Event"}};

/* Writes may be answered by a Status, and a LIST of one object is how it is read, too. */
static bool fits(const struct call_name *call, const char *kind, size_t len)
{
	bool is_list = len > 4 && !strncmp(kind + len - 4, "List", 4);
	bool is_status = len == 6 && !strncmp(kind, "Status", 6);
	const char *wanted = NULL;

	if (is_status)
		return !strcmp(call->verb, "delete") || !strcmp(call->verb, "create");
	if (!strcmp(call->verb, "list"))
		return is_list;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].resource, call->resource))
			wanted = kinds[i].kind;
	if (!wanted)
		return len > 0;
	return !strncmp(kind, wanted, strlen(wanted)) &&
	       (len == strlen(wanted) || (is_list && len == strlen(wanted) + 4));
}

/* The whole of it; a list is read so by whoever gets it, too. */
static const char *parsed(const struct call_name *call, const char *body, size_t len)
{
	static const char *const key = "kind";
	struct skim object, value;
	char kind[64];

	if (!skim_all(body, len, &object))
		return "no JSON";
	if (*object.at != '{')
		return "no JSON object";
	skim_members(object, &key, 1, &value);
	if (!skim_copy(value, kind, sizeof(kind)) || !fits(call, kind, strlen(kind)))
		return "no such kind";
	return NULL;
}

const char *answer_unreadable(const struct call_name *call, const char *body, size_t len)
{
	const char *kind = strstr(body, "\"kind\":");
	size_t last = len;

	while (last > 0 && (body[last - 1] == '\n' || body[last - 1] == ' '))
		last--;
	/* Most are what they should be: an object that says so. */
	if (!kind || *body != '{' || body[last - 1] != '}' || !strcmp(call->verb, "list"))
		return parsed(call, body, len);
	kind += 7 + strspn(kind + 7, " ");
	if (*kind != '"' || !fits(call, kind + 1, strcspn(kind + 1, "\"")))
		return parsed(call, body, len);
	return NULL;
}

void answer_message(const char *body, char *to, size_t size)
{
	const char *at = strstr(body, "\"message\":");

	*to = '\0';
	if (!at || str_bad_byte(at, strlen(at)) < strlen(at))
		return;
	at += 10 + strspn(at + 10, " ");
	(void)snprintf(to, size, ": %.*s", (int)strcspn(at, "\n,}"), at);
}

/* ------------------------------------------------------------------ saying */

void swarm_say(struct swarm *s, enum hollow_word word, const char *format, ...)
{
	char *said = s->view.said[word];
	va_list args;

	if (*said)
		return;
	va_start(args, format);
	(void)vsnprintf(said, HOLLOW_SAID, format, args);
	va_end(args);
	if (s->params->say)
		s->params->say(s->params->ctx, said);
}

static void say(const struct hollow *h, const struct call_name *call,
	const struct wire_answer *a, const char *unreadable)
{
	struct swarm *s = h->swarm;
	bool by_name = s->params->token || s->params->impersonate;
	char message[160];

	if (unreadable)
		swarm_say(s, HOLLOW_UNREADABLE,
			"%s %s of %s was answered by %ld and what cannot be read: %s",
			call->verb, call->resource, h->name, a->code, unreadable);
	else if (a->code == 401)
		swarm_say(s, HOLLOW_UNKNOWN,
			"the server does not know who asks any more (401): %s %s of %s",
			call->verb, call->resource, h->name);
	if (a->code != 403 || unreadable)
		return;
	answer_message(a->body, message, sizeof(message));
	swarm_say(s, HOLLOW_FORBIDDEN, "%s%s may not %s %s (403)%s",
		by_name ? "system:node:" : "who asks for ", h->name, call->verb, call->resource,
		message);
}

/* ------------------------------------------------------------------ counting */

/* An answer that says no, for good; those that are not there, or not any more, are none. */
static bool is_refusal(long code)
{
	return code >= 400 && code < 500 && code != 404 && code != 410 && code != 429;
}

void answer_counts(const struct hollow *h, ns_t now, uint16_t call, const struct wire_answer *a,
	const char *unreadable)
{
	struct swarm *s = h->swarm;
	struct hollow_view *v = &s->view;
	bool lost = a->fault != WIRE_ANSWERED;
	long code = lost ? 0 : a->code;
	bool refused = is_refusal(code);
	bool known = code >= 200 && code < HOLLOW_CODES;

	v->requests++;
	v->asked[call]++;
	v->unanswered += lost;
	v->lost += lost;
	v->unreadable += unreadable != NULL;
	v->refused += refused;
	v->errors += lost || unreadable || code == 429 || code >= 500 ||
		     (!lost && (code < 200 || (code >= 300 && code < 400)));
	v->by_code[known ? code : 0] += known || lost;
	if (!lost)
		say(h, &s->scenario.calls.name[call], a, unreadable);
	if (s->params->answered)
		s->params->answered(s->params->ctx, h->node.index, now, call, (int)code);
}

/* The row of that call and code, in their order. */
static struct fleet_code *row_of(struct fleet_result *r, uint16_t call, uint16_t code)
{
	struct fleet_code **at = &r->codes, *row = r->codes;

	while (row && (row->call < call || (row->call == call && row->code < code))) {
		at = &row->next;
		row = row->next;
	}
	if (row && row->call == call && row->code == code)
		return row;
	row = ARENA_NEW(&r->mem, struct fleet_code);
	*row = (struct fleet_code){.next = *at, .call = call, .code = code};
	hist_reset(&row->took);
	hist_reset(&row->held);
	*at = row;
	return row;
}

/* The tally has one outcome for all of them. */
static void on_call(void *ctx, const struct tally_call *c)
{
	struct swarm *s = ctx;
	struct tally *t = &s->result->tally;
	const struct tally_window *w = &t->window[0];
	uint32_t second = (uint32_t)((c->at - w->from[1]) / NS_S);
	struct fleet_code *row;

	if (c->what != OUTCOME_ERROR || call_is_runtime(c->call) ||
		tally_spot(t, 1, c->at)->in != &w->in)
		return;
	row = row_of(s->result, c->call, s->answered_by);
	row->in_second = row->second == second ? row->in_second + 1 : 1;
	row->second = second;
	row->peak = row->in_second > row->peak ? row->in_second : row->peak;
	row->count++;
	if (c->took == TALLY_UNKNOWN)
		return;
	hist_add(&row->took, c->took);
	hist_add(&row->held, c->held);
}

void answers_begin(struct swarm *s)
{
	tally_trace(&s->result->tally, on_call, s);
}
