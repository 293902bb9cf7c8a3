/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/proto.h"

#include <string.h>

#include "kit.h"

/* ------------------------------------------------------------------ bytes by hand */

static void put_varint(struct str *to, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		str_add_char(to, (char)((v & 0x7f) | 0x80));
	str_add_char(to, (char)v);
}

static void put_number(struct str *to, uint32_t field, uint64_t value)
{
	put_varint(to, (uint64_t)field << 3);
	put_varint(to, value);
}

static void put_bytes(struct str *to, uint32_t field, const char *bytes, size_t len)
{
	put_varint(to, (uint64_t)field << 3 | 2);
	put_varint(to, len);
	str_add_n(to, bytes, len);
}

static void put_text(struct str *to, uint32_t field, const char *text)
{
	put_bytes(to, field, text, strlen(text));
}

/* And empties what is put. */
static void put(struct str *to, uint32_t field, struct str *message)
{
	put_bytes(to, field, str_text(message), str_len(message));
	str_fini(message);
}

static void put_entry(struct str *to, uint32_t map, const char *key, const char *value)
{
	struct str entry = {0};

	put_text(&entry, 1, key);
	put_text(&entry, 2, value);
	put(to, map, &entry);
}

static void put_name(struct str *to, const char *name)
{
	struct str meta = {0};

	put_text(&meta, 1, name);
	put(to, 1, &meta);
}

/* The object of that kind; takes the message. */
static struct str object(const char *version, const char *kind, struct str *message)
{
	struct str to = {0}, type = {0};

	put_text(&type, 1, version);
	put_text(&type, 2, kind);
	str_add_n(&to, "k8s\0", 4);
	put(&to, 1, &type);
	put(&to, 2, message);
	return to;
}

/* ------------------------------------------------------------------ what comes of them */

static void reads(const char *bytes, size_t len, const char *out)
{
	struct json *tree = NULL;
	struct err err = {0};
	struct str text = {0};
	int code;

	if (proto_parse(bytes, len, &tree, &code, &err))
		fail_msg("%s: %d %s", out, code, err.text);
	json_write(tree, &text);
	assert_string_equal(str_text(&text), out);
	str_fini(&text);
	json_free(tree);
}

/* `out` is behind apiVersion and kind. */
static void reads_as(
	const char *version, const char *kind, struct str *message, const char *out)
{
	struct str o = object(version, kind, message), want = {0};

	str_addf(&want, "{\"apiVersion\":\"%s\",\"kind\":\"%s\"%s%s}", version, kind,
		*out ? "," : "", out);
	reads(str_text(&o), str_len(&o), str_text(&want));
	str_fini(&want);
	str_fini(&o);
}

static void refuses(const char *bytes, size_t len, int code, const char *says)
{
	struct json *tree = NULL;
	struct err err = {0};
	int got;

	assert_int_equal(proto_parse(bytes, len, &tree, &got, &err), ERR_INPUT);
	assert_null(tree);
	if (got != code || !strstr(err.text, says))
		fail_msg("%d '%s' is not %d '%s'", got, err.text, code, says);
}

static void refuses_map(struct str *message, int code, const char *says)
{
	struct str o = object("v1", "ConfigMap", message);

	refuses(str_text(&o), str_len(&o), code, says);
	str_fini(&o);
}

/* ------------------------------------------------------------------ cases */

/* Byte by byte what kubectl 1.32.4 sends. */
static const char created_namespace[] =
	"k8s\0\n\x0f\n\x02v1\x12\tNamespace\x12\x1b\n\x13\n\x03"
	"foo\x12\0\x1a\0\"\0*\0002\0008\0B\0\x12\0\x1a\x02\n\0\x1a\0\"\0";

static void what_kubectl_sends_is_read_and_its_empty_fields_are_left_out(void **state)
{
	static const char deployment[] =
		"k8s\0\n\x15\n\x07"
		"apps/v1\x12\nDeployment\x12\x9b\x01\n\x1b\n\x01"
		"d\x12\0\x1a\0\"\0*\0002\0008\0B\0Z\x08\n\x03"
		"app\x12\x01"
		"d\x12n\x08\x01\x12\n\n\x08\n\x03"
		"app\x12\x01"
		"d\x1aV\n\x1a\n\0\x12\0\x1a\0\"\0*\0002\0008\0B\0Z\x08\n\x03"
		"app\x12\x01"
		"d\x12"
		"8\x12\x1a\n\x01i\x12\x01i*\0B\0j\0r\0\x80\x01\0\x88\x01\0\x90\x01\0\xa2\x01\0"
		"\x1a\0002\0B\0J\0R\0X\0`"
		"\0h\0\x82\x01\0\x8a\x01\0\x9a\x01\0\xc2\x01\0\"\x02\n\0(\0008\0"
		"\x1a\x0c\x08\0\x10\0\x18\0 \0(\0008\0\x1a\0\"\0";

	(void)state;
	reads(created_namespace, sizeof(created_namespace) - 1,
		"{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"foo\"}"
		"}");
	reads(deployment, sizeof(deployment) - 1,
		"{\"apiVersion\":\"apps/"
		"v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\","
		"\"labels\":{\"app\":\"d\"}},\"spec\":{\"replicas\":1,\"selector\":{"
		"\"matchLabels\":{\"app\":\"d\"}},\"template\":{\"metadata\":{\"labels\":{"
		"\"app\":\"d\"}},\"spec\":{\"containers\":[{\"name\":\"i\",\"image\":\"i\"}]}}}"
		"}");
}

