/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2 (RFC 9113) over nghttp2's session, which is without I/O as well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/h2_priv.h"
#include "http/http_priv.h"

/* What a client may send before it hears of it: a body of a kubelet fits many times. */
enum { WINDOW = 1 << 20 };

struct h2_stream;

struct h2 {
	nghttp2_session *session;
	struct h2_stream *first;
	uint32_t n_partial; /* requests that have begun */
};

/* One stream: its request until that is whole, then its answer. */
struct h2_stream {
	struct http_request *request; /* being read */
	struct str body;
	size_t header_bytes;
	struct str out; /* not yet taken by the session */
	size_t at;
	bool is_refused; /* it was answered before it was whole */
	bool is_open;    /* whole, and not answered to its end */
	bool is_ended;
	struct h2_stream *next, **link; /* of all streams of the connection */
};

static struct h2_stream *stream_of(struct http *h, uint32_t stream)
{
	struct h2 *s = h->state;

	return nghttp2_session_get_stream_user_data(s->session, (int32_t)stream);
}

static struct h2_stream *stream_new(struct h2 *s, uint32_t id)
{
	struct h2_stream *st = http_taken(calloc(1, sizeof(*st)));

	st->request = http_request_new(id);
	st->next = s->first;
	st->link = &s->first;
	if (st->next)
		st->next->link = &st->next;
	s->first = st;
	return st;
}

static void stream_fini(struct h2_stream *st)
{
	http_request_free(st->request);
	str_fini(&st->body);
	str_fini(&st->out);
	free(st);
}

static void stream_free(struct h2_stream *st)
{
	*st->link = st->next;
	if (st->next)
		st->next->link = st->link;
	stream_fini(st);
}

/* ------------------------------------------------------------------ answering */

/* The parameters are nghttp2's. NOLINTNEXTLINE(readability-function-size) */
static ssize_t on_read(nghttp2_session *session, int32_t id, uint8_t *buf, size_t length,
	uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct h2_stream *st = source->ptr;
	size_t left = str_len(&st->out) - st->at;
	size_t n = left < length ? left : length;

	(void)session;
	(void)id;
	(void)user;
	if (!n && !st->is_ended)
		return NGHTTP2_ERR_DEFERRED;
	memcpy(buf, str_text(&st->out) + st->at, n);
	st->at += n;
	if (st->at == str_len(&st->out)) {
		str_fini(&st->out);
		st->at = 0;
		if (st->is_ended)
			*flags |= NGHTTP2_DATA_FLAG_EOF;
	}
	return (ssize_t)n;
}

nghttp2_nv h2_pair(const char *name, const char *value)
{
	union {
		const char *from;
		uint8_t *to;
	} n = {.from = name}, v = {.from = value};

	return (nghttp2_nv){.name = n.to,
		.value = v.to,
		.namelen = strlen(name),
		.valuelen = strlen(value),
		.flags = NGHTTP2_NV_FLAG_NONE};
}

bool h2_output(nghttp2_session *session, struct str *out)
{
	const uint8_t *data = NULL;
	ssize_t n;

	while ((n = nghttp2_session_mem_send(session, &data)) > 0)
		str_add_n(out, (const char *)data, (size_t)n);
	return n == 0 &&
	       (nghttp2_session_want_read(session) || nghttp2_session_want_write(session));
}

static void submit(struct http *h, uint32_t stream, const struct http_answer *a,
	struct h2_stream *st, const char *length)
{
	struct h2 *s = h->state;
	nghttp2_data_provider data = {.source.ptr = st, .read_callback = on_read};
	char code[16];
	char retry[16];
	nghttp2_nv fields[5];
	size_t n = 0;

