/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of the kind APIServer holds about etcd and those who watch everything. */
#include "models/tables.h"

#define OBJECT_BYTES_MAX (1 << 21)

const struct word words_storage_format[STORAGE_FORMATS] = {
	{"protobuf", STORAGE_PROTOBUF},
	{"json", STORAGE_JSON},
	{"base64", STORAGE_BASE64},
};

static const struct word words_no_limit[] = {{"unlimited", 0}};

#define STORED_AT(member)                                                                      \
	(offsetof(struct apiserver_model, storage.object[0].member) -                          \
		offsetof(struct apiserver_model, storage.object))
static const struct field stored_fields[] = {
	{.name = "resource",
		.type = FIELD_TEXT,
		.offset = STORED_AT(resource),
		.size = sizeof(((struct apiserver_model *)0)->storage.object[0].resource),
		.flags = FIELD_KEY},
	{.name = "json",
		.type = FIELD_COUNT,
		.offset = STORED_AT(json),
		.min = 1,
		.max = OBJECT_BYTES_MAX,
		.help = "bytes of one as JSON"},
	{.name = "protobuf",
		.type = FIELD_COUNT,
		.offset = STORED_AT(protobuf),
		.min = 1,
		.max = OBJECT_BYTES_MAX,
		.help = "bytes of one as protobuf"},
	{.name = "watchers",
		.type = FIELD_COUNT,
		.offset = STORED_AT(watchers),
		.flags = FIELD_OPTIONAL,
		.max = 100000,
		.help = "clients that watch all of them, kubelets not counted"},
};
static const struct table stored_table = TABLE("resource", stored_fields);

#define REC struct apiserver_model
static const struct field storage_fields[] = {
	ONE_OF(storage.format, "format", words_storage_format,
		"in which etcd has objects; base64: protobuf for an etcd 2, which stores text"),
	FIELD(storage.watcher_events, "watcherEventsPerSecond", FIELD_COUNT,
		.flags = FIELD_OPTIONAL, .min = 1, .max = 1000000, .words = words_no_limit,
		.n_words = COUNT_OF(words_no_limit),
		.help = "that etcd passes to one watcher, as each API server is of each kind: "
			"who watches there is told later (with processors)"),
	FIELD(storage.object, "objects", FIELD_NAMED,
		.n_offset = offsetof(REC, storage.n_objects),
		.size = sizeof(((REC *)0)->storage.object[0]), .limit = STORED_MAX,
		.sub = &stored_table, .help = "sizes by resource; others are not counted"),
};
#undef REC

const struct table table_storage = TABLE("storage", storage_fields);
