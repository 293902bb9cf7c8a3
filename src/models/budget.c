/* SPDX-License-Identifier: Apache-2.0 */
#include "models/budget.h"

#include <stddef.h>
#include <string.h>

#include "models/head.h"
#include "models/tables.h"

/* A budget as its table reads it. */
struct reading_budget {
	struct budget budget;
	const struct doc_node *sets, *candidate_sets, *with;
};

#define REC struct budget_gate
static const struct field gate_fields[] = {
	FIELD(gate, "gate", FIELD_TEXT_PTR,
		.help = "a condition on a measure: runtime.calls.perNode <= +5%"),
	FIELD(why, "why", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "told beside it when it is breached"),
};
#undef REC
static const struct table gate_table = TABLE("a gate", gate_fields);

#define REC struct reading_budget
static const struct field budget_fields[] = {
	FIELD(budget.base.text, "base", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "a scenario, a saved result or kubelet:NAME, as on the command line"),
	FIELD(budget.candidate.text, "candidate", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "the same; without it the base with what with and candidateSet say"),
	FIELD(budget.scenario.text, "scenario", FIELD_TEXT_PTR, .flags = FIELD_OPTIONAL,
		.help = "in which kubelet:NAME runs"),
	FIELD(budget.seeds, "seeds", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 100,
		.help = "how many runs of each side"),
	FIELD(sets, "set", FIELD_TREE, .flags = FIELD_OPTIONAL,
		.help = "a list of path=value, of both sides"),
	FIELD(candidate_sets, "candidateSet", FIELD_TREE, .flags = FIELD_OPTIONAL,
		.help = "the same, of the candidate alone"),
	FIELD(with, "with", FIELD_TREE, .flags = FIELD_OPTIONAL,
		.help = "a list of features that the candidate has: names or paths"),
	FIELD(budget.gates, "gates", FIELD_LIST, .n_offset = offsetof(REC, budget.n_gates),
		.size = sizeof(struct budget_gate), .limit = BUDGET_GATES_MAX,
		.sub = &gate_table, .help = "what must hold"),
};
#undef REC
const struct table table_budget = TABLE("the budget", budget_fields);

static int read_texts(
	const struct doc_node *list, struct budget_text *to, uint32_t *n, struct err *err)
{
	*n = 0;
	if (!list)
		return 0;
	if (list->kind != DOC_LIST)
		return doc_error(list, err, "'%s' is %s, a list is needed", list->key,
			doc_kind_name(list->kind));
	for (const struct doc_node *at = list->first; at; at = at->next) {
		if (at->kind != DOC_SCALAR)
			return doc_error(at, err, "'%s' has %s, a text is needed", list->key,
				doc_kind_name(at->kind));
		if (*n == BUDGET_TEXTS_MAX)
			return doc_error(at, err, "'%s' has more than %d entries", list->key,
				BUDGET_TEXTS_MAX);
		to[(*n)++] = (struct budget_text){at->text, at};
	}
	return 0;
}

static int read_gates(const struct doc_node *spec, struct budget *b, struct err *err)
{
	const struct doc_node *list = doc_get(spec, "gates");
	uint32_t i = 0;

	if (!b->n_gates)
		return doc_error(
			list ? list : spec, err, "a budget without gates guards nothing");
	for (const struct doc_node *at = list->first; at; at = at->next)
		b->gates[i++].at = doc_get(at, "gate");
	return 0;
}

static void paths(struct arena *mem, const char *from, struct budget *b)
{
	const char **const names[] = {&b->base.text, &b->candidate.text, &b->scenario.text};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (*names[i])
			*names[i] = library_path(mem, *names[i], from);
	for (uint32_t i = 0; i < b->n_with; i++)
		b->with[i].text = library_path(mem, b->with[i].text, from);
}

int budget_load(struct arena *mem, const char *path, struct budget *budget, struct err *err)
{
	struct reading_budget *r = ARENA_NEW(mem, struct reading_budget);
	struct reading reading = {.mem = mem};
	struct doc_node *root = NULL;
	const struct doc_node *spec;

	if (doc_load(mem, path, MODEL_FILE_BYTES, &root, err))
		return err ? err->code : ERR_INPUT;
	if (head_check(root, "Budget", &r->budget.name, err) || head_spec(root, &spec, err) ||
		table_read(&reading, &table_budget, spec, r, err) ||
		read_texts(r->sets, r->budget.sets, &r->budget.n_sets, err) ||
		read_texts(r->candidate_sets, r->budget.candidate_sets,
			&r->budget.n_candidate_sets, err) ||
		read_texts(r->with, r->budget.with, &r->budget.n_with, err) ||
		read_gates(spec, &r->budget, err))
		return ERR_INPUT;
	r->budget.base.at = doc_get(spec, "base");
	r->budget.candidate.at = doc_get(spec, "candidate");
	r->budget.scenario.at = doc_get(spec, "scenario");
	paths(mem, path, &r->budget);
	*budget = r->budget;
	return 0;
}
