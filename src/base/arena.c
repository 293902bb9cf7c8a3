/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* A gap behind every piece, so that running past its end is seen. */
#define ARENA_GAP_BYTES 16
#define poison(p, n)    __asan_poison_memory_region((p), (n))
#define unpoison(p, n)  __asan_unpoison_memory_region((p), (n))
#else
#define ARENA_GAP_BYTES 0
#define poison(p, n)    ((void)(p), (void)(n))
#define unpoison(p, n)  ((void)(p), (void)(n))
#endif

#define ARENA_DEFAULT_CHUNK_BYTES ((size_t)64 * 1024)

/* Chunks come zeroed from calloc, untouched pages for free; after a reset only
 * what was handed out before must be cleared again, up to dirty. */
struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	size_t dirty;
	unsigned char *data;
};

static _Noreturn void out_of_memory(size_t n, size_t item_bytes, size_t held)
{
	(void)fprintf(stderr,
		"nodetoll: out of memory: asked for %zu x %zu bytes with %zu in use\n", n,
		item_bytes, held);
	abort();
}

void arena_init(struct arena *a, size_t chunk_bytes)
{
	*a = (struct arena){
		.chunk_bytes = chunk_bytes != 0 ? chunk_bytes : ARENA_DEFAULT_CHUNK_BYTES,
	};
}

void arena_fini(struct arena *a)
{
	struct arena_chunk *c = a->first;

	while (c != NULL) {
		struct arena_chunk *next = c->next;

		unpoison(c->data, c->size);
		free(c->data);
		free(c);
		c = next;
	}
	a->first = NULL;
	a->at = NULL;
	a->bytes = 0;
}

void arena_reset(struct arena *a)
{
	for (struct arena_chunk *c = a->first; c != NULL; c = c->next) {
		c->used = 0;
		poison(c->data, c->size);
	}
	a->at = a->first;
	a->bytes = 0;
}

/* Where a piece of that alignment would begin in c. */
static size_t place(const struct arena_chunk *c, size_t align)
{
	uintptr_t from = (uintptr_t)c->data + c->used;

	return c->used + (size_t)(-from & (align - 1));
}

static int has_room(const struct arena_chunk *c, size_t bytes, size_t align)
{
	size_t start;

	if (c == NULL)
		return 0;
	start = place(c, align);
	return start <= c->size && c->size - start >= bytes;
}

/* A new chunk behind the one that is being filled, with room for the piece. */
static void grow(struct arena *a, size_t bytes, size_t align)
{
	size_t size = bytes > a->chunk_bytes ? bytes : a->chunk_bytes;
	struct arena_chunk *c;

	if (__builtin_add_overflow(size, align, &size))
		out_of_memory(1, bytes, a->bytes);
	c = calloc(1, sizeof *c);
	if (c == NULL)
		out_of_memory(1, bytes, a->bytes);
	c->data = calloc(1, size);
	if (c->data == NULL)
		out_of_memory(1, bytes, a->bytes);
	c->size = size;
	poison(c->data, c->size);
	if (a->at != NULL) {
		c->next = a->at->next;
		a->at->next = c;
	} else {
		c->next = a->first;
		a->first = c;
	}
	a->at = c;
}

/* How much of what begins at start may not be zero, of so many bytes. */
static size_t dirty_bytes(const struct arena_chunk *c, size_t start, size_t bytes)
{
	if (start >= c->dirty)
		return 0;
	return bytes < c->dirty - start ? bytes : c->dirty - start;
}

/* *dirty: so much of the piece may not be zero. */
static void *piece_of(struct arena *a, size_t bytes, size_t align, size_t *dirty)
{
	struct arena_chunk *c;
	unsigned char *piece;
	size_t start;
	size_t asked = bytes != 0 ? bytes : 1;
	size_t need;

	assert(align != 0 && (align & (align - 1)) == 0 && align <= 4096);
	if (a->chunk_bytes == 0)
		a->chunk_bytes = ARENA_DEFAULT_CHUNK_BYTES;
	if (__builtin_add_overflow(asked, (size_t)ARENA_GAP_BYTES, &need))
		out_of_memory(1, bytes, a->bytes);
	if (!has_room(a->at, need, align)) {
		struct arena_chunk *next = a->at != NULL ? a->at->next : NULL;

		if (has_room(next, need, align))
			a->at = next;
		else
			grow(a, need, align);
	}
	c = a->at;
	start = place(c, align);
	piece = c->data + start;
	unpoison(piece, asked);
	*dirty = dirty_bytes(c, start, asked);
	a->bytes += start + need - c->used;
	c->used = start + need;
	if (c->used > c->dirty)
		c->dirty = c->used;
	return piece;
}

void *arena_alloc(struct arena *a, size_t bytes, size_t align)
{
	size_t dirty;
	void *piece = piece_of(a, bytes, align, &dirty);

	memset(piece, 0, dirty);
	return piece;
}

static size_t product(const struct arena *a, size_t n, size_t item_bytes)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, item_bytes, &bytes))
		out_of_memory(n, item_bytes, a->bytes);
	return bytes;
}

void *arena_alloc_array(struct arena *a, size_t n, size_t item_bytes, size_t align)
{
	return arena_alloc(a, product(a, n, item_bytes), align);
}

void *arena_room(struct arena *a, size_t n, size_t item_bytes, size_t align)
{
	size_t dirty;

	return piece_of(a, product(a, n, item_bytes), align, &dirty);
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		out_of_memory(1, len, a->bytes);
	copy = arena_alloc(a, len + 1, 1);
	memcpy(copy, s, len);
	return copy;
}

size_t arena_bytes(const struct arena *a)
{
	return a->bytes;
}
