# SPDX-License-Identifier: Apache-2.0
# bash completion for nodetoll                                 -*- shell-script -*-

# Names of models, of one kind if it is given.
_nodetoll_models() {
	"${COMP_WORDS[0]}" models list -o json 2>/dev/null | awk -F'"' -v only="${1-}" '
		$2 == "kind" { kind = $4 }
		$2 == "name" && (only == "" || only == kind) { print $4 }'
}

_nodetoll_flags() {
	case $1 in
	contrast)
		echo --nodes --pods-per-node --containers --namespaces --shared-by --duration --warmup \
			--kubelet --runtime --seed --threads --output --filename --models --help
		;;
	simulate) echo --set --with --filename --trace --trace-node --slo-limits --seed --threads --output --models --help ;;
	estimate) echo --scenario --set --nodes --pods-per-node --churn --kubelet --prr --threads --output --filename --models --help ;;
	incidents) echo --threads --output --filename --models --help ;;
	compare)
		echo --gate --budget --with --candidate-set --set --scenario --seeds --seed \
			--allow-different --threads --output --filename --models --help
		;;
	sweep)
		echo --vary --set --with --measure --knee --seed --threads --output --filename --models --help
		;;
	validate) echo --kubelet --seeds --seed --min-within --threads --output --filename --models --help ;;
	report) echo --output --filename --help ;;
	serve)
		echo --listen --apiserver --set --times --fault --seed --tls-cert-file --tls-private-key-file \
			--client-ca-file --token-auth-file --audit-log --event-ttl --max-objects --max-bytes --history \
			--max-connections --max-connections-per-peer --max-streams --max-header-bytes \
			--max-body-bytes --idle-timeout --request-timeout --output --filename --models --help
		;;
	agents)
		echo --nodes --kubelet --duration --warmup --kubeconfig --context --server --token-file \
			--ca --insecure-skip-tls-verify --impersonate --node-tokens --http1 \
			--http2-prior-knowledge --connections-per-node --shared-connections --no-pods --name \
			--cleanup --metrics --recording \
			--set --with --seed --output --filename --models --help
		;;
	agree)
		echo --nodes --duration --warmup --set --with --seed --seeds --tolerance --threads --output \
			--filename --models --help
		;;
	models) echo --output --models --help ;;
	*) echo --help --version --models ;;
	esac
}

# What may follow a flag; nothing, if it takes a value of the user's own.
_nodetoll_values() {
	case $1 in
	-o | --output) compgen -W "text json csv markdown${3:+ $3}" -- "$2" ;;
	--shared-by) compgen -W "namespace pod" -- "$2" ;;
	--times) compgen -W "real model" -- "$2" ;;
	--fault) compgen -W "latency= 429= 500= reset= half-close= hang= drop-watch= 410= restart=" -- "$2" ;;
	--apiserver) compgen -W "$(_nodetoll_models APIServer)" -- "$2" ;;
	-f | --filename | --trace | --budget | --tls-cert-file | --tls-private-key-file | --client-ca-file | \
		--token-auth-file | --audit-log | --kubeconfig | --token-file | --ca) compgen -f -- "$2" ;;
	--models) compgen -d -- "$2" ;;
	--kubelet) compgen -W "$(_nodetoll_models Kubelet)" -- "$2" ;;
	--with)
		compgen -W "$(_nodetoll_models Feature)" -- "$2"
		compgen -f -- "$2"
		;;
	--scenario) compgen -W "$(_nodetoll_models Scenario)" -- "$2" ;;
	--runtime) compgen -W "$(_nodetoll_models Runtime)" -- "$2" ;;
	*) return 1 ;;
	esac
}

_nodetoll() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command="" more="" i
	local kinds="kubelet runtime apiserver workload scenario feature incident recording calibration budget"
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		contrast | simulate | estimate | incidents | compare | sweep | validate | report | serve | agents | agree | models)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	COMPREPLY=()
	local IFS=$'\n'
	case $previous in
	-o | --output | --shared-by | -f | --filename | --trace | --models | --kubelet | --runtime | --with | \
		--budget | --scenario | \
		--times | --fault | --apiserver | --tls-cert-file | --tls-private-key-file | --client-ca-file | \
		--token-auth-file | --audit-log | --kubeconfig | --token-file | --ca)
		[[ $command == report ]] && more="junit html"
		[[ $command == compare || $command == sweep || $command == agree ]] && more="junit"
		COMPREPLY=($(_nodetoll_values "$previous" "$current" "$more"))
		return
		;;
	--nodes | --pods-per-node | --containers | --namespaces | --duration | --warmup | --seed | \
		--seeds | --churn | --threads | --set | --slo-limits | --trace-node | --min-within | --gate | \
		--candidate-set | --vary | --measure | --knee | --listen | \
		--event-ttl | --max-objects | --max-bytes | --history | --max-connections | --max-connections-per-peer | \
		--max-streams | --max-header-bytes | --max-body-bytes | --idle-timeout | --request-timeout | \
		--server | --context | --connections-per-node | --name | --tolerance)
		return
		;;
	esac
	if [[ $current == -* ]]; then
		COMPREPLY=($(IFS=' ' compgen -W "$(_nodetoll_flags "$command")" -- "$current"))
	elif [[ -z $command ]]; then
		COMPREPLY=($(IFS=' ' compgen -W "contrast simulate estimate incidents compare sweep validate report serve agents agree models" -- "$current"))
	elif [[ $command == models ]]; then
		if [[ $previous == models ]]; then
			COMPREPLY=($(IFS=' ' compgen -W "list show explain schema" -- "$current"))
		elif [[ $previous == schema ]]; then
			COMPREPLY=($(IFS=' ' compgen -W "$kinds" -- "$current"))
		else
			COMPREPLY=($(compgen -W "$(_nodetoll_models)" -- "$current"))
		fi
	elif [[ $command == estimate ]]; then
		COMPREPLY=($(compgen -W "$(_nodetoll_models Feature)" -- "$current"
			compgen -f -- "$current"))
	elif [[ $command == incidents ]]; then
		if [[ $previous == incidents ]]; then
			COMPREPLY=($(IFS=' ' compgen -W "run" -- "$current"))
		else
			COMPREPLY=($(compgen -W "$(_nodetoll_models Incident)" -- "$current"))
		fi
	elif [[ $command == compare || $command == sweep ]]; then
		COMPREPLY=($(compgen -W "$(_nodetoll_models Scenario)" -- "$current"
			compgen -f -- "$current"))
	elif [[ $command == simulate || $command == agents || $command == agree ]]; then
		COMPREPLY=($(compgen -W "$(_nodetoll_models Scenario)" -- "$current"
			compgen -f -- "$current"))
	else
		COMPREPLY=($(compgen -f -- "$current"))
	fi
}

complete -o filenames -F _nodetoll nodetoll
