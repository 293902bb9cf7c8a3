/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: a row each, defined in its cmd_*.c. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/opt.h"

extern const struct cmd cmd_agents_row;
extern const struct cmd cmd_agree_row;
extern const struct cmd cmd_contrast_row;
extern const struct cmd cmd_simulate_row;
extern const struct cmd cmd_estimate_row;
extern const struct cmd cmd_incidents_row;
extern const struct cmd cmd_compare_row;
extern const struct cmd cmd_sweep_row;
extern const struct cmd cmd_validate_row;
extern const struct cmd cmd_serve_row;
extern const struct cmd cmd_models_row;
extern const struct cmd cmd_report_row;

#endif
