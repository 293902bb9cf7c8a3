#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold, in three builds.  The last line counts it:
#   N passed, N failed
cd "$(dirname "$0")/.." || exit 1
PATH=/usr/bin:/bin:$PATH
started=$SECONDS
rm -f build/e2e.log
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

# expect NAME LOG: what this run will write is counted in the end; that it is missing, too.
expect() {
	rm -f "build/$1/meson-logs/$2".*
	logs+=("build/$1/meson-logs/$2.junit.xml")
}

# run NAME LOG MESON-TEST-OPTIONS...
run() {
	local name=$1 log=$2
	shift 2
	"${plain_addresses[@]}" meson test -C "build/$name" --no-rebuild --logbase "$log" --print-errorlogs \
		--num-processes 2 "$@"
}

# Programs on sockets mostly wait: they run beside everything else, and go before it when they do not.
e2e_beside() {
	expect release e2e
	# A group of its own: who stops this run stops meson and the programs below it, too.
	set -m
	run release e2e --suite e2e --num-processes 1 >build/e2e.log 2>&1 &
	set +m
	trap "kill -- -$! 2>/dev/null" EXIT
	renice -n 10 -p $$ >/dev/null
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

# gold links hundreds of sanitized programs in half the time.
CC_LD=gold build debug --buildtype=debug -Doptimization=1 -Db_sanitize=address,undefined &&
	expect debug check && run debug check
build release --buildtype=debugoptimized -Dtests=true &&
	e2e_beside && expect release check && run release check --no-suite e2e
CC=clang build fuzz --buildtype=debugoptimized -Doptimization=1 -Db_sanitize=address,undefined \
	-Db_lundef=false -Dfuzz=true &&
	expect fuzz check && run fuzz check --suite fuzz
wait
[ ! -f build/e2e.log ] || cat build/e2e.log

echo "== debug and release"
same_bytes contrast contrast --nodes 40 --pods-per-node 10,30 --duration 60s --warmup 20s -o json

echo "== $((SECONDS - started)) s"
exec tools/count.py "$passed" "$failed" "${logs[@]}"
