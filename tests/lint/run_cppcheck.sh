#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cppcheck over all sources; it keeps what it learnt in the build folder ($1).
cd "$(dirname "$0")/../.." || exit 1
mkdir -p "$1/cppcheck"
exec cppcheck --quiet -j 2 --std=c11 --language=c --error-exitcode=1 --inline-suppr \
    --enable=warning,performance,portability --max-configs=4 --cppcheck-build-dir="$1/cppcheck" \
    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
    --library=posix,gnu -I src src
