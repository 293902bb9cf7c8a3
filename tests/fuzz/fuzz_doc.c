/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes end in a tree or in one error, and a tree that was printed reads
 * back as the same tree. */
#include "base/doc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libfyaml 0.7.12 loses some bytes of its own on some malformed texts. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

static void must(int holds)
{
	if (!holds)
		abort();
}

static int is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void compare(const struct doc_node *a, const struct doc_node *b)
{
	must(a->kind == b->kind && a->n == b->n);
	must(is_same_text(a->key, b->key) && is_same_text(a->text, b->text));
	a = a->first;
	b = b->first;
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		compare(a, b);
	must(a == NULL && b == NULL);
}

static void round_trip(struct arena *mem, const struct doc_node *root)
{
	struct doc_node *again;
	struct err err = {0};
	struct str text = {0};

	doc_print_yaml(&text, root);
	must(doc_parse(mem, "again", str_text(&text), str_len(&text), &again, &err) == 0);
	compare(root, again);
	compare(root, doc_clone(mem, root));
	must(doc_merge(mem, root, again)->kind == root->kind);
	str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem;
	struct doc_node *root = NULL;
	struct err err = {0};
	int ret;

	arena_init(&mem, 0);
	ret = doc_parse(&mem, "fuzz", (const char *)data, size, &root, &err);
	if (ret == 0) {
		must(root != NULL);
		round_trip(&mem, root);
	} else {
		must(ret == ERR_INPUT && err.code == ERR_INPUT);
		must(strncmp(err.text, "fuzz:", 5) == 0);
	}
	arena_fini(&mem);
	return 0;
}
