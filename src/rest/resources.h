/* SPDX-License-Identifier: Apache-2.0 */
/* The resources that the server has, as a table: a new one is a new row.
 *
 * Names are Kubernetes' own.  Read-only.
 */
#ifndef REST_RESOURCES_H
#define REST_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>

enum { REST_FIELDS_MAX = 12, REST_RESOURCES_MAX = 64 };

enum rest_trait {
	REST_NAMESPACED = 1u << 0,
	REST_HAS_STATUS = 1u << 1,   /* .status is written through pods/status alone */
	REST_HAS_BINDING = 1u << 2,  /* pods/binding */
	REST_HAS_TOKEN = 1u << 3,    /* serviceaccounts/token */
	REST_PUT_CREATES = 1u << 4,  /* strategy.go AllowCreateOnUpdate */
	REST_HAS_GRACE = 1u << 5,    /* deleted in two steps while a kubelet has it */
	REST_HOLDS_OTHERS = 1u << 6, /* a namespace: its content goes with it */
	REST_CREATE_ONLY = 1u << 7,  /* bindings: nothing is kept */
	REST_IN_ALL = 1u << 8,       /* `kubectl get all`: storage.go Categories */
	REST_REVIEW = 1u << 9,       /* a question, answered in its status; nothing is kept */
	REST_CONDITIONAL = 1u << 10, /* strategy.go: no AllowUnconditionalUpdate */
	REST_EXPIRES = 1u << 11,     /* event/storage/storage.go TTLFunc */
};

struct rest_resource {
	const char *group; /* "": core */
	const char *version;
	const char *plural;
	const char *singular;
	const char *kind;
	const char *short_names; /* separated by blanks */
	unsigned traits;
	/* What field selectors may name, beside metadata.name and metadata.namespace. */
	const char *fields[REST_FIELDS_MAX];
};

/* All of them, by group; *n how many, REST_RESOURCES_MAX at most. */
const struct rest_resource *rest_resources(size_t *n);

/* Its place among them. */
size_t rest_resource_place(const struct rest_resource *r);

/* That one; NULL if there is none. */
const struct rest_resource *rest_resource_find(
	const char *group, const char *version, const char *plural);

/* That which a call names, resource[.group][/subresource]; NULL if there is none. */
const struct rest_resource *rest_resource_named(const char *name);

/* "v1" or "apps/v1", into buf of at least REST_GROUP_VERSION bytes.  Returns buf. */
enum { REST_GROUP_VERSION = 64 };
const char *rest_group_version(const struct rest_resource *r, char *buf);

static inline bool rest_is(const struct rest_resource *r, enum rest_trait trait)
{
	return (r->traits & (unsigned)trait) != 0;
}

#endif
