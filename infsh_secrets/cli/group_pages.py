"""What the pages of groups say: which commands stand together there, and what to begin with."""

from __future__ import annotations

SECTIONS = {
    "Every day": ("set", "get", "list", "edit", "delete"),
    "Apps": ("check", "run", "render", "resolve", "redact", "scan"),
    "Versions and undo": ("history", "rollback", "restore", "rename", "copy", "describe", "stale"),
    "In and out": ("import", "export", "diff", "sync"),
    "The vault": ("vault", "audit", "uses", "doctor"),
    "Stores and teams": ("store", "team", "environments"),
    "A server of your own": ("serve", "token"),
}
"""title -> the commands and groups of `infsh secrets` that stand below it on its page."""

PAGES = {
    (): """Secrets for AI apps: an encrypted vault on the command line.

    Examples:
      infsh secrets set OPENAI_API_KEY
      infsh secrets run -- python app.py

    See also: secrets, login, completion
    """,
    ("secrets",): """Keep API keys in an encrypted vault, and give each app those that it declares.

    The word COMMAND is one of those below; `infsh secrets COMMAND --help` explains it. What stands
    on standard output is a table on a terminal and JSON elsewhere; -o decides.

    Examples:
      # The value is asked for and not shown; a list masks it.
      infsh secrets set OPENAI_API_KEY
      infsh secrets list
      # An app gets what its inf.yml declares, and its output is masked.
      infsh secrets check
      infsh secrets run -- python app.py
    """,
    ("secrets", "audit"): """The record of what was done; `list` if nothing else is named.

    Examples:
      infsh secrets audit --since 30d
      infsh secrets audit verify

    See also: uses, history
    """,
    ("secrets", "vault"): """The vault itself: its keys, its state, its copies.

    Examples:
      infsh secrets vault status
      infsh secrets vault recovery-code
      infsh secrets vault backup /media/stick/personal.vault

    See also: doctor, audit verify
    """,
    ("secrets", "vault", "key"): """The keys that open the vault: each opens it alone.

    Examples:
      infsh secrets vault key list
      infsh secrets vault key add --passphrase

    See also: vault recovery-code, vault rotate
    """,
    ("secrets", "team"): """Teams, each with a vault of its own.

    Examples:
      infsh secrets team create acme
      infsh secrets set STRIPE_SECRET_KEY --team acme
      infsh secrets team use acme

    See also: store, token
    """,
    ("secrets", "store"): """Where secrets are kept: the local vault, and remote stores.

    Examples:
      infsh secrets store add work https://secrets.example.com
      infsh login work
      infsh secrets list -s work

    See also: login, sync, diff
    """,
    ("secrets", "token"): """Tokens of a self-hosted server.

    Examples:
      infsh secrets token create ann --team acme --role admin --expires 30d
      infsh secrets token list

    See also: serve, team create
    """,
}
"""path of a group -> its page, written like the docstring of a command."""
