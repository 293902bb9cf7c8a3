/* SPDX-License-Identifier: Apache-2.0 */
/* Who may be named as the client of a request in a gate. */
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

#endif
