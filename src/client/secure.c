/* SPDX-License-Identifier: Apache-2.0 */
#include "client/secure.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct secure {
	SSL_CTX *ctx;
	char *host; /* the access's, or the URL's */
	bool checks, is_address;
};

/* A secure_stream is an SSL by another name: nothing is kept beside it. */

static SSL *ssl_of(const struct secure_stream *t)
{
	return (SSL *)(uintptr_t)t;
}

/* ------------------------------------------------------------------ what all share */

static int failed(struct err *err, const char *what, struct access_blob blob)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return err_set(err, ERR_INPUT, "%s of '%.200s': %s", what, blob.file,
		reason ? reason : "it cannot be used");
}

static BIO *open_blob(struct access_blob b)
{
	return BIO_new_mem_buf(b.data, (int)b.len);
}

/* All certificates of a text. */
static int add_authorities(SSL_CTX *ctx, struct access_blob blob, struct err *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *bio = open_blob(blob);
	X509 *cert;
	int n = 0;

	while (bio && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		n += X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
	}
	BIO_free(bio);
	if (!n)
		return failed(err, "the certificate authority", blob);
	ERR_clear_error(); /* that the text has an end */
	return 0;
}

/* The first is the client's, those behind it lead to whoever vouches for it. */
static int add_certificate(SSL_CTX *ctx, struct access_blob blob, struct err *err)
{
	BIO *bio = open_blob(blob);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	bool ok = cert && SSL_CTX_use_certificate(ctx, cert) == 1;

	X509_free(cert);
	while (ok && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		if (SSL_CTX_add0_chain_cert(ctx, cert) != 1)
			X509_free(cert);
	BIO_free(bio);
	if (!ok)
		return failed(err, "the client's certificate", blob);
	ERR_clear_error();
	return 0;
}

static int add_key(SSL_CTX *ctx, struct access_blob blob, struct err *err)
{
	BIO *bio = open_blob(blob);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	bool ok = key && SSL_CTX_use_PrivateKey(ctx, key) == 1;

	EVP_PKEY_free(key);
	BIO_free(bio);
	return ok ? 0 : failed(err, "the client's key", blob);
}

static int set_up(struct secure *s, const struct access *a, bool only_http2, struct err *err)
{
	static const unsigned char both[] = "\x02h2\x08http/1.1";
	int code = 0;

	(void)SSL_CTX_set_min_proto_version(s->ctx, TLS1_2_VERSION);
	(void)SSL_CTX_set_mode(s->ctx, SSL_MODE_RELEASE_BUFFERS |
					       SSL_MODE_ENABLE_PARTIAL_WRITE |
					       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set_session_cache_mode(s->ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_alpn_protos(s->ctx, both, only_http2 ? 3 : sizeof(both) - 1);
	SSL_CTX_set_verify(s->ctx, s->checks ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	if (a->ca.data)
		code = add_authorities(s->ctx, a->ca, err);
	else if (s->checks)
		(void)SSL_CTX_set_default_verify_paths(s->ctx);
	if (!code && a->cert.data)
		code = add_certificate(s->ctx, a->cert, err);
	if (!code && a->key.data)
		code = add_key(s->ctx, a->key, err);
	return code;
}

int secure_new(struct secure **out, const struct access *a, const char *host, bool only_http2,
	struct err *err)
{
	struct secure *s = calloc(1, sizeof(*s));
	struct in6_addr address;

	*out = s;
	if (!s)
		return err_set(err, ERR_NOMEM, "no memory for TLS");
	s->ctx = SSL_CTX_new(TLS_client_method());
	s->host = strdup(a->tls_name ? a->tls_name : host);
	if (!s->ctx || !s->host)
		return err_set(err, ERR_NOMEM, "no memory for TLS");
	s->checks = !a->insecure;
	s->is_address = inet_pton(AF_INET, s->host, &address) == 1 ||
			inet_pton(AF_INET6, s->host, &address) == 1;
	return set_up(s, a, only_http2, err);
}

void secure_free(struct secure *s)
{
	if (!s)
		return;
	SSL_CTX_free(s->ctx);
	free(s->host);
	free(s);
}

/* ------------------------------------------------------------------ one connection */

struct secure_stream *secure_begin(struct secure *s, int fd)
{
	SSL *ssl = SSL_new(s->ctx);

	if (!ssl)
		return NULL;
	SSL_set_connect_state(ssl);
	if (SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	if (!s->is_address)
		(void)SSL_set_tlsext_host_name(ssl, s->host);
	if (s->checks && s->is_address)
		(void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), s->host);
	else if (s->checks)
		(void)SSL_set1_host(ssl, s->host);
	return (struct secure_stream *)ssl;
}

void secure_end(struct secure_stream *t)
{
	SSL *ssl = ssl_of(t);

	if (!t)
		return;
	if (SSL_is_init_finished(ssl)) {
		SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
		(void)SSL_shutdown(ssl);
	}
	ERR_clear_error();
	SSL_free(ssl);
}

static int meaning(const struct secure_stream *t, int rc)
{
	switch (SSL_get_error(ssl_of(t), rc)) {
	case SSL_ERROR_WANT_READ:
		return SECURE_READS;
	case SSL_ERROR_WANT_WRITE:
		return SECURE_WRITES;
	case SSL_ERROR_ZERO_RETURN:
		return SECURE_ENDS;
	default:
		return SECURE_FAILS;
	}
}

int secure_shake(struct secure_stream *t)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(ssl_of(t));
	if (rc != 1)
		rc = meaning(t, rc);
	return rc == SECURE_ENDS ? SECURE_FAILS : rc;
}

/* RFC 8446, 6.2; and by OpenSSL's words of them. */
static const char *const refusals[] = {"bad certificate", "unsupported certificate",
	"certificate revoked", "certificate expired", "certificate unknown", "unknown ca",
	"access denied", "certificate required"};

bool secure_is_refusal(const char *reason, char *to, size_t size)
{
	const char *alert = strstr(reason, " alert ");

	if (!alert)
		return false;
	alert += strlen(" alert ");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (!strncmp(alert, refusals[i], strlen(refusals[i]))) {
			(void)snprintf(to, size,
				"the server refused the client's certificate: %s", refusals[i]);
			return true;
		}
	return false;
}

bool secure_alert(char *to, size_t size)
{
	enum { FIRST_ALERT = SSL_AD_REASON_OFFSET, LAST_ALERT = FIRST_ALERT + 255 };
	unsigned long code = ERR_peek_last_error();
	int reason = ERR_GET_REASON(code);
	const char *text = ERR_reason_error_string(code);

	if (ERR_GET_LIB(code) != ERR_LIB_SSL || reason < FIRST_ALERT || reason > LAST_ALERT ||
		!text)
		return false;
	if (!secure_is_refusal(text, to, size))
		(void)snprintf(to, size, "%s", text);
	return true;
}

/* An alert comes first: of a server that nobody checks there is a verdict, too. */
void secure_why(const struct secure_stream *t, char *to, size_t size)
{
	long verdict = SSL_get_verify_result(ssl_of(t));
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	if (secure_alert(to, size))
		return;
	if (verdict != X509_V_OK)
		reason = X509_verify_cert_error_string(verdict);
	(void)snprintf(
		to, size, "%s", reason ? reason : "the server hung up during the handshake");
}

bool secure_is_http2(const struct secure_stream *t)
{
	const unsigned char *name = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(ssl_of(t), &name, &len);
	return len == 2 && !memcmp(name, "h2", 2);
}

ssize_t secure_read(struct secure_stream *t, char *bytes, size_t len)
{
	size_t n = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_read_ex(ssl_of(t), bytes, len, &n);
	return rc == 1 ? (ssize_t)n : meaning(t, rc);
}

ssize_t secure_write(struct secure_stream *t, const char *bytes, size_t len)
{
	size_t n = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_write_ex(ssl_of(t), bytes, len, &n);
	return rc == 1 ? (ssize_t)n : meaning(t, rc);
}
