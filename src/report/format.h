/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as a reader wants them: three or four digits that matter, thousands separated.
 *
 * For text and Markdown; CSV and JSON have the exact numbers.  Each returns buf.
 */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include <stddef.h>

#include "base/str.h"

#define FORMAT_BYTES 48

/* "12,345", "123.4", "12.34", "0.0067", "0". */
char *format_rate(char *buf, size_t size, double value);

/* Whole, thousands separated. */
char *format_count(char *buf, size_t size, double value);

/* "1 node", "5,000 nodes". */
char *format_nodes(char *buf, size_t size, double nodes);

/* Of bytes: "700 B", "20 MB", "1.44 TB". */
char *format_size(char *buf, size_t size, double bytes);

/* "13.2 s", "1.016 s", "520 ms", "0.20 ms", "0". */
char *format_seconds(char *buf, size_t size, double value);

/* "s", or "" after one: "1 pod", "2 pods". */
const char *format_plural(double count);

/* A signed share as "+1.2%". */
char *format_percent(char *buf, size_t size, double share);

/* The shortest text that reads back as the same number. */
char *format_exact(char *buf, size_t size, double value);

/* Append words on lines of at most width characters, a newline behind the last. */
void format_wrapped(const char *text, size_t width, struct str *out);

#endif
