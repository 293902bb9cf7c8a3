/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of service accounts: TokenRequest gives them out, and whoever shows one is known by
 * it.
 *
 * None is kept.  A token is a JWT (RFC 7519) that says what it is of, signed with a key that
 * only this process has; whether that is still there is looked up each time, as
 * pkg/serviceaccount/claims.go does.  kube-apiserver signs with a private key, so that others
 * can check its tokens; nobody but this server checks these. */
#include "rest/rest_priv.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "rest/when.h"

/* go-jose jwt/validation.go DefaultLeeway: so much later things are over. */
enum { MAC_BYTES = 32, LEEWAY_S = 60, EXPIRY_S = 3600 };

/* Who gives tokens out and, unless somebody else is named, whom they are for: as kubeadm has
 * it. */
#define ISSUER "https://kubernetes.default.svc.cluster.local"

/* ------------------------------------------------------------------ as text */

/* RFC 4648, section 5, without padding. */
static void add_text(struct str *out, const void *bytes, size_t len)
{
	struct str plain = {0};

	base64_add(&plain, bytes, len);
	for (const char *c = str_text(&plain); *c && *c != '='; c++)
		str_add_char(out, *c == '+' ? '-' : *c == '/' ? '_' : *c);
	str_fini(&plain);
}

static bool read_text(const char *text, size_t len, struct str *out)
{
	unsigned bits = 0, n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		int digit = base64_digit(c == '-' ? '+' : c == '_' ? '/' : c);

		if (digit < 0 || c == '+' || c == '/')
			return false;
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		n += 6;
		if (n >= 8) {
			n -= 8;
			str_add_char(out, (char)(bits >> n));
		}
	}
	return true;
}

static void add_signature(const struct rest *r, const char *text, size_t len, struct str *out)
{
	unsigned char mac[MAC_BYTES];

	(void)rest_taken(HMAC(EVP_sha256(), r->token_key, sizeof(r->token_key),
		(const unsigned char *)text, len, mac, NULL));
	add_text(out, mac, sizeof(mac));
}

static void add_token(const struct rest *r, const struct json *claims, struct str *out)
{
	static const char head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	struct str plain = {0}, signature = {0};

	json_write(claims, &plain);
	add_text(out, head, sizeof(head) - 1);
	str_add_char(out, '.');
	add_text(out, str_text(&plain), str_len(&plain));
	add_signature(r, str_text(out), str_len(out), &signature);
	str_addf(out, ".%s", str_text(&signature));
	str_fini(&plain);
	str_fini(&signature);
}

/* Its claims, if it was signed here; NULL: it was not. */
static struct json *read_token(const struct rest *r, const char *token)
{
	const char *claims = strchr(token, '.');
	const char *signature = claims ? strchr(claims + 1, '.') : NULL;
	struct str text = {0};
	struct json *tree = NULL;
	bool is_ours;

	if (!signature)
		return NULL;
	claims++;
	add_signature(r, token, (size_t)(signature - token), &text);
	is_ours = strlen(signature + 1) == str_len(&text) &&
		  !CRYPTO_memcmp(signature + 1, str_text(&text), str_len(&text));
	str_reset(&text);
	if (is_ours && read_text(claims, (size_t)(signature - claims), &text))
		(void)json_parse(str_text(&text), str_len(&text), &tree, NULL);
	str_fini(&text);
	return tree;
}

/* ------------------------------------------------------------------ given out */

/* pkg/apis/authentication/validation: ten minutes at least, 2^32 seconds at most.  False and an
 * answer: it is none of these. */
static bool read_expiry(struct rest_call *c, const struct json *spec, int64_t *seconds)
{
	const struct json *expiry = json_get(spec, "expirationSeconds");
	const char *why = NULL;

	*seconds = EXPIRY_S;
	if (!json_is_num(expiry))
		return true;
	if (json_as_num(expiry) < 600)
		why = "spec.expirationSeconds: Invalid value: less than 10 minutes";
	else if (json_as_num(expiry) > 4294967296.0)
		why = "spec.expirationSeconds: Invalid value: more than 2^32 seconds";
	else
		*seconds = (int64_t)json_as_num(expiry);
	if (why)
		rest_fail(c->reply, 422, NULL, why);
	return !why;
}

