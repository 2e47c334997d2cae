"""Where each shell looks for completion, and what has to stand in its start-up file.

bash: github.com/scop/bash-completion loads `completions/NAME` of its user folder when NAME is first
completed. zsh: a function `_NAME` in a folder of `fpath`. fish: `completions/NAME.fish` of its
configuration. PowerShell: nothing but its profile.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

BASH, ZSH, FISH, POWERSHELL = SHELLS = ("bash", "zsh", "fish", "powershell")
_PROGRAMS = ("infsh", "infsh-secrets")
_CALLED = {"pwsh": POWERSHELL, "pwsh-preview": POWERSHELL}
_LIBRARIES = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
    "/usr/local/etc/profile.d/bash_completion.sh",
    "/etc/bash_completion",
)
_LOADER = b"bash_completion"
_OF_ALL_USERS = ("/etc/bash.bashrc", "/etc/bashrc")
_PROFILE = "Microsoft.PowerShell_profile.ps1"
_PATIENCE_SECONDS = 30
_MOST_READ = 1_000_000


class Places(NamedTuple):
    """Files that hold the script, and the start-up file that must have `lines`, or "" for none."""

    scripts: tuple[str, ...]
    start: str
    lines: str
    then: str


def guess(environ: Mapping[str, str]) -> str:
    """Return the shell that has started this program, else that of SHELL, else of the account.

    UsageError where none of them is known.
    """
    for name in (_parent(), environ.get("SHELL") or _of_account()):
        called = os.path.basename(name.replace("\\", "/")).lstrip("-").removesuffix(".exe")
        shell = _CALLED.get(called, called)
        if shell in SHELLS:
            return shell
    raise UsageError(
        "It cannot be told which shell this is.",
        f"Name it: infsh completion install {'|'.join(SHELLS)}",
    )


def _of_account() -> str:
    """Return the login shell of the account, "" where there are no such accounts."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_shell
    except (ImportError, KeyError):
        return ""


def _parent() -> str:
    """Return what the process is called that has started this one, "" where nothing tells."""
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        pass
    try:
        done = subprocess.run(
            ["ps", "-o", "comm=", "-p", str(parent)],  # noqa: S607  # where it lies differs
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def of(shell: str, environ: Mapping[str, str]) -> Places:
    """Return where a shell's completion belongs for this person; UsageError without a home."""
    home = environ.get("HOME") or os.path.expanduser("~")
    if not os.path.isabs(home):
        raise UsageError("There is no home folder for it: HOME is not set.", "Set HOME.")
    return {BASH: _bash, ZSH: _zsh, FISH: _fish, POWERSHELL: _powershell}[shell](home, environ)


def _base(variable: str, below: str, home: str, environ: Mapping[str, str]) -> str:
    named = environ.get(variable, "")
    return named if os.path.isabs(named) else os.path.join(home, below)


def _bash(home: str, environ: Mapping[str, str]) -> Places:
    data = _base("XDG_DATA_HOME", ".local/share", home, environ)
    named = environ.get("BASH_COMPLETION_USER_DIR", "").split(os.pathsep)[0]
    folder = os.path.join(named or os.path.join(data, "bash-completion"), "completions")
    scripts = tuple(os.path.join(folder, name) for name in _PROGRAMS)
    path = quoted(scripts[0], home)
    start = os.path.join(home, ".bash_profile" if sys.platform == "darwin" else ".bashrc")
    lines = "" if _has_library(start) else f"if [ -r {path} ]; then . {path}; fi # completion\n"
    return Places(scripts, start, lines, f"Open a new bash, or read it here with: . {path}")


def _has_library(start: str) -> bool:
    """Tell whether bash-completion is there and something loads it into every new bash."""
    if not any(os.path.exists(path) for path in _LIBRARIES):
        return False
    return any(_LOADER in line for path in (start, *_OF_ALL_USERS) for line in code_lines(path))


def code_lines(path: str) -> list[bytes]:
    """Return the lines of a start-up file that are no comments; none of one that is not there."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_READ)
    except OSError:
        return []
    return [line for line in data.splitlines() if not line.lstrip().startswith(b"#")]


def _zsh(home: str, environ: Mapping[str, str]) -> Places:
    start = os.path.join(environ.get("ZDOTDIR") or home, ".zshrc")
    then = "Open a new zsh, or start it anew here with: exec zsh"
    for folder in environ.get("FPATH", "").split(os.pathsep):
        below = os.path.join(os.path.realpath(home), "")
        if os.path.isdir(folder) and os.path.realpath(folder).startswith(below):
            return Places((os.path.join(folder, "_infsh"),), start, "", then)
    data = _base("XDG_DATA_HOME", ".local/share", home, environ)
    script = os.path.join(data, "zsh", "site-functions", "_infsh")
    path = quoted(script, home)
    lines = (
        f"if [[ -r {path} ]]; then\n"
        "    (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit -i; }\n"
        f"    source {path} # completion\n"
        "fi\n"
    )
    return Places((script,), start, lines, then)


def _fish(home: str, environ: Mapping[str, str]) -> Places:
    folder = os.path.join(_base("XDG_CONFIG_HOME", ".config", home, environ), "fish", "completions")
    scripts = tuple(os.path.join(folder, f"{name}.fish") for name in _PROGRAMS)
    return Places(scripts, "", "", "fish finds it by itself, in the shells that run as well.")


def _powershell(home: str, environ: Mapping[str, str]) -> Places:
    profile = _asked_profile(environ)
    if not profile and os.name == "nt":
        raise UsageError(
            "PowerShell does not tell where its profile is.",
            "Add this line to it: infsh completion powershell | Out-String | Invoke-Expression",
        )
    if not profile:
        folder = _base("XDG_CONFIG_HOME", ".config", home, environ)
        profile = os.path.join(folder, "powershell", _PROFILE)
    script = os.path.join(os.path.dirname(profile), "infsh-completion.ps1")
    path = "'" + script.replace("'", "''") + "'"
    lines = f"if (Test-Path -LiteralPath {path}) {{ . {path} }} # completion\n"
    return Places((script,), profile, lines, f"Open a new PowerShell, or read it here: . {path}")


def _asked_profile(environ: Mapping[str, str]) -> str:
    """Return the profile that PowerShell itself names; only it knows of moved folders."""
    import shutil

    for name in ("pwsh", "powershell"):
        program = shutil.which(name, path=environ.get("PATH"))
        if program is None:
            continue
        try:
            done = subprocess.run(
                [program, "-NoProfile", "-NonInteractive", "-Command", "$PROFILE"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_PATIENCE_SECONDS,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired):
            continue
        found = done.stdout.strip()
        if done.returncode == 0 and os.path.isabs(found) and "\n" not in found:
            return found
    return ""


def quoted(path: str, home: str) -> str:
    """Return a path as bash and zsh read it, with $HOME for the home folder."""
    start = os.path.join(home, "")
    below = path.startswith(start)
    rest = path[len(start) :] if below else path
    for letter in '\\"$`':
        rest = rest.replace(letter, "\\" + letter)
    return f'"$HOME/{rest}"' if below else f'"{rest}"'
