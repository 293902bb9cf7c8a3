/* SPDX-License-Identifier: Apache-2.0 */
/* How `nodetoll models` prints constants, and calibrations: measurements, which extend nothing
 * and of which every number has the same source, the file's own account. */
#ifndef CLI_MODELS_SHOW_H
#define CLI_MODELS_SHOW_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "models/explain.h"
#include "models/library.h"

/* An object of that kind, to be filled. */
struct json *models_result(const char *kind);

void models_explain_text(const struct explained *list, uint32_t n, struct str *out);
struct json *models_explain_json(
	const char *kind, const char *name, const struct explained *list, uint32_t n);

/* Whether a name, calibration:NAME or path means a calibration; a model's name goes first. */
bool models_is_calibration(const struct library *lib, const char *name);

int models_show_calibration(
	struct library *lib, const char *name, bool json, struct str *out, struct err *err);
int models_explain_calibration(
	struct library *lib, const char *name, bool json, struct str *out, struct err *err);

#endif
