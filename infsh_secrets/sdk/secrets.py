"""`client.secrets`: creating, reading, listing and changing secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.sdk.arguments import (
    check_names,
    check_text,
    facts,
    given_bytes,
    names_of,
    pairs_of,
)
from infsh_secrets.sdk.boundary import boundary
from infsh_secrets.sdk.models import SecretVersion, StoredValue, moment, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, timedelta

    from infsh_secrets.domain.models import SecretInfo, SecretValue
    from infsh_secrets.domain.results import Changes, Filters
    from infsh_secrets.sdk.access import Access
    from infsh_secrets.sdk.models import Secret
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.services.writing import Request

    Value = str | bytes | SecretValue
    Expiry = str | date | timedelta  # a datetime is a date


class Secrets:
    """The secrets of the client's store.

    `environment` is for this call, in place of the client's; those that read take several, as in
    "staging,default", and then the first one that has the name counts. What a store cannot do
    raises DeniedError, as on the command line. Each call is one transaction.

    >>> from infsh_secrets import Client
    >>> client = Client()
    >>> client.secrets.set("FAL_KEY", "made-up-value", metadata={"owner": "images"})
    Secret('FAL_KEY', environment='default', version=1)
    >>> [secret.name for secret in client.secrets.list("FAL_*")]
    ['FAL_KEY']
    >>> client.secrets.get("FAL_KEY").metadata
    {'owner': 'images'}
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def __repr__(self) -> str:
        return f"<Secrets of {self._access.shown}>"

    @boundary
    def create(
        self,
        *,
        name: str,
        value: Value,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        expires: Expiry | None = None,
        environment: str | None = None,
        strict: bool = False,
        allow_empty: bool = False,
    ) -> Secret:
        """Store a new secret; ConflictError when there is one of that name.

        `expires` is a time, a day, a length of time or text as in "90d". `strict` refuses a value
        that looks wrong, about which a warning is logged otherwise. The first secret makes the
        vault.

        >>> from infsh_secrets import Client, ConflictError
        >>> client = Client()
        >>> client.secrets.create(name="COHERE_API_KEY", value="made-up-value").masked
        '••••••••'
        >>> try:
        ...     client.secrets.create(name="COHERE_API_KEY", value="another-value")
        ... except ConflictError as error:
        ...     print(error)
        The secret COHERE_API_KEY exists already, nothing was stored.
        """
        from infsh_secrets.services.writing import Request

        said = facts(description, metadata, expires)
        request = Request(said, create=True, strict=strict, allow_empty=allow_empty)
        return self._write(name, given_bytes(value), request, environment)

    @boundary
    def set(
        self,
        name: str,
        value: Value,
        *,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        expires: Expiry | None = None,
        environment: str | None = None,
        strict: bool = False,
        allow_empty: bool = False,
    ) -> Secret:
        """Create a secret or give it a new value, and say more about it; None leaves facts alone.

        Metadata is added to what there is. A value that it has already makes no new version.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> client.secrets.set("XAI_API_KEY", "made-up-value").version
        1
        >>> client.secrets.set("XAI_API_KEY", "another-made-up-value").version
        2
        """
        from infsh_secrets.services.writing import Request

        said = facts(description, metadata, expires)
        request = Request(said, strict=strict, allow_empty=allow_empty)
        return self._write(name, given_bytes(value), request, environment)

    @boundary
    def get(
        self, name: str, *, version: int | None = None, environment: str | None = None
    ) -> Secret:
        """Return a secret, whose value is read when it is revealed; NotFoundError without one.

        `version` is an earlier one, which the secret then describes.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("JINA_API_KEY", "made-up-value", description="search")
        >>> client.secrets.get("JINA_API_KEY").description
        'search'
        >>> f"{client.secrets.get('JINA_API_KEY').value}"
        '********'
        >>> client.secrets.get("JINA_API_KEY").reveal()
        'made-up-value'
        """
        check_names(name)
        from infsh_secrets.services import ages, views

        def read(workspace: Workspace) -> Secret:
            view = views.view(workspace, name, version, reveal=False, raw=False)
            if view.version == view.info.version:
                return self._secret(view.info, workspace)
            kept = ages.history(workspace, name).versions
            older = next(one for one in kept if one.number == view.version)
            value = self._value(view.info.environment, name, older.number)
            return secret_of(view.info, *_place(workspace), value, older)

        return self._access.perform(read, environment)

    @boundary
    def list(
        self,
        *patterns: str,
        metadata: Mapping[str, str] | None = None,
        stale: str | None = None,
        unused: str | None = None,
        expired: bool = False,
        deleted: bool = False,
        all_environments: bool = False,
        sort: str = "key",
        reverse: bool = False,
        environment: str | None = None,
    ) -> Iterator[Secret]:
        """Return the secrets that pass all filters, one after another; the store is asked at first.

        When the first one is asked for, all are read: of one verified state of the vault, of a
        server page after page. What is written later does not show. `tuple` keeps them, to be
        counted or looked at again. `stale` and `unused` are lengths of time as in "90d"; names fit
        one of the `patterns`, as in "AWS_*".

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("AWS_ACCESS_KEY", "made-up-value", metadata={"owner": "a"})
        >>> [one.name for one in client.secrets.list("AWS_*", metadata={"owner": "a"})]
        ['AWS_ACCESS_KEY']
        """
        from infsh_secrets.services import views

        for pattern in patterns:
            check_text("A pattern", pattern)
        for option, length in (("`stale`", stale), ("`unused`", unused)):
            if length is not None:
                check_text(option, length, 'text as in "90d"')
        chosen = views.filters(
            patterns,
            (),
            stale=stale,
            unused=unused,
            expired=expired,
            deleted=deleted,
            all_environments=all_environments,
            sort=sort,
            reverse=reverse,
        )
        return self._listed(chosen._replace(metadata=pairs_of(metadata)), environment)

    @boundary
    def update(
        self,
        name: str,
        *,
        value: Value | None = None,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        unset: str | Sequence[str] = (),
        expires: Expiry | None = None,
        environment: str | None = None,
        strict: bool = False,
        allow_empty: bool = False,
    ) -> Secret:
        """Change a secret that there is; NotFoundError without one. None leaves things alone.

        `unset` names metadata to forget, which is not done together with a new value. `expires`
        "never" takes an expiry away.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("E2B_API_KEY", "made-up-value", metadata={"owner": "a"})
        >>> secret = client.secrets.update("E2B_API_KEY", description="boxes", unset=["owner"])
        >>> secret.description, secret.metadata, secret.version
        ('boxes', {}, 1)
        """
        check_names(name)
        from infsh_secrets.services import changing, views
        from infsh_secrets.services.writing import Request

        said = facts(description, metadata, expires)
        forgotten = tuple(names_of(unset, "unset"))
        if value is None:
            return self._change(
                lambda workspace: changing.describe(workspace, name, said, forgotten),
                environment,
            )
        if forgotten:
            raise UsageError(
                "Metadata is not forgotten together with a new value.", "Do it in two calls."
            )
        data = given_bytes(value)
        request = Request(said, strict=strict, allow_empty=allow_empty)

        def write(workspace: Workspace) -> Changes:
            from infsh_secrets.services import writing

            _ = workspace.settings.environment  # one, or an error
            views.view(workspace, name, None, reveal=False, raw=False)
            return writing.write(workspace, [(name, data)], request)

        return self._change(write, environment)

    @boundary
    def rename(self, old: str, new: str, *, environment: str | None = None) -> Secret:
        """Give a secret another name; ConflictError when another one, deleted even, has it.

        In a store that cannot rename but gives values back, it is a copy without older versions,
        and the old secret is deleted once the copy is whole; the log says so.
        """
        check_names(old, new)
        from infsh_secrets.services import changing

        return self._change(lambda workspace: changing.rename(workspace, old, new), environment)

    @boundary
    def copy(
        self,
        name: str,
        *,
        to_environment: str | None = None,
        to_name: str | None = None,
        environment: str | None = None,
    ) -> Secret:
        """Make a new secret with the newest value of another; ConflictError when it is there."""
        check_names(name, *([] if to_name is None else [to_name]))
        from infsh_secrets.services import changing

        return self._change(
            lambda workspace: changing.copy(workspace, name, to_environment, to_name), environment
        )

    @boundary
    def rollback(
        self, name: str, *, to: int | None = None, environment: str | None = None
    ) -> Secret:
        """Give a secret the value of an older version, the one before by default, as a new one.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> for value in ("made-up-value", "a-wrong-value"):
        ...     secret = client.secrets.set("EXA_API_KEY", value)
        >>> client.secrets.rollback("EXA_API_KEY").reveal()
        'made-up-value'
        """
        check_names(name)
        from infsh_secrets.services import changing

        return self._change(lambda workspace: changing.rollback(workspace, name, to), environment)

    @boundary
    def delete(
        self, *names: str, ignore_missing: bool = False, environment: str | None = None
    ) -> tuple[Secret, ...]:
        """Delete secrets, all or none, and return them; nothing is asked.

        `restore` brings them back for 30 days, where the store can do that. NotFoundError when one
        is not there, unless `ignore_missing`.

        >>> from infsh_secrets import Client
        >>> client = Client()
        >>> secret = client.secrets.set("OLD_KEY_OF_X", "made-up-value")
        >>> [secret.name for secret in client.secrets.delete("OLD_KEY_OF_X")]
        ['OLD_KEY_OF_X']
        >>> [secret.name for secret in client.secrets.restore("OLD_KEY_OF_X")]
        ['OLD_KEY_OF_X']
        """
        from infsh_secrets.services import secrets

        _some(names)

        def delete(workspace: Workspace) -> tuple[Secret, ...]:
            infos = secrets.delete(workspace, names, ignore_missing=ignore_missing)
            return tuple(self._secret(info, workspace) for info in infos)

        return self._access.perform(delete, environment)

    @boundary
    def restore(self, *names: str, environment: str | None = None) -> tuple[Secret, ...]:
        """Bring deleted secrets back with all their versions, all or none."""
        from infsh_secrets.services import secrets

        _some(names)

        def restore(workspace: Workspace) -> tuple[Secret, ...]:
            infos = secrets.restore(workspace, names)
            return tuple(self._secret(info, workspace) for info in infos)

        return self._access.perform(restore, environment)

    @boundary
    def purge(
        self, *names: str, ignore_missing: bool = False, environment: str | None = None
    ) -> tuple[str, ...]:
        """Remove secrets, live or deleted, with all versions, for good; return their names."""
        from infsh_secrets.services import changing

        _some(names)

        def purge(workspace: Workspace) -> tuple[str, ...]:
            found = changing.to_purge(workspace, names, ignore_missing=ignore_missing)
            changes = changing.purge(workspace, found, single=len(names) == 1).changes
            return tuple(change.info.key for change in changes)

        return self._access.perform(purge, environment)

    @boundary
    def history(self, name: str, *, environment: str | None = None) -> tuple[SecretVersion, ...]:
        """Return the kept versions of a secret, live or deleted, newest first."""
        check_names(name)
        from infsh_secrets.services import ages

        def read(workspace: Workspace) -> tuple[SecretVersion, ...]:
            found = ages.history(workspace, name)
            return tuple(
                SecretVersion(
                    number=one.number,
                    created_at=moment(one.created),
                    masked=one.masked,
                    fingerprint=one.fingerprint,
                    value=self._value(found.info.environment, name, one.number),
                )
                for one in found.versions
            )

        return self._access.perform(read, environment)

    # -- how ---------------------------------------------------------------------------------------

    def _write(self, name: str, data: bytes, request: Request, environment: str | None) -> Secret:
        from infsh_secrets.services import writing

        check_names(name)
        return self._change(
            lambda workspace: writing.write(workspace, [(name, data)], request), environment
        )

    def _change(self, change: Callable[[Workspace], Changes], environment: str | None) -> Secret:
        return self._access.perform(
            lambda workspace: self._secret(change(workspace).changes[0].info, workspace),
            environment,
        )

    def _listed(self, chosen: Filters, environment: str | None) -> Iterator[Secret]:
        yield from self._read_list(chosen, environment)

    @boundary
    def _read_list(self, chosen: Filters, environment: str | None) -> tuple[Secret, ...]:
        from infsh_secrets.services import secrets

        return self._access.perform(
            lambda workspace: tuple(
                self._secret(info, workspace) for info in secrets.select(workspace, chosen)
            ),
            environment,
        )

    def _secret(self, info: SecretInfo, workspace: Workspace) -> Secret:
        value = self._value(info.environment, info.key, info.version or None)
        return secret_of(info, *_place(workspace), value)

    def _value(self, environment: str, name: str, version: int | None) -> StoredValue:
        return StoredValue(lambda: self._reveal(environment, name, version))

    @boundary
    def _reveal(self, environment: str, name: str, version: int | None) -> bytes:
        from infsh_secrets.services import secrets

        return self._access.perform(
            lambda workspace: secrets.reveal(workspace, name, version).value.reveal_bytes(),
            environment,
        )


def _place(workspace: Workspace) -> tuple[str, str]:
    return workspace.settings.store, workspace.settings.team


def _some(names: Sequence[str]) -> None:
    if not names:
        raise UsageError("No secret is named.", "Name one or several.")
    check_names(*names)
