"""The scripts by which shells ask the program for completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.results import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infsh_secrets.domain.completion_results import CompletionFiles

INSTALL, UNINSTALL = "install", "uninstall"

_BASH = """\
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
    while IFS=$'\\t' read -r value description; do
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
"""

_ZSH = """\
#compdef infsh infsh-secrets
# Completion of infsh and infsh-secrets for zsh.
_infsh() {
    local reply line program=${words[1]}
    local -a candidates
    [[ $program == '~/'* ]] && program=$HOME/${program#'~/'}
    reply=$("${(Q)program}" __complete_quoted "${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)
    if [[ $reply == ":files" ]]; then
        [[ $PREFIX == --*=* ]] && compset -P '*='
        _files
        return
    fi
    if [[ $reply == ":command "* ]]; then
        shift $(( CURRENT - ${reply#:command } )) words
        (( CURRENT = ${reply#:command } ))
        _normal
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
    (( ${#candidates} )) || return 1
    if [[ ${candidates[1]%%:*} == *= ]]; then # after it comes a value, not a blank
        _describe -t values 'infsh' candidates -S ''
    else
        _describe -t values 'infsh' candidates
    fi
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
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l word (string unescape -- "$current"; or echo "$current")
    set -l reply ($program __complete $words[2..-1] "$word" 2>/dev/null </dev/null)
    switch "$reply[1]"
        case :files
            set -l option (string match -r -- '^--[a-z-]+=' "$current")
            set -l path (string replace -r -- '^--[a-z-]+=' '' "$current")
            printf '%s\\n' "$option"(__fish_complete_path "$path")
        case ':command *'
            set -l count (string replace ':command ' '' -- $reply[1])
            set -l line
            if test $count -gt 1
                set line (string escape -- $words[(math 1 - $count)..-1])
            end
            complete -C (string join ' ' -- $line "$current")
        case '?*'
            printf '%s\\n' $reply
    end
end
# Both programs have a file of this content: whichever is read first, each is said once.
complete -c infsh -e
complete -c infsh-secrets -e
complete -c infsh -f -a '(__infsh_complete)'
complete -c infsh-secrets -f -a '(__infsh_complete)'
"""

_POWERSHELL = """\
# Completion of infsh and infsh-secrets for PowerShell.
Register-ArgumentCompleter -Native -CommandName 'infsh', 'infsh-secrets' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Where-Object {
        $_.Extent.StartOffset -lt $cursorPosition
    })
    $words = @($before | Select-Object -Skip 1 | ForEach-Object {
        $text = $_.Extent.Text
        if ($_.Extent.EndOffset -gt $cursorPosition) {
            $text = $text.Substring(0, $cursorPosition - $_.Extent.StartOffset)
        }
        if ($text -match '^"(.*?)"?$' -or $text -match "^'(.*?)'?$") { $Matches[1] } else { $text }
    })
    # A word that is still empty is none of the elements. Before 7.3 an empty argument gets lost.
    $isNew = $before[-1].Extent.EndOffset -lt $cursorPosition
    if ($isNew) { $words += '""' }
    $program = $commandAst.GetCommandName()
    $reply = @(& $program __complete @words 2>$null)
    if ($reply.Count -and $reply[0] -match '^:command (\\d+)$') {
        $count = [int]$Matches[1]
        if ($isNew) { $count -= 1 }
        $line = ''
        if ($count) {
            $begin = $before[-$count].Extent.StartOffset - $commandAst.Extent.StartOffset
            $line = $commandAst.Extent.Text.Substring($begin)
            $line = $line.Substring(0, [Math]::Min($line.Length,
                $cursorPosition - $before[-$count].Extent.StartOffset))
            if ($isNew) { $line += ' ' }
        }
        [System.Management.Automation.CommandCompletion]::CompleteInput(
            $line, $line.Length, $null).CompletionMatches
        return
    }
    $reply | Where-Object { $_ -and $_ -ne ':files' } | ForEach-Object {
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


def carry_out(
    what: str, shell: str | None, environ: Mapping[str, str], *, force: bool, planned: bool
) -> Text | CompletionFiles:
    """Return a shell's script, or what was done to install or uninstall it.

    `what` is the name of a shell, INSTALL or UNINSTALL; UsageError for anything else.
    """
    if what not in (INSTALL, UNINSTALL):
        text = script(what)
        if shell is not None or force or planned:
            raise UsageError(
                "That belongs to install and uninstall; the name of a shell stands alone.",
                f"Print its script with: infsh completion {what}",
            )
        return Text(text)
    from infsh_secrets.services import completion_files, shell_places

    shell = shell or shell_places.guess(environ)
    text = script(shell)
    if what == UNINSTALL:
        return completion_files.uninstall(shell, environ, planned=planned)
    return completion_files.install(shell, text, environ, force=force, planned=planned)
