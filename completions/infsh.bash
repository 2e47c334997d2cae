# Completion of infsh and infsh-secrets for bash.
_infsh_complete() {
    local reply value description word current rest place count=0
    local -a words=()
    COMPREPLY=()
    # Bash parts words at = and : as well; here they are put together again.
    rest=${COMP_LINE:0:COMP_POINT}
    for ((place = 0; place <= COMP_CWORD; place++)); do
        word=${COMP_WORDS[place]}
        if ((place == COMP_CWORD)); then
            value=${rest#"${rest%%[![:space:]]*}"}
            ((${#word} > ${#value})) && word=$value
        fi
        if ((place > 0)) && [[ -n $rest && $rest != [[:space:]]* ]]; then
            words[count - 1]+=$word
        else
            words[count]=$word
            ((count++))
        fi
        rest=${rest#"${rest%%[![:space:]]*}"}
        rest=${rest#"$word"}
    done
    current=${words[count - 1]}
    [[ $word == [=:] ]] && word=
    reply=$("$1" __complete "${words[@]:1}" 2>/dev/null) || return 0
    if [[ $reply == ":files" ]]; then
        compopt -o default 2>/dev/null
        return 0
    fi
    while IFS=$'\t' read -r value description; do
        [[ -n $value ]] && COMPREPLY+=("${value#"${current%"$word"}"}")
    done <<<"$reply"
    return 0
}
complete -F _infsh_complete infsh infsh-secrets
