/* SPDX-License-Identifier: Apache-2.0 */
#include "estimate/toll_words.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "estimate/rates.h"

#define SECONDS(ns) ((double)(ns) / 1e9)

static void put(char *to, const struct str *text)
{
	(void)snprintf(to, TOLL_TEXT, "%s", str_text(text));
}

/* "each of the node's 30 pods" and its symbol. */
static void whom(const struct model_loop *l, const struct model_call *c,
	const struct toll_row *row, struct str *words, struct str *symbol)
{
	static const char *const many[] = {"", "pods", "running containers",
		"secrets and configmaps that its pods refer to",
		"namespaces that its pods are in"};
	static const char *const symbols[] = {"1", "P", "P C", "U", "M"};
	bool clock = l->trigger == TRIGGER_PERIOD || l->trigger == TRIGGER_KUBELET_START;

	bool part = c->share && c->share < PPM;
	double percent = (double)c->share / PPM * 100;

	if (row->repeats > 1) {
		str_addf(words, "%u times ", row->repeats);
		str_addf(symbol, "%u x ", row->repeats);
	}
	if (!clock) {
		if (part)
			str_addf(words, "%g %% of the times ", percent);
		str_add(symbol,
			c->scope == SCOPE_CONTAINER && row->times > row->repeats ? "C" : "1");
	} else if (c->scope == SCOPE_NODE) {
		str_add(symbol, "1");
	} else {
		str_add(words, "for each of ");
		if (part)
			str_addf(words, "%g %% of ", percent);
		str_addf(words, "the node's %.4g %s, ", row->of, many[c->scope]);
		str_add(symbol, symbols[c->scope]);
	}
	if (part)
		str_add(symbol, " f");
}

/* "30 x 0.3": of how many, and the share of them. */
static void times(const struct model_call *c, const struct toll_row *row, struct str *out)
{
	if (row->repeats > 1)
		str_addf(out, "%u x ", row->repeats);
	str_addf(out, "%.4g", row->of);
	if (c->share && c->share < PPM && row->of > 0)
		str_addf(out, " x %.4g", row->times / row->repeats / row->of);
}

static const char *upon(enum trigger what)
{
	static const char *const texts[TRIGGERS] = {"", "when the kubelet starts",
		"when a pod starts", "when a pod stops", "at every sync of a pod",
		"when a pod's status was written", "when a container starts",
		"when a container has died", "when a pod is shown a newer secret or configmap",
		"when a pod's sync fails"};

	return texts[what];
}

static const char *rate_symbol(enum trigger what)
{
	static const char *const texts[TRIGGERS] = {
		"", "0", "a", "a", "P / R", "w a", "C a + d", "C a + d", "P u", "e"};

	return texts[what];
}

static void clock_words(const struct model_loop *l, const struct model_call *c,
	const struct toll_row *row, struct str *words)
{
	double gap = 1 / row->looked;

	if (c->at_most_every > l->period)
		str_addf(words, "every %g s at most, looked at every %g s", row->period,
			SECONDS(l->period));
	else
		str_addf(words, "every %g s", row->period);
	if (l->jitter)
		str_addf(words, " and up to %g %% more", (double)l->jitter / PPM * 100);
	if (l->timer == TIMER_TICKER)
		str_add(words, " by a ticker");
	if (l->timer == TIMER_TICKER && gap > SECONDS(l->period))
		str_addf(words, " whose ticks pass while a round takes %.4g s", gap);
	if (l->timer != TIMER_TICKER && c->at_most_every <= l->period)
		str_addf(words, " after its end, which makes %.4g s", gap);
	if (row->waits > 0)
		str_addf(words, ", %.3g s of them before its limiter", row->waits);
	if (c->if_older_than > 0)
		str_add(words, ", if what is cached is old");
}

