/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "tcase.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char dir[64];
	char path[128];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL)
		return -1;
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/nodetoll-file-XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		return -1;
	(void)snprintf(p->path, sizeof p->path, "%s/a.yaml", p->dir);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	char link_path[160];

	(void)snprintf(link_path, sizeof link_path, "%s.link", p->path);
	(void)unlink(link_path);
	(void)unlink(p->path);
	(void)rmdir(p->dir);
	free(p);
	return 0;
}

static unsigned count_entries(const char *path)
{
	DIR *dir = opendir(path);
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2; /* . and .. */
}

static void write_text(const char *path, const char *text)
{
	struct err err = {0};

	if (file_write_whole(path, text, strlen(text), &err) != 0)
		fail_msg("%s", err.text);
}

static void check_text(const char *path, const char *want)
{
	struct err err = {0};
	char *text;
	size_t len;

	if (file_read(path, 1000, &text, &len, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(len, strlen(want));
	assert_string_equal(text, want);
	free(text);
}

static void what_was_written_is_read(void **state)
{
	const struct place *p = *state;

	assert_false(file_exists(p->path));
	write_text(p->path, "first\n");
	check_text(p->path, "first\n");
	write_text(p->path, "");
	check_text(p->path, "");
	assert_true(file_exists(p->path));
	assert_int_equal(count_entries(p->dir), 1);
}

static void a_rewritten_file_keeps_its_permissions(void **state)
{
	const struct place *p = *state;
	struct stat st;

	write_text(p->path, "first");
	assert_int_equal(chmod(p->path, 0640), 0);
	write_text(p->path, "second");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_link_is_followed_and_stays(void **state)
{
	const struct place *p = *state;
	char link_path[160];
	struct stat st;

	(void)snprintf(link_path, sizeof link_path, "%s.link", p->path);
	write_text(p->path, "first");
	assert_int_equal(symlink("a.yaml", link_path), 0);
	write_text(link_path, "second");
	check_text(p->path, "second");
	assert_int_equal(lstat(link_path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void a_device_is_written_not_replaced(void **state)
{
	struct stat st;

	(void)state;
	write_text("/dev/null", "gone");
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void a_failed_write_says_where_and_leaves_nothing(void **state)
{
	const struct place *p = *state;
	struct err err = {0};
	char path[160];

	(void)snprintf(path, sizeof path, "%s/none/a.yaml", p->dir);
	assert_int_equal(file_write_whole(path, "x", 1, &err), ERR_ENV);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(file_write_whole(p->dir, "x", 1, &err), ERR_ENV);
	assert_non_null(strstr(err.text, "directory"));
	assert_int_equal(file_write_whole("/dev/full", "x", 1, &err), ERR_ENV);
	assert_int_equal(count_entries(p->dir), 0);
}

static void refuse(const char *path, size_t max_bytes, const char *says)
{
	struct err err = {0};
	char *text = NULL;
	size_t len = 77;

	assert_int_equal(file_read(path, max_bytes, &text, &len, &err), ERR_INPUT);
	assert_null(text);
	assert_int_equal(len, 77);
	if (strstr(err.text, path) == NULL || strstr(err.text, says) == NULL)
		fail_msg("%s", err.text);
}

static void what_cannot_be_read_is_said(void **state)
{
	const struct place *p = *state;

	refuse(p->path, 10, "no such file");
	refuse(p->dir, 10, "directory");
	refuse("", 10, "no such file");
	write_text(p->path, "0123456789");
	refuse(p->path, 9, "larger than the 9 bytes");
	check_text(p->path, "0123456789");
	refuse("/dev/zero", 1000000, "larger than");
}

static void a_pipe_can_be_read(void **state)
{
	char path[32];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	(void)close(ends[1]);
	(void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	check_text(path, "abc");
	(void)close(ends[0]);
}

static void several_files_are_written_together_or_not_at_all(void **state)
{
	struct place *p = *state;
	char good[300], bad[300], nested[300];
	struct err err = {0};

	(void)snprintf(good, sizeof good, "%s/good", p->dir);
	(void)snprintf(bad, sizeof bad, "%s/bad", p->dir);
	(void)snprintf(nested, sizeof nested, "%s/none/bad", p->dir);
	assert_int_equal(
		file_write_together(
			(const struct file_out[]){{good, "a", 1}, {nested, "b", 1}}, 2, &err),
		ERR_ENV);
	assert_non_null(strstr(err.text, nested));
	assert_int_equal(file_write_together((const struct file_out[]){{good, "a", 1},
						     {"/dev/full", "b", 1}},
				 2, &err),
		ERR_ENV);
	assert_false(file_exists(good));
	assert_int_equal(count_entries(p->dir), 0);
	assert_int_equal(
		file_write_together(
			(const struct file_out[]){{good, "a", 1}, {bad, "b", 1}}, 2, &err),
		0);
	assert_true(file_exists(good) && file_exists(bad));
	assert_int_equal(count_entries(p->dir), 2);
	(void)unlink(good);
	(void)unlink(bad);
}

static void whether_a_file_can_be_written_is_told_without_writing(void **state)
{
	struct place *p = *state;
	char path[300], nested[300];
	struct err err = {0};

	(void)snprintf(path, sizeof path, "%s/file", p->dir);
	(void)snprintf(nested, sizeof nested, "%s/none/file", p->dir);
	assert_int_equal(file_may_write(path, &err), 0);
	assert_int_equal(count_entries(p->dir), 0);
	assert_int_equal(file_write_whole(path, "old", 3, &err), 0);
	assert_int_equal(file_may_write(path, &err), 0);
	assert_int_equal(count_entries(p->dir), 1);
	assert_int_equal(file_may_write(nested, &err), ERR_ENV);
	assert_non_null(strstr(err.text, nested));
	assert_int_equal(file_may_write(p->dir, &err), ERR_ENV);
	assert_int_equal(file_may_write("/dev/full", &err), 0); /* devices are not tried */
	(void)unlink(path);
}

static void one_file_has_many_names(void **state)
{
	struct place *p = *state;
	char file[300], dotted[300], other[300], link[300];

	(void)snprintf(file, sizeof file, "%s/file", p->dir);
	(void)snprintf(dotted, sizeof dotted, "%s/./file", p->dir);
	(void)snprintf(other, sizeof other, "%s/other", p->dir);
	(void)snprintf(link, sizeof link, "%s/link", p->dir);
	for (int exists = 0; exists < 2; exists++) {
		assert_true(file_is_same(file, file));
		assert_true(file_is_same(file, dotted));
		assert_false(file_is_same(file, other));
		assert_int_equal(file_write_whole(file, "x", 1, NULL), 0);
	}
	assert_int_equal(symlink(file, link), 0);
	assert_true(file_is_same(link, file));
	assert_false(file_is_same(other, file));              /* one is there, the other not */
	assert_false(file_is_same("/dev/null", "/dev/null")); /* no file */
	assert_false(file_is_same("/none/file", "/none/file"));
	(void)unlink(link);
	(void)unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rewritten_file_keeps_its_permissions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_link_is_followed_and_stays, set_up, tear_down),
		cmocka_unit_test(a_device_is_written_not_replaced),
		cmocka_unit_test_setup_teardown(
			a_failed_write_says_where_and_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			several_files_are_written_together_or_not_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			whether_a_file_can_be_written_is_told_without_writing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(one_file_has_many_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_said, set_up, tear_down),
		cmocka_unit_test(a_pipe_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
