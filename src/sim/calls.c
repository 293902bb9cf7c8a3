/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/calls.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const op_name[OP_N] = {
#define X(e, name, cri) name,
	OPERATIONS(X)
#undef X
};

static const char *const op_cri[OP_N] = {
#define X(e, name, cri) cri,
	OPERATIONS(X)
#undef X
};

static const struct {
	const char *verb;
	const char *resource;
} api_name[] = {
#define X(e, verb, resource) {verb, resource},
	API_CALLS(X)
#undef X
};

static void name_set(struct call_name *to, const char *verb, const char *resource)
{
	(void)snprintf(to->verb, sizeof(to->verb), "%s", verb);
	(void)snprintf(to->resource, sizeof(to->resource), "%s", resource);
}

void calls_init(struct calls *c)
{
	memset(c, 0, sizeof(*c));
	for (uint32_t i = 0; i < OP_N; i++) {
		name_set(&c->name[i], "", op_name[i]);
		name_set(&c->name[CALL_HIDDEN + i], "", op_name[i]);
	}
	for (uint32_t i = 0; i < sizeof(api_name) / sizeof(api_name[0]); i++)
		name_set(&c->name[CALL_API + i], api_name[i].verb, api_name[i].resource);
	c->n = API_FIXED_END;
	memset(c->client, CALL_NOBODYS, sizeof(c->client));
	for (uint16_t i = 0; i < CALLS_MAX; i++)
		c->alike[i] = i;
}

uint16_t calls_intern(struct calls *c, const char *verb, const char *resource)
{
	assert(c->n >= API_FIXED_END);
	for (uint32_t i = CALL_API; i < c->n; i++)
		if (!strcmp(c->name[i].verb, verb) && !strcmp(c->name[i].resource, resource))
			return (uint16_t)i;
	if (c->n == CALLS_MAX)
		return CALLS_MAX;
	name_set(&c->name[c->n], verb, resource);
	return (uint16_t)c->n++;
}

uint16_t calls_made_by(struct calls *c, uint16_t call, uint8_t client)
{
	uint16_t first = c->alike[call];

	assert(!call_is_runtime(call) && call < c->n && client != CALL_NOBODYS);
	for (uint32_t i = first; i < c->n; i++) {
		if (c->alike[i] != first)
			continue;
		if (c->client[i] == CALL_NOBODYS)
			c->client[i] = client;
		if (c->client[i] == client)
			return (uint16_t)i;
	}
	if (c->n == CALLS_MAX)
		return CALLS_MAX;
	c->name[c->n] = c->name[first];
	c->alike[c->n] = first;
	c->client[c->n] = client;
	return (uint16_t)c->n++;
}

bool call_mutates(const struct call_name *name)
{
	return strcmp(name->verb, "get") != 0 && strcmp(name->verb, "list") != 0 &&
	       strcmp(name->verb, "watch") != 0;
}

bool call_writes(const struct call_name *name, const char *resource)
{
	size_t n = strlen(resource);

	if (!call_mutates(name) || strncmp(name->resource, resource, n) != 0)
		return false;
	return !name->resource[n] || !strcmp(name->resource + n, "/status") ||
	       !strcmp(name->resource + n, "/binding");
}

bool call_starts_or_ends(uint16_t call)
{
	switch (call) {
	case OP_RUN_PODSANDBOX:
	case OP_STOP_PODSANDBOX:
	case OP_REMOVE_PODSANDBOX:
	case OP_CREATE_CONTAINER:
	case OP_START_CONTAINER:
	case OP_STOP_CONTAINER:
	case OP_REMOVE_CONTAINER:
		return true;
	default:
		return false;
	}
}

enum operation operation_by_name(const char *operation_type)
{
	uint32_t i = 0;

	while (i < OP_N && strcmp(op_name[i], operation_type) != 0)
		i++;
	return (enum operation)i;
}

const char *operation_name(enum operation op)
{
	assert(op < OP_N);
	return op_name[op];
}

const char *operation_cri_method(enum operation op)
{
	assert(op < OP_N);
	return op_cri[op];
}
