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

# What is to be simulated is refused only after the files: so no run was in between.
is_told_before_the_run() {
	"$nodetoll" simulate no-such-scenario -f "$scratch/none/result" 2>&1 | grep -q none/result
}

its_scenario_stays() {
	printf '%s\n' 'apiVersion: nodetoll/v1alpha1' 'kind: Scenario' 'metadata: {name: mine}' \
		'spec: {extends: quiet-5000x30, nodes: 1, duration: 10s}' >"$scratch/mine.yaml"
	cp "$scratch/mine.yaml" "$scratch/kept.yaml"
	ln -s mine.yaml "$scratch/link.yaml"
	for file in "$scratch/mine.yaml" "$scratch/./mine.yaml" "$scratch/link.yaml"; do
		! "$nodetoll" simulate "$scratch/mine.yaml" -f "$file" || return 1
		! "$nodetoll" simulate "$scratch/mine.yaml" --trace "$file" || return 1
	done
	cmp "$scratch/mine.yaml" "$scratch/kept.yaml"
}

check "a result that cannot be written is told before the run" is_told_before_the_run
check "what a run reads is not written over" its_scenario_stays
check "a trace and a result are not one file" \
	fails_and_leaves_nothing --trace "$out/both" -f "$out/./both"
check "a result that cannot be written leaves no trace" \
	fails_and_leaves_nothing --trace "$out/trace" -f "$out/none/result"
check "a trace that cannot be written leaves no result" \
	fails_and_leaves_nothing --trace "$out/none/trace" -f "$out/result"
check "a full device leaves no trace" \
	fails_and_leaves_nothing --trace "$out/trace" -f /dev/full
check "a trace and a result are written beside each other" both_are_there
finish
