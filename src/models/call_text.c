/* SPDX-License-Identifier: Apache-2.0 */
#include "models/call_text.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/field.h"

int call_text_resource(const struct doc_node *node, const char *text, char *to, struct err *err)
{
	const size_t room = sizeof(((struct call_name *)0)->resource);
	const char *c = text;

	while ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
		(*c && strchr("/.-", *c)))
		c++;
	if (*c || c == text || strlen(text) >= room)
		return doc_error(node, err, "'%.60s' is not a resource[/subresource]", text);
	(void)snprintf(to, room, "%s", text);
	return 0;
}

static int read_verb(
	const struct doc_node *node, const char *text, size_t len, char *to, struct err *err)
{
	static const char *const verbs[] = {"get", "list", "watch", "create", "update", "patch",
		"delete", "deletecollection"};
	const char *near;
	char verb[20] = "";

	(void)snprintf(verb, sizeof(verb), "%.*s", (int)len, text);
	for (uint32_t i = 0; i < COUNT_OF(verbs); i++)
		if (!strcmp(verb, verbs[i])) {
			memcpy(to, verb, len + 1);
			return 0;
		}
	near = str_nearest(verb, verbs, COUNT_OF(verbs));
	if (near)
		return doc_error(node, err, "no verb '%s'; did you mean '%s'?", verb, near);
	return doc_error(node, err,
		"no verb '%s'; there are: get, list, watch, create, update, patch, delete, "
		"deletecollection",
		verb);
}

int call_text_read(
	const struct doc_node *node, struct call_name *name, const char **tail, struct err *err)
{
	const char *space = strchr(node->text, ' ');
	char resource[sizeof(name->resource) + 1];
	size_t len;

	if (!space || space == node->text)
		return doc_error(node, err,
			"'%.60s' is not a call: verb and resource are needed, as in 'get pods'",
			node->text);
	if (read_verb(node, node->text, (size_t)(space - node->text), name->verb, err))
		return ERR_INPUT;
	if (!tail)
		return call_text_resource(node, space + 1, name->resource, err);
	len = strcspn(space + 1, " ");
	*tail = space + 1 + len;
	*tail += **tail == ' ';
	(void)snprintf(resource, sizeof(resource), "%.*s", (int)len, space + 1);
	return call_text_resource(node, resource, name->resource, err);
}

int call_text_read_some(const struct doc_node *node, struct call_name *name, struct err *err)
{
	if (strchr(node->text, ' '))
		return call_text_read(node, name, NULL, err);
	name->resource[0] = '\0';
	return read_verb(node, node->text, strlen(node->text), name->verb, err);
}
