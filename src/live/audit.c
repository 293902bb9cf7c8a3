/* SPDX-License-Identifier: Apache-2.0 */
#include "live/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "live/users.h"
#include "rest/selector.h"
#include "rest/when.h"

enum { KEPT_BYTES = 1 << 18 };

int audit_open(struct audit *a, const char *path, struct err *err)
{
	*a = (struct audit){.path = path};
	a->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (a->fd >= 0)
		return 0;
	a->path = NULL;
	return err_set(err, ERR_ENV, "--audit-log '%.200s': %s", path, strerror(errno));
}

/* Whom the server knows is of one group more, and so is who is impersonated:
 * pkg/authentication/group/authenticated_group_adder.go,
 * pkg/endpoints/filters/impersonation.go. */
static struct json *user_of(const char *name, const char *groups)
{
	const char *own = strcmp(name, ANONYMOUS) != 0 ? "system:authenticated"
						       : "system:unauthenticated";
	struct json *user = json_object();
	struct json *list = json_array();
	bool has_own = false;
	char group[128];

	json_put_str(user, "username", name);
	for (const char *g = groups; g && *g;) {
		size_t len = strcspn(g, ",");

		(void)snprintf(group, sizeof(group), "%.*s", (int)len, g);
		has_own = has_own || !strcmp(group, own);
		json_append_str(list, group);
		g += len + (g[len] == ',');
	}
	if (!has_own)
		json_append_str(list, own);
	json_put(user, "groups", list);
	return user;
}

/* pkg/endpoints/request/requestinfo.go: a LIST or WATCH of one name is of that object. */
static void put_name(struct json *o, const struct rest_route *r)
{
	struct selector fields;
	const char *name;

	if (*r->name)
		json_put_str(o, "name", r->name);
	if (*r->name || !r->field_selector ||
		selector_parse_fields(&fields, r->field_selector, NULL))
		return;
	name = selector_wants(&fields, "metadata.name");
	if (name && *name)
		json_put_str(o, "name", name);
	selector_fini(&fields);
}

static struct json *object_of(const struct rest_route *r)
{
	struct json *o = json_object();

	json_put_str(o, "resource", r->resource->plural);
	if (*r->ns)
		json_put_str(o, "namespace", r->ns);
	put_name(o, r);
	if (*r->resource->group)
		json_put_str(o, "apiGroup", r->resource->group);
	json_put_str(o, "apiVersion", r->resource->version);
	if (*r->subresource)
		json_put_str(o, "subresource", r->subresource);
	return o;
}

void audit_write(struct audit *a, const struct audit_event *e)
{
	struct json *value, *source, *status;
	char when[WHEN_BYTES];

	if (!a->path)
		return;
	value = json_object();
	json_put_str(value, "kind", "Event");
	json_put_str(value, "apiVersion", "audit.k8s.io/v1");
	json_put_str(value, "level", "Metadata");
	json_put_str(value, "auditID", e->id);
	json_put_str(value, "stage", e->stage);
	json_put_str(value, "requestURI", e->target);
	json_put_str(value, "verb",
		e->route && e->route->verb < VERBS ? rest_verb_name(e->route->verb) : "");
	json_put(value, "user", user_of(e->user, e->groups));
	if (e->impersonated)
		json_put(value, "impersonatedUser",
			user_of(e->impersonated, e->impersonated_groups));
	source = json_array();
	json_append_str(source, e->source);
	json_put(value, "sourceIPs", source);
	if (e->agent)
		json_put_str(value, "userAgent", e->agent);
	if (e->route && e->route->resource)
		json_put(value, "objectRef", object_of(e->route));
	status = json_object();
	json_put(status, "metadata", json_object());
	json_put_int(status, "code", e->code);
	json_put(value, "responseStatus", status);
	json_put_str(value, "requestReceivedTimestamp", when_text_us(when, e->received_us));
	json_put_str(value, "stageTimestamp", when_text_us(when, e->at_us));
	json_write(value, &a->lines);
	str_add_char(&a->lines, '\n');
	json_free(value);
	if (str_len(&a->lines) >= KEPT_BYTES)
		audit_flush(a);
}

void audit_flush(struct audit *a)
{
	size_t done = 0;

	if (!a->path)
		return;
	while (done < str_len(&a->lines)) {
		ssize_t n = write(a->fd, str_text(&a->lines) + done, str_len(&a->lines) - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done < str_len(&a->lines) && !a->failed) {
		a->failed = true;
		(void)fprintf(stderr,
			"nodetoll: --audit-log '%s': %s; events are lost from here on\n",
			a->path, strerror(errno));
	}
	str_reset(&a->lines);
}

void audit_close(struct audit *a)
{
	if (!a->path)
		return;
	audit_flush(a);
	(void)close(a->fd);
	str_fini(&a->lines);
	a->path = NULL;
}
