"""The scripts by which shells ask the program for completions."""

from __future__ import annotations

from infsh_secrets.domain.errors import UsageError

_BASH = """\
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
    while IFS=$'\\t' read -r value description; do
        [[ -n $value ]] && COMPREPLY+=("${value#"${current%"$word"}"}")
    done <<<"$reply"
    return 0
}
complete -F _infsh_complete infsh infsh-secrets
"""

_ZSH = """\
#compdef infsh infsh-secrets
# Completion of infsh and infsh-secrets for zsh.
_infsh() {
    local reply line
    local -a candidates
    reply=$("${words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null) || return 1
    if [[ $reply == ":files" ]]; then
        [[ $PREFIX == --*=* ]] && compset -P '*='
        _files
        return
    fi
    for line in "${(@f)reply}"; do
        [[ -n $line ]] || continue
        if [[ $line == *$'\\t'* ]]; then
            candidates+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
        else
            candidates+=("${line//:/\\\\:}")
        fi
    done
    (( ${#candidates} )) && _describe -t values 'infsh' candidates
}
if [[ ${funcstack[1]} == _infsh ]]; then
    _infsh "$@"
else
    compdef _infsh infsh infsh-secrets
fi
"""

_FISH = """\
# Completion of infsh and infsh-secrets for fish.
function __infsh_complete
    set -l words (commandline -opc)
    # What stands before the program, such as sudo, is not run.
    while set -q words[1]; and not string match -qr '(^|/)infsh(-secrets)?$' -- $words[1]
        set -e words[1]
    end
    set -q words[1]; or return
    set -l current (commandline -ct)
    set -l reply ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    if test "$reply[1]" = ":files"
        set -l option (string match -r -- '^--[a-z-]+=' "$current")
        set -l path (string replace -r -- '^--[a-z-]+=' '' "$current")
        printf '%s\\n' "$option"(__fish_complete_path "$path")
        return
    end
    if set -q reply[1]
        printf '%s\\n' $reply
    end
end
complete -c infsh -f -a '(__infsh_complete)'
complete -c infsh-secrets -f -a '(__infsh_complete)'
"""

_POWERSHELL = """\
# Completion of infsh and infsh-secrets for PowerShell.
Register-ArgumentCompleter -Native -CommandName infsh, infsh-secrets -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
    $before = @($words | Select-Object -Skip 1)
    if ($wordToComplete -eq '') { $before += '""' }
    & $words[0] __complete @before 2>$null | Where-Object { $_ -and $_ -ne ':files' } |
        ForEach-Object {
            $value, $description = $_ -split "`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new(
                $value, $value, 'ParameterValue', $description)
        }
}
"""

SCRIPTS = {
    "bash": ("infsh.bash", _BASH),
    "zsh": ("_infsh", _ZSH),
    "fish": ("infsh.fish", _FISH),
    "powershell": ("infsh.ps1", _POWERSHELL),
}
"""shell -> (name of its file in `completions/`, script)."""


def script(shell: str) -> str:
    """Return the completion script of a shell; UsageError for one that has none."""
    if shell not in SCRIPTS:
        raise UsageError(
            "There is no completion for that shell.", f"There is for {', '.join(SCRIPTS)}."
        )
    return SCRIPTS[shell][1]
