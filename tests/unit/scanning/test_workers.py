from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from infsh_secrets.scanning import workers
from infsh_secrets.scanning.workers import in_parallel


@contextmanager
def worker(work, left):
    try:
        yield work
    finally:
        left.append(threading.get_ident())


def test_every_task_is_done_once_and_told():
    done, left, told = [], [], []
    in_parallel(range(1000), lambda: worker(done.append, left), lambda *n: told.append(n))
    assert sorted(done) == list(range(1000))
    assert 1 <= len(left) <= 8
    assert told[-1] == (1000, 1000)


def test_no_task_needs_no_thread():
    in_parallel([], None, lambda *_: None)


def test_the_first_error_is_raised_and_ends_the_work():
    done, left = [], []

    def work(task):
        done.append(task)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_parallel(range(1000), lambda: worker(work, left), lambda *_: None)
    assert len(done) <= 8
    assert left


def test_an_interruption_is_passed_on_at_once():
    may_end = threading.Event()
    done = []

    def work(task):
        done.append(task)
        may_end.wait(30)

    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_parallel(range(1000), lambda: worker(work, []), interrupted)
    may_end.set()
    assert len(done) <= 8


def test_there_is_a_core():
    assert workers._cores() >= 1
