"""Finds the modules of this package with a few system calls each; CPython only.

The interpreter's own way to a module tries every kind of file that one could be, asks more about
what it opens, and reads in two parts. A command loads sixty to eighty modules of this package, so
that is a tenth of its start. Here a module is looked for only where it lies in an ordinary
installation, as byte code that belongs to its source. Whatever is not exactly so (no byte code yet,
or of an older source, an archive) is left to the interpreter; what is loaded, and what it says of
itself, is the same. The compiled modules of the standard library that every command loads are
looked for in their own folder first, and not in every folder of the path before it.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib import BuiltinImporter, ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, PathFinder, SourceFileLoader
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

_PACKAGE = f"{__package__}."
_ENDING = f".{sys.implementation.cache_tag}.pyc"
_BEGINNING = MAGIC_NUMBER + bytes(4)  # no flags: time and size of the source follow
_HEADER_BYTES = 16
_MOST_BYTES = 64 * 1024
_32_BITS = 0xFFFFFFFF
_COMPILED = frozenset(
    (
        *("_ctypes", "_json", "_sha2", "_sha256", "_sha512", "_sqlite3", "_struct"),
        *("fcntl", "resource", "select"),
    )
)
_COMPILED_LIE_IN = [folder for folder in sys.path if folder.endswith("lib-dynload")][:1]


def install() -> None:
    """Have this package's modules found in this way from now on, in an ordinary installation.

    Whoever has put a finder before those of the interpreter is still asked first.
    """
    spec = sys.modules[__name__].__spec__
    loader = None if spec is None else spec.loader
    if type(loader) is not SourceFileLoader or sys.flags.optimize or sys.pycache_prefix:
        return
    if BuiltinImporter in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(BuiltinImporter), Finder)


class Loader(SourceFileLoader):
    """The interpreter's loader, with byte code that has been read already."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """Return the byte code."""
        return self._code


class Finder:
    """What `sys.meta_path` has for the modules below this package."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is from and its byte code, None to leave it to the next finder."""
        if path is None:
            return PathFinder.find_spec(name, _COMPILED_LIE_IN) if name in _COMPILED else None
        if not name.startswith(_PACKAGE):
            return None
        folder, stem = path[0], name[name.rindex(".") + 1 :]
        source = f"{folder}/{stem}.py"
        package = False
        try:
            status = os.stat(source)
        except OSError:
            package, folder, stem = True, f"{folder}/{stem}", "__init__"
            source = f"{folder}/__init__.py"
            try:
                status = os.stat(source)
            except OSError:
                return None
        cached = f"{folder}/__pycache__/{stem}{_ENDING}"
        code = _read(cached, source, status)
        if code is None:
            return None
        loader = Loader(name, source, code)
        spec = ModuleSpec(name, loader, origin=source, is_package=package)
        spec.has_location = True
        spec.cached = cached
        if package:
            spec.submodule_search_locations = [folder]
        return spec


def _read(cached: str, source: str, status: os.stat_result) -> CodeType | None:
    """Return the byte code in a file, None if it is not of this source."""
    try:
        descriptor = os.open(cached, os.O_RDONLY)
    except OSError:
        return None
    try:
        data = os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)
    modified = (int(status.st_mtime) & _32_BITS).to_bytes(4, "little")
    size = (status.st_size & _32_BITS).to_bytes(4, "little")
    if len(data) == _MOST_BYTES or not data.startswith(_BEGINNING + modified + size):
        return None
    try:
        code: CodeType = loads(memoryview(data)[_HEADER_BYTES:])  # noqa: S302  # as Python does
    except (EOFError, ValueError, TypeError):
        return None
    return code if code.co_filename == source else None  # an installation can have been moved
