/* SPDX-License-Identifier: Apache-2.0 */
#include "base/journal.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static char dir[] = "/tmp/test_journal_XXXXXX";
static char path[sizeof(dir) + 16];

static int begin(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/journal", dir);
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)rmdir(dir);
	return 0;
}

static void open_it(struct journal *j, const char *head)
{
	struct err err = {0};

	if (journal_open(j, path, head, &err))
		fail_msg("%s", err.text);
}

/* How many lines it has, of which the first is that. */
static int lines_from(const char *head, const char *first)
{
	struct journal j;
	const char *line = NULL;
	int n = 0;

	open_it(&j, head);
	for (; (line = journal_next(&j, line)); n++)
		if (n == 0)
			assert_string_equal(line, first);
	journal_close(&j);
	return n;
}

static void lines_are_there_when_it_is_opened_again(void **state)
{
	struct journal j;
	struct err err = {0};

	(void)state;
	open_it(&j, "of this");
	assert_null(journal_next(&j, NULL));
	assert_int_equal(journal_add(&j, "one", &err), 0);
	assert_int_equal(journal_add(&j, "two", &err), 0);
	journal_close(&j);
	assert_int_equal(lines_from("of this", "one"), 2);
	open_it(&j, "of this");
	assert_int_equal(journal_add(&j, "three", &err), 0);
	journal_close(&j);
	assert_int_equal(lines_from("of this", "one"), 3);
}

static void a_line_that_was_cut_off_goes(void **state)
{
	struct journal j;
	struct err err = {0};

	(void)state;
	assert_int_equal(file_write_whole(path, "of this\none\ntw", 14, &err), 0);
	open_it(&j, "of this");
	assert_int_equal(journal_add(&j, "three", &err), 0);
	journal_close(&j);
	assert_int_equal(lines_from("of this", "one"), 2);
}

static void a_first_line_that_was_cut_off_is_none(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(file_write_whole(path, "of th", 5, &err), 0);
	assert_int_equal(lines_from("of that", ""), 0);
}

static void a_journal_of_something_else_stays(void **state)
{
	struct journal j;
	struct err err = {0};
	char *text = NULL;
	size_t len;

	(void)state;
	assert_int_equal(file_write_whole(path, "of that\none\n", 12, &err), 0);
	assert_int_equal(journal_open(&j, path, "of this", &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "something else"));
	assert_int_equal(file_read(path, 100, &text, &len, &err), 0);
	assert_string_equal(text, "of that\none\n");
	free(text);
}

static void one_process_has_it_and_it_goes_when_it_is_done(void **state)
{
	struct journal j, other;
	struct err err = {0};

	(void)state;
	open_it(&j, "of this");
	assert_int_equal(journal_open(&other, path, "of this", &err), ERR_ENV);
	assert_non_null(strstr(err.text, "another process"));
	journal_remove(&j);
	assert_false(file_exists(path));
	assert_int_equal(journal_open(&j, "/nowhere/journal", "of this", &err), ERR_ENV);
	journal_close(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			lines_are_there_when_it_is_opened_again, begin, end),
		cmocka_unit_test_setup_teardown(a_line_that_was_cut_off_goes, begin, end),
		cmocka_unit_test_setup_teardown(
			a_first_line_that_was_cut_off_is_none, begin, end),
		cmocka_unit_test_setup_teardown(a_journal_of_something_else_stays, begin, end),
		cmocka_unit_test_setup_teardown(
			one_process_has_it_and_it_goes_when_it_is_done, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
