/* SPDX-License-Identifier: Apache-2.0 */
/* The wire: https://protobuf.dev/programming-guides/encoding.  A field is a key, number << 3 |
 * form, and a value; a message is fields up to its end. */
#include "rest/proto.h"

#include <string.h>

#include "base/base64.h"
#include "rest/proto_types.h"
#include "rest/rest_priv.h"
#include "rest/when.h"

/* serializer/protobuf/protobuf.go: before every object. */
static const char magic[4] = {'k', '8', 's', '\0'};

enum { FORM_VARINT = 0, FORM_64 = 1, FORM_BYTES = 2, FORM_32 = 5, VARINT_BYTES = 10 };

/* Seconds of the years 1970 to 9999: what when_text writes. */
#define TIME_LAST 253402300799

struct bytes {
	const unsigned char *at;
	size_t n;
};

struct field {
	uint32_t number;
	uint32_t form;
	uint64_t value;     /* of FORM_VARINT */
	struct bytes bytes; /* of FORM_BYTES */
};

/* A value that an entry of a map may leave out. */
static const struct field nothing = {
	.form = FORM_BYTES, .bytes = {(const unsigned char *)"", 0}};

struct reader {
	size_t values;
	int *code;
	struct err *err;
};

/* ------------------------------------------------------------------ the wire */

static bool broken(struct reader *r, const char *why)
{
	*r->code = 400;
	(void)err_set(r->err, ERR_INPUT, "the body is no protobuf of an object: %s", why);
	return false;
}

static bool take_varint(struct reader *r, struct bytes *b, uint64_t *to)
{
	*to = 0;
	for (unsigned i = 0; i < VARINT_BYTES && b->n; i++) {
		unsigned char c = *b->at++;

		b->n--;
		if (i == VARINT_BYTES - 1 && c > 1)
			break;
		*to |= (uint64_t)(c & 0x7f) << 7 * i;
		if (c < 0x80)
			return true;
	}
	return broken(r, "a number does not end");
}

static bool take_bytes(struct reader *r, struct bytes *b, uint64_t n, struct bytes *to)
{
	if (n > b->n)
		return broken(r, "a field is longer than what it is in");
	*to = (struct bytes){b->at, (size_t)n};
	b->at += n;
	b->n -= (size_t)n;
	return true;
}

static bool take_field(struct reader *r, struct bytes *b, struct field *f)
{
	uint64_t key, n;

	*f = (struct field){0};
	if (++r->values > REST_VALUES_MAX) {
		*r->code = 413;
		(void)err_set(r->err, ERR_INPUT, "the body has too many values");
		return false;
	}
	if (!take_varint(r, b, &key))
		return false;
	f->form = key & 7;
	f->number = (uint32_t)(key >> 3);
	if (!f->number || key >> 3 > INT32_MAX)
		return broken(r, "a field has no number");
	switch (f->form) {
	case FORM_VARINT:
		return take_varint(r, b, &f->value);
	case FORM_64:
		return take_bytes(r, b, 8, &f->bytes);
	case FORM_BYTES:
		return take_varint(r, b, &n) && take_bytes(r, b, n, &f->bytes);
	case FORM_32:
		return take_bytes(r, b, 4, &f->bytes);
	default:
		return broken(r, "a field is of no known form");
	}
}

/* ------------------------------------------------------------------ values */

#define SEND_JSON "is not known here as protobuf; kubectl create -f and apply send JSON"

static bool unknown_field(struct reader *r, const char *of, uint32_t number)
{
	*r->code = 415;
	(void)err_set(r->err, ERR_INPUT, "field %u of %s " SEND_JSON, number, of);
	return false;
}

static bool unknown_kind(struct reader *r, const char *kind)
{
	*r->code = 415;
	(void)err_set(r->err, ERR_INPUT, "kind '%.100s' " SEND_JSON, kind);
	return false;
}

static bool is_empty(const struct field *f)
{
	return f->form == FORM_VARINT ? f->value == 0
				      : f->form == FORM_BYTES && f->bytes.n == 0;
}

