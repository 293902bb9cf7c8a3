/* SPDX-License-Identifier: Apache-2.0 */
#include "models/schema.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static void the_published_schemas_are_those_of_the_tables(void **state)
{
	const char *dir = getenv("NODETOLL_MODELS");

	(void)state;
	for (size_t i = 0; schema_kinds[i]; i++) {
		struct json *schema = NULL;
		char path[512];
		char *published = NULL;
		char *text;
		size_t len;

		(void)snprintf(path, sizeof(path), "%s/schema/%s.json", dir ? dir : "models",
			schema_kinds[i]);
		assert_int_equal(schema_of(schema_kinds[i], &schema, NULL), 0);
		text = json_print(schema);
		assert_int_equal(file_read(path, 1u << 22, &published, &len, NULL), 0);
		if (strcmp(text, published) != 0)
			fail_msg("%s: run 'nodetoll models schema %s'", path, schema_kinds[i]);
		free(text);
		free(published);
		json_free(schema);
	}
}

static void an_unknown_kind_has_none(void **state)
{
	struct json *schema = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(schema_of("kublet", &schema, &err), ERR_INPUT);
	assert_null(schema);
	assert_non_null(strstr(err.text, "kublet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_schemas_are_those_of_the_tables),
		cmocka_unit_test(an_unknown_kind_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