static void clock_symbols(const struct model_loop *l, const struct model_call *c,
	const struct toll_row *row, const struct str *who, struct str *out)
{
	const char *from = l->timer == TIMER_TICKER ? "T"
			   : row->waits > 0         ? "(T + L + D)"
						    : "(T + L)";
	double gap = row->rounds > 0 ? 1 / row->rounds : 0;

	if (c->at_most_every > l->period)
		from = "T'";
	else if (l->timer == TIMER_TICKER && gap > SECONDS(l->period))
		from = row->waits > 0 ? "(L + D)" : "L";
	str_addf(out, "%s%s / %s = ", str_text(who), row->nodes < 1 ? " h" : "", from);
	times(c, row, out);
	if (row->nodes < 1)
		str_addf(out, " x %.4g", row->nodes);
	str_addf(out, " / %.5g s = %.4g/s", gap, row->rate);
}

/* Whether pods that come and go or whose containers die add to those at rest. */
static bool adds_to_rest(const struct model_loop *l, const struct model_call *c)
{
	return l->trigger == TRIGGER_POD_SYNC && c->at_most_every <= 0;
}

static void event_words(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, const struct syncs *syncs, const struct toll_row *row,
	struct str *words)
{
	bool each = row->times > row->repeats && l->trigger != TRIGGER_KUBELET_START;

	str_addf(words, "%s%s", upon(l->trigger),
		each ? ", for each of the pod's containers or objects" : "");
	if (adds_to_rest(l, c) && syncs->by_life != 0)
		str_add(words, ", i more in a life");
	if (adds_to_rest(l, c) && syncs->by_death > 0)
		str_add(words, ", k more upon a death");
	if (l->trigger == TRIGGER_CONTAINER_DEATH && s->workload.container_death_every <= 0)
		str_add(words,
			s->workload.crash_looping > 0
				? ", as those of pods that go do; how often those of pods "
				  "that crash again and again do is not known"
				: ", as those of pods that go do; none dies by itself");
	if (c->at_most_every > 0)
		str_addf(words, ", every %g s at most", SECONDS(c->at_most_every));
	if (row->held)
		str_add(words, ", as often as its limiter lets it");
}

static void pace_symbols(const struct model_loop *l, const struct model_call *c,
	const struct syncs *syncs, struct str *out)
{
	str_add(out, rate_symbol(l->trigger));
	if (adds_to_rest(l, c) && syncs->by_life != 0)
		str_add(out, " + a i");
	if (adds_to_rest(l, c) && syncs->by_death > 0)
		str_add(out, " + d k");
}

static void pace(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, const struct syncs *syncs, const struct toll_row *row,
	struct str *out)
{
	bool more = syncs->by_life != 0 || syncs->by_death > 0;

	if (!adds_to_rest(l, c) || !more) {
		str_addf(out, "%.4g/s", row->rounds);
		return;
	}
	str_addf(out, "(%.4g/s", syncs->rests);
	if (syncs->by_life != 0)
		str_addf(out, " + %.4g/s x %.3g", 1 / SECONDS(s->workload.replace_pod_every),
			syncs->by_life);
	if (syncs->by_death > 0)
		str_addf(out, " + %.4g/s x %.3g",
			1 / SECONDS(s->workload.container_death_every), syncs->by_death);
	str_add(out, ")");
}

/* Of what happens nobody knows how often, or of a part of it. */
static bool is_unknown(
	const struct scenario *s, const struct model_loop *l, const struct toll_row *row)
{
	bool of_containers =
		l->trigger == TRIGGER_CONTAINER_START || l->trigger == TRIGGER_CONTAINER_DEATH;

	return row->fails && l->trigger != TRIGGER_KUBELET_START &&
	       (row->rate <= 0 || (of_containers && s->workload.crash_looping > 0));
}

/* "1 x (a) = 1 x 0.02/s = 0.02/s", "1 x (a), T' apart = 1 / 612 s = 0.00163/s". */
static void event_symbols(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, const struct syncs *syncs, const struct toll_row *row,
	struct str *out)
{
	bool apart = c->at_most_every > 0 && row->rounds > 0;

	if (is_unknown(s, l, row)) {
		pace_symbols(l, c, syncs, out);
		str_addf(out, ")%s = ?", row->nodes < 1 ? ", h" : "");
		return;
	}
	pace_symbols(l, c, syncs, out);
	str_addf(out, ")%s%s = ", apart ? ", T' apart" : "", row->nodes < 1 ? ", h" : "");
	times(c, row, out);
	if (row->nodes < 1)
		str_addf(out, " x %.4g", row->nodes);
	if (apart)
		str_addf(out, " / %.5g s", 1 / row->rounds);
	else {
		str_add(out, " x ");
		pace(s, l, c, syncs, row, out);
	}
	str_addf(out, " = %.4g/s", row->rate);
}

