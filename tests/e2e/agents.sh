#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# agents.sh NODETOLL: hollow agents against the mock API server, as a user runs them.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/server.sh"
nodetoll=$1

# agents OPTIONS...: a short run of three nodes with four pods each; its result in $scratch/result.
agents() {
	"$nodetoll" agents --server "$url" --nodes 3 --set workload.pods=4 --warmup 4s --duration 2s \
		-o json "$@" >"$scratch/result" 2>"$scratch/err"
	status=$?
	cat "$scratch/err"
	return "$status"
}

# is NAME VALUE: the entry of the result has that value.
is() {
	grep -q "\"$1\": $2" "$scratch/result" || {
		grep "\"$1\"" "$scratch/result"
		return 1
	}
}

# The end is noticed once a second: until then a process has nothing to do.  All of it takes 0.1 s of processor
# time; a loop that spins adds 0.98 s, half of that where another process wants the core, too.
rests() {
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(u.ru_utime + u.ru_stime, "s of processor time")
sys.exit(u.ru_utime + u.ru_stime > 0.5)' "$nodetoll" agents --server "$url" --nodes 1 --set workload.pods=1 \
		--warmup 1s --duration 1s --name idle
}

all_run() {
	is nodesReady 3 && is podsRunning 12 && is errors 0 && is whole true
}

# Of so many pods events tell that they were started, each of its own container.
started() {
	curl -s --max-time 20 "$url/api/v1/events" |
		grep -o '"kind":"Pod","namespace":"[^"]*","name":"[^"]*"[^{]*{c0}"},"type":"Normal","reason":"Started"' |
		sort -u >"$scratch/started"
	cat "$scratch/started"
	[ "$(wc -l <"$scratch/started")" = "$1" ]
}

# nothing RESOURCE: the server has none.
nothing() {
	curl -s --max-time 20 "$url/api/v1/$1" | grep -q '"items":\[\]'
}

# make COLLECTION NAME: somebody makes one.
make() {
	curl -s --max-time 20 -o "$scratch/none" -w '%{http_code}' -X POST -H 'Content-Type: application/json' \
		-d "{\"metadata\":{\"name\":\"$2\"}}" "$url/api/v1/$1" | grep -q 201
}

# there PATH: it is.
there() {
	curl -s --max-time 20 -o "$scratch/none" -w '%{http_code}' "$url/api/v1/$1" | grep -q 200
}

# What has the names of a run and was there before it is somebody else's; what the run puts beside it is not.
kept() {
	make namespaces nodetoll-kept-0 && make namespaces/nodetoll-kept-0/configmaps precious && make nodes kept-0 || return 1
	agents --name kept --cleanup || return 1
	there namespaces/nodetoll-kept-0/configmaps/precious && there nodes/kept-0 && ! there nodes/kept-1 || return 1
	there namespaces/nodetoll-kept-1 && return 1
	curl -s --max-time 20 "$url/api/v1/namespaces/nodetoll-kept-0/pods" "$url/api/v1/namespaces/nodetoll-kept-0/secrets" \
		>"$scratch/left"
	cat "$scratch/left"
	[ "$(grep -o '"items":\[\]' "$scratch/left" | wc -l)" = 2 ] &&
		grep -q '1 of [0-9]* namespaces, 1 of 3 nodes and 0 other objects were there before this run, and stay' "$scratch/err"
}

# The first of two runs at once takes nothing of the other's with it.
beside() {
	"$nodetoll" agents --server "$url" --nodes 1 --name beside --set workload.pods=2 --set workload.namespaces=1 \
		--warmup 1s --duration 10m --cleanup >"$scratch/none" 2>"$scratch/err.beside" &
	beside=$!
	until_ready nodes/beside-0
	agents --name first --cleanup
	there namespaces/nodetoll-beside-0/pods/beside-0-0-0 && ! there namespaces/nodetoll-first-0
	status=$?
	kill -INT "$beside"
	wait "$beside"
	return "$status"
}

# reads RESOURCE: it was there whenever somebody asked for it.
reads() {
	tr -d ' \n' <"$scratch/result" | grep -o "\"verb\":\"get\",\"resource\":\"$1\",\"code\":\"[0-9]*\"" \
		>"$scratch/rows"
	cat "$scratch/rows"
	grep -q '"code":"200"' "$scratch/rows" && ! grep -q '"code":"404"' "$scratch/rows"
}

