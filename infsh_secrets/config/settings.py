"""What a command works with: options first, then variables, configuration file, defaults."""

from __future__ import annotations

import os

from infsh_secrets.config.paths import folder
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import (
    DEFAULT_ENVIRONMENT,
    DEFAULT_TEAM,
    check_environment,
    check_team,
)
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from infsh_secrets.config.stores import StoreSettings

CONFIGURATION_FILE = "config.toml"
FORMS = ("table", "json", "yaml", "names", "plain")
LOCAL_STORE = "vault"

VARIABLES = (
    ("INFSH_STORE", "the store to use, by name or URL; `vault`, the local one, is the default"),
    ("INFSH_TEAM", "the team; `personal` is the default"),
    ("INFSH_ENV", "the environment, or several as in `staging,default`"),
    ("INFSH_VAULT", "path of the vault file, instead of the team's own"),
    ("INFSH_VAULT_KEY", "the vault's key as text, `INFSHKEY1-…`"),
    ("INFSH_VAULT_KEY_FILE", "a private file that holds the vault's key"),
    ("INFSH_VAULT_PASSPHRASE_FILE", "a private file that holds the vault's passphrase"),
    ("INFSH_API_KEY", "the token of the remote store, before one that `login` keeps"),
    ("INFSH_API_URL", "address of the store `inference`; `INFSH_API_KEY` then goes nowhere else"),
    ("INFERENCE_API_KEY", "the platform's own variable for a token, sent only to the platform"),
    ("INFERENCE_API_BASE_URL", "the platform's own variable for its address"),
    ("INFSH_OUTPUT", "`table`, `json`, `yaml`, `names` or `plain`"),
    ("INFSH_NO_INPUT", "`1`: never ask anything"),
    ("INFSH_NO_MASKING", "`1`: `run` leaves the command's output as it is"),
    ("INFSH_CONFIG_DIR", "folder of the configuration file"),
    ("INFSH_DATA_DIR", "folder of vaults and key files"),
    ("INFSH_STATE_DIR", "folder of what this machine remembers of its vaults"),
    ("INFSH_SERVER_KEY_FILE", "`serve`: a private file with the server key, instead of its own"),
    ("NO_COLOR", "no colour"),
    ("FORCE_COLOR", "colours without a terminal, too, unless it is 0"),
    ("CI", "never ask anything"),
    ("GITHUB_ACTIONS", "`true`: `run` tells the runner which values to mask"),
)
"""Every environment variable the program reads, with what it is for."""

AUDIT_READS = "audit.reads"
LOGGED, REQUIRED, OFF = "log", "required", "off"
_CONFIGURABLE = {"store", "team", "environment", "output", AUDIT_READS}
_CHOICES = {AUDIT_READS: (LOGGED, REQUIRED, OFF)}


class Options:
    """What the command line or a program says; None where it says nothing.

    Only a program gives `passphrase` and `token`, which are secret, and `passphrase_file`.
    """

    __slots__ = (
        "accept_rollback",
        "environment",
        "key_fd",
        "key_file",
        "offline",
        "output",
        "passphrase",
        "passphrase_file",
        "store",
        "team",
        "token",
        "vault",
    )

    def __init__(
        self,
        *,
        output: str | None = None,
        store: str | None = None,
        team: str | None = None,
        environment: str | None = None,
        vault: str | None = None,
        key_file: str | None = None,
        key_fd: int | None = None,
        accept_rollback: bool = False,
        offline: bool = False,
        passphrase: str | None = None,
        passphrase_file: str | None = None,
        token: str | None = None,
    ) -> None:
        self.output = output
        self.store = store
        self.team = team
        self.environment = environment
        self.vault = vault
        self.key_file = key_file
        self.key_fd = key_fd
        self.accept_rollback = accept_rollback
        self.offline = offline
        self.passphrase = passphrase
        self.passphrase_file = passphrase_file
        self.token = token