void toll_words(const struct scenario *s, const struct syncs *syncs, struct toll_row *row)
{
	const struct model_loop *l = row->loop;
	const struct model_call *c = row->made;
	struct str words = {0}, who = {0}, symbols = {0};

	if (l->nodes && l->nodes < PPM)
		str_addf(&words, "on %g of %u nodes (%g %%), ", row->nodes * s->nodes, s->nodes,
			(double)l->nodes / PPM * 100);
	whom(l, c, row, &words, &who);
	if (l->trigger == TRIGGER_PERIOD) {
		clock_words(l, c, row, &words);
		clock_symbols(l, c, row, &who, &symbols);
	} else if (row->held) {
		event_words(s, l, c, syncs, row, &words);
		str_addf(&symbols, "Q%s = %.4g/s",
			row->elsewhere   ? " / N"
			: row->nodes < 1 ? " h"
					 : "",
			row->rate);
	} else {
		event_words(s, l, c, syncs, row, &words);
		str_addf(&symbols, "%s x (", str_text(&who));
		event_symbols(s, l, c, syncs, row, &symbols);
	}
	put(row->words, &words);
	put(row->symbols, &symbols);
	str_fini(&words);
	str_fini(&who);
	str_fini(&symbols);
}

void toll_watch_words(const struct model_watch *w, struct toll_row *row)
{
	static const char *const of[WATCH_SCOPES] = {
		[WATCH_CLUSTER] = "all of the cluster", [WATCH_NODE] = "those of its node"};

	(void)snprintf(row->words, sizeof(row->words),
		"%s, listed once, watched; the watch ends after %g s on average and is opened "
		"again",
		of[w->scope], row->period);
	(void)snprintf(row->symbols, sizeof(row->symbols), "1 / W = 1 / %g s = %.4g/s",
		row->period, row->rate);
	if (!row->untold && row->told > 0)
		(void)snprintf(row->symbols, sizeof(row->symbols),
			"1 / W = 1 / %g s = %.4g/s; is told %.4g events/s", row->period,
			row->rate, row->told);
}

/* ------------------------------------------------------------------ the legend */

/* A letter means one thing, and none is a unit: seconds are "s". */
const struct toll_symbol toll_symbols[] = {
	{"P", "pods of the node"},
	{"C", "containers of a pod"},
	{"U", "secrets and configmaps that the node's pods refer to"},
	{"M", "namespaces that the node's pods are in"},
	{"T", "time between rounds, by the timer and its mean jitter"},
	{"L", "time that a round takes, to the tick after it where ticks pass meanwhile"},
	{"D", "time that a round waits for its client's limiter, on average"},
	{"T'", "time between rounds that make the call, at least as long as stated"},
	{"Q", "requests a second that its client's limiter lets through"},
	{"N", "nodes of the cluster"},
	{"W", "mean life of a watch, until it ends and is opened again"},
	{"R", "mean time from a pod's sync to its next, at rest"},
	{"a", "pods that come and go, a second and node"},
	{"d", "containers that die by themselves, a second and node"},
	{"e", "syncs that fail, a second and node"},
	{"i", "syncs that a pod which comes and goes has beside those at rest"},
	{"k", "syncs that a container's death causes"},
	{"u", "newer secrets and configmaps that a pod is shown, a second"},
	{"w", "writes of a pod's status in its life"},
	{"f", "share of the pods, containers, objects or events that the call is made for"},
	{"h", "share of the nodes that make the call"},
};
const size_t toll_n_symbols = sizeof(toll_symbols) / sizeof(toll_symbols[0]);

bool toll_uses(const char *formula, const char *symbol)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'";
	size_t symbolic = strcspn(formula, "="), len = strlen(symbol), word;

	for (size_t at = 0; at < symbolic; at += word + 1) {
		word = strspn(formula + at, letters);
		if (word == len && !strncmp(formula + at, symbol, len))
			return true;
	}
	return false;
}
