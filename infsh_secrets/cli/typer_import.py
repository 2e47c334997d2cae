"""Imports Typer without what it imports for other programs than this one.

Typer, and what it needs of the standard library, import modules that they use in calls that are
never made here, or hardly ever: to start programs, to look for archives' formats, to show source
text. That is a tenth of a start. While Typer is imported such a module has a stand-in, which
becomes the module itself for whoever uses it; whoever imports it later gets the real one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

_UNUSED = (
    *("bz2", "lzma", "zlib"),  # shutil looks whether they are there
    *("linecache", "tokenize"),  # inspect
    "ipaddress",  # urllib.parse
    "ntpath",  # pathlib
    "platform",  # typer
    "subprocess",  # typer; brings locale, selectors and signal
    "textwrap",  # traceback
)
"""What is imported as a whole, by whom. A name that is taken from a module needs the module."""


class StandIn(ModuleType):
    """A module that is imported when something of it is used."""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def import_typer() -> None:
    """Import Typer, if that has not been done, and leave nothing else behind in `sys.modules`."""
    if "typer" in sys.modules or "threading" in sys.modules:  # others may look at the same time
        return
    stand_ins = [StandIn(name) for name in _UNUSED if name not in sys.modules]
    for stand_in in stand_ins:
        sys.modules[stand_in.__name__] = stand_in
    try:
        import_module("typer")
    finally:
        for stand_in in stand_ins:
            if sys.modules.get(stand_in.__name__) is stand_in:
                del sys.modules[stand_in.__name__]
