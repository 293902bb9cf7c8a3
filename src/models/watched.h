/* SPDX-License-Identifier: Apache-2.0 */
/* What a standing watch is about: how many objects it lists, how large they are, and how many
 * watches of the cluster hear of one change.
 *
 * Of resources that the scenario tells of: pods, nodes, leases, and the Secrets and ConfigMaps
 * that pods refer to.
 */
#ifndef MODELS_WATCHED_H
#define MODELS_WATCHED_H

#include "models/models.h"

/* How many there are in the cluster; 0: nobody says. */
uint64_t watched_in_cluster(const struct scenario *s, const char *resource);

/* Of these, how many one watch lists; 0: nobody says. */
uint64_t watched_objects(const struct scenario *s, const struct model_watch *w);

/* Bytes of one as it is told: the watch's own, or those that the API server's model has for
 * clients; 0: nobody says. */
uint32_t watched_bytes(const struct scenario *s, const struct model_watch *w);

/* The same of an object that the model stores as its i-th, whoever is told. */
uint32_t watched_stored_bytes(const struct apiserver_model *m, uint32_t i);

/* Bytes of the model's i-th object as etcd has it; and of the whole object that such a request
 * writes there, whatever it carries itself, 0: the model has none of its kind. */
uint64_t storage_bytes(const struct apiserver_model *m, uint32_t i);
uint64_t storage_written(const struct scenario *s, uint16_t call);

/* How many watches of the cluster that are written so hear of a change of one object, on
 * average; and whether that is the watch of its node alone. */
double watched_hear(const struct scenario *s, const struct model_watch *w);
bool watched_by_its_node(const struct model_watch *w);

/* The watch whose LIST of all there is that class of request is; NULL: it is no such, or is
 * also how somebody lists a part. */
const struct model_watch *watched_all_by(const struct scenario *s, uint16_t list);

#endif
