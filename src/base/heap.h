/* SPDX-License-Identifier: Apache-2.0 */
/* Binary heaps in arrays of their owners: the first item is before all others.
 *
 * HEAP_OF(NAME, TYPE, IS_BEFORE) defines, for items that IS_BEFORE(const TYPE *, const TYPE *)
 * orders wholly, so that what comes first does not hang on who came when:
 *   NAME_put(heap, &n, item)     one more; there must be room
 *   NAME_sink(heap, n, 0, item)  item instead of the first
 *   NAME_cut(heap, &n, i)        the item at heap[i] goes
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdint.h>

/* NOLINTBEGIN(bugprone-macro-parentheses): a type is no expression */
#define HEAP_OF(NAME, TYPE, IS_BEFORE)                                                         \
	static inline void NAME##_rise(TYPE *heap, uint32_t i, TYPE item)                      \
	{                                                                                      \
		for (; i > 0 && IS_BEFORE(&item, &heap[(i - 1) / 2]); i = (i - 1) / 2)         \
			heap[i] = heap[(i - 1) / 2];                                           \
		heap[i] = item;                                                                \
	}                                                                                      \
                                                                                               \
	static inline void NAME##_sink(TYPE *heap, uint32_t n, uint32_t i, TYPE item)          \
	{                                                                                      \
		for (uint32_t child = 2 * i + 1; child < n; child = 2 * i + 1) {               \
			if (child + 1 < n && IS_BEFORE(&heap[child + 1], &heap[child]))        \
				child++;                                                       \
			if (!IS_BEFORE(&heap[child], &item))                                   \
				break;                                                         \
			heap[i] = heap[child];                                                 \
			i = child;                                                             \
		}                                                                              \
		heap[i] = item;                                                                \
	}                                                                                      \
                                                                                               \
	static inline void NAME##_put(TYPE *heap, uint32_t *n, TYPE item)                      \
	{                                                                                      \
		NAME##_rise(heap, (*n)++, item);                                               \
	}                                                                                      \
                                                                                               \
	static inline void NAME##_cut(TYPE *heap, uint32_t *n, uint32_t i)                     \
	{                                                                                      \
		TYPE last = heap[--*n];                                                        \
                                                                                               \
		if (i == *n)                                                                   \
			return;                                                                \
		if (i > 0 && IS_BEFORE(&last, &heap[(i - 1) / 2]))                             \
			NAME##_rise(heap, i, last);                                            \
		else                                                                           \
			NAME##_sink(heap, *n, i, last);                                        \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
