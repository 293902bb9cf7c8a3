/* SPDX-License-Identifier: Apache-2.0 */
/* The library of models: names become files, files extend files, scenarios gather them.
 *
 * A name is a file <models>/<kind>/NAME.yaml; with a slash or an ending .yaml or .json it is a
 * path, relative to the file that names it.  `extends` lays a file over its predecessor: maps
 * merge by key, everything else replaces, null removes.  A scenario refers to a kubelet, a
 * runtime, an API server and a workload, each by name or as a map that extends one.  What comes
 * out is a tree without references, which results embed, and the checked struct.
 *
 * Reads files, prints nothing, keeps no state between calls.
 */
#ifndef MODELS_LIBRARY_H
#define MODELS_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"
#include "base/str.h"
#include "models/field.h"
#include "models/models.h"
#include "models/origin.h"

/* Kinds of input: enum, `kind` of the file, folder in the library. */
#define MODEL_KINDS_X(X)                                                                       \
	X(KUBELET, "Kubelet", "kubelet")                                                       \
	X(RUNTIME, "Runtime", "runtime")                                                       \
	X(APISERVER, "APIServer", "apiserver")                                                 \
	X(WORKLOAD, "Workload", "workload")                                                    \
	X(SCENARIO, "Scenario", "scenario")                                                    \
	X(FEATURE, "Feature", "feature")                                                       \
	X(INCIDENT, "Incident", "incident")

enum model_kind {
#define X(e, kind, folder) MODEL_##e,
	MODEL_KINDS_X(X)
#undef X
		MODEL_KINDS
};

#define MODEL_FILE_BYTES  (4u << 20) /* no honest model is longer */
#define MODEL_API_VERSION "nodetoll/v1alpha1"
#define EXTENDS_MAX       32

/* Where the models are, and the memory into which they are read.  Both are the caller's. */
struct library {
	const char *dir;
	struct arena *mem;
};

/* "path=value" each: paths relative to spec and on through the references
 * ("kubelet.pleg.relistPeriod=2s", "kubelet=v1.12"), applied in order.  Zeroed is none. */
struct settings {
	const char *const *text;
	/* What stands before the path of each in messages, as "--candidate-set "; "--": the
	 * flag is called as the path is; "": none, it is "kubelet:v1.12".  NULL, or no list:
	 * "--set ". */
	const char *const *door;
	size_t n;
	const char *const *with; /* features, names or paths, before the settings */
	/* What messages begin with; NULL, or no list: "--with ". */
	const char *const *with_door;
	size_t n_with;
	struct str *warnings; /* appended to: calls that nobody knows, settings of which nothing
			       * comes; NULL: nobody reads them */
};

/* a, with the settings of b behind its own; what else settings have is a's.  Lists from mem. */
struct settings settings_joined(
	struct arena *mem, const struct settings *a, const struct settings *b);

/* A model without references.  It lives in the library's memory. */
struct model {
	enum model_kind kind;
	const char *name; /* metadata.name */
	const char *file;
	struct doc_node *spec;  /* merged; plain values; with `name` */
	struct origins origins; /* of every constant in spec */
};

/* "Kubelet", "kubelet"; the kind of that folder's name or kind's name, MODEL_KINDS if none. */
const char *model_kind_name(enum model_kind kind);
const char *model_kind_folder(enum model_kind kind);
enum model_kind model_kind_find(const char *name);

/* The table by which a kind's spec is read. */
const struct table *model_kind_table(enum model_kind kind);

/* The names in the library of that kind, sorted.  ERR_INPUT: the directory cannot be read. */
int library_list(const struct library *lib, enum model_kind kind, const char ***names,
	uint32_t *n, struct err *err);

/* The names of all files in a folder of the library that end so, without that; sorted. */
struct names {
	const char **name;
	uint32_t n;
};

int library_names(const struct library *lib, const char *folder, const char *ending,
	struct names *names, struct err *err);

/* Which of the names was meant: of versions the nearest in time, else the nearest in letters.
 * NULL if none is near. */
const char *library_nearest(const char *name, const char *const *names, uint32_t n);

/* What a name in the file `from` means from here: a path leads from where the file is, a name
 * of the library stays. */
const char *library_path(struct arena *mem, const char *name, const char *from);

/* A model of that name or path, with all that it extends.  Checked as a whole: ERR_INPUT has
 * the place of the first mistake. */
int library_load(const struct library *lib, enum model_kind kind, const char *name,
	struct model *model, struct err *err);

/* A scenario by name or path, with settings (NULL: none).  *resolved is its spec without
 * references.  ERR_INPUT as above; a wrong setting is named. */
int scenario_load(const struct library *lib, const char *name, const struct settings *sets,
	struct scenario *scenario, struct model *resolved, struct err *err);

/* Names of a scenario that no file holds.  It has one node, ten minutes after two, starts
 * stationary, seed 1; sets change that. */
struct scenario_names {
	const char *name;
	const char *kubelet;
	const char *runtime;
	const char *apiserver;
	const char *workload;
	bool by_flags; /* --kubelet, --runtime, --apiserver gave them: messages say so */
};

int scenario_compose(const struct library *lib, const struct scenario_names *names,
	const struct settings *sets, struct scenario *scenario, struct model *resolved,
	struct err *err);

/* A scenario from a spec in memory, with or without references: a result's embedded one. */
int scenario_from_doc(const struct library *lib, const struct doc_node *spec,
	const struct settings *sets, struct scenario *scenario, struct model *resolved,
	struct err *err);

/* A model whose file's text is given, as if it were read from name.  kind is the text's own. */
int library_load_text(const struct library *lib, const char *name, const char *text, size_t len,
	struct model *model, struct err *err);

#endif
