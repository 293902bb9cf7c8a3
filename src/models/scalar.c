/* SPDX-License-Identifier: Apache-2.0 */
/* One value: from text to what a field stores. */
#include "models/field.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "models/call_text.h"

_Static_assert(sizeof(enum field_type) == sizeof(uint32_t), "enums are stored as uint32_t");

#define DECIMAL_MAX  INT64_C(1000000000000000)
#define FRACTION_MAX 18

static int decimal_bad(const char *text, struct err *err)
{
	return err_set(err, ERR_INPUT, "'%.40s' is not a plain number", text);
}

/* Digits and a point; *point is the number of digits behind it. */
static int decimal_digits(const char **text, int64_t *value, int *point)
{
	bool fraction = false;
	bool any = false;

	*value = 0;
	*point = 0;
	for (;; (*text)++) {
		if (**text == '.' && !fraction) {
			fraction = true;
			continue;
		}
		if (**text < '0' || **text > '9')
			return any ? 0 : ERR_INPUT;
		any = true;
		if (*value > DECIMAL_MAX) {
			if (!fraction)
				return ERR_INPUT;
			continue; /* digits beyond what can matter */
		}
		*value = *value * 10 + (**text - '0');
		*point += fraction ? 1 : 0;
	}
}

static int decimal_exponent(const char **text, int *exponent)
{
	int sign = 1;
	int value = 0;

	*exponent = 0;
	if (**text != 'e' && **text != 'E')
		return 0;
	(*text)++;
	if (**text == '+' || **text == '-')
		sign = *(*text)++ == '-' ? -1 : 1;
	if (**text < '0' || **text > '9')
		return ERR_INPUT;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		value = value > 1000 ? value : value * 10 + (**text - '0');
	*exponent = sign * value;
	return 0;
}

int decimal_parse(const char *text, unsigned places, int64_t *out, struct err *err)
{
	const char *at = text;
	int64_t value;
	bool negative = *at == '-';
	int point;
	int exponent;
	int shift;

	at += negative;
	if (decimal_digits(&at, &value, &point) || decimal_exponent(&at, &exponent) || *at)
		return decimal_bad(text, err);
	shift = (int)places + exponent - point;
	for (; shift > 0 && value; shift--) {
		if (value > INT64_MAX / 10)
			return err_set(err, ERR_INPUT, "'%.40s' is too large", text);
		value *= 10;
	}
	for (; shift < -1 && value; shift++)
		value /= 10;
	if (shift == -1)
		value = (value + 5) / 10;
	*out = negative ? -value : value;
	return 0;
}

/* Parses by type, into the unit that is stored. */
static int parse_number(const struct field *f, const char *text, int64_t *out, struct err *err)
{
	switch (f->type) {
	case FIELD_COUNT:
		return units_parse_quantity(text, out, err);
	case FIELD_SEED:
		return units_parse_int(text, 0, f->max ? f->max : INT64_MAX, out, err);
	case FIELD_DURATION:
		return units_parse_duration(text, out, err);
	case FIELD_SECONDS:
		return decimal_parse(text, 9, out, err);
	case FIELD_MILLIS:
	case FIELD_NUMBER:
		return decimal_parse(text, 6, out, err);
	case FIELD_MICROS:
	case FIELD_RATE:
		return decimal_parse(text, 3, out, err);
	case FIELD_RATIO:
		return units_parse_ratio(text, out, err);
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_TEXT:
	case FIELD_TEXT_PTR:
	case FIELD_OPERATION:
	case FIELD_API:
	case FIELD_WATCHED:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_NAMED:
	case FIELD_BY_WORD:
	case FIELD_IGNORED:
	case FIELD_TREE:
		break;
	}
	return err_set(err, ERR_INPUT, "'%.40s' is not a number", text);
}

