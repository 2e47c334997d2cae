"""The examples of the docstrings do what they show."""

from __future__ import annotations

import ast
import doctest
import glob
import os

import pytest

from infsh_secrets import sdk

FOLDER = os.path.dirname(sdk.__file__)


def documented():
    """Yield (name, docstring) of each docstring with an example."""
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.py"))):
        with open(path) as file:
            tree = ast.parse(file.read())
        module = os.path.basename(path).removesuffix(".py")
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Module)):
                text = ast.get_docstring(node) or ""
                if ">>> " in text:
                    yield f"{module}.{getattr(node, 'name', '')}", text


EXAMPLES = dict(documented())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_it_shows(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest(EXAMPLES[name], {}, name, name, 0)
    result = doctest.DocTestRunner(verbose=False).run(example, clear_globs=True)
    assert not result.failed, capsys.readouterr().out
    assert result.attempted


def test_what_programs_use_most_has_an_example():
    wanted = {"client.Client", "client.environ", "client.inject", "client.redactor"}
    wanted |= {f"secrets.{name}" for name in ("create", "set", "get", "update", "delete")}
    assert wanted <= set(EXAMPLES)