# What was measured on sockets has no model for a source, in no form; etcd is not seen from there.
tells_sources() {
	for form in text markdown html; do
		"$nodetoll" report -o "$form" "$scratch/result" >"$scratch/form" || return 1
		if ! grep -q "this run's own clock" "$scratch/form" || ! grep -q 'Closed form beside what ran live' "$scratch/form" ||
			grep -q 'beside simulation\|What etcd has' "$scratch/form"; then
			echo "$form"
			return 1
		fi
	done
	python3 -c '
import json, sys
result = json.load(open(sys.argv[1]))
assert result["storage"] is None
assert not any("apiserver:" in by for c in result["classes"] for by in c["by"])
assert all(row["bytes"] for row in result["api"] if row["code"] in ("200", "201") and row["verb"] != "watch"), result["api"]
' "$scratch/result"
}

fails_with() {
	want=$1
	says=$2
	shift 2
	"$nodetoll" agents "$@" >"$scratch/none" 2>"$scratch/err"
	status=$?
	cat "$scratch/err"
	[ "$status" = "$want" ] && [ ! -s "$scratch/none" ] && [ "$(wc -l <"$scratch/err")" = 1 ] &&
		grep -q -e "$says" "$scratch/err"
}

# Its calls and events are those of the workload's one container.
others_containers() {
	curl -s --max-time 20 -H 'Content-Type: application/json' "$url/api/v1/namespaces/default/pods" -d '{"kind":"Pod",
"apiVersion":"v1","metadata":{"name":"two","namespace":"default"},"spec":{"nodeName":"mixed-0",
"containers":[{"name":"a","image":"a"},{"name":"b","image":"b"}]}}' >"$scratch/none"
	agents --http2-prior-knowledge --no-pods --name mixed || return 1
	grep -q 'pod two, and maybe others, shows its 2 containers, .* those of 1: --set workload.containers=2' "$scratch/err" &&
		grep -q 'pod two, and maybe others' "$scratch/result" &&
		agents --http2-prior-knowledge --no-pods --name mixed --set workload.containers=2 &&
		! grep -q 'pod two' "$scratch/err" &&
		curl -s --max-time 20 -X DELETE "$url/api/v1/namespaces/default/pods/two?gracePeriodSeconds=0" >"$scratch/none" &&
		! curl -s --max-time 20 "$url/api/v1/pods" | grep -q '"name":"two"'
}

few_descriptors() {
	(
		ulimit -n 100
		fails_with 3 'this process may have 100' --server "$url" --nodes 500
	)
}

# Once its own pods run (before it is ready for it, it may be deaf to a signal); how long that takes is the
# server's to say.
interrupted() {
	"$nodetoll" agents --server "$url" --nodes 3 --name interrupted --set workload.pods=4 --warmup 1s --duration 10m \
		-o json -f "$scratch/file" >"$scratch/result" 2>"$scratch/err" &
	running=$!
	n=0
	until curl -s --max-time 20 "$url/api/v1/pods?fieldSelector=spec.nodeName%3Dinterrupted-0" | grep -q '"Running"' ||
		[ "$n" -gt 30 ]; do
		n=$((n + 1))
		curl -s --max-time 5 "$url/api/v1/pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	kill -INT "$running"
	wait "$running" && is whole false && cmp "$scratch/result" "$scratch/file" && of_its_time "$scratch/file"
}

# of_its_time FILE: its series is as long as what was measured, and its rates are of that time.
of_its_time() {
	python3 -c 'import json, math, sys
r = json.load(open(sys.argv[1]))
time, points = r["durationSeconds"], r["series"]["requests"]["mean"]
print(time, points)
sys.exit(len(points) != math.ceil(time) or any(abs(row["perSecond"] * time - row["count"]) > 1e-6 * row["count"]
                                               for row in r["api"] + r["runtime"]))' "$1"
}