	(void)snprintf(code, sizeof(code), "%d", a->code);
	(void)snprintf(retry, sizeof(retry), "%u", a->retry_after);
	fields[n++] = h2_pair(":status", code);
	if (a->media)
		fields[n++] = h2_pair("content-type", a->media);
	if (a->audit_id) {
		fields[n] = h2_pair("audit-id", a->audit_id);
		/* Each is another: in the table of the connection they would push out what
		 * comes again, and be searched one by one. */
		fields[n++].flags = NGHTTP2_NV_FLAG_NO_INDEX;
	}
	if (a->retry_after)
		fields[n++] = h2_pair("retry-after", retry);
	if (length)
		fields[n++] = h2_pair("content-length", length);
	(void)nghttp2_submit_response(s->session, (int32_t)stream, fields, n, &data);
}

static void h2_begin(
	struct http *h, uint32_t stream, const struct http_answer *a, bool whole, size_t len)
{
	struct h2_stream *st = stream_of(h, stream);
	char length[24];

	(void)snprintf(length, sizeof(length), "%zu", len);
	if (st && st->is_open)
		submit(h, stream, a, st, whole ? length : NULL);
}

static void h2_send(struct http *h, uint32_t stream, const char *bytes, size_t len)
{
	struct h2 *s = h->state;
	struct h2_stream *st = stream_of(h, stream);

	if (!st || !st->is_open)
		return;
	str_add_n(&st->out, bytes, len);
	(void)nghttp2_session_resume_data(s->session, (int32_t)stream);
}

static void answered(struct http *h, struct h2_stream *st)
{
	if (st->is_open)
		h->n_open--;
	st->is_open = false;
}

static void h2_end(struct http *h, uint32_t stream)
{
	struct h2 *s = h->state;
	struct h2_stream *st = stream_of(h, stream);

	if (!st)
		return;
	st->is_ended = true;
	answered(h, st);
	(void)nghttp2_session_resume_data(s->session, (int32_t)stream);
}

/* ------------------------------------------------------------------ reading */

static struct h2_stream *stream_at(nghttp2_session *session, int32_t id)
{
	return nghttp2_session_get_stream_user_data(session, id);
}

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct http *h = user;
	struct h2 *s = h->state;
	struct h2_stream *st;

	if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	st = stream_new(s, (uint32_t)frame->hd.stream_id);
	s->n_partial++;
	(void)nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, st);
	return 0;
}

/* Answer before it is whole: the rest of it is read and dropped. */
static void refuse(struct http *h, struct h2_stream *st, int32_t id, int code)
{
	struct h2 *s = h->state;

	if (st->is_refused)
		return;
	st->is_refused = st->is_ended = true;
	http_request_free(st->request);
	st->request = NULL;
	s->n_partial--;
	str_fini(&st->body);
	submit(h, (uint32_t)id, &(struct http_answer){.code = code}, st, "0");
}

/* NOLINTNEXTLINE(readability-function-size) */
static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_len, const uint8_t *value, size_t len, uint8_t flags, void *user)
{
	struct http *h = user;
	struct h2_stream *st = stream_at(session, frame->hd.stream_id);
	const char *n = (const char *)name;
	const char *v = (const char *)value;

	(void)flags;
	if (!st || !st->request)
		return 0;
	st->header_bytes += name_len + len + 32; /* as SETTINGS_MAX_HEADER_LIST_SIZE counts */
	if (st->header_bytes > h->limits->header_bytes)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	if (name_len == 7 && !memcmp(n, ":method", 7) && !st->request->method)
		st->request->method = http_copy(v, len);
	else if (name_len == 5 && !memcmp(n, ":path", 5) && !st->request->target)
		st->request->target = http_copy(v, len);
	else
		http_request_field(st->request, n, name_len, v, len);
	return 0;
}

