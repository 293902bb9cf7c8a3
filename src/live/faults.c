/* SPDX-License-Identifier: Apache-2.0 */
#include "live/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/units.h"

enum { MILLION = 1000000 };

static const char *const names[FAULT_N] = {
#define X(e, name, help) name,
	FAULTS(X)
#undef X
};

const char *fault_name(enum fault fault)
{
	return names[fault];
}

/* All names, "latency, 429, ...". */
static void fault_names(struct str *out)
{
	for (int i = 0; i < FAULT_N; i++)
		str_addf(out, "%s%s", i ? ", " : "", names[i]);
}

enum fault fault_find(const char *name)
{
	int i = 0;

	while (i < FAULT_N && strcmp(names[i], name) != 0)
		i++;
	return (enum fault)i;
}

static int unknown(const char *text, const char *name, struct err *err)
{
	const char *near = str_nearest(name, names, FAULT_N);
	struct str all = {0};

	fault_names(&all);
	(void)err_set(err, ERR_INPUT, "--fault '%.60s': there are %s%s%s%s", text,
		str_text(&all), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	str_fini(&all);
	return ERR_INPUT;
}

static int share(const char *text, const char *value, int64_t *out, struct err *err)
{
	if (units_parse_ratio(value, out, NULL) || *out > MILLION)
		return err_set(err, ERR_INPUT,
			"--fault '%.60s': '%.40s' is no share of requests; 0%% to 100%% is "
			"allowed",
			text, value);
	return 0;
}

static int span(const char *text, const char *value, ns_t *out, struct err *err)
{
	if (units_parse_duration(value, out, NULL) || *out <= 0 || *out > NS_HOUR)
		return err_set(err, ERR_INPUT,
			"--fault '%.60s': '%.40s' is no time above 0 and up to 1h", text,
			value);
	return 0;
}

int faults_parse(struct fault_rules *rules, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	char name[32];
	char value[64];
	enum fault fault;
	char *at;
	int code;

	if (!equals || (size_t)(equals - text) >= sizeof(name) ||
		strlen(equals + 1) >= sizeof(value))
		return err_set(err, ERR_INPUT,
			"--fault '%.60s': KIND=SHARE is needed, as in 500=5%%, or a time "
			"before "
			"it, as in latency=200ms@10%%",
			text);
	(void)snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
	(void)snprintf(value, sizeof(value), "%s", equals + 1);
	fault = fault_find(name);
	if (fault == FAULT_N)
		return unknown(text, name, err);
	if (fault != FAULT_LATENCY && fault != FAULT_RESTART)
		return share(text, value, &rules->share[fault], err);
	at = strchr(value, '@');
	if (!at)
		return err_set(err, ERR_INPUT, "--fault '%.60s': %s@%s is needed", text, "TIME",
			fault == FAULT_LATENCY ? "SHARE" : "PERIOD");
	*at = '\0';
	code = span(text, value, &rules->time[fault], err);
	if (code)
		return code;
	return fault == FAULT_LATENCY ? share(text, at + 1, &rules->share[fault], err)
				      : span(text, at + 1, &rules->period, err);
}

bool fault_strikes(
	const struct fault_rules *rules, uint64_t seed, enum fault fault, uint32_t count)
{
	return rules->share[fault] > 0 &&
	       rng_below(rng_draw(rng_mix(seed), 'f', (uint32_t)fault, count), MILLION) <
		       (uint64_t)rules->share[fault];
}
