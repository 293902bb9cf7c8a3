/* SPDX-License-Identifier: Apache-2.0 */
/* What may be in an access, wherever it is from; and one from flags. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "client/kubeconfig_priv.h"

bool access_may_be_sent(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			return false;
	return true;
}

int access_read_file(const char *path, size_t most, struct access_blob *to, struct arena *mem,
	struct err *err)
{
	char *text;
	size_t len;
	int code = file_read(path, most, &text, &len, err);

	if (code)
		return code;
	*to = (struct access_blob){arena_strndup(mem, text, len), len, arena_strdup(mem, path)};
	memset(text, 0, len);
	free(text);
	return 0;
}

int access_take_token(struct access *a, struct access_blob text, struct err *err)
{
	char *token = (char *)(uintptr_t)text.data;
	size_t len = strcspn(token, " \t\r\n");

	if (len == 0 || len + strspn(token + len, " \t\r\n") != text.len)
		return err_set(err, ERR_INPUT, "a token is one word on one line");
	token[len] = '\0';
	if (!access_may_be_sent(token))
		return err_set(err, ERR_INPUT, "a control character cannot be in a token");
	a->token = token;
	return 0;
}

bool access_is_url(const char *url)
{
	size_t scheme = !strncmp(url, "https://", 8) ? 8 : !strncmp(url, "http://", 7) ? 7 : 0;

	return scheme && url[scheme] && url[scheme] != '/' && !strpbrk(url, "@?# \"'\\<>") &&
	       access_may_be_sent(url);
}

/* client-go, tools/clientcmd/validation.go, parseProxyURL */
bool access_is_proxy(const char *url)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (!strncmp(url, schemes[i], strlen(schemes[i])) && url[strlen(schemes[i])])
			return true;
	return false;
}

void access_trim(struct access *a, struct arena *mem)
{
	char *url = arena_strdup(mem, a->server);
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		url[--len] = '\0';
	a->server = url;
}

int access_from_flags(struct access *a, const char *url, const char *token_file,
	const char *ca_file, struct arena *mem, struct err *err)
{
	struct access_blob token = {0};
	int code = 0;

	*a = (struct access){.server = url};
	if (!access_is_url(url) && strpbrk(url, "@?#")) /* what is too much may be secret */
		return err_set(err, ERR_INPUT,
			"--server: http://HOST:PORT or https://HOST:PORT is allowed, without "
			"user, password or query");
	if (!access_is_url(url))
		return err_set(err, ERR_INPUT,
			"--server '%.200s': http://HOST:PORT or https://HOST:PORT is allowed",
			url);
	access_trim(a, mem);
	if (token_file)
		code = access_read_file(token_file, TOKEN_BYTES, &token, mem, err);
	if (!code && token_file)
		code = access_take_token(a, token, err);
	if (code && token_file)
		return err_wrap(err, "--token-file '%.200s'", token_file);
	if (ca_file)
		code = access_read_file(ca_file, PEM_BYTES, &a->ca, mem, err);
	return code && ca_file ? err_wrap(err, "--ca '%.200s'", ca_file) : code;
}
