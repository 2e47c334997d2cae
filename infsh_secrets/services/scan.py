"""`scan` as a use case: where the secrets of the vault stand, outside of it."""

from __future__ import annotations

import os
import sys
from functools import cache, cached_property
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.form_kinds import kind_of
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.scan_results import FILES, HISTORY, STAGED, Leak, ScanResult, Unread
from infsh_secrets.domain.variants import forms, is_redacted
from infsh_secrets.execution.matching import Matcher
from infsh_secrets.scanning.git import Git
from infsh_secrets.scanning.many import Tally, Texts
from infsh_secrets.scanning.objects import history
from infsh_secrets.scanning.scanner import MOST_HITS
from infsh_secrets.scanning.walk import Walk
from infsh_secrets.services.redaction import nothing_to_find, secrets_to_find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.domain.scan_results import HookInstalled
    from infsh_secrets.scanning.workers import Report
    from infsh_secrets.services.workspace import Workspace

_MOST_TOLD = 20
_PROGRAM = "infsh"


class Targets:
    """The secrets that are looked for: values, each with the names it has in the vault."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        names: dict[bytes, dict[str, list[str]]] = {}
        for secret in secrets:
            bare = secret.value.reveal_bytes().strip()
            environments = names.setdefault(bare, {}).setdefault(secret.info.key, [])
            environments.append(secret.info.environment)
        # A form that several have is that of the shortest: the others contain it.
        self._values = sorted(filter(is_redacted, names), key=len)
        self._names = [names[value] for value in self._values]
        weak = (key for value, keys in names.items() if not is_redacted(value) for key in keys)
        self.unprotected = sorted(set(weak))
        self.finder = Matcher(
            (form, owner) for owner, value in enumerate(self._values) for form in forms(value)
        )
        self.form = cache(self._form)

    def __repr__(self) -> str:
        return f"Targets({len(self)} secrets)"

    def __len__(self) -> int:
        return len(self._values)

    def _form(self, owner: int, found: bytes) -> str:
        return kind_of(self._values[owner], found)

    def leaks(self, tally: Tally) -> list[Leak]:
        """Return what was found in terms of the vault."""
        return [
            Leak(found.path, hit.line, hit.column, key, tuple(places), hit.form, found.commit)
            for _, found in tally.found
            for hit in sorted(found.hits, key=lambda hit: (hit.line, hit.column, hit.owner))
            for key, places in self._names[hit.owner].items()
        ]


class Scan:
    """A search for the secrets of a workspace, or those of them that `only` names.

    Binary texts are left out unless `binary`. Reading the secrets is no use of them: nobody is
    given any. `report` is called with (done, of how many).
    """

    def __init__(
        self,
        workspace: Workspace,
        only: Sequence[str] | None,
        *,
        every_environment: bool,
        binary: bool,
        report: Report,
    ) -> None:
        self._workspace = workspace
        self._only = only
        self._every_environment = every_environment
        self._binary = binary
        self._report = report

    def files(self, paths: Sequence[str], *, ignore: bool) -> ScanResult:
        """Search files and folders, the working folder when none is named.

        With `ignore`, what git ignores is left out. Raises NotFoundError for an absent path, and
        when there is no secret to look for.
        """
        targets = self._targets()
        walk = Walk(ignore=ignore)
        walk.add(paths or [os.curdir])
        self._workspace.notices.extend(walk.notices)
        tally = self._texts(targets).files(walk.files, walk.named)
        tally.unread += walk.unread
        return self._result(FILES, targets, tally)

    def staged(self, paths: Sequence[str]) -> ScanResult:
        """Search what is staged in the repository, as it would be committed.

        Where nobody has stored anything there is nothing to look for, and a notice says so: a hook
        that is shared stops nobody who has no vault. Raises UsageError outside a repository.
        """
        git = _repository(paths)
        blobs = git.staged()
        targets = self._targets_if_any()
        if targets is None:
            return ScanResult(STAGED, [], keys=0, texts=0, bytes=0)
        return self._result(STAGED, targets, self._texts(targets).objects(git, blobs))

    def history(self, paths: Sequence[str]) -> ScanResult:
        """Search every file that any commit of the repository has, and all messages.

        Raises UsageError outside a repository, NotFoundError when there is no secret to look for.
        """
        git = _repository(paths)
        if git.is_shallow():
            self._workspace.notices.append(
                "Warning: this clone is shallow; its older commits are not here to be searched."
            )
        targets = self._targets()
        blobs, missing = history(git)
        tally = self._texts(targets).objects(git, blobs)
        if missing:
            tally.unread.append(Unread(git.folder, f"{missing} objects are not in this clone"))
        return self._result(HISTORY, targets, tally)

    def _targets(self) -> Targets:
        found = self._secrets
        if not found:
            raise nothing_to_find()
        targets = Targets(found)
        if targets.unprotected:
            names = ", ".join(targets.unprotected)
            self._workspace.notices.append(
                f"Warning: too short or too common to be looked for: {names}."
            )
        return targets

    def _targets_if_any(self) -> Targets | None:
        workspace = self._workspace
        may_lack = not workspace.settings.vault_named and self._only is None
        if may_lack and not workspace.exists():
            workspace.notices.append("There is no vault here, so there is nothing to look for.")
            return None
        if may_lack and not self._secrets:
            workspace.notices.append("The vault has no secrets, so there is nothing to look for.")
            return None
        return self._targets()

    @cached_property
    def _secrets(self) -> list[Secret]:
        return secrets_to_find(
            self._workspace, self._only, every_environment=self._every_environment
        )

    def _texts(self, targets: Targets) -> Texts:
        return Texts(targets.finder, targets.form, binary=self._binary, report=self._report)

    def _result(self, what: str, targets: Targets, tally: Tally) -> ScanResult:
        result = ScanResult(
            what,
            targets.leaks(tally),
            keys=len(targets),
            texts=tally.texts,
            bytes=tally.bytes,
            skipped=tally.skipped,
            unread=tally.unread,
            crowded=[found.path for _, found in tally.found if len(found.hits) >= MOST_HITS],
        )
        self._workspace.notices.extend(_notices(result))
        return result


def install_hook(paths: Sequence[str]) -> HookInstalled:
    """Make the repository search what is staged before each commit.

    Raises ConflictError when it has a pre-commit hook that is not ours.
    """
    from infsh_secrets.scanning.hook import install

    return install(_repository(paths), _program())


def _repository(paths: Sequence[str]) -> Git:
    if len(paths) > 1:
        raise UsageError("Several repositories are named.", "Name one, or none for this one.")
    folder = paths[0] if paths else os.curdir
    if not os.path.isdir(folder):
        raise NotFoundError(
            f"There is no folder {sanitize(folder)}.", "Name the folder of a git repository."
        )
    return Git(folder, inherited=not paths)


def _program() -> str:
    """Return where this program is, for those who start it without our PATH."""
    folders = [os.path.dirname(os.path.abspath(sys.argv[0])), os.path.dirname(sys.executable)]
    for folder in folders:
        path = os.path.join(folder, _PROGRAM)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return _PROGRAM


def _notices(result: ScanResult) -> list[str]:
    told = [f"Could not be read: {one.path}: {one.reason}." for one in result.unread[:_MOST_TOLD]]
    if len(result.unread) > _MOST_TOLD:
        told.append(f"{len(result.unread) - _MOST_TOLD} more could not be read.")
    if result.unread:
        told.append("Not everything was searched.")
    told += [f"In {path} are more places than the {MOST_HITS} listed." for path in result.crowded]
    return told
