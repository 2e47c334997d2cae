"""Whatever a signal handler raises, and wherever it does, the client works afterwards."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

import infsh_secrets
from infsh_secrets import InfshError

PACKAGE = str(Path(infsh_secrets.__file__).parent) + os.sep
PATIENCE = 60
LAST = sys.maxsize


class Late(BaseException):
    """What is raised at one place after another, as for Ctrl-C or a time limit."""


def interrupted(call, wanted, places):
    """Call, and raise Late where Python runs signal handlers in our code for the time `wanted`.

    That is at the beginning of a function and after the call of a built-in one. Files are those
    whose path has one of `places` in it. Return the place, None when the call ended before.
    """
    reached = 0
    place = None

    def trace(frame, event, _):
        nonlocal reached, place
        name = frame.f_code.co_filename
        if event not in ("call", "c_return") or not name.startswith(PACKAGE):
            return
        if any(part in name for part in places):
            reached += 1
            if reached == wanted:
                place = f"{Path(name).name}:{frame.f_lineno} {event}"
                raise Late

    before = sys.getprofile()
    sys.setprofile(trace)
    try:
        call()
    except (Late, InfshError):
        pass
    finally:
        sys.setprofile(before)
    return place


def in_time(work):
    """Return what it returns in another thread, which a lock would keep waiting."""
    got = []
    thread = threading.Thread(target=lambda: got.append(work()), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return got


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "places",
    [
        ("/sdk/connections.py", "/sdk/access.py"),
        ("/files/", "/vault/anchor.py"),
        pytest.param(("/stores/", "/services/"), marks=pytest.mark.slow),
    ],
)
def test_a_client_works_after_an_interrupt_at_any_place(client, places):
    client.secrets.set("K", "0")
    for number in range(1, LAST):
        place = interrupted(lambda n=number: client.secrets.set("K", str(n)), number, places)
        assert in_time(lambda: client.secrets.get("K").name) == ["K"], place
        assert client.secrets.get("K").name == "K", place
        if place is None:
            break
    assert number > 10
