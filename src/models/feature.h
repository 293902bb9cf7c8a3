/* SPDX-License-Identifier: Apache-2.0 */
/* Features in a scenario: what a feature's file says becomes part of the resolved scenario.
 *
 * Loops and watches of a feature run beside the kubelet's own, under "FEATURE/LOOP" and with
 * the feature's name in them; what it replaces is taken out of the kubelet; what it sets is
 * set.  A resolved scenario holds its features and is loaded again without them.  What the
 * mechanisms do (PLEG, secrets, statuses) is changed by `set` alone.
 */
#ifndef MODELS_FEATURE_H
#define MODELS_FEATURE_H

#include "models/library_priv.h"

/* A feature under review, or an agent beside the kubelet: what it adds to a node.  What it
 * replaces and sets is read where it is applied. */
struct feature_model {
	char name[MODEL_NAME];
	char title[160];
	char sender[MODEL_NAME]; /* "": the kubelet */
	enum runs_on runs_on;
	struct model_agent limiter; /* of its own client; burst 0: it has none */
	uint32_t n_loops;
	struct model_loop loops[LOOPS_MAX];
	uint32_t n_watches;
	struct model_watch watches[WATCHES_MAX];
	uint32_t n_replaces;
	struct feature_replaces {
		char loop[LOOP_NAME], watch[LOOP_NAME], call[LOOP_NAME]; /* one of them */
	} replaces[REPLACES_MAX];
};

/* Lay the features that the scenario's `features` names, then those of sets->with, over the
 * resolved scenario.  ERR_INPUT: no such feature, a mistake in one, nothing to replace. */
int features_apply(struct resolving *r, struct model *scenario, const struct settings *sets,
	struct err *err);

/* A feature by name or path, checked; f is filled.  Its spec is resolved->spec.  Warnings
 * (NULL: nobody reads them) is appended lines about resources that Kubernetes does not have,
 * which are allowed. */
int feature_load(const struct library *lib, const char *name, struct feature_model *f,
	struct model *resolved, struct str *warnings, struct err *err);

/* Whether Kubernetes 1.36 or an earlier version has that resource[/subresource]; one with a
 * group ("widgets.example.com") is somebody's own, and is known.  If not, *near is the nearest
 * that there is, or NULL. */
bool resource_is_known(const char *resource, const char **near);

#endif