# What ends while its nodes start has measured nothing, and says when it was.
unmeasured() {
	"$nodetoll" agents --server "$url" --nodes 1 --name unmeasured --set workload.pods=2 --warmup 10m --duration 5s \
		-f "$scratch/file" >"$scratch/none" 2>"$scratch/err" &
	running=$!
	until_ready nodes/unmeasured-0
	kill -TERM "$running"
	wait "$running" || return 1
	grep -q 'ended while nodes started, so nothing is measured' "$scratch/none" || return 1
	python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(r["warmupSeconds"], r["durationSeconds"], r["series"], r["api"], r["closedForm"])
sys.exit(not 0 < r["warmupSeconds"] < 120 or r["durationSeconds"] != 0 or r["series"] is not None or
         r["api"] != [] or r["closedForm"] != [])' "$scratch/file"
}

# Nothing of it is left, whoever ends it.
terminated() {
	"$nodetoll" agents --server "$url" --http2-prior-knowledge --nodes 2 --name ended --set workload.pods=2 \
		--warmup 1s --duration 10m --cleanup -o json >"$scratch/result" 2>"$scratch/err" &
	running=$!
	until_ready nodes/ended-1
	kill -TERM "$running"
	wait "$running" || return 1
	curl -s --max-time 20 "$url/api/v1/nodes" "$url/api/v1/pods" "$url/api/v1/secrets" >"$scratch/none"
	is whole false && is unanswered 0 && ! grep -q '"name":"[^"]*ended' "$scratch/none"
}

# restarts LIST: the containers that were started again, as the server has been told.
restarts() {
	curl -s --max-time 20 "$url/api/v1/pods" | grep -o '"restartCount":[0-9]*' >"$1"
}

# A place of pods is taken for the third time and more: nobody has started these containers before.
replaced() {
	"$nodetoll" agents --server "$url" --nodes 1 --name replaced --set workload.pods=2 \
		--set workload.replacePodEvery=2s --warmup 1s --duration 10m >"$scratch/none" 2>"$scratch/err" &
	running=$!
	n=0
	until curl -s --max-time 20 "$url/api/v1/pods" | grep -q '"name":"replaced-0-[0-9]*-[5-9]"[^}]*}.*"Running"' ||
		[ "$n" -gt 60 ]; do
		n=$((n + 1))
		curl -s --max-time 5 "$url/api/v1/pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	restarts "$scratch/restarts"
	kill -INT "$running"
	wait "$running"
	cat "$scratch/restarts"
	[ -s "$scratch/restarts" ] && ! grep -v ':0$' "$scratch/restarts"
}

# says STATUS: of an object, its condition Ready.
says() {
	tr '{' '\n' | grep '"type":"Ready"' | grep -q "\"status\":\"$1\""
}

# written RESOURCE STATUS REASON: what somebody else makes of its condition Ready.
written() {
	curl -s --max-time 20 -X PATCH -H 'Content-Type: application/strategic-merge-patch+json' \
		-d "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"$2\",\"reason\":\"$3\"}]}}" \
		"$url/api/v1/$1/status" | says "$2"
}

ready() {
	curl -s --max-time 20 "$url/api/v1/$1" | says True
}

# until_ready RESOURCE: within a minute.
until_ready() {
	n=0
	until ready "$1" || [ "$n" -gt 60 ]; do
		n=$((n + 1))
		curl -s --max-time 5 "$url/api/v1/pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	ready "$1"
}

# A node controller that has not heard of a node for long takes it for dead, and its pods.
overwritten() {
	"$nodetoll" agents --server "$url" --nodes 1 --name others --set workload.pods=1 \
		--set workload.namespaces=1 --warmup 1s --duration 10m >"$scratch/none" 2>"$scratch/err" &
	running=$!
	pod=namespaces/nodetoll-others-0/pods/others-0-0-0
	until_ready nodes/others-0 && until_ready "$pod" &&
		written nodes/others-0 Unknown NodeStatusUnknown && written "$pod" False NodeNotReady &&
		until_ready nodes/others-0 && until_ready "$pod"
	status=$?
	kill -INT "$running"
	wait "$running" && return "$status"
}

# fault WHAT: from now on.
fault() {
	alive && curl -s --max-time 20 --retry 50 --retry-delay 1 --retry-all-errors -o "$scratch/none" -X POST \
		"$url/nodetoll/faults?do=$1"
}

