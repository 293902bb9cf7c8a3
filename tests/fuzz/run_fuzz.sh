#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_fuzz.sh TARGET SEEDS...: a bounded run with a fixed seed.  NODETOLL_FUZZ_RUNS=N for more.
target=$1
shift
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# libFuzzer writes what it finds into the first folder, so the seeds come after an empty one.
mkdir "$scratch/new"
"$target" -seed=1 -runs="${NODETOLL_FUZZ_RUNS:-20000}" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
    -max_total_time="${NODETOLL_FUZZ_SECONDS:-60}" -print_final_stats=1 \
    -artifact_prefix="$scratch/" "$scratch/new" "$@" >"$scratch/log" 2>&1
status=$?
tail -n 40 "$scratch/log"
if [ "$status" -ne 0 ]; then
	for found in "$scratch"/crash-* "$scratch"/timeout-* "$scratch"/oom-* "$scratch"/leak-*; do
		[ -f "$found" ] || continue
		echo "the input (base64), to be kept as a seed once it passes:"
		base64 "$found"
	done
fi
exit "$status"
