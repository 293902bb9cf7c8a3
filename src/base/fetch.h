/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that will be wanted in a moment is asked for now.
 *
 * A line that is in no cache takes a hundred nanoseconds; many of them take little more if they
 * are asked for together.  Only worth it where it is known what will be touched next, and that
 * it was not for long.  It changes nothing but time.
 */
#ifndef NODETOLL_BASE_FETCH_H
#define NODETOLL_BASE_FETCH_H

#include <stddef.h>
#include <stdint.h>

/* Of a processor; no other value would be wrong. */
enum { FETCH_LINE = 64 };

/* So many bytes from `from` on, into the second-level cache.  They need not be there. */
static inline void fetch(const void *from, size_t bytes)
{
	const char *line = from;
	size_t skew = (uintptr_t)from % FETCH_LINE;

	for (size_t at = 0; at < bytes + skew; at += FETCH_LINE)
		__builtin_prefetch(line + at, 0, 2);
}

#endif
