/* SPDX-License-Identifier: Apache-2.0 */
#include "models/incident.h"

#include <stdio.h>
#include <string.h>

#include "models/library_priv.h"
#include "models/tables.h"

const struct word words_incident_class[3] = {
	{"A", INCIDENT_A}, {"B", INCIDENT_B}, {"C", INCIDENT_C}};
const struct word words_incident_verdict[3] = {
	{"matched", VERDICT_MATCHED}, {"not-matched", VERDICT_NOT}, {"shape", VERDICT_SHAPE}};
const struct word words_incident_inputs[3] = {
	{"model", INPUTS_MODEL}, {"nominal", INPUTS_NOMINAL}, {"stated", INPUTS_STATED}};
static const struct word words_of[] = {{"before", OF_BEFORE}, {"after", OF_AFTER},
	{"ratio", OF_RATIO}, {"difference", OF_DIFFERENCE}};
static const struct word words_measure[] = {{"nothing", BY_NOTHING}, {"rate", BY_RATE},
	{"rejectedRate", BY_REJECTED}, {"period", BY_PERIOD}, {"bytes", BY_BYTES},
	{"watches", BY_WATCHES}, {"told", BY_TOLD}, {"toldBytes", BY_TOLD_BYTES},
	{"restarts", BY_RESTARTS}, {"listBytes", BY_LIST_BYTES}, {"result", BY_RESULT}};
static const struct word words_relation[] = {{"equal", RELATION_EQUAL},
	{"atLeast", RELATION_AT_LEAST}, {"atMost", RELATION_AT_MOST}};

#define MINUTE 60.0
#define DAY    86400.0
const struct incident_unit incident_units[] = {{"", 1}, {"/s", 1}, {"/min", 1 / MINUTE},
	{"/10 s", 0.1}, {"/5 min", 1 / (5 * MINUTE)}, {"/3 days", 1 / (3 * DAY)}, {"s", 1},
	{"min", MINUTE}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"MB/min", 1e6 / MINUTE}, {"GB/day", 1e9 / DAY}, {"ms", 1e-3}, {"h", 60 * MINUTE},
	{INCIDENT_YES_OR_NO, 1}};
static const struct word words_unit[] = {{"", 0}, {"/s", 1}, {"/min", 2}, {"/10 s", 3},
	{"/5 min", 4}, {"/3 days", 5}, {"s", 6}, {"min", 7}, {"KB", 8}, {"MB", 9}, {"GB", 10},
	{"TB", 11}, {"MB/min", 12}, {"GB/day", 13}, {"ms", 14}, {"h", 15},
	{INCIDENT_YES_OR_NO, 16}};

#define REC struct incident_figure
#define WORDS(member_, name_, words_, otherwise_, help_)                                       \
	FIELD(member_, name_, FIELD_ENUM, .flags = FIELD_OPTIONAL, .words = (words_),          \
		.n_words = COUNT_OF(words_), .otherwise = (otherwise_), .help = (help_))
/* How to get at a number: of a figure and of a change. */
#define MEASURE_ROWS                                                                           \
	WORDS(unit, "unit", words_unit, 0, "of it"),                                           \
		WORDS(measure, "measure", words_measure, BY_NOTHING,                           \
			"how to get at it: rate, rejectedRate (while each is answered by "     \
			"429), period, "                                                       \
			"bytes, watches, told, toldBytes, restarts and listBytes "             \
			"by the closed form, result by simulation; nothing: it is not "        \
			"modelled"),                                                           \
		FIELD(call, "call", FIELD_TEXT, .size = LOOP_NAME, .flags = FIELD_OPTIONAL,    \
			.help = "whose: 'get secrets', an operation, or a mechanism by its "   \
				"name; all of the side's features without it"),                \
		FIELD(result, "result", FIELD_TEXT, .size = sizeof(((REC *)0)->result),        \
			.flags = FIELD_OPTIONAL,                                               \
			.help = "a measure of the simulated Result, or a sum: a + b"),         \
		FIELD(seeds, "seeds", FIELD_COUNT, .flags = FIELD_OPTIONAL, .otherwise = 1,    \
			.min = 1, .max = 1000,                                                 \
			.help = "with 'result': the mean over so many seeds from the "         \
				"scenario's on; what one node happens to do is one draw of "   \
				"many"),                                                       \
		WORDS(inputs, "inputs", words_incident_inputs, INPUTS_MODEL,                   \
			"model: timers as they are; nominal: the stated period, as the "       \
			"figure took it; stated: counts and sizes that the source states"),    \
		FIELD(times, "times", FIELD_NUMBER, .flags = FIELD_OPTIONAL, .otherwise = PPM, \
			.help = "so many of what the measure is of one of")

