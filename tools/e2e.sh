#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# e2e.sh [--soak] [SCENARIO...]: nodetoll beside a real control plane.  Where that cannot be had it says so,
# and fails nothing.
cd "$(dirname "$0")/.." || exit 1
PATH=/usr/bin:/bin:$PATH
export PYTHONDONTWRITEBYTECODE=1

tools/packages.sh build || exit
# The tests of a build that is there stay as they are.
[ -d build/release ] && options='' || options=-Dtests=false
tools/build.sh release $options || exit
export NODETOLL_MODELS=$PWD/models

soaked=0
if [ "$1" = --soak ]; then
	echo "# soak: our own server and agents, 20 minutes"
	python3 tests/e2e/soak.py build/release/nodetoll --long || soaked=1
fi
if ! tools/packages.sh e2e; then
	echo "skipped: the packages of a control plane cannot be had here"
	exit "$soaked"
fi
python3 tests/e2e/real/run.py build/release/nodetoll build/e2e "$@"
status=$?
[ "$status" -eq 77 ] && status=0
[ "$status" -eq 0 ] && exit "$soaked"
exit "$status"
