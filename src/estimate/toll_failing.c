/* SPDX-License-Identifier: Apache-2.0 */
/* What a request becomes while none succeeds: who tries again, and how soon. */
#include <stdio.h>

#include "base/str.h"
#include "estimate/rates.h"
#include "estimate/toll_priv.h"
#include "models/tables.h"

/* rest/request.go maxRetries: sent again ten times after a Retry-After. */
enum { SENT_WHILE_REJECTED = 11 };

/* Only the first request of a round is sent while that one fails.  One for each of no pods is
 * none. */
static bool is_first(
	const struct scenario *s, const struct model_loop *l, const struct model_call *c)
{
	for (const struct model_call *is = l->calls; is < c; is++)
		if (!call_is_runtime(is->call) && rates_times(s, l, is) > 0)
			return false;
	return true;
}

static double up_to_tick(double span, double period)
{
	double ticks = (double)(int64_t)(span / period - 1e-9);

	return (ticks + 1) * period;
}

/* Seconds from a round that takes `busy` and fails to the next that makes the call. */
static double next_round(const struct scenario *s, const struct model_loop *l,
	const struct toll_row *row, double busy)
{
	bool ticks = l->timer == TIMER_TICKER, due = l->tries > 1 || l->try_again_after;
	double period = SECONDS(l->period), after = SECONDS(l->try_again_after);
	double usual = due ? rates_gap(s, l) : 1 / row->rounds;

	if (ticks) {
		after = up_to_tick(busy > after ? busy : after, period);
		return due || after > usual ? after : usual;
	}
	if (after > 0)
		return busy + after;
	return usual + busy - row->took;
}

/* A second and node, of tries that take so long and send so many requests each. */
static double rate(const struct scenario *s, const struct model_loop *l,
	const struct toll_row *row, double lasts, double sends)
{
	double tries = l->tries > 1 ? l->tries : 1, busy = tries * lasts + SECONDS(l->work);
	double qps = (double)client_limit(&s->kubelet, row->client) / 1000, rate;
	double often = tries > 1 ? row->looked : row->rounds; /* it is due still */

	if (row->rounds <= 0 || row->times <= 0)
		return 0;
	if (l->trigger == TRIGGER_PERIOD)
		rate = tries * sends / next_round(s, l, row, busy);
	else if (l->try_again_after) /* one round after the other, never done */
		rate = tries * sends / (busy + SECONDS(l->try_again_after));
	else
		rate = tries * sends * (often < 1 / busy ? often : 1 / busy);
	if (row->elsewhere)
		qps /= s->nodes * row->nodes;
	return (qps > 0 && rate > qps ? qps : rate) * row->nodes;
}

static void words(const struct model_loop *l, struct toll_row *row)
{
	struct str out = {0};
	bool event = l->trigger != TRIGGER_PERIOD;

	if (l->tries > 1)
		str_addf(&out, "tried %u times at once", l->tries);
	if (l->try_again_after)
		str_addf(&out, "%s%s after %g s%s", out.len ? ", then " : "",
			l->timer == TIMER_TICKER ? "tried again at the tick" : "tried again",
			SECONDS(l->try_again_after), event ? ", until it succeeds" : "");
	else
		str_add(&out, event && !out.len ? "not retried"
			      : event           ? ", then given up"
			      : out.len         ? ", then when the next round comes"
						: "not retried, made when it is due again");
	(void)snprintf(row->if_it_fails, sizeof(row->if_it_fails), "%s", str_text(&out));
	str_fini(&out);
}

void toll_failing(const struct scenario *s, const struct model_loop *l,
	const struct model_call *c, struct toll_row *row)
{
	ns_t sleep = s->apiserver.retry_after ? s->apiserver.retry_after : NS_S;

	if (row->runtime)
		return;
	words(l, row);
	if (row->fails || !is_first(s, l, c))
		return;
	row->failing = rate(s, l, row, row->took, 1);
	row->rejected = rate(s, l, row,
		SENT_WHILE_REJECTED * row->took + (SENT_WHILE_REJECTED - 1) * SECONDS(sleep),
		SENT_WHILE_REJECTED);
}
