/* SPDX-License-Identifier: Apache-2.0 */
/* What calls cost a real runtime or API server: a file of kind Calibration.
 *
 * Measurements as they are; fitting a cost model to them is the reports' business.
 */
#ifndef MODELS_CALIBRATION_H
#define MODELS_CALIBRATION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "models/field.h"
#include "models/library.h"
#include "models/models.h"

#define CALIBRATION_ROWS_MAX 10000

/* A runtime operation at a density. */
struct calibrated_operation {
	uint32_t pods;
	uint32_t containers;   /* in a pod */
	const char *operation; /* operation_type, "(one pod)" behind it if filtered */
	uint32_t calls;
	ns_t mean;
	ns_t p50;
	ns_t p99;
	ns_t cpu;       /* of the runtime, per call; -1: not measured */
	uint32_t bytes; /* of the answer; 0: not measured */
};

/* A way to find out what happened, as a whole.  Cores are millionths. */
struct calibrated_design {
	uint32_t pods;
	const char *design; /* "idle", "generic relist 1s", "per-pod polling 10s" */
	int64_t runtime_cores;
	int64_t client_cores;
	ns_t time;
};

/* CPU of starting one pod, by pods that run. */
struct calibrated_start {
	uint32_t pods;
	ns_t cpu;
};

/* A request to the API server. */
struct calibrated_call {
	const char *call; /* "get secrets", "list pods of one node (100 of 5000)" */
	struct call_name name;
	uint32_t objects; /* in the answer; 1 if the call does not say */
	uint32_t of;      /* that there were */
	enum api_encoding encoding;
	enum api_served served;
	ns_t apiserver_cpu;
	ns_t etcd_cpu;
	uint32_t bytes;
	uint32_t runs;
	uint32_t requests;
};

/* It lives in the library's memory. */
struct calibration {
	const char *name;
	const char *about;
	uint32_t n_operations;
	struct calibrated_operation *operations;
	uint32_t n_designs;
	struct calibrated_design *designs;
	uint32_t n_starts;
	struct calibrated_start *starts;
	uint32_t n_calls;
	struct calibrated_call *calls;
	const struct doc_node *starts_tree; /* of the reader */
};

/* The file of a name, or the path that the name is. */
void calibration_path(const struct library *lib, const char *name, char *path, size_t size);

/* A calibration by name (models/calibration/NAME.json) or path.  ERR_INPUT has the place. */
int calibration_load(const struct library *lib, const char *name,
	struct calibration *calibration, struct err *err);

/* The names of the library's calibrations, sorted. */
int calibration_names(const struct library *lib, struct names *names, struct err *err);

/* The checked file as it stands, for those who show it. */
int calibration_tree(const struct library *lib, const char *name,
	struct calibration *calibration, struct doc_node **measured, struct err *err);

/* The same from a text in memory. */
int calibration_parse(const char *name, const char *text, size_t len, struct arena *mem,
	struct calibration *calibration, struct err *err);

/* The table of the whole file, for its schema. */
extern const struct table table_calibration;

#endif
