/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of those who are no node: whoever owns pods creates and deletes them, the scheduler
 * binds them, and somebody changes the Secrets and ConfigMaps that they mount.
 *
 * (One object of a node after the other, updateObjectEvery, is a recording's client on one
 * node; on all nodes at the same moments nobody does that, and nothing is asked for it.)
 *
 * They are asked for where API servers have processors, which they take a part of.  A feature
 * that creates pods (models/feature/controllers.yaml) asks all that is to be asked for pods, so
 * that nothing is here.
 */
#ifndef MODELS_OWNERS_H
#define MODELS_OWNERS_H

#include "base/doc.h"
#include "base/err.h"
#include "models/models.h"

/* Fill s->owners, and s->calls with what is in it; all else of s has been read.  ERR_INPUT, at
 * that place: s has more different calls then than there may be. */
int owner_calls_init(struct scenario *s, const struct doc_node *at, struct err *err);

#endif
