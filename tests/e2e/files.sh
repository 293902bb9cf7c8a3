#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# files.sh NODETOLL: what a run leaves behind.
. "$(dirname "$0")/tap.sh"
nodetoll=$1
out=$scratch/out

simulate() {
	"$nodetoll" simulate quiet-5000x30 --set nodes=1 --set duration=10s --set warmup=0s "$@"
}

fails_and_leaves_nothing() {
	mkdir "$out" && ! simulate "$@" && test -z "$(ls -A "$out")" && rmdir "$out"
}

both_are_there() {
	mkdir "$out" && simulate --trace "$out/trace" -f "$out/result" &&
		test -s "$out/trace" && test -s "$out/result" && test "$(ls -A "$out" | wc -l)" = 2
}

check "a result that cannot be written leaves no trace" \
	fails_and_leaves_nothing --trace "$out/trace" -f "$out/none/result"
check "a trace that cannot be written leaves no result" \
	fails_and_leaves_nothing --trace "$out/none/trace" -f "$out/result"
check "a full device leaves no trace" \
	fails_and_leaves_nothing --trace "$out/trace" -f /dev/full
check "a trace and a result are written beside each other" both_are_there
finish
