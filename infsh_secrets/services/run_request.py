"""What `run` is asked for: the command, and the options that say what it gets."""

from __future__ import annotations

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import check_key
from infsh_secrets.execution.environment import EVERYTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SHELL = "/bin/sh"


class Request:
    """What to run, and with which secrets; lists of names may hold several, joined by commas.

    `preserve` and `files` are "" for none, and EVERYTHING stands for all names.
    """

    __slots__ = (
        "allow",
        "command",
        "everything",
        "file",
        "files",
        "masking",
        "only",
        "preserve",
        "pristine",
        "replace",
        "shell",
    )

    def __init__(
        self,
        command: Sequence[str],
        *,
        file: str | None = None,
        only: Sequence[str] | None = None,
        everything: bool = False,
        preserve: Sequence[str] | None = None,
        pristine: bool = False,
        allow: Sequence[str] | None = None,
        files: Sequence[str] | None = None,
        masking: bool = True,
        replace: bool = False,
        shell: bool = False,
    ) -> None:
        self.command = command
        self.file = file
        self.only = _names("--only", only)
        self.everything = everything
        self.preserve = _names("--preserve-env", preserve)
        self.pristine = pristine
        self.allow = _names("--allow-env", allow)
        self.files = _names("--files", files)
        self.masking = masking
        self.replace = replace
        self.shell = shell


def _names(option: str, values: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of a repeatable option whose values may be joined by commas, each once."""
    names = [name.strip() for value in values or () for name in value.split(",")]
    if "" in names:
        raise UsageError(f"The option {option} is empty.", "Name something, or leave it out.")
    return tuple(dict.fromkeys(names))


def command_of(request: Request) -> list[str]:
    """Return the arguments of what is to be started; UsageError when nothing is named."""
    command = list(request.command)
    if not command or not command[0]:
        raise UsageError(
            "No command is named.", "Name it after --, as in: infsh secrets run -- python app.py"
        )
    if not request.shell:
        return command
    if len(command) > 1:
        raise UsageError(
            "With --shell the whole command is one word, and several are given.",
            "Put it in quotes, as in: infsh secrets run -c 'echo one | cat'",
        )
    return [SHELL, "-c", command[0]]


def check_request(request: Request) -> None:
    """Raise UsageError for options that contradict each other, and for what can be no name."""
    if request.only and request.everything:
        raise UsageError("--only and --all contradict each other.", "Leave one of them out.")
    if request.replace and request.files:
        raise UsageError(
            "--exec leaves nobody who would remove the files of --files.",
            "Leave one of them out.",
        )
    for key in (*request.only, *request.files):
        if key != EVERYTHING:
            check_key(key)
    if EVERYTHING in request.only:
        raise UsageError("--only takes names.", "All secrets are given with --all.")
