"""The version, which is asked for without a command."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class PlainVersion:
    """`infsh --version`, and nothing else."""

    __slots__ = ()

    def run(self, _ask: Callable[[str], str] | None, _say: Callable[[str, bool], None]) -> int:
        """Write the version to standard output and return the exit status."""
        from infsh_secrets import __version__
        from infsh_secrets.files.streams import write_stdout

        write_stdout(f"infsh-secrets {__version__}\n".encode())
        return exit_codes.OK
