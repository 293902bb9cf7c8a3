#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh NODETOLL BUILD: what `meson install` puts where.
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1")
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

# bash_completes EXPECTED WORD...: what bash offers for the last of the words.
bash_completes() {
	want=$1
	shift
	# shellcheck disable=SC2016
	bash -c 'set -u; . "$1"; want=$2; cd "$3" || exit; shift 3; COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1)); _nodetoll; echo "${COMPREPLY[*]}"
		[ "${COMPREPLY[*]}" = "$want" ]' bash "$root/completions/nodetoll.bash" \
		"$want" "$root/models" "$program" "$@"
}

man_names_models() {
	find "$scratch/to" -path '*/man1/nodetoll.1' -exec cat {} + >"$scratch/page"
	grep -q '^\.I /.*/share/nodetoll/models$' "$scratch/page" && ! grep '@[A-Z_]*@' "$scratch/page"
}

check "it installs" meson install -C "$build" --no-rebuild --destdir "$scratch/to"
check "the program is there" has bin/nodetoll
check "the models are there, all of them" same_models
check "the manual page is there" has man/man1/nodetoll.1
check "the manual page says where the models are" man_names_models
check "the manual page renders without a warning" renders
check "the bash completion is there" has bash-completion/completions/nodetoll
check "the bash completion completes a command" bash_completes contrast contr
check "it offers kubelets for kubelets" bash_completes "v1.1 v1.12" contrast --kubelet v1.1
check "it offers runtimes for runtimes" bash_completes containerd-1.6.20 contrast --runtime cont
check "it offers scenarios to simulate" bash_completes slow-runtime simulate slow
check "it offers files to simulate" bash_completes \
	"scheduler-1000 scheduler-pairs scheduler-pairs-few schema scenario" simulate sc
check "it offers kinds to schema" bash_completes "recording" models schema rec
check "the zsh completion is there" has _nodetoll
installed=$(find "$scratch/to" -path '*/bin/nodetoll' -print -quit)
check "the installed program runs" "$installed" --version
check "it finds the models that it is told of" \
	env -u NODETOLL_MODELS "$installed" --models "$root/models" models list
finish
