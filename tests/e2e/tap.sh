# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A few words of TAP for shell tests.

tap_n=0
tap_failed=0

# check NAME COMMAND...: one case, passed if the command succeeds.
check() {
	name=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@" >"$scratch/log" 2>&1; then
		echo "ok $tap_n - $name"
	else
		echo "not ok $tap_n - $name"
		sed "s/^/$name: /" "$scratch/log" >&2
		tap_failed=1
	fi
}

# finish: the plan, and the exit status of the whole.
finish() {
	echo "1..$tap_n"
	exit "$tap_failed"
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
