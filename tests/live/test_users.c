/* SPDX-License-Identifier: Apache-2.0 */
#include "live/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tcase.h"

static int load(struct users *u, const char *text, struct err *err)
{
	char path[] = "/tmp/users-XXXXXX";
	int fd = mkstemp(path);
	int code;

	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(file_write_whole(path, text, strlen(text), NULL), 0);
	code = users_load(u, path, err);
	(void)unlink(path);
	return code;
}

static void tokens_have_users(void **state)
{
	struct users u;
	const struct user *one;

	(void)state;
	assert_int_equal(load(&u,
				 "# who is who\n\nzzz,admin,1,\"a,system:masters\"\r\n"
				 "aaa,system:node:n1,2,system:nodes\nbbb,plain,3\n",
				 NULL),
		0);
	one = users_find(&u, "Bearer aaa");
	assert_string_equal(one->name, "system:node:n1");
	assert_false(user_is_exempt(one));
	assert_true(user_is_exempt(users_find(&u, "bearer zzz")));
	assert_string_equal(users_find(&u, "Bearer bbb")->groups, "");
	assert_null(users_find(&u, "Bearer aa"));
	assert_null(users_find(&u, "Basic aaa"));
	assert_null(users_find(&u, NULL));
	users_fini(&u);
}

/* The place of a mistake is told, the token is not. */
static void a_wrong_line_is_named_without_its_token(void **state)
{
	static const char *const texts[] = {"a,b,c\nhunter2\n", "a,b,c\nhunter2,,1\n",
		"a,b,c\nhunter2,b,c,\"d\n", "a,b,c\nhunter2,b,c,d,e\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct users u;
		struct err err = {0};

		assert_int_equal(load(&u, texts[i], &err), ERR_INPUT);
		assert_non_null(strstr(err.text, ":2: "));
		assert_null(strstr(err.text, "hunter2"));
		users_fini(&u);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_have_users),
		cmocka_unit_test(a_wrong_line_is_named_without_its_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
