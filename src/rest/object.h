/* SPDX-License-Identifier: Apache-2.0 */
/* One stored object: its JSON as it goes over the wire, and what it is found by.
 *
 * Never changed once it is made: a write makes another, and answers, histories and watches may
 * go on holding the old one.  Counted references; one block of memory.  What it expires by is
 * the store's, as long as it is the state that the store has.
 */
#ifndef REST_OBJECT_H
#define REST_OBJECT_H

#include <stdint.h>

#include "base/json.h"
#include "rest/resources.h"
#include "rest/selector.h"

/* Read by anyone, written by object.c only. */
struct rest_object {
	uint32_t refs;
	uint64_t version; /* metadata.resourceVersion */
	const struct rest_resource *resource;
	const char *ns; /* "" if it has none */
	const char *name;
	const char *uid;
	const char *field[REST_FIELDS_MAX]; /* of resource->fields; "" if it has none */
	const char *labels;                 /* key, value, key, value, "" */
	const char *text;                   /* compact JSON, without a newline */
	size_t len;
	size_t bytes; /* that it takes */
	/* store.c's, of one that expires: */
	int64_t due_s; /* since 1970; 0: it does not */
	struct rest_object *sooner, *later;
};

/* From a tree that has metadata.name; its resource version becomes `version`, its apiVersion
 * and kind those of the resource.  One reference, the caller's. */
struct rest_object *rest_object_new(
	const struct rest_resource *r, struct json *tree, uint64_t version);

struct rest_object *rest_object_hold(struct rest_object *o);
void rest_object_drop(struct rest_object *o); /* NULL is fine */

/* Memory that was asked for; without it nothing can go on, so the program ends. */
void *rest_taken(void *memory);

/* How its key stands to another, as strcmp: LIST's order. */
int rest_object_order(const struct rest_object *o, const char *ns, const char *name);

/* Its JSON as a tree of the caller's. */
struct json *rest_object_tree(const struct rest_object *o);

/* For selector_matches: labels, and fields that selectors may name. */
const char *rest_object_label(const void *object, const char *key);
const char *rest_object_field(const void *object, const char *key);

#endif
