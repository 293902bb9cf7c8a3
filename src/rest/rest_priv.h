/* SPDX-License-Identifier: Apache-2.0 */
/* What the rest*.c files share; nobody else includes it.
 *
 *   rest.c       dispatch, errors       read.c       get, watch
 *   list.c       list
 *   write.c      create, update, patch  remove.c     delete
 *   prepare.c    new objects            discovery.c  what there is
 *   fields.c     types, keys            rules.c      what may not be written
 *   binding.c    bindings               token.c      of service accounts
 */
#ifndef REST_REST_PRIV_H
#define REST_REST_PRIV_H

#include "rest/rest.h"

/* One request at work. */
struct rest_call {
	struct rest *rest;
	const struct rest_request *req;
	const struct rest_route *route;
	struct rest_reply *reply;
};

void rest_get(struct rest_call *c);
void rest_list(struct rest_call *c);
void rest_watch_begin(struct rest_call *c);
void rest_create(struct rest_call *c);
void rest_update(struct rest_call *c);
void rest_patch(struct rest_call *c);
void rest_delete(struct rest_call *c);
void rest_delete_all(struct rest_call *c);
void rest_bind(struct rest_call *c, const char *pod);
void rest_token(struct rest_call *c);

/* Who is known by the token that a TokenReview asks about: a service account, or nobody. */
void rest_review_token(struct rest_call *c, const struct json *review, struct json *status);

void rest_discover(struct rest_call *c);

/* Answers about the object that the route names, or `name`. */
void rest_not_found(struct rest_call *c, const char *name);
void rest_exists(struct rest_call *c, const char *name);
void rest_conflict(struct rest_call *c, const char *why);

/* Answer with an object. */
void rest_answer(struct rest_call *c, int code, const struct rest_object *o);

/* The object that the route names; NULL and an answer if there is none. */
struct rest_object *rest_find(struct rest_call *c);

/* The selectors of a list or watch, or of the one object that it names.  False and an answer if
 * one cannot be understood. */
bool rest_selectors(struct rest_call *c, struct selector *fields, struct selector *labels);

/* Which resource version was asked for: 0 none, or any.  False and an answer: it is none. */
bool rest_asked_version(struct rest_call *c, uint64_t *version);

/* Of an object; without a name: of none. */
struct rest_key {
	char ns[ROUTE_NS], name[ROUTE_NAME + 1]; /* of one byte more: what is behind a name */
};

/* Where the list that is asked for begins.  False and an answer: it can have none. */
bool rest_list_begin(struct rest_call *c, struct rest_key *first);

/* False and an answer: the version that is asked for is yet to come. */
bool rest_version_is_here(struct rest_call *c, uint64_t version);

/* Whether a Content-Type is of that media type; parameters behind a semicolon do not matter. */
bool rest_is_media(const char *given, const char *media);

/* A Secret's stringData into its data. */
void rest_move_string_data(struct json *tree);

/* The body as a tree; NULL and an answer if it is none. */
struct json *rest_body(struct rest_call *c);

/* What a key has, made an object if it is none. */
struct json *rest_child(struct json *tree, const char *key);

/* Make a tree a new object: names, namespace, uid, time, defaults.  False and an answer if it
 * cannot be one. */
bool rest_prepare(struct rest_call *c, struct json *tree);

/* False and an answer of that code: some field of a tree is of a type that none of its kind
 * has. */
bool rest_has_types(struct rest_call *c, const struct json *tree, int code);

/* False and an answer: it may not be written over `old`; NULL: it may not be made. */
bool rest_follows_rules(struct rest_call *c, const struct json *old, const struct json *tree);

/* Put a tree into the store, or answer why not. */
struct rest_object *rest_store(struct rest_call *c, struct json *tree);

/* Create the object that a tree says, and answer. */
void rest_create_tree(struct rest_call *c, struct json *tree);

/* A uid: hexadecimal, as in RFC 4122. */
enum { REST_UID_BYTES = 37 };
void rest_uid(struct rest *r, char uid[REST_UID_BYTES]);

#endif
