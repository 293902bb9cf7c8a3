/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes are a document or one error with its place; what was read prints
 * as text that reads back the same. */

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"
#include "base/str.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static int same_tree(const struct doc_node *a, const struct doc_node *b)
{
	if (a->kind != b->kind || a->n != b->n || !same_text(a->text, b->text) ||
		!same_text(a->key, b->key))
		return 0;
	const struct doc_node *x = a->first;
	const struct doc_node *y = b->first;
	for (; x && y; x = x->next, y = y->next)
		if (!same_tree(x, y))
			return 0;
	return !x && !y;
}

static void print_and_reread(struct arena *mem, const struct doc_node *root)
{
	struct err err;
	struct str text;
	struct doc_node *again = NULL;
	str_init(&text);
	doc_print_yaml(&text, root);
	int rc = doc_parse(mem, "printed", str_text(&text), str_len(&text), &again, &err);
	assert(rc == 0 && same_tree(root, again));
	str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem;
	struct err err = {.code = ERR_OK};
	struct doc_node *root = NULL;
	arena_init(&mem, (size_t)1 << 16);
	int rc = doc_parse(&mem, "fuzz", (const char *)data, size, &root, &err);
	if (rc == 0) {
		print_and_reread(&mem, root);
		struct doc_node *merged = doc_merge(&mem, root, root);
		if (merged->kind == DOC_MAP)
			(void)doc_set(&mem, merged, "a.b[0].c", "[1, x]", &err);
	} else {
		assert(root == NULL && rc == (int)err.code && err.text[0] != '\0');
	}
	arena_fini(&mem);
	return 0;
}