static void maps_are_read_and_bytes_become_base64(void **state)
{
	struct str secret = {0}, map = {0}, entry = {0};

	(void)state;
	put_text(&entry, 1, "a");
	put_bytes(&entry, 2, "\0\xff\x01", 3);
	put(&secret, 2, &entry);
	put_text(&entry, 1, "b"); /* without a value */
	put(&secret, 2, &entry);
	put_text(&secret, 3, "T");
	put_entry(&secret, 4, "c", "d");
	reads_as("v1", "Secret", &secret,
		"\"data\":{\"a\":\"AP8B\",\"b\":\"\"},\"type\":\"T\",\"stringData\":{\"c\":"
		"\"d\"}");
	put_entry(&map, 2, "k", "v");
	put_entry(&map, 2, "k", "w"); /* the last one counts */
	put_entry(&map, 3, "n", "1");
	reads_as("v1", "ConfigMap", &map,
		"\"data\":{\"k\":\"w\"},\"binaryData\":{\"n\":\"MQ==\"}");
}

static void what_was_said_is_kept_though_it_is_nothing(void **state)
{
	struct str map = {0}, account = {0};

	(void)state;
	put_number(&map, 4, 0); /* immutable, a pointer in Go */
	reads_as("v1", "ConfigMap", &map, "\"immutable\":false");
	put_text(&account, 3, ""); /* an entry of a list */
	put_number(&account, 4, 1);
	reads_as("v1", "ServiceAccount", &account,
		"\"imagePullSecrets\":[{}],\"automountServiceAccountToken\":true");
}

static void metadata_is_read_whole(void **state)
{
	struct str map = {0}, meta = {0}, part = {0};

	(void)state;
	put_text(&meta, 2, "g-");
	put_number(&meta, 7, UINT64_MAX); /* -1 */
	put_number(&part, 1, 1700000000);
	put_number(&part, 2, 5);
	put(&meta, 8, &part);
	put_text(&meta, 9, "");
	put_entry(&meta, 11, "l", "1");
	put_entry(&meta, 12, "a", "");
	put_text(&part, 3, "o");
	put_number(&part, 6, 1);
	put(&meta, 13, &part);
	put_text(&meta, 14, "f");
	put_text(&meta, 14, "g");
	put_text(&meta, 17, "managed");
	put(&map, 1, &meta);
	put_name(&map, "n"); /* the rest of a message */
	reads_as("v1", "ConfigMap", &map,
		"\"metadata\":{\"generateName\":\"g-\",\"generation\":-1,"
		"\"creationTimestamp\":\"2023-11-14T22:13:20Z\",\"labels\":{\"l\":\"1\"},"
		"\"annotations\":{\"a\":\"\"},\"ownerReferences\":[{\"name\":\"o\","
		"\"controller\":"
		"true}],\"finalizers\":[\"f\",\"g\"],\"name\":\"n\"}");
}

static void a_port_is_a_number_or_a_name(void **state)
{
	struct str service = {0}, spec = {0}, port = {0}, target = {0};

	(void)state;
	put_number(&port, 3, 80);
	put_number(&target, 2, 8080);
	put(&port, 4, &target);
	put(&spec, 1, &port);
	put_number(&target, 1, 1);
	put_text(&target, 3, "web");
	put(&port, 4, &target);
	put(&spec, 1, &port);
	put(&service, 2, &spec);
	reads_as("v1", "Service", &service,
		"\"spec\":{\"ports\":[{\"port\":80,\"targetPort\":8080},{\"targetPort\":"
		"\"web\"}]}");
}

static void what_would_be_lost_is_refused(void **state)
{
	struct str map = {0}, o;

	(void)state;
	put_text(&map, 99, "");
	put_number(&map, 100, 0);
	reads_as("v1", "ConfigMap", &map, "");
	put_text(&map, 99, "new");
	refuses_map(&map, 415, "field 99 of ConfigMap is not known");
	o = object("v1", "Pod", &map);
	refuses(str_text(&o), str_len(&o), 415, "kind 'Pod' is not known");
	str_fini(&o);
	o = object("v2", "ConfigMap", &map);
	refuses(str_text(&o), str_len(&o), 415, "kind 'ConfigMap' is not known");
	str_fini(&o);
}