static const char *text_of(const struct json *object, const char *key)
{
	const char *text = json_as_str(json_get(object, key));

	return text ? text : "";
}

/* The Pod or Secret that a token is to end with.  NULL and an answer: it cannot. */
static const struct rest_object *find_bound(struct rest_call *c, const struct json *ref)
{
	const char *kind = text_of(ref, "kind"), *name = text_of(ref, "name");
	const char *uid = text_of(ref, "uid");
	bool is_pod = !strcmp(kind, "Pod");
	struct rest_route route = {
		.resource = rest_resource_find("", "v1", is_pod ? "pods" : "secrets")};
	struct rest_call about = {c->rest, c->req, &route, c->reply};
	const struct rest_object *o =
		store_get(&c->rest->store, route.resource, c->route->ns, name);
	char why[2 * ROUTE_NAME];

	(void)snprintf(route.name, sizeof(route.name), "%s", name);
	if (!is_pod && strcmp(kind, "Secret") != 0) {
		(void)snprintf(
			why, sizeof(why), "cannot bind token to object of type %.63s", kind);
		rest_fail(c->reply, 400, NULL, why);
	} else if (!o) {
		rest_not_found(&about, name);
	} else if (is_pod && strcmp(rest_object_field(o, "spec.serviceAccountName"),
				     c->route->name) != 0) {
		(void)snprintf(why, sizeof(why),
			"cannot bind token for serviceaccount \"%s\" to pod running with "
			"different serviceaccount name.",
			c->route->name);
		rest_fail(c->reply, 400, NULL, why);
	} else if (*uid && strcmp(uid, o->uid) != 0) {
		(void)snprintf(why, sizeof(why),
			"the UID in the bound object reference (%.63s) does not match the UID "
			"in record. The object might have been deleted and then recreated",
			uid);
		rest_conflict(&about, why);
	} else {
		return o;
	}
	return NULL;
}

static struct json *reference(const struct rest_object *o)
{
	struct json *ref = json_object();

	json_put_str(ref, "name", o->name);
	json_put_str(ref, "uid", o->uid);
	return ref;
}

/* pkg/serviceaccount/claims.go Claims.  bound NULL: to nothing. */
static struct json *claims_of(const struct rest_call *c, const struct json *audiences,
	int64_t seconds, const struct rest_object *account, const struct rest_object *bound)
{
	struct json *claims = json_object(), *own = json_object();
	char subject[ROUTE_NS + ROUTE_NAME + 32];

	(void)snprintf(subject, sizeof(subject), "system:serviceaccount:%s:%s", account->ns,
		account->name);
	json_put_str(own, "namespace", account->ns);
	if (bound)
		json_put(own, bound->resource->singular, reference(bound));
	json_put(own, "serviceaccount", reference(account));
	json_put(claims, "aud", json_clone(audiences));
	json_put_int(claims, "exp", c->req->now_s + seconds);
	json_put_int(claims, "iat", c->req->now_s);
	json_put_str(claims, "iss", ISSUER);
	json_put(claims, "kubernetes.io", own);
	json_put_int(claims, "nbf", c->req->now_s);
	json_put_str(claims, "sub", subject);
	return claims;
}

/* registry/core/serviceaccount/storage/token.go Create: the request comes back with what it
 * left out, and its status. */
static void give(struct rest_call *c, struct json *tree, int64_t seconds,
	const struct rest_object *account, const struct rest_object *bound)
{
	struct json *status = json_object();
	struct json *spec = rest_child(tree, "spec");
	struct json *claims;
	struct str token = {0};
	char when[WHEN_BYTES];

	if (!json_size(json_get(spec, "audiences"))) {
		json_set(spec, "audiences", json_array());
		json_append_str(json_get(spec, "audiences"), ISSUER);
	}
	json_set(spec, "expirationSeconds", json_int(seconds));
	claims = claims_of(c, json_get(spec, "audiences"), seconds, account, bound);
	add_token(c->rest, claims, &token);
	json_free(claims);
	json_put_str(status, "token", str_text(&token));
	str_fini(&token);
	json_put_str(status, "expirationTimestamp", when_text(when, c->req->now_s + seconds));
	json_set_str(tree, "kind", "TokenRequest");
	json_set_str(tree, "apiVersion", "authentication.k8s.io/v1");
	json_set(tree, "status", status);
	json_write(tree, &c->reply->body);
	c->reply->code = 201;
}

