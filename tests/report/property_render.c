/* SPDX-License-Identifier: Apache-2.0 */
/* A result that somebody edited is refused with its place, or renders in every form. */
#include "report/kinds.h"

#include "property.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"

/* What commands print is the best seed: it is always of today. */
static const char *const files[] = {"tests/golden/cases/contrast-json/stdout",
	"tests/golden/cases/estimate-json/stdout", "tests/golden/cases/incidents-json/stdout",
	"tests/golden/cases/simulate-json/stdout"};
enum { FILES = sizeof(files) / sizeof(files[0]), FORMS = REPORT_HTML + 1, EDITS_MAX = 3 };

static const char *const values[] = {"null", "true", "\"\"", "\"</script><!--\"", "0", "-1",
	"1e308", "-1e308", "9007199254740993", "[]", "{}", "[[1, 2], null, \"x\"]",
	"{\"count\": 5, \"buckets\": [[1e9, 3]]}"};
enum { VALUES = sizeof(values) / sizeof(values[0]) };

/* The end of the value or key that begins there; its beginning if it is none. */
static const char *token_end(const char *at)
{
	const char *end = at;

	if (*at == '"') {
		for (end++; *end && *end != '"'; end++)
			end += *end == '\\' && end[1];
		return *end ? end + 1 : end;
	}
	while (isalnum((unsigned char)*end) || *end == '-' || *end == '+' || *end == '.')
		end++;
	return end;
}

static uint32_t count_tokens(const char *text)
{
	uint32_t n = 0;

	while (*text) {
		const char *end = token_end(text);

		n += end > text;
		text = end > text ? end : text + 1;
	}
	return n;
}

/* The text with its n-th key or value replaced. */
static void edit(const char *text, uint32_t n, const char *by, struct str *out)
{
	const char *at = text, *end = text;

	str_reset(out);
	for (;;) {
		end = token_end(at);
		if (end > at && n-- == 0)
			break;
		at = end > at ? end : at + 1;
	}
	str_add_n(out, text, (size_t)(at - text));
	str_add(out, by);
	str_add(out, end);
}

static void renders_or_is_refused(struct property *p, const char *text)
{
	struct json *result = NULL;
	struct err err = {0};

	if (json_parse(text, strlen(text), &result, &err))
		return;
	for (unsigned form = 0; form < FORMS; form++) {
		struct str out = {0};
		int code = report_render(result, (enum report_form)form, &out, &err);

		HOLDS(p, code ? code == ERR_INPUT && *err.text && !str_len(&out)
			      : str_len(&out) > 0);
		str_fini(&out);
	}
	json_free(result);
}

static void an_edited_result(struct property *p)
{
	const char *file = files[property_below(p, FILES)];
	uint32_t edits = 1 + property_below(p, EDITS_MAX);
	struct str now = {0}, next = {0};
	struct err err = {0};
	char *text = NULL;
	size_t len = 0;

	if (file_read(file, (size_t)1 << 24, &text, &len, &err))
		fail_msg("%s", err.text);
	str_add_n(&now, text, len);
	for (uint32_t i = 0; i < edits; i++) {
		struct str kept = now;
		uint32_t token = property_below(p, count_tokens(str_text(&now)));
		const char *value = values[property_below(p, VALUES)];

		edit(str_text(&now), token, value, &next);
		now = next;
		next = kept;
	}
	renders_or_is_refused(p, str_text(&now));
	free(text);
	str_fini(&now);
	str_fini(&next);
}

static void an_edited_result_renders_or_is_refused(void **state)
{
	(void)state;
	property_each(600, an_edited_result);
}

/* Else the property above would hold for files that nothing renders. */
static void every_seed_renders_as_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct json *result = NULL;
		struct str out = {0};
		struct err err = {0};
		char *text = NULL;
		size_t len = 0;

		if (file_read(files[i], (size_t)1 << 24, &text, &len, &err) ||
			json_parse(text, len, &result, &err) ||
			report_render(result, REPORT_HTML, &out, &err))
			fail_msg("%s: %s", files[i], err.text);
		free(text);
		str_fini(&out);
		json_free(result);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_seed_renders_as_it_is),
		cmocka_unit_test(an_edited_result_renders_or_is_refused),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