class Settings:
    """What is in force. `key_text`, `passphrase` and `token` are secret.

    A passphrase, or a file with one, that options name (`passphrase_named`) must open the vault.
    `reads` says how uses are recorded: LOGGED, REQUIRED or OFF. `state` is "" where there is no
    place for it. `offline`: of a remote store only what was kept is read, and it is not asked.
    """

    __slots__ = (
        "_data",
        "accept_rollback",
        "environments",
        "key_fd",
        "key_file",
        "key_file_option",
        "key_text",
        "offline",
        "passphrase",
        "passphrase_file",
        "passphrase_named",
        "reads",
        "remote",
        "runtime",
        "state",
        "store",
        "team",
        "token",
        "vault",
        "vault_named",
    )

    def __init__(self, options: Options, environ: Mapping[str, str]) -> None:
        """Settle everything; raises UsageError for a bad name, NotFoundError for a bad store."""
        output_form(options.output, environ)
        _refuse_empty(options)
        file = read_configuration(environ)

        def settle(option: str | None, variable: str, key: str, default: str) -> str:
            return option or environ.get(variable) or file.get(key) or default

        self.store = settle(options.store, "INFSH_STORE", "store", LOCAL_STORE)
        self.remote: StoreSettings | None = None
        if self.store == LOCAL_STORE:
            self.team = check_team(settle(options.team, "INFSH_TEAM", "team", DEFAULT_TEAM))
        else:
            self._use_remote(options, environ)
        self.environments = environment_chain(
            settle(options.environment, "INFSH_ENV", "environment", DEFAULT_ENVIRONMENT)
        )
        self.state = _state_folder(environ)
        self.reads = file.get(AUDIT_READS, LOGGED)
        # A team named on the command line comes before a vault that a variable names.
        named = options.vault or (None if options.team else environ.get("INFSH_VAULT"))
        self.vault_named = bool(named)
        self._data = _data_folder(environ, needed=not named and self.remote is None)
        own = self.keys_here and os.path.join(self.data, "vaults", f"{self.team}.vault")
        self.vault = os.path.abspath(named) if named else own
        self.accept_rollback = options.accept_rollback
        self.offline = options.offline
        self.key_fd = options.key_fd
        self.key_file_option = options.key_file is not None
        self.key_file = options.key_file or environ.get("INFSH_VAULT_KEY_FILE")
        self.key_text = environ.get("INFSH_VAULT_KEY")
        self.passphrase = options.passphrase
        self.passphrase_named = bool(options.passphrase or options.passphrase_file)
        named_file = options.passphrase_file
        self.passphrase_file = named_file or environ.get("INFSH_VAULT_PASSPHRASE_FILE")
        self.token = options.token
        self.runtime = environ.get("XDG_RUNTIME_DIR", "")

    def _use_remote(self, options: Options, environ: Mapping[str, str]) -> None:
        """Settle which remote store is meant; only an option names another team than its own."""
        from infsh_secrets.config.stores import resolve

        self.remote = resolve(self.store, options.team, environ)
        self.store, self.team = self.remote.name, self.remote.team
        words = options.passphrase or options.passphrase_file
        if options.vault or options.key_file or options.key_fd is not None or words:
            raise UsageError(
                f"--vault, --key-file and --key-fd belong to the local vault, and the store in use "
                f"is {sanitize(self.store)}.",
                "Leave them out, or add -s vault.",
            )

    def use_given(self, name: str, team: str) -> None:
        """Go by a store that is open already, as by one of a plugin."""
        from infsh_secrets.config.stores import PLUGIN, StoreSettings

        self.remote = StoreSettings(name, f"{PLUGIN}://{name}")
        self.store, self.team = name, team

    @property
    def data(self) -> str:
        """The folder of vaults and key files; UsageError where there is no place for it."""
        if isinstance(self._data, UsageError):
            raise self._data
        return self._data

    @property
    def keys(self) -> str:
        """The folder of the vaults' own key files; UsageError as for `data`."""
        return os.path.join(self.data, "keys")

    @property
    def keys_here(self) -> str:
        """That folder; "" where there can be none."""
        return "" if isinstance(self._data, UsageError) else self.keys

    @property
    def anchors(self) -> str:
        """The folder that remembers the newest state of each vault; "" when there can be none."""
        return self.state and os.path.join(self.state, "anchors")

    @property
    def sessions(self) -> str:
        """The folder that says which vaults are unlocked for some time; "" for none."""
        if os.path.isabs(self.runtime):
            return os.path.join(self.runtime, "infsh-secrets")
        return self.keys_here

    @property
    def environment(self) -> str:
        """The one environment to write to; UsageError when a chain was given."""
        if len(self.environments) > 1:
            raise UsageError(
                "A secret is written to one environment, and several are named.",
                "Name one with -e.",
            )
        return self.environments[0]


