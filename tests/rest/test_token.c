/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#define DEFAULT "/api/v1/namespaces/default"
#define TOKEN   DEFAULT "/serviceaccounts/default/token"
#define TO_POD                                                                                 \
	"{\"spec\":{\"boundObjectRef\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"name\":"      \
	"\"a\"}}}"

struct held {
	char token[2048];
};

/* The token that a TokenRequest is answered with. */
static const char *given(struct kit *k, const char *body, struct held *h)
{
	assert_int_equal(kit_ask(k, "POST", TOKEN, body), 201);
	(void)snprintf(h->token, sizeof(h->token), "%s", kit_text(k, "status.token"));
	return h->token;
}

static bool is_known(const struct kit *k, const char *token, int64_t now_s)
{
	struct rest_account who;

	return rest_account_of(&k->rest, token, now_s, &who);
}

static void a_token_is_of_its_account(void **state)
{
	struct rest_account who = {0};
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_true(rest_account_of(&k.rest, given(&k, "{}", &h), NOW, &who));
	assert_string_equal(who.name, "system:serviceaccount:default:default");
	assert_string_equal(
		who.groups, "system:serviceaccounts,system:serviceaccounts:default");
	assert_string_equal(kit_text(&k, "status.expirationTimestamp"), "2023-11-14T23:13:20Z");
	assert_int_equal(
		(int)json_as_num(json_get(json_get(k.body, "spec"), "expirationSeconds")),
		3600);
	assert_int_equal(
		kit_ask(&k, "POST", TOKEN, "{\"spec\":{\"expirationSeconds\":3607}}"), 201);
	assert_string_equal(kit_text(&k, "status.expirationTimestamp"), "2023-11-14T23:13:27Z");
	kit_fini(&k);
}

static void a_review_says_whose_it_is(void **state)
{
	static const char reviews[] = "/apis/authentication.k8s.io/v1/tokenreviews";
	char body[sizeof(struct held) + 64];
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	(void)snprintf(
		body, sizeof(body), "{\"spec\":{\"token\":\"%s\"}}", given(&k, "{}", &h));
	assert_int_equal(kit_ask(&k, "POST", reviews, body), 201);
	assert_string_equal(
		kit_text(&k, "status.user.username"), "system:serviceaccount:default:default");
	assert_int_equal(kit_ask(&k, "POST", reviews, "{\"spec\":{\"token\":\"a\"}}"), 201);
	assert_false(json_as_bool(json_get(json_get(k.body, "status"), "authenticated")));
	assert_int_equal(kit_ask(&k, "POST", reviews, "{}"), 201);
	kit_fini(&k);
}

static void it_ends_in_its_time(void **state)
{
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	given(&k, "{\"spec\":{\"expirationSeconds\":600}}", &h);
	assert_true(is_known(&k, h.token, NOW + 660)); /* clocks differ */
	assert_false(is_known(&k, h.token, NOW + 661));
	kit_fini(&k);
}

static void it_ends_with_its_account(void **state)
{
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	given(&k, "{}", &h);
	assert_int_equal(kit_ask(&k, "DELETE", DEFAULT "/serviceaccounts/default", ""), 200);
	assert_false(is_known(&k, h.token, NOW));
	/* Another one of that name is another one. */
	assert_int_equal(kit_ask(&k, "POST", DEFAULT "/serviceaccounts",
				 "{\"metadata\":{\"name\":\"default\"}}"),
		201);
	assert_false(is_known(&k, h.token, NOW));
	assert_true(is_known(&k, given(&k, "{}", &h), NOW));
	kit_fini(&k);
}

static void it_ends_with_the_pod_that_it_is_bound_to(void **state)
{
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	assert_true(is_known(&k, given(&k, TO_POD, &h), NOW));
	/* Half a minute of grace, and a minute for clocks that differ. */
	assert_int_equal(kit_ask(&k, "DELETE", DEFAULT "/pods/a", ""), 200);
	assert_true(is_known(&k, h.token, NOW + 90));
	assert_false(is_known(&k, h.token, NOW + 91));
	assert_int_equal(
		kit_ask(&k, "DELETE", DEFAULT "/pods/a?gracePeriodSeconds=0", ""), 200);
	assert_false(is_known(&k, h.token, NOW));
	kit_pod(&k, "a", "n1");
	assert_false(is_known(&k, h.token, NOW));
	kit_fini(&k);
}

