/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test includes: cmocka, and the four headers that it needs
 * before itself.  Sorted by clang-format they would not compile. */
#ifndef NODETOLL_TESTS_LIB_TCASE_H
#define NODETOLL_TESTS_LIB_TCASE_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
