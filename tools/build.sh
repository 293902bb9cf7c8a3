#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh NAME [MESON OPTIONS]: configure build/NAME (anew, if the options changed) and build it.
cd "$(dirname "$0")/.." || exit 1
name=$1
shift

# The system's tools: an interpreter of the user's own may lack what Debian's has.
PATH=/usr/bin:/bin:$PATH
if [ -f "build/$name/build.ninja" ]; then
	meson configure "build/$name" "$@" >"build/$name.log" 2>&1
else
	mkdir -p build
	meson setup "build/$name" "$@" >"build/$name.log" 2>&1
fi && ninja -C "build/$name" >>"build/$name.log" 2>&1 && exit 0
cat "build/$name.log" >&2
exit 1
