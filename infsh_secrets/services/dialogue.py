"""What a use case may ask or show a person at a terminal, without knowing how that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Dialogue(NamedTuple):
    """A person at a terminal; use cases get None instead where nothing may be asked.

    `new_passphrase` asks for one twice, hidden. `confirm` asks a question that is answered with yes
    or no. `show_code` shows a recovery code and returns when the person has it; AbortedError else.
    """

    new_passphrase: Callable[[], str]
    confirm: Callable[[str], bool]
    show_code: Callable[[str], None]
