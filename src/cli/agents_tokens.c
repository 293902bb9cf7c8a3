/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/agents_tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "client/kubeconfig.h"

enum { TOKENS_BYTES = 64 << 20 };

/* A field up to a comma or the line's end, without quotes around it. */
static const char *field(const char **at, size_t *len)
{
	const char *text = *at;

	*len = strcspn(text, ",\r\n");
	*at = text + *len + (text[*len] == ',');
	if (*len >= 2 && text[0] == '"' && text[*len - 1] == '"') {
		*len -= 2;
		text++;
	}
	return text;
}

/* Which node the user is; nodes: none of these. */
static uint32_t node_of(const char *user, size_t len, const char *name, uint32_t nodes)
{
	char head[96], digits[12] = "";
	size_t n = (size_t)snprintf(head, sizeof(head), "system:node:%.60s-", name);
	char *end = NULL;
	unsigned long i;

	if (len <= n || len - n >= sizeof(digits) || strncmp(user, head, n) != 0)
		return nodes;
	memcpy(digits, user + n, len - n);
	i = strtoul(digits, &end, 10);
	return *end || i >= nodes ? nodes : (uint32_t)i;
}

int agents_tokens(const char ***token, const char *path, const char *name, uint32_t nodes,
	struct arena *mem, struct err *err)
{
	char *text = NULL;
	size_t len;

	if (file_read(path, TOKENS_BYTES, &text, &len, err))
		return err_wrap(err, "--node-tokens");
	*token = ARENA_ARRAY(mem, const char *, nodes);
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t token_len, user_len;
		const char *value = field(&at, &token_len);
		const char *user = field(&at, &user_len);
		uint32_t i = node_of(user, user_len, name, nodes);

		if (i < nodes && token_len)
			(*token)[i] = arena_strndup(mem, value, token_len);
	}
	free(text);
	for (uint32_t i = 0; i < nodes; i++)
		if ((*token)[i] && !access_may_be_sent((*token)[i]))
			return err_set(err, ERR_INPUT,
				"--node-tokens '%.200s': the token of system:node:%s-%u has a "
				"control character",
				path, name, i);
	for (uint32_t i = 0; i < nodes; i++)
		if (!(*token)[i])
			return err_set(err, ERR_INPUT,
				"--node-tokens '%.200s': no line is of user system:node:%s-%u",
				path, name, i);
	return 0;
}
