"""Asking git, without running anything that a repository brings with it.

No hooks, no file system monitor, no filters, text conversions, pagers or remotes; git itself is
looked for in the absolute folders of PATH only. Nothing in a repository is changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import IO, TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import DeniedError, InfshError, NotFoundError, UsageError
from infsh_secrets.domain.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIXED = (
    "--no-pager",
    "--no-replace-objects",
    "-c",
    "core.fsmonitor=false",
)
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
_OF_ONE_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
)
"""Variables that a hook has from git, and that are true of the repository it runs in only."""

_LINK, _SUBMODULE = b"120000", b"160000"
_NO_OBJECT = b"0"

BLOB, COMMIT, TAG = b"blob", b"commit", b"tag"


class Blob(NamedTuple):
    """One object to be searched: its name, kind, path, and the commit it is first in."""

    name: bytes
    path: bytes
    kind: bytes = BLOB
    commit: bytes = b""


class Listing(NamedTuple):
    """The files of a work tree that git does not ignore, and repositories within it; relative."""

    files: list[bytes]
    folders: list[bytes]


class Git:
    """The git program, run in `folder`.

    With `inherited` the repository may be the one that the environment names, as in a hook. Raises
    NotFoundError when there is no git.
    """

    def __init__(self, folder: str, *, inherited: bool) -> None:
        self.folder = os.path.abspath(folder)
        path = os.environ.get("PATH", os.defpath).split(os.pathsep)
        program = shutil.which("git", path=os.pathsep.join(filter(os.path.isabs, path)))
        if program is None:
            raise NotFoundError("There is no git on this machine.", "Install git.")
        self._program = program
        self._environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("INFSH_") and (inherited or name not in _OF_ONE_REPOSITORY)
        } | {
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "none",  # of a partial clone no missing object is fetched
            "GIT_NO_LAZY_FETCH": "1",
            "LC_ALL": "C",
        }

    def stream(
        self, *arguments: str, source: IO[bytes] | None = None, asked: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start git and return the process, its output a pipe; what it says of errors is lost.

        Its input is `source`, or a pipe when it is `asked`.
        """
        return subprocess.Popen(
            [self._program, *_FIXED, *_NO_HOOKS, *arguments],
            cwd=self.folder,
            env=self._environ,
            stdin=subprocess.PIPE if asked else source or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, *arguments: str, hooks: bool = False) -> bytes:
        """Return what git says; its failures are raised as a sentence.

        With `hooks` it knows where the repository's are, and is asked nothing that runs them.
        """
        done = self._run(arguments, hooks=hooks)
        if done.returncode:
            raise failure(done.stderr, self.folder)
        return done.stdout

    def agrees(self, *arguments: str) -> bool:
        """Tell whether git ends with status 0."""
        return self._run(arguments).returncode == 0

    def _run(
        self, arguments: Sequence[str], *, hooks: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self._program, *_FIXED, *(() if hooks else _NO_HOOKS), *arguments],
            cwd=self.folder,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def listing(self) -> Listing:
        """Return what git would have in or add to the repository, of the folder and below it."""
        files = self.ask("ls-files", "-z", "-o", "--exclude-standard").split(b"\0")
        folders = [name for name in files if name.endswith(b"/")]
        found = dict.fromkeys(name for name in files if name and not name.endswith(b"/"))
        for mode, _, path in _entries(self.ask("ls-files", "-z", "-s")):
            if mode == _SUBMODULE:
                folders.append(path)
            elif mode != _LINK:
                found[path] = None
        return Listing(list(found), folders)

    def ignores_folder(self) -> bool:
        """Tell whether the folder itself is one that git ignores."""
        return self.agrees("check-ignore", "-q", ".")

    def staged(self) -> list[Blob]:
        """Return what the index has and the latest commit has not: added, changed and renamed."""
        if self.ask("rev-parse", "--is-inside-work-tree").strip() != b"true":
            raise UsageError(
                f"{sanitize(self.folder)} is in no work tree, so nothing is staged in it.",
                "Search what was committed with --history.",
            )
        if not self.agrees("rev-parse", "-q", "--verify", "HEAD^{commit}"):
            return [
                Blob(name, path)
                for mode, name, path in _entries(self.ask("ls-files", "-z", "-s", "--full-name"))
                if mode != _SUBMODULE
            ]
        words = self.ask(
            *("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev"),
            *("--diff-filter=AMT", "--ignore-submodules=all", "HEAD", "--"),
        ).split(b"\0")
        found = []
        for facts, path in zip(words[::2], words[1::2], strict=False):
            _, mode, _, name, _ = facts.split(b" ")
            if mode != _SUBMODULE and name.strip(_NO_OBJECT):
                found.append(Blob(name, path))
        return found

    def is_shallow(self) -> bool:
        """Tell whether the history begins with commits whose parents are not here."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"


def _entries(listed: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (mode, object, path) of `ls-files -s -z`."""
    for entry in listed.split(b"\0"):
        if entry:
            facts, _, path = entry.partition(b"\t")
            mode, name, _ = facts.split(b" ")
            yield mode, name, path


def failure(said: bytes, folder: str) -> InfshError:
    """Return our error for what git has said."""
    shown = sanitize(folder)
    if b"not a git repository" in said:
        return UsageError(
            f"{shown} is not in a git repository.", "Name a folder that is, or search files."
        )
    if b"dubious ownership" in said:
        return DeniedError(
            f"git refuses the repository of {shown}, which belongs to another user.",
            f"If you trust it: git config --global --add safe.directory {shown}",
        )
    lines = said.decode(errors="replace").splitlines() or ["it gave no reason"]
    reason = sanitize(lines[0].removeprefix("fatal: ").rstrip("."))
    return InfshError(f"git has failed in {shown}: {reason}.", "Check it with: git fsck")
