/* SPDX-License-Identifier: Apache-2.0 */
/* `nodetoll models`: what is built in, with the source of every constant. */
#ifndef CLI_CMD_MODELS_H
#define CLI_CMD_MODELS_H

#include "base/err.h"

/* models [list|show NAME|explain NAME|schema KIND] [-o text|json].  argv[0] is the command's
 * own name.  Results go to standard output; returns the exit status and fills err unless 0. */
int cmd_models(const char *models_dir, int argc, char **argv, struct err *err);

#endif
