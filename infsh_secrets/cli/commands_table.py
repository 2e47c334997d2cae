"""All commands. The module of a command is imported only when its name is on the command line."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One command: its path of words, where its function is, aliases, and what it does."""

    path: tuple[str, ...]
    target: str
    summary: str
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path[-1]


_MODULES = "infsh_secrets.cli.commands"

COMMANDS = (
    Command(("secrets", "set"), f"{_MODULES}.set:set_", "Create or update secrets."),
    Command(("secrets", "get"), f"{_MODULES}.get:get", "Show a secret, masked unless told."),
    Command(("secrets", "list"), f"{_MODULES}.list:list_", "List secrets.", ("ls",)),
    Command(
        ("secrets", "delete"),
        f"{_MODULES}.delete:delete",
        "Delete secrets; `restore` brings them back.",
        ("rm", "remove", "unset"),
    ),
    Command(("secrets", "restore"), f"{_MODULES}.restore:restore", "Bring deleted secrets back."),
    Command(
        ("secrets", "vault", "status"),
        f"{_MODULES}.vault_status:vault_status",
        "Show which vault is in use and what opens it.",
    ),
    Command(
        ("secrets", "vault", "verify"),
        f"{_MODULES}.vault_verify:vault_verify",
        "Check every byte of the vault.",
    ),
    Command(
        ("secrets", "team", "create"),
        f"{_MODULES}.team_create:team_create",
        "Make the vault of a team.",
    ),
    Command(
        ("secrets", "team", "list"),
        f"{_MODULES}.team_list:team_list",
        "List the teams that have a vault here.",
    ),
    Command(
        ("completion",),
        f"{_MODULES}.completion:completion",
        "Print the completion script of a shell.",
    ),
)

GROUPS = {
    ("secrets",): "Keep API keys in an encrypted vault.",
    ("secrets", "vault"): "The vault itself.",
    ("secrets", "team"): "Teams, each with a vault of its own.",
}
