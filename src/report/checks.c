/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of result checks, as cases of a test. */
#include <stdio.h>
#include <string.h>

#include "report/comparison.h"
#include "report/comparison_priv.h"
#include "report/contrast.h"
#include "report/contrast_priv.h"
#include "report/estimate.h"
#include "report/estimate_priv.h"
#include "report/format.h"
#include "report/incidents.h"
#include "report/result.h"
#include "report/result_priv.h"
#include "report/validation.h"

/* Kubernetes' objectives. */
void result_junit(const struct json *result, struct junit *junit)
{
	struct json *rows = result_slo_rows(result);

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const char *met = json_as_str(json_get(r, "met"));
		struct str what = {0};

		if (met)
			result_objective(result, r, &what);
		else
			str_add(&what, "not measured");
		junit_case(junit, "objectives", json_as_str(json_get(r, "name")),
			!met                  ? JUNIT_SKIPPED
			: !strcmp(met, "met") ? JUNIT_PASSED
					      : JUNIT_FAILED,
			str_text(&what));
		str_fini(&what);
	}
	json_free(rows);
	junit_case(junit, "run", "settled at its end",
		!strcmp(json_as_str(json_get(result, "verdict")), "settled") ? JUNIT_PASSED
									     : JUNIT_FAILED,
		json_as_str(json_get(result, "verdict")));
}

/* A row has no limit: those that two engines have a number of are told, others are skipped. */
static void contrast_rows(const struct json *rows, const char *group, const char *simulated,
	const char *closed, struct junit *junit)
{
	struct str name = {0}, what = {0};
	char a[FORMAT_BYTES], b[FORMAT_BYTES], c[FORMAT_BYTES];

	for (const struct json *r = json_child(rows); r; r = json_next(r)) {
		const struct json *form = json_get(r, closed);
		const char *why = json_as_str(json_get(r, "closedFormReason"));

		contrast_label(r, &name);
		str_addf(&name, " at %.0f pods", json_as_num(json_get(r, "podsPerNode")));
		str_reset(&what);
		if (json_is_num(form))
			str_addf(&what, "simulated %s/s, closed form %s/s, difference %s",
				format_rate(
					a, sizeof(a), json_as_num(table_value(r, simulated))),
				format_rate(b, sizeof(b), json_as_num(form)),
				format_percent(c, sizeof(c),
					json_as_num(json_get(r, "closedFormDifference"))));
		else
			str_add(&what, why ? why : "no closed form");
		junit_case(junit, group, str_text(&name),
			json_is_num(form) ? JUNIT_PASSED : JUNIT_SKIPPED, str_text(&what));
	}
	str_fini(&name);
	str_fini(&what);
}

void contrast_junit(const struct json *result, struct junit *junit)
{
	contrast_rows(json_get(result, "runtime"), "runtime", "callsPerSecondPerNode",
		"closedFormPerNode", junit);
	contrast_rows(json_get(result, "objects"), "objects", "requestsPerSecond.mean",
		"closedForm", junit);
}

static void junit_gate(const struct json *gate, struct junit *junit)
{
	struct str what = {0};
	const char *reason = table_text_of(gate, "reason"), *why = table_text_of(gate, "why");

	str_add(&what, "candidate ");
	comparison_figure(gate, "candidate", &what);
	str_add(&what, ", base ");
	comparison_figure(gate, "base", &what);
	str_add(&what, ", bound ");
	comparison_figure(gate, "bound", &what);
	str_addf(&what, "%s%s%s%s", *reason ? "; " : "", reason, *why ? "; " : "", why);
	junit_case(junit, "gates", table_text_of(gate, "gate"),
		strcmp(table_text_of(gate, "verdict"), "held") ? JUNIT_FAILED : JUNIT_PASSED,
		str_text(&what));
	str_fini(&what);
}

void comparison_junit(const struct json *result, struct junit *junit)
{
	const struct json *gate = json_child(json_get(result, "gates"));
	struct str what = {0};

	if (!gate)
		junit_case(junit, "comparison", "headline", JUNIT_PASSED,
			table_text_of(result, "headline"));
	for (; gate; gate = json_next(gate))
		junit_gate(gate, junit);
	comparison_unsettled(result, &what);
	if (str_len(&what))
		junit_case(junit, "comparison", "settled",
			*table_text_of(result, "verdict") ? JUNIT_FAILED : JUNIT_SKIPPED,
			str_text(&what));
	str_fini(&what);
}

