#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# serve.sh NODETOLL: the mock API server, as curl and kubectl see it.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/server.sh"
nodetoll=$1
pods=api/v1/namespaces/default/pods

# get CODE CURL-ARGUMENTS...: the answer, in $scratch/body, has that code.
get() {
	want=$1
	shift
	code=$(curl -sk --max-time 20 -o "$scratch/body" -w '%{http_code}' "$@")
	echo "code $code"
	cat "$scratch/body"
	[ "$code" = "$want" ]
}

has() {
	grep -q "$1" "$scratch/body"
}

create_pod() {
	get 201 -H 'Content-Type: application/json' -d "{\"metadata\":{\"name\":\"$1\"},\"spec\":{\"nodeName\":\"n1\"}}" "$url/$pods"
}

# As kubectl 1.32 sends it: metadata.name in a Namespace in an Unknown behind four bytes.
create_by_protobuf() {
	printf 'k8s\000\n\017\n\002v1\022\011Namespace\022\007\n\005\n\003foo' >"$scratch/protobuf"
	get 201 -H 'Content-Type: application/vnd.kubernetes.protobuf' \
		-H 'Accept: application/vnd.kubernetes.protobuf,application/json' \
		--data-binary "@$scratch/protobuf" "$url/api/v1/namespaces" && has '"name":"foo"'
}

# What kubectl makes itself, as protobuf from 1.32 on.
kubectl_creates() {
	set -- kubectl --server="$url" --cache-dir="$scratch/kube"
	"$@" create namespace made &&
		"$@" create secret generic made --from-literal=a=b &&
		"$@" create configmap made --from-literal=a=b &&
		"$@" create serviceaccount made &&
		[ "$("$@" create token made | tr -cd . | wc -c)" = 2 ] &&
		"$@" create deployment made --image=i &&
		"$@" create service clusterip made --tcp=80 &&
		[ "$("$@" get secret made -o 'jsonpath={.data.a}')" = Yg== ] &&
		[ "$("$@" get configmap made -o 'jsonpath={.data.a}')" = b ] &&
		[ "$("$@" get deployment made -o 'jsonpath={.spec.template.spec.containers[0].image}')" = i ] &&
		"$@" get namespace,serviceaccount,service made
}

version_of() {
	[ "$(curl -sk --max-time 20 -o /dev/null -w '%{http_version}' "$@")" = "$want" ]
}

watches() {
	curl -sN --max-time 20 "$url/$pods?watch=true&timeoutSeconds=1" >"$scratch/body"
	has '"ADDED".*"name":"a"'
}

fails_with() {
	want=$1
	says=$2
	shift 2
	"$nodetoll" serve "$@" >"$scratch/none" 2>"$scratch/err"
	status=$?
	cat "$scratch/err"
	[ "$status" = "$want" ] && [ ! -s "$scratch/none" ] &&
		[ "$(wc -l <"$scratch/err")" = 1 ] && grep -q -e "$says" "$scratch/err"
}

few_descriptors() (
	ulimit -n 60
	fails_with 3 "^nodetoll: .*--max-connections 100 needs 132 descriptors, 'ulimit -n' allows 60" --max-connections 100
)

# Nobody asked for a number of connections.
hardly_any_descriptors() (
	ulimit -n 40
	fails_with 3 "^nodetoll: .*a server needs 64 descriptors at least, 'ulimit -n' allows 40"
)

# Two requests at once where one has a seat.
one_is_rejected() {
	curl -s -Z --parallel-immediate --max-time 20 -o /dev/null -o /dev/null -w '%{http_code} %header{retry-after}\n' \
		"$url/$pods" "$url/$pods" | sort >"$scratch/body"
	printf '200 \n429 1\n' | diff - "$scratch/body"
}

