/* SPDX-License-Identifier: Apache-2.0 */
#include "live/users.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

enum { FILE_BYTES = 64 << 20, COLUMNS = 4 };

/* One column of a line, with or without quotes; what follows it is *rest, NULL at the end. */
static char *column(char *text, char **rest)
{
	char *begin = text;
	char *end;

	if (*text != '"') {
		end = text + strcspn(text, ",");
		*rest = *end ? end + 1 : NULL;
		*end = '\0';
		return begin;
	}
	begin++;
	end = strchr(begin, '"');
	if (!end || (end[1] && end[1] != ','))
		return NULL;
	*rest = end[1] ? end + 2 : NULL;
	*end = '\0';
	return begin;
}

static bool read_line(char *line, struct user *u)
{
	const char *columns[COLUMNS] = {"", "", "", ""};
	char *rest = line;

	for (int i = 0; i < COLUMNS && rest; i++) {
		columns[i] = column(rest, &rest);
		if (!columns[i])
			return false;
	}
	*u = (struct user){columns[0], columns[1], columns[2], columns[3]};
	return *u->token && *u->name && !rest;
}

static int by_token(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	return strcmp(x->token, y->token);
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++)
		n++;
	return n;
}

int users_load(struct users *u, const char *path, struct err *err)
{
	char *text = NULL;
	char *left = NULL;
	size_t len, line = 0;
	int code = file_read(path, FILE_BYTES, &text, &len, err);

	*u = (struct users){0};
	if (code)
		return err_wrap(err, "--token-auth-file");
	arena_init(&u->mem, 0);
	u->user = ARENA_ARRAY(&u->mem, struct user, count_lines(text));
	for (char *l = arena_strdup(&u->mem, text); l && !code; l = left) {
		left = strchr(l, '\n');
		if (left)
			*left++ = '\0';
		line++;
		l[strcspn(l, "\r")] = '\0';
		if (!*l || *l == '#')
			continue;
		if (!read_line(l, &u->user[u->n++]))
			code = err_set(err, ERR_INPUT,
				"%s:%zu: a line is TOKEN,USER,UID and perhaps \"GROUP,GROUP\"",
				path, line);
	}
	free(text);
	if (!code && u->n)
		qsort(u->user, u->n, sizeof(*u->user), by_token);
	return code;
}

void users_fini(struct users *u)
{
	arena_fini(&u->mem);
	*u = (struct users){0};
}

const char *users_token(const char *authorization)
{
	return authorization && !strncasecmp(authorization, "Bearer ", 7) ? authorization + 7
									  : NULL;
}

const struct user *users_find(const struct users *u, const char *authorization)
{
	const struct user wanted = {.token = users_token(authorization)};

	if (!wanted.token || !u->n)
		return NULL;
	return bsearch(&wanted, u->user, u->n, sizeof(*u->user), by_token);
}

bool user_is_exempt(const struct user *u)
{
	static const char masters[] = "system:masters";
	const char *at = strstr(u->groups, masters);
	size_t len = sizeof(masters) - 1;

	return at && (at == u->groups || at[-1] == ',') && (!at[len] || at[len] == ',');
}
