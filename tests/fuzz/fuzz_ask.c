/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes from a server, in pieces of any size: every call ends once or not at all, nobody
 * hears of one that was cancelled, and whoever is told may ask again. */

#include "http/ask.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALLS = 6 };

struct call {
	struct ask *ask;
	struct ask_stream *stream;
	struct call *next; /* asked when this one ends; NULL */
	bool begun, over;
	size_t bytes;
};

static const struct ask_request get = {
	.method = "GET", .scheme = "http", .authority = "s", .path = "/"};
static const struct ask_request post = {.method = "POST",
	.scheme = "http",
	.authority = "s",
	.path = "/",
	.body = "0123456789",
	.len = 10};

static void on_begun(void *ctx, int code, unsigned retry_after)
{
	struct call *c = ctx;

	(void)retry_after;
	assert(!c->begun && !c->over && code >= 200);
	c->begun = true;
}

static void on_bytes(void *ctx, const char *bytes, size_t len)
{
	struct call *c = ctx;

	assert(!c->over && (!len || bytes));
	c->bytes += len;
	if (c->bytes > 64) { /* it has heard enough */
		c->over = true;
		ask_cancel(c->ask, c->stream);
	}
}

static void on_ended(void *ctx, enum ask_end how)
{
	struct call *c = ctx;

	assert(!c->over && (how != ASK_WHOLE || c->begun) &&
		(how != ASK_UNTOUCHED || !c->begun));
	c->over = true;
	if (c->next && ask_takes(c->ask))
		c->next->stream = ask_send(c->ask, &post, c->next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ask_hooks hooks = {
		.begun = on_begun, .bytes = on_bytes, .ended = on_ended};
	size_t piece = size ? 1 + (data[0] >> 2) : 1;
	struct ask *a = ask_new(&hooks);
	struct call call[2 * CALLS] = {{0}};
	struct str out = {0};

	for (unsigned i = 0; i < 2 * CALLS; i++)
		call[i] = (struct call){.ask = a, .next = i < CALLS ? &call[CALLS + i] : NULL};
	for (unsigned i = 0; i < CALLS; i++)
		call[i].stream = ask_send(a, i % 2 ? &post : &get, &call[i]);
	for (size_t at = 1; at < size && !ask_is_over(a); at += piece) {
		size_t left = size - at;

		str_reset(&out);
		ask_output(a, &out);
		ask_receive(a, (const char *)data + at, left < piece ? left : piece);
	}
	ask_ping(a);
	ask_output(a, &out);
	ask_free(a);
	str_fini(&out);
	return 0;
}
