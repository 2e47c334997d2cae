"""`python -m infsh_secrets` is the same program as `infsh`."""

from infsh_secrets.entry import main

main()
