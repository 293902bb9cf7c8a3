/* SPDX-License-Identifier: Apache-2.0 */
#include "client/kubeconfig.h"

#include "tcase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "PEM" and the like in base64: what is in them nobody looks at. */
#define CLUSTERS                                                                               \
	"clusters:\n"                                                                          \
	"- name: here\n"                                                                       \
	"  cluster:\n"                                                                         \
	"    server: https://127.0.0.1:6443/\n"                                                \
	"    certificate-authority-data: Y2VydGlmaWNhdGU=\n"
#define USERS                                                                                  \
	"users:\n"                                                                             \
	"- name: me\n"                                                                         \
	"  user:\n"                                                                            \
	"    token: sesame\n"
#define CONTEXTS                                                                               \
	"contexts:\n"                                                                          \
	"- name: one\n"                                                                        \
	"  context: {cluster: here, user: me, namespace: work}\n"                              \
	"- name: two\n"                                                                        \
	"  context: {cluster: here}\n"
#define CURRENT "current-context: one\n"

static int parse(struct access *a, const char *text, const char *context, struct arena *mem,
	struct err *err)
{
	return kubeconfig_parse(
		a, &(struct kubeconfig){"config", text, strlen(text)}, 1, context, mem, err);
}

static void reads(struct access *a, const char *text, const char *context, struct arena *mem)
{
	struct err err = {0};

	if (parse(a, text, context, mem, &err))
		fail_msg("%s", err.text);
}

static void refuses(const char *text, const char *context, const char *says)
{
	struct err err = {0};
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	assert_int_equal(parse(&a, text, context, &mem, &err), ERR_INPUT);
	if (!strstr(err.text, says))
		fail_msg("'%s' is not in '%s'", says, err.text);
	assert_null(strchr(err.text, '\n'));
	assert_null(strstr(err.text, "sesame"));
	arena_fini(&mem);
}

static void the_current_context_names_cluster_and_user(void **state)
{
	(void)state;
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	reads(&a, CLUSTERS USERS CONTEXTS CURRENT, NULL, &mem);
	assert_string_equal(a.server, "https://127.0.0.1:6443");
	assert_string_equal(a.token, "sesame");
	assert_string_equal(a.namespace, "work");
	assert_int_equal(a.ca.len, 11);
	assert_memory_equal(a.ca.data, "certificate", 11);
	assert_false(a.insecure);
	arena_fini(&mem);
}

static void another_context_may_have_no_user(void **state)
{
	(void)state;
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	reads(&a, CLUSTERS USERS CONTEXTS CURRENT, "two", &mem);
	assert_null(a.token);
	assert_null(a.namespace);
	arena_fini(&mem);
}

static void base64_of_any_length_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *means;
	} cases[] = {{"YQ==", "a"}, {"YWI=", "ab"}, {"YWJj", "abc"}, {"YWJjZA", "abcd"}};
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		(void)snprintf(text, sizeof(text),
			"clusters:\n- name: c\n  cluster: {server: 'http://h:1', "
			"certificate-authority-data: %s}\n"
			"contexts:\n- name: x\n  context: {cluster: c}\n",
			cases[i].text);
		reads(&a, text, "x", &mem);
		assert_int_equal(a.ca.len, strlen(cases[i].means));
		assert_memory_equal(a.ca.data, cases[i].means, a.ca.len);
	}
	arena_fini(&mem);
}

static void files_are_found_beside_the_config(void **state)
{
	(void)state;
	char folder[] = "/tmp/kubeconfig-XXXXXX", path[64], config[64];
	struct access a;
	struct arena mem;
	struct err err = {0};
	FILE *f;

	arena_init(&mem, 0);
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/token", folder);
	(void)snprintf(config, sizeof(config), "%s/config", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("open\n", f);
	assert_int_equal(fclose(f), 0);
	f = fopen(config, "w");
	assert_non_null(f);
	(void)fputs(CLUSTERS CONTEXTS CURRENT
		"users:\n- {name: me, user: {tokenFile: token}}\n",
		f);
	assert_int_equal(fclose(f), 0);
	if (kubeconfig_load(&a, config, NULL, &mem, &err))
		fail_msg("%s", err.text);
	assert_string_equal(a.token, "open");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(kubeconfig_load(&a, config, NULL, &mem, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "token"));
	assert_int_equal(unlink(config), 0);
	assert_int_equal(rmdir(folder), 0);
	arena_fini(&mem);
}

static void mistakes_have_a_place_and_no_secret(void **state)
{
	(void)state;
	refuses(CLUSTERS USERS CONTEXTS "current-context: on\n", NULL,
		"config:15:18: context 'on' is not in contexts: 'one' is");
	refuses(CLUSTERS USERS CONTEXTS CURRENT, "three", "context 'three' is not in contexts");
	refuses(CLUSTERS USERS CONTEXTS, NULL, "there is no current-context");
	refuses(CLUSTERS CONTEXTS CURRENT, NULL, "user 'me' is not in users");
	refuses(CLUSTERS "users:\n- name: me\n  user: {token: [sesame]}\n" CONTEXTS CURRENT,
		NULL, "a text is expected here");
	refuses(CLUSTERS "users:\n- name: me\n  user: {token: 'sesame}\n" CONTEXTS CURRENT,
		NULL, "config:");
	refuses(CLUSTERS
		"users:\n- name: me\n  user: {exec: {command: login}}\n" CONTEXTS CURRENT,
		NULL, "only tokens and client certificates can be used");
	refuses(CLUSTERS
		"users:\n- name: me\n  user: {client-key-data: c2VzYW1l}\n" CONTEXTS CURRENT,
		NULL, "a client certificate and its key are needed together");
	refuses("clusters:\n- name: here\n  cluster: {server: 'https://h', "
		"certificate-authority-data: 'se*same'}\n" USERS CONTEXTS CURRENT,
		NULL, "this is no base64");
	refuses("clusters:\n- name: here\n  cluster: {server: h}\n" USERS CONTEXTS CURRENT,
		NULL, "https://HOST:PORT is expected here");
	refuses("[]", NULL, "a kubeconfig is a map");
}

static void refuses_user(const char *user, const char *says)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "%susers:\n- name: me\n  user: %s\n%s", CLUSTERS,
		user, CONTEXTS CURRENT);
	refuses(text, NULL, says);
}

