# Completion of infsh and infsh-secrets for fish.
function __infsh_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string collect --allow-empty)
    set -l reply ($words[1] __complete $words[2..-1] $current 2>/dev/null)
    if test "$reply[1]" = ":files"
        __fish_complete_path $current
        return
    end
    printf '%s\n' $reply
end
complete -c infsh -f -a '(__infsh_complete)'
complete -c infsh-secrets -f -a '(__infsh_complete)'
