/* SPDX-License-Identifier: Apache-2.0 */
/* Features in closed form at several cluster sizes, as JSON: the numbers of kind Estimate. */
#ifndef CLI_ESTIMATE_JSON_H
#define CLI_ESTIMATE_JSON_H

#include "base/json.h"
#include "estimate/toll.h"
#include "models/feature.h"

enum { ESTIMATE_SIZES = 16, ESTIMATE_FEATURES = 16 };

/* One cluster size: the scenario without the features and with them. */
struct estimate_size {
	uint32_t nodes;
	struct scenario *without, *with;
	struct toll *before, *after;
};

struct estimate_input {
	uint32_t n_sizes;
	struct estimate_size size[ESTIMATE_SIZES];
	uint32_t n_features;
	struct estimate_feature {
		const char *asked; /* as the command named it */
		struct feature_model model;
		struct model resolved;
	} feature[ESTIMATE_FEATURES];
	const struct model *resolved; /* the scenario, at the largest of them */
	const char *simulate;         /* the command that simulates the largest of them */
	int64_t churn_milli;          /* pods that come and go, in the cluster, in 1000 s */
};

/* Put what names the call of a row: verb and resource, or operation. */
void estimate_put_call(struct json *o, const struct scenario *s, const struct toll_row *row);

/* Put features, calls, what changes of the kubelet's own, totals and limiters into result. */
void estimate_put(struct json *result, const struct estimate_input *in);

#endif
