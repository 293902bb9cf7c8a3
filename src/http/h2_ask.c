/* SPDX-License-Identifier: Apache-2.0 */
/* nghttp2's session as a client (RFC 9113). */
#include "http/ask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/h2_priv.h"
#include "http/http_priv.h"

enum {
	WINDOW = 1 << 20,      /* of a stream: a list of all pods of a node fits */
	ALL_WINDOWS = 8 << 20, /* of the connection */
	/* The peer's fields are read as they come, not kept: API servers number every answer
	 * (Audit-Id), and a table of 4 KB would be full of these. */
	FIELDS_KEPT = 0,
	FIELDS_TOLD = 1024, /* those that every request has fit */
	FRAME_HEAD = 9
};

struct ask {
	nghttp2_session *session;
	const struct ask_hooks *hooks;
	struct ask_stream *first;
	struct str *out; /* while there is output */
	uint32_t under_way;
	bool is_over, goes;
	bool is_told; /* the peer's settings */
};

/* One request. */
struct ask_stream {
	struct ask_stream *next, **link;
	void *call; /* NULL: nobody waits */
	const char *body;
	size_t len, at;
	int32_t id;
	int code;
	unsigned retry_after;
	bool is_begun, is_unsent;
};

/* ------------------------------------------------------------------ streams */

static struct ask_stream *stream_new(struct ask *a, void *call)
{
	struct ask_stream *st = http_taken(calloc(1, sizeof(*st)));

	*st = (struct ask_stream){.call = call, .next = a->first, .link = &a->first};
	if (st->next)
		st->next->link = &st->next;
	a->first = st;
	a->under_way++;
	return st;
}

static void stream_free(struct ask *a, struct ask_stream *st)
{
	a->under_way--;
	*st->link = st->next;
	if (st->next)
		st->next->link = st->link;
	free(st);
}

static struct ask_stream *stream_at(nghttp2_session *session, int32_t id)
{
	return nghttp2_session_get_stream_user_data(session, id);
}

/* ------------------------------------------------------------------ asking */

/* The parameters are nghttp2's. NOLINTNEXTLINE(readability-function-size) */
static ssize_t on_read(nghttp2_session *session, int32_t id, uint8_t *buf, size_t length,
	uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct ask_stream *st = source->ptr;
	size_t left = st->len - st->at, n = left < length ? left : length;

	(void)session;
	(void)id;
	(void)buf;
	(void)user;
	/* Whose body is gone was cancelled: its end was said before. */
	if (!st->call)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	*flags |= NGHTTP2_DATA_FLAG_NO_COPY;
	if (st->at + n == st->len)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

/* A body does not go by way of the session's buffer: of its 16 KB no more than the heads of
 * frames are touched. */
static int on_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head,
	size_t length, nghttp2_data_source *source, void *user)
{
	struct ask *a = user;
	struct ask_stream *st = source->ptr;

	(void)session;
	(void)frame;
	str_add_n(a->out, (const char *)head, FRAME_HEAD);
	str_add_n(a->out, st->body + st->at, length);
	st->at += length;
	return 0;
}

struct ask_stream *ask_send(struct ask *a, const struct ask_request *r, void *call)
{
	nghttp2_data_provider data = {.read_callback = on_read};
	nghttp2_nv field[4 + ASK_FIELDS];
	size_t n = 0;
	struct ask_stream *st;

	assert(r->fields <= ASK_FIELDS);
	if (!ask_takes(a))
		return NULL;
	field[n++] = h2_pair(":method", r->method);
	field[n++] = h2_pair(":scheme", r->scheme);
	field[n++] = h2_pair(":authority", r->authority);
	field[n++] = h2_pair(":path", r->path);
	for (size_t i = 0; i < r->fields; i++)
		field[n++] = h2_pair(r->field[i].name, r->field[i].value);
	st = stream_new(a, call);
	st->body = r->body;
	st->len = r->len;
	data.source.ptr = st;
	st->id = nghttp2_submit_request(a->session, NULL, field, n, r->body ? &data : NULL, st);
	if (st->id >= 0)
		return st;
	a->goes = true; /* there are no more numbers of streams */
	stream_free(a, st);
	return NULL;
}

void ask_cancel(struct ask *a, struct ask_stream *stream)
{
	if (!stream)
		return;
	stream->call = NULL;
	(void)nghttp2_submit_rst_stream(
		a->session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_CANCEL);
}

void ask_ping(struct ask *a)
{
	(void)nghttp2_submit_ping(a->session, NGHTTP2_FLAG_NONE, NULL);
}

/* ------------------------------------------------------------------ answers */

static bool is_name(const uint8_t *name, size_t len, const char *text)
{
	return strlen(text) == len && !memcmp(name, text, len);
}

/* Seconds; a date says nothing here. */
static unsigned number(const uint8_t *value, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len && value[i] >= '0' && value[i] <= '9' && n < 1000000; i++)
		n = 10 * n + (unsigned)(value[i] - '0');
	return n;
}

