/* SPDX-License-Identifier: Apache-2.0 */
/* What makes lists of classes.  For the files named so alone. */
#ifndef CLI_RESULT_CLASSES_PRIV_H
#define CLI_RESULT_CLASSES_PRIV_H

#include "cli/result_classes.h"

/* Append an entry about those fields; by: names, NULL behind the last.  calls: those that it is
 * about, taken over; NULL: all. */
void classes_add(struct json *classes, const char *class, const char *const *fields,
	struct json *calls, const char *const *by);

/* The calibration of a runtime's times, or its model where it has none; and a server's model,
 * as `nodetoll models explain` takes them. */
struct classes_sources {
	char runtime[2 * MODEL_NAME], apiserver[2 * MODEL_NAME];
};

struct classes_sources classes_sources_of(const struct scenario *s);

/* What a time may rest on. */
enum { ON_LOOKS = 1, ON_RUNTIME = 2, ON_PODS = 4, ON_REQUESTS = 8 };

/* A model, and a result that has rows of the calls that were made: runtime[], api[]. */
struct classes_model {
	const struct doc_node *spec;
	const struct origins *origins;
	const struct json *result;
};

/* A time is no better known than the calls that it is made of. */
void classes_add_times(struct json *classes, const struct classes_model *m,
	const char *const *fields, unsigned on, const char *const *by);

/* The rules alone: for lists of words, which end with NULL. */
extern const char *const classes_by_rules[];

/* Whether nobody measured or published it. */
bool classes_is_guess(const struct doc_node *value, const struct origins *origins);

/* Whether a list has that word. */
bool classes_has(const struct json *list, const char *word);

/* Names of calls or resources, each once: those of which somebody measured what is asked, and
 * those that are a guess. */
struct classes_sorted {
	struct json *known, *guessed;
};

struct classes_sorted classes_sorted(void);
void classes_sort(struct classes_sorted *to, const char *name, bool guess);

/* Append an entry of either, unless it is empty, with the names as its calls or resources; they
 * are taken over. */
void classes_add_sorted(struct json *classes, struct classes_sorted *names, const char *key,
	const char *const *fields, const char *by);

#endif
