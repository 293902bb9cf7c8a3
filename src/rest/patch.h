/* SPDX-License-Identifier: Apache-2.0 */
/* Patches: JSON merge patch (RFC 7386), and strategic merge patch as far as kubelets, kubectl
 * and controllers need it.
 *
 * The strategic form merges lists of objects by a key that the list's field names (conditions
 * by type, containers by name) and lists of texts as sets where the field says so; it knows
 * the directives $patch: delete and replace, $deleteFromPrimitiveList and $retainKeys;
 * $setElementOrder orders a merged list.  Any other list is replaced.
 */
#ifndef REST_PATCH_H
#define REST_PATCH_H

#include "base/err.h"
#include "base/json.h"

enum patch_style { PATCH_MERGE, PATCH_STRATEGIC };

/* target patched, a tree of the caller's; target and patch stay as they are.  kind: of the
 * object, which decides how its lists merge.  ERR_INPUT: a list's entry lacks its key. */
int patch_apply(enum patch_style style, const char *kind, const struct json *target,
	const struct json *patch, struct json **out, struct err *err);

#endif