# Created, listed, watched, patched: by every way that an object takes.
keeps_a_secret() {
	set -- -H "Authorization: Bearer s3cr3t"
	secrets=$url/api/v1/namespaces/default/secrets
	get 201 "$@" --json '{"metadata":{"name":"s"},"data":{"a":"aHVudGVyMg=="}}' "$secrets" &&
		get 409 "$@" --json '{"metadata":{"name":"s"},"stringData":{"a":"hunter2"}}' "$secrets" &&
		get 200 "$@" "$secrets" && has aHVudGVyMg &&
		get 200 "$@" "$secrets?watch=1&timeoutSeconds=1" && has aHVudGVyMg &&
		get 415 -X PATCH "$@" --json '{"data":{"b":"aHVudGVyMg=="}}' "$secrets/s" &&
		get 200 -X PATCH "$@" -H 'Content-Type: application/merge-patch+json' \
			-d '{"data":{"b":"aHVudGVyMg=="}}' "$secrets/s"
}

# A pod's token is its service account's as long as there is the pod.
knows_an_account() {
	set -- -H "Authorization: Bearer s3cr3t"
	get 201 "$@" --json '{"metadata":{"name":"bound"},"spec":{"nodeName":"n1"}}' "$url/$pods" &&
		get 201 "$@" --json '{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"bound"}}}' \
			"$url/api/v1/namespaces/default/serviceaccounts/default/token" || return 1
	token=$(sed 's/.*"token":"//; s/".*//' "$scratch/body")
	get 200 -H "Authorization: Bearer $token" "$url/$pods/bound" &&
		get 401 -H "Authorization: Bearer ${token%?}" "$url/$pods/bound" &&
		get 200 "$@" -X DELETE "$url/$pods/bound?gracePeriodSeconds=0" &&
		get 401 -H "Authorization: Bearer $token" "$url/$pods"
}

# Whose last bytes come, and who is not cut off.
ends_a_watch() {
	curl -sN --http2-prior-knowledge --max-time 20 "$url/$pods?watch=true" >"$scratch/body" &
	watching=$!
	n=0
	until has '"ADDED"' || [ "$n" -gt 20 ]; do
		n=$((n + 1))
		curl -s --max-time 5 "$url/$pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	stop && wait "$watching" && has '"ADDED"'
}

counted() {
	cat "$scratch/counts"
	grep -Eq "$1" "$scratch/counts"
}

serve
check "its first line is a URL on loopback" \
	sh -c 'echo "$1" | grep -Eq "^http://127\.0\.0\.1:[1-9][0-9]*$"' sh "$url"
check "it is healthy" get 200 "$url/readyz"
check "a pod is created" create_pod a
check "and listed by its node" get 200 "$url/$pods?fieldSelector=spec.nodeName%3Dn1"
check "with its name" has '"name":"a"'
check "HTTP/2 is spoken with prior knowledge" get 200 --http2-prior-knowledge "$url/$pods/a"
want=2
check "and is HTTP/2" version_of --http2-prior-knowledge "$url/version"
want=1.1
check "HTTP/1.1 is spoken otherwise" version_of "$url/version"
check "a namespace is created by protobuf" create_by_protobuf
check "a watch begins with what there is and ends in its time" watches
check "what is not there is not found" get 404 "$url/$pods/none"
check "a body that is too long is refused" \
	sh -c 'head -c 4000000 /dev/zero | curl -s --max-time 20 -o /dev/null -w "%{http_code}" \
	--data-binary @- "$1" | grep -q 413' sh "$url/$pods"
check "metrics have the API server's names" get 200 "$url/metrics"
check "and count" has 'apiserver_request_total{code="404".*resource="pods".*verb="GET".*} 1$'
check "its port is taken" fails_with 3 "Address already in use" --listen "${url#http://}"
if command -v kubectl >/dev/null; then
	check "kubectl lists" sh -c 'kubectl --server="$1" --cache-dir="$2" get pods | grep -q "^a *0/0 *Pending"' sh \
		"$url" "$scratch/kube"
	check "kubectl describes" sh -c 'kubectl --server="$1" --cache-dir="$2" describe pod a |
		grep -q "^Node: *n1"' sh "$url" "$scratch/kube"
	check "kubectl creates" kubectl_creates
fi
check "it ends well at SIGTERM, and a watch over HTTP/2 with it" ends_a_watch
check "and says what it counted" counted '^ *get +pods +404 +1 '

serve --set apiserver.fairness.enabled=false --set apiserver.maxRequestsInflight=1 \
	--fault latency=500ms@100%
