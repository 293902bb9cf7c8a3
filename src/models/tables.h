/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of file holds: the tables by which it is read and its schema is written.
 *
 * Constant.  The records that they fill are those of models.h.
 */
#ifndef MODELS_TABLES_H
#define MODELS_TABLES_H

#include "models/field.h"
#include "models/models.h"

extern const struct table table_kubelet;      /* struct kubelet_model */
extern const struct table table_runtime;      /* struct runtime_model */
extern const struct table table_apiserver;    /* struct apiserver_model */
extern const struct table table_storage;      /* its part storage */
extern const struct table table_fairness;     /* its part fairness */
extern const struct table table_costs;        /* its part costs */
extern const struct table table_workload;     /* struct workload_model */
extern const struct table table_scenario;     /* struct scenario */
extern const struct table table_loop;         /* struct model_loop */
extern const struct table table_feature_loop; /* the same, of a feature's file */
extern const struct table table_watch;        /* struct model_watch */
extern const struct table table_agent;        /* struct model_agent */
extern const struct table table_feature;      /* struct feature_model */
extern const struct table table_latency;      /* struct latency */
extern const struct table table_model_call;   /* struct model_call */

/* Words of enums that several tables or reports need. */
extern const struct word words_pleg_design[PLEG_DESIGNS];
extern const struct word words_object_design[OBJECT_DESIGNS];
extern const struct word words_client[CLIENT_OWN + 1];
extern const struct word words_runs_on[2];
extern const struct word words_scope[5];
extern const struct word words_trigger[TRIGGERS];
extern const struct word words_watch_scope[WATCH_SCOPES];
extern const struct word words_sharing[4];
extern const struct word words_placement[2];
extern const struct word words_api_encoding[ENCODINGS];
extern const struct word words_api_served[SERVED_N];
extern const struct word words_storage_format[STORAGE_FORMATS];
extern const struct word words_operation[OP_N + 1]; /* the last is "all" */

/* The word of a value, "?" if it has none. */
const char *word_of(const struct word *words, uint32_t n, int64_t value);

/* Of an enum client: "kube", "events", "heartbeat"; of an agent the name of its feature. */
const char *client_name(const struct kubelet_model *k, uint32_t client);

/* Whether a client is one for the cluster, so that no node has its limiter. */
bool client_is_elsewhere(const struct kubelet_model *k, uint32_t client);

/* The limit of its limiter, wherever that is: thousandths a second; < 0: it has none. */
int64_t client_limit(const struct kubelet_model *k, uint32_t client);

/* One line of a table each.  REC is the record's type. */
#define FIELD(member_, name_, type_, ...)                                                      \
	{                                                                                      \
		.name = (name_), .type = (type_), .offset = offsetof(REC, member_),            \
		__VA_ARGS__                                                                    \
	}
#define SPAN(member_, name_, lo_, hi_, help_)                                                  \
	FIELD(member_, name_, FIELD_DURATION, .min = (lo_), .max = (hi_), .help = (help_))
/* A period that may be 0, never; a shorter one than a millisecond is a run without an end. */
#define SPAN_OR_NEVER(member_, name_, hi_, help_)                                              \
	FIELD(member_, name_, FIELD_DURATION, .flags = FIELD_OR_ZERO, .min = NS_MS,            \
		.max = (hi_), .help = (help_))
#define COUNT(member_, name_, lo_, hi_, help_)                                                 \
	FIELD(member_, name_, FIELD_COUNT, .min = (lo_), .max = (hi_), .help = (help_))
#define RATIO(member_, name_, hi_, help_)                                                      \
	FIELD(member_, name_, FIELD_RATIO, .max = (hi_), .help = (help_))
#define TRUTH(member_, name_, help_) FIELD(member_, name_, FIELD_BOOL, .help = (help_))
#define RATE(member_, name_, help_)  FIELD(member_, name_, FIELD_RATE, .min = 1, .help = (help_))
#define ONE_OF(member_, name_, words_, help_)                                                  \
	FIELD(member_, name_, FIELD_ENUM, .words = (words_), .n_words = COUNT_OF(words_),      \
		.help = (help_))
#define PART(name_, table_, help_)                                                             \
	{                                                                                      \
		.name = (name_), .type = FIELD_MAP, .sub = &(table_), .help = (help_)          \
	}
#define TABLE(what_, fields_)                                                                  \
	{                                                                                      \
		.what = (what_), .field = (fields_), .n = COUNT_OF(fields_)                    \
	}

#endif
