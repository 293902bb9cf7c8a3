/* SPDX-License-Identifier: Apache-2.0 */
/* Moments as the API writes them: RFC 3339, UTC. */
#ifndef REST_WHEN_H
#define REST_WHEN_H

#include <stdint.h>

enum { WHEN_BYTES = 40 };

/* "2026-11-23T00:50:16Z" from seconds since 1970 (>= 0).  Returns buf. */
const char *when_text(char *buf, int64_t seconds);

/* "2026-11-23T00:50:16.000001Z" from microseconds since 1970 (>= 0).  Returns buf. */
const char *when_text_us(char *buf, int64_t us);

/* Seconds since 1970 of a text that when_text wrote; -1: it is another. */
int64_t when_read(const char *text);

#endif
