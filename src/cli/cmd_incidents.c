/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll incidents`: known regressions, what was published of them and what comes out here.
 */
#include "cli/cmd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/incidents_run.h"
#include "cli/result_classes.h"
#include "models/origin.h"
#include "models/tables.h"
#include "report/incidents.h"

struct incidents_options {
	struct common common;
};

#define REC struct incidents_options
static const struct opt opts[] = {ROWS_COMMON};
#undef REC

/* What the library has. */
struct incident_index {
	const char **name, **id; /* ids: "" for none */
	uint32_t n;
};

struct command {
	struct incidents_options o;
	struct library lib;
	struct arena mem;
	const char **names; /* which */
	uint32_t n;
	struct incident_index all;
	bool runs;
	struct incidents_sum sum;
	struct json *settings, *scenarios;
	struct progress progress;
};

/* As a shell takes it. */
static void put_word(const char *option, const char *key, const char *value, struct str *out)
{
	bool plain = !strpbrk(key, "[]{}*'\" ") && !strpbrk(value, "[]{}*'\" ");

	str_addf(out, " %s %s%s%s%s%s", option, plain ? "" : "'", key, *key ? "=" : "", value,
		plain ? "" : "'");
}

/* What simulates a side. */
static struct json *side_json(const struct doc_node *spec)
{
	const struct doc_node *of = spec ? doc_get(spec, "scenario") : NULL, *with, *set;
	struct str line = {0};
	struct json *o;

	if (!of || of->kind != DOC_SCALAR) /* whoever runs it is told */
		return json_null();
	with = doc_get(spec, "with");
	set = doc_get(spec, "set");
	str_addf(&line, "nodetoll simulate %s", of->text);
	for (const struct doc_node *e = with ? with->first : NULL; e; e = e->next)
		if (e->kind == DOC_SCALAR)
			put_word("--with", "", e->text, &line);
	for (const struct doc_node *e = set ? set->first : NULL; e; e = e->next)
		if (e->kind == DOC_SCALAR)
			put_word("--set", e->key, e->text, &line);
	o = json_str(str_text(&line));
	str_fini(&line);
	return o;
}

static struct json *listed(const struct incident *i)
{
	struct json *o = json_object();

	json_put_str(o, "name", i->name);
	json_put_str(o, "id", *i->id ? i->id : NULL);
	json_put_str(o, "class", word_of(words_incident_class, 3, i->class));
	json_put_str(o, "years", i->years);
	json_put_str(o, "title", i->title);
	json_put_str(o, "mechanism", i->mechanism);
	json_put_str(o, "fix", i->fix);
	json_put_int(o, "figures", i->n_figures);
	json_put(o, "before", side_json(i->before.spec));
	json_put(o, "after", side_json(i->after.spec));
	json_put_str(o, "beforeNotModelled", i->before.not_modelled);
	json_put_str(o, "afterNotModelled", i->after.not_modelled);
	return o;
}

/* What a side sets in a scenario of the library, and why: the source of all else is the
 * library's. */
static void put_settings(const struct incident *i, const struct incident_side *side,
	const char *name, struct json *list)
{
	const struct doc_node *set = side->spec ? doc_get(side->spec, "set") : NULL;

	for (const struct doc_node *e = set ? set->first : NULL; e; e = e->next) {
		const struct origin *origin = origin_find(&i->origins, e);
		bool told = origin && origin->is != EVIDENCE_NONE;
		struct json *row = json_object();

		json_put_str(row, "name", i->name);
		json_put_str(row, "side", name);
		json_put_str(row, "path", e->key);
		json_put_str(row, "value", e->kind == DOC_SCALAR ? e->text : NULL);
		json_put_str(row, "is", told ? evidence_name(origin->is) : NULL);
		json_put_str(row, "source", origin ? origin->source : NULL);
		json_append(list, row);
	}
}

/* A side's scenario; without what its constants rest on, of which there are a few dozen times
 * the same: `settings` has what is not the library's. */
static int put_scenario(const struct library *lib, const struct incident_side *side,
	const char *key, struct json *o, struct err *err)
{
	struct scenario *scenario;
	struct model resolved = {0};
	int code;

	if (!side->spec || !doc_get(side->spec, "scenario")) {
		json_put(o, key, json_null());
		return 0;
	}
	scenario = ARENA_NEW(lib->mem, struct scenario);
	code = incident_scenario(lib, side, scenario, &resolved, err);
	if (!code)
		json_put(o, key, origin_json(NULL, resolved.spec));
	return code;
}

static int scenarios_of(
	const struct library *lib, const struct incident *i, struct json *list, struct err *err)
{
	struct json *o = json_object();
	struct arena scratch;
	struct library own = {lib->dir, &scratch};
	int code;

	arena_init(&scratch, 0);
	json_put_str(o, "name", i->name);
	code = put_scenario(&own, &i->before, "before", o, err);
	if (!code)
		code = put_scenario(&own, &i->after, "after", o, err);
	arena_fini(&scratch);
	json_append(list, o);
	return code;
}

static struct json *summary(const struct incidents_sum *sum)
{
	struct json *o = json_object(), *inputs = json_object();

	json_put_int(o, "incidents", sum->incidents);
	json_put_int(o, "figures", sum->figures);
	json_put_int(o, "matched", sum->matched);
	json_put_int(o, "shape", sum->shape);
	json_put_int(o, "notMatched", sum->not_matched);
	json_put_int(o, "matchedOfClassA", sum->matched_a);
	json_put_int(o, "incidentsMatchedOfClassA", sum->ids_a.n);
	for (uint32_t k = 0; k < 3; k++)
		json_put_int(inputs, word_of(words_incident_inputs, 3, k), sum->inputs_a[k]);
	json_put(o, "inputsOfClassA", inputs);
	json_put_int(o, "lost", sum->lost);
	return o;
}

static int each(struct command *c, struct json *incidents, const struct incident_rows *rows,
	struct err *err)
{
	struct incident *one = ARENA_NEW(&c->mem, struct incident);

	progress_begin(&c->progress, "incidents", c->n);
	for (uint32_t i = 0; i < c->n; i++) {
		int code = incident_load(&c->lib, c->names[i], one, err);

		if (!code) {
			json_append(incidents, listed(one));
			put_settings(one, &one->before, "before", c->settings);
			put_settings(one, &one->after, "after", c->settings);
		}
		if (!code && c->runs)
			code = incident_run(
				&c->lib, one, c->o.common.threads, rows, &c->sum, err);
		if (!code && c->runs)
			code = scenarios_of(&c->lib, one, c->scenarios, err);
		if (code)
			return code;
		progress_tell(&c->progress, i + 1);
	}
	return 0;
}

static int emit(struct command *c, struct json *incidents, const struct incident_rows *rows,
	struct err *err)
{
	struct json *result = common_result("Incidents");
	int code;

	json_put_bool(result, "ran", c->runs);
	json_put(result, "incidents", incidents);
	json_put(result, "classes", incidents_classes(rows->figures, rows->changes));
	json_put(result, "rows", rows->figures);
	json_put(result, "changes", rows->changes);
	json_put(result, "summary", summary(&c->sum));
	json_put(result, "settings", c->settings);
	json_put(result, "scenarios", c->scenarios);
	c->settings = c->scenarios = NULL;
	code = common_emit(&c->o.common, result, err);
	json_free(result);
	if (!code && c->sum.lost)
		code = err_set(err, ERR_CHECK,
			"%u figure%s known to come out %s not any more: 'expected' in -o json "
			"tells which",
			c->sum.lost, c->sum.lost == 1 ? "" : "s",
			c->sum.lost == 1 ? "does" : "do");
	return code;
}

/* Figures of one that is named twice would count twice. */
static int are_others(const struct command *c, struct err *err)
{
	for (uint32_t i = 0; i < c->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (!strcmp(c->names[i], c->names[k]))
				return err_set(err, ERR_INPUT,
					"incidents: '%.60s' is named twice", c->names[i]);
	return 0;
}

/* "I-08" and the like, which no name is: a letter, a hyphen, digits. */
static bool is_id(const char *text)
{
	size_t digits = isalpha((unsigned char)text[0]) && text[1] == '-'
				? strspn(text + 2, "0123456789")
				: 0;

	return digits > 0 && !text[2 + digits];
}

static int read_ids(struct command *c, struct err *err)
{
	struct incident_index *all = &c->all;
	struct incident *one;

	if (all->id)
		return 0;
	one = ARENA_NEW(&c->mem, struct incident);
	all->id = ARENA_ARRAY(&c->mem, const char *, all->n);
	for (uint32_t i = 0; i < all->n; i++) {
		if (incident_load(&c->lib, all->name[i], one, err))
			return ERR_INPUT;
		all->id[i] = arena_strdup(&c->mem, one->id);
	}
	return 0;
}

/* "I-8" is I-08. */
static bool is_same_id(const char *a, const char *b)
{
	return is_id(a) && tolower((unsigned char)a[0]) == tolower((unsigned char)b[0]) &&
	       strtoul(a + 2, NULL, 10) == strtoul(b + 2, NULL, 10);
}

/* All that have the id. */
static int add_by_id(struct command *c, const char *id, struct err *err)
{
	const struct incident_index *all = &c->all;
	uint32_t before = c->n;
	const char *near;

	if (read_ids(c, err))
		return ERR_INPUT;
	for (uint32_t i = 0; i < all->n; i++)
		if (is_same_id(all->id[i], id))
			c->names[c->n++] = all->name[i];
	if (c->n > before)
		return 0;
	near = str_nearest(id, all->id, all->n);
	return err_set(err, ERR_INPUT,
		"incidents: none has the id '%.20s'%s%s%s; 'nodetoll incidents' lists them", id,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int name_them(struct command *c, const struct opt_line *line, struct err *err)
{
	uint32_t n = line->n_arguments - 1;

	c->names = ARENA_ARRAY(&c->mem, const char *, (size_t)n *(c->all.n + 1));
	c->n = 0;
	for (uint32_t i = 1; i <= n; i++)
		if (!is_id(line->arguments[i]))
			c->names[c->n++] = line->arguments[i];
		else if (add_by_id(c, line->arguments[i], err))
			return ERR_INPUT;
	return are_others(c, err);
}

/* "run", then names and ids; none is all. */
static int which(struct command *c, const struct opt_line *line, struct err *err)
{
	if (line->n_arguments > 0 && strcmp(line->arguments[0], "run") != 0)
		return err_set(err, ERR_INPUT,
			"incidents: no '%.60s'; 'run' is what can follow, and then names",
			line->arguments[0]);
	c->runs = line->n_arguments > 0;
	if (library_list(&c->lib, MODEL_INCIDENT, &c->all.name, &c->all.n, err))
		return ERR_INPUT;
	if (line->n_arguments > 1)
		return name_them(c, line, err);
	c->names = c->all.name;
	c->n = c->all.n;
	return 0;
}

static int incidents(struct command *c, const struct opt_line *line, struct err *err)
{
	struct incident_rows rows;
	struct json *list;
	int code = common_library(c->o.common.models, &c->lib, err);

	c->lib.mem = &c->mem;
	if (!code)
		code = which(c, line, err);
	if (code)
		return code;
	list = json_array();
	rows = (struct incident_rows){json_array(), json_array()};
	c->settings = json_array();
	c->scenarios = json_array();
	code = each(c, list, &rows, err);
	progress_end(&c->progress);
	if (!code)
		return emit(c, list, &rows, err);
	json_free(list);
	json_free(rows.figures);
	json_free(rows.changes);
	json_free(c->settings);
	json_free(c->scenarios);
	return code;
}

static int run(void *own, const struct opt_line *line, struct err *err)
{
	struct command *c = own;
	int code;

	arena_init(&c->mem, 0);
	code = incidents(c, line, err);
	arena_fini(&c->mem);
	return code;
}

const struct cmd cmd_incidents_row = {
	.name = "incidents",
	.argument = "[run] [NAME]...",
	.summary = "known regressions: what was published, and what comes out here",
	.about = "Lists models/incident; 'run' computes the figures of those named, by name or "
		 "id (I-08), or\n"
		 "of all: published, ours, difference, verdict, and what each change made of "
		 "its calls.  Exit\n"
		 "status 1 if a figure that is known to come out no longer does.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.size = sizeof(struct command),
	.run = run,
};