/* A line break would end the field that a token is sent in, and begin one that nobody meant. */
static void what_cannot_be_sent_is_refused(void **state)
{
	static const char cannot[] = "a line break or another control character cannot be sent";

	(void)state;
	refuses_user("{token: \"sesame\\r\\nImpersonate-User: root\"}", cannot);
	refuses_user("{token: \"sesame\\x01\"}", "a control character");
	refuses_user("{token: t, as: \"me\\nsesame\"}", cannot);
	refuses_user("{token: t, as: me, as-groups: [\"a\\nsesame\"]}", "the name of a group");
	refuses("clusters:\n- name: here\n  cluster: {server: 'https://h', tls-server-name: "
		"\"h\\r\\nsesame\"}\n" USERS CONTEXTS CURRENT,
		NULL, cannot);
	refuses("clusters:\n- name: here\n  cluster: {server: \"https://h\\x01\"}\n" USERS
			CONTEXTS CURRENT,
		NULL, "a control character");
}

static void a_proxy_has_a_scheme_that_is_known(void **state)
{
	(void)state;
	refuses("clusters:\n- name: here\n  cluster: {server: 'https://h', proxy-url: "
		"'me:sesame@proxy:3128'}\n" USERS CONTEXTS CURRENT,
		NULL, "http://HOST:PORT, https:// or socks5:// is allowed");
}

static void who_is_impersonated_may_have_groups(void **state)
{
	(void)state;
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	reads(&a,
		CLUSTERS CONTEXTS CURRENT "users:\n- name: me\n  user: {token: t, as: jane, "
					  "as-groups: [developers, 'system:masters']}\n",
		NULL, &mem);
	assert_string_equal(a.as, "jane");
	assert_int_equal(a.as_groups, 2);
	assert_string_equal(a.as_group[0], "developers");
	assert_string_equal(a.as_group[1], "system:masters");
	arena_fini(&mem);
	refuses_user("{token: t, as-groups: [developers]}", "groups are of a user");
	refuses_user("{token: t, as: jane, as-groups: developers}", "a list is expected here");
	refuses_user(
		"{token: t, as: jane, as-groups: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}",
		"no more than 16 groups");
	refuses_user("{token: t, as: jane, as-uid: '7'}", "name and groups alone");
}

static void an_authority_that_is_not_asked_is_a_mistake(void **state)
{
	(void)state;
	refuses("clusters:\n- name: here\n  cluster: {server: 'https://h', "
		"certificate-authority-data: c2VzYW1l, insecure-skip-tls-verify: true}\n" USERS
			CONTEXTS CURRENT,
		NULL, "only one of them can be meant");
}

static int from_token_file(const char *bytes, size_t len, struct err *err)
{
	char path[] = "/tmp/nodetoll-token-XXXXXX";
	struct access a;
	struct arena mem;
	int fd = mkstemp(path), code;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(close(fd), 0);
	arena_init(&mem, 0);
	code = access_from_flags(&a, "https://h", path, NULL, &mem, err);
	if (!code)
		assert_string_equal(a.token, "sesame");
	arena_fini(&mem);
	assert_int_equal(unlink(path), 0);
	return code;
}

static void a_token_of_a_file_is_one_word(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} wrong[] = {{"sesame\r\nX: y", 12}, {"sesame\1", 7}, {"sesame\0x", 8}, {"\n", 1}};
	struct err err = {0};

	(void)state;
	assert_int_equal(from_token_file("sesame\r\n", 8, &err), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(from_token_file(wrong[i].text, wrong[i].len, &err), ERR_INPUT);
		assert_non_null(strstr(err.text, "--token-file"));
		assert_null(strstr(err.text, "sesame"));
	}
}