/* A stored number in the unit in which the file states it. */
static const char *limit_text(const struct field *f, int64_t value, char *buf, size_t size)
{
	int64_t unit = 1000000;

	if (f->type == FIELD_DURATION)
		return units_format_duration(buf, size, value);
	/* Shares of a whole are written as such; "150%" is then no riddle. */
	if (f->type == FIELD_RATIO && f->max == INT64_C(1000000)) {
		(void)snprintf(buf, size, value ? "%g %%" : "%g", (double)value / 1e4);
		return buf;
	}
	if (f->type == FIELD_COUNT || f->type == FIELD_SEED)
		unit = 1;
	else if (f->type == FIELD_SECONDS)
		unit = NS_S;
	else if (f->type == FIELD_RATE || f->type == FIELD_MICROS)
		unit = 1000;
	if (value % unit == 0)
		return units_format_count(buf, size, value / unit);
	(void)snprintf(buf, size, "%.12g", (double)value / (double)unit);
	return buf;
}

/* The range that a type has by itself. */
static int64_t type_max(const struct field *f)
{
	if (f->max)
		return f->max;
	switch (f->type) {
	case FIELD_COUNT:
		return UINT32_MAX;
	case FIELD_DURATION:
	case FIELD_SECONDS:
	case FIELD_MILLIS:
	case FIELD_MICROS:
		return SPAN_MAX;
	case FIELD_RATIO:
		return 1000 * INT64_C(1000000);
	case FIELD_RATE:
		return INT64_C(1000000) * 1000;
	case FIELD_SEED:
	case FIELD_NUMBER:
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_TEXT:
	case FIELD_TEXT_PTR:
	case FIELD_OPERATION:
	case FIELD_API:
	case FIELD_WATCHED:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_NAMED:
	case FIELD_BY_WORD:
	case FIELD_IGNORED:
	case FIELD_TREE:
		break;
	}
	return INT64_MAX;
}

static int read_number(
	const struct field *f, const struct doc_node *node, char *to, struct err *err)
{
	struct err why = {0};
	char low[UNITS_TEXT_BYTES];
	char high[UNITS_TEXT_BYTES];
	int64_t value = 0;
	int64_t max = type_max(f);
	uint32_t count;

	for (uint32_t i = 0; i < f->n_words; i++)
		if (!strcmp(f->words[i].name, node->text)) {
			value = f->words[i].value;
			goto store;
		}
	if (!*node->text)
		return doc_error(node, err, "'%s' is empty, a number is needed", f->name);
	if (node->quoted && f->type != FIELD_DURATION && f->type != FIELD_RATIO)
		return doc_error(
			node, err, "'%s' is a text in quotes, a number is needed", f->name);
	if (parse_number(f, node->text, &value, &why))
		return doc_error(node, err, "'%s': %s", f->name, why.text);
	if (f->type == FIELD_RATE && value == -1000)
		value = -1; /* no limit */
	else if ((value < f->min || value > max) && (value || !(f->flags & FIELD_OR_ZERO)))
		return doc_error(node, err, "'%s' is %.40s: allowed is %s%s to %s%s", f->name,
			node->text, f->flags & FIELD_OR_ZERO ? "0, or " : "",
			limit_text(f, f->min, low, sizeof(low)),
			limit_text(f, max, high, sizeof(high)),
			f->type == FIELD_RATE ? ", or -1 for no limit" : "");
store:
	count = (uint32_t)value;
	if (f->type == FIELD_COUNT)
		memcpy(to, &count, sizeof(count));
	else
		memcpy(to, &value, sizeof(value));
	return 0;
}

static int read_bool(
	const struct field *f, const struct doc_node *node, char *to, struct err *err)
{
	bool truth = !strcmp(node->text, "true");

	if (node->quoted || (!truth && strcmp(node->text, "false") != 0))
		return doc_error(node, err, "'%s' is '%.40s', true or false is needed", f->name,
			node->text);
	memcpy(to, &truth, sizeof(truth));
	return 0;
}

/* The index of the text among the field's words; an error names them all. */
static int find_word(
	const struct field *f, const struct doc_node *node, uint32_t *index, struct err *err)
{
	const char *known[64];
	const char *near;
	char list[256] = "";
	size_t used = 0;

	assert(f->n_words <= 64);
	for (uint32_t i = 0; i < f->n_words; i++) {
		int wrote;

		if (!strcmp(f->words[i].name, node->text)) {
			*index = i;
			return 0;
		}
		known[i] = f->words[i].name;
		wrote = used < sizeof(list) ? snprintf(list + used, sizeof(list) - used, "%s%s",
						      i ? ", " : "", known[i])
					    : 0;
		used += wrote > 0 ? (size_t)wrote : 0;
	}
	near = str_nearest(node->text, known, f->n_words);
	return doc_error(node, err, "'%s' is '%.40s'; %s%s%s: %s", f->name, node->text,
		near ? "did you mean '" : "", near ? near : "",
		near ? "'? There are" : "there are", list);
}

