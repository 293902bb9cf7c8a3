/* SPDX-License-Identifier: Apache-2.0 */
/* What a real kubelet was recorded doing: a file of kind Recording.
 *
 * Its settings become a scenario: the kubelet's version names a model, the other settings
 * override it; the runtime names a model; the workload is the recording's own.  Its counts
 * become rows to compare with.  Form: tests/recordings/README.md.  Nothing is simulated here.
 */
#ifndef MODELS_RECORDING_H
#define MODELS_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "models/library.h"
#include "models/models.h"

#define RECORDING_FILE_BYTES (64u << 20)
#define RECORDED_NODES_MAX   1000
#define RECORDED_PHASES_MAX  32
#define RECORDED_COUNT_MAX   1000000000
#define RECORDED_TIME_MAX    (72 * 60 * NS_MIN) /* of a node's phases; a run has 78 h */

enum phase_action { PHASE_CREATE_ALL, PHASE_NONE, PHASE_DELETE_ALL, PHASE_CHURN };

/* Who counted: the API server, the kubelet's own metric, the runtime's socket. */
enum recorded_source { RECORDED_API, RECORDED_CRI, RECORDED_WIRE, RECORDED_SOURCES };

/* One count.  call as in the file: "get pods 404", "list_containers", "StopContainer". */
struct recorded_row {
	enum recorded_source source;
	const char *call;
	uint32_t count;
};

/* Over the pods of a phase; pods 0 means that there are none. */
struct recorded_spans {
	uint32_t pods;
	ns_t p50;
	ns_t p90;
	ns_t max;
};

struct recorded_phase {
	const char *name;
	enum phase_action action;
	bool kubelet_starts;          /* with it, and what it asks for then is counted */
	ns_t replace_one_pod_every;   /* churn; 0: never */
	ns_t update_one_secret_every; /* churn; 0: never */
	ns_t one_pod_every;           /* create, delete: of all nodes; 0: it was not told */
	ns_t rest;                    /* since the phase before was counted; -1: not told */
	ns_t api_time;                /* how long each was counted; 0: it was not */
	ns_t cri_time;                /* metric and wire; in the first phase from the kubelet's
				       * start, before the pods are created */
	uint32_t n_rows;
	struct recorded_row *rows; /* api, cri, wire; each in the file's order */
	bool has[RECORDED_SOURCES];
	ns_t wire_mean[OP_N]; /* handling time at the runtime; 0: none was recorded */
	uint32_t relists;
	ns_t mean_relist;
	struct recorded_spans running;
	struct recorded_spans gone;
	const struct doc_node *tree[RECORDED_SOURCES]; /* of the reader */
	const struct doc_node *wire_mean_tree;
	uint32_t pods;
};

struct recorded_node {
	const char *name;
	uint32_t pods;
	enum object_design objects;
	ns_t ttl_annotation; /* -2: none */
	uint32_t n_phases;
	struct recorded_phase *phases;
};

/* It lives in the library's memory. */
struct recording {
	const char *name;
	const char *file;
	const char *about;
	struct scenario base;  /* of every node; see recording_scenario */
	struct model resolved; /* the models behind base, before the recording's settings */
	uint32_t n_nodes;
	struct recorded_node *nodes;
	const char *warning_event; /* raised by each pod sync; NULL if none */
	uint32_t max_pods;
	uint32_t restarts;
};

/* Read the recording at path.  kubelet names another model than the recording's version, NULL
 * its own.  ERR_INPUT has the place of the first mistake. */
int recording_load(const struct library *lib, const char *path, const char *kubelet,
	struct recording *rec, struct err *err);

/* The same from a text in memory. */
int recording_parse(const struct library *lib, const char *name, const char *text, size_t len,
	struct recording *rec, struct err *err);

/* Whether the first that is done to the node is that its pods are created; else they are there
 * when the recording begins. */
bool recorded_node_is_empty(const struct recorded_node *node);

/* The scenario of one node: base with the node's pods, objects and annotation. */
void recording_scenario(const struct recording *rec, uint32_t node, struct scenario *scenario);

/* "api", "cri", "wire". */
const char *recorded_source_name(enum recorded_source source);

/* The table of the whole file, for its schema. */
extern const struct table table_recording;

#endif
