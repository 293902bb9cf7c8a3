#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# agree.sh NODETOLL: closed form, virtual time and real sockets, as a user runs them.
. "$(dirname "$0")/tap.sh"
nodetoll=$1

# Seconds on a busy machine: what is looked at is that calls are counted and laid side by side. As
# many as the closed form asks for, so that it is sure that every pod starts among them.
few="--nodes 2 --set workload.pods=4 --tolerance 25%"

agrees() {
	# shellcheck disable=SC2086
	"$nodetoll" agree $few --duration 20s -f "$scratch/result" >"$scratch/text" 2>"$scratch/err"
	status=$?
	cat "$scratch/text" "$scratch/err"
	return "$status"
}

says() {
	grep -q "$1" "$scratch/text"
}

renders() {
	"$nodetoll" report "$scratch/result" >"$scratch/again" && cmp "$scratch/text" "$scratch/again" || return 1
	for form in json csv markdown junit html; do
		"$nodetoll" report "$scratch/result" -o "$form" >"$scratch/form" && [ -s "$scratch/form" ] || return 1
	done
}

is_gate() {
	"$nodetoll" compare "$scratch/result" "$scratch/result" --gate "calls{call=create_container}.live <= 8" \
		--gate "agreement.rowsAgree >= 1"
}

# A live run in the background: its process in $pid, its server's in $child.
begin() {
	# shellcheck disable=SC2086
	"$nodetoll" agree $few --duration 10m -o json >"$scratch/result" 2>"$scratch/err" &
	pid=$!
	sleep 5
	child=$(ps -o pid= --ppid "$pid")
	[ -n "$child" ]
}

is_over() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.5
	done
	return 1
}

ends_early() {
	begin || return 1
	kill -INT "$pid"
	wait "$pid"
	[ $? -le 1 ] && grep -q '"whole": false' "$scratch/result" && grep -q 'Interrupted after' "$scratch/result"
}

leaves_nothing() {
	begin || return 1
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	is_over "$child"
}

# In its own words, not in its server's.
few_descriptors() {
	(
		ulimit -n 60
		"$nodetoll" agree --nodes 50 >"$scratch/text" 2>"$scratch/err"
	)
	status=$?
	cat "$scratch/text" "$scratch/err"
	[ "$status" = 3 ] && [ ! -s "$scratch/text" ] && [ "$(wc -l <"$scratch/err")" = 1 ] &&
		grep -q '^nodetoll: 50 nodes and their server need 178 open files each, a process may have 60:' "$scratch/err"
}

check "a short run agrees" agrees
check "every container was created in all three" says '^ *create_container .* 8.0 .* 8 .* 8 .* yes'
check "all forms show it" renders
check "its calls have measures" is_gate
check "an interrupt ends it with what was counted" ends_early
check "and its server" is_over "$child"
check "its server does not outlive it" leaves_nothing
check "too few descriptors are one message" few_descriptors
finish
