#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tls.sh NODETOLL: who trusts whom.  Both ends of TLS, with certificates made here: what is right is let in, what
# is wrong is one message.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/server.sh"
nodetoll=$1
c=$scratch # where the certificates are
pods=api/v1/namespaces/default/pods

# authority NAME: one that signs.
authority() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$c/$1.key" &&
		openssl req -x509 -new -key "$c/$1.key" -subj "/CN=$1" -days 2 -out "$c/$1.crt"
}

# certificate NAME AUTHORITY SUBJECT ALTERNATIVE-NAME DAYS: signed by it; below 0 days it is over.
certificate() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$c/$1.key" &&
		openssl req -new -key "$c/$1.key" -subj "$3" -out "$c/$1.csr" &&
		echo "subjectAltName=$4" >"$c/$1.ext" &&
		openssl x509 -req -in "$c/$1.csr" -CA "$c/$2.crt" -CAkey "$c/$2.key" -CAcreateserial -days "$5" \
			-extfile "$c/$1.ext" -out "$c/$1.crt"
}

make_all() {
	authority ours && authority theirs &&
		certificate server ours /CN=server IP:127.0.0.1 2 &&
		certificate other-name ours /CN=server DNS:elsewhere.example 2 &&
		certificate over ours /CN=server IP:127.0.0.1 -1 &&
		certificate admin ours /O=system:masters/O=others/CN=admin DNS:x 2 &&
		certificate node ours /O=system:nodes/CN=system:node:n1 DNS:x 2 &&
		certificate stranger theirs /CN=admin DNS:x 2 &&
		certificate late ours /CN=admin DNS:x -1
}

# serve_as NAME OPTIONS...: with that certificate.
serve_as() {
	as=$1
	shift
	serve --tls-cert-file "$c/$as.crt" --tls-private-key-file "$c/$as.key" "$@"
}

# get CODE CURL-ARGUMENTS...: the answer has that code; 000: there is none.
get() {
	want=$1
	shift
	code=$(curl -s --cacert "$c/ours.crt" --max-time 20 -o "$scratch/body" -w '%{http_code}' "$@")
	echo "code $code"
	cat "$scratch/body"
	[ "$code" = "$want" ]
}

# get_with NAME CODE: the same with that client certificate.
get_with() {
	get "$2" --cert "$c/$1.crt" --key "$c/$1.key" "$url/$pods"
}

# spoken VERSION CURL-ARGUMENTS...
spoken() {
	version=$1
	shift
	[ "$(curl -s --cacert "$c/ours.crt" --cert "$c/admin.crt" --key "$c/admin.key" --max-time 20 -o "$scratch/body" \
		-w '%{http_version}' "$@" "$url/version")" = "$version" ]
}

# says CODE WORDS COMMAND...: it fails with that status and one message with these words, and prints nothing.
says() {
	code=$1
	words=$2
	shift 2
	"$@" >"$scratch/none" 2>"$scratch/err"
	status=$?
	cat "$scratch/err"
	[ "$status" = "$code" ] && [ ! -s "$scratch/none" ] && [ "$(wc -l <"$scratch/err")" = 1 ] &&
		grep -q -e "$words" "$scratch/err"
}

# kubeconfig CLUSTER USER: one with these entries, JSON as YAML is.
kubeconfig() {
	cat >"$scratch/kubeconfig" <<-END
		apiVersion: v1
		kind: Config
		current-context: here
		contexts: [{name: here, context: {cluster: it, user: me}}]
		clusters: [{name: it, cluster: {server: "$url", $1}}]
		users: [{name: me, user: {$2}}]
	END
}

data() {
	base64 -w0 <"$1"
}

# agents OPTIONS...: two nodes with two pods; its result in $scratch/result.
agents() {
	"$nodetoll" agents --nodes 2 --set workload.pods=2 --warmup 2s --duration 1s -o json "$@" \
		>"$scratch/result" 2>"$scratch/err"
	status=$?
	cat "$scratch/err"
	[ "$status" = 0 ] && grep -q '"nodesReady": 2' "$scratch/result"
}

agents_say() {
	words=$1
	shift
	says 3 "$words" "$nodetoll" agents --nodes 1 "$@"
}

by_kubeconfig() {
	kubeconfig "$1" "$2"
	shift 2
	agents --kubeconfig "$scratch/kubeconfig" "$@"
}

