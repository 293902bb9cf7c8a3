#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# threads.sh NODETOLL: the same bytes on any number of threads.
. "$(dirname "$0")/tap.sh"
nodetoll=$1

contrast() {
	"$nodetoll" contrast --nodes 60 --pods-per-node 10,30 --duration 90s --warmup 30s \
		--threads "$1" -o json >"$scratch/$1.json"
}

same() {
	contrast "$1" && cmp "$scratch/1.json" "$scratch/$1.json"
}

compares_the_same() {
	for threads in 1 7; do
		"$nodetoll" compare kubelet:v1.12 kubelet:v1.20 --set nodes=30 --set duration=30s \
			--set warmup=10s --seeds 3 --threads "$threads" -o json >"$scratch/compared.$threads" ||
			return 1
	done
	cmp "$scratch/compared.1" "$scratch/compared.7"
}

check "contrast runs on one thread" contrast 1
check "two threads print the same bytes" same 2
check "seven threads print the same bytes" same 7
check "a comparison on seven threads is that on one" compares_the_same
check "another seed prints other bytes" \
	sh -c '! "$1" contrast --nodes 60 --pods-per-node 10,30 --duration 90s --warmup 30s --seed 2 \
	-o json | cmp -s - "$2"' sh "$nodetoll" "$scratch/1.json"
finish
