/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much room the first read of something without a size gets. */
#define FIRST_BYTES ((size_t)64 * 1024)

/* Temporary names that may be taken before we give up. */
#define MAX_NAMES 100

static int too_large(const char *path, size_t max_bytes, struct err *err)
{
	return err_set(err, ERR_INPUT, "%.300s: larger than the %zu bytes that are allowed",
		path, max_bytes);
}

/* Refuse what cannot be a file of ours before reading any of it. */
static int check(int fd, const char *path, size_t max_bytes, size_t *guess, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, ERR_ENV, "%.300s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_INPUT, "%.300s: this is a directory, not a file", path);
	if (S_ISBLK(st.st_mode) || S_ISSOCK(st.st_mode))
		return err_set(err, ERR_INPUT, "%.300s: this is a device, not a file", path);
	if (S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((uintmax_t)st.st_size > max_bytes)
			return too_large(path, max_bytes, err);
		*guess = (size_t)st.st_size + 1; /* one more, to see the end */
	}
	return 0;
}

/* What has been read so far, and room for more. */
struct content {
	char *text;
	size_t len;
	size_t cap;
};

/* Read to the end of fd. */
static int read_all(
	int fd, const char *path, size_t max_bytes, struct content *c, struct err *err)
{
	while (true) {
		ssize_t n;

		if (c->len == c->cap) {
			char *more = realloc(c->text, c->cap * 2 + 1);

			if (more == NULL)
				return err_set(err, ERR_NOMEM, "%.300s: out of memory", path);
			c->text = more;
			c->cap *= 2;
		}
		n = read(fd, c->text + c->len, c->cap - c->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_ENV, "%.300s: %s", path, strerror(errno));
		if (n == 0)
			return 0;
		c->len += (size_t)n;
		if (c->len > max_bytes)
			return too_large(path, max_bytes, err);
	}
}

static int read_fd(
	int fd, const char *path, size_t max_bytes, char **text, size_t *len, struct err *err)
{
	struct content c = {.cap = FIRST_BYTES};
	int ret;

	ret = check(fd, path, max_bytes, &c.cap, err);
	if (ret != 0)
		return ret;
	c.text = malloc(c.cap + 1);
	if (c.text == NULL)
		return err_set(err, ERR_NOMEM, "%.300s: out of memory", path);
	ret = read_all(fd, path, max_bytes, &c, err);
	if (ret != 0) {
		free(c.text);
		return ret;
	}
	c.text[c.len] = '\0';
	*text = c.text;
	*len = c.len;
	return 0;
}

