"""A store that can be read and not written to, whatever the one inside allows."""

from __future__ import annotations

from infsh_secrets.stores.wrappers.wrapper import Wrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from infsh_secrets.stores.base import SecretStore

_HINT = "Reading works; name another store with -s, or change how this one is opened."


class ReadOnlyStore(Wrapper):
    """Reads what `inner` has; every method that writes raises DeniedError and asks nobody.

    `why` is the sentence that the error says.
    """

    def __init__(self, inner: SecretStore, why: str = "") -> None:
        super().__init__(inner)
        self._why = why or f"The store {inner.name} is opened for reading only."

    def check_writable(self) -> None:
        self._refuse()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        from infsh_secrets.domain.errors import DeniedError

        raise DeniedError(self._why, _HINT)

    write = delete = restore = rollback = rename = copy = describe = purge = _refuse
