/* SPDX-License-Identifier: Apache-2.0 */
#include "models/schema.h"

#include <string.h>

#include "base/str.h"
#include "models/budget.h"
#include "models/calibration.h"
#include "models/head.h"
#include "models/number.h"
#include "models/recording.h"
#include "models/tables.h"

const char *const schema_kinds[] = {"kubelet", "runtime", "apiserver", "workload", "scenario",
	"feature", "incident", "recording", "calibration", "budget", NULL};

#define SPAN_PATTERN  "^(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"
#define SHARE_PATTERN "^[0-9]*\\.?[0-9]+%?$"
#define COUNT_PATTERN "^[0-9.]+(e[0-9]+|[munkMGTPE]|[KMGTPE]i)?$"

/* What differs between a model and a measurement: models extend others, so that fields may be
 * missing, and may give every constant a source. */
enum style { STYLE_MODEL, STYLE_MEASURED };

static struct json *map_schema(const struct table *t, enum style style, bool whole);

static struct json *typed(const char *type)
{
	struct json *s = json_object();

	json_put_str(s, "type", type);
	return s;
}

static struct json *any_of(struct json *a, struct json *b)
{
	struct json *s = json_object();
	struct json *list = json_array();

	json_append(list, a);
	json_append(list, b);
	json_put(s, "anyOf", list);
	return s;
}

static struct json *reference(const char *to)
{
	struct json *s = json_object();

	json_put_str(s, "$ref", to);
	return s;
}

static struct json *words_schema(const struct field *f)
{
	struct json *s = json_object();
	struct json *list = json_array();

	for (uint32_t i = 0; i < f->n_words; i++)
		json_append_str(list, f->words[i].name);
	json_put(s, "enum", list);
	return s;
}

static struct json *pattern_schema(const char *pattern)
{
	struct json *s = typed("string");

	json_put_str(s, "pattern", pattern);
	return s;
}

/* A number with the field's limits, in the unit that the file states. */
static struct json *number_schema(const struct field *f, const char *type, double unit)
{
	struct json *s = typed(type);

	json_put_num(s, "minimum", f->type == FIELD_RATE ? -1 : (double)f->min / unit);
	if (f->max)
		json_put_num(s, "maximum", (double)f->max / unit);
	return s;
}

static struct json *zero_or(struct json *other)
{
	struct json *zero = json_object();

	json_put_int(zero, "const", 0);
	return any_of(other, zero);
}

static struct json *plain_number(const struct field *f)
{
	const struct number_type *t = number_type(f->type);
	struct json *s;

	if (t->form == NUMBER_DURATION)
		return zero_or(pattern_schema(SPAN_PATTERN));
	s = number_schema(f, t->places ? "number" : "integer", (double)number_unit(t));
	if (t->form == NUMBER_QUANTITY)
		return any_of(s, pattern_schema(COUNT_PATTERN));
	if (t->form == NUMBER_SHARE)
		return any_of(s, pattern_schema(SHARE_PATTERN));
	return f->flags & FIELD_OR_ZERO ? zero_or(s) : s;
}

static struct json *scalar_schema(const struct field *f)
{
	if (number_type(f->type))
		return plain_number(f);
	if (f->type == FIELD_BOOL)
		return typed("boolean");
	if (f->type == FIELD_API)
		return pattern_schema("^(get|list|watch|create|update|patch|delete|"
				      "deletecollection) [a-z0-9./-]+$");
	return f->n_words ? words_schema(f) : typed("string");
}

/* A single value, or one with its source. */
static struct json *value_schema(const struct field *f, enum style style)
{
	struct json *plain = scalar_schema(f);
	struct json *sourced;
	struct json *properties;
	struct json *required;

	if (f->n_words && number_type(f->type))
		plain = any_of(plain, words_schema(f));
	if (style == STYLE_MEASURED)
		return plain;
	sourced = typed("object");
	properties = json_object();
	required = json_array();
	json_put(properties, "value", json_clone(plain));
	json_put(properties, "source", reference("#/definitions/source"));
	json_put(properties, "is", reference("#/definitions/is"));
	json_put(sourced, "properties", properties);
	json_append_str(required, "value");
	json_put(sourced, "required", required);
	json_put_bool(sourced, "additionalProperties", false);
	return any_of(plain, sourced);
}