int file_read(const char *path, size_t max_bytes, char **text, size_t *len, struct err *err)
{
	int fd;
	int ret;

	if (strcmp(path, "-") == 0)
		return read_fd(STDIN_FILENO, "<stdin>", max_bytes, text, len, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_INPUT, "%.300s: there is no such file", path);
	if (fd < 0)
		return err_set(
			err, ERR_INPUT, "%.300s: cannot be opened: %s", path, strerror(errno));
	ret = read_fd(fd, path, max_bytes, text, len, err);
	(void)close(fd);
	return ret;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int cannot_write(const char *path, struct err *err)
{
	return err_set(err, ERR_ENV, "%.300s: cannot be written: %s", path, strerror(errno));
}

/* A device or pipe takes the bytes as they come. */
static int write_in_place(const char *path, const char *text, size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return cannot_write(path, err);
	failed = write_all(fd, text, len);
	if (failed != 0)
		(void)cannot_write(path, err);
	if (close(fd) != 0 && failed == 0)
		return cannot_write(path, err);
	return failed != 0 ? ERR_ENV : 0;
}

/* Open a file beside path that nobody else has; its name goes into temp. */
static int open_beside(const char *path, char *temp, size_t size)
{
	for (unsigned i = 0; i < MAX_NAMES; i++) {
		int n = snprintf(temp, size, "%s.%ld.%u.tmp", path, (long)getpid(), i);
		int fd;

		if (n < 0 || (size_t)n >= size) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* A file on its way: temp holds its bytes and will become real.  A device has neither. */
struct pending {
	char *real;
	char temp[PATH_MAX + 32];
};

static void drop(struct pending *p)
{
	if (p->real != NULL)
		(void)unlink(p->temp);
	free(p->real);
	p->real = NULL;
}

/* Fill the temporary file; old is what is there, NULL if nothing. */
static int fill(int fd, const struct stat *old, const struct file_out *out, struct err *err)
{
	bool ok = write_all(fd, out->text, out->len) == 0;

	ok = ok && (old == NULL || fchmod(fd, old->st_mode & 07777) == 0);
	ok = ok && fsync(fd) == 0;
	if (!ok)
		(void)cannot_write(out->path, err);
	if (close(fd) != 0 && ok)
		return cannot_write(out->path, err);
	return ok ? 0 : ERR_ENV;
}

static int prepare(struct pending *p, const struct file_out *out, struct err *err)
{
	struct stat st;
	bool is_old = stat(out->path, &st) == 0;
	int fd;

	if (is_old && S_ISDIR(st.st_mode))
		return err_set(err, ERR_ENV, "%.300s: cannot be written: it is a directory",
			out->path);
	if (is_old && !S_ISREG(st.st_mode))
		return 0;
	if (is_old && access(out->path, W_OK) != 0)
		return cannot_write(out->path, err); /* a rename would not ask */
	p->real = is_old ? realpath(out->path, NULL) : strdup(out->path);
	if (p->real == NULL)
		return cannot_write(out->path, err);
	/* drop() frees it, for every p.  NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	fd = open_beside(p->real, p->temp, sizeof p->temp);
	if (fd < 0) {
		(void)cannot_write(out->path, err);
		free(p->real);
		p->real = NULL;
		return ERR_ENV;
	}
	return fill(fd, is_old ? &st : NULL, out, err);
}

static int finish(struct pending *p, const struct file_out *out, bool devices, struct err *err)
{
	if (devices)
		return p->real == NULL ? write_in_place(out->path, out->text, out->len, err)
				       : 0;
	if (p->real == NULL)
		return 0;
	if (rename(p->temp, p->real) != 0)
		return cannot_write(out->path, err);
	free(p->real);
	p->real = NULL;
	return 0;
}

int file_write_together(const struct file_out *out, size_t n, struct err *err)
{
	struct pending p[FILES_TOGETHER] = {{NULL, ""}};
	int ret = 0;

	assert(n <= FILES_TOGETHER);
	for (size_t i = 0; i < n && ret == 0; i++)
		ret = prepare(&p[i], &out[i], err);
	for (int devices = 1; devices >= 0; devices--)
		for (size_t i = 0; i < n && ret == 0; i++)
			ret = finish(&p[i], &out[i], devices == 1, err);
	for (size_t i = 0; i < n; i++)
		drop(&p[i]);
	return ret;
}

int file_write_whole(const char *path, const char *text, size_t len, struct err *err)
{
	return file_write_together(&(struct file_out){path, text, len}, 1, err);
}

int file_may_write(const char *path, struct err *err)
{
	struct file_out nothing = {path, "", 0};
	struct pending p = {NULL, ""};
	int ret = prepare(&p, &nothing, err);

	drop(&p);
	return ret;
}

/* The folder that a path that does not exist yet is in, without links; NULL if there is none.
 */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	char *real = folder ? realpath(folder, NULL) : NULL;

	free(folder);
	return real;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool file_is_same(const char *a, const char *b)
{
	struct stat x, y;
	bool is_a = stat(a, &x) == 0;
	bool is_b = stat(b, &y) == 0;
	char *folder_a, *folder_b;
	bool same;

	if (is_a && is_b)
		return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	if (is_a || is_b || strcmp(last_part(a), last_part(b)) != 0)
		return false;
	folder_a = folder_of(a);
	folder_b = folder_of(b);
	same = folder_a && folder_b && !strcmp(folder_a, folder_b);
	free(folder_a);
	free(folder_b);
	return same;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}
