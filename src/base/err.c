/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Mark a text that was cut, and replace what would upset a terminal: messages
 * quote files and arguments, which may hold anything. */
static void tidy(char *text, size_t written)
{
	size_t len = strlen(text);
	size_t at = 0;

	if (written >= ERR_TEXT_BYTES)
		memcpy(text + ERR_TEXT_BYTES - 4, "...", 4);
	while ((at += str_bad_byte(text + at, len - at)) < len)
		text[at++] = '?';
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list args;
	int written;

	assert(code != ERR_OK);
	if (err == NULL)
		return code;
	err->code = code;
	va_start(args, fmt);
	written = vsnprintf(err->text, sizeof err->text, fmt, args);
	va_end(args);
	tidy(err->text, written < 0 ? 0 : (size_t)written);
	return code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char text[ERR_TEXT_BYTES];
	va_list args;
	int prefix;
	int rest;

	if (err == NULL)
		return ERR_ENV;
	va_start(args, fmt);
	prefix = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (prefix < 0 || (size_t)prefix >= sizeof text)
		prefix = (int)strlen(text);
	rest = snprintf(text + prefix, sizeof text - (size_t)prefix, ": %s", err->text);
	memcpy(err->text, text, sizeof text);
	tidy(err->text, (size_t)prefix + (rest < 0 ? 0 : (size_t)rest));
	return err->code;
}

int err_exit_status(enum err_code code)
{
	switch (code) {
	case ERR_OK:
		return 0;
	case ERR_CHECK:
		return 1;
	case ERR_INPUT:
		return 2;
	case ERR_ENV:
	case ERR_NOMEM:
		return 3;
	}
	return 3;
}
