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
