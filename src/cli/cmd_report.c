/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll report`: a saved result in another form. */
#include "cli/cmd.h"

#include <stddef.h>

#include "cli/common.h"
#include "report/kinds.h"
#include "report/saved.h"

struct report_options {
	struct common common; /* form: enum report_form */
};

#define REC struct report_options
static const struct opt opts[] = {
	ROW_OUTPUT(report_forms, "text, json, csv, markdown, junit or html"),
	ROW_FILENAME("write the report there and not to standard output"),
};
#undef REC

static int run(void *own, const struct opt_line *line, struct err *err)
{
	const struct common *c = &((const struct report_options *)own)->common;
	const char *path = line->argument;
	static const struct saved_versions versions = {MODEL_API_VERSION, NODETOLL_VERSION};
	struct saved saved = {0};
	struct str out = {0};
	int code = saved_read(path, &versions, &saved, err);

	if (code)
		return code;
	code = report_render(saved.json, (enum report_form)c->form, &out, err);
	if (code)
		(void)err_wrap(err, "%.200s", path);
	else if (c->file)
		code = file_write_whole(c->file, str_text(&out), str_len(&out), err);
	else
		code = common_print(str_text(&out), str_len(&out), err);
	saved_fini(&saved);
	str_fini(&out);
	return code;
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
	.size = sizeof(struct report_options),
	.run = run,
};
