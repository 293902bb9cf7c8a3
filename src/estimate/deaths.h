/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that die by themselves: what the dead leave, and who has to wait.
 *
 * A node begins without dead containers, and so does each pod.  So what a death costs hangs on
 * how often that container died before: the numbers are those of the scenario's run, from its
 * warm-up's end on.
 */
#ifndef ESTIMATE_DEATHS_H
#define ESTIMATE_DEATHS_H

#include "models/models.h"

struct deaths {
	double often;   /* a second and node */
	double kept;    /* exited instances that a container has beside the one that runs */
	double left;    /* the same of a container whose pod goes; 0: none does */
	double removed; /* share of the deaths for which an older instance is removed */
	double waits;   /* share that begins a back-off */
};

/* All of them are 0 where nothing dies.  They are those of kubelets with a remote runtime that
 * look by relists; for others they are no more than a guess. */
void deaths_of(const struct scenario *s, struct deaths *out);

/* Of these, what is kept, by every kubelet: rates and latencies of listings hang on it. */
double deaths_kept(const struct scenario *s);

#endif
