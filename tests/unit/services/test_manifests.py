from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.services.manifests import locate


@pytest.fixture
def app(tmp_path):
    """An app in a git repository; returns its folder."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "app" / "src").mkdir(parents=True)
    (tmp_path / "app" / "inf.yml").write_text("secrets: []\n")
    return tmp_path / "app"


def test_it_is_looked_for_from_the_working_directory_upwards(app, monkeypatch):
    assert locate(None, str(app / "src"), "/nowhere") == str(app / "inf.yml")
    monkeypatch.chdir(app / "src")
    assert locate(None) == str(app / "inf.yml")


def test_the_search_ends_at_home(app):
    with pytest.raises(UsageError):
        locate(None, str(app / "src"), str(app / "src"))


def test_what_was_looked_for_and_where_is_said(app):
    folder = str(app.parent)
    with pytest.raises(UsageError) as caught:
        locate(None, folder, "/nowhere")
    for part in ("inf.yml, inf.yaml, app.yaml, app.yml", folder):
        assert part in caught.value.message
    assert "-f FILE" in caught.value.hint


def test_one_that_is_named_is_taken_as_it_is(app, monkeypatch):
    monkeypatch.chdir(app)
    (app / "other.yaml").write_text("secrets: []\n")
    assert locate("other.yaml") == str(app / "other.yaml")
    assert locate(str(app / "other.yaml")) == str(app / "other.yaml")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("", "empty"),
        ("absent.yml", "absent.yml cannot be read: No such file"),
        ("src", "is a folder"),
        ("inf.yml/more", "Not a directory"),
        ("nul\0", "names no file"),
        ("red\x1b[31m\u202e", "red\\x1b[31m\\u202e"),
    ],
)
def test_one_that_is_named_and_is_none(app, monkeypatch, named, said):
    monkeypatch.chdir(app)
    with pytest.raises(UsageError) as caught:
        locate(named)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_working_directory_that_is_gone(app, monkeypatch):
    monkeypatch.chdir(app / "src")
    (app / "src").rmdir()
    with pytest.raises(UsageError, match="working directory is gone"):
        locate(None)
    assert locate(str(app / "inf.yml")) == os.path.join(str(app), "inf.yml")