void rest_token(struct rest_call *c)
{
	const struct rest_object *account = rest_find(c), *bound = NULL;
	struct json *tree = account ? rest_body(c) : NULL;
	const struct json *spec = json_get(tree, "spec");
	const struct json *ref = json_get(spec, "boundObjectRef");
	int64_t seconds;

	if (!tree)
		return;
	if (read_expiry(c, spec, &seconds)) {
		if (json_is_object(ref))
			bound = find_bound(c, ref);
		if (bound || !json_is_object(ref))
			give(c, tree, seconds, account, bound);
	}
	json_free(tree);
}

/* ------------------------------------------------------------------ shown */

/* What a claim refers to is there: that very one, and not long deleted. */
static bool is_there(const struct rest *r, const char *plural, const char *ns,
	const struct json *ref, int64_t now_s)
{
	const struct rest_object *o = store_get(
		&r->store, rest_resource_find("", "v1", plural), ns, text_of(ref, "name"));
	struct json *tree;
	const char *deleted;
	bool is_gone;

	if (!o || strcmp(o->uid, text_of(ref, "uid")) != 0)
		return false;
	tree = rest_object_tree(o);
	deleted = json_as_str(json_get(json_get(tree, "metadata"), "deletionTimestamp"));
	is_gone = deleted && when_read(deleted) + LEEWAY_S < now_s;
	json_free(tree);
	return !is_gone;
}

static bool is_for_us(const struct json *audiences)
{
	for (const struct json *a = json_child(audiences); a; a = json_next(a))
		if (json_is_str(a) && !strcmp(json_as_str(a), ISSUER))
			return true;
	return false;
}

static bool holds(const struct rest *r, const struct json *claims, int64_t now_s)
{
	const struct json *own = json_get(claims, "kubernetes.io");
	const struct json *pod = json_get(own, "pod"), *secret = json_get(own, "secret");
	const char *ns = text_of(own, "namespace");

	return is_for_us(json_get(claims, "aud")) &&
	       (int64_t)json_as_num(json_get(claims, "exp")) + LEEWAY_S >= now_s &&
	       is_there(r, "serviceaccounts", ns, json_get(own, "serviceaccount"), now_s) &&
	       (!pod || is_there(r, "pods", ns, pod, now_s)) &&
	       (!secret || is_there(r, "secrets", ns, secret, now_s));
}

/* apiserver/pkg/authentication/serviceaccount/util.go UserInfo. */
bool rest_account_of(
	const struct rest *r, const char *token, int64_t now_s, struct rest_account *who)
{
	struct json *claims = read_token(r, token);
	bool is_known = claims && holds(r, claims, now_s);

	if (is_known) {
		(void)snprintf(who->name, sizeof(who->name), "%s", text_of(claims, "sub"));
		(void)snprintf(who->groups, sizeof(who->groups),
			"system:serviceaccounts,system:serviceaccounts:%.63s",
			text_of(json_get(claims, "kubernetes.io"), "namespace"));
	}
	json_free(claims);
	return is_known;
}

static struct json *user_of(const struct rest_account *who)
{
	struct json *user = json_object(), *groups = json_array();
	const char *second = strchr(who->groups, ',') + 1;
	char first[sizeof(who->groups)];

	(void)snprintf(
		first, sizeof(first), "%.*s", (int)(second - who->groups) - 1, who->groups);
	json_append_str(groups, first);
	json_append_str(groups, second);
	json_append_str(groups, "system:authenticated");
	json_put_str(user, "username", who->name);
	json_put(user, "groups", groups);
	return user;
}

void rest_review_token(struct rest_call *c, const struct json *review, struct json *status)
{
	const char *token = text_of(json_get(review, "spec"), "token");
	struct rest_account who;
	bool is_known = rest_account_of(c->rest, token, c->req->now_s, &who);

	json_put_bool(status, "authenticated", is_known);
	if (is_known)
		json_put(status, "user", user_of(&who));
}
