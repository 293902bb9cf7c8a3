#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# agents_away.sh NODETOLL: hollow agents whose server never answers, or goes away.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/server.sh"
nodetoll=$1

# is NAME VALUE: the entry of the result has that value.
is() {
	grep -q "\"$1\": $2" "$scratch/result" || {
		grep "\"$1\"" "$scratch/result"
		return 1
	}
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

# still SECONDS: nothing for so long.
still() {
	curl -s --max-time 20 "$url/api/v1/pods?watch=true&timeoutSeconds=$1" >"$scratch/none"
}

# mute: what listens and never answers; its URL in $url, its process in $server.
mute() {
	rm -f "$scratch/fifo"
	mkfifo "$scratch/fifo"
	python3 -c 'import signal, socket
s = socket.create_server(("127.0.0.1", 0))
print("http://127.0.0.1:%d" % s.getsockname()[1], flush=True)
signal.pause()' >"$scratch/fifo" &
	server=$!
	exec 3<"$scratch/fifo"
	read -r url <&3
}

# A node of a server that is gone is ready for 40 s and no longer, and what failed is said.
gone() {
	"$nodetoll" agents --server "$url" --nodes 2 --http2-prior-knowledge --name gone --warmup 2s --duration 48s \
		-f "$scratch/result" --recording "$scratch/recording" >"$scratch/none" 2>"$scratch/err" &
	running=$!
	still 3
	kill -KILL "$server"
	wait "$running" || return 1
	grep 'On sockets' "$scratch/none"
	is nodesReady 0 && grep -q '"code": "lost"' "$scratch/result" &&
		grep -q '^On sockets: 0 nodes ready.* requests failed, [0-9,]* of them without an answer' "$scratch/none"
}

# Whatever is said of it.
reads() {
	"$nodetoll" validate "$scratch/recording" >"$scratch/none"
	status=$?
	grep ' lost ' "$scratch/none"
	[ "$status" = 1 ] && grep -q ' lost ' "$scratch/none"
}

mute
check "a server that never answers is one message" fails_with 3 'does not answer within 8 s' --server "$url"
stop
serve --listen 127.0.0.1:0
check "a server that is gone is seen" gone
check "its requests without an answer are recorded" grep -q ' lost":' "$scratch/recording"
check "and read" reads
finish
