"""The client: one store, its secrets, and environments with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.config.settings import Options
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.domain.names import check_store
from infsh_secrets.sdk.access import Access
from infsh_secrets.sdk.arguments import check_text, given_bytes, names_of, path_of, place_of
from infsh_secrets.sdk.boundary import boundary, program
from infsh_secrets.sdk.secrets import Secrets
from infsh_secrets.stores.base import SecretStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.sdk.injection import Environ, Injection
    from infsh_secrets.sdk.redactor import Redactor
    from infsh_secrets.services.run import Plan
    from infsh_secrets.services.run_request import Request
    from infsh_secrets.services.use_records import RunRecord
    from infsh_secrets.services.workspace import Workspace

    Path = str | os.PathLike[str]
    Names = str | Sequence[str]


class Client:
    """Secrets of one store, for a Python program; the same that the command line works with.

    What is not given comes from the person's own settings, as there: the variables INFSH_* and the
    configuration file, which are read at the first use and hold from then on. `store` is a name or
    URL, or a store that is open already, which is never closed here. `environment` may be several,
    as in "staging,default". Nothing is ever asked: a passphrase is given as `passphrase` or
    `passphrase_file` (or by a variable), and then has to fit. `token` is for a remote store.

    Nothing is opened before it is needed. Threads may share a client; of a vault there is one
    connection, which they use one after another, to a server as many as eight. A client also works
    in a child that was forked, which opens everything anew. Used after `close`, it raises
    UsageError; calls that are under way then still end.

    >>> from infsh_secrets import Client
    >>> with Client() as client:
    ...     secret = client.secrets.create(
    ...         name="stripe_api_key",
    ...         value="made-up",
    ...         description="Payments",
    ...         metadata={"owner": "payments"},
    ...     )
    ...     print(secret.name)
    stripe_api_key

    For programs with asyncio there is `AsyncClient`.
    """

    @boundary
    def __init__(
        self,
        *,
        store: str | SecretStore | None = None,
        team: str | None = None,
        environment: str | None = None,
        vault: Path | None = None,
        key_file: Path | None = None,
        key_fd: int | None = None,
        passphrase: str | SecretValue | None = None,
        passphrase_file: Path | None = None,
        token: str | SecretValue | None = None,
        accept_rollback: bool = False,
        offline: bool = False,
    ) -> None:
        keys = (key_file, key_fd, passphrase, passphrase_file)
        if sum(key is not None for key in keys) > 1:
            raise UsageError("The vault is to open with two keys.", "Give one of them.")
        given = store if isinstance(store, SecretStore) else None
        others = (team, vault, token, *keys)
        if given is not None and (offline or any(other is not None for other in others)):
            raise UsageError(
                "A store that is open needs neither team, place nor key.", "Leave them out."
            )
        vault_path = place_of(vault, "vault")
        key_path = place_of(key_file, "key_file")
        words_path = place_of(passphrase_file, "passphrase_file")
        for option, text in (("store", None if given else store), ("team", team)):
            if text is not None:
                check_text(f"`{option}`", text)
        if environment is not None:
            check_text("An environment", environment)
        words, secret_token = _hidden(passphrase), _hidden(token)
        named = None if isinstance(store, SecretStore) else store

        def options() -> Options:
            return Options(
                store=named,
                team=team,
                environment=environment,
                vault=vault_path,
                key_file=key_path,
                key_fd=key_fd,
                passphrase=_revealed(words),
                passphrase_file=words_path,
                token=_revealed(secret_token),
                accept_rollback=accept_rollback,
                offline=offline,
            )

        self._access = Access(options, given, _shown(named, given))
        self.secrets = Secrets(self._access)

    @boundary
    def environ(
        self,
        manifest: Path | None = None,
        *,
        only: Names | None = None,
        all: bool = False,  # noqa: A002  # the name of the option
        preserve_env: Names | bool = (),
        pristine: bool = False,
        allow_env: Names = (),
        environment: str | None = None,
    ) -> Environ:
        """Return the environment that `infsh secrets run` would give a command, for subprocess.

        It has what the manifest declares (by default the one that is found from the working folder
        up), or `only` these names, or all. Other secrets of the vault are taken out of it. A secret
        that is required and missing is a CheckFailedError, or a NotFoundError if `only` names it.
        That the values were given out is on record when it returns. The output of a child that is
        started with it is not masked.

        >>> import subprocess, sys
        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("FAL_KEY", "made-up-value")
        >>> environ = client.environ(only="FAL_KEY")
        >>> done = subprocess.run(
        ...     [sys.executable, "-c", "import os; print(len(os.environ['FAL_KEY']))"],
        ...     env=environ, capture_output=True, text=True, check=True,
        ... )
        >>> done.stdout.strip()
        '13'
        """
        request = _request(manifest, only, all, preserve_env, pristine=pristine, allow=allow_env)
        plan, _ = self._give(request, environment, os.environ)
        return _environ(plan)

    @boundary
    def inject(
        self,
        manifest: Path | None = None,
        *,
        only: Names | None = None,
        all: bool = False,  # noqa: A002  # the name of the option
        preserve_env: Names | bool = (),
        allow_env: Names = (),
        environment: str | None = None,
    ) -> Injection:
        """Return a context manager that sets the declared variables in `os.environ` for a while.

        It sets what `environ` would give in addition to the variables there are, and gives back
        every one as it was before, also after an exception and whatever was done to it meanwhile.
        `os.environ` is that of the whole process: other threads see the values, and so does every
        child that is started meanwhile. What is set inside of each other, or by threads at the same
        time, may end in any order.

        >>> import os
        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("FAL_KEY", "made-up-value")
        >>> with client.inject(only=["FAL_KEY"]) as names:
        ...     print(names, len(os.environ["FAL_KEY"]))
        ('FAL_KEY',) 13
        >>> "FAL_KEY" in os.environ
        False
        """
        from infsh_secrets.sdk.injection import Injection, base_environ

        request = _request(manifest, only, all, preserve_env, pristine=False, allow=allow_env)

        def read() -> tuple[Environ, RunRecord]:
            base = base_environ()  # what others have set for a while may end before this does
            plan, record = self._give(request, environment, base)
            return _environ(plan, beyond=base), record

        return Injection(read)

    @boundary
    def check(
        self,
        manifest: Path | None = None,
        *,
        strict: bool = False,
        allow_env: Names = (),
        environment: str | None = None,
    ) -> CheckResult:
        """Return what a manifest declares against what the store has, as `infsh secrets check`.

        `satisfied` tells whether every required secret is usable, `errors` why not. Nothing is
        written, and reading values for it is no use of them.
        """
        from infsh_secrets.services import manifests, requirements
        from infsh_secrets.services.check import examine

        path = manifests.locate(None if manifest is None else path_of(manifest, "manifest"))

        def check(workspace: Workspace) -> CheckResult:
            found, runs = requirements.read(path, workspace.notices)
            allowed = names_of(allow_env, "allow_env")
            return examine(workspace, found, os.environ, strict=strict, allowed=allowed, runs=runs)

        return self._access.perform(check, environment)

    @boundary
    def render(
        self,
        template: str,
        *,
        only: Names | None = None,
        julep: bool = False,
        environment: str | None = None,
    ) -> SecretValue:
        """Return a text with the values that it refers to, as `infsh secrets render`.

        `only` are the names that it may refer to. UsageError for what cannot be resolved,
        NotFoundError for secrets that are not set or empty. Its use is on record when it returns.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("DB_PASSWORD", "made-up")
        >>> url = client.render("postgres://app:{{ secrets.DB_PASSWORD | url }}@db")
        >>> print(url, url.reveal())
        ******** postgres://app:made-up@db
        """
        from infsh_secrets.services.render import render_text

        check_text("A template", template)
        names = None if only is None else names_of(only, "only")
        return self._access.perform(
            lambda workspace: render_text(workspace, template, names, julep=julep), environment
        )

    @boundary
    def redactor(self, only: Names | None = None, *, environment: str | None = None) -> Redactor:
        """Return what masks the values of secrets in texts and log records.

        It looks for all secrets of all environments, or those of `environment`, or `only` these.
        NotFoundError when there is nothing to look for. Reading them is no use of them.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("FAL_KEY", "made-up-value")
        >>> client.redactor().redact("key=made-up-value")
        'key=[REDACTED:FAL_KEY]'
        """
        from infsh_secrets.sdk.redactor import Redactor
        from infsh_secrets.services.redaction import redactor

        names = None if only is None else names_of(only, "only")
        found = self._access.perform(
            lambda workspace: redactor(workspace, names, every_environment=environment is None),
            environment,
        )
        return Redactor(found)

    @boundary
    def close(self) -> None:
        """Close what was opened; calling it twice does nothing."""
        self._access.connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._access.shown}>"

    def __reduce__(self) -> str:
        raise TypeError("a client is not pickled: make one in each process")

    def _give(
        self, request: Request, environment: str | None, environ: Mapping[str, str]
    ) -> tuple[Plan, RunRecord]:
        """Return what a run in `environ` would give, once its use is on record."""
        from infsh_secrets.services import run
        from infsh_secrets.services.use_records import note_run

        def give(workspace: Workspace) -> tuple[Plan, RunRecord]:
            plan = run.prepare(workspace, request, environ)
            return plan, note_run(workspace, plan.given, plan.manifest, plan.argv[0])

        return self._access.perform(give, environment)


def _hidden(text: str | SecretValue | None) -> SecretValue | None:
    if text is None or isinstance(text, SecretValue):
        return text
    return SecretValue(given_bytes(text))


def _revealed(text: SecretValue | None) -> str | None:
    return None if text is None else given_bytes(text).decode()


def _shown(named: str | None, given: SecretStore | None) -> str:
    """Return what a client is called; an address could have a secret in it and is left out."""
    if given is not None:
        return f"the store {given.name}"
    if named is None:
        return "the store of the settings"
    try:
        return f"the store {check_store(named)}"
    except UsageError:
        return "a store by address"


def _request(
    manifest: Path | None,
    only: Names | None,
    everything: bool,
    preserve: Names | bool,
    *,
    pristine: bool,
    allow: Names,
) -> Request:
    """Return the run that this program is instead of: it gets what its command would get."""
    from infsh_secrets.execution.environment import EVERYTHING
    from infsh_secrets.services.run_request import Request

    chosen = None if only is None else names_of(only, "only")
    if chosen == []:
        raise UsageError("`only` names no secret.", "Name one, or leave it out.")
    if isinstance(preserve, bool):
        preserve = (EVERYTHING,) if preserve else ()
    return Request(
        [program()],
        file=None if manifest is None else path_of(manifest, "manifest"),
        only=chosen,
        everything=everything,
        preserve=names_of(preserve, "preserve_env"),
        pristine=pristine,
        allow=names_of(allow, "allow_env"),
    )


def _environ(plan: Plan, beyond: Mapping[str, str] | None = None) -> Environ:
    """Return the environment of a plan, or what it has beyond the variables there are."""
    from infsh_secrets.sdk.injection import Environ

    made = plan.environ
    if beyond is not None:
        made = {name: value for name, value in made.items() if beyond.get(name) != value}
    return Environ(made, sorted({name for name, _ in plan.protected}))
