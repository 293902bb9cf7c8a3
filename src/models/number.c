/* SPDX-License-Identifier: Apache-2.0 */
#include "models/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"

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

/* ------------------------------------------------------------------ by type */

#define MILLIONS INT64_C(1000000)

static const struct number_type types[FIELD_TYPES] = {
	[FIELD_COUNT] = {NUMBER_QUANTITY, 0, sizeof(uint32_t), UINT32_MAX},
	[FIELD_SEED] = {NUMBER_WHOLE, 0, sizeof(uint64_t), INT64_MAX},
	[FIELD_DURATION] = {NUMBER_DURATION, 9, sizeof(ns_t), SPAN_MAX},
	[FIELD_SECONDS] = {NUMBER_DECIMAL, 9, sizeof(ns_t), SPAN_MAX},
	[FIELD_MILLIS] = {NUMBER_DECIMAL, 6, sizeof(ns_t), SPAN_MAX},
	[FIELD_MICROS] = {NUMBER_DECIMAL, 3, sizeof(ns_t), SPAN_MAX},
	[FIELD_RATIO] = {NUMBER_SHARE, 6, sizeof(int64_t), 1000 * MILLIONS},
	[FIELD_RATE] = {NUMBER_DECIMAL, 3, sizeof(int64_t), 1000 * MILLIONS},
	[FIELD_NUMBER] = {NUMBER_DECIMAL, 6, sizeof(int64_t), INT64_MAX},
};

const struct number_type *number_type(enum field_type type)
{
	return types[type].bytes ? &types[type] : NULL;
}

int64_t number_unit(const struct number_type *t)
{
	int64_t unit = 1;

	for (unsigned i = 0; i < t->places; i++)
		unit *= 10;
	return unit;
}

static int64_t max_of(const struct field *f)
{
	return f->max ? f->max : types[f->type].max;
}

static int parse(const struct field *f, const char *text, int64_t *out, struct err *err)
{
	const struct number_type *t = &types[f->type];

	switch (t->form) {
	case NUMBER_WHOLE:
		return units_parse_int(text, 0, max_of(f), out, err);
	case NUMBER_QUANTITY:
		return units_parse_quantity(text, out, err);
	case NUMBER_DURATION:
		return units_parse_duration(text, out, err);
	case NUMBER_SHARE:
		return units_parse_ratio(text, out, err);
	case NUMBER_DECIMAL:
		break;
	}
	return decimal_parse(text, t->places, out, err);
}

/* A stored number in the unit in which the file states it. */
static const char *limit_text(const struct field *f, int64_t value, char *buf, size_t size)
{
	int64_t unit = number_unit(&types[f->type]);

	if (f->type == FIELD_DURATION)
		return units_format_duration(buf, size, value);
	/* Shares of a whole are written as such; "150%" is then no riddle. */
	if (f->type == FIELD_RATIO && f->max == MILLIONS) {
		(void)snprintf(buf, size, value ? "%g %%" : "%g", (double)value / 1e4);
		return buf;
	}
	if (value % unit == 0)
		return units_format_count(buf, size, value / unit);
	(void)snprintf(buf, size, "%.12g", (double)value / (double)unit);
	return buf;
}

static bool is_allowed(const struct field *f, int64_t value)
{
	if (value == 0 && f->flags & FIELD_OR_ZERO)
		return true;
	return value >= f->min && value <= max_of(f);
}

static int out_of_range(const struct field *f, const struct doc_node *node, struct err *err)
{
	char low[UNITS_TEXT_BYTES];
	char high[UNITS_TEXT_BYTES];

	return doc_error(node, err, "'%s' is %.40s: allowed is %s%s to %s%s", f->name,
		node->text, f->flags & FIELD_OR_ZERO ? "0, or " : "",
		limit_text(f, f->min, low, sizeof(low)),
		limit_text(f, max_of(f), high, sizeof(high)),
		f->type == FIELD_RATE ? ", or -1 for no limit" : "");
}

/* Durations and shares look like texts, so they may be written as such. */
static bool may_be_quoted(const struct number_type *t)
{
	return t->form == NUMBER_DURATION || t->form == NUMBER_SHARE;
}

/* Neither a number nor one of the words that may stand in its place. */
static int unreadable(
	const struct field *f, const struct doc_node *node, const char *why, struct err *err)
{
	const char *known[64];
	const char *near;

	assert(f->n_words <= COUNT_OF(known));
	for (uint32_t i = 0; i < f->n_words; i++)
		known[i] = f->words[i].name;
	near = f->n_words ? str_nearest(node->text, known, f->n_words) : NULL;
	return doc_error(node, err, "'%s': %s%s%s%s", f->name, why,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int number_read(
	const struct field *f, const struct doc_node *node, int64_t *out, struct err *err)
{
	struct err why = {0};

	for (uint32_t i = 0; i < f->n_words; i++)
		if (!strcmp(f->words[i].name, node->text)) {
			*out = f->words[i].value;
			return 0;
		}
	if (!*node->text)
		return doc_error(node, err, "'%s' is empty, a number is needed", f->name);
	if (node->quoted && !may_be_quoted(&types[f->type]))
		return doc_error(
			node, err, "'%s' is a text in quotes, a number is needed", f->name);
	if (parse(f, node->text, out, &why))
		return unreadable(f, node, why.text, err);
	if (f->type == FIELD_RATE && *out == -1000) {
		*out = -1; /* no limit */
		return 0;
	}
	return is_allowed(f, *out) ? 0 : out_of_range(f, node, err);
}