# ten: so many pods of the node stay.
ten() {
	alive || return 1
	curl -s --max-time 20 --retry 50 --retry-delay 1 --retry-all-errors \
		"$url/api/v1/pods?fieldSelector=spec.nodeName%3Dlossy-0" >"$scratch/pods"
	[ "$(grep -o '"kind":"Pod","metadata":{[^{]*' "$scratch/pods" | wc -l)" -ge 10 ] &&
		[ "$(sed 's/"kind":"Pod"/\n&/g' "$scratch/pods" | grep '"kind":"Pod"' | grep -vc deletionTimestamp)" = 10 ]
}

# until_ten: within a minute.
until_ten() {
	n=0
	until ten || [ "$n" -gt 60 ]; do
		n=$((n + 1))
		curl -s --max-time 5 "$url/api/v1/pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	ten
}

# Two pods a second are replaced while every other request loses its connection.
lossy() {
	"$nodetoll" agents --server "$url" --http2-prior-knowledge --nodes 1 --name lossy --set workload.pods=10 \
		--set workload.replacePodEvery=5s --warmup 1s --duration 10m >"$scratch/none" 2>"$scratch/err" &
	running=$!
	until_ten && fault reset=50%25
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		curl -s --max-time 1 "$url/api/v1/pods?watch=true" >"$scratch/none"
	done
	fault reset=0%25
	until_ten
	status=$?
	kill -INT "$running"
	wait "$running" && return "$status"
}

# A connection that breaks takes with it all that is under way on it, which does not wait a second each time:
# 200 requests took twenty.
sets_up() {
	fault reset=10%25
	began=$(date +%s)
	"$nodetoll" agents --server "$url" --http2-prior-knowledge --nodes 100 --name broken --set workload.pods=1 \
		--warmup 1s --duration 1s >"$scratch/none" 2>"$scratch/err"
	status=$?
	fault reset=0%25
	echo "$(($(date +%s) - began)) s"
	[ "$status" = 0 ] && [ "$(($(date +%s) - began))" -lt 12 ]
}

# still SECONDS: nothing for so long.
still() {
	curl -s --max-time 20 "$url/api/v1/pods?watch=true&timeoutSeconds=$1" >"$scratch/none"
}

# A process that stood still while its nodes started did not keep time.
stopped() {
	"$nodetoll" agents --server "$url" --nodes 1 --name stopped --warmup 8s --duration 1s -o json \
		>"$scratch/stopped" 2>"$scratch/err.stopped" &
	stopped=$!
	still 2
	kill -STOP "$stopped"
	still 3
	kill -CONT "$stopped"
	wait "$stopped"
	cat "$scratch/err.stopped"
	cp "$scratch/stopped" "$scratch/result"
	is keptTime false && grep -q 'ms while nodes started' "$scratch/err.stopped"
}

# What was saved stays: whole, and said to be not the end; and it is never older than ten seconds.
killed() {
	rm -f "$scratch/saved" "$scratch/saved.rec"
	"$nodetoll" agents --server "$url" --nodes 3 --set workload.pods=4 --warmup 1s --duration 10m \
		-f "$scratch/saved" --recording "$scratch/saved.rec" >"$scratch/none" 2>"$scratch/err" &
	running=$!
	n=0
	until [ -s "$scratch/saved" ] || [ "$n" -gt 30 ]; do
		n=$((n + 1))
		curl -s --max-time 5 "$url/api/v1/pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	still 12
	kill -KILL "$running"
	wait "$running"
	cp "$scratch/saved" "$scratch/result" && is whole false && "$nodetoll" report "$scratch/saved" || return 1
	grep '"durationSeconds"' "$scratch/saved"
	grep -Eq '"durationSeconds": 1[0-9]\b' "$scratch/saved" && of_its_time "$scratch/saved" || return 1
	"$nodetoll" validate "$scratch/saved.rec" >"$scratch/none"
	status=$?
	[ "$status" = 0 ] || [ "$status" = 1 ] # of so few seconds anything may be said, if it is said
}

# metric TEXT: it is among the counters.
metric() {
	curl -s --max-time 5 "$at" | grep -q "^$1"
}

