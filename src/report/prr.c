/* SPDX-License-Identifier: Apache-2.0 */
#include "report/prr.h"

#include <string.h>

#include "report/classes.h"
#include "report/estimate.h"
#include "report/estimate_priv.h"
#include "report/format.h"
#include "report/prr_priv.h"
#include "report/table.h"

bool prr_is_api(const struct json *call)
{
	return json_is_str(json_get(call, "verb"));
}

struct json *prr_flat(const struct json *result, bool api)
{
	struct json *rows = json_array();
	const struct json *call = json_child(json_get(result, "calls"));

	for (; call; call = json_next(call)) {
		struct str name = {0};

		if (prr_is_api(call) != api)
			continue;
		str_add(&name, "`");
		estimate_call_name(call, &name);
		str_add(&name, "`");
		estimate_added_by(result, call, &name);
		estimate_add_sizes(rows, call, str_text(&name), ESTIMATE_NAMED_ONCE, "unknown");
		str_fini(&name);
	}
	return rows;
}

void prr_question(const char *text, struct str *out)
{
	str_addf(out, "\n###### %s\n\n", text);
}

/* Below a table: how its numbers come about, and why others are unknown. */
void prr_formulas(const struct json *result, bool api, struct str *out)
{
	const struct json *call = json_child(json_get(result, "calls"));

	str_add_char(out, '\n');
	for (; call; call = json_next(call)) {
		if (prr_is_api(call) != api)
			continue;
		str_add(out, "- `");
		estimate_call_name(call, out);
		str_add(out, "`");
		estimate_added_by(result, call, out);
		str_add(out, ", on a node:\n");
		estimate_by_sizes(call, "formula", "  - `", "`\n", out);
		estimate_by_sizes(call, "why", "  - unknown: ", "\n", out);
	}
}

/* Those of the kubelet that are not what they were: requests, or calls of the runtime. */
void prr_own_calls(const struct json *result, bool runtime, struct str *out)
{
	struct json *all = estimate_named(json_get(result, "changes"), ESTIMATE_NAMED_ONCE);
	struct json *rows = json_array();

	for (const struct json *r = json_child(all); r; r = json_next(r))
		if (json_is_str(json_get(r, "operation")) == runtime)
			json_append(rows, json_clone(r));
	if (json_child(rows)) {
		str_add(out, "\nWhat changes of the kubelet's own, by 0.1 % or more:\n\n");
		table_markdown(
			estimate_change_columns.of, estimate_change_columns.n, rows, out);
	}
	json_free(rows);
	json_free(all);
}

static void beginning(const struct json *result, struct str *out)
{
	double churn = json_as_num(json_get(result, "churnPodsPerSecond"));
	char rate[FORMAT_BYTES];

	str_addf(out, "### Scalability\n\nKubelet %s on %s, %.0f pods a node, ",
		json_as_str(json_get(result, "kubelet")),
		json_as_str(json_get(result, "containerRuntime")),
		json_as_num(json_get(result, "podsPerNode")));
	if (churn > 0)
		str_addf(out, "%s pods/s come and go in the cluster.",
			format_rate(rate, sizeof(rate), churn));
	else
		str_add(out, "none comes or goes.");
	str_add(out, " In closed form: counts follow from timers and triggers, where nothing "
		     "waits.\n");
	estimate_defaults(result, "`", out);
}

static void symbols(const struct json *result, struct str *out)
{
	if (!json_child(json_get(result, "symbols")))
		return;
	str_add(out, "\nSymbols of the formulas:\n\n");
	estimate_symbols(result, "", SHOW_MARKDOWN, out);
}

void prr_markdown(const struct json *result, struct str *out)
{
	beginning(result, out);
	prr_new_calls(result, out);
	prr_new_types(result, out);
	prr_question("Will enabling / using this feature result in any new calls to the cloud "
		     "provider?",
		out);
	str_add(out, "Not modelled: a feature's calls are to the API server and to the "
		     "container runtime.\n");
	prr_existing_objects(result, out);
	prr_slower(result, out);
	prr_resources(result, out);
	prr_exhausted(result, out);
	symbols(result, out);
	str_add_char(out, '\n');
	classes_note(result, SIZE_MAX, out);
}
