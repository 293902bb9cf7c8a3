/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

const char *const form_words[] = {"text", "json", "csv", "markdown", NULL};
const char *const check_form_words[] = {"text", "json", "csv", "markdown", "junit", NULL};

int common_library(const char *given, struct library *lib, struct err *err)
{
	const char *from = "--models";
	const char *dir = given;

	if (!dir) {
		from = "NODETOLL_MODELS";
		dir = getenv("NODETOLL_MODELS");
	}
	if (!dir || !*dir) {
		from = "installed models";
		dir = NODETOLL_MODELS_DIR;
	}
	if (!file_exists(dir))
		return err_set(err, ERR_INPUT,
			"%s '%.200s': no such folder; --models DIR or NODETOLL_MODELS names "
			"the folder that has kubelet/, runtime/, ...",
			from, dir);
	lib->dir = dir;
	return 0;
}

static const char *set_of(const struct opt_texts *sets, const char *path)
{
	size_t len = strlen(path);

	for (uint32_t i = 0; i < sets->n; i++)
		if (!strncmp(sets->text[i], path, len) && sets->text[i][len] == '=')
			return sets->text[i];
	return NULL;
}

bool common_is_set(const struct opt_texts *sets, const char *path)
{
	return set_of(sets, path) != NULL;
}

struct settings common_settings(
	const struct opt_texts *sets, const struct opt_texts *with, struct str *warnings)
{
	return (struct settings){.text = sets->text,
		.door = sets->door,
		.n = sets->n,
		.with = with->text,
		.with_door = with->door,
		.n_with = with->n,
		.warnings = warnings};
}

int common_set(struct opt_texts *sets, const char *path, const char *value, struct arena *mem,
	struct err *err)
{
	const char *other = set_of(sets, path);
	struct str text = {0};
	int code;

	if (other)
		return err_set(err, ERR_INPUT,
			"--%s %.60s and --set %.60s: only one of them can be meant", path,
			value, other);
	str_addf(&text, "%s=%s", path, value);
	code = opt_texts_add(sets, path, arena_strdup(mem, str_text(&text)), err);
	if (!code)
		sets->door[sets->n - 1] = "--";
	str_fini(&text);
	return code;
}

int common_set_number(struct opt_texts *sets, const struct common_number *number,
	struct arena *mem, struct err *err)
{
	char text[48];

	(void)snprintf(
		text, sizeof(text), "%llu%s", (unsigned long long)number->value, number->unit);
	return common_set(sets, number->path, text, mem, err);
}

int common_set_seed(
	struct opt_texts *sets, const struct opt_seed *seed, struct arena *mem, struct err *err)
{
	const struct common_number number = {"seed", seed->value, ""};

	return seed->given ? common_set_number(sets, &number, mem, err) : 0;
}

struct json *common_result(const char *kind)
{
	struct json *result = json_object();
	struct json *versions = json_object();

	json_put_str(result, "apiVersion", MODEL_API_VERSION);
	json_put_str(result, "kind", kind);
	json_put_str(versions, "nodetoll", NODETOLL_VERSION);
	json_put(result, "versions", versions);
	return result;
}

int common_print(const char *text, size_t len, struct err *err)
{
	if (fwrite(text, 1, len, stdout) != len || fflush(stdout))
		return err_set(err, ERR_ENV, "standard output cannot be written");
	return 0;
}

void common_warn(struct str *warnings)
{
	(void)fputs(str_text(warnings), stderr);
	str_fini(warnings);
}

/* What another flag, or an argument, names; NULL if it is no text. */
static const char *text_of(const struct opt *o, const void *record, uint32_t i)
{
	const void *at = (const char *)record + o->at;
	const struct opt_texts *texts = at;

	if (o->type == OPT_TEXTS)
		return i < texts->n ? texts->text[i] : NULL;
	if (o->type != OPT_TEXT && o->type != OPT_OUTPUT)
		return NULL;
	return i == 0 ? *(const char *const *)at : NULL;
}

