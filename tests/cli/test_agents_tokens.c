/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agents_tokens.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tcase.h"

static int read_tokens(
	const char *text, const char ***token, struct arena *mem, struct err *err)
{
	char path[] = "/tmp/nodetoll-tokens-XXXXXX";
	int fd = mkstemp(path), code;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	code = agents_tokens(token, path, "hollow", 2, mem, err);
	assert_int_equal(unlink(path), 0);
	return code;
}

static void each_node_gets_its_own(void **state)
{
	struct arena mem;
	struct err err = {0};
	const char **token;

	(void)state;
	arena_init(&mem, 0);
	assert_int_equal(read_tokens("a,admin,1,\"system:masters\"\n"
				     "\"one\",\"system:node:hollow-1\",2\r\n"
				     "x,system:node:other-0,3\n"
				     "y,system:node:hollow-7,3\n"
				     "z,system:node:hollow-0x,3\n"
				     "zero,system:node:hollow-0,3,system:nodes",
				 &token, &mem, &err),
		0);
	assert_string_equal(token[0], "zero");
	assert_string_equal(token[1], "one");
	arena_fini(&mem);
}

/* Refused with those words, and without the secret. */
static void is_refused(const char *tokens, const char *words, const char *secret)
{
	struct arena mem;
	struct err err = {0};
	const char **token;

	arena_init(&mem, 0);
	assert_int_equal(read_tokens(tokens, &token, &mem, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, words));
	assert_null(strstr(err.text, secret));
	arena_fini(&mem);
}

static void a_node_without_one_is_named_and_no_token_is(void **state)
{
	(void)state;
	is_refused("secret,system:node:hollow-0,1\n", "system:node:hollow-1", "secret");
}

static void a_token_that_cannot_be_sent_is_none(void **state)
{
	(void)state;
	is_refused("one,system:node:hollow-0,1\nsec\1ret,system:node:hollow-1,2\n",
		"system:node:hollow-1 has a control character", "ret");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_node_gets_its_own),
		cmocka_unit_test(a_node_without_one_is_named_and_no_token_is),
		cmocka_unit_test(a_token_that_cannot_be_sent_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