# The current one is of somebody whom the server does not know.
other_context() {
	kubeconfig "$ca" ""
	sed -i "s|^contexts: \[|&{name: there, context: {cluster: it, user: other}}, |; s|^users: \[|&{name: other, user: {$me}}, |" \
		"$scratch/kubeconfig"
	agents --kubeconfig "$scratch/kubeconfig" --context there &&
		agents_say 'does not know who asks (401)' --kubeconfig "$scratch/kubeconfig"
}

# A server whose name only the proxy knows: it takes every one for this machine's.
through_a_proxy() {
	rm -f "$scratch/proxy"
	mkfifo "$scratch/proxy"
	python3 "$(dirname "$0")/proxy.py" "$2" >"$scratch/proxy" &
	proxy=$!
	read -r at <"$scratch/proxy"
	direct=$url
	url=https://apiserver.invalid:${url##*:}
	by_kubeconfig "insecure-skip-tls-verify: true, proxy-url: '$1://$at'" "$me"
	status=$?
	url=$direct
	kill "$proxy"
	return "$status"
}

kubeconfig_says() {
	words=$1
	kubeconfig "$2" "$3"
	shift 3
	agents_say "$words" --kubeconfig "$scratch/kubeconfig" "$@"
}

check "certificates are made" make_all

# ---- what the server lets in
serve_as server --client-ca-file "$c/ours.crt" --audit-log "$scratch/audit"
check "HTTP/2 is agreed upon by ALPN" spoken 2
check "HTTP/1.1 is, if that is all a client has" spoken 1.1 --http1.1
check "and without ALPN" spoken 1.1 --no-alpn
check "a client certificate is let in" get_with admin 200
check "who has none is unknown" get 401 "$url/$pods"
check "one of another authority ends the handshake" get_with stranger 000
check "one that is over ends the handshake" get_with late 000
check "a node is let in by its certificate" get_with node 200
check "who speaks without TLS is told so" get 400 "http://${url#https://}/$pods"
check "an old TLS is not spoken" get 000 --tls-max 1.1 "$url/version"

# ---- agents by what a kubeconfig has
ca="certificate-authority: $c/ours.crt"
me="client-certificate: $c/admin.crt, client-key: $c/admin.key"
check "agents come with a client certificate from files" by_kubeconfig "$ca" "$me"
check "and from data" by_kubeconfig "certificate-authority-data: $(data "$c/ours.crt")" \
	"client-certificate-data: $(data "$c/admin.crt"), client-key-data: $(data "$c/admin.key")"
check "another context is another user, if they are told so" other_context
check "over HTTP/1.1 too" by_kubeconfig "$ca" "$me" --http1
check "without a look at the server, if they are told so" by_kubeconfig "insecure-skip-tls-verify: true" "$me"
check "each node as itself, impersonated" by_kubeconfig "$ca" "$me" --impersonate
check "a server whose authority is unknown is not trusted" kubeconfig_says 'TLS failed' \
	"certificate-authority: $c/theirs.crt" "$me"
check "nor one that the system does not know" kubeconfig_says 'TLS failed' "" "$me"
stranger="client-certificate: $c/stranger.crt, client-key: $c/stranger.key"
late="client-certificate: $c/late.crt, client-key: $c/late.key"
refuses="TLS failed: the server refused the client's certificate:"
check "a certificate that the server refuses is one message" kubeconfig_says "$refuses unknown ca" "$ca" "$stranger"
check "over HTTP/1.1 too" kubeconfig_says "refused the client's certificate" "$ca" "$stranger" --http1
check "so is one that is over" kubeconfig_says "$refuses certificate expired" "$ca" "$late"
check "there too" kubeconfig_says "refused the client's certificate" "$ca" "$late" --http1
check "of a server that is not checked as well" kubeconfig_says "$refuses unknown ca" "insecure-skip-tls-verify: true" \
	"$stranger"
check "a proxy that refuses is told apart from the server, and without its password" kubeconfig_says \
	"its proxy '127.0.0.1:1' cannot be reached: Connection refused" "$ca, proxy-url: 'http://me:sesame@127.0.0.1:1'" "$me"
check "a proxy finds a server that nobody else does" through_a_proxy http connect
check "one of SOCKS, too" through_a_proxy socks5 socks
check "an authority and no look at certificates are too many" says 2 'only one of them can be meant' "$nodetoll" agents \
	--kubeconfig /dev/stdin <<END
{"clusters": [{"name": "it", "cluster": {"server": "$url", "certificate-authority": "$c/ours.crt",
  "insecure-skip-tls-verify": true}}],
 "contexts": [{"name": "here", "context": {"cluster": "it"}}], "current-context": "here"}
