"""Debian's gopass 1.5 (aviau's, not the larger program of that name), on a store of pass."""

from __future__ import annotations

from peers import pass_

NAME = "gopass"
PROGRAMS = ("gopass", "pass", "gpg")
VERSION = ["gopass", "version"]
RUNS = pass_.RUNS


def prepare(place):
    """Return what is timed; it sets only in an editor."""
    return {**pass_.prepare(place, "gopass"), "set": None}
