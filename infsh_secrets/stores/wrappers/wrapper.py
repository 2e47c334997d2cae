"""What a store around another one is where it changes nothing."""

from __future__ import annotations

from infsh_secrets.stores.base import SecretStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from infsh_secrets.domain.models import History, Secret, SecretInfo
    from infsh_secrets.stores.base import Outcome, Selection, Write


class Wrapper(SecretStore):
    """Passes everything on to `inner`, which it closes with itself."""

    def __init__(self, inner: SecretStore) -> None:
        self.inner = inner
        self.name = inner.name
        self.team = inner.team
        self.capabilities = inner.capabilities

    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        return self.inner.get(environment, key, version)

    def info(self, environment: str, key: str) -> SecretInfo:
        return self.inner.info(environment, key)

    def select(
        self, chain: Sequence[str], keys: Sequence[str] | None, names: Sequence[str] = ()
    ) -> Selection:
        return self.inner.select(chain, keys, names)

    def select_matching(
        self, chain: Sequence[str], fits: Callable[[str], bool] | None
    ) -> dict[str, Secret]:
        return self.inner.select_matching(chain, fits)

    def select_addressed(
        self, wanted: Mapping[tuple[str, ...], Sequence[str]]
    ) -> dict[tuple[str, ...], dict[str, Secret]]:
        return self.inner.select_addressed(wanted)

    def preview(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        return self.inner.preview(environment, writes)

    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        return self.inner.listing(environment, deleted=deleted)

    def check_write(self, write: Write) -> None:
        self.inner.check_write(write)

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        return self.inner.write(environment, writes)

    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        return self.inner.delete(environment, keys, ignore_missing=ignore_missing)

    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        return self.inner.restore(environment, keys)

    def history(self, environment: str, key: str) -> History:
        return self.inner.history(environment, key)

    def rollback(self, environment: str, key: str, to: int | None = None) -> Outcome:
        return self.inner.rollback(environment, key, to)

    def rename(self, environment: str, old: str, new: str) -> SecretInfo:
        return self.inner.rename(environment, old, new)

    def copy(
        self, environment: str, key: str, to_environment: str, name: str | None = None
    ) -> SecretInfo:
        return self.inner.copy(environment, key, to_environment, name)

    def describe(
        self,
        environment: str,
        key: str,
        *,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        unset: Sequence[str] = (),
        expires: int | None = None,
    ) -> Outcome:
        return self.inner.describe(
            environment,
            key,
            description=description,
            metadata=metadata,
            unset=unset,
            expires=expires,
        )

    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        return self.inner.purge(environment, keys)

    def check_writable(self) -> None:
        self.inner.check_writable()

    def close(self) -> None:
        self.inner.close()