scraped() {
	"$nodetoll" agents --server "$url" --nodes 3 --set workload.pods=4 --warmup 1s --duration 10m \
		--metrics 127.0.0.1:0 --name metrics >"$scratch/none" 2>"$scratch/err" &
	running=$!
	n=0
	at=
	until [ -n "$at" ] && metric 'nodetoll_agents_nodes_ready 3' || [ "$n" -gt 30 ]; do
		n=$((n + 1))
		at=$(sed -n 's/^agents: metrics at //p' "$scratch/err")
		curl -s --max-time 5 "$url/api/v1/pods?watch=true&timeoutSeconds=1" >"$scratch/none"
	done
	metric 'nodetoll_agents_requests_total{client="heartbeat",verb="update",resource="leases"} [1-9]' &&
		metric 'nodetoll_agents_answers_total{code="200"} [1-9]' &&
		metric 'nodetoll_agents_requests_refused_total [0-9]' &&
		metric 'nodetoll_agents_waited_for_stream_total 0' && [ -z "$(curl -s --max-time 5 "$at" |
			sed '/^#/d; s/ [^ ]*$//' | sort | uniq -d)" ]
	status=$?
	kill -INT "$running"
	wait "$running" && return "$status"
}

# Five standing watches each, and one for every secret: more than their connections have streams.
crowded() {
	"$nodetoll" agents --server "$url" --http2-prior-knowledge --shared-connections --name crowd --nodes 60 \
		--set workload.pods=1 --warmup 10s --duration 2s -o json >"$scratch/result" 2>"$scratch/err"
	status=$?
	cat "$scratch/err"
	[ "$status" = 0 ] && is nodesReady 60 && is podsRunning 60 && is errors 0
}

printf 'sesame,somebody,1,"system:masters"\n' >"$scratch/tokens"
printf 'sesame\n' >"$scratch/right"
printf 'wrong\n' >"$scratch/wrong"
for i in 0 1 2; do
	printf 'open-%s,system:node:hollow-%s,%s,system:nodes\n' "$i" "$i" "$i" >>"$scratch/tokens"
done

# asked USER: the audit log has a kubelet's request of that user.
asked() {
	grep '"userAgent":"kubelet/v1' "$scratch/audit" | grep -q "$1"
}

serve --listen 127.0.0.1:0
check "every node is ready and every pod runs, over HTTP/1.1" agents --http1
check "and the result says so" all_run
check "an event tells of each pod that it was started" started 12
check "which names no model for what was measured" tells_sources
stop
serve --listen 127.0.0.1:0
check "over HTTP/2 they do, and what was made is deleted" agents --http2-prior-knowledge --cleanup
check "and the result says so too" all_run
check "a connection a node, and one for the users" is connections 4
check "no pod is left" nothing pods
check "no node is left" nothing nodes
check "no secret is left" nothing secrets
check "a feature's objects are made for the nodes" agents --http2-prior-knowledge --cleanup \
	--with persistent-volume-gets
check "and it reads them" reads persistentvolumes
check "nor is any of them left" nothing persistentvolumes
check "in a namespace neither" nothing persistentvolumeclaims
check "what was there before stays" kept
check "and what is of a run beside it" beside
check "a pod of others with more containers is told of" others_containers
check "the result renders" "$nodetoll" report "$scratch/result"
check "SIGINT ends it with what there is" interrupted
check "before it has measured anything, too" unmeasured
check "SIGTERM deletes what was made, when all that was asked is answered" terminated
check "SIGKILL loses no result that is older than ten seconds" killed
check "counters can be scraped" scraped
check "a run becomes a recording" agents --http2-prior-knowledge --name rec --recording "$scratch/rec.json" \
	--set start=afterWarmup
check "which validate reads and predicts" "$nodetoll" validate "$scratch/rec.json"
check "so does one from the kubelets' start on" agents --http2-prior-knowledge --name first \
	--recording "$scratch/first.json" --set kubelet.objects.design=cache
check "of which it predicts nine in ten, too" "$nodetoll" validate "$scratch/first.json"
check "nodes may share connections" agents --http2-prior-knowledge --name shared --shared-connections
check "one for all of them then" is connections 1
check "or have several" agents --http2-prior-knowledge --name several --connections-per-node 2
check "two for each of them and the users" is connections 8
check "a metrics address that is none is one message" fails_with 2 'ADDR:PORT is allowed' --server "$url" \
	--metrics here --nodes 1