check "a request without a seat is rejected, with a time to wait" one_is_rejected
stop
serve --fault 500=100%
check "every request fails if it is to" get 500 "$url/$pods"
check "but for health" get 200 "$url/healthz"
check "faults can be changed" get 200 -X POST "$url/nodetoll/faults?do=500%3D0%25"
check "and are gone then" get 200 "$url/$pods"
check "a restart can be asked for" get 200 -X POST "$url/nodetoll/faults?do=restart"
check "and is over soon" curl -s --max-time 20 --retry 50 --retry-delay 1 --retry-all-errors -o /dev/null \
	"$url/$pods"
stop

cat >"$scratch/tokens" <<'END'
s3cr3t,system:node:n1,u1,system:nodes
m4st3r,admin,u2,system:masters
END
if openssl req -x509 -newkey rsa:2048 -nodes -keyout "$scratch/key" -out "$scratch/cert" -days 2 \
	-subj /CN=localhost >/dev/null 2>&1; then
	serve --tls-cert-file "$scratch/cert" --tls-private-key-file "$scratch/key" \
		--token-auth-file "$scratch/tokens" --audit-log "$scratch/audit"
	check "who is unknown is not let in" get 401 "$url/$pods"
	check "who has a token is" get 200 -H "Authorization: Bearer s3cr3t" "$url/$pods"
	want=2
	check "HTTP/2 is agreed upon by ALPN" version_of -H "Authorization: Bearer s3cr3t" "$url/$pods"
	want=1.1
	check "and HTTP/1.1" version_of --http1.1 -H "Authorization: Bearer s3cr3t" "$url/$pods"
	check "a secret is made, told and changed" keeps_a_secret
	check "a token that it gave out is its account's, and its pod's" knows_an_account
	check "what is no JSON is refused" get 400 -H "Authorization: Bearer s3cr3t" -H 'Content-Type: application/json' \
		-d '{"data":{"a":"aHVudGVyMg=="' "$url/api/v1/namespaces/default/secrets"
	curl -sk --max-time 20 -H "Authorization: Bearer s3cr3t" -o "$scratch/metrics" "$url/metrics"
	check "an administrator asks as somebody else" get 200 -H "Authorization: Bearer m4st3r" \
		-H "Impersonate-User: system:node:n2" -H "Impersonate-Group: system:nodes" -H "Impersonate-Group: b" \
		"$url/api/v1/namespaces/default/secrets?fieldSelector=metadata.name%3Dx"
	check "it ends with TLS too" stop
	check "of a secret nothing is in logs, counts or metrics" sh -c '
		cd "$1" && grep -q "resource.:.secrets" audit && [ -s counts ] && [ -s metrics ] && cat audit counts serve.err metrics >said &&
		! grep -l "aHVudGVyMg\|hunter2" said' sh "$scratch"
	check "the audit log names the user, and groups" grep -q \
		'"user":{"username":"system:node:n1","groups":\["system:nodes","system:authenticated"\]}' "$scratch/audit"
	check "and whom an administrator speaks for" grep -q \
		'"impersonatedUser":{"username":"system:node:n2","groups":\["system:nodes","b","system:authenticated"\]}' \
		"$scratch/audit"
	check "and the one object that a list is of" grep -q \
		'"verb":"list".*"objectRef":{"resource":"secrets","namespace":"default","name":"x"' "$scratch/audit"
	check "and the service account" grep -q \
		'"user":{"username":"system:serviceaccount:default:default","groups":\["system:serviceaccounts","system:serviceaccounts:default","system:authenticated"\]}' \
		"$scratch/audit"
	check "and no token" sh -c '! grep -q "s3cr3t\|m4st3r\|eyJ" "$1"' sh "$scratch/audit"
	check "a key that is none is said to be none" fails_with 3 "--tls-private-key-file" \
		--tls-cert-file "$scratch/cert" --tls-private-key-file "$scratch/tokens"
fi
check "too few descriptors are said to be too few" few_descriptors
check "and as many as nothing can be done with" hardly_any_descriptors
check "an address that is none is said to be none" fails_with 2 "ADDR:PORT" --listen nonsense
check "an unknown fault is said to be unknown" fails_with 2 "did you mean 'reset'" --fault resets=1%
finish
