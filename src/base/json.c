/* SPDX-License-Identifier: Apache-2.0 */
/* Over cJSON: struct json is never defined, a pointer to one is a pointer to a
 * cJSON.  Printing is ours, for shortest numbers and stable bytes. */
#include "base/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT 2

/* Above this a double no longer holds every integer. */
#define EXACT_INTEGER 9007199254740992.0 /* 2^53 */

static cJSON *in(const struct json *value)
{
	/* cJSON's own questions take const and give what is not. */
	union {
		const struct json *from;
		cJSON *to;
	} cast = {.from = value};

	return cast.to;
}

static struct json *out(cJSON *value)
{
	union {
		cJSON *from;
		struct json *to;
	} cast = {.from = value};

	return cast.to;
}

static struct json *made(cJSON *value)
{
	if (value == NULL) {
		(void)fputs("nodetoll: out of memory: a JSON value\n", stderr);
		abort();
	}
	return out(value);
}

struct json *json_object(void)
{
	return made(cJSON_CreateObject());
}

struct json *json_array(void)
{
	return made(cJSON_CreateArray());
}

struct json *json_null(void)
{
	return made(cJSON_CreateNull());
}

struct json *json_str(const char *text)
{
	return text == NULL ? json_null() : made(cJSON_CreateString(text));
}

struct json *json_int(int64_t value)
{
	return json_num((double)value);
}

struct json *json_num(double value)
{
	assert(isfinite(value));
	return made(cJSON_CreateNumber(value));
}

struct json *json_bool(bool value)
{
	return made(cJSON_CreateBool(value));
}

void json_put(struct json *object, const char *key, struct json *value)
{
	assert(json_is_object(object) && value != NULL);
	if (!cJSON_AddItemToObject(in(object), key, in(value)))
		(void)made(NULL);
}

void json_put_str(struct json *object, const char *key, const char *value)
{
	json_put(object, key, json_str(value));
}

void json_put_int(struct json *object, const char *key, int64_t value)
{
	json_put(object, key, json_int(value));
}

void json_put_num(struct json *object, const char *key, double value)
{
	json_put(object, key, json_num(value));
}

void json_put_bool(struct json *object, const char *key, bool value)
{
	json_put(object, key, json_bool(value));
}

void json_set(struct json *object, const char *key, struct json *value)
{
	assert(json_is_object(object) && value != NULL);
	if (cJSON_GetObjectItemCaseSensitive(in(object), key) == NULL)
		json_put(object, key, value);
	else if (!cJSON_ReplaceItemInObjectCaseSensitive(in(object), key, in(value)))
		(void)made(NULL);
}

void json_set_str(struct json *object, const char *key, const char *value)
{
	json_set(object, key, json_str(value));
}

void json_remove(struct json *object, const char *key)
{
	if (json_is_object(object))
		cJSON_DeleteItemFromObjectCaseSensitive(in(object), key);
}

void json_append(struct json *array, struct json *value)
{
	assert(json_is_array(array) && value != NULL);
	if (!cJSON_AddItemToArray(in(array), in(value)))
		(void)made(NULL);
}

void json_append_str(struct json *array, const char *value)
{
	json_append(array, json_str(value));
}

void json_append_int(struct json *array, int64_t value)
{
	json_append(array, json_int(value));
}

void json_append_num(struct json *array, double value)
{
	json_append(array, json_num(value));
}

struct json *json_get(const struct json *object, const char *key)
{
	if (!json_is_object(object))
		return NULL;
	return out(cJSON_GetObjectItemCaseSensitive(in(object), key));
}

struct json *json_at(const struct json *array, size_t i)
{
	struct json *c = json_is_array(array) ? json_child(array) : NULL;

	while (c != NULL && i-- > 0)
		c = json_next(c);
	return c;
}

size_t json_size(const struct json *value)
{
	size_t n = 0;

	for (const struct json *c = json_child(value); c != NULL; c = json_next(c))
		n++;
	return n;
}

bool json_is_object(const struct json *value)
{
	return cJSON_IsObject(in(value));
}

bool json_is_array(const struct json *value)
{
	return cJSON_IsArray(in(value));
}

bool json_is_str(const struct json *value)
{
	return cJSON_IsString(in(value));
}

bool json_is_num(const struct json *value)
{
	return cJSON_IsNumber(in(value));
}

