/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once.
 *
 * An arena hands out memory, zeroed but for arena_room, from chunks that it takes from the heap
 * as needed.  Single pieces are never freed; arena_reset forgets all of them and keeps the
 * chunks, arena_fini gives everything back.  Under AddressSanitizer memory that is not handed
 * out is poisoned, so that a pointer kept over a reset is caught.  Not for threads: one arena
 * has one user.
 *
 * Running out of memory aborts with a line that names the request: no caller
 * could go on, and a simulator that limps is worse than one that stops.
 */
#ifndef NODETOLL_BASE_ARENA_H
#define NODETOLL_BASE_ARENA_H

#include <stdalign.h>
#include <stddef.h>

struct arena_chunk;

/* Read and written by arena.c only. */
struct arena {
	struct arena_chunk *first;
	struct arena_chunk *at; /* the chunk that is being filled; NULL before the first */
	size_t chunk_bytes;
	size_t bytes;
};

/* Make a empty; takes no memory yet.  Chunks are chunk_bytes long (0 takes a
 * default) or as long as the piece that asks, if that is longer. */
void arena_init(struct arena *a, size_t chunk_bytes);

/* Give all memory back.  Harmless on a zeroed or already finished arena. */
void arena_fini(struct arena *a);

/* Forget every piece, keep the chunks for reuse. */
void arena_reset(struct arena *a);

/* bytes of zeroed memory at a multiple of align (a power of two, at most
 * 4096), valid until reset or fini.  Zero bytes give a valid pointer. */
void *arena_alloc(struct arena *a, size_t bytes, size_t align)
	__attribute__((alloc_size(2), returns_nonnull));

/* n pieces of item_bytes; aborts if the product overflows. */
void *arena_alloc_array(struct arena *a, size_t n, size_t item_bytes, size_t align)
	__attribute__((alloc_size(2, 3), returns_nonnull));

/* The same, but not zeroed: for rings and heaps, of which nothing is read that was not written.
 */
void *arena_room(struct arena *a, size_t n, size_t item_bytes, size_t align)
	__attribute__((alloc_size(2, 3), returns_nonnull));

/* A copy of s, or of the first len bytes of s with a NUL behind. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* Bytes handed out since init or reset, padding included. */
size_t arena_bytes(const struct arena *a);

#define ARENA_NEW(a, type)     ((type *)arena_alloc((a), sizeof(type), alignof(type)))
#define ARENA_ROOM(a, type, n) ((type *)arena_room((a), (n), sizeof(type), alignof(type)))
#define ARENA_ARRAY(a, type, n)                                                                \
	((type *)arena_alloc_array((a), (n), sizeof(type), alignof(type)))

#endif
