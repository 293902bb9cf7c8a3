#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packages.sh build|check...: install the Debian packages that are missing, and say which.

for set in "$@"; do
	case $set in
	build) wanted="$wanted gcc libc6-dev meson ninja-build pkg-config libcjson-dev libfyaml-dev libcurl4-openssl-dev libevent-dev libnghttp2-dev libssl-dev libjs-chart.js" ;;
	check) wanted="$wanted libcmocka-dev clang libclang-rt-14-dev clang-format clang-tidy cppcheck
		binutils chromium curl openssl man-db groff-base python3 python3-jsonschema python3-yaml" ;;
	e2e) wanted="$wanted golang-go make rsync dpkg-dev openssl python3" ;;
	*)
		echo "packages.sh: no such set: $set" >&2
		exit 2
		;;
	esac
done

missing=
for package in $wanted; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -z "$missing" ] && exit 0

echo "Installing the packages that are missing:$missing"
if [ "$(id -u)" -eq 0 ]; then
	as_root="env"
elif command -v sudo >/dev/null; then
	as_root="sudo env"
else
	echo "packages.sh: run as root or install sudo, or install them yourself: apt-get install$missing" >&2
	exit 3
fi
# shellcheck disable=SC2086  # words on purpose
if ! $as_root apt-get update -q >/dev/null ||
	! $as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >/dev/null; then
	echo "packages.sh: apt-get could not install:$missing" >&2
	exit 3
fi
