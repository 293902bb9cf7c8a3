/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll compare`: base and candidate side by side, and gates on what they cost. */
#include "cli/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/compare_closed.h"
#include "cli/compare_gates.h"
#include "cli/compare_rows.h"
#include "cli/compare_side.h"
#include "cli/compare_told.h"
#include "cli/compare_words.h"
#include "cli/gate_clients.h"
#include "report/classes.h"
#include "report/comparison.h"
#include "report/difference.h"

struct compare_options {
	struct common common;
	struct opt_texts gates, sets, candidate_sets, with;
	const char *budget;
	const char *scenario;
	uint32_t seeds;
	struct opt_seed seed;
	bool allow_different;
};

enum { SEEDS_USUAL = 5, DIFFERENCES_KEPT = 200 };

#define REC struct compare_options
static const struct opt opts[] = {
	ROW(gates, "gate", OPT_TEXTS, .value = "EXPR",
		.help = "what must hold, as 'runtime.calls.perNode <= +5%'; may be repeated"),
	ROW(budget, "budget", OPT_TEXT, .value = "FILE",
		.help = "gates, and what is compared, from a file of kind Budget"),
	ROW_WITH("add a feature to the candidate"),
	ROW(candidate_sets, "candidate-set", OPT_TEXTS, .value = "PATH=VALUE",
		.help = "override a field of the candidate's spec; may be repeated"),
	ROW_SETS("override a field of both"),
	ROW(scenario, "scenario", OPT_TEXT, .value = "NAME",
		.help = "in which kubelet:NAME runs (the other side's, or quiet-5000x30)"),
	ROW(seeds, "seeds", OPT_COUNT, .value = "N", .min = 1, .max = COMPARE_SEEDS_MAX,
		.help = "runs of each scenario, seed by seed the same draws (5)"),
	ROW_SEED("the first of them (the saved result's, or the base's)",
		.max = SEED_MAX - COMPARE_SEEDS_MAX),
	ROW(allow_different, "allow-different", OPT_FLAG,
		.help = "compare a saved result with another scenario's all the same"),
	ROWS_CHECK,
};
#undef REC

struct comparing {
	struct compare_options o;
	struct library lib;
	struct arena mem;
	struct budget budget;
	struct side_name name[2]; /* of base and candidate */
	struct side_name scenario;
	struct str warnings;
	struct side base, candidate;
	struct json *differences;
	uint32_t n_differences;
	struct gates gates;
	bool seeds_given;
	uint64_t first_seed;
	struct compare_results of_base, of_candidate;
	struct measure_points points;
	struct gates_judged judged;
};

/* ------------------------------------------------------------------ what is compared */

static int append(struct comparing *c, struct opt_texts *to, const char *flag,
	const struct budget_text *from, uint32_t n, struct err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct doc_node *at = from[i].at;
		struct str place = {0};

		if (opt_texts_add(to, flag, from[i].text, err))
			return ERR_INPUT;
		str_addf(&place, "%s:%u:%u: ", at->file, at->line, at->column);
		to->door[to->n - 1] = arena_strdup(&c->mem, str_text(&place));
		str_fini(&place);
	}
	return 0;
}

/* What flags say goes before what the budget says. */
static int take_budget(struct comparing *c, struct err *err)
{
	struct compare_options *o = &c->o;
	const struct budget *b = &c->budget;
	int code;

	if (!o->budget)
		return 0;
	code = budget_load(&c->mem, o->budget, &c->budget, err);
	if (code)
		return code;
	if (!c->name[0].text) {
		c->name[0] = (struct side_name){b->base.text, b->base.at};
		c->name[1] = (struct side_name){b->candidate.text, b->candidate.at};
	}
	if (!o->scenario)
		c->scenario = (struct side_name){b->scenario.text, b->scenario.at};
	o->seeds = o->seeds ? o->seeds : b->seeds;
	if (append(c, &o->sets, "set", b->sets, b->n_sets, err) ||
		append(c, &o->candidate_sets, "candidate-set", b->candidate_sets,
			b->n_candidate_sets, err))
		return ERR_INPUT;
	return append(c, &o->with, "with", b->with, b->n_with, err);
}

static int take_names(struct comparing *c, const struct opt_line *line, struct err *err)
{
	int code;

	c->name[0].text = line->n_arguments > 0 ? line->arguments[0] : NULL;
	c->name[1].text = line->n_arguments > 1 ? line->arguments[1] : NULL;
	c->scenario.text = c->o.scenario;
	c->seeds_given = c->o.seeds || c->o.seed.given;
	code = take_budget(c, err);
	if (code)
		return code;
	c->o.seeds = c->o.seeds ? c->o.seeds : SEEDS_USUAL;
	if (!c->name[0].text)
		return err_set(err, ERR_INPUT,
			"compare: BASE is missing; 'nodetoll compare --help' tells more");
	if (c->name[1].text)
		return 0;
	c->name[1] = c->name[0];
	if (c->o.with.n || c->o.candidate_sets.n)
		return 0;
	return err_set(err, ERR_INPUT,
		"compare: CANDIDATE is missing: another scenario, or --with or "
		"--candidate-set for what differs from BASE");
}

/* "quiet-5000x30 with node-problem-detector, nodes=10". */
static void name_candidate(struct comparing *c)
{
	const struct opt_texts *added[] = {&c->o.with, &c->o.candidate_sets};
	struct str label = {0};
	const char *before = " with ";

	str_add(&label, c->candidate.name);
	for (size_t k = 0; k < sizeof(added) / sizeof(added[0]); k++)
		for (uint32_t i = 0; i < added[k]->n; i++) {
			str_addf(&label, "%s%s", before, added[k]->text[i]);
			before = ", ";
		}
	c->candidate.label = arena_strdup(&c->mem, str_text(&label));
	str_fini(&label);
}

/* What both sides have, then what only the candidate has: settings and features. */
static struct settings candidate_settings(struct comparing *c, const struct settings *base)
{
	struct opt_texts *own = &c->o.candidate_sets;
	struct settings all;

	for (uint32_t i = 0; i < own->n; i++)
		own->door[i] = own->door[i] ? own->door[i] : "--candidate-set ";
	all = settings_joined(&c->mem, base,
		&(struct settings){.text = own->text, .door = own->door, .n = own->n});
	all.with = c->o.with.text;
	all.with_door = c->o.with.door;
	all.n_with = c->o.with.n;
	return all;
}

static int open_sides(struct comparing *c, struct err *err)
{
	const struct compare_options *o = &c->o;
	const struct settings base = {.text = o->sets.text,
		.door = o->sets.door,
		.n = o->sets.n,
		.warnings = &c->warnings};
	const struct settings candidate = candidate_settings(c, &base);
	struct side_given left = {c->name[0], c->scenario, &base};
	struct side_given right = {c->name[1], c->scenario, &candidate};
	int code;

	code = side_open(&c->base, &c->lib, &left, &right, err);
	if (!code)
		code = side_open(&c->candidate, &c->lib, &right, &left, err);
	common_warn(&c->warnings);
	if (!code)
		name_candidate(c);
	return code;
}

static const char *kind_of(const struct side *side)
{
	return side->is_saved ? side->saved.kind : "Result";
}

/* A file may have been edited, or cut off. */
static int check_saved(const struct side *side, struct err *err)
{
	if (side->is_saved && report_check(side->saved.json, err))
		return err_wrap(err, "%.200s", side->name);
	return 0;
}

/* Results of different kinds or, of saved ones, of different scenarios. */
static int check_sides(struct comparing *c, struct err *err)
{
	struct str what = {0};
	int code = 0;

	if (strcmp(kind_of(&c->base), kind_of(&c->candidate)) != 0)
		return err_set(err, ERR_INPUT,
			"%.200s is of kind %s, %.200s of kind %s: only the same can be "
			"compared",
			c->base.name, kind_of(&c->base), c->candidate.name,
			kind_of(&c->candidate));
	if (!measure_has_kind(kind_of(&c->base)))
		return err_set(err, ERR_INPUT,
			"%.200s is of kind %s, of which nothing is compared; there are "
			"measures of "
			"Result, Contrast, Estimate, Validation and Agreement",
			c->base.name, kind_of(&c->base));
	if (check_saved(&c->base, err) || check_saved(&c->candidate, err))
		return ERR_INPUT;
	if (c->base.is_saved && c->candidate.is_saved && c->seeds_given)
		return err_set(err, ERR_INPUT,
			"--seed and --seeds: %.200s and %.200s are saved results, nothing is "
			"run",
			c->base.name, c->candidate.name);
	c->differences = json_array();
	c->n_differences =
		differences(c->base.spec, c->candidate.spec, DIFFERENCES_KEPT, c->differences);
	if (!side_same_world(c->differences, &what) && !c->o.allow_different &&
		(c->base.is_saved || c->candidate.is_saved))
		code = err_set(err, ERR_INPUT,
			"%.200s and %.200s are of different scenarios: they differ in %.200s; "
			"--allow-different compares them all the same",
			c->base.name, c->candidate.name, str_text(&what));
	str_fini(&what);
	return code;
}

/* ------------------------------------------------------------------ the result */

static uint64_t first_seed(const struct comparing *c)
{
	const struct side *saved = c->base.is_saved        ? &c->base
				   : c->candidate.is_saved ? &c->candidate
							   : NULL;

	if (c->o.seed.given)
		return c->o.seed.value;
	if (saved)
		return (uint64_t)json_as_num(side_saved_seed(saved));
	return c->base.scenario.seed;
}

static int take_points(struct comparing *c, struct err *err)
{
	int code = 0;

	c->of_base = (struct compare_results){c->base.result, c->base.n};
	c->of_candidate = (struct compare_results){c->candidate.result, c->candidate.n};
	for (uint32_t i = 0; i < c->base.n && !code; i++)
		code = measure_points_add(&c->points, c->base.result[i], &c->mem, err);
	for (uint32_t i = 0; i < c->candidate.n && !code; i++)
		code = measure_points_add(&c->points, c->candidate.result[i], &c->mem, err);
	return code;
}

static struct json *rows(const struct comparing *c)
{
	struct json *list = json_array();

	for (uint32_t i = 0; i < c->points.n; i++) {
		const struct measure_family *f = c->points.point[i].family;

		for (uint32_t s = 0; s < f->n_stats; s++) {
			struct measure m = {c->points.point[i], &f->stat[s]};
			struct json *row = compare_row(&m, &c->of_base, &c->of_candidate);

			if (row)
				json_append(list, row);
		}
	}
	return list;
}

static bool is_unsettled(const struct json *result, const char *side)
{
	const struct json *v = json_get(json_get(result, side), "settled");

	return json_is_bool(v) && !json_as_bool(v);
}

/* A world in which requests pile up has no figures that a gate could look at. */
static const char *verdict(const struct comparing *c, const struct json *result)
{
	if (!c->gates.n)
		return NULL;
	if (is_unsettled(result, "base") || is_unsettled(result, "candidate"))
		return "unsettled";
	if (c->judged.breached)
		return "breached";
	return c->judged.undecided ? "undecided" : "held";
}

static struct json *result_of(struct comparing *c, struct json *gates)
{
	struct json *result = common_result("Comparison");
	struct json *all = rows(c);
	struct str text = {0};

	json_put_str(result, "headline", "");
	json_put_str(result, "of", kind_of(&c->base));
	json_put(result, "base", compare_told(&c->base, c->first_seed));
	json_put(result, "candidate", compare_told(&c->candidate, c->first_seed));
	compare_headline(result, all, &text);
	json_set_str(result, "headline", str_text(&text));
	json_put_int(result, "seed", (int64_t)c->first_seed);
	json_put_int(result, "seeds", c->base.n > c->candidate.n ? c->base.n : c->candidate.n);
	json_put_str(
		result, "test", compare_test_name(compare_test_of(c->base.n, c->candidate.n)));
	json_put_str(result, "calibration", "");
	json_put(result, "classes",
		classes_both(json_get(c->candidate.result[0], "classes"),
			json_get(c->base.result[0], "classes")));
	str_reset(&text);
	measure_calibration(result, &text); /* that of its classes, of both sides */
	json_set_str(result, "calibration", str_text(&text));
	json_put(result, "differences", c->differences);
	json_put_int(result, "differencesTotal", c->n_differences);
	c->differences = NULL;
	json_put_str(result, "verdict", verdict(c, result));
	json_put(result, "gates", gates);
	json_put(result, "closedForm", compare_closed(&c->of_base, &c->of_candidate));
	json_put(result, "rows", all);
	str_fini(&text);
	return result;
}

/* Exit status 1, with what broke. */
static int breach(const struct json *result, struct err *err)
{
	const struct json *gate = json_child(json_get(result, "gates"));
	struct str list = {0}, sum = {0};
	int code;

	comparison_gates_sum(result, &sum);
	for (; gate; gate = json_next(gate)) {
		const char *reason = json_as_str(json_get(gate, "reason"));
		const char *why = json_as_str(json_get(gate, "why"));

		if (!strcmp(json_as_str(json_get(gate, "verdict")), "held"))
			continue;
		str_addf(&list, "\n  %s: ", json_as_str(json_get(gate, "gate")));
		comparison_figure(gate, "candidate", &list);
		str_add(&list, ", base ");
		comparison_figure(gate, "base", &list);
		str_addf(&list, "%s%s%s%s", reason ? "; " : "", reason ? reason : "",
			why ? "; " : "", why ? why : "");
	}
	code = err_set(err, ERR_CHECK, "compare: %s%s%s",
		strcmp(json_as_str(json_get(result, "verdict")), "unsettled")
			? ""
			: "it had not settled when the run was over; ",
		str_text(&sum), str_text(&list));
	str_fini(&list);
	str_fini(&sum);
	return code;
}

static int conclude(struct comparing *c, struct err *err)
{
	struct gate_words clients = {0};
	struct calls calls;
	struct json *gates, *result;
	int code;

	calls_init(&calls);
	code = take_points(c, err);
	if (c->gates.n)
		clients = gate_clients(&c->lib, c->base.spec, c->candidate.spec);
	if (!code)
		code = gates_check(&c->gates, &c->points,
			c->candidate.is_saved ? &calls : &c->candidate.scenario.calls, &clients,
			err);
	if (code)
		return code;
	gates = json_array();
	code = gates_judge(&c->gates, &c->of_base, &c->of_candidate, gates, &c->judged, err);
	if (code) {
		json_free(gates);
		return code;
	}
	result = result_of(c, gates);
	code = common_emit(&c->o.common, result, err);
	if (!code && c->gates.n &&
		strcmp(json_as_str(json_get(result, "verdict")), "held") != 0)
		code = breach(result, err);
	json_free(result);
	return code;
}

static int compare(struct comparing *c, const struct opt_line *line, struct err *err)
{
	struct side_runs runs;
	int code = common_library(c->o.common.models, &c->lib, err);

	c->lib.mem = &c->mem;
	if (!code)
		code = take_names(c, line, err);
	if (!code)
		code = open_sides(c, err);
	if (!code)
		code = check_sides(c, err);
	if (!code)
		code = gates_read(&c->gates, &c->o.gates, c->o.budget ? &c->budget : NULL,
			kind_of(&c->base), &c->mem, err);
	if (code)
		return code;
	c->first_seed = first_seed(c);
	runs = (struct side_runs){c->first_seed, c->o.seeds, c->o.common.threads};
	code = sides_run(&c->base, &c->candidate, &runs, err);
	return code ? code : conclude(c, err);
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct comparing *c = own;
	int code;

	arena_init(&c->mem, 0);
	code = compare(c, line, err);
	side_close(&c->base);
	side_close(&c->candidate);
	json_free(c->differences);
	arena_fini(&c->mem);
	return code;
}

const struct cmd cmd_compare_row = {
	.name = "compare",
	.argument = "[BASE] [CANDIDATE]",
	.summary = "base and candidate side by side; gates that fail a check",
	.about = "Each is a scenario (a name or file), a saved result, or kubelet:v1.12: the "
		 "other's scenario\n"
		 "with that kubelet.  Without CANDIDATE it is BASE with --with or "
		 "--candidate-set.\n"
		 "\n"
		 "Both draw the same random numbers, seed by seed.  A difference is ~ if the "
		 "95 % "
		 "interval\n"
		 "of the mean of the pairs' differences (paired t-test) has 0 in it.  Beside "
		 "one "
		 "saved run,\n"
		 "~ is within the 95 % prediction interval of one further run of the other "
		 "side.\n"
		 "\n"
		 "A gate is a measure, <, <=, > or >=, and a limit: 30/s, 5s, or, relative to "
		 "the "
		 "base,\n"
		 "+5% or +20ms.  Gates look at the means over the seeds.  A breach is exit "
		 "status "
		 "1.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct comparing),
	.run = run,
};