bool json_is_bool(const struct json *value)
{
	return cJSON_IsBool(in(value));
}

bool json_is_null(const struct json *value)
{
	return cJSON_IsNull(in(value));
}

const char *json_as_str(const struct json *value)
{
	return json_is_str(value) ? in(value)->valuestring : NULL;
}

double json_as_num(const struct json *value)
{
	return json_is_num(value) ? in(value)->valuedouble : 0;
}

bool json_as_bool(const struct json *value)
{
	return cJSON_IsTrue(in(value));
}

struct json *json_child(const struct json *value)
{
	return json_is_object(value) || json_is_array(value) ? out(in(value)->child) : NULL;
}

struct json *json_next(const struct json *value)
{
	return out(in(value)->next);
}

const char *json_key(const struct json *value)
{
	const char *key = in(value)->string;

	return key ? key : "";
}

void json_free(struct json *value)
{
	cJSON_Delete(in(value));
}

struct json *json_clone(const struct json *value)
{
	return made(cJSON_Duplicate(in(value), true));
}

/* ---- printing ----------------------------------------------------------- */

static void print_num(struct str *to, double num)
{
	char text[40];

	if (!isfinite(num)) {
		(void)fputs("nodetoll: a number for JSON is not finite\n", stderr);
		abort();
	}
	if (num >= -EXACT_INTEGER && num <= EXACT_INTEGER && num == (double)(int64_t)num) {
		str_addf(to, "%lld", (long long)num);
		return;
	}
	/* 15 digits always survive a double, 17 always tell two apart. */
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof text, "%.*g", digits, num);
		if (strtod(text, NULL) == num)
			break;
	}
	str_add(to, text);
}

/* Bytes of UTF-8 text; those that JSON escapes by a letter are few. */
static void print_text(struct str *to, const char *text, size_t len)
{
	static const char plain[] = "\"\\\n\t\r";
	static const char *const escapes[] = {"\\\"", "\\\\", "\\n", "\\t", "\\r"};
	size_t begin = 0;

	for (size_t i = 0; i < len; i++) {
		const char *found = memchr(plain, text[i], sizeof(plain) - 1);

		if (found == NULL)
			continue;
		str_add_n(to, text + begin, i - begin);
		str_add(to, escapes[found - plain]);
		begin = i + 1;
	}
	str_add_n(to, text + begin, len - begin);
}

/* Whatever the bytes, the output is text: control characters are escaped, and
 * what is not UTF-8 becomes the character that says so. */
static void print_str(struct str *to, const char *text)
{
	size_t len;
	size_t good;

	assert(text != NULL);
	len = strlen(text);
	str_add_char(to, '"');
	while ((good = str_bad_byte(text, len)) < len) {
		const unsigned char *bad = (const unsigned char *)text + good;
		bool is_c1 = bad[0] == 0xc2 && bad[1] >= 0x80 && bad[1] < 0xa0;

		print_text(to, text, good);
		str_addf(to, "\\u%04x", is_c1 ? bad[1] : bad[0] < 0x80 ? bad[0] : 0xfffd);
		good += is_c1 ? 2 : 1;
		text += good;
		len -= good;
	}
	print_text(to, text, len);
	str_add_char(to, '"');
}

static void print_value(struct str *to, const struct json *value, int indent);

static void print_children(struct str *to, const struct json *value, int indent)
{
	for (const struct json *c = json_child(value); c != NULL; c = json_next(c)) {
		str_addf(to, "\n%*s", indent + INDENT, "");
		if (json_is_object(value)) {
			print_str(to, json_key(c));
			str_add(to, ": ");
		}
		print_value(to, c, indent + INDENT);
		if (json_next(c) != NULL)
			str_add_char(to, ',');
	}
	if (json_child(value) != NULL)
		str_addf(to, "\n%*s", indent, "");
}

/* Numbers, and lists of them: a histogram's buckets would fill pages. */
static bool is_of_numbers(const struct json *array)
{
	for (const struct json *c = json_child(array); c != NULL; c = json_next(c))
		if (!json_is_num(c) && !(json_is_array(c) && is_of_numbers(c)))
			return false;
	return true;
}

static void print_numbers(struct str *to, const struct json *array)
{
	str_add_char(to, '[');
	for (const struct json *c = json_child(array); c != NULL; c = json_next(c)) {
		if (json_is_array(c))
			print_numbers(to, c);
		else
			print_num(to, json_as_num(c));
		str_add(to, json_next(c) != NULL ? ", " : "");
	}
	str_add_char(to, ']');
}

