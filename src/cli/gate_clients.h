/* SPDX-License-Identifier: Apache-2.0 */
/* What may be named in a gate's labels whatever results have: clients, verbs, codes, resources
 * and operations. */
#ifndef CLI_GATE_CLIENTS_H
#define CLI_GATE_CLIENTS_H

#include "base/json.h"
#include "models/library.h"
#include "report/gate.h"

/* The kubelet's clients, the agents of both sides' scenarios (NULL: it has none) and those
 * features of the library that have a client of their own: a budget may guard against one
 * before anybody has it.  Words live in lib's memory, the sides' as long as these. */
struct gate_words gate_clients(
	const struct library *lib, const struct json *base, const struct json *candidate);

enum { GATE_RESOURCES_MAX = 512 };

/* All of them.  Texts are those of who put them in. */
struct gate_dictionary {
	struct gate_words clients;
	uint32_t n_resources;
	const char *resource[GATE_RESOURCES_MAX];
};

/* Add the resources of a scenario's calls, each once; copies are in mem (NULL: the calls' own
 * texts). */
void gate_resources(struct gate_dictionary *d, const struct calls *calls, struct arena *mem);

/* gate_check() by what the dictionary has. */
int gate_known(const struct gate *gate, const struct measure_points *points,
	const struct gate_dictionary *d, struct gate_fault *fault);

#endif