static void broken_bytes_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *says;
	} cases[] = {
		{"\x12\x05"
		 "a",
			3, "longer than what it is in"},
		{"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
			"longer than what it is in"},
		{"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, "a number does not end"},
		{"\x20\x80", 2, "a number does not end"},
		{"\x13", 1, "of no known form"},
		{"\x02\0", 2, "a field has no number"},
		{"\x10\x01", 2, "a map is expected"},
		{"\x08\x01", 2, "a message is expected"},
		{"\x22\x01x", 3, "a number is expected"},
		{"\x12\x04\n\x02x\0", 6, "a text has a NUL"},
		{"\n\x02\x08\x01", 4, "a text is expected"},
		{"\n\x0c"
		 "B\n\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
			14, "no year"},
	};
	struct str map = {0};

	(void)state;
	refuses("", 0, 400, "does not begin");
	refuses("k8s", 3, 400, "does not begin");
	refuses("k8s\0", 4, 400, "does not say what it is");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str_add_n(&map, cases[i].bytes, cases[i].len);
		refuses_map(&map, 400, cases[i].says);
	}
	for (size_t len = 0; len < sizeof(created_namespace) - 1; len++) {
		bool between = len == 21 || len == 50 || len == 52; /* two fields */
		struct json *tree = NULL;
		int code = 0;

		assert_int_equal(
			proto_parse(created_namespace, len, &tree, &code, NULL) == 0, between);
		assert_int_equal(code, between ? 0 : 400);
		json_free(tree);
	}
}

static void a_body_of_too_many_values_is_refused(void **state)
{
	struct str map = {0};

	(void)state;
	for (int i = 0; i <= REST_VALUES_MAX; i++)
		put_number(&map, 99, 0);
	refuses_map(&map, 413, "too many values");
}

static void objects_are_created_from_it_and_answered_in_json(void **state)
{
	static const char path[] = "/api/v1/namespaces/default/configmaps";
	struct kit k;
	struct str map = {0}, o;

	(void)state;
	kit_init(&k);
	put_name(&map, "m");
	put_entry(&map, 2, "k", "v");
	o = object("v1", "ConfigMap", &map);
	assert_int_equal(
		kit_send_n(&k, "POST", path, PROTO_MEDIA, str_text(&o), str_len(&o)), 201);
	assert_string_equal(kit_text(&k, "data.k"), "v");
	assert_int_equal(kit_send_n(&k, "POST", "/api/v1/namespaces/default/secrets",
				 PROTO_MEDIA, str_text(&o), str_len(&o)),
		400); /* of another kind */
	assert_int_equal(
		kit_send_n(&k, "POST", path, PROTO_MEDIA, str_text(&o), str_len(&o)), 409);
	assert_int_equal(kit_send_n(&k, "POST", path, PROTO_MEDIA, "{}", 2), 400);
	str_fini(&o);
	kit_fini(&k);
}

/* As client-go's typed clients do, in their group's version. */
static void a_delete_takes_its_options_from_it(void **state)
{
	static const char path[] = "/api/v1/namespaces/default/configmaps/m";
	struct str options = {0}, preconditions = {0}, o;
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_ask(&k, "POST", "/api/v1/namespaces/default/configmaps",
				 "{\"metadata\":{\"name\":\"m\"}}"),
		201);
	put_text(&preconditions, 1, "another");
	put(&options, 2, &preconditions);
	put_text(&options, 4, "Background");
	o = object("apps/v1", "DeleteOptions", &options);
	assert_int_equal(
		kit_send_n(&k, "DELETE", path, PROTO_MEDIA, str_text(&o), str_len(&o)), 409);
	str_fini(&o);
	put_number(&options, 1, 0);
	o = object("v1", "DeleteOptions", &options);
	assert_int_equal(
		kit_send_n(&k, "DELETE", path, PROTO_MEDIA, str_text(&o), str_len(&o)), 200);
	str_fini(&o);
	kit_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_kubectl_sends_is_read_and_its_empty_fields_are_left_out),
		cmocka_unit_test(maps_are_read_and_bytes_become_base64),
		cmocka_unit_test(what_was_said_is_kept_though_it_is_nothing),
		cmocka_unit_test(metadata_is_read_whole),
		cmocka_unit_test(a_port_is_a_number_or_a_name),
		cmocka_unit_test(what_would_be_lost_is_refused),
		cmocka_unit_test(broken_bytes_are_refused),
		cmocka_unit_test(a_body_of_too_many_values_is_refused),
		cmocka_unit_test(objects_are_created_from_it_and_answered_in_json),
		cmocka_unit_test(a_delete_takes_its_options_from_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
