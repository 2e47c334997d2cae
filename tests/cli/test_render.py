from __future__ import annotations

import json
import os
import stat

import pytest

VALUE = 'made-up & "value" 7fQ2'


@pytest.fixture
def stored(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("set", "A_KEY", VALUE).status == 0
    assert cli("set", "B_KEY", "made-up-b-value").status == 0
    assert cli("set", "A_KEY", "made-up-staging", "-e", "staging").status == 0
    return tmp_path


def uses(cli, key):
    return [
        one["count"] for one in cli("audit", "list", "--key", key).data if one["action"] == "used"
    ]


def test_a_template_of_standard_input(cli, stored):
    done = cli("render", stdin=b"a=${{secrets.A_KEY}}\r\nb={{ secrets.B_KEY | base64 }}")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"a={VALUE}\r\nb=bWFkZS11cC1iLXZhbHVl".encode()


def test_a_template_of_a_file_goes_to_a_private_file(cli, stored):
    (stored / "t").write_text("{{ secrets.A_KEY | url }}\n")
    (stored / "out").write_text("what was there before")
    (stored / "out").chmod(0o644)
    done = cli("render", "t", "-O", "out")
    assert (done.status, done.out) == (0, b"")
    assert done.err == "Wrote out, with 1 secret.\n"
    assert (stored / "out").read_text() == "made-up%20%26%20%22value%22%207fQ2\n"
    assert stat.S_IMODE(os.stat("out").st_mode) == 0o600
    assert sorted(os.listdir()) == ["out", "t"]
    assert cli("render", "t", "-O", "new", "-q").err == ""


def test_the_chain_of_environments(cli, stored):
    text = b"{{ secrets.A_KEY }} {{ secrets.B_KEY }}"
    assert (
        cli("render", "-e", "staging,default", stdin=text).out == b"made-up-staging made-up-b-value"
    )


def test_everything_that_is_wanting_is_told_at_once(cli, stored):
    cli("set", "EMPTY", "", "--allow-empty")
    (stored / "t").write_text(
        "{{ secrets.A_KEY }}\n{{ secrets.X_KEY }} {{ secrets.EMPTY }}\n\n${{secrets.Y_KEY}}"
        "{{ secrets.X_KEY }}"
    )
    done = cli("render", "t", "-O", "out")
    assert done.status == 4
    assert done.error["message"] == (
        "3 secrets that t refers to are wanting: X_KEY (line 2, not set), EMPTY (line 2, empty), "
        "Y_KEY (line 4, not set)."
    )
    assert done.error["hint"] == "Set each with: infsh secrets set X_KEY"
    assert not os.path.exists("out")
    assert uses(cli, "A_KEY") == []


def test_one_that_is_wanting(cli, stored):
    done = cli("render", "-e", "staging", stdin=b"\n{{ secrets.B_KEY }}")
    assert done.error["message"] == "standard input, line 2: the secret B_KEY is not set."
    assert done.error["hint"] == "Set it with: infsh secrets set B_KEY -e staging"


def test_everything_that_is_wrong_is_told_at_once(refused, stored):
    error = refused(2, "render", stdin=b"{{ secrets.A_KEY | upper }}\n\n{{ secrets.B_KEY")
    assert error["message"] == (
        "2 references in standard input cannot be resolved: line 1: what is in these braces cannot "
        "be resolved; line 3: braces that begin here are not closed."
    )
    assert "json, url, shell, base64" in error["hint"]


def test_only_allowed_names(cli, stored):
    text = b"{{ secrets.A_KEY }}\n{{ secrets.B_KEY }}"
    done = cli("render", "--only", "B_KEY", stdin=text)
    assert (done.status, done.error["message"]) == (
        2,
        "standard input refers to what --only does not name: A_KEY (line 1).",
    )
    assert cli("render", "--only", "A_KEY, B_KEY", stdin=text).status == 0
    assert cli("render", "--only", "A_KEY", "--only", "B_KEY", stdin=text).status == 0
    assert cli("render", "--only", "A_KEY,", stdin=text).status == 2
    assert cli("render", "--only", "not a name", stdin=text).status == 2


def test_a_use_is_on_record_once_a_secret(cli, stored):
    cli("render", stdin=b"{{ secrets.A_KEY }}{{ secrets.A_KEY | json }}")
    cli("describe", "B_KEY", "-d", "folds the use log")
    assert uses(cli, "A_KEY") == [1]
    assert uses(cli, "B_KEY") == []


def test_without_a_record_nothing_is_given(cli, stored, monkeypatch):
    from infsh_secrets.domain.errors import UnavailableError
    from infsh_secrets.services import secrets

    def full(*_):
        raise UnavailableError("The disk is full.", "Free some space.")

    monkeypatch.setattr(secrets, "note_use", full)
    (stored / "t").write_text("{{ secrets.A_KEY }}")
    assert cli("render", "t", "-O", "out").status == 7
    assert sorted(os.listdir()) == ["t"]


def test_no_references_is_said(cli, own_home):
    done = cli("render", stdin=b"nothing here")
    assert (done.status, done.out) == (0, b"nothing here")
    assert done.err == "There is no reference in standard input.\n"


def test_without_a_vault(cli, own_home):
    done = cli("render", stdin=b"{{ secrets.A_KEY }}")
    assert (done.status, done.error["code"]) == (4, "not_found")


def test_a_terminal_gets_nothing_without_reveal(cli, stored, monkeypatch):
    monkeypatch.setattr(
        "infsh_secrets.cli.context.Context.stdout_is_terminal", property(lambda _: True)
    )
    done = cli("render", stdin=b"{{ secrets.A_KEY }}")
    assert (done.status, done.out) == (2, b"")
    assert "-O FILE" in done.err
    assert cli("render", "--reveal", stdin=b"{{ secrets.A_KEY }}").out == VALUE.encode()


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b", b"\x80 {{ secrets.A_KEY }}"])
def test_what_is_no_text(refused, data):
    error = refused(2, "render", stdin=data)
    assert error["message"] == "There is something else than UTF-8 text in standard input."


def test_a_template_has_a_largest_size(refused, tmp_path):
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(100_000_000)
    error = refused(2, "render", str(tmp_path / "huge"))
    assert error["message"].endswith("huge is larger than 10 MiB.")


@pytest.mark.parametrize(
    ("out", "status"),
    [
        ("link", 10),
        ("folder", 10),
        ("pipe", 10),
        ("t", 2),
        ("hard", 2),
        ("", 2),
        ("-", 2),
        ("no/x", 4),
    ],
)
def test_where_nothing_is_written(cli, stored, out, status):
    (stored / "t").write_text("{{ secrets.A_KEY }}")
    (stored / "target").write_text("stays")
    os.symlink("target", "link")
    os.link("t", "hard")
    os.mkdir("folder")
    os.mkfifo("pipe")
    before = sorted(os.listdir())
    done = cli("render", "t", "-O", out)
    assert done.status == status
    assert done.error["hint"] or status == 4
    assert (stored / "target").read_text() == "stays"
    assert (stored / "t").read_text() == "{{ secrets.A_KEY }}"
    assert sorted(os.listdir()) == before


def test_what_is_not_there(refused, tmp_path):
    assert "There is no file at" in refused(4, "render", str(tmp_path / "absent"))["message"]
    assert "is a folder" in refused(2, "render", str(tmp_path))["message"]
    assert refused(4, "render", "")["message"]


def test_forms_of_output_mean_nothing(refused, own_home):
    assert refused(2, "render", "--json")["hint"] == "Leave -o and --json out."


def test_ten_thousand_references(cli, stored):
    text = "".join(
        f"k{n}: {{{{ secrets.A_KEY | json }}}} ${{{{secrets.B_KEY}}}}\n" for n in range(5000)
    )
    done = cli("render", stdin=text.encode())
    lines = done.text.splitlines()
    assert len(lines) == 5000
    assert lines[-1] == f"k4999: {json.dumps(VALUE)} made-up-b-value"


def test_single_braces(cli, stored):
    text = b"{secrets.B_KEY} {x}"
    assert cli("render", stdin=text).out == text
    assert cli("render", "--julep", stdin=text).out == b"made-up-b-value {x}"


def test_a_path_is_told_as_it_is_written(stored, refused):
    (stored / "t.txt").write_bytes(b"\xff")
    assert refused(2, "render", "t.txt")["message"].endswith("in t.txt.")


def test_of_very_many_problems_the_first_are_told(cli, stored, refused):
    error = refused(2, "render", stdin=b"{{ secrets.A_KEY\n" * 30)
    assert "30 references in standard input cannot be resolved: line 1: " in error["message"]
    assert error["message"].endswith("; and 10 more.")
    error = refused(2, "render", stdin=b"{{ secrets.A_KEY " * 30)
    assert error["message"].count("line 1: ") == 1


def test_of_very_many_that_are_wanting_the_first_are_told(cli, stored, refused):
    data = "".join(f"{{{{ secrets.X{number} }}}}\n" for number in range(230))
    error = refused(4, "render", stdin=data.encode())
    assert error["message"].startswith("230 secrets that standard input refers to are wanting: X0 ")
    assert error["message"].endswith("X199 (line 200, not set), and 30 more.")