static struct json *list_schema(const struct field *f, enum style style)
{
	struct json *s = typed("array");

	/* Lists replace, so their entries are whole. */
	json_put(s, "items", map_schema(f->sub, style, true));
	json_put_int(s, "maxItems", f->limit);
	return s;
}

static void allow_sources(struct json *properties, enum style style)
{
	if (style == STYLE_MEASURED)
		return;
	json_put(properties, "source", reference("#/definitions/source"));
	json_put(properties, "is", reference("#/definitions/is"));
}

/* A map of entries by name: entries that a file does not know are its predecessor's. */
static struct json *named_schema(const struct field *f, enum style style)
{
	struct json *s = typed("object");
	struct json *properties = json_object();
	struct json *entry = map_schema(f->sub, style, style == STYLE_MEASURED);

	allow_sources(properties, style);
	json_put(s, "properties", properties);
	if (f->type == FIELD_BY_WORD) {
		struct json *names = words_schema(f);

		if (style == STYLE_MODEL) {
			json_append_str(json_get(names, "enum"), "source");
			json_append_str(json_get(names, "enum"), "is");
		}
		json_put(s, "propertyNames", names);
	}
	json_put(s, "additionalProperties",
		f->type == FIELD_NAMED && style == STYLE_MODEL ? any_of(entry, typed("null"))
							       : entry);
	return s;
}

/* A scenario's kubelet, runtime, API server or workload: a name, or a map. */
static bool is_reference(const struct field *f)
{
	return f->sub == &table_kubelet || f->sub == &table_runtime ||
	       f->sub == &table_apiserver || f->sub == &table_workload;
}

static struct json *shape_schema(const struct field *f, enum style style)
{
	if (f->type == FIELD_MAP && is_reference(f))
		return any_of(typed("string"), map_schema(f->sub, style, false));
	if (f->type == FIELD_MAP)
		return map_schema(f->sub, style, style == STYLE_MEASURED);
	if (f->type == FIELD_LIST)
		return list_schema(f, style);
	if (f->type == FIELD_NAMED || f->type == FIELD_BY_WORD)
		return named_schema(f, style);
	if (f->type == FIELD_IGNORED || f->type == FIELD_TREE)
		return json_object();
	return value_schema(f, style);
}

static struct json *field_schema(const struct field *f, enum style style)
{
	struct json *s = shape_schema(f, style);

	if (f->help)
		json_put_str(s, "description", f->help);
	return s;
}

static struct json *map_schema(const struct table *t, enum style style, bool whole)
{
	struct json *s = typed("object");
	struct json *properties = json_object();
	struct json *required = json_array();

	for (uint32_t i = 0; i < t->n; i++) {
		const struct field *f = &t->field[i];

		if (f->flags & FIELD_KEY)
			continue;
		json_put(properties, f->name, field_schema(f, style));
		if (whole && !(f->flags & (FIELD_OPTIONAL | FIELD_KEEP)))
			json_append_str(required, f->name);
	}
	if (t == &table_kubelet || t == &table_runtime || t == &table_apiserver ||
		t == &table_workload || t == &table_scenario)
		json_put(properties, "extends", typed("string"));
	allow_sources(properties, style);
	json_put(s, "properties", properties);
	if (json_size(required))
		json_put(s, "required", required);
	else
		json_free(required);
	json_put_bool(s, "additionalProperties", false);
	return s;
}

static struct json *constant(const char *text)
{
	struct json *s = json_object();

	json_put_str(s, "const", text);
	return s;
}

/* fields: as many of head_metadata, the name before all. */
static struct json *metadata_schema(unsigned fields)
{
	struct json *s = typed("object");
	struct json *properties = json_object();
	struct json *required = json_array();
	struct json *name = typed("string");

