#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-format decides; nobody discusses it again.  To apply: add -i, drop -n.
cd "$(dirname "$0")/../.." || exit 1
files=$(find src tests bench -name '*.[ch]' 2>/dev/null | sort)
[ -z "$files" ] && exit 0
# shellcheck disable=SC2086  # names have no spaces: check_text.py would see to it
exec clang-format --dry-run -Werror $files