/* Two files; context NULL: the current one. */
static int parse_both(
	struct access *a, const char *const text[2], struct arena *mem, struct err *err)
{
	const struct kubeconfig file[2] = {{"one/config", text[0], strlen(text[0])},
		{"two/config", text[1], strlen(text[1])}};

	return kubeconfig_parse(a, file, 2, NULL, mem, err);
}

static void what_two_files_name_is_the_first_one_s(void **state)
{
	(void)state;
	const char *const text[2] = {
		"current-context: one\n"
		"clusters:\n- name: here\n  cluster: {server: 'http://first:1'}\n",
		"current-context: two\n" CLUSTERS USERS CONTEXTS};
	struct access a;
	struct arena mem;
	struct err err = {0};

	arena_init(&mem, 0);
	if (parse_both(&a, text, &mem, &err))
		fail_msg("%s", err.text);
	assert_string_equal(a.server, "http://first:1");
	assert_null(a.ca.data); /* whole: nothing of the second's is added */
	assert_string_equal(a.namespace, "work");
	assert_string_equal(a.token, "sesame");
	arena_fini(&mem);
}

static void mistakes_in_several_files_name_theirs(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second, *says;
	} cases[] = {
		{"current-context: ''\n", "current-context: on\n" CLUSTERS USERS CONTEXTS,
			"two/config:1:18: context 'on' is not in contexts of any of the files: "
			"'one' is"},
		{CURRENT CLUSTERS CONTEXTS, "users: []\n",
			"one/config:9:34: user 'me' is not in users of any of the files"},
		{CURRENT CLUSTERS CONTEXTS, "users:\n- {name: me, user: {tokenFile: none}}\n",
			"two/config:2:32: two/none: "},
		{CURRENT, "[]\n", "two/config:1:1: a kubeconfig is a map"},
	};
	struct access a;
	struct arena mem;

	arena_init(&mem, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const text[2] = {cases[i].first, cases[i].second};
		struct err err = {0};

		assert_int_equal(parse_both(&a, text, &mem, &err), ERR_INPUT);
		if (strncmp(err.text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("'%s' does not begin '%s'", cases[i].says, err.text);
	}
	arena_fini(&mem);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void files_of_a_list_that_are_not_there_are_left_out(void **state)
{
	(void)state;
	char folder[] = "/tmp/kubeconfig-XXXXXX", path[2][64], list[256];
	struct access a;
	struct arena mem;
	struct err err = {0};

	arena_init(&mem, 0);
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 2; i++)
		(void)snprintf(path[i], sizeof(path[i]), "%s/config%d", folder, i);
	(void)snprintf(list, sizeof(list), ":%s/none:%s::%s:", folder, path[0], path[1]);
	assert_int_equal(kubeconfig_load_list(&a, list, NULL, &mem, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, "no such file"));
	write_file(path[0], CONTEXTS CURRENT);
	write_file(path[1], CLUSTERS USERS);
	if (kubeconfig_load_list(&a, list, NULL, &mem, &err))
		fail_msg("%s", err.text);
	assert_string_equal(a.token, "sesame");
	if (kubeconfig_load_list(&a, list, "two", &mem, &err))
		fail_msg("%s", err.text);
	assert_null(a.token);
	for (int i = 0; i < 2; i++)
		assert_int_equal(unlink(path[i]), 0);
	assert_int_equal(rmdir(folder), 0);
	arena_fini(&mem);
}

static void flags_name_a_server(void **state)
{
	(void)state;
	struct access a;
	struct arena mem;
	struct err err = {0};

	arena_init(&mem, 0);
	assert_int_equal(access_from_flags(&a, "http://[::1]:80//", NULL, NULL, &mem, &err), 0);
	assert_string_equal(a.server, "http://[::1]:80");
	assert_int_equal(access_from_flags(&a, "ftp://h", NULL, NULL, &mem, &err), ERR_INPUT);
	assert_int_equal(
		access_from_flags(&a, "https://u:p@h", NULL, NULL, &mem, &err), ERR_INPUT);
	assert_null(strstr(err.text, "u:p"));
	assert_int_equal(access_from_flags(&a, "https://h", "/nowhere/token", NULL, &mem, &err),
		ERR_INPUT);
	assert_non_null(strstr(err.text, "--token-file"));
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_current_context_names_cluster_and_user),
		cmocka_unit_test(another_context_may_have_no_user),
		cmocka_unit_test(base64_of_any_length_is_read),
		cmocka_unit_test(files_are_found_beside_the_config),
		cmocka_unit_test(mistakes_have_a_place_and_no_secret),
		cmocka_unit_test(what_cannot_be_sent_is_refused),
		cmocka_unit_test(a_proxy_has_a_scheme_that_is_known),
		cmocka_unit_test(who_is_impersonated_may_have_groups),
		cmocka_unit_test(an_authority_that_is_not_asked_is_a_mistake),
		cmocka_unit_test(a_token_of_a_file_is_one_word),
		cmocka_unit_test(what_two_files_name_is_the_first_one_s),
		cmocka_unit_test(mistakes_in_several_files_name_theirs),
		cmocka_unit_test(files_of_a_list_that_are_not_there_are_left_out),
		cmocka_unit_test(flags_name_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
