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
        ("secrets", "history"),
        f"{_MODULES}.history:history",
        "List the versions of a secret, without their values.",
    ),
    Command(
        ("secrets", "rollback"),
        f"{_MODULES}.rollback:rollback",
        "Go back to an older value, as a new version.",
    ),
    Command(
        ("secrets", "rename"),
        f"{_MODULES}.rename:rename",
        "Give a secret another name; its versions stay.",
    ),
    Command(
        ("secrets", "copy"),
        f"{_MODULES}.copy:copy",
        "Copy a secret to another environment or name.",
    ),
    Command(
        ("secrets", "describe"),
        f"{_MODULES}.describe:describe",
        "Change what is known about a secret, not its value.",
    ),
    Command(
        ("secrets", "environments"),
        f"{_MODULES}.environments:environments",
        "List the environments, and what is in them.",
        ("envs",),
    ),
    Command(
        ("secrets", "stale"),
        f"{_MODULES}.stale:stale",
        "List what needs rotating, and why.",
    ),
    Command(
        ("secrets", "check"),
        f"{_MODULES}.check:check",
        "Check that an app's declared secrets are there.",
    ),
    Command(
        ("secrets", "scan"),
        f"{_MODULES}.scan:scan",
        "Find your own secrets in files, commits and changes.",
    ),
    Command(
        ("secrets", "redact"),
        f"{_MODULES}.redact:redact",
        "Copy text with a mark in the place of every secret.",
    ),
    Command(
        ("secrets", "render"),
        f"{_MODULES}.render:render",
        "Fill in a text template.",
    ),
    Command(
        ("secrets", "resolve"),
        f"{_MODULES}.resolve:resolve",
        "Replace the references in a YAML or JSON document.",
    ),
    Command(
        ("secrets", "uses"),
        f"{_MODULES}.uses:uses",
        "List which programs use a secret, with which manifests.",
    ),
    Command(
        ("secrets", "run"),
        f"{_MODULES}.run:run",
        "Run a command with the secrets that the app declares.",
        ("exec",),
    ),
    Command(
        ("secrets", "import"),
        f"{_MODULES}.import_:import_",
        "Store the secrets of .env, JSON, YAML or TOML files, or of the environment.",
    ),
    Command(
        ("secrets", "export"),
        f"{_MODULES}.export:export",
        "Write secrets with their values, for other programs to read.",
    ),
    Command(
        ("secrets", "diff"),
        f"{_MODULES}.diff:diff",
        "Compare two stores, without showing anything.",
    ),
    Command(
        ("secrets", "sync"),
        f"{_MODULES}.sync:sync",
        "Bring one store to what another has.",
    ),
    Command(("secrets", "edit"), f"{_MODULES}.edit:edit", "Change a value in your editor."),
    Command(
        ("secrets", "audit", "list"),
        f"{_MODULES}.audit_list:audit_list",
        "List who did what to which secret, and when.",
    ),
    Command(
        ("secrets", "audit", "verify"),
        f"{_MODULES}.audit_verify:audit_verify",
        "Verify that nothing is missing from that record.",
    ),
    Command(
        ("secrets", "vault", "init"),
        f"{_MODULES}.vault_init:vault_init",
        "Make the vault, and choose what opens it.",
    ),
    Command(
        ("secrets", "vault", "unlock"),
        f"{_MODULES}.vault_unlock:vault_unlock",
        "Keep the vault open for some time.",
    ),
    Command(
        ("secrets", "vault", "lock"),
        f"{_MODULES}.vault_lock:vault_lock",
        "End what `vault unlock` began.",
    ),
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
        ("secrets", "vault", "backup"),
        f"{_MODULES}.vault_backup:vault_backup",
        "Write a verified copy of the vault.",
    ),
    Command(
        ("secrets", "vault", "restore"),
        f"{_MODULES}.vault_restore:vault_restore",
        "Put a backup in the place of the vault.",
    ),
    Command(
        ("secrets", "vault", "salvage"),
        f"{_MODULES}.vault_salvage:vault_salvage",
        "Save what still opens in a damaged vault.",
    ),
    Command(
        ("secrets", "vault", "trust"),
        f"{_MODULES}.vault_trust:vault_trust",
        "Accept a vault that is older than it was.",
    ),
    Command(
        ("secrets", "vault", "rotate"),
        f"{_MODULES}.vault_rotate:vault_rotate",
        "Give the vault a new key and encrypt everything anew.",
    ),
    Command(
        ("secrets", "vault", "recovery-code"),
        f"{_MODULES}.vault_recovery_code:vault_recovery_code",
        "Make a recovery code for paper.",
    ),
    Command(
        ("secrets", "vault", "key", "list"),
        f"{_MODULES}.vault_key_list:vault_key_list",
        "List the keys that open the vault.",
    ),
    Command(
        ("secrets", "vault", "key", "add"),
        f"{_MODULES}.vault_key_add:vault_key_add",
        "Add a key to the vault.",
    ),
    Command(
        ("secrets", "vault", "key", "remove"),
        f"{_MODULES}.vault_key_remove:vault_key_remove",
        "Remove a key from the vault.",
    ),
    Command(
        ("secrets", "vault", "key", "change-passphrase"),
        f"{_MODULES}.vault_key_change_passphrase:vault_key_change_passphrase",
        "Change the vault's passphrase.",
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
        ("secrets", "team", "remove"),
        f"{_MODULES}.team_remove:team_remove",
        "Remove a team of a server.",
    ),
    Command(
        ("secrets", "serve"),
        f"{_MODULES}.serve:serve",
        "Serve the secrets of teams over HTTP.",
    ),
    Command(
        ("secrets", "token", "create"),
        f"{_MODULES}.token_create:token_create",
        "Make a token for a server's team.",
    ),
    Command(
        ("secrets", "token", "list"),
        f"{_MODULES}.token_list:token_list",
        "List the tokens of a server.",
    ),
    Command(
        ("secrets", "token", "revoke"),
        f"{_MODULES}.token_revoke:token_revoke",
        "Revoke a token, at once and for good.",
    ),
    Command(
        ("secrets", "doctor"),
        f"{_MODULES}.doctor:doctor",
        "Check the whole set-up; each failed line names the fix.",
    ),
    Command(
        ("secrets", "team", "use"),
        f"{_MODULES}.team_use:team_use",
        "Make a team the one that commands work in.",
    ),
    Command(
        ("secrets", "store", "list"),
        f"{_MODULES}.store_list:store_list",
        "List the stores that have a name.",
    ),
    Command(
        ("secrets", "store", "add"),
        f"{_MODULES}.store_add:store_add",
        "Give a remote store a name.",
    ),
    Command(
        ("secrets", "store", "use"),
        f"{_MODULES}.store_use:store_use",
        "Make a store the one that commands use.",
    ),
    Command(
        ("secrets", "store", "remove"),
        f"{_MODULES}.store_remove:store_remove",
        "Forget the name of a store and its token.",
    ),
    Command(
        ("secrets", "store", "test"),
        f"{_MODULES}.store_test:store_test",
        "See whether a store answers and what the token may do.",
    ),
    Command(
        ("login",),
        f"{_MODULES}.login:login",
        "Keep the token of a remote store.",
    ),
    Command(
        ("logout",),
        f"{_MODULES}.logout:logout",
        "Forget the token of a remote store.",
    ),
    Command(
        ("me",),
        f"{_MODULES}.me:me",
        "Show whom the token belongs to.",
    ),
    Command(
        ("completion",),
        f"{_MODULES}.completion:completion",
        "Print, install or remove the completion script of a shell.",
    ),
)

