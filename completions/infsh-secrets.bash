# Completion of infsh-secrets for bash, which looks for a file of its name.
. "${BASH_SOURCE[0]%-secrets}"
