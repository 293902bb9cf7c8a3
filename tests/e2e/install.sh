#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh NODETOLL BUILD: what `meson install` puts where.
. "$(dirname "$0")/tap.sh"
build=$2
root=$(cd "$(dirname "$0")/../.." && pwd)

has() {
	[ -n "$(find "$scratch/to" -path "*/$1" -print -quit)" ]
}

same_models() {
	diff -r "$root/models" "$(find "$scratch/to" -path '*/share/nodetoll/models' -print -quit)"
}

renders() {
	man --warnings -E UTF-8 -l -Tutf8 "$root/docs/nodetoll.1" >"$scratch/man" 2>"$scratch/warnings"
	cat "$scratch/warnings"
	[ -s "$scratch/man" ] && [ ! -s "$scratch/warnings" ]
}

bash_completes() {
	# shellcheck disable=SC2016
	bash -c 'set -u; . "$1"; COMP_WORDS=(nodetoll contr); COMP_CWORD=1; _nodetoll
		[ "${COMPREPLY[*]}" = contrast ]' bash "$root/completions/nodetoll.bash"
}

check "it installs" meson install -C "$build" --no-rebuild --destdir "$scratch/to"
check "the program is there" has bin/nodetoll
check "the models are there, all of them" same_models
check "the manual page is there" has man/man1/nodetoll.1
check "the manual page renders without a warning" renders
check "the bash completion is there" has bash-completion/completions/nodetoll
check "the bash completion completes a command" bash_completes
check "the zsh completion is there" has _nodetoll
installed=$(find "$scratch/to" -path '*/bin/nodetoll' -print -quit)
check "the installed program runs" "$installed" --version
check "it finds the models that it is told of" \
	env -u NODETOLL_MODELS "$installed" --models "$root/models" models list
finish
