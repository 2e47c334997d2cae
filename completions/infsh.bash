# Completion of infsh and infsh-secrets for bash.
_infsh_complete() {
    local reply value description word current rest place begin count=0
    local -a words=() starts=()
    COMPREPLY=()
    # Bash parts words at = and : and @ as well; here they are put together again.
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
            starts[count]=$place
            words[count]=$word
            ((count++))
        fi
        rest=${rest#"${rest%%[![:space:]]*}"}
        rest=${rest#"$word"}
    done
    current=${words[count - 1]}
    # What is replaced begins after the last = or :, but with the last @.
    [[ $word == [=:] ]] && word=
    [[ ${current%"$word"} == *@ ]] && word=@$word
    value=$1
    [[ $value == "~/"* ]] && value=$HOME/${value:2}
    reply=$("$value" __complete_quoted "${words[@]:1}" 2>/dev/null </dev/null) || return 0
    if [[ $reply == ":files" ]]; then
        _infsh_files
        return 0
    fi
    if [[ $reply == ":command "* ]]; then
        place=$((count - ${reply#:command }))
        begin=${starts[place]}
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset "$begin"
        elif declare -F _command_offset >/dev/null; then
            _command_offset "$begin"
        elif ((place == count - 1)) && [[ $word != */* ]]; then
            while IFS= read -r value; do
                COMPREPLY+=("$value")
            done < <(compgen -c -- "$word")
        else
            _infsh_files
        fi
        return 0
    fi
    while IFS=$'\t' read -r value description; do
        [[ -n $value ]] && COMPREPLY+=("${value#"${current%"$word"}"}")
    done <<<"$reply"
    # After NAME= comes a value, not a blank.
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}
_infsh_files() {
    local path
    compopt -o default 2>/dev/null && return
    # Bash 3 has no compopt.
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen -f -- "$word")
}
complete -F _infsh_complete infsh infsh-secrets
