/* SPDX-License-Identifier: Apache-2.0 */
/* Kubeconfigs from disk: one, or a list. */
#include "client/kubeconfig.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { CONFIG_BYTES = 4 << 20 };

static void forget(struct kubeconfig *file, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *text = (char *)(uintptr_t)file[i].text;

		memset(text, 0, file[i].len);
		free(text);
	}
}

static int read_file(struct kubeconfig *to, const char *path, struct err *err)
{
	char *text;
	int code = file_read(path, CONFIG_BYTES, &text, &to->len, err);

	to->name = path;
	to->text = code ? NULL : text;
	return code;
}

int kubeconfig_load(struct access *a, const char *path, const char *context, struct arena *mem,
	struct err *err)
{
	struct kubeconfig file;
	int code = read_file(&file, path, err);

	if (code)
		return code;
	code = kubeconfig_parse(a, &file, 1, context, mem, err);
	forget(&file, 1);
	return code;
}

/* Those of the list that are there. */
static int read_files(struct kubeconfig file[KUBECONFIG_FILES_MAX], size_t *n, const char *list,
	struct arena *mem, struct err *err)
{
	int code = 0;

	for (size_t len; !code && *list; list += len + (list[len] == ':')) {
		const char *path;

		len = strcspn(list, ":");
		path = arena_strndup(mem, list, len);
		if (!len || !file_exists(path))
			continue;
		if (*n == KUBECONFIG_FILES_MAX)
			return err_set(err, ERR_INPUT, "KUBECONFIG names more than %d files",
				KUBECONFIG_FILES_MAX);
		code = read_file(&file[*n], path, err);
		*n += !code;
	}
	return code;
}

int kubeconfig_load_list(struct access *a, const char *list, const char *context,
	struct arena *mem, struct err *err)
{
	struct kubeconfig file[KUBECONFIG_FILES_MAX];
	size_t n = 0;
	int code = read_files(file, &n, list, mem, err);

	if (!code && !n)
		code = err_set(err, ERR_INPUT,
			"KUBECONFIG '%.200s': no such file; give --server URL or "
			"--kubeconfig FILE",
			list);
	if (!code)
		code = kubeconfig_parse(a, file, n, context, mem, err);
	forget(file, n);
	return code;
}
