/* SPDX-License-Identifier: Apache-2.0 */
/* A budget: what a change may cost, in a file of the repository that uses it (nodetoll.yaml).
 *
 * Says what is compared with what, and the gates that must hold.  The gates are text here; who
 * compares reads them (report/gate.h), with their places in the file.
 */
#ifndef MODELS_BUDGET_H
#define MODELS_BUDGET_H

#include <stdint.h>

#include "models/field.h"
#include "models/library.h"

enum { BUDGET_GATES_MAX = 100, BUDGET_TEXTS_MAX = 32 };

struct budget_gate {
	const char *gate;
	const char *why;           /* NULL: nobody said */
	const struct doc_node *at; /* its scalar */
};

struct budget_text {
	const char *text;
	const struct doc_node *at; /* its scalar */
};

struct budget {
	const char *name;
	struct budget_text base, candidate; /* text NULL: on the command line */
	struct budget_text scenario;        /* for "kubelet:NAME"; text NULL: not given */
	uint32_t seeds;                     /* 0: as always */
	uint32_t n_gates, n_sets, n_candidate_sets, n_with;
	struct budget_gate gates[BUDGET_GATES_MAX];
	struct budget_text sets[BUDGET_TEXTS_MAX]; /* "path=value", of both sides */
	struct budget_text candidate_sets[BUDGET_TEXTS_MAX];
	struct budget_text with[BUDGET_TEXTS_MAX]; /* features of the candidate */
};

/* Constant: of the spec. */
extern const struct table table_budget;

/* Read the file at path; *budget points into mem.  Paths in it are relative to it, and come out
 * so that they lead there from here.  ERR_INPUT with the place, ERR_ENV. */
int budget_load(struct arena *mem, const char *path, struct budget *budget, struct err *err);

#endif
