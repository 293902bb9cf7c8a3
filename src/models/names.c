/* SPDX-License-Identifier: Apache-2.0 */
/* The names that a library has, in the order of versions. */
#include "models/library.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* v1.2 before v1.12: as versions are counted, not as letters sort. */
static int by_version(const void *a, const void *b)
{
	const char *x = *(const char *const *)a;
	const char *y = *(const char *const *)b;

	while (*x && *y) {
		char *x_end;
		char *y_end;
		unsigned long x_number;
		unsigned long y_number;

		if (!isdigit((unsigned char)*x) || !isdigit((unsigned char)*y)) {
			if (*x != *y)
				break;
			x++;
			y++;
			continue;
		}
		x_number = strtoul(x, &x_end, 10);
		y_number = strtoul(y, &y_end, 10);
		if (x_number != y_number)
			return x_number < y_number ? -1 : 1;
		x = x_end;
		y = y_end;
	}
	return (unsigned char)*x - (unsigned char)*y;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name);
	size_t end_len = strlen(end);

	return len > end_len && !strcmp(name + len - end_len, end);
}

int library_names(const struct library *lib, const char *folder, const char *ending,
	struct names *names, struct err *err)
{
	char path[1024];
	struct dirent **entries;
	int n_entries;

	(void)snprintf(path, sizeof(path), "%s/%s", lib->dir, folder);
	n_entries = scandir(path, &entries, NULL, alphasort);
	if (n_entries < 0)
		return err_set(err, ERR_INPUT, "%s: %s; is this a directory of models?", path,
			strerror(errno));
	*names = (struct names){ARENA_ARRAY(lib->mem, const char *, (size_t)n_entries), 0};
	for (int i = 0; i < n_entries; i++) {
		const char *name = entries[i]->d_name;

		if (ends_with(name, ending))
			names->name[names->n++] =
				arena_strndup(lib->mem, name, strlen(name) - strlen(ending));
		free(entries[i]);
	}
	free(entries);
	if (names->n)
		qsort(names->name, names->n, sizeof(*names->name), by_version);
	return 0;
}

int library_list(const struct library *lib, enum model_kind kind, const char ***list,
	uint32_t *n, struct err *err)
{
	struct names names = {0};
	int code = library_names(lib, model_kind_folder(kind), ".yaml", &names, err);

	if (code)
		return code;
	*list = names.name;
	*n = names.n;
	return 0;
}

/* "v1.19.3" or "1.19" as 1 and 19. */
static bool is_version(const char *text, long version[2])
{
	char *end;

	text += *text == 'v';
	if (!isdigit((unsigned char)*text))
		return false;
	version[0] = strtol(text, &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]))
		return false;
	version[1] = strtol(end + 1, &end, 10);
	return *end == '\0' || *end == '.';
}

const char *library_nearest(const char *name, const char *const *names, uint32_t n)
{
	const char *nearest = NULL;
	long wanted[2], there[2];
	long least = LONG_MAX;

	if (!is_version(name, wanted))
		return str_nearest(name, names, n);
	for (uint32_t i = 0; i < n; i++) {
		long apart;

		if (!is_version(names[i], there) || there[0] != wanted[0])
			continue;
		apart = labs(there[1] - wanted[1]);
		if (apart < least) {
			least = apart;
			nearest = names[i];
		}
	}
	return nearest;
}
