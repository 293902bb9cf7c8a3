/* SPDX-License-Identifier: Apache-2.0 */
#include "live/tls.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tls {
	SSL_CTX *ctx;
};

static int failed(struct err *err, const char *flag, const char *file)
{
	unsigned long code = ERR_peek_error(); /* the cause comes first */
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return err_set(err, ERR_ENV, "%s '%.200s': %s", flag, file,
		reason ? reason : "it cannot be used");
}

/* HTTP/2 if the client has it, else HTTP/1.1. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
	const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x02h2\x08http/1.1";
	union {
		const unsigned char **from;
		unsigned char **to;
	} cast = {.from = out};

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(cast.to, out_len, ours, sizeof(ours) - 1, in, in_len) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	return SSL_TLSEXT_ERR_OK;
}

/* What is not there is the user's mistake, what is no certificate the environment's. */
static int readable(const char *flag, const char *file, struct err *err)
{
	if (access(file, R_OK) == 0)
		return 0;
	return err_set(err, ERR_INPUT, "%s '%.200s': %s", flag, file, strerror(errno));
}

static int load(SSL_CTX *ctx, const char *cert_file, const char *key_file,
	const char *client_ca, struct err *err)
{
	if (readable("--tls-cert-file", cert_file, err) ||
		readable("--tls-private-key-file", key_file, err) ||
		(client_ca && readable("--client-ca-file", client_ca, err)))
		return ERR_INPUT;
	if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
		return failed(err, "--tls-cert-file", cert_file);
	if (SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1)
		return failed(err, "--tls-private-key-file", key_file);
	if (SSL_CTX_check_private_key(ctx) != 1)
		return failed(err, "--tls-private-key-file", key_file);
	if (!client_ca)
		return 0;
	if (SSL_CTX_load_verify_locations(ctx, client_ca, NULL) != 1)
		return failed(err, "--client-ca-file", client_ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(client_ca));
	return 0;
}

int tls_new(struct tls **tls, const char *cert_file, const char *key_file,
	const char *client_ca, struct err *err)
{
	struct tls *t = calloc(1, sizeof(*t));
	int code;

	if (!t)
		return err_set(err, ERR_NOMEM, "no memory for TLS");
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (!t->ctx) {
		free(t);
		return err_set(err, ERR_NOMEM, "no memory for TLS");
	}
	(void)SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
	(void)SSL_CTX_set_mode(t->ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(t->ctx, on_alpn, NULL);
	code = load(t->ctx, cert_file, key_file, client_ca, err);
	if (code) {
		tls_free(t);
		return code;
	}
	*tls = t;
	return 0;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->ctx);
	free(tls);
}

struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd)
{
	SSL *ssl = SSL_new(tls->ctx);
	struct bufferevent *bev;

	if (!ssl)
		return NULL;
	bev = bufferevent_openssl_socket_new(
		base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (!bev) {
		SSL_free(ssl);
		return NULL;
	}
	/* A peer that goes without a goodbye is a peer that goes. */
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

enum http_version tls_version(struct bufferevent *bev)
{
	const unsigned char *name = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(bufferevent_openssl_get_ssl(bev), &name, &len);
	if (len == 2 && !memcmp(name, "h2", 2))
		return HTTP_2;
	return len ? HTTP_1 : HTTP_UNKNOWN;
}

bool tls_met_http(struct bufferevent *bev)
{
	unsigned long code = bufferevent_get_openssl_error(bev);

	return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
}

bool tls_user(struct bufferevent *bev, char name[TLS_NAME], char groups[TLS_NAME])
{
	X509 *cert = SSL_get0_peer_certificate(bufferevent_openssl_get_ssl(bev));
	X509_NAME *subject;
	size_t used = 0;
	int at = -1;

	groups[0] = '\0';
	if (!cert)
		return false;
	subject = X509_get_subject_name(cert);
	if (X509_NAME_get_text_by_NID(subject, NID_commonName, name, TLS_NAME) <= 0)
		return false;
	while ((at = X509_NAME_get_index_by_NID(subject, NID_organizationName, at)) >= 0) {
		const ASN1_STRING *o =
			X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
		size_t len = (size_t)ASN1_STRING_length(o);

		if (used + len + 2 > TLS_NAME)
			break;
		if (used)
			groups[used++] = ',';
		memcpy(groups + used, ASN1_STRING_get0_data(o), len);
		used += len;
		groups[used] = '\0';
	}
	return true;
}

void tls_close(struct bufferevent *bev)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);

	if (!ssl)
		return;
	SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
	(void)SSL_shutdown(ssl);
	ERR_clear_error();
}
