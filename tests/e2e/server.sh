# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The mock API server of a shell test; behind tap.sh, with the program in $nodetoll.

# serve OPTIONS...: its URL in $url, its process in $server, what it complains of in $scratch/serve.err.
serve() {
	rm -f "$scratch/fifo"
	mkfifo "$scratch/fifo"
	"$nodetoll" serve "$@" >"$scratch/fifo" 2>"$scratch/serve.err" &
	server=$!
	exec 3<"$scratch/fifo"
	read -r url <&3
}

# stop: end it; what it counted is in $scratch/counts.
stop() {
	kill -TERM "$server"
	cat <&3 >"$scratch/counts"
	wait "$server"
}
