/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll report`: a saved result in another form. */
#include "cli/cmd.h"

#include <stddef.h>

#include "cli/common.h"
#include "report/kinds.h"
#include "report/saved.h"

static const char *const words[] = {
	"text", "json", "csv", "markdown", "junit", "html", NULL}; /* enum report_form */

struct report_options {
	unsigned form; /* enum report_form */
	const char *file;
};

#define REC struct report_options
static const struct opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.type = OPT_WORD,
		.value = "FORM",
		.fallback = "text",
		.words = words,
		.at = offsetof(REC, form),
		.help = "text, json, csv, markdown, junit or html"},
	{.name = "filename",
		.letter = 'f',
		.type = OPT_TEXT,
		.value = "FILE",
		.at = offsetof(REC, file),
		.help = "write the report there and not to standard output"},
};
#undef REC

static int report(const struct report_options *o, const char *path, struct err *err)
{
	static const struct saved_versions versions = {MODEL_API_VERSION, NODETOLL_VERSION};
	struct saved saved = {0};
	struct str out = {0};
	int code = saved_read(path, &versions, &saved, err);

	if (code)
		return code;
	code = report_render(saved.json, (enum report_form)o->form, &out, err);
	if (code)
		(void)err_wrap(err, "%.200s", path);
	else if (o->file)
		code = file_write_whole(o->file, str_text(&out), str_len(&out), err);
	else
		code = common_print(str_text(&out), str_len(&out), err);
	saved_fini(&saved);
	str_fini(&out);
	return code;
}

static int run(const struct cmd *cmd, int argc, char **argv, struct err *err)
{
	struct report_options o = {0};
	struct opt_line line = {.argc = argc, .argv = argv};
	int code = opt_parse(cmd, &line, &o, err);

	if (code)
		return code;
	return line.help ? common_help(cmd, err) : report(&o, line.argument, err);
}

const struct cmd cmd_report_row = {
	.name = "report",
	.argument = "RESULT",
	.summary = "a saved result as text, Markdown, CSV, JUnit or an HTML page",
	.about = "RESULT is a file that a command wrote with -f or -o json, or - for standard "
		 "input.\n"
		 "Text, CSV and Markdown are the bytes that the command itself prints; html is "
		 "one file\n"
		 "with charts that opens from disk and loads nothing.",
	.opts = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
