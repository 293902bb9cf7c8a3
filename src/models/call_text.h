/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as files write them: an audit verb and a resource[/subresource], "get pods".
 *
 * Reads the names and complains about them with their place; what they stand for is the
 * caller's.  No state.
 */
#ifndef MODELS_CALL_TEXT_H
#define MODELS_CALL_TEXT_H

#include "base/doc.h"
#include "base/err.h"
#include "sim/calls.h"

/* "get pods".  What follows the resource is *tail; nothing may follow if tail is NULL. */
int call_text_read(const struct doc_node *node, struct call_name *name, const char **tail,
	struct err *err);

/* The same; a verb alone stands for all its calls and leaves the resource empty. */
int call_text_read_some(const struct doc_node *node, struct call_name *name, struct err *err);

/* A resource[/subresource] alone; to has room for one of a struct call_name. */
int call_text_resource(
	const struct doc_node *node, const char *text, char *to, struct err *err);

#endif
