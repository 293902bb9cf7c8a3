/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes are a document or one error with its place; what was read prints,
 * and what was printed reads again. */

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"
#include "base/str.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_and_reread(struct arena *mem, const struct doc_node *root)
{
	struct err err;
	struct str text;
	str_init(&text);
	doc_print_yaml(&text, root);
	struct doc_node *again = NULL;
	int rc = doc_parse(mem, "printed", str_text(&text), str_len(&text), &again, &err);
	assert(rc == 0 && again != NULL);
	assert(again->kind == root->kind && again->n == root->n);
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
		assert(root != NULL);
		print_and_reread(&mem, root);
		struct doc_node *merged = doc_merge(&mem, root, root);
		assert(merged != NULL);
		(void)doc_set(&mem, merged, "a.b[0].c", "1", &err);
	} else {
		assert(root == NULL && rc == (int)err.code && err.text[0] != '\0');
	}
	arena_fini(&mem);
	return 0;
}
