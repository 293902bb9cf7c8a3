#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold, in three builds.  The last line counts it:
#   N passed, N failed
cd "$(dirname "$0")/.." || exit 1
PATH=/usr/bin:/bin:$PATH
started=$SECONDS
logs=()
passed=0 # what is not a test of one build: a build that fails, two builds compared
failed=0

# The sanitizers of gcc 12 and clang 14 lose their shadow memory on kernels that
# randomise 32 bits of addresses; without randomisation they are at home anywhere.
plain_addresses=()
setarch -R true 2>/dev/null && plain_addresses=(setarch -R)

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
unset NODETOLL_MODELS

# build NAME OPTIONS...
build() {
	echo "== build/$1"
	tools/build.sh "$@" && return
	echo "FAILED: the build of build/$1"
	failed=$((failed + 1))
	return 1
}

# run NAME MESON-TEST-OPTIONS...
run() {
	local name=$1
	shift
	rm -f "build/$name/meson-logs/check".*
	"${plain_addresses[@]}" meson test -C "build/$name" --no-rebuild --logbase check --print-errorlogs \
		--num-processes 2 "$@"
	logs+=("build/$name/meson-logs/check.junit.xml")
}

# same_bytes NAME COMMAND...: the debug and the release build print the same.
same_bytes() {
	local name=$1 kind
	shift
	for kind in debug release; do
		[ -x "build/$kind/nodetoll" ] || return
		NODETOLL_MODELS=models "build/$kind/nodetoll" "$@" >"build/$kind.json" || : >"build/$kind.json"
	done
	if [ -s build/debug.json ] && cmp build/debug.json build/release.json; then
		passed=$((passed + 1))
	else
		echo "FAILED: debug and release: $name"
		failed=$((failed + 1))
	fi
}

build debug --buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined &&
	run debug
build release --buildtype=debugoptimized -Dtests=true &&
	run release
CC=clang build fuzz --buildtype=debugoptimized -Doptimization=1 -Db_sanitize=address,undefined \
	-Db_lundef=false -Dfuzz=true &&
	run fuzz --suite fuzz

echo "== debug and release"
same_bytes contrast contrast --nodes 40 --pods-per-node 10,30 --duration 60s --warmup 20s -o json

echo "== $((SECONDS - started)) s"
exec tools/count.py "$passed" "$failed" "${logs[@]}"
