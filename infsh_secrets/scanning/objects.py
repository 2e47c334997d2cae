"""Reading the objects of a git repository: which ones its history has, and what they contain."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.scanning.git import BLOB, COMMIT, TAG, Blob
from infsh_secrets.scanning.scanner import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from infsh_secrets.scanning.git import Git

COMMIT_MESSAGE = b"(commit message)"
_TYPES = "%(objectname) %(objecttype) %(rest)"


def history(git: Git) -> tuple[list[Blob], int]:
    """Return what is reachable from any ref, oldest first, and how many objects are missing.

    Each object once, with its path in the first commit that has it: contents of files, and the
    messages of commits and of tags.
    """
    listing = git.stream(
        *("rev-list", "--objects", "--in-commit-order", "--reverse", "--missing=print", "--all")
    )
    with listing:
        names = cast("IO[bytes]", listing.stdout)
        with git.stream("cat-file", f"--batch-check={_TYPES}", source=names) as checking:
            names.close()  # git has it now
            found, missing = _objects(cast("IO[bytes]", checking.stdout))
    if listing.returncode or checking.returncode:
        raise _broken(git)
    return found, missing


def _objects(lines: IO[bytes]) -> tuple[list[Blob], int]:
    found = []
    missing = 0
    commit = b""
    for line in lines:
        name, kind, *rest = line.rstrip(b"\n").split(b" ", 2)
        path = rest[0] if rest else b""
        if kind == COMMIT:
            commit = name
            found.append(Blob(name, COMMIT_MESSAGE, kind, name))
        elif kind == TAG:
            found.append(Blob(name, b"(tag %s)" % path, kind, name))
        elif kind == BLOB:
            found.append(Blob(name, path, kind, commit))
        elif kind == b"missing":
            missing += 1
    return found, missing


class Contents:
    """Gives the contents of objects, one after the other; a context manager, for one thread."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process = git.stream("cat-file", "--batch", asked=True)
        self._asks = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()  # it may be in the middle of a large object that nobody reads
        self._process.communicate()

    def read(self, wanted: Sequence[Blob]) -> Iterator[tuple[Blob, int, Iterator[bytes]]]:
        """Yield each object with its size and its blocks, which are good until the next.

        At most 256 at once: git answers while it is asked, and both would wait for one another.
        """
        try:
            self._asks.write(b"".join(blob.name + b"\n" for blob in wanted))
            self._asks.flush()
        except BrokenPipeError:
            raise _broken(self._git) from None
        for blob in wanted:
            facts = self._answers.readline().split()
            if facts[1:2] == [b"missing"]:
                raise InfshError(
                    f"An object of the repository in {sanitize(self._git.folder)} is missing.",
                    "Check it with: git fsck",
                )
            if len(facts) != len((b"name", b"kind", b"size")):
                raise _broken(self._git)
            size = int(facts[2])
            self._left = size + 1  # a newline follows
            yield blob, size, self._blocks()
            for _ in self._blocks():
                pass

    def _blocks(self) -> Iterator[bytes]:
        while self._left:
            block = self._answers.read(min(BLOCK, self._left))
            if not block:
                raise _broken(self._git)
            self._left -= len(block)
            if not self._left:
                block = block[:-1]
            yield block


def _broken(git: Git) -> InfshError:
    return InfshError(
        f"git has failed while it read the repository in {sanitize(git.folder)}.",
        "Check it with: git fsck",
    )
