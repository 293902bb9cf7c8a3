/* SPDX-License-Identifier: Apache-2.0 */
/* What is the server's own: health, metrics, faults. */
#include <string.h>

#include "live/serve_priv.h"

static void answer_text(struct exchange *x, int code, const char *media, struct str *text)
{
	struct rest_reply reply = {.code = code, .media = media, .body = *text};

	exchange_answer(x, &reply);
	rest_reply_fini(&reply);
}

static void answer_health(struct exchange *x)
{
	struct str out = {0};
	/* /livez and /healthz hold as long as there is anybody to ask. */
	bool ready = !x->serve->is_stopping || strncmp(x->req->target, "/readyz", 7) != 0;

	str_add(&out, ready ? "ok" : "[-]shutdown failed: the server is shutting down\n");
	answer_text(x, ready ? 200 : 500, "text/plain; charset=utf-8", &out);
}

static void answer_metrics(struct exchange *x)
{
	struct serve *s = x->serve;
	struct str out = {0};
	uint32_t inside[2] = {0};

	serve_inside(s, inside);
	metrics_write(&s->metrics, &s->admit, &s->rest.store, inside, serve_now(s), &out);
	answer_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}

static void write_rules(const struct serve *s, struct str *out)
{
	struct json *value = json_object();
	struct json *shares = json_object();

	for (int f = 0; f < FAULT_N; f++)
		json_put_num(
			shares, fault_name((enum fault)f), (double)s->faults.share[f] / 1e6);
	json_put(value, "shares", shares);
	json_put_num(value, "latencySeconds", (double)s->faults.time[FAULT_LATENCY] / 1e9);
	json_put_num(value, "restartSeconds", (double)s->faults.time[FAULT_RESTART] / 1e9);
	json_put_int(value, "struck", (int64_t)metrics_faults(&s->metrics));
	json_write(value, out);
	str_add_char(out, '\n');
	json_free(value);
}

/* GET tells the rules; POST ?do=500=5% sets one, ?do=restart acts one out now. */
static void answer_faults(struct exchange *x)
{
	struct serve *s = x->serve;
	const char *what = x->route.do_what;
	struct fault_rules rules = s->faults;
	enum fault fault = FAULT_N;
	struct err err = {0};
	struct str out = {0};

	if (x->route.verb == VERB_CREATE) {
		if (!what) {
			exchange_fail(x, 400, "?do=KIND or ?do=KIND=SHARE is needed");
			return;
		}
		fault = fault_find(what);
		if (fault == FAULT_N && faults_parse(&rules, what, &err)) {
			exchange_fail(x, 400, err.text);
			return;
		}
	}
	s->faults = rules;
	write_rules(s, &out);
	answer_text(x, 200, "application/json", &out);
	if (fault != FAULT_N)
		serve_strike(s, fault);
}

bool own_answer(struct exchange *x)
{
	if (x->route.target == TARGET_HEALTH)
		answer_health(x);
	else if (x->route.target == TARGET_METRICS)
		answer_metrics(x);
	else if (x->route.target == TARGET_FAULTS)
		answer_faults(x);
	else
		return false;
	return true;
}
