#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# compare.sh NODETOLL: saved results of all kinds beside each other.
. "$(dirname "$0")/tap.sh"
nodetoll=$1
root=$(cd "$(dirname "$0")/../.." && pwd)

# estimate NAME FLAG...: saved by that name.
estimate() {
	as=$1
	shift
	"$nodetoll" estimate node-problem-detector -f "$scratch/$as.json" "$@"
}

contrast() {
	as=$1
	shift
	"$nodetoll" contrast --nodes 2 --duration 30s --warmup 5s -f "$scratch/$as.json" "$@"
}

# compare STATUS BASE CANDIDATE FLAG...: what it says is in said.
compare() {
	status=$1 base=$2 candidate=$3
	shift 3
	"$nodetoll" compare "$scratch/$base.json" "$scratch/$candidate.json" "$@" \
		>"$scratch/said" 2>&1
	test $? = "$status" || { cat "$scratch/said" && return 1; }
}

says() {
	grep -qF -- "$1" "$scratch/said" || { cat "$scratch/said" && return 1; }
}

other_sizes_are_refused() {
	compare 2 three one && says 'they differ in nodes;' &&
		compare 2 thousand churn && says 'they differ in churnPodsPerSecond;' &&
		compare 2 thousand pods && says 'they differ in workload.pods;' &&
		compare 2 ten thirty && says 'they differ in podsPerNode[0];'
}

# None was looked at, which is not that there are no calls.
a_size_that_is_not_there_is_no_toll_of_zero() {
	compare 1 three one --allow-different --gate 'toll{of=api,nodes=1000}.mean <= +5%' &&
		says 'the candidate has no figure' &&
		compare 0 three one --allow-different --gate 'toll{of=api,nodes=100}.mean <= +5%' &&
		compare 1 ten thirty --allow-different \
			--gate 'runtime.calls{design=polling,podsPerNode=10}.mean <= +5%' &&
		says 'the candidate has no figure' &&
		compare 2 three one --allow-different --gate 'toll{of=api,nodes=2000}.mean <= 5/s'
}

# What is compared may differ, and is told.
another_kubelet_is_what_differs() {
	compare 0 thousand kubelet && says 'kubelet v1.20 instead of v1.36' &&
		says 'kubelet.name' && ! grep -q '100.0%' "$scratch/said"
}

# Nobody measured how long docker's status of a sandbox takes, nor of an image.
guesses_are_told() {
	contrast docker --pods-per-node 10 --runtime docker-1.9 >"$scratch/said" &&
		grep -q 'podsandbox_status' "$scratch/said" &&
		compare 0 docker docker -o csv &&
		grep 'burst,p50,' "$scratch/said" | grep -q ',assumed,' &&
		! grep '^rows,detection' "$scratch/said" | grep -q ',calibrated,'
}

times_of_a_validation_are_calibrated() {
	"$nodetoll" validate "$root/tests/recordings/kubelet-1.20.2-containerd-30.json" --seeds 2 \
		--min-within 0 -f "$scratch/valid.json" >"$scratch/said" &&
		compare 0 valid valid -o csv && grep 'source=latency' "$scratch/said" >"$scratch/times" &&
		test -s "$scratch/times" && ! grep -v ',calibrated,' "$scratch/times"
}

run_seed() {
	"$nodetoll" simulate quiet-5000x30 --set nodes=2 --set duration=10s --seed "$1" -f "$scratch/seed$1.json"
}

# One command has one seed for both sides.
a_page_says_how_only_if_that_is_so() {
	run_seed 1 >"$scratch/said" && run_seed 7 >"$scratch/said" &&
		compare 0 seed1 seed7 -f "$scratch/apart.json" && says 'seed 1 and 7' &&
		compare 0 seed1 seed1 -f "$scratch/alike.json" || return
	for page in apart alike; do
		"$nodetoll" report "$scratch/$page.json" -o html -f "$scratch/$page.html" || return
		grep -q 'scenarios as resolved' "$scratch/$page.html" || return
	done
	! grep -q 'nodetoll compare ./base' "$scratch/apart.html" &&
		grep -q 'nodetoll compare ./base' "$scratch/alike.html"
}

for one in 'three --nodes 100,1000,5000' 'one --nodes 100' 'thousand --nodes 1000' \
	'churn --nodes 1000 --churn 50/s' 'pods --nodes 1000 --pods-per-node 50' \
	'kubelet --nodes 1000 --kubelet v1.20'; do
	# shellcheck disable=SC2086  # words
	check "estimate $one" estimate $one
done
check "contrast of 10 pods" contrast ten --pods-per-node 10
check "contrast of 30 pods" contrast thirty --pods-per-node 30
check "saved results of other clusters are refused" other_sizes_are_refused
check "a gate on a size that is not there is breached" a_size_that_is_not_there_is_no_toll_of_zero
check "another kubelet is what differs" another_kubelet_is_what_differs
check "what a contrast's times are guessed by is told" guesses_are_told
check "times of a validation are calibrated" times_of_a_validation_are_calibrated
check "a page says how to make its numbers where one command does" a_page_says_how_only_if_that_is_so
finish
