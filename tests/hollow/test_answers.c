/* SPDX-License-Identifier: Apache-2.0 */
/* What answers are worth. */
#include "hollow/hollow_priv.h"

#include <stdlib.h>

#include "tcase.h"

static const char *of(const char *verb, const char *resource, const char *body)
{
	struct call_name call = {.verb = ""};

	(void)snprintf(call.verb, sizeof(call.verb), "%s", verb);
	(void)snprintf(call.resource, sizeof(call.resource), "%s", resource);
	return answer_unreadable(&call, body, strlen(body));
}

static void objects_that_belong_there_can_be_read(void **state)
{
	(void)state;
	assert_null(of("get", "nodes", "{\"kind\":\"Node\",\"metadata\":{}}\n"));
	assert_null(of("update", "leases", "{\n  \"kind\": \"Lease\"\n}\n"));
	assert_null(of("list", "pods", "{\"kind\":\"PodList\",\"items\":[]}"));
	assert_null(of("get", "secrets", "{\"kind\":\"SecretList\",\"items\":[]}"));
	assert_null(of("create", "serviceaccounts/token", "{\"kind\":\"TokenRequest\"}"));
	assert_null(of("get", "widgets.example.com", "{\"kind\":\"Widget\"}"));
	assert_null(of("delete", "pods", "{\"kind\":\"Status\",\"status\":\"Success\"}"));
	assert_null(of("delete", "pods", "{\"kind\":\"Pod\"}"));
	/* Whatever stands first in it. */
	assert_null(of("patch", "pods/status",
		"{\"metadata\":{\"ownerReferences\":[{\"kind\":\"ReplicaSet\"}]},"
		"\"kind\":\"Pod\"}"));
}

static void others_cannot(void **state)
{
	(void)state;
	assert_string_equal(of("get", "pods", ""), "no JSON");
	assert_string_equal(of("get", "pods", "<html>\"kind\":\"Pod\"</html>"), "no JSON");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Pod\""), "no JSON");
	assert_string_equal(
		of("list", "pods", "{\"kind\":\"PodList\",\"items\":[}"), "no JSON");
	assert_string_equal(of("get", "pods", "null"), "no JSON object");
	assert_string_equal(of("get", "pods", "[{\"kind\":\"Pod\"}]"), "no JSON object");
	assert_string_equal(of("get", "pods", "{}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":7}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Node\"}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Pods\"}"), "no such kind");
	assert_string_equal(of("list", "pods", "{\"kind\":\"Pod\"}"), "no such kind");
	assert_string_equal(of("get", "pods", "{\"kind\":\"Status\"}"), "no such kind");
}

static void a_status_has_a_message(void **state)
{
	char text[40];

	(void)state;
	answer_message("{\"message\":\"not yours\",\"code\":403}", text, sizeof(text));
	assert_string_equal(text, ": \"not yours\"");
	answer_message("{\n  \"message\": \"not yours\"\n}", text, sizeof(text));
	assert_string_equal(text, ": \"not yours\"");
	answer_message("{\"message\":\"\x1b[31m\"}", text, sizeof(text));
	assert_string_equal(text, "");
	answer_message("nothing", text, sizeof(text));
	assert_string_equal(text, "");
}

struct run {
	struct hollow hollow;
	struct swarm *swarm;
	struct hollow_params params;
	int told; /* by how many sentences */
};

static void on_say(void *ctx, const char *text)
{
	assert_true(*text);
	((struct run *)ctx)->told++;
}

static void begin(struct run *r)
{
	*r = (struct run){.swarm = calloc(1, sizeof(*r->swarm)), .params = {.say = on_say}};
	assert_non_null(r->swarm);
	r->params.ctx = r;
	r->swarm->params = &r->params;
	calls_init(&r->swarm->scenario.calls);
	r->hollow.swarm = r->swarm;
	(void)snprintf(r->hollow.name, sizeof(r->hollow.name), "n-0");
}

static void count(struct run *r, uint16_t call, enum wire_fault fault, int code)
{
	const struct wire_answer a = {.fault = fault, .code = code, .body = ""};

	answer_counts(&r->hollow, 0, call, &a, NULL);
}

static void what_is_refused_is_no_error_and_told_once(void **state)
{
	static const int refusals[] = {400, 401, 403, 409, 422, 403};
	static const int others[] = {200, 201, 404, 410};
	const struct hollow_view *v;
	struct run r;

	(void)state;
	begin(&r);
	v = &r.swarm->view;
	for (size_t i = 0; i < 6; i++)
		count(&r, API_GET_PODS, WIRE_ANSWERED, refusals[i]);
	for (size_t i = 0; i < 4; i++)
		count(&r, API_GET_PODS, WIRE_ANSWERED, others[i]);
	assert_int_equal(v->requests, 10);
	assert_int_equal(v->refused, 6);
	assert_int_equal(v->errors, 0);
	assert_int_equal(v->by_code[403], 2);
	assert_int_equal(r.told, 2);
	assert_string_equal(v->said[HOLLOW_UNKNOWN],
		"the server does not know who asks any more (401): get pods of n-0");
	assert_string_equal(
		v->said[HOLLOW_FORBIDDEN], "who asks for n-0 may not get pods (403)");
	free(r.swarm);
}

static void what_fails_is(void **state)
{
	const struct hollow_view *v;
	struct run r;

	(void)state;
	begin(&r);
	v = &r.swarm->view;
	count(&r, API_GET_PODS, WIRE_ANSWERED, 429);
	count(&r, API_GET_PODS, WIRE_ANSWERED, 503);
	count(&r, API_GET_PODS, WIRE_ANSWERED, 302);
	count(&r, API_GET_PODS, WIRE_RESET, 0);
	answer_counts(&r.hollow, 0, API_GET_PODS,
		&(struct wire_answer){.code = 200, .body = "x"}, "no JSON");
	assert_int_equal(v->errors, 5);
	assert_int_equal(v->lost, 1);
	assert_int_equal(v->by_code[0], 1);
	assert_int_equal(v->unreadable, 1);
	assert_int_equal(v->refused, 0);
	assert_int_equal(r.told, 1);
	free(r.swarm);
}

/* The metrics tell who asked; the words of a run add up. */
static void each_clients_requests_are_counted_for_it(void **state)
{
	struct calls *c;
	struct run r;
	uint16_t another;

	(void)state;
	begin(&r);
	c = &r.swarm->scenario.calls;
	assert_int_equal(calls_made_by(c, API_GET_PODS, 0), API_GET_PODS);
	another = calls_made_by(c, API_GET_PODS, 1);
	assert_int_not_equal(another, API_GET_PODS);
	count(&r, API_GET_PODS, WIRE_ANSWERED, 200);
	count(&r, another, WIRE_ANSWERED, 200);
	assert_int_equal(r.swarm->view.asked[API_GET_PODS], 1);
	assert_int_equal(r.swarm->view.asked[another], 1);
	free(r.swarm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_that_belong_there_can_be_read),
		cmocka_unit_test(others_cannot),
		cmocka_unit_test(a_status_has_a_message),
		cmocka_unit_test(what_is_refused_is_no_error_and_told_once),
		cmocka_unit_test(what_fails_is),
		cmocka_unit_test(each_clients_requests_are_counted_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
