/* SPDX-License-Identifier: Apache-2.0 */
/* Which field of a protobuf message is which of the JSON object: tables.  Read-only. */
#ifndef REST_PROTO_TYPES_H
#define REST_PROTO_TYPES_H

#include <stddef.h>
#include <stdint.h>

enum proto_kind {
	PROTO_TEXT,
	PROTO_BYTES, /* base64 in JSON */
	PROTO_INT,
	PROTO_TRUTH,
	PROTO_TIME,
	PROTO_INT_OR_TEXT,
	PROTO_MESSAGE,
	PROTO_SKIPPED /* what no client decides */
};

/* Go writes a field that is no pointer even when it is empty, and JSON leaves it out then
 * (omitempty); behind a pointer what is empty was said. */
enum proto_how { PROTO_ONE, PROTO_POINTER, PROTO_EACH, PROTO_MAP };

struct proto_field {
	uint32_t number; /* 0: behind the last */
	const char *name;
	enum proto_kind kind;
	enum proto_how how;
	const struct proto_message *of; /* of PROTO_MESSAGE */
};

struct proto_message {
	const char *name;
	const struct proto_field *fields;
};

/* runtime.Unknown, in which every object travels; its type and its bytes. */
enum { PROTO_UNKNOWN_TYPE = 1, PROTO_UNKNOWN_RAW = 2 };
extern const struct proto_message proto_type_meta;

/* How a kind's bytes are read; NULL: that one is not known. */
const struct proto_message *proto_type(const char *api_version, const char *kind);

/* What is known of the fields of a kind's objects: of every kind its metadata.  Never NULL;
 * more kinds than proto_type reads, and some of them in part. */
const struct proto_message *proto_shape(const char *api_version, const char *kind);

#endif
