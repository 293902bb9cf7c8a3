/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stock.h"

#include <sys/mman.h>
#include <unistd.h>

void stock_rest(struct stock *s)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	/* Whole pages alone: others' are at both ends. */
	size_t skip = -(uintptr_t)s->item & (page - 1);
	size_t bytes = (size_t)s->touched * s->bytes;

	if (s->taken || bytes < skip + page)
		return;
	s->free = NULL;
	s->touched = 0;
	(void)madvise(s->item + skip, (bytes - skip) & ~(page - 1), MADV_DONTNEED);
}