/* NOLINTNEXTLINE(readability-function-size) */
static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_len, const uint8_t *value, size_t len, uint8_t flags, void *user)
{
	struct ask_stream *st = stream_at(session, frame->hd.stream_id);

	(void)flags;
	(void)user;
	if (!st || frame->hd.type != NGHTTP2_HEADERS)
		return 0;
	if (is_name(name, name_len, ":status"))
		st->code = (int)number(value, len);
	else if (is_name(name, name_len, "retry-after"))
		st->retry_after = number(value, len);
	return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct ask *a = user;
	struct ask_stream *st = stream_at(session, frame->hd.stream_id);

	if (frame->hd.type == NGHTTP2_GOAWAY)
		a->goes = true;
	if (frame->hd.type == NGHTTP2_SETTINGS && !(frame->hd.flags & NGHTTP2_FLAG_ACK))
		a->is_told = true;
	/* Codes below 200 are words before the answer. */
	if (frame->hd.type != NGHTTP2_HEADERS || !st || st->is_begun || st->code < 200)
		return 0;
	st->is_begun = true;
	if (st->call)
		a->hooks->begun(st->call, st->code, st->retry_after);
	return 0;
}

static int on_chunk(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
	size_t len, void *user)
{
	struct ask *a = user;
	struct ask_stream *st = stream_at(session, id);

	(void)flags;
	if (st && st->call)
		a->hooks->bytes(st->call, (const char *)data, len);
	return 0;
}

/* nghttp2 itself refuses what a GOAWAY did not reach. */
static int on_close(nghttp2_session *session, int32_t id, uint32_t error, void *user)
{
	struct ask *a = user;
	struct ask_stream *st = stream_at(session, id);
	void *call;
	enum ask_end how = ASK_BROKEN;

	if (!st)
		return 0;
	if (error == NGHTTP2_NO_ERROR && st->is_begun)
		how = ASK_WHOLE;
	else if (st->is_unsent || (error == NGHTTP2_REFUSED_STREAM && !st->is_begun))
		how = ASK_UNTOUCHED;
	call = st->call;
	(void)nghttp2_session_set_stream_user_data(session, id, NULL);
	stream_free(a, st);
	if (call)
		a->hooks->ended(call, how);
	return 0;
}

/* A request that never left; its stream is closed next. */
static int on_unsent(
	nghttp2_session *session, const nghttp2_frame *frame, int error, void *user)
{
	struct ask_stream *st = stream_at(session, frame->hd.stream_id);

	(void)error;
	(void)user;
	if (st && frame->hd.type == NGHTTP2_HEADERS)
		st->is_unsent = true;
	return 0;
}

/* ------------------------------------------------------------------ the connection */

static nghttp2_session_callbacks *callbacks_new(void)
{
	nghttp2_session_callbacks *c = NULL;

	if (nghttp2_session_callbacks_new(&c))
		(void)http_taken(NULL);
	nghttp2_session_callbacks_set_send_data_callback(c, on_data);
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_chunk);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
	nghttp2_session_callbacks_set_on_frame_not_send_callback(c, on_unsent);
	return c;
}

struct ask *ask_new(const struct ask_hooks *hooks)
{
	static const nghttp2_settings_entry settings[] = {
		{NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, FIELDS_KEPT},
		{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
		{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW},
	};
	struct ask *a = http_taken(calloc(1, sizeof(*a)));
	nghttp2_session_callbacks *callbacks = callbacks_new();
	nghttp2_option *option = NULL;

	a->hooks = hooks;
	if (nghttp2_option_new(&option))
		(void)http_taken(NULL);
	nghttp2_option_set_max_deflate_dynamic_table_size(option, FIELDS_TOLD);
	if (nghttp2_session_client_new2(&a->session, callbacks, a, option))
		(void)http_taken(NULL);
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	(void)nghttp2_submit_settings(a->session, NGHTTP2_FLAG_NONE, settings,
		sizeof(settings) / sizeof(settings[0]));
	(void)nghttp2_session_set_local_window_size(
		a->session, NGHTTP2_FLAG_NONE, 0, ALL_WINDOWS);
	return a;
}

void ask_free(struct ask *a)
{
	if (!a)
		return;
	for (struct ask_stream *st = a->first; st; st = st->next)
		st->call = NULL;
	nghttp2_session_del(a->session);
	for (struct ask_stream *st = a->first, *next; st; st = next) {
		next = st->next;
		free(st);
	}
	free(a);
}

void ask_receive(struct ask *a, const char *bytes, size_t len)
{
	if (nghttp2_session_mem_recv(a->session, (const uint8_t *)bytes, len) < 0)
		a->is_over = true;
}

void ask_output(struct ask *a, struct str *out)
{
	a->out = out;
	if (!h2_output(a->session, out))
		a->is_over = true;
}

uint32_t ask_under_way(const struct ask *a)
{
	return a->under_way;
}

uint32_t ask_limit(const struct ask *a)
{
	return a->is_told ? nghttp2_session_get_remote_settings(
				    a->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
			  : 0;
}

bool ask_takes(const struct ask *a)
{
	return !a->goes && !a->is_over;
}

bool ask_is_over(const struct ask *a)
{
	return a->is_over;
}
