# bash completion for nodetoll