GROUPS = {
    ("secrets",): "Keep API keys in an encrypted vault.",
    ("secrets", "audit"): "The record of what was done; `list` if nothing else is named.",
    ("secrets", "vault"): "The vault itself.",
    ("secrets", "vault", "key"): "The keys that open the vault.",
    ("secrets", "team"): "Teams, each with a vault of its own.",
    ("secrets", "store"): "Where secrets are kept: the local vault, and remote stores.",
    ("secrets", "token"): "Tokens of a self-hosted server.",
}

DEFAULTS = {("secrets", "audit"): "list"}
"""group -> the command that is meant where only options follow the group."""


def completed(argv: list[str]) -> list[str]:
    """Return a command line with the command that it leaves out."""
    for group, name in DEFAULTS.items():
        after = argv[len(group) : len(group) + 1]
        named = after and (not after[0].startswith("-") or after[0] in ("-h", "--help"))
        if tuple(argv[: len(group)]) == group and not named:
            return [*group, name, *argv[len(group) :]]
    return argv


def asked_for_help(argv: list[str]) -> list[str]:
    """Return a command line with the word `help` as one with `--help`, and nothing more than that.

    What stands behind the command is left out: `help run app` must not run anything.
    """
    place = _behind_groups(argv)
    if argv[place : place + 1] != ["help"]:
        return argv
    asked = [*argv[:place], *argv[place + 1 :]]
    return [*asked[: _behind_groups(asked) + 1], "--help"]


def _behind_groups(argv: list[str]) -> int:
    """Return how many words in the beginning name groups."""
    place = 0
    while tuple(argv[: place + 1]) in GROUPS and place < len(argv):
        place += 1
    return place
