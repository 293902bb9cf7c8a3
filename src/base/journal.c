/* SPDX-License-Identifier: Apache-2.0 */
#include "base/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"

static int no_journal(const char *path, const char *what, struct err *err)
{
	return err_set(err, ERR_ENV, "%.300s: %s: %s", path, what, strerror(errno));
}

/* All of it, whatever a write takes at a time. */
static bool put(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

int journal_add(struct journal *j, const char *line, struct err *err)
{
	size_t len = strlen(line);
	char *whole;
	bool ok;

	assert(j->fd && !strchr(line, '\n'));
	whole = malloc(len + 1);
	if (!whole)
		return err_set(err, ERR_NOMEM, "no memory");
	memcpy(whole, line, len);
	whole[len] = '\n'; /* in one write: a line is there or it is not */
	ok = put(j->fd, whole, len + 1) && fdatasync(j->fd) == 0;
	free(whole);
	return ok ? 0 : no_journal(j->path, "cannot be written", err);
}

/* What is there, up to the last newline; lines become strings. */
static int load(struct journal *j, struct err *err)
{
	int code = file_read(j->path, JOURNAL_MAX_BYTES, &j->text, &j->len, err);

	if (code)
		return code;
	while (j->len && j->text[j->len - 1] != '\n')
		j->len--;
	if (ftruncate(j->fd, (off_t)j->len) != 0)
		return no_journal(j->path, "cannot be written", err);
	for (size_t i = 0; i < j->len; i++)
		if (j->text[i] == '\n')
			j->text[i] = '\0';
	return 0;
}

static int begin_or_check(struct journal *j, const char *head, struct err *err)
{
	int code = load(j, err);

	if (code)
		return code;
	if (!j->len)
		return journal_add(j, head, err);
	if (strcmp(j->text, head) != 0)
		return err_set(err, ERR_INPUT,
			"%.300s: this journal is of something else; remove it, or write to "
			"another file",
			j->path);
	return 0;
}

int journal_open(struct journal *j, const char *path, const char *head, struct err *err)
{
	int code;

	*j = (struct journal){.fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)};
	if (j->fd < 0) {
		j->fd = 0;
		return no_journal(path, "cannot be written", err);
	}
	j->path = strdup(path);
	if (!j->path)
		code = err_set(err, ERR_NOMEM, "no memory");
	else if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
		code = no_journal(path, "another process has it", err);
	else
		code = begin_or_check(j, head, err);
	if (code)
		journal_close(j);
	return code;
}

const char *journal_next(const struct journal *j, const char *line)
{
	if (!j->len)
		return NULL;
	if (!line)
		line = j->text;
	line += strlen(line) + 1;
	return line < j->text + j->len ? line : NULL;
}

void journal_close(struct journal *j)
{
	if (j->fd)
		(void)close(j->fd);
	free(j->path);
	free(j->text);
	*j = (struct journal){0};
}

void journal_remove(struct journal *j)
{
	if (j->fd)
		(void)unlink(j->path);
	journal_close(j);
}
