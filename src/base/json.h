/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values: what results and recordings are made of.
 *
 * Built, printed, parsed and read here; which library is underneath is known
 * to json.c alone.  A value has one owner: putting it into an object or array
 * hands it over, json_free frees the whole tree.  Keys keep their order, so the
 * same calls print the same bytes.  Running out of memory aborts.
 */
#ifndef NODETOLL_BASE_JSON_H
#define NODETOLL_BASE_JSON_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

/* A text of more values than this is refused: it would take gigabytes.  A sweep of 50,000 cells
 * has less. */
#define JSON_MAX_VALUES 2500000

/* New values; the caller owns them until they are put somewhere.  Strings are
 * copied and a NULL string is null.  An integer is exact up to 2^53 and the
 * nearest double beyond; a number that is not finite is a bug and aborts. */
struct json *json_object(void);
struct json *json_array(void);
struct json *json_null(void);
struct json *json_str(const char *text);
struct json *json_int(int64_t value);
struct json *json_num(double value);
struct json *json_bool(bool value);

/* Give object an entry; it must not have that key yet.  Takes value over. */
void json_put(struct json *object, const char *key, struct json *value);
void json_put_str(struct json *object, const char *key, const char *value);
void json_put_int(struct json *object, const char *key, int64_t value);
void json_put_num(struct json *object, const char *key, double value);
void json_put_bool(struct json *object, const char *key, bool value);

/* Give object an entry in place of the one of that key, if it has one, else at its end.  Takes
 * value over. */
void json_set(struct json *object, const char *key, struct json *value);
void json_set_str(struct json *object, const char *key, const char *value);

/* Take the entry of that key, if there is one, out of object, and free it. */
void json_remove(struct json *object, const char *key);

/* Append to array.  Takes value over. */
void json_append(struct json *array, struct json *value);
void json_append_str(struct json *array, const char *value);
void json_append_int(struct json *array, int64_t value);
void json_append_num(struct json *array, double value);

/* Questions accept NULL, so that json_get(json_get(v, "a"), "b") is safe: it
 * is of no kind and has nothing in it.  What is returned stays in the tree. */
struct json *json_get(const struct json *object, const char *key); /* NULL if absent */
struct json *json_at(const struct json *array, size_t i);          /* O(i) */
size_t json_size(const struct json *value);                        /* O(n) */
bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_str(const struct json *value);
bool json_is_num(const struct json *value);
bool json_is_bool(const struct json *value);
bool json_is_null(const struct json *value);

/* The value if it is of that kind, else NULL, 0 or false: ask json_is_* first
 * where that would be a silent zero. */
const char *json_as_str(const struct json *value);
double json_as_num(const struct json *value);
bool json_as_bool(const struct json *value);

/* for (c = json_child(v); c; c = json_next(c)): the entries in order. */
struct json *json_child(const struct json *value);
struct json *json_next(const struct json *value);
const char *json_key(const struct json *value); /* "" outside an object */

/* Text with an indent of two and a newline at the end, lists of numbers on one
 * line; malloc'd, the caller frees.  Numbers are the shortest that read back the same. */
char *json_print(const struct json *value);

/* Append value to out on one line without spaces, as it goes over a wire. */
void json_write(const struct json *value, struct str *out);

/* Parse all of text.  ERR_INPUT: "line 3, column 5: ...". */
int json_parse(const char *text, size_t len, struct json **out, struct err *err);

/* Free the tree at value, which must not be inside another; NULL is fine. */
void json_free(struct json *value);

struct json *json_clone(const struct json *value);

#endif
