/* SPDX-License-Identifier: Apache-2.0 */
/* An Estimate as answers to the Scalability questions of an enhancement proposal's production
 * readiness review: Markdown to paste.  What the model does not know is said to be so. */
#ifndef REPORT_PRR_H
#define REPORT_PRR_H

#include "base/json.h"
#include "base/str.h"

void prr_markdown(const struct json *result, struct str *out);

#endif
