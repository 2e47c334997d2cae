"""Filling what a manifest wants at a terminal."""

from __future__ import annotations

import pytest

VALUE = "sk-a-made-up-value-of-some-length"
MANIFEST = """\
secrets:
  - key: OPTIONAL_KEY
    optional: true
  - key: OPENAI_API_KEY
    description: "For GPT-4 \\e[31m calls"
  - key: FAL_KEY
integrations: [google]
"""


@pytest.fixture
def app(tmp_path, monkeypatch):
    """An app whose manifest wants three secrets; the tests work in its folder."""
    (tmp_path / "inf.yml").write_text(MANIFEST)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def checked(app, terminal):
    """Run `check` up to its first question."""

    def start(*options):
        made = terminal("infsh", "secrets", "check", *options, lines=80)
        made.wait("Value of OPENAI_API_KEY (not shown):")
        return made

    return start


def answer(made, value, turn=1):
    made.line(value)
    made.wait_for(lambda shown: shown.count("The same again:") >= turn)
    made.line(value)


def stored(infsh, key):
    done = infsh("secrets", "get", key, "--plain")
    return done.stdout.decode() if done.returncode == 0 else None


def description(infsh, key):
    import json

    return json.loads(infsh("secrets", "get", key).stdout)["description"]


def test_required_gaps_are_asked_for_first_and_then_optional_ones(checked, infsh):
    made = checked()
    assert "3 required" not in made.text
    assert "2 of 2 required secrets are not usable." in made.text
    assert "Connect on the platform: google" in made.text
    assert "Ctrl-C stops" in made.text
    assert "For GPT-4 \\x1b[31m calls" in made.text
    answer(made, VALUE)
    made.wait("Value of FAL_KEY (not shown):")
    assert "OPENAI_API_KEY: created" in made.text
    answer(made, "made-up", turn=2)
    made.wait("Value of OPTIONAL_KEY (optional, not shown):")
    made.line("")
    made.wait("Both required secrets are usable.")
    assert made.end() == 0
    assert made.text.count("Manifest: ") == 2
    assert b"\x1b[31m calls" not in made.raw
    assert VALUE not in made.raw.decode()
    assert stored(infsh, "OPENAI_API_KEY") == VALUE
    assert stored(infsh, "FAL_KEY") == "made-up"
    assert stored(infsh, "OPTIONAL_KEY") is None
    assert description(infsh, "OPENAI_API_KEY") == "For GPT-4 \x1b[31m calls"


def test_skipping_everything_changes_nothing(checked, own_home):
    made = checked()
    for key in ("OPENAI_API_KEY", "FAL_KEY", "OPTIONAL_KEY"):
        made.wait(f"Value of {key} (")
        made.line("")
    assert made.end() == 6
    assert made.text.count("Manifest: ") == 1
    assert list(own_home.rglob("*.vault")) == []


@pytest.mark.parametrize(("key", "status"), [("\x03", 130), ("\x04", 6)], ids=["ctrl-c", "ctrl-d"])
def test_stopping_keeps_what_was_stored(checked, infsh, key, status):
    made = checked()
    answer(made, VALUE)
    made.wait("Value of FAL_KEY (not shown):")
    made.send("half a va" if key == "\x03" else "")
    made.send(key)
    assert made.end() == status
    assert stored(infsh, "OPENAI_API_KEY") == VALUE
    assert stored(infsh, "FAL_KEY") is None


def test_what_an_existing_secret_says_stays(checked, infsh, prepare, app):
    prepare("set", "OPENAI_API_KEY", "", "--allow-empty", "-d", "My own words")
    made = checked()
    assert "empty" in made.text
    answer(made, VALUE)
    made.wait("Value of FAL_KEY")
    made.send("\x03")
    assert made.end() == 130
    assert description(infsh, "OPENAI_API_KEY") == "My own words"


def test_a_value_that_looks_wrong_draws_a_warning_and_with_strict_another_question(checked, infsh):
    made = checked("--strict")
    answer(made, "'quoted'")
    made.wait("wrapped in quotes")
    made.wait_for(lambda shown: shown.count("Value of OPENAI_API_KEY (not shown):") == 2)
    assert stored(infsh, "OPENAI_API_KEY") is None
    made.send("\x03")
    assert made.end() == 130
    made = checked()
    answer(made, "'quoted'")
    made.wait("Warning: The value of OPENAI_API_KEY is wrapped in quotes")
    made.wait("Value of FAL_KEY")
    made.send("\x03")
    assert made.end() == 130
    assert stored(infsh, "OPENAI_API_KEY") == "'quoted'"
    assert "'quoted'" not in made.raw.decode()


@pytest.mark.parametrize(
    "options",
    [("--no-input",), ("-q",), ("-o", "json"), ("-o", "names"), ("-e", "staging,default")],
    ids=lambda options: options[0],
)
def test_nothing_is_asked(app, seen, options):
    done = seen("secrets", "check", *options)
    assert done.status == 6
    assert "Value of" not in done.text
    if options[0] == "-e":
        assert "Nothing can be filled in here" in done.text


def test_nothing_is_asked_in_a_pipe_or_in_ci(app, terminal, seen):
    made = terminal("sh", "-c", "infsh secrets check -o table | cat; echo done")
    made.wait("done")
    assert made.end() == 0
    assert "Value of" not in made.text
    assert seen("secrets", "check", env={"CI": "1"}).status == 6


def test_optional_ones_are_not_asked_for_when_nothing_required_is_missing(app, seen, prepare):
    prepare("set", f"OPENAI_API_KEY={VALUE}", "FAL_KEY=made-up")
    done = seen("secrets", "check")
    assert done.status == 0
    assert "Value of" not in done.text
    assert "optional" in done.text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_table_fits(app, seen, width):
    (app / "inf.yml").write_text(
        f"secrets: [{{key: {'K' * 255}}}, {{key: SHORT_KEY, description: {'long words ' * 30}}}]\n"
    )
    done = seen("secrets", "check", "--no-input", columns=width, lines=60)
    assert done.status == 6
    rule = next(i for i, row in enumerate(done.rows) if row and set(row) == {"─"})
    rows = done.rows[rule + 1 : done.rows.index("", rule)]
    assert "".join(row.split()[0] for row in rows[:-1]) == "K" * 255
    assert rows[-1].split()[:2] == ["SHORT_KEY", "missing"]
    assert ("long words" in rows[-1]) == (width > 40)
