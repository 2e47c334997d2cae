"""Much work of one kind, done by as many threads as there are cores."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    Report = Callable[[int, int], None]

_MOST_THREADS = 8
_TICK_SECONDS = 0.1

Task = TypeVar("Task")


def in_parallel(
    tasks: Sequence[Task],
    hire: Callable[[], AbstractContextManager[Callable[[Task], None]]],
    report: Report,
) -> None:
    """Have every task done by workers, each of which `hire` gives to a thread of its own.

    `report` is called now and then and at the end with (tasks done, of how many). The first error
    of a worker is raised, and no task is begun after it. What runs when this is interrupted is left
    to end with the process.
    """
    waiting = deque(tasks)
    done: list[None] = []
    errors: list[BaseException] = []

    def labour() -> None:
        try:
            with hire() as work:
                while waiting:
                    try:
                        task = waiting.popleft()
                    except IndexError:  # another thread has taken the last one
                        return
                    work(task)
                    done.append(None)
        except BaseException as error:  # noqa: BLE001  # raised again by the thread that waits
            waiting.clear()
            errors.append(error)

    threads = [
        threading.Thread(target=labour, daemon=True)
        for _ in range(min(len(tasks), _cores(), _MOST_THREADS))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(_TICK_SECONDS)
                report(len(done), len(tasks))
    except BaseException:
        waiting.clear()
        raise
    if errors:
        raise errors[0]
    report(len(done), len(tasks))


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
