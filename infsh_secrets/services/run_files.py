"""`run --files`: secrets that a command gets as private files instead of variables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.execution.child import run_child
from infsh_secrets.execution.environment import EVERYTHING
from infsh_secrets.files.guardian import Guardian
from infsh_secrets.files.scratch import ScratchFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from infsh_secrets.execution.redact import Redactor
    from infsh_secrets.services.run import Plan

ENDING = "_FILE"


def chosen(names: Collection[str], values: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the (name, value) that go to files; UsageError for names that are not given."""
    absent = [name for name in names if name not in values and name != EVERYTHING]
    if absent:
        raise UsageError(
            f"--files names what the command is not given: {', '.join(absent)}.",
            "Name secrets that it gets, or write --files alone for all of them.",
        )
    found = {name: v for name, v in values.items() if EVERYTHING in names or name in names}
    for name in found:
        if name + ENDING in values:
            raise UsageError(
                f"{name}{ENDING} is a secret itself, so it cannot name the file of {name}.",
                "Name the secrets that are to be files, as in --files=A,B.",
            )
    return found


def run_with_files(
    plan: Plan, redactor: Redactor | None, notices: list[str], tell: Callable[[], None]
) -> int:
    """Run the command with its files and return its exit status.

    The files are removed when it has ended, and when this process has, however it ended.
    """
    folder = ScratchFolder(os.environ, "run")
    with Guardian(folder.remove), folder:
        for name, value in plan.in_files.items():
            plan.environ[name + ENDING] = folder.add(name, value)
        if not folder.in_memory:
            notices.append(
                "Warning: the files of --files are on a disk until the command ends: this system "
                "has no folder in memory. They are overwritten and removed then."
            )
            tell()
        return run_child(plan.argv, plan.environ, redactor)
