/* SPDX-License-Identifier: Apache-2.0 */
/* Between recording_tables.c (what a recording holds), recording.c (what it must fulfil) and
 * recording_rows.c (its counts). */
#ifndef MODELS_RECORDING_PRIV_H
#define MODELS_RECORDING_PRIV_H

#include "models/field.h"
#include "models/recording.h"

enum pull_policy { PULL_IF_NOT_PRESENT, PULL_ALWAYS, PULL_NEVER };

/* A recording while it is read: rec must stay first, rec.base holds the models already. */
struct reading_recording {
	struct recording rec;
	const char *version;
	const char *runtime;
	ns_t status_period; /* 0: as the model says, and so on */
	ns_t status_report;
	ns_t lease;
	bool attach_detach;
	enum pull_policy pull;
	const struct doc_node *probes;
	const struct doc_node *objects;
};

extern const struct word words_action[4];
extern const struct table table_recorded_object;

/* recording_rows.c */
int recording_read_rows(struct recorded_phase *p, enum recorded_source source, struct err *err);
int recording_read_means(struct recorded_phase *p, struct err *err);

int recording_finish_phase(
	struct reading *r, void *record, const struct doc_node *at, struct err *err);
int recording_finish_node(
	struct reading *r, void *record, const struct doc_node *at, struct err *err);
int recording_finish(
	struct reading *r, void *record, const struct doc_node *at, struct err *err);

#endif
