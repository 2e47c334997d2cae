"""client.environ and client.inject: what `run` would give, as a mapping and in this process."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import threading

import pytest

from infsh_secrets import (
    CheckFailedError,
    Client,
    DeniedError,
    InfshError,
    NotFoundError,
    UsageError,
)
from infsh_secrets.stores.memory import MemoryStore

PRINT = "import json, os; print(json.dumps(dict(os.environ)))"
MANIFEST = """
secrets: [NEEDED, {key: OPTIONAL, optional: true}]
env:
  MODE: fast
  HOME_OF_MODE: kept
  URL: "https://x/${{secrets.NEEDED}}"
"""


@pytest.fixture
def filled(any_client, folder):
    """Secrets, a manifest that declares some of them, and variables of the caller."""
    for name in ("NEEDED", "OTHER", "THIRD"):
        any_client.secrets.set(name, f"made-up-value-of-{name}")
    (folder / "inf.yml").write_text(MANIFEST)
    return any_client


@pytest.fixture
def parent(monkeypatch):
    monkeypatch.setenv("HOME_OF_MODE", "of the shell")
    monkeypatch.setenv("OTHER", "of the shell")
    monkeypatch.setenv("THIRD", "of the shell")
    monkeypatch.setenv("INFERENCE_API_KEY", "made-up-token")


ASKED = [
    ({}, []),
    ({"manifest": "inf.yml"}, ["-f", "inf.yml"]),
    ({"only": "THIRD"}, ["--only", "THIRD"]),
    ({"only": ["THIRD", "OTHER"]}, ["--only", "THIRD,OTHER"]),
    (
        {"only": "THIRD,OTHER", "preserve_env": ["OTHER"]},
        ["--only=THIRD,OTHER", "--preserve-env=OTHER"],
    ),
    ({"only": "THIRD", "preserve_env": True}, ["--only=THIRD", "--preserve-env"]),
    ({"all": True}, ["--all"]),
    ({"pristine": True}, ["--pristine"]),
    (
        {"only": "THIRD", "pristine": True, "preserve_env": "OTHER"},
        ["--only=THIRD", "--pristine", "--preserve-env=OTHER"],
    ),
]


@pytest.mark.parametrize(("options", "arguments"), ASKED, ids=range(len(ASKED)))
def test_it_is_what_run_would_give(client, folder, parent, infsh, options, arguments):
    for name in ("NEEDED", "OTHER", "THIRD"):
        client.secrets.set(name, f"made-up-value-of-{name}")
    (folder / "inf.yml").write_text(MANIFEST)
    command = [sys.executable, "-I", "-c", PRINT]
    done = infsh("secrets", "run", "--no-masking", *arguments, "--", *command)
    assert done.returncode == 0, done.stderr
    ours = subprocess.run(command, env=client.environ(**options), capture_output=True, check=True)
    assert json.loads(ours.stdout) == json.loads(done.stdout)


def test_it_is_a_mapping_of_text(filled, parent):
    environ = filled.environ()
    assert environ["NEEDED"] == "made-up-value-of-NEEDED"
    assert environ["URL"] == "https://x/made-up-value-of-NEEDED"
    assert (environ["MODE"], environ["HOME_OF_MODE"]) == ("fast", "of the shell")
    assert "OTHER" not in environ
    assert environ.get("THIRD") is None
    assert dict(environ) == {**environ}
    assert len(environ) == len(list(environ))
    with pytest.raises(TypeError):
        environ["A"] = "b"
    with pytest.raises(KeyError):
        environ["OTHER"]


def test_more_variables_are_added_as_to_the_environment(filled, parent):
    environ = filled.environ()
    more = environ | {"MODE": "slow", "A": "b"}
    assert (more["MODE"], more["A"], more["NEEDED"]) == ("slow", "b", environ["NEEDED"])
    assert ({"MODE": "slow", "A": "b"} | environ)["MODE"] == environ["MODE"] == "fast"
    assert environ["NEEDED"] not in repr(more)
    changed = environ.copy()
    changed["A"] = "b"
    assert "A" not in environ
    assert copy.copy(environ) is copy.deepcopy([environ])[0] is environ
    for call in (lambda: environ | None, lambda: [("A", "b")] | environ):
        with pytest.raises(TypeError):
            call()


def test_what_is_missing_is_told_as_by_run(filled, infsh, folder):
    filled.secrets.delete("NEEDED")
    with pytest.raises(CheckFailedError, match="NEEDED"):
        filled.environ()
    with pytest.raises(NotFoundError, match="NEEDED"):
        filled.environ(only="NEEDED,OTHER")
    with pytest.raises(CheckFailedError):
        filled.inject().__enter__()
    assert "OTHER" not in os.environ


def test_the_message_is_that_of_the_command_line(client, infsh, folder):
    client.secrets.set("OTHER", "1")
    (folder / "inf.yml").write_text(MANIFEST)
    with pytest.raises(CheckFailedError) as caught:
        client.environ()
    done = infsh("secrets", "run", "--", "true")
    assert caught.value.message in done.stderr.decode()
    assert caught.value.hint in done.stderr.decode()


def test_names_that_make_programs_run_code_are_refused(filled):
    filled.secrets.set("LD_PRELOAD", "made-up")
    for call in (filled.environ, lambda only: filled.inject(only=only).__enter__()):
        with pytest.raises(DeniedError):
            call(only="LD_PRELOAD")
    assert filled.environ(only="LD_PRELOAD", allow_env="LD_PRELOAD")["LD_PRELOAD"] == "made-up"
    assert "LD_PRELOAD" not in os.environ


@pytest.mark.parametrize(
    "options",
    [
        {"only": "A", "all": True},
        {"only": []},
        {"only": ["A", ""]},
        {"only": "A-B"},
        {"manifest": "absent.yml"},
    ],
)
def test_what_makes_no_sense_is_refused(filled, options):
    with pytest.raises(UsageError):
        filled.environ(**options)


def test_without_a_manifest_somebody_has_to_say_what(any_client, folder):
    with pytest.raises(UsageError, match="no manifest"):
        any_client.environ()


def of(name, infsh):
    return json.loads(infsh("secrets", "uses", name, "--json").stdout)


def test_the_use_is_on_record_with_manifest_and_program(client, folder, infsh, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/srv/app/serve.py"])
    client.secrets.set("NEEDED", "made-up-value")
    (folder / "inf.yml").write_text(MANIFEST)
    client.environ()
    (use,) = of("NEEDED", infsh)
    assert use["program"] == "serve.py"
    assert use["manifest"] == str(folder / "inf.yml")
    with pytest.raises(ZeroDivisionError), client.inject(only="NEEDED"):
        1 / 0  # noqa: B018
    assert [use["exit_status"] for use in of("NEEDED", infsh)] == [1, None]
    with client.inject(only="NEEDED"):
        pass
    assert [use["exit_status"] for use in of("NEEDED", infsh)] == [0, None]
    assert client.secrets.get("NEEDED").last_used_at is not None


def test_an_environment_may_be_chosen(filled):
    filled.secrets.set("NEEDED", "made-up-staging", environment="staging")
    chain = "staging,default"
    assert filled.environ(only="NEEDED", environment=chain)["NEEDED"] == "made-up-staging"
    with filled.inject(only="NEEDED,OTHER", environment=chain):
        assert os.environ["NEEDED"] == "made-up-staging"


# -- in this process -------------------------------------------------------------------------------


def test_variables_are_set_for_a_while(filled, parent):
    before = dict(os.environ)
    with filled.inject() as names:
        assert names == ("MODE", "NEEDED", "URL")
        assert os.environ["NEEDED"] == "made-up-value-of-NEEDED"
        assert os.environ["HOME_OF_MODE"] == "of the shell"
        done = subprocess.run(["/bin/sh", "-c", 'echo "$NEEDED"'], capture_output=True, check=True)
        assert done.stdout == b"made-up-value-of-NEEDED\n"
    assert dict(os.environ) == before


def test_they_are_restored_whatever_happens(filled, parent):
    def meddle():
        with filled.inject(only="OTHER,THIRD"):
            assert os.environ["OTHER"] == "made-up-value-of-OTHER"
            os.environ["OTHER"] = "changed meanwhile"
            del os.environ["THIRD"]
            1 / 0  # noqa: B018

    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError):
        meddle()
    assert dict(os.environ) == before


def test_nothing_is_left_when_one_of_them_cannot_be_set(filled, parent, monkeypatch):
    before = dict(os.environ)
    put, failed = os.putenv, []

    def fail_once(name, value):
        if name == b"THIRD" and not failed:
            failed.append(name)
            raise OSError("made up")
        put(name, value)

    monkeypatch.setattr(os, "putenv", fail_once)
    with pytest.raises(InfshError, match="OSError"):
        filled.inject(only="NEEDED,OTHER,THIRD").__enter__()
    assert failed
    assert dict(os.environ) == before


def test_one_may_be_inside_of_another(filled, parent):
    before = dict(os.environ)
    filled.secrets.set("OTHER", "made-up-staging", environment="staging")
    same = filled.inject(only="OTHER")
    with same:
        with filled.inject(only="OTHER", environment="staging"):
            assert os.environ["OTHER"] == "made-up-staging"
            with same:
                assert os.environ["OTHER"] == "made-up-value-of-OTHER"
            assert os.environ["OTHER"] == "made-up-staging"
        assert os.environ["OTHER"] == "made-up-value-of-OTHER"
    assert dict(os.environ) == before


def test_they_may_end_in_any_order(filled, parent):
    before = dict(os.environ)
    filled.secrets.set("OTHER", "made-up-staging", environment="staging")
    one, two = filled.inject(only="OTHER"), filled.inject(only="OTHER", environment="staging")
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    assert os.environ["OTHER"] == "made-up-staging"
    two.__exit__(None, None, None)
    assert dict(os.environ) == before


def test_the_same_secret_stays_until_the_last_one_ends(filled, parent):
    first = filled.inject(only="NEEDED")
    value = filled.environ(only="NEEDED")["NEEDED"]
    for preserve in (False, True):
        second = filled.inject(only="NEEDED", preserve_env=preserve)
        assert first.__enter__() == second.__enter__() == ("NEEDED",)
        first.__exit__(None, None, None)
        assert os.environ["NEEDED"] == value
        second.__exit__(None, None, None)
        assert "NEEDED" not in os.environ


def test_threads_leave_nothing_behind(filled, parent):
    before = dict(os.environ)
    failed = []

    def work():
        try:
            for _ in range(10):
                with filled.inject(only="OTHER,NEEDED"):
                    assert os.environ["NEEDED"] == "made-up-value-of-NEEDED"
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert dict(os.environ) == before


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_that_was_forked_leaves_its_own_environment(filled, parent):
    with filled.inject(only="NEEDED"):
        child = os.fork()
        if not child:
            ok = os.environ["NEEDED"] == "made-up-value-of-NEEDED"
            with filled.inject(only="OTHER"):
                ok = ok and os.environ["OTHER"] == "made-up-value-of-OTHER"
            os._exit(0 if ok and os.environ["OTHER"] == "of the shell" else 1)
        _, status = os.waitpid(child, 0)
    assert status == 0
    assert "NEEDED" not in os.environ


def test_a_template_is_filled_in(filled):
    text = "a {{ secrets.OTHER | json }} ${{secrets.THIRD}} \\{{ secrets.OTHER }}"
    made = filled.render(text)
    assert made.reveal() == (
        'a "made-up-value-of-OTHER" made-up-value-of-THIRD {{ secrets.OTHER }}'
    )
    assert "made-up" not in repr(made)
    assert filled.render("nothing").reveal() == "nothing"
    filled.secrets.set("OTHER", "made-up-staging", environment="staging")
    assert filled.render("{{ secrets.OTHER }}", environment="staging").reveal() == "made-up-staging"
    with pytest.raises(NotFoundError, match="ABSENT"):
        filled.render("{{ secrets.ABSENT }}")
    with pytest.raises(UsageError, match="OTHER"):
        filled.render("{{ secrets.OTHER }}", only="THIRD")
    with pytest.raises(UsageError):
        filled.render("{{ secrets.OTHER | no_such_filter }}")


def test_check_tells_what_a_manifest_lacks(filled):
    assert filled.check().satisfied
    filled.secrets.delete("NEEDED")
    result = filled.check("inf.yml")
    assert not result.satisfied
    assert [error.key for error in result.errors] == ["NEEDED"]
    with Client(store=MemoryStore()) as empty:
        assert not empty.check().satisfied