/* Nobody else may name the file that o names; of two flags that write, the later complains. */
static int check_output(const struct cmd *cmd, const struct opt *o, const struct opt_line *line,
	const void *record, struct err *err)
{
	const char *file = text_of(o, record, 0);

	for (uint32_t i = 0; i < line->n_arguments; i++)
		if (file_is_same(line->arguments[i], file))
			return err_set(err, ERR_INPUT,
				"--%s '%.200s': %s reads that file; what it writes needs "
				"another",
				o->name, file, cmd->name);
	for (const struct opt *other = cmd->opts; other < cmd->opts + cmd->n_opts; other++) {
		const char *text;

		if (other == o || (other->type == OPT_OUTPUT && other > o))
			continue;
		for (uint32_t i = 0; (text = text_of(other, record, i)) != NULL; i++)
			if (file_is_same(text, file))
				return err_set(err, ERR_INPUT,
					"--%s '%.200s': --%s is that file; what is written "
					"needs another",
					o->name, file, other->name);
	}
	return file_may_write(file, err);
}

int common_outputs(
	const struct cmd *cmd, const struct opt_line *line, const void *record, struct err *err)
{
	for (uint32_t i = 0; i < cmd->n_opts; i++) {
		const struct opt *o = &cmd->opts[i];

		if (o->type != OPT_OUTPUT || !text_of(o, record, 0))
			continue;
		int code = check_output(cmd, o, line, record, err);

		if (code)
			return code;
	}
	return 0;
}

int common_help(const struct cmd *cmd, struct err *err)
{
	struct str out = {0};
	int code;

	opt_help(cmd, &out);
	code = common_print(str_text(&out), str_len(&out), err);
	str_fini(&out);
	return code;
}

int common_emit(const struct common *c, const struct json *result, struct err *err)
{
	return common_emit_with(c, result, &(struct common_own){0}, err);
}

int common_emit_with(const struct common *c, const struct json *result,
	const struct common_own *own, struct err *err)
{
	struct str json = {0}, shown = {0};
	struct file_out files[FILES_TOGETHER];
	size_t n = 0;
	int code;

	if (own->words && (c->form == REPORT_TEXT || c->form == REPORT_MARKDOWN))
		own->words(result, &shown);
	else
		report_own(result, (enum report_form)c->form, &shown);
	if (own->beside)
		files[n++] = *own->beside;
	if (c->file) {
		report_own(result, REPORT_JSON, &json);
		files[n++] = (struct file_out){c->file, str_text(&json), str_len(&json)};
	}
	code = file_write_together(files, n, err);
	if (!code)
		code = common_print(str_text(&shown), str_len(&shown), err);
	str_fini(&json);
	str_fini(&shown);
	return code;
}

struct json *common_scenario(struct arena *mem, const struct model *resolved,
	const struct common_field *fields, size_t n)
{
	struct doc_node *copy = doc_clone(mem, resolved->spec);

	for (size_t i = 0; i < n; i++)
		if (fields[i].path)
			(void)doc_set(mem, copy, "", fields[i].path, fields[i].value, NULL);
	return origin_json(&resolved->origins, copy);
}

/* ------------------------------------------------------------------ progress */

enum { QUIET_MS = 1000, BETWEEN_MS = 200 };

static int64_t machine_ms(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void progress_begin(struct progress *p, const char *what, uint64_t of)
{
	*p = (struct progress){.on = isatty(STDERR_FILENO) != 0, .what = what, .of = of};
	if (p->on)
		p->began_at = p->told_at = machine_ms();
}

void progress_tell(struct progress *p, uint64_t done)
{
	int64_t now, left;

	if (!p->on || !done)
		return;
	now = machine_ms();
	if (now - p->began_at < QUIET_MS || now - p->told_at < BETWEEN_MS)
		return;
	p->told_at = now;
	p->shown = true;
	if (done > p->of)
		done = p->of;
	left = (int64_t)((double)(now - p->began_at) * (double)(p->of - done) / (double)done);
	(void)fprintf(stderr, "\r%s: %3llu %%, %lld s left \033[K", p->what,
		(unsigned long long)(100 * (double)done / (double)p->of),
		(long long)(left + 999) / 1000);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		(void)fputs("\r\033[K", stderr);
}
