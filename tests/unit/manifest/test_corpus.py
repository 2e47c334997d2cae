"""Every manifest of tests/manifests says what the tables beside them say."""

from __future__ import annotations

import json
import os

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.manifest.parse import read

CORPUS = os.path.join(os.path.dirname(__file__), "..", "..", "manifests")


def table(kind):
    with open(os.path.join(CORPUS, f"{kind}.json"), encoding="utf-8") as file:
        return json.load(file)


def path_of(kind, name):
    return os.path.join(CORPUS, kind, f"{name}.yml")


def only_python(monkeypatch):
    """Take the C parser away."""
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


@pytest.mark.parametrize("kind", ["good", "bad"])
def test_each_file_has_an_expectation(kind):
    files = {name.removesuffix(".yml") for name in os.listdir(os.path.join(CORPUS, kind))}
    assert files == set(table(kind))


@pytest.mark.parametrize(("name", "said"), table("good").items())
def test_good(name, said, facts):
    manifest = read(path_of("good", name))
    expected = {"secrets": [], "connections": [], "env": [], **said}
    assert facts(manifest) == expected
    assert manifest.path == os.path.abspath(path_of("good", name))


@pytest.mark.parametrize(("name", "said"), table("bad").items())
def test_bad(name, said):
    path = path_of("bad", name)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert [caught.value.message, caught.value.hint] == [f"{path}, {said[0]}", said[1]]


@pytest.mark.parametrize(("name", "said"), table("bad").items())
def test_no_error_shows_a_value(name, said):
    # The values of the corpus are all "made" and "up".
    assert "made" not in " ".join(said)


# The C parser takes a tab behind a value, the one in Python does not.
@pytest.mark.parametrize("name", sorted(set(table("good")) - {"tab-after-value"}))
def test_good_without_the_c_parser(name, facts, monkeypatch):
    expected = facts(read(path_of("good", name)))
    only_python(monkeypatch)
    assert facts(read(path_of("good", name))) == expected


@pytest.mark.parametrize("name", table("bad"))
def test_bad_without_the_c_parser(name, monkeypatch):
    only_python(monkeypatch)
    path = path_of("bad", name)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert caught.value.message == f"{path}, {table('bad')[name][0]}"
