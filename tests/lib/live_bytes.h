/* SPDX-License-Identifier: Apache-2.0 */
/* What this process has asked the allocator for and not given back, in bytes.  What it holds of
 * the system is another thing: an allocator keeps what is given back to it. */
#ifndef NODETOLL_TESTS_LIB_LIVE_BYTES_H
#define NODETOLL_TESTS_LIB_LIVE_BYTES_H

#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

#include "tcase.h"

#if defined(__SANITIZE_ADDRESS__)
/* sanitizer/allocator_interface.h, which gcc does not have. */
size_t __sanitizer_get_current_allocated_bytes(void);

static inline size_t live_bytes(void)
{
	return __sanitizer_get_current_allocated_bytes();
}
#else
/* glibc counts as live what a thread keeps after free(), unless GLIBC_TUNABLES says that it
 * keeps none (tests/meson.build). */
static inline size_t live_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	assert_non_null(getenv("GLIBC_TUNABLES"));
	return m.uordblks + m.hblkhd;
}
#endif

#endif
