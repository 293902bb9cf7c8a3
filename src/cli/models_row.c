/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll models` in the table of commands: takes --models and --help off its arguments. */
#include "cli/cmd.h"

#include <string.h>

#include "cli/cmd_models.h"
#include "cli/common.h"

enum { ARGUMENTS_MAX = 1024 };

static int print_help(const struct cmd *cmd, struct err *err)
{
	struct str out = {0};
	int code;

	str_addf(&out,
		"nodetoll models [list | show NAME | explain NAME | schema KIND] "
		"[options]\n\n%s\n\n",
		cmd->about);
	str_add(&out,
		"  -o, --output FORM                  text or json (text)\n"
		"  --models DIR                       where the models are (NODETOLL_MODELS, "
		"or the installed ones)\n"
		"  -h, --help                         this text\n");
	code = common_print(str_text(&out), str_len(&out), err);
	str_fini(&out);
	return code;
}

static int run(const struct cmd *cmd, int argc, char **argv, struct err *err)
{
	char *rest[ARGUMENTS_MAX + 1];
	const char *dir = NULL;
	struct library lib = {0};
	int n = 0;

	if (argc > ARGUMENTS_MAX)
		return err_set(err, ERR_INPUT, "models: too many arguments");
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return print_help(cmd, err);
		if (!strncmp(argv[i], "--models=", 9))
			dir = argv[i] + 9;
		else if (strcmp(argv[i], "--models") != 0)
			rest[n++] = argv[i];
		else if (++i < argc)
			dir = argv[i];
		else
			return err_set(err, ERR_INPUT, "models: '--models' needs a value");
	}
	rest[n] = NULL;
	if (common_library(dir, &lib, err))
		return ERR_INPUT;
	(void)cmd_models(lib.dir, n, rest, err);
	return err->code;
}

const struct cmd cmd_models_row = {
	.name = "models",
	.argument = "",
	.summary = "what is built in, with the source of every constant",
	.about = "list names the models (the default), show prints one with what it extends "
		 "resolved,\n"
		 "explain prints every constant with its source, schema the JSON schema of a "
		 "kind.\n"
		 "NAME is a name, KIND:NAME where several kinds have it, or a file; "
		 "calibrations are\n"
		 "among them.",
	.run = run,
};
