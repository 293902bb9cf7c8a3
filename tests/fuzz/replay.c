/* SPDX-License-Identifier: Apache-2.0 */

/* Runs a fuzz target over files, and over folders of files, without libFuzzer. */

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	MAX_SEED_BYTES = 1 << 22, /* of a larger seed, the beginning */
	MAX_DEPTH = 8,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return 0;
	uint8_t *data = malloc(MAX_SEED_BYTES);
	size_t size = data ? fread(data, 1, MAX_SEED_BYTES, file) : 0;
	(void)fclose(file);
	if (data && size > 0) {
		/* An exact copy, so that reading past the end is seen. */
		uint8_t *exact = realloc(data, size);
		data = exact ? exact : data;
	}
	if (data)
		(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 1;
}

static int replay(const char *path, int depth)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return replay_file(path);
	DIR *dir = S_ISDIR(st.st_mode) && depth < MAX_DEPTH ? opendir(path) : NULL;
	if (!dir)
		return 0;
	int n = 0;
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char inner[4096];
		int len = snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && len > 0 && (size_t)len < sizeof(inner))
			n += replay(inner, depth + 1);
	}
	(void)closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	int n = 0;
	for (int i = 1; i < argc; i++)
		n += replay(argv[i], 0);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	(void)printf("%d seeds replayed\n", n);
	return 0;
}