static const struct field figure_fields[] = {
	FIELD(name, "figure", FIELD_TEXT, .size = sizeof(((REC *)0)->name),
		.help = "what was published"),
	WORDS(class, "class", words_incident_class, INCIDENT_A,
		"A: counts that follow from rules; B: hangs on a calibration; C: a shape"),
	FIELD(published, "published", FIELD_NUMBER, .min = 1, .help = "the number"),
	WORDS(of, "of", words_of, OF_BEFORE,
		"which side; ratio: before over after; difference: after less before"),
	MEASURE_ROWS,
	WORDS(relation, "relation", words_relation, RELATION_EQUAL,
		"how ours is to stand to what was published"),
	WORDS(verdict, "verdict", words_incident_verdict, VERDICT_MATCHED,
		"that it is known to have"),
	FIELD(source, "where", FIELD_TEXT_PTR, .help = "where it was published"),
	FIELD(reason, "reason", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "why it does not come out, or what else is to be said"),
};

static const struct field change_fields[] = {
	FIELD(name, "of", FIELD_TEXT, .size = sizeof(((REC *)0)->name),
		.help = "what both sides have more or less of"),
	MEASURE_ROWS,
	FIELD(reason, "note", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "what is to be said of it"),
};
#undef REC

bool incident_is_yes_or_no(const struct incident_figure *f)
{
	return !strcmp(incident_units[f->unit].name, INCIDENT_YES_OR_NO);
}

static int finish_measure(
	const struct incident_figure *f, const struct doc_node *at, struct err *err)
{
	if ((f->measure == BY_RESULT) != (*f->result != 0))
		return doc_error(
			at, err, "'measure: result' and 'result' with its name go together");
	if (f->measure != BY_RESULT && doc_get(at, "seeds"))
		return doc_error_key(doc_get(at, "seeds"), err,
			"'seeds' are those of simulations: of 'measure: result'");
	return 0;
}

static int finish_figure(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct incident_figure *f = record;

	(void)r;
	if (finish_measure(f, at, err))
		return ERR_INPUT;
	if (f->verdict == VERDICT_NOT && !f->reason)
		return doc_error(at, err, "a figure that is not matched needs a 'reason'");
	if (f->measure == BY_NOTHING && f->verdict != VERDICT_NOT)
		return doc_error(at, err,
			"a figure without a 'measure' has 'verdict: not-matched' and a reason");
	return 0;
}

static const struct table figure_table = {
	.what = "a figure",
	.field = figure_fields,
	.n = COUNT_OF(figure_fields),
	.finish = finish_figure,
};

static int finish_change(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct incident_figure *f = record;

	(void)r;
	if (f->measure == BY_NOTHING)
		return doc_error(at, err, "a change needs a 'measure'");
	return finish_measure(f, at, err);
}

static const struct table change_table = {
	.what = "a change",
	.field = change_fields,
	.n = COUNT_OF(change_fields),
	.finish = finish_change,
};

#define REC struct incident
static const struct field not_modelled_fields[] = {
	FIELD(before.not_modelled, "before", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "why the models do not carry that side"),
	FIELD(after.not_modelled, "after", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "the same of the other"),
};

static const struct table not_modelled_table = {
	.what = "what is not modelled",
	.field = not_modelled_fields,
	.n = COUNT_OF(not_modelled_fields),
};

static const struct field incident_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = MODEL_NAME, .flags = FIELD_OPTIONAL,
		.help = "where the incident came from; written when it is resolved"),
	FIELD(id, "id", FIELD_TEXT, .size = sizeof(((REC *)0)->id), .flags = FIELD_OPTIONAL,
		.help = "short name"),
	FIELD(years, "years", FIELD_TEXT, .size = sizeof(((REC *)0)->years),
		.help = "when it was"),
	FIELD(title, "title", FIELD_TEXT, .size = sizeof(((REC *)0)->title),
		.help = "what happened, in a line"),
	FIELD(mechanism, "mechanism", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL, .help = "why"),
	FIELD(fix, "fix", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL, .help = "what was done"),
	FIELD(class, "class", FIELD_ENUM, .words = words_incident_class, .n_words = 3,
		.help = "A: counts follow from rules; B: needs a calibration; C: a shape"),
	FIELD(before.spec, "before", FIELD_TREE, .flags = FIELD_OPTIONAL,
		.help = "a side: 'scenario', and maybe 'set' and 'with'"),
	FIELD(after.spec, "after", FIELD_TREE, .flags = FIELD_OPTIONAL,
		.help = "the same with the fix"),
	{.name = "notModelled",
		.type = FIELD_MAP,
		.flags = FIELD_OPTIONAL,
		.sub = &not_modelled_table,
		.help = "of a side that the incident does not have: why"},
	FIELD(figures, "figures", FIELD_LIST, .n_offset = offsetof(REC, n_figures),
		.size = sizeof(struct incident_figure), .limit = INCIDENT_FIGURES,
		.sub = &figure_table, .help = "what was published of it"),
	FIELD(changes, "changes", FIELD_LIST, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, n_changes), .size = sizeof(struct incident_figure),
		.limit = INCIDENT_CHANGES, .sub = &change_table,
		.help = "what the change made of what, by both sides; no published figures"),
};
#undef REC