static void or_with_the_secret(void **state)
{
	static const char to_secret[] =
		"{\"spec\":{\"boundObjectRef\":{\"kind\":\"Secret\",\"name\":\"s\"}}}";
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", TOKEN, to_secret), 404);
	assert_int_equal(
		kit_ask(&k, "POST", DEFAULT "/secrets", "{\"metadata\":{\"name\":\"s\"}}"),
		201);
	assert_true(is_known(&k, given(&k, to_secret, &h), NOW));
	assert_int_equal(kit_ask(&k, "DELETE", DEFAULT "/secrets/s", ""), 200);
	assert_false(is_known(&k, h.token, NOW));
	kit_fini(&k);
}

static void what_is_for_others_opens_nothing_here(void **state)
{
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_false(
		is_known(&k, given(&k, "{\"spec\":{\"audiences\":[\"vault\"]}}", &h), NOW));
	kit_fini(&k);
}

/* Whoever changes a letter of it, or makes one with another key. */
static void what_was_not_signed_here_is_no_token(void **state)
{
	static const char *const texts[] = {
		"", ".", "..", "a.b", "a.b.c", "....", "eyJh.eyJh.\xff"};
	struct held h;
	struct kit k;

	(void)state;
	kit_init(&k);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(is_known(&k, texts[i], NOW));
	given(&k, "{}", &h);
	for (char *c = h.token; *c; c++) {
		char was = *c;

		*c = was == 'A' ? 'B' : 'A';
		assert_false(is_known(&k, h.token, NOW));
		*c = was;
	}
	assert_true(is_known(&k, h.token, NOW));
	k.rest.token_key[0] ^= 1;
	assert_false(is_known(&k, h.token, NOW));
	kit_fini(&k);
}

static void what_is_wrong_with_a_request_is_said(void **state)
{
	static const struct {
		const char *body;
		int code;
	} cases[] = {
		{"{\"spec\":{\"expirationSeconds\":599}}", 422},
		{"{\"spec\":{\"expirationSeconds\":4294967297}}", 422},
		{"{\"spec\":{\"boundObjectRef\":{\"kind\":\"Pod\",\"name\":\"none\"}}}", 404},
		{"{\"spec\":{\"boundObjectRef\":{\"kind\":\"Node\",\"name\":\"a\"}}}", 400},
		{"{\"spec\":{\"boundObjectRef\":{\"kind\":\"Pod\",\"name\":\"a\",\"uid\":\"u\"}"
		 "}}",
			409},
	};
	struct kit k;

	(void)state;
	kit_init(&k);
	kit_pod(&k, "a", "n1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(kit_ask(&k, "POST", TOKEN, cases[i].body), cases[i].code);
	assert_int_equal(kit_ask(&k, "POST", DEFAULT "/serviceaccounts",
				 "{\"metadata\":{\"name\":\"other\"}}"),
		201);
	assert_int_equal(
		kit_ask(&k, "POST", DEFAULT "/serviceaccounts/other/token", TO_POD), 400);
	assert_int_equal(kit_ask(&k, "POST", DEFAULT "/serviceaccounts/none/token", "{}"), 404);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_of_its_account),
		cmocka_unit_test(a_review_says_whose_it_is),
		cmocka_unit_test(it_ends_in_its_time),
		cmocka_unit_test(it_ends_with_its_account),
		cmocka_unit_test(it_ends_with_the_pod_that_it_is_bound_to),
		cmocka_unit_test(or_with_the_secret),
		cmocka_unit_test(what_is_for_others_opens_nothing_here),
		cmocka_unit_test(what_was_not_signed_here_is_no_token),
		cmocka_unit_test(what_is_wrong_with_a_request_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