static int on_chunk(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
	size_t len, void *user)
{
	struct http *h = user;
	struct h2_stream *st = stream_at(session, id);

	(void)flags;
	if (!st || !st->request)
		return 0;
	if (str_len(&st->body) + len > h->limits->body_bytes)
		refuse(h, st, id, 413);
	else
		str_add_n(&st->body, (const char *)data, len);
	return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct http *h = user;
	struct h2 *s = h->state;
	struct h2_stream *st;

	if ((frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) ||
		!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
		return 0;
	st = stream_at(session, frame->hd.stream_id);
	if (!st || !st->request)
		return 0;
	if (!st->request->method || !st->request->target) {
		refuse(h, st, frame->hd.stream_id, 400);
		return 0;
	}
	st->request->len = str_len(&st->body);
	st->request->body = str_take(&st->body);
	st->is_open = true;
	s->n_partial--;
	http_request_push(h, st->request);
	st->request = NULL;
	return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t error, void *user)
{
	struct http *h = user;
	struct h2 *s = h->state;
	struct h2_stream *st = stream_at(session, id);

	(void)error;
	if (!st)
		return 0;
	if (st->request)
		s->n_partial--;
	if (st->is_open) {
		h->n_open--;
		http_gone(h, (uint32_t)id);
	}
	(void)nghttp2_session_set_stream_user_data(session, id, NULL);
	stream_free(st);
	return 0;
}

static void set_callbacks(nghttp2_session_callbacks *c)
{
	nghttp2_session_callbacks_set_on_begin_headers_callback(c, on_begin);
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_chunk);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
}

static void *h2_new(struct http *h)
{
	const nghttp2_settings_entry settings[] = {
		{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, h->limits->streams},
		{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)h->limits->header_bytes},
		{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW},
	};
	struct h2 *s = http_taken(calloc(1, sizeof(*s)));
	nghttp2_session_callbacks *callbacks = NULL;
	nghttp2_option *option = NULL;

	if (nghttp2_session_callbacks_new(&callbacks))
		(void)http_taken(NULL);
	set_callbacks(callbacks);
	/* It keeps closed streams for the tree of priorities, as many as may be open: nobody
	 * here looks at priorities. */
	if (nghttp2_option_new(&option))
		(void)http_taken(NULL);
	nghttp2_option_set_no_closed_streams(option, 1);
	if (nghttp2_session_server_new2(&s->session, callbacks, h, option))
		(void)http_taken(NULL);
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	(void)nghttp2_submit_settings(s->session, NGHTTP2_FLAG_NONE, settings,
		sizeof(settings) / sizeof(settings[0]));
	(void)nghttp2_session_set_local_window_size(s->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
	return s;
}

static void h2_free(void *codec)
{
	struct h2 *s = codec;

	/* It closes its streams without a word. */
	nghttp2_session_del(s->session);
	for (struct h2_stream *st = s->first, *next; st; st = next) {
		next = st->next;
		stream_fini(st);
	}
	free(s);
}

static void h2_flush(struct http *h)
{
	struct h2 *s = h->state;

	if (!h2_output(s->session, &h->out))
		h->is_over = true;
}

static void h2_receive(struct http *h, const char *bytes, size_t len)
{
	struct h2 *s = h->state;
	ssize_t n = nghttp2_session_mem_recv(s->session, (const uint8_t *)bytes, len);

	/* A session that cannot go on has said so in a GOAWAY, if it could. */
	h2_flush(h);
	if (n < 0)
		h->is_over = true;
}

static void h2_shut(struct http *h)
{
	struct h2 *s = h->state;

	/* The session is over when its last stream is: what was answered has been sent then. */
	(void)nghttp2_submit_goaway(s->session, NGHTTP2_FLAG_NONE,
		nghttp2_session_get_last_proc_stream_id(s->session), NGHTTP2_NO_ERROR, NULL, 0);
}

static size_t h2_waiting(struct http *h, uint32_t stream)
{
	const struct h2_stream *st = stream_of(h, stream);

	return st ? str_len(&st->out) - st->at : 0;
}

static bool h2_is_partial(const struct http *h)
{
	const struct h2 *s = h->state;

	return s->n_partial > 0;
}

const struct http_codec http_h2 = {
	.version = HTTP_2,
	.new = h2_new,
	.free = h2_free,
	.receive = h2_receive,
	.begin = h2_begin,
	.send = h2_send,
	.end = h2_end,
	.shut = h2_shut,
	.flush = h2_flush,
	.waiting = h2_waiting,
	.is_partial = h2_is_partial,
};