/* A copy that ends with a NUL, for it goes into JSON. */
static bool text_of(struct reader *r, const struct field *f, struct str *to)
{
	str_reset(to);
	if (f->form != FORM_BYTES)
		return broken(r, "a text is expected");
	if (memchr(f->bytes.at, '\0', f->bytes.n))
		return broken(r, "a text has a NUL in it");
	str_add_n(to, (const char *)f->bytes.at, f->bytes.n);
	return true;
}

static struct json *read_text(struct reader *r, const struct field *f)
{
	struct str text = {0};
	struct json *value = text_of(r, f, &text) ? json_str(str_text(&text)) : NULL;

	str_fini(&text);
	return value;
}

static struct json *read_bytes(struct reader *r, const struct field *f)
{
	struct str text = {0};
	struct json *value;

	if (f->form != FORM_BYTES) {
		(void)broken(r, "bytes are expected");
		return NULL;
	}
	base64_add(&text, f->bytes.at, f->bytes.n);
	value = json_str(str_text(&text));
	str_fini(&text);
	return value;
}

static struct json *read_number(struct reader *r, const struct field *f, bool is_truth)
{
	if (f->form == FORM_VARINT)
		return is_truth ? json_bool(f->value != 0) : json_int((int64_t)f->value);
	(void)broken(r, "a number is expected");
	return NULL;
}

/* meta/v1 time_proto.go: an empty message is no time; JSON has whole seconds. */
static struct json *read_time(struct reader *r, const struct field *f)
{
	struct bytes b = f->bytes;
	struct field part;
	int64_t seconds = 0;
	char text[WHEN_BYTES];

	if (f->form != FORM_BYTES)
		(void)broken(r, "a time is expected");
	for (; f->form == FORM_BYTES && b.n;) {
		if (!take_field(r, &b, &part))
			return NULL;
		if (part.number == 1 && part.form == FORM_VARINT)
			seconds = (int64_t)part.value;
	}
	if (f->form == FORM_BYTES && (seconds < 0 || seconds > TIME_LAST))
		(void)broken(r, "a time is of no year from 1970 to 9999");
	return *r->code ? NULL : json_str(when_text(text, seconds));
}

/* util/intstr: 1 says which, 2 is a number, 3 a text. */
static struct json *read_int_or_text(struct reader *r, const struct field *f)
{
	struct bytes b = f->bytes;
	struct field part, number = {.form = FORM_VARINT}, text = nothing;
	bool is_text = false;

	if (f->form != FORM_BYTES) {
		(void)broken(r, "a number or a text is expected");
		return NULL;
	}
	while (b.n) {
		if (!take_field(r, &b, &part))
			return NULL;
		if (part.number == 1)
			is_text = part.value == 1;
		else if (part.number == 2)
			number = part;
		else if (part.number == 3)
			text = part;
	}
	return is_text ? read_text(r, &text) : read_number(r, &number, false);
}

static struct json *read_scalar(struct reader *r, enum proto_kind kind, const struct field *f)
{
	switch (kind) {
	case PROTO_TEXT:
		return read_text(r, f);
	case PROTO_BYTES:
		return read_bytes(r, f);
	case PROTO_INT:
	case PROTO_TRUTH:
		return read_number(r, f, kind == PROTO_TRUTH);
	case PROTO_TIME:
		return read_time(r, f);
	case PROTO_INT_OR_TEXT:
		return read_int_or_text(r, f);
	case PROTO_MESSAGE:
	case PROTO_SKIPPED:
		break;
	}
	return NULL;
}

/* ------------------------------------------------------------------ messages */

static bool read_message(
	struct reader *r, const struct proto_message *m, struct bytes b, struct json *to);

static struct json *child(struct json *to, const char *name, bool is_list)
{
	if (!json_get(to, name))
		json_put(to, name, is_list ? json_array() : json_object());
	return json_get(to, name);
}

/* An entry of a map is a message of a key, 1, and a value, 2. */
static bool read_entry(
	struct reader *r, const struct proto_field *is, const struct field *f, struct json *map)
{
	struct bytes b = f->bytes;
	struct field part, value = nothing;
	struct str key = {0};
	struct json *made = NULL;
	bool good = f->form == FORM_BYTES || broken(r, "a map is expected");