/* Limiters that a feature's requests would fill; and calls of which no form is known. */
void estimate_junit(const struct json *result, struct junit *junit)
{
	const struct json *l = json_child(json_get(result, "limiters"));
	const struct json *c = json_child(json_get(result, "calls"));

	for (; l; l = json_next(l)) {
		const struct json *full = json_get(l, "full"), *over = json_get(l, "over");
		bool holds = json_as_bool(json_get(l, "holds"));
		struct str name = {0}, what = {0};

		str_addf(&name, "client %s at %.0f nodes", json_as_str(json_get(l, "client")),
			json_as_num(json_get(l, "nodes")));
		str_addf(&what, "%s%.3g/s with the features, the limit is %.3g/s%s%s",
			holds ? "" : "at least ",
			json_as_num(json_get(l, "withFeaturesPerSecond")),
			json_as_num(json_get(l, "qps")), holds ? "" : "; not modelled: ",
			holds ? "" : json_as_str(json_get(l, "why")));
		junit_case(junit, "limiters", str_text(&name),
			!json_is_num(full) || !json_is_bool(over) ? JUNIT_SKIPPED
			: json_as_bool(over)                      ? JUNIT_FAILED
								  : JUNIT_PASSED,
			json_is_num(full) ? str_text(&what) : "it has no limit");
		str_fini(&name);
		str_fini(&what);
	}
	for (; c; c = json_next(c)) {
		struct str name = {0}, what = {0};
		bool holds;

		estimate_call_name(c, &name);
		estimate_by_sizes(c, "why", "", " ", &what);
		holds = what.len == 0;
		if (holds)
			estimate_by_sizes(c, "formula", "", " ", &what);
		junit_case(junit, "calls", str_text(&name),
			holds ? JUNIT_PASSED : JUNIT_SKIPPED, str_text(&what));
		str_fini(&name);
		str_fini(&what);
	}
}

/* A figure that is known to come out, and does not any more, is a failure; one that is known
 * not to, with its reason, is skipped. */
void incidents_junit(const struct json *result, struct junit *junit)
{
	char ours[FORMAT_BYTES], published[FORMAT_BYTES];

	for (const struct json *r = json_child(json_get(result, "rows")); r; r = json_next(r)) {
		bool known = !strcmp(json_as_str(json_get(r, "expected")), "not-matched");
		bool missed = !strcmp(json_as_str(json_get(r, "verdict")), "not-matched");
		const char *reason = json_as_str(json_get(r, "reason"));
		struct str what = {0};

		str_addf(&what, "published %s %s, ours %s",
			format_rate(published, sizeof(published),
				json_as_num(json_get(r, "published"))),
			json_as_str(json_get(r, "unit")),
			json_is_num(json_get(r, "ours"))
				? format_rate(
					  ours, sizeof(ours), json_as_num(json_get(r, "ours")))
				: "not modelled");
		if (reason)
			str_addf(&what, ": %s", reason);
		junit_case(junit, json_as_str(json_get(r, "name")),
			json_as_str(json_get(r, "figure")),
			!missed ? JUNIT_PASSED
			: known ? JUNIT_SKIPPED
				: JUNIT_FAILED,
			str_text(&what));
		str_fini(&what);
	}
}

/* What the command's exit status rests on, and every row that is part of it. */
void validation_junit(const struct json *result, struct junit *junit)
{
	double coverage = json_as_num(json_get(result, "coverage"));
	double wanted = json_as_num(json_get(result, "minWithin"));
	struct str name = {0}, what = {0};

	str_addf(&what, "%.3f of the rows are within their interval, at least %.3f wanted",
		coverage, wanted);
	junit_case(junit, "validation", "coverage",
		coverage < wanted ? JUNIT_FAILED : JUNIT_PASSED, str_text(&what));
	for (const struct json *r = json_child(json_get(result, "rows")); r; r = json_next(r)) {
		bool within = json_as_bool(json_get(r, "within"));

		str_reset(&name);
		str_reset(&what);
		str_addf(&name, "%s, %s, %s", json_as_str(json_get(r, "call")),
			json_as_str(json_get(r, "phase")), json_as_str(json_get(r, "node")));
		str_addf(&what, "recorded %g, simulated %g, interval %g to %g",
			json_as_num(json_get(r, "recorded")),
			json_as_num(json_get(r, "simulated")), json_as_num(json_get(r, "low")),
			json_as_num(json_get(r, "high")));
		/* One row in twenty is expected outside: a miss alone is no failure. */
		junit_case(junit, json_as_str(json_get(r, "source")), str_text(&name),
			within ? JUNIT_PASSED : JUNIT_SKIPPED, str_text(&what));
	}
	str_fini(&name);
	str_fini(&what);
}
