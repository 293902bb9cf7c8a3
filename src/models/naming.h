/* SPDX-License-Identifier: Apache-2.0 */
/* What may be a name, as in Kubernetes: sentences join names by commas, paths by dots and
 * slashes. */
#ifndef MODELS_NAMING_H
#define MODELS_NAMING_H

#include "base/doc.h"
#include "base/err.h"

/* Of an object (validation.go IsDNS1123Subdomain): small letters, digits, '-' and '.', a letter
 * or digit at both ends.  ERR_INPUT with the place of at. */
int naming_object(const struct doc_node *at, const char *text, struct err *err);

/* Of an entry of a map (IsQualifiedName without its prefix): letters, digits, '-', '_' and '.',
 * a letter or digit at both ends.  ERR_INPUT with the place of at's key. */
int naming_entry(const struct doc_node *at, const char *text, struct err *err);

#endif
