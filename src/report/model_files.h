/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios on a page as files that name their parts: a kubelet that many have is there once.
 *
 * A part (kubelet, runtime, apiserver, workload) that is the same in several scenarios is a
 * file of its own, shown before the first that has it; every scenario names it instead, as
 * whoever writes one would, and all files go into one folder.
 */
#ifndef REPORT_MODEL_FILES_H
#define REPORT_MODEL_FILES_H

#include "base/json.h"
#include "report/html.h"

/* Read and written by model_files.c only; zeroed has none. */
struct model_files {
	struct json *parts; /* kind, file and text of each that was shown */
};

void model_files_fini(struct model_files *files);

/* Show a scenario, spec, in NAME.json, and before it those of its parts that are new. */
void model_files_scenario(struct model_files *files, struct html *page,
	const struct json *result, const char *name, const struct json *spec);

#endif