check "a server of another kind is one message" fails_with 3 'is no Kubernetes API server' \
	--server "$url/elsewhere"
check "connections are shared or several" fails_with 2 'only one of them' --server "$url" --connections-per-node 4 \
	--shared-connections
check "several connections go with HTTP/2" fails_with 2 'goes with HTTP/2' --server "$url" --connections-per-node 4 \
	--http1
check "a recording that cannot be written is said before" fails_with 3 'nowhere/rec' --server "$url" \
	--recording "$scratch/nowhere/rec"
check "a process that stood still says so" stopped
check "one that waits for the end of its run rests" rests
check "too few descriptors are one message" few_descriptors
check "pods come and go however often that fails" lossy
check "nodes are set up as fast as connections break" sets_up
check "what others write of its status and its pods' a node writes again" overwritten
check "pods that replace others have not been started again" replaced
stop
check "no server is one message" fails_with 3 'cannot be reached' --server "$url" --nodes 1
check "no URL is none" fails_with 2 "https://HOST:PORT is allowed" --server here
check "two servers are too many" fails_with 2 'only one of them' --server http://h --kubeconfig x
check "a context is of a kubeconfig" fails_with 2 '--server and --context: only one' --server http://h --context x
check "a password in the URL is refused" fails_with 2 '--server: .* without user, password' --server http://me:sesame@h
check "and not repeated" sh -c "! grep -q sesame '$scratch/err'"
check "an authority that is not asked is too many" fails_with 2 '--ca and --insecure-skip-tls-verify: only one' \
	--server https://h --ca "$scratch/right" --insecure-skip-tls-verify
printf 'sesame\r\nImpersonate-User: root\n' >"$scratch/two"
check "a token of two lines is none" fails_with 2 'a token is one word' --server http://h --token-file "$scratch/two"

serve --listen 127.0.0.1:0 --token-auth-file "$scratch/tokens" --audit-log "$scratch/audit"
check "a token that is known is let in" agents --token-file "$scratch/right"
check "another is not" fails_with 3 'does not know who asks (401)' --server "$url" --token-file "$scratch/wrong"
check "nodes may have tokens of their own" agents --token-file "$scratch/right" --node-tokens "$scratch/tokens"
check "and ask by their names" asked '"user":{"username":"system:node:hollow-2"'
check "or another asks in their names" agents --token-file "$scratch/right" --impersonate --name masked
check "which the server knows" asked '"impersonatedUser":{"username":"system:node:masked-2"'
check "a node without a token is one message" fails_with 2 'no line is of user system:node:hollow-3' \
	--server "$url" --node-tokens "$scratch/tokens" --nodes 4
check "no token is in any message or result" sh -c "! grep -rq sesame '$scratch/result' '$scratch/err' '$scratch/none'"
stop

serve --listen 127.0.0.1:0 --max-streams 50
check "nodes that share a connection open others when its streams are taken" crowded
stop

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=here \
	-addext subjectAltName=IP:127.0.0.1 -out "$scratch/cert" -keyout "$scratch/key" 2>"$scratch/none"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=there \
	-out "$scratch/other" -keyout "$scratch/other.key" 2>"$scratch/none"
serve --listen 127.0.0.1:0 --tls-cert-file "$scratch/cert" --tls-private-key-file "$scratch/key"
check "over TLS, HTTP/2 is agreed upon" agents --ca "$scratch/cert"
check "a connection a node there as well" is connections 4
check "and every pod runs" all_run
check "over TLS and HTTP/1.1 they run too" agents --ca "$scratch/cert" --http1 --name other
check "whom nobody vouches for is not trusted" fails_with 3 'TLS failed: self-signed certificate' \
	--server "$url" --ca "$scratch/other" --nodes 1
check "unless the user says so" agents --insecure-skip-tls-verify --name third
check "what is no certificate is said" fails_with 2 'the certificate authority' \
	--server "$url" --ca "$scratch/tokens" --nodes 1
stop
finish
