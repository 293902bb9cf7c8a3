/* SPDX-License-Identifier: Apache-2.0 */
/* Field and label selectors: which objects a LIST or WATCH is about.
 *
 * Labels as in apimachinery's labels.Parse: "a=b, c!=d, e in (x,y), f notin (z), g, !h".
 * Fields as in fields.ParseSelector: "spec.nodeName=n1,metadata.name!=x".  A parsed selector is
 * a list of requirements that all must hold.
 */
#ifndef REST_SELECTOR_H
#define REST_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum selector_operator { SELECT_IN, SELECT_NOT_IN, SELECT_EXISTS, SELECT_ABSENT };

/* key, then n values, each behind the NUL of the one before. */
struct selector_requirement {
	enum selector_operator op;
	unsigned n;
	char *key;
};

/* Far above any honest selector. */
enum { SELECTOR_REQUIREMENTS = 16, SELECTOR_BYTES = 4096 };

/* Zeroed: everything.  Owns its text. */
struct selector {
	unsigned n;
	struct selector_requirement requirement[SELECTOR_REQUIREMENTS];
	char *text;
};

/* ERR_INPUT in words for the client; *s is then empty. */
int selector_parse_labels(struct selector *s, const char *text, struct err *err);
int selector_parse_fields(struct selector *s, const char *text, struct err *err);

void selector_fini(struct selector *s);

/* What an object has under a key; NULL: nothing. */
typedef const char *(*selector_value)(const void *object, const char *key);

bool selector_matches(const struct selector *s, const void *object, selector_value value);

/* The one value that it wants for the key; NULL if it does not name one. */
const char *selector_wants(const struct selector *s, const char *key);

#endif
