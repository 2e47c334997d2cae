# Completion of infsh-secrets for fish, which looks for a file of its name.
source (dirname (status --current-filename))/infsh.fish