static void print_value(struct str *to, const struct json *value, int indent)
{
	if (json_is_array(value) && is_of_numbers(value)) {
		print_numbers(to, value);
	} else if (json_is_object(value)) {
		str_add_char(to, '{');
		print_children(to, value, indent);
		str_add_char(to, '}');
	} else if (json_is_array(value)) {
		str_add_char(to, '[');
		print_children(to, value, indent);
		str_add_char(to, ']');
	} else if (json_is_str(value)) {
		print_str(to, json_as_str(value));
	} else if (json_is_num(value)) {
		print_num(to, json_as_num(value));
	} else if (json_is_bool(value)) {
		str_add(to, json_as_bool(value) ? "true" : "false");
	} else {
		str_add(to, "null");
	}
}

char *json_print(const struct json *value)
{
	struct str to = {0};

	print_value(&to, value, 0);
	str_add_char(&to, '\n');
	return str_take(&to);
}

static void write_children(struct str *to, const struct json *value)
{
	for (const struct json *c = json_child(value); c != NULL; c = json_next(c)) {
		if (json_is_object(value)) {
			print_str(to, json_key(c));
			str_add_char(to, ':');
		}
		json_write(c, to);
		if (json_next(c) != NULL)
			str_add_char(to, ',');
	}
}

void json_write(const struct json *value, struct str *out)
{
	if (json_is_object(value)) {
		str_add_char(out, '{');
		write_children(out, value);
		str_add_char(out, '}');
	} else if (json_is_array(value)) {
		str_add_char(out, '[');
		write_children(out, value);
		str_add_char(out, ']');
	} else {
		print_value(out, value, 0);
	}
}

/* ---- parsing ------------------------------------------------------------ */

static int bad_place(const char *text, size_t at, struct err *err, const char *what)
{
	size_t line = 1;
	size_t column = 1;

	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return err_set(err, ERR_INPUT, "line %zu, column %zu: %s", line, column, what);
}

/* What may cost too much to parse: cJSON takes 64 bytes and more a value. */
static int check_text(const char *text, size_t len, struct err *err)
{
	size_t bad = str_bad_byte(text, len);
	size_t n_values = 0;
	bool in_str = false;

	if (bad < len)
		return bad_place(text, bad, err, "this is not UTF-8 text");
	/* Every value has a byte, and every NUL a backslash. */
	if (len <= JSON_MAX_VALUES && !memchr(text, '\\', len))
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (in_str && len - i > 5 && memcmp(text + i, "\\u0000", 6) == 0)
			return bad_place(text, i, err, "a text has a NUL in it");
		if (in_str && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_str = !in_str;
		else if (!in_str && strchr(",[{", text[i]) != NULL &&
			 ++n_values > JSON_MAX_VALUES)
			return bad_place(text, i, err, "there are more than 2,500,000 values");
	}
	return 0;
}

/* cJSON reads 1e999 as infinity. */
static bool has_infinity(const struct json *value)
{
	if (json_is_num(value))
		return !isfinite(json_as_num(value));
	for (const struct json *c = json_child(value); c != NULL; c = json_next(c))
		if (has_infinity(c))
			return true;
	return false;
}

int json_parse(const char *text, size_t len, struct json **result, struct err *err)
{
	const char *end = NULL;
	struct json *value;
	size_t at;
	int ret;

	ret = check_text(text, len, err);
	if (ret != 0)
		return ret;
	value = out(cJSON_ParseWithLengthOpts(text, len, &end, false));
	at = end != NULL && end >= text && end <= text + len ? (size_t)(end - text) : 0;
	if (value == NULL)
		return bad_place(text, at, err,
			at + 1 >= len ? "the JSON ends too early, or wrongly"
				      : "this is not JSON from here on");
	while (at < len && strchr(" \t\r\n", text[at]) != NULL)
		at++;
	if (at < len)
		ret = bad_place(text, at, err, "something stands behind the JSON value");
	else if (has_infinity(value))
		ret = err_set(err, ERR_INPUT, "a number in this JSON is too large");
	if (ret != 0) {
		json_free(value);
		return ret;
	}
	*result = value;
	return 0;
}