/* There is one, or a reason. */
static int side_told(const struct incident_side *side, const char *name,
	const struct doc_node *at, struct err *err)
{
	if (!side->spec && !side->not_modelled)
		return doc_error(at, err,
			"the incident has no '%s', and 'notModelled: {%s: ...}' does not say "
			"why",
			name, name);
	if (side->spec && side->not_modelled)
		return doc_error(doc_get(at, "notModelled"), err,
			"'notModelled' says why there is no '%s', and there is one", name);
	return 0;
}

static int finish_incident(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct incident *i = record;

	(void)r;
	if (side_told(&i->before, "before", at, err) || side_told(&i->after, "after", at, err))
		return ERR_INPUT;
	if (i->n_changes > 0 && !i->before.spec && !i->after.spec)
		return doc_error_key(doc_get(at, "changes"), err,
			"'changes' are of sides, and the incident has none");
	for (uint32_t f = 0; f < i->n_figures; f++) {
		const struct incident_figure *figure = &i->figures[f];
		bool needs_after = figure->of != OF_BEFORE;

		if (figure->measure == BY_NOTHING)
			continue;
		if ((figure->of != OF_AFTER && !i->before.spec) ||
			(needs_after && !i->after.spec))
			return doc_error(doc_get(at, "figures"), err,
				"figure '%.60s' is of a side that the incident does not have",
				figure->name);
	}
	return 0;
}

const struct table table_incident = {
	.what = "the incident",
	.field = incident_fields,
	.n = COUNT_OF(incident_fields),
	.finish = finish_incident,
};

/* A number that is marked as derived is none that somebody told: what comes out as it has the
 * shape of what was told, and no figure is matched. */
static int find_derived(const struct doc_node *spec, struct incident *incident, struct err *err)
{
	const struct doc_node *at = doc_get(spec, "figures");
	uint32_t i = 0;

	for (at = at->first; at; at = at->next, i++) {
		const struct origin *o =
			origin_find(&incident->origins, doc_get(at, "published"));

		if (!o || o->is != EVIDENCE_DERIVED)
			continue;
		incident->figures[i].derived_from = o->source;
		if (incident->figures[i].verdict == VERDICT_MATCHED)
			return doc_error(at, err,
				"'published' is derived, so nobody told it: the verdict is "
				"shape, or not-matched");
	}
	return 0;
}

int incident_load(
	const struct library *lib, const char *name, struct incident *incident, struct err *err)
{
	struct reading reading = {.mem = lib->mem};
	struct model m = {0};
	int code = library_load(lib, MODEL_INCIDENT, name, &m, err);

	memset(incident, 0, sizeof(*incident));
	if (!code)
		code = table_read(&reading, &table_incident, m.spec, incident, err);
	incident->origins = m.origins;
	return code ? code : find_derived(m.spec, incident, err);
}

/* ------------------------------------------------------------------ a side */

static int side_fields(const struct doc_node *spec, struct err *err)
{
	static const char *const known[] = {"scenario", "set", "with"};

	if (spec->kind != DOC_MAP)
		return doc_error(
			spec, err, "a side is %s, a map is needed", doc_kind_name(spec->kind));
	for (const struct doc_node *at = spec->first; at; at = at->next) {
		uint32_t i = 0;

		while (i < COUNT_OF(known) && strcmp(at->key, known[i]) != 0)
			i++;
		if (i == COUNT_OF(known))
			return doc_error_key(at, err,
				"no '%.40s' in a side; there are: scenario, set, with",
				at->key);
	}
	return 0;
}

static int texts_of(const struct library *lib, const struct doc_node *list, bool map,
	const char **to, size_t *n, struct err *err)
{
	for (const struct doc_node *at = list ? list->first : NULL; at; at = at->next) {
		char text[400];

		if (at->kind != DOC_SCALAR || *n == INCIDENT_SETTINGS)
			return doc_error(at, err, "%d single values at most are allowed",
				INCIDENT_SETTINGS);
		(void)snprintf(text, sizeof(text), "%.150s%s%.200s", map ? at->key : "",
			map ? "=" : "", at->text);
		to[(*n)++] = arena_strdup(lib->mem, text);
	}
	return 0;
}

int incident_scenario(const struct library *lib, const struct incident_side *side,
	struct scenario *scenario, struct model *resolved, struct err *err)
{
	const char *sets[INCIDENT_SETTINGS], *with[INCIDENT_SETTINGS];
	const struct doc_node *name = doc_get(side->spec, "scenario");
	struct settings s = {.text = sets, .with = with};

	if (side_fields(side->spec, err))
		return ERR_INPUT;
	if (!name || name->kind != DOC_SCALAR)
		return doc_error(side->spec, err,
			"a side needs a 'scenario', the name of one or a path");
	if (texts_of(lib, doc_get(side->spec, "set"), true, sets, &s.n, err) ||
		texts_of(lib, doc_get(side->spec, "with"), false, with, &s.n_with, err))
		return ERR_INPUT;
	return scenario_load(lib, name->text, &s, scenario, resolved, err);
}
