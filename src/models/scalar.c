/* SPDX-License-Identifier: Apache-2.0 */
/* One value: from text to what a field stores. */
#include "models/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "models/call_text.h"

_Static_assert(sizeof(enum field_type) == sizeof(uint32_t), "enums are stored as uint32_t");

static int read_number(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	const struct number_type *t = number_type(f->type);
	int64_t value;
	uint32_t narrow;

	(void)r;
	if (number_read(f, node, &value, err))
		return ERR_INPUT;
	narrow = (uint32_t)value;
	memcpy(to, t->bytes == sizeof(narrow) ? (void *)&narrow : (void *)&value, t->bytes);
	return 0;
}

static int read_bool(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	bool truth = !strcmp(node->text, "true");

	(void)r;
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

static int read_enum(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	uint32_t index = 0;
	uint32_t value;

	(void)r;
	if (find_word(f, node, &index, err))
		return ERR_INPUT;
	value = (uint32_t)f->words[index].value;
	memcpy(to, &value, sizeof(value));
	return 0;
}

static int read_text(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	uint32_t index = 0;

	(void)r;
	if (f->n_words && find_word(f, node, &index, err))
		return ERR_INPUT;
	if (strlen(node->text) >= f->size)
		return doc_error(
			node, err, "'%s' is longer than %zu characters", f->name, f->size - 1);
	(void)snprintf(to, f->size, "%s", node->text);
	return 0;
}

static int read_copy(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	const char *copy = arena_strdup(r->mem, node->text);

	(void)f;
	(void)err;
	memcpy(to, &copy, sizeof(copy));
	return 0;
}

static int read_operation(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	const char *known[OP_N];
	enum operation op = operation_by_name(node->text);
	uint16_t call = (uint16_t)op;
	const char *near;

	(void)r;
	(void)f;
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

static int read_api(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	struct call_name name;

	(void)f;
	if (call_text_read(node, &name, NULL, err))
		return ERR_INPUT;
	return intern(r, node, &name, to, err);
}

static int read_watched(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err)
{
	struct call_name list = {.verb = "list"};
	struct call_name watch = {.verb = "watch"};

	(void)f;
	if (call_text_resource(node, node->text, list.resource, err) ||
		call_text_resource(node, node->text, watch.resource, err) ||
		intern(r, node, &list, to, err))
		return ERR_INPUT;
	return intern(r, node, &watch, to + sizeof(uint16_t), err);
}

typedef int scalar_reader(struct reading *r, const struct field *f, const struct doc_node *node,
	char *to, struct err *err);

static scalar_reader *const readers[FIELD_TYPES] = {
	[FIELD_BOOL] = read_bool,
	[FIELD_COUNT] = read_number,
	[FIELD_SEED] = read_number,
	[FIELD_DURATION] = read_number,
	[FIELD_SECONDS] = read_number,
	[FIELD_MILLIS] = read_number,
	[FIELD_MICROS] = read_number,
	[FIELD_RATIO] = read_number,
	[FIELD_RATE] = read_number,
	[FIELD_NUMBER] = read_number,
	[FIELD_ENUM] = read_enum,
	[FIELD_TEXT] = read_text,
	[FIELD_TEXT_PTR] = read_copy,
	[FIELD_OPERATION] = read_operation,
	[FIELD_API] = read_api,
	[FIELD_WATCHED] = read_watched,
};

int field_read_scalar(struct reading *r, const struct field *f, const struct doc_node *node,
	void *record, struct err *err)
{
	if (node->kind != DOC_SCALAR)
		return doc_error(node, err, "'%s' is %s, a single value is needed", f->name,
			doc_kind_name(node->kind));
	assert(readers[f->type]);
	return readers[f->type](r, f, node, (char *)record + f->offset, err);
}
