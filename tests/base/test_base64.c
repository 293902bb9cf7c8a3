/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

#include "tcase.h"

/* RFC 4648, section 10. */
static void the_vectors_of_its_rfc(void **state)
{
	static const struct {
		const char *bytes, *text;
	} vectors[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
		{"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	struct str out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		str_reset(&out);
		base64_add(&out, (const unsigned char *)vectors[i].bytes,
			strlen(vectors[i].bytes));
		assert_string_equal(str_text(&out), vectors[i].text);
	}
	str_fini(&out);
}

static void digits_are_those_of_the_standard(void **state)
{
	(void)state;
	assert_int_equal(base64_digit('A'), 0);
	assert_int_equal(base64_digit('z'), 51);
	assert_int_equal(base64_digit('9'), 61);
	assert_int_equal(base64_digit('+'), 62);
	assert_int_equal(base64_digit('/'), 63);
	assert_int_equal(base64_digit('-'), -1);
	assert_int_equal(base64_digit('='), -1);
	assert_int_equal(base64_digit('\0'), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_its_rfc),
		cmocka_unit_test(digits_are_those_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
