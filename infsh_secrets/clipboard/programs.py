"""The system's own programs for its clipboard; a value passes through a pipe and nothing else.

wl-clipboard, xclip, xsel, pbcopy and pbpaste of macOS, clip.exe and PowerShell of Windows and WSL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_SECONDS = 10
_POWERSHELL = ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command")
_READ = (
    "$t = Get-Clipboard -Raw; if ($t) {"
    "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($t))}"
)


class Clipboard(NamedTuple):
    """One way to the clipboard: commands that take and give its text, and that empty it.

    `encoding` is that of what `copying` reads; `armoured` says that `pasting` gives base64.
    """

    copying: tuple[str, ...]
    pasting: tuple[str, ...]
    emptying: tuple[str, ...] = ()
    encoding: str = "utf-8"
    armoured: bool = False

    def copy(self, data: bytes) -> None:
        """Put UTF-8 text there; UnavailableError when the program cannot."""
        _run(self.copying, data if self.encoding == "utf-8" else data.decode().encode("utf-16-le"))

    def paste(self) -> bytes:
        """Return what is there, b"" when that is nothing or no text."""
        try:
            data = _run(self.pasting, b"", reads=True)
        except UnavailableError:  # an empty clipboard is an error for some of them
            return b""
        if not self.armoured:
            return data
        import base64
        import binascii

        try:
            return base64.b64decode(data)
        except (ValueError, binascii.Error):
            return b""

    def empty(self) -> None:
        """Take away whatever is there."""
        _run(self.emptying or self.copying, b"")


WAYLAND = Clipboard(("wl-copy", "--type", "text/plain"), ("wl-paste", "-n"), ("wl-copy", "--clear"))
XCLIP = Clipboard(("xclip", "-selection", "clipboard"), ("xclip", "-selection", "clipboard", "-o"))
XSEL = Clipboard(("xsel", "-b", "-i"), ("xsel", "-b", "-o"), ("xsel", "-b", "-c"))
MACOS = Clipboard(("pbcopy",), ("pbpaste",))
WINDOWS = Clipboard(("clip.exe",), (*_POWERSHELL, _READ), (), "utf-16-le", armoured=True)


def find(environ: Mapping[str, str]) -> Clipboard:
    """Return the clipboard of this session; UnavailableError, with what to install, without one."""
    if sys.platform == "darwin":
        candidates = [MACOS]
    elif sys.platform == "win32":
        candidates = [WINDOWS]
    else:
        candidates = [WAYLAND] if environ.get("WAYLAND_DISPLAY") else []
        candidates += [XCLIP, XSEL] if environ.get("DISPLAY") else []
        candidates += [WINDOWS] if environ.get("WSL_DISTRO_NAME") else []
    for one in candidates:
        programs = {one.copying[0], one.pasting[0]}
        if all(shutil.which(name, path=environ.get("PATH")) for name in programs):
            return one
    hint = "Print the value with --plain, or send it through a pipe."
    if candidates:
        hint = "Install wl-clipboard (Wayland) or xclip (X11); or print the value with --plain."
    raise UnavailableError("There is no clipboard here.", hint)


def _run(command: tuple[str, ...], data: bytes, *, reads: bool = False) -> bytes:
    """Run one of the programs and return what it prints.

    Those of X and Wayland stay behind to serve the text: in a session of their own, so that the
    end of a terminal does not end them, and without our streams, so that nobody waits for them.
    """
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE if reads else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.startswith("INFSH_")},
            start_new_session=os.name == "posix",
            timeout=LIMIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        error = UnavailableError(
            f"The clipboard cannot be used: {command[0]} failed.",
            "Print the value with --plain, or send it through a pipe.",
        )
    else:
        return done.stdout or b""
    raise error
