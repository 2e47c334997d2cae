"""Tables and views on terminals of 40, 80 and 200 columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.cli import columns

LONG = "The password of the production data base, which lives on the host db1 and is changed often"
WIDE = "日本語の説明 🔑🚀 と長い文章がここに続くので省略されるはずです、それでも列は揃っている"


@pytest.fixture
def vault(prepare):
    for key, description in (
        ("OPENAI_API_KEY", "For GPT-4"),
        ("DB_PASSWORD", LONG),
        ("WIDE_KEY", WIDE),
        ("EVIL_KEY", "red \x1b[31m\u202eright\x07\x9b2J end"),
    ):
        prepare("set", key, "a-made-up-value", "-d", description)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_list_fits_and_keeps_its_keys(vault, seen, width):
    done = seen("secrets", "list", columns=width)
    assert done.status == 0
    head, rule, *rows = [row for row in done.rows if row]
    assert head.startswith("key ")
    assert set(rule) == {"─"}
    assert [row.split()[0] for row in rows] == [
        "DB_PASSWORD",
        "EVIL_KEY",
        "OPENAI_API_KEY",
        "WIDE_KEY",
    ]
    assert all("••••••••" in row for row in rows)
    assert "  " + "\n" not in done.text


def test_at_80_columns_the_description_is_shortened(vault, seen):
    done = seen("secrets", "list", columns=80)
    head = done.rows[0].split()
    assert head[:3] == ["key", "value", "description"]
    assert head[-1] == "updated"
    assert "The password of the" in done.text
    assert "…" in done.rows[2]
    assert done.rows[2].endswith("just now")


def test_at_200_columns_nothing_is_shortened(vault, seen):
    done = seen("secrets", "list", columns=200)
    assert done.rows[0].split() == ["key", "value", "description", "env", "ver", "updated"]
    assert LONG in done.text
    assert "…" not in done.text


@pytest.mark.parametrize("width", [80, 200])
def test_wide_characters_keep_columns_aligned(vault, seen, width):
    done = seen("secrets", "list", columns=width)
    places = {done.column(row, "just now") for row in range(2, 6)}
    assert places == {done.column(0, "updated")}


def test_what_could_steer_the_terminal_is_shown_as_text(vault, seen):
    for arguments in (("list",), ("get", "EVIL_KEY"), ("get", "EVIL_KEY", "-o", "plain")):
        done = seen("secrets", *arguments, columns=200)
        assert "red \\x1b[31m\\u202eright\\x07\\x9b2J end" in done.text
        assert b"\x1b[31m" not in done.raw
        assert b"\x07" not in done.raw
        assert "\u202e" not in done.raw.decode()


def test_several_environments_are_always_told_apart(vault, prepare, seen):
    prepare("set", "DB_PASSWORD", "a-made-up-value", "-e", "staging")
    for width in (40, 80, 200):
        done = seen("secrets", "list", "--all-envs", columns=width)
        assert "staging" in done.text
        assert "env" in done.rows[0]


def test_a_very_long_key_is_folded_and_not_cut(prepare, seen):
    key = "K" + "_LONG" * 30
    prepare("set", key, "a-made-up-value")
    done = seen("secrets", "list", columns=40)
    assert "".join(row.split()[0] for row in done.rows[2:] if row) == key


def test_a_list_where_the_terminal_is_not_utf_8(vault, seen):
    done = seen("secrets", "list", env={"LC_ALL": "C"})
    assert done.raw.isascii()
    assert "********" in done.text
    assert set(done.rows[1]) == {"-"}
    assert "The password of" in done.rows[2]
    assert "..." in done.rows[2]


def test_a_long_description_is_wrapped_between_words_in_the_view(vault, seen):
    done = seen("secrets", "get", "DB_PASSWORD", columns=60)
    place = next(i for i, row in enumerate(done.rows) if row.startswith("description"))
    assert done.rows[place + 1].startswith(" " * 13)
    both = done.rows[place][13:] + " " + done.rows[place + 1].strip()
    assert LONG.startswith(both)


def test_an_empty_list_says_what_to_do(seen):
    assert seen("secrets", "list").text == "No secrets. Store one with: infsh secrets set KEY"


def test_exit_codes_as_a_table(seen):
    done = seen("secrets", "--exit-codes")
    assert done.rows[0] == "code  name               when"
    assert "130   interrupted        Ctrl-C" in done.text


@pytest.mark.parametrize("width", [60, 80])
def test_the_last_column_of_other_tables_is_wrapped_between_words(seen, width):
    done = seen("secrets", "--exit-codes", columns=width)
    assert "usage              bad option, bad name, bad" in done.text
    assert max(map(len, done.rows)) <= width


def test_where_there_is_no_room_for_a_table_there_are_lines(seen):
    done = seen("secrets", "--exit-codes", columns=24)
    assert "130  interrupted  Ctrl-" in done.text
    assert not [row for row in done.rows if "─" in row]


@pytest.mark.parametrize("width", [80, 100])
def test_history_and_audit_are_tables_at_80_columns(prepare, seen, width):
    prepare("set", "FAL_KEY", "a-made-up-value-that-shows-its-ends")
    history = seen("secrets", "history", "FAL_KEY", columns=width)
    assert history.rows[0].split()[:2] == ["ver", "value"]
    assert ("fingerprint" in history.rows[0]) == (width == 100)
    assert history.rows[2].endswith("(just now)  current")
    audit = seen("secrets", "audit", columns=width)
    assert audit.rows[0].split()[:3] == ["time", "action", "key"]
    assert set(audit.rows[1]) == {"─"}


def test_a_status_is_coloured(vault, seen, own_home):
    manifest = own_home / "inf.yml"
    manifest.write_text("secrets:\n  - key: DB_PASSWORD\n  - key: NO_KEY\n")
    shown = seen("secrets", "check", "-q", "-f", str(manifest)).raw
    assert b"\x1b[32musable\x1b[0m" in shown
    assert b"\x1b[31mmissing\x1b[0m" in shown


WIDTHS = st.tuples(
    st.integers(3, 255),
    st.integers(5, 16),
    st.integers(11, 500),
    st.integers(3, 40),
    st.integers(3, 6),
    st.integers(7, 15),
)


@given(natural=WIDTHS, width=st.integers(20, 300), one=st.booleans())
def test_columns_always_fit(natural, width, one):
    fitted = columns.fit(natural, width, one_environment=one)
    shown = [w for w in fitted if w]
    assert fitted[columns.KEY] >= min(natural[columns.KEY], 28, width)
    assert all(w <= n for w, n in zip(fitted, natural, strict=True))
    if fitted[columns.ENVIRONMENT] == 0 or one or width >= 80:
        assert sum(shown) + columns.GAP * (len(shown) - 1) <= width
    if fitted[columns.DESCRIPTION]:
        assert fitted[columns.DESCRIPTION] >= min(natural[columns.DESCRIPTION], 20)