def environment_chain(text: str) -> tuple[str, ...]:
    """Return the environments of `staging,default`; UsageError for what can be none."""
    return tuple(check_environment(part.strip()) for part in text.split(","))


def _data_folder(environ: Mapping[str, str], *, needed: bool) -> str | UsageError:
    try:
        return folder("data", environ)
    except UsageError as error:  # in a service or container all that is used may be named
        if needed:
            raise
        return error


def _state_folder(environ: Mapping[str, str]) -> str:
    try:
        return folder("state", environ)
    except UsageError:  # nobody named one, and there is no home: secrets are read all the same
        return ""


def _refuse_empty(options: Options) -> None:
    """Raise UsageError for an empty option: `-e "$UNSET"` does not mean the default."""
    for name, value in (
        ("--store", options.store),
        ("--team", options.team),
        ("--env", options.environment),
        ("--vault", options.vault),
        ("--key-file", options.key_file),
        ("passphrase", options.passphrase),
        ("passphrase_file", options.passphrase_file),
        ("token", options.token),
    ):
        if value == "":
            raise UsageError(f"The option {name} is empty.", "Name something, or leave it out.")


def output_form(option: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the form of output that option, variable or configuration file names, None for none.

    Raises UsageError when there is no such form, and for a wrong configuration file.
    """
    form = option
    where = "--output"
    if form is None:
        form, where = environ.get("INFSH_OUTPUT") or None, "INFSH_OUTPUT"
    if form is None:
        form, where = read_configuration(environ).get("output"), CONFIGURATION_FILE
    if form is not None and form not in FORMS:
        raise UsageError(f"{where} names no output form.", f"Choose one of {', '.join(FORMS)}.")
    return form


def read_configuration(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the user's configuration but for its stores; UsageError when it is wrong."""
    path, data = load_configuration(environ)
    data.pop("stores", None)  # config.stores reads them, when one is meant
    entries = _flat(data)
    for name, value in entries.items():
        if name not in _CONFIGURABLE or not isinstance(value, str):
            raise UsageError(
                f"The configuration file {sanitize(path)} has a wrong entry: {sanitize(name)}.",
                f"It may have these, as text: {', '.join(sorted(_CONFIGURABLE))}; "
                "and tables [stores.NAME].",
            )
        if value not in _CHOICES.get(name, (value,)):
            raise UsageError(
                f"The configuration file {sanitize(path)} has a wrong value for {name}.",
                f"Choose one of {', '.join(_CHOICES[name])}.",
            )
    return entries


def load_configuration(environ: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the configuration file's path and what is in it; UsageError if it cannot be read."""
    try:
        path = configuration_path(environ)
    except UsageError:
        return "", {}
    if not os.path.exists(path):
        return path, {}
    import tomllib

    try:
        with open(path, "rb") as file:
            return path, tomllib.load(file)
    except (OSError, ValueError, RecursionError) as error:
        where = sanitize(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else "unreadable"
        raise UsageError(
            f"The configuration file {sanitize(path)} cannot be read: {where}.", "Correct it."
        ) from None


def configuration_path(environ: Mapping[str, str]) -> str:
    """Return where the user's configuration file is, or would be; UsageError without a home."""
    return os.path.join(folder("config", environ), CONFIGURATION_FILE)


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of tables as `table.entry`."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        inner = value if isinstance(value, dict) and value else None
        found.update({f"{name}.{key}": v for key, v in inner.items()} if inner else {name: value})
    return found
