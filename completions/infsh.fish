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
            printf '%s\n' "$option"(__fish_complete_path "$path")
        case ':command *'
            set -l count (string replace ':command ' '' -- $reply[1])
            set -l line
            if test $count -gt 1
                set line (string escape -- $words[(math 1 - $count)..-1])
            end
            complete -C (string join ' ' -- $line "$current")
        case '?*'
            printf '%s\n' $reply
    end
end
# Both programs have a file of this content: whichever is read first, each is said once.
complete -c infsh -e
complete -c infsh-secrets -e
complete -c infsh -f -a '(__infsh_complete)'
complete -c infsh-secrets -f -a '(__infsh_complete)'
