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
        printf '%s\n' "$option"(__fish_complete_path "$path")
        return
    end
    if set -q reply[1]
        printf '%s\n' $reply
    end
end
complete -c infsh -f -a '(__infsh_complete)'
complete -c infsh-secrets -f -a '(__infsh_complete)'
