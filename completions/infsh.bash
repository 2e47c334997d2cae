# Completion of infsh and infsh-secrets for bash.
_infsh_complete() {
    local reply value description
    COMPREPLY=()
    reply=$("$1" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
    if [[ $reply == ":files" ]]; then
        compopt -o default 2>/dev/null
        return 0
    fi
    while IFS=$'\t' read -r value description; do
        [[ -n $value ]] && COMPREPLY+=("$value")
    done <<<"$reply"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
    return 0
}
complete -F _infsh_complete infsh infsh-secrets