	while (good && b.n) {
		good = take_field(r, &b, &part);
		if (good && part.number == 1)
			good = text_of(r, &part, &key);
		else if (good && part.number == 2)
			value = part;
	}
	if (good)
		made = read_scalar(r, is->kind, &value);
	if (made)
		json_set(map, str_text(&key), made);
	str_fini(&key);
	return made != NULL;
}

/* Parts of a message that comes twice are put together; what is empty is left out where Go
 * does not tell it from what was not said. */
static bool read_object(
	struct reader *r, const struct proto_field *is, const struct field *f, struct json *to)
{
	struct json *made;
	bool good;

	if (f->form != FORM_BYTES)
		return broken(r, "a message is expected");
	if (is->how == PROTO_EACH) {
		made = json_object();
		json_append(child(to, is->name, true), made);
		return read_message(r, is->of, f->bytes, made);
	}
	made = child(to, is->name, false);
	good = read_message(r, is->of, f->bytes, made);
	if (good && is->how == PROTO_ONE && !json_size(made))
		json_remove(to, is->name);
	return good;
}

static bool read_field(
	struct reader *r, const struct proto_field *is, const struct field *f, struct json *to)
{
	struct json *made;

	if (is->kind == PROTO_SKIPPED)
		return true;
	if (is->kind == PROTO_MESSAGE)
		return read_object(r, is, f, to);
	if (is->how == PROTO_MAP)
		return read_entry(r, is, f, child(to, is->name, false));
	if (is->how == PROTO_ONE && is_empty(f)) {
		json_remove(to, is->name);
		return true;
	}
	made = read_scalar(r, is->kind, f);
	if (!made)
		return false;
	if (is->how == PROTO_EACH)
		json_append(child(to, is->name, true), made);
	else
		json_set(to, is->name, made);
	return true;
}

static bool read_message(
	struct reader *r, const struct proto_message *m, struct bytes b, struct json *to)
{
	struct field f;

	while (b.n) {
		const struct proto_field *is = m->fields;

		if (!take_field(r, &b, &f))
			return false;
		while (is->number && is->number != f.number)
			is++;
		if (is->number ? !read_field(r, is, &f, to)
			       : !is_empty(&f) && !unknown_field(r, m->name, f.number))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------ the object */

/* runtime.Unknown: what it is, and its bytes; of other encodings nobody sends any. */
static bool read_unknown(struct reader *r, struct bytes b, struct json *tree, struct bytes *raw)
{
	struct field f;

	while (b.n) {
		if (!take_field(r, &b, &f))
			return false;
		if (f.number == PROTO_UNKNOWN_TYPE && f.form == FORM_BYTES) {
			if (!read_message(r, &proto_type_meta, f.bytes, tree))
				return false;
		} else if (f.number == PROTO_UNKNOWN_RAW && f.form == FORM_BYTES) {
			*raw = f.bytes;
		} else if (!is_empty(&f)) {
			return unknown_field(r, "Unknown", f.number);
		}
	}
	return true;
}

static bool read_whole(struct reader *r, struct bytes b, struct json *tree)
{
	const char *kind, *version;
	const struct proto_message *type;
	struct bytes raw = {0};

	if (!read_unknown(r, b, tree, &raw))
		return false;
	kind = json_as_str(json_get(tree, "kind"));
	version = json_as_str(json_get(tree, "apiVersion"));
	if (!kind || !version)
		return broken(r, "it does not say what it is");
	type = proto_type(version, kind);
	return type ? read_message(r, type, raw, tree) : unknown_kind(r, kind);
}

int proto_parse(const char *bytes, size_t len, struct json **out, int *code, struct err *err)
{
	struct reader r = {.code = code, .err = err};
	struct bytes b = {(const unsigned char *)bytes, len};
	struct json *tree;

	*code = 0;
	*out = NULL;
	if (len < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0) {
		(void)broken(&r, "it does not begin so");
		return ERR_INPUT;
	}
	b.at += sizeof(magic);
	b.n -= sizeof(magic);
	tree = json_object();
	if (read_whole(&r, b, tree)) {
		*out = tree;
		return 0;
	}
	json_free(tree);
	return ERR_INPUT;
}