END
printf 'sesame,somebody,1\n' >"$scratch/tok.csv"
check "an authority that is none is told of by its file's name" says 2 \
	"the certificate authority of '.*tok.csv': no start line" "$nodetoll" agents --nodes 1 --server "$url" \
	--ca "$scratch/tok.csv"
check "no certificate is: who asks is not known" kubeconfig_says 'does not know who asks (401)' "$ca" ""
check "a certificate without its key is told of" says 2 'key' "$nodetoll" agents --kubeconfig /dev/stdin <<END
{"clusters": [{"name": "it", "cluster": {"server": "$url"}}],
 "users": [{"name": "me", "user": {"client-certificate": "$c/admin.crt"}}],
 "contexts": [{"name": "here", "context": {"cluster": "it", "user": "me"}}], "current-context": "here"}
END
check "TLS where none is spoken is one message" agents_say 'HTTP request to an HTTPS server' \
	--server "http://${url#https://}"
check "it ends well" stop
check "the audit log has the user of a certificate" grep -q \
	'"username":"admin","groups":\["system:masters","others","system:authenticated"\]' "$scratch/audit"
check "and whom it was for" grep -q '"impersonatedUser":{"username":"system:node:hollow-1"' "$scratch/audit"

# ---- servers that are not to be trusted
serve_as over
check "a server's certificate that is over is told of" agents_say 'TLS failed.*expired' --server "$url" --ca "$c/ours.crt"
check "over HTTP/1.1 too" agents_say 'TLS failed.*expired' --server "$url" --ca "$c/ours.crt" --http1
check "and is let pass, if that is wanted" agents --server "$url" --insecure-skip-tls-verify
stop
serve_as other-name
check "so is one that is for another name" agents_say 'TLS failed.*mismatch' --server "$url" --ca "$c/ours.crt"
check "over HTTP/1.1 as well" agents_say 'TLS failed.*name' --server "$url" --ca "$c/ours.crt" --http1
stop

# ---- tokens
printf 'sesame,somebody,1,"system:masters"\n' >"$scratch/tokens"
printf 'sesame\n' >"$scratch/right"
printf 'expired-t0ken\n' >"$scratch/wrong"
serve_as server --token-auth-file "$scratch/tokens" --audit-log "$scratch/audit"
check "a token is let in over TLS" agents --server "$url" --ca "$c/ours.crt" --token-file "$scratch/right"
check "one from a kubeconfig is" by_kubeconfig "$ca" "token: sesame"
check "one that has expired is one message" agents_say 'token is missing, wrong or has expired' --server "$url" \
	--ca "$c/ours.crt" --token-file "$scratch/wrong"
stop

# ---- servers of another kind
serve
check "TLS to a server without it is one message" agents_say 'TLS failed: ' --server "https://${url#http://}"
stop
rm -f "$scratch/fifo"
mkfifo "$scratch/fifo"
python3 -c '
import http.server, sys
class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>welcome</html>")
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Other)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()' >"$scratch/fifo" &
server=$!
exec 3<"$scratch/fifo"
read -r url <&3
check "a server of another kind is one message" agents_say 'is no Kubernetes API server' --server "$url"
check "over HTTP/2 too" agents_say "server '$url'" --server "$url" --http2-prior-knowledge
kill "$server"
wait "$server" 2>"$scratch/none"
check "no secret is in any log, message or result" sh -c '
	cd "$1" && ! grep -lE "sesame|expired-t0ken|BEGIN [A-Z ]*PRIVATE" audit result err none serve.err counts body' sh "$scratch"

# ---- what the server itself cannot use
check "a certificate that is none is told of" says 3 '--tls-cert-file.*no start line' "$nodetoll" serve \
	--tls-cert-file "$scratch/tokens" --tls-private-key-file "$c/server.key"
check "a key of another certificate is told of" says 3 "--tls-private-key-file.*mismatch" "$nodetoll" serve \
	--tls-cert-file "$c/server.crt" --tls-private-key-file "$c/admin.key"
check "a certificate that is not there is told of" says 2 "--tls-cert-file.*No such file" "$nodetoll" serve \
	--tls-cert-file "$c/none.crt" --tls-private-key-file "$c/server.key"
check "an authority that is none is told of" says 3 "--client-ca-file" "$nodetoll" serve --tls-cert-file \
	"$c/server.crt" --tls-private-key-file "$c/server.key" --client-ca-file "$c/server.key"
check "a certificate needs its key" says 2 'need each other' "$nodetoll" serve --tls-cert-file "$c/server.crt"
finish