static int read_enum(
	const struct field *f, const struct doc_node *node, char *to, struct err *err)
{
	uint32_t index = 0;
	uint32_t value;

	if (find_word(f, node, &index, err))
		return ERR_INPUT;
	value = (uint32_t)f->words[index].value;
	memcpy(to, &value, sizeof(value));
	return 0;
}

static int read_text(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	const char *copy;
	uint32_t index = 0;

	if (f->type == FIELD_TEXT_PTR) {
		copy = arena_strdup(r->mem, node->text);
		memcpy(to, &copy, sizeof(copy));
		return 0;
	}
	if (f->n_words && find_word(f, node, &index, err))
		return ERR_INPUT;
	if (strlen(node->text) >= f->size)
		return doc_error(
			node, err, "'%s' is longer than %zu characters", f->name, f->size - 1);
	(void)snprintf(to, f->size, "%s", node->text);
	return 0;
}

static int read_operation(const struct doc_node *node, char *to, struct err *err)
{
	const char *known[OP_N];
	enum operation op = operation_by_name(node->text);
	uint16_t call = (uint16_t)op;
	const char *near;

	if (op == OP_N) {
		for (uint32_t i = 0; i < OP_N; i++)
			known[i] = operation_name((enum operation)i);
		near = str_nearest(node->text, known, OP_N);
		return doc_error(node, err, "no runtime operation '%.40s'%s%s%s", node->text,
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	memcpy(to, &call, sizeof(call));
	return 0;
}

static int intern(struct reading *r, const struct doc_node *node, const struct call_name *name,
	char *to, struct err *err)
{
	uint16_t call = calls_intern(r->calls, name->verb, name->resource);

	if (call == CALLS_MAX)
		return doc_error(node, err, "more than %d different calls", CALLS_MAX);
	memcpy(to, &call, sizeof(call));
	return 0;
}

static int read_api(struct reading *r, const struct doc_node *node, char *to, struct err *err)
{
	struct call_name name;

	if (call_text_read(node, &name, NULL, err))
		return ERR_INPUT;
	return intern(r, node, &name, to, err);
}

static int read_watched(
	struct reading *r, const struct doc_node *node, char *to, struct err *err)
{
	struct call_name list = {.verb = "list"};
	struct call_name watch = {.verb = "watch"};

	if (call_text_resource(node, node->text, list.resource, err) ||
		call_text_resource(node, node->text, watch.resource, err) ||
		intern(r, node, &list, to, err))
		return ERR_INPUT;
	return intern(r, node, &watch, to + sizeof(uint16_t), err);
}

int field_read_scalar(struct reading *r, const struct field *f, const struct doc_node *node,
	void *record, struct err *err)
{
	char *to = (char *)record + f->offset;

	if (node->kind != DOC_SCALAR)
		return doc_error(node, err, "'%s' is %s, a single value is needed", f->name,
			doc_kind_name(node->kind));
	switch (f->type) {
	case FIELD_BOOL:
		return read_bool(f, node, to, err);
	case FIELD_ENUM:
		return read_enum(f, node, to, err);
	case FIELD_TEXT:
	case FIELD_TEXT_PTR:
		return read_text(r, f, node, to, err);
	case FIELD_OPERATION:
		return read_operation(node, to, err);
	case FIELD_API:
		return read_api(r, node, to, err);
	case FIELD_WATCHED:
		return read_watched(r, node, to, err);
	case FIELD_COUNT:
	case FIELD_SEED:
	case FIELD_DURATION:
	case FIELD_SECONDS:
	case FIELD_MILLIS:
	case FIELD_MICROS:
	case FIELD_RATIO:
	case FIELD_RATE:
	case FIELD_NUMBER:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_NAMED:
	case FIELD_BY_WORD:
	case FIELD_IGNORED:
	case FIELD_TREE:
		break;
	}
	return read_number(f, node, to, err);
}