	json_put_int(name, "minLength", 1);
	json_put_int(name, "maxLength", MODEL_NAME - 1);
	json_put(properties, head_metadata[0], name);
	for (unsigned i = 1; i < fields; i++)
		json_put(properties, head_metadata[i],
			typed(i < HEAD_METADATA ? "object" : "string"));
	json_put(s, "properties", properties);
	json_append_str(required, head_metadata[0]);
	json_put(s, "required", required);
	json_put_bool(s, "additionalProperties", false);
	return s;
}

static struct json *definitions(void)
{
	struct json *s = json_object();
	struct json *source = typed("string");
	struct json *is = json_object();
	struct json *kinds = json_array();

	json_put_int(source, "minLength", 1);
	json_put_str(source, "description", "where the constants in this map come from");
	json_put(s, "source", source);
	for (unsigned i = EVIDENCE_READ; i < EVIDENCES; i++)
		json_append_str(kinds, evidence_name((enum evidence)i));
	json_put(is, "enum", kinds);
	json_put_str(is, "description", "what kind of evidence that is");
	json_put(s, "is", is);
	return s;
}

static struct json *head(const char *kind)
{
	struct json *s = json_object();

	json_put_str(s, "$schema", "http://json-schema.org/draft-07/schema#");
	json_put_str(s, "title", kind);
	return s;
}

static struct json *origins_schema(void)
{
	struct json *s = typed("object");

	json_put_str(s, "description",
		"as printed: what the constants rest on, a tree in the shape of the spec with "
		"source and is in it");
	return s;
}

static struct json *spec_schema(const char *kind, const struct table *t, enum style style)
{
	static const char *const required_names[] = {"apiVersion", "kind", "metadata", "spec"};
	struct json *s = head(kind);
	struct json *properties = json_object();
	struct json *required = json_array();

	json_put_str(s, "type", "object");
	json_put(properties, "apiVersion", constant(MODEL_API_VERSION));
	json_put(properties, "kind", constant(kind));
	json_put(properties, "metadata", metadata_schema(HEAD_METADATA));
	json_put(properties, "spec", map_schema(t, style, false));
	if (style == STYLE_MODEL)
		json_put(json_get(json_get(properties, "spec"), "properties"), ORIGINS_KEY,
			origins_schema());
	json_put(s, "properties", properties);
	for (size_t i = 0; i < COUNT_OF(required_names); i++)
		json_append_str(required, required_names[i]);
	json_put(s, "required", required);
	json_put_bool(s, "additionalProperties", false);
	json_put(s, "definitions", definitions());
	return s;
}

/* Files without a spec: their table is of the whole file. */
static struct json *measured_schema(const char *kind, const struct table *t)
{
	struct json *s = head(kind);
	struct json *all = json_array();
	struct json *heads = typed("object");
	struct json *properties = json_object();

	json_put(properties, "apiVersion", constant(MODEL_API_VERSION));
	json_put(properties, "kind", constant(kind));
	json_put(properties, "metadata", metadata_schema(HEAD_METADATA_MEASURED));
	json_put(heads, "properties", properties);
	json_append(all, heads);
	json_append(all, map_schema(t, STYLE_MEASURED, true));
	json_put(s, "allOf", all);
	return s;
}

int schema_of(const char *kind, struct json **schema, struct err *err)
{
	enum model_kind model = model_kind_find(kind);

	if (model != MODEL_KINDS)
		*schema = spec_schema(
			model_kind_name(model), model_kind_table(model), STYLE_MODEL);
	else if (!strcmp(kind, "recording") || !strcmp(kind, "Recording"))
		*schema = measured_schema("Recording", &table_recording);
	else if (!strcmp(kind, "calibration") || !strcmp(kind, "Calibration"))
		*schema = measured_schema("Calibration", &table_calibration);
	else if (!strcmp(kind, "budget") || !strcmp(kind, "Budget"))
		*schema = spec_schema("Budget", &table_budget, STYLE_MEASURED);
	else
		return err_set(err, ERR_INPUT, "no kind '%.60s'", kind);
	return 0;
}
