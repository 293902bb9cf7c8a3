/* SPDX-License-Identifier: Apache-2.0 */
/* One side of a comparison: what was named on the command line, and its results.
 *
 * A scenario (by name or file), a saved result of any kind, or "kubelet:v1.12": the other
 * side's scenario, or one that is given, with that kubelet.  A scenario is simulated once a
 * seed; a saved result is there once.
 */
#ifndef CLI_COMPARE_SIDE_H
#define CLI_COMPARE_SIDE_H

#include "base/json.h"
#include "models/library.h"
#include "report/saved.h"

enum { COMPARE_SEEDS_MAX = 100 };

struct side {
	const char *name; /* as given */
	/* The same with what it has beside: "NAME with FEATURE"; NULL: name. */
	const char *label;
	struct saved saved;
	bool is_saved;
	struct scenario scenario; /* unless it is saved */
	struct model resolved;
	const char *const
		*set; /* "nodes=2": settings; those that make it a kubelet's are none */
	size_t n_set;
	struct json *spec; /* the scenario as it stands in a result; NULL: it has none */
	struct json *result[COMPARE_SEEDS_MAX];
	uint32_t n;
};

/* The name of a scenario or a result, and its place in a budget; NULL: on the command line. */
struct side_name {
	const char *text;
	const struct doc_node *at;
};

/* What a side is made of. */
struct side_given {
	struct side_name name;
	struct side_name scenario; /* for "kubelet:NAME" beside another; text NULL: not given */
	const struct settings *sets;
};

/* Look at what is named: saved results are read, scenarios resolved.  other is what the other
 * side was given.  sides are zeroed, and released by side_close() whatever comes of it.
 * ERR_INPUT, ERR_ENV. */
int side_open(struct side *side, const struct library *lib, const struct side_given *given,
	const struct side_given *other, struct err *err);

void side_close(struct side *side);

/* What reports call it. */
const char *side_label(const struct side *side);

/* The seed of what was saved, or the first of several; NULL: nothing was drawn for it. */
const struct json *side_saved_seed(const struct side *side);

/* Whether a name is "kubelet:NAME": then NAME, else NULL. */
const char *side_kubelet(const char *name);

/* Simulate both over n seeds from first, the same for both; progress is told on the way. */
struct side_runs {
	uint64_t first_seed;
	uint32_t n;
	unsigned threads;
};

int sides_run(struct side *base, struct side *candidate, const struct side_runs *runs,
	struct err *err);

/* What of their worlds differs, that is not what is compared: "nodes 10 and 20, ...", NULL:
 * nothing.  rows are differences() of their specs. */
bool side_same_world(const struct json *rows, struct str *what);

#endif
