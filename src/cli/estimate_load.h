/* SPDX-License-Identifier: Apache-2.0 */
/* What `nodetoll estimate` lays features over: what its options say, or a scenario, or nobody;
 * and each cluster size with the features and without. */
#ifndef CLI_ESTIMATE_LOAD_H
#define CLI_ESTIMATE_LOAD_H

#include "cli/common.h"
#include "cli/estimate_json.h"

struct estimate_options {
	struct common common;
	struct opt_texts sets;
	const char *scenario;
	struct opt_counts nodes;
	struct opt_seed pods_given; /* a number that may be left out */
	uint32_t pods;
	const char *churn;
	const char *kubelet;
	bool prr;
};

struct estimating {
	struct estimate_options o;
	struct library lib;
	struct arena mem;
	struct estimate_input in;
	const char *with[ESTIMATE_FEATURES], *with_door[ESTIMATE_FEATURES];
	struct str warnings, simulate, command, defaults;
	struct model resolved; /* of the last scenario that was read: the largest cluster's */
};

/* The scenario that features are laid over: its name or path. */
const char *estimate_base(const struct estimating *e);

/* A pod of a node is replaced so often; 0: never. */
ns_t estimate_replaced_every(const struct estimating *e, uint32_t nodes);

/* Fill in what the options leave open, and all cluster sizes.  ERR_INPUT. */
int estimate_load(struct estimating *e, const struct opt_line *line, struct err *err);

#endif
