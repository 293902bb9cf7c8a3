/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/status.h"

#include "base/json.h"

/* The reason that goes with a code: apimachinery/pkg/api/errors. */
static const char *status_reason(int code)
{
	static const struct {
		int code;
		const char *reason;
	} reasons[] = {
		{400, "BadRequest"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "NotFound"},
		{405, "MethodNotAllowed"},
		{406, "NotAcceptable"},
		{409, "Conflict"},
		{410, "Expired"},
		{413, "RequestEntityTooLarge"},
		{415, "UnsupportedMediaType"},
		{422, "Invalid"},
		{429, "TooManyRequests"},
		{500, "InternalError"},
		{503, "ServiceUnavailable"},
		{504, "Timeout"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "";
}

static struct json *details(const struct status *s)
{
	struct json *d = json_object();

	if (s->name)
		json_put_str(d, "name", s->name);
	if (s->resource && *s->resource->group)
		json_put_str(d, "group", s->resource->group);
	if (s->resource)
		json_put_str(d, "kind", s->resource->plural);
	if (s->retry_after)
		json_put_int(d, "retryAfterSeconds", s->retry_after);
	return d;
}

void status_write(struct str *out, const struct status *s)
{
	struct json *value = json_object();
	const char *reason = s->reason ? s->reason : status_reason(s->code);

	json_put_str(value, "kind", "Status");
	json_put_str(value, "apiVersion", "v1");
	json_put(value, "metadata", json_object());
	json_put_str(value, "status", s->code < 400 ? "Success" : "Failure");
	if (s->message)
		json_put_str(value, "message", s->message);
	if (s->code >= 400 && *reason)
		json_put_str(value, "reason", reason);
	if (s->name || s->resource || s->retry_after)
		json_put(value, "details", details(s));
	json_put_int(value, "code", s->code);
	json_write(value, out);
	json_free(value);
}
