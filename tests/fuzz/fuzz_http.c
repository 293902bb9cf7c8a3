/* SPDX-License-Identifier: Apache-2.0 */

/* Any bytes on a connection, in pieces of any size: requests come out or the connection ends,
 * and what is held stays within its limits.  The first byte says how long the pieces are and
 * which protocol was agreed upon. */

#include "http/http.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_limits limits = {4096, 4096, 8};

static void answer(struct http *h, struct http_request *r, unsigned how)
{
	const struct http_answer a = {.code = 200, .media = "text/plain", .audit_id = "x"};

	assert(r->method && r->target && r->len <= limits.body_bytes);
	if (how == 0) {
		http_respond(h, r->stream, &a, "ok", 2);
	} else if (how == 1) {
		http_begin(h, r->stream, &a);
		http_send(h, r->stream, "one", 3);
		http_end(h, r->stream);
	}
	http_request_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? 1 + (data[0] >> 2) : 1;
	struct http *h =
		http_new(&limits, size ? (enum http_version)(data[0] % 3) : HTTP_UNKNOWN);
	unsigned n = 0;
	struct http_request *r;
	uint32_t stream;

	for (size_t at = 1; at < size && !http_is_over(h); at += piece) {
		size_t left = size - at;

		http_receive(h, (const char *)data + at, left < piece ? left : piece);
		while (!http_is_over(h) && (r = http_take_request(h)) != NULL)
			answer(h, r, n++ % 3);
		while (http_take_gone(h, &stream))
			;
		(void)http_is_partial(h);
		str_reset(http_output(h));
	}
	http_shut(h);
	(void)http_output(h);
	http_free(h);
	return 0;
}
