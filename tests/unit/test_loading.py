"""Modules of the package are found in the short way only where it finds what Python would."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import sys
from importlib.machinery import BuiltinImporter, PathFinder, SourceFileLoader

import pytest

import infsh_secrets.domain
from infsh_secrets import loading
from infsh_secrets.loading import Finder

NAME = "infsh_secrets.made_up"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "made_up.py"
    path.write_text("ANSWER = 42\n")
    return path


@pytest.fixture
def compiled(source):
    return py_compile.compile(
        str(source), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP
    )


@pytest.fixture
def ordinary(monkeypatch):
    """Python with its own two finders, and this package loaded by them and not by pytest."""
    monkeypatch.setattr(sys, "meta_path", [BuiltinImporter, PathFinder])
    loader = SourceFileLoader(loading.__name__, loading.__file__)
    monkeypatch.setattr(loading.__spec__, "loader", loader)


def found(source):
    return Finder.find_spec(NAME, [str(source.parent)])


def told(spec):
    """Return what modules and tools see of a spec."""
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept = ("__name__", "__package__", "__file__", "__cached__", "__path__", "ANSWER")
    return {name: getattr(module, name, None) for name in kept} | {
        "origin": spec.origin,
        "parent": spec.parent,
        "path": spec.loader.path,
        "text": spec.loader.get_source(spec.name),
    }


@pytest.mark.parametrize("package", [False, True])
def test_what_is_found_is_what_python_finds(tmp_path, source, compiled, package):
    if package:
        (tmp_path / "made_up").mkdir()
        source = source.rename(tmp_path / "made_up" / "__init__.py")
        py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    mine = Finder.find_spec(NAME, [str(tmp_path)])
    its = PathFinder.find_spec(NAME, [str(tmp_path)])
    assert told(mine) == told(its)
    assert told(mine)["ANSWER"] == 42


def test_a_changed_source_is_left_to_python(source, compiled):
    assert found(source) is not None
    status = source.stat()
    os.utime(source, (status.st_atime, status.st_mtime + 10))
    assert found(source) is None
    source.write_text("ANSWER = 4321\n")
    os.utime(source, (status.st_atime, status.st_mtime))
    assert found(source) is None


def test_byte_code_that_does_not_say_its_time_is_left_to_python(source):
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert found(source) is None


def test_a_moved_installation_is_left_to_python(tmp_path, compiled):
    """Its byte code names files that are no longer there."""
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert PathFinder.find_spec(NAME, [str(moved)]) is not None
    assert found(moved / "made_up.py") is None


@pytest.mark.parametrize("size", [0, 10, 20])
def test_half_a_file_is_left_to_python(source, compiled, size):
    with open(compiled, "r+b") as file:
        file.truncate(size)
    assert found(source) is None


def test_a_large_file_is_left_to_python(source):
    source.write_text(f"ANSWER = {'x' * 70_000!r}\n")
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    assert found(source) is None


def test_what_is_not_there_or_not_ours_is_left_to_python(source):
    assert found(source) is None  # no byte code
    assert Finder.find_spec("infsh_secrets.absent", infsh_secrets.domain.__path__) is None
    assert Finder.find_spec("infsh_secrets") is None
    assert Finder.find_spec("email.message", infsh_secrets.domain.__path__) is None


def test_a_compiled_module_of_the_standard_library_is_looked_for_in_its_own_folder(
    monkeypatch, tmp_path
):
    (tmp_path / "select.py").touch()
    (tmp_path / "email.py").touch()
    monkeypatch.setattr(loading, "_COMPILED_LIE_IN", [str(tmp_path)])
    assert Finder.find_spec("select").origin == str(tmp_path / "select.py")
    assert Finder.find_spec("fcntl") is None
    assert Finder.find_spec("email") is None


def test_whoever_came_before_python_is_asked_first(ordinary):
    class Other:
        @staticmethod
        def find_spec(_name, _path=None, _target=None):
            return None

    sys.meta_path.insert(0, Other)
    loading.install()
    assert sys.meta_path == [Other, Finder, BuiltinImporter, PathFinder]


def test_byte_code_that_lies_elsewhere_is_left_to_python(ordinary, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    loading.install()
    assert Finder not in sys.meta_path


def test_a_package_that_others_load_is_left_to_them(ordinary, monkeypatch):
    monkeypatch.setattr(loading.__spec__, "loader", object())
    loading.install()
    assert Finder not in sys.meta_path
