# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The mock API server of a shell test; behind tap.sh, with the program in $nodetoll.

# serve OPTIONS...: its URL in $url, its process in $server, what it complains of in $scratch/serve.err.
# Without it nothing else is worth trying.
serve() {
	rm -f "$scratch/fifo"
	mkfifo "$scratch/fifo"
	"$nodetoll" serve "$@" >"$scratch/fifo" 2>"$scratch/serve.err" &
	server=$!
	exec 3<"$scratch/fifo"
	read -r url <&3 && return
	echo "Bail out! the server did not start: $(cat "$scratch/serve.err")" >&2
	exit 1
}

# alive: it has not ended.
alive() {
	kill -0 "$server" 2>"$scratch/none"
}

# stop: end it; what it counted is in $scratch/counts.
stop() {
	kill -TERM "$server"
	cat <&3 >"$scratch/counts"
	wait "$server"
}
