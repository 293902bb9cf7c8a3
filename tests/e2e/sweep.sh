#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sweep.sh NODETOLL: a sweep that is killed goes on where it was.
. "$(dirname "$0")/tap.sh"
nodetoll=$1

grid="sweep quiet-5000x30 --vary podsPerNode=10..200/10 --set nodes=40 --set duration=2m --threads 2"

# shellcheck disable=SC2086  # words
sweep() {
	"$nodetoll" $grid -o json "$@"
}

lines() {
	cat "$1" 2>/dev/null | wc -l
}

# Killed when the journal has its head and two cells; then run again.
goes_on() {
	sweep >"$scratch/whole" || return 1
	# not by the function: its number is to be the program's
	# shellcheck disable=SC2086
	"$nodetoll" $grid -f "$scratch/out" >/dev/null 2>&1 &
	pid=$!
	while [ "$(lines "$scratch/out.journal")" -lt 3 ] && kill -0 "$pid" 2>/dev/null; do :; done
	kill -9 "$pid"
	wait "$pid"
	test ! -e "$scratch/out" && had=$(($(lines "$scratch/out.journal") - 1)) && test "$had" -ge 2 &&
		sweep -f "$scratch/out" >"$scratch/again" 2>"$scratch/said" &&
		grep -q "has $had of 20 cells already" "$scratch/said" &&
		cmp "$scratch/whole" "$scratch/again" && cmp "$scratch/whole" "$scratch/out" &&
		test ! -e "$scratch/out.journal"
}

is_of_another() {
	echo "of something else" >"$scratch/other.journal"
	sweep -f "$scratch/other" >/dev/null 2>"$scratch/said"
	test $? = 2 && grep -q "something else" "$scratch/said" && test ! -e "$scratch/other" &&
		grep -q "of something else" "$scratch/other.journal"
}

does_not_depend_on_threads() {
	"$nodetoll" sweep start-100-limit --vary podsPerNode=10..30/10 --set nodes=2 --threads 1 -o json \
		>"$scratch/one" &&
		"$nodetoll" sweep start-100-limit --vary podsPerNode=10..30/10 --set nodes=2 --threads 7 \
			-o json >"$scratch/seven" && cmp "$scratch/one" "$scratch/seven"
}

check "a sweep that was killed goes on, and its result is the same" goes_on
check "a journal of another sweep is refused and stays" is_of_another
check "the result does not depend on threads" does_not_depend_on_threads
finish
