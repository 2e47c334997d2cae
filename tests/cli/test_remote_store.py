"""Every command with a store that is not here: what works there, and what says that it does not."""

from __future__ import annotations

import sys

import pytest
from fake_server import Julep, Julep3, Server

from infsh_secrets.cli.commands_table import COMMANDS

VALUE = "made-up-value-kept-elsewhere"
JULEP_KEY = "made_up_julep_key"

VAULT_ONLY = {
    ("audit", "list"): [],
    ("audit", "verify"): [],
    ("uses",): ["A"],
    ("team", "create"): ["acme"],
    ("vault", "init"): [],
    ("vault", "unlock"): [],
    ("vault", "lock"): [],
    ("vault", "status"): [],
    ("vault", "verify"): [],
    ("vault", "backup"): ["copy.vault"],
    ("vault", "restore"): ["copy.vault"],
    ("vault", "salvage"): ["copy.vault"],
    ("vault", "trust"): [],
    ("vault", "rotate"): [],
    ("vault", "recovery-code"): [],
    ("vault", "key", "list"): [],
    ("vault", "key", "add"): ["--key-file-out", "x.key"],
    ("vault", "key", "remove"): ["abcdef"],
    ("vault", "key", "change-passphrase"): [],
}


def test_every_command_about_the_vault_is_among_them():
    named = {c.path[1:] for c in COMMANDS if c.path[1:2] in (("vault",), ("audit",))}
    assert named <= VAULT_ONLY.keys()


@pytest.mark.parametrize("path", VAULT_ONLY, ids=" ".join)
def test_what_is_about_the_vault_says_so(refused, work, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copy.vault").touch()
    error = refused(2, *path, *VAULT_ONLY[path], "-s", "work")
    assert error["message"] == "This is about the local vault, and the store in use is work."
    assert error["hint"] == "Add -s vault."
    assert work.seen == []


@pytest.fixture
def elsewhere(cli, work):
    """Run a command with the remote store, which then is the one in use."""
    cli("store", "use", "work")
    return cli


def test_set_get_list_delete(elsewhere, work):
    data = elsewhere("set", "API_KEY", VALUE, "-d", "what for").data
    assert (data["action"], data["store"], data["version"]) == ("created", "work", None)
    assert (data["fingerprint"], data["team"], data["masked_value"]) == (None, "", "****")
    assert elsewhere("set", "API_KEY", stdin=VALUE.encode()).data["action"] == "updated"
    (row,) = elsewhere("list").data
    assert (row["key"], row["description"]) == ("API_KEY", "what for")
    assert elsewhere("get", "API_KEY", "--plain").text == VALUE
    assert elsewhere("get", "API_KEY", "--reveal").data["value"] == VALUE
    error = elsewhere("delete", "API_KEY").error
    assert (error["exit"], error["hint"]) == (2, "Add -y.")
    done = elsewhere("delete", "API_KEY", "-y")
    assert (done.status, done.data["action"]) == (0, "deleted")
    error = elsewhere("get", "API_KEY").error
    assert error["exit"] == 4
    assert error["hint"] == "Store it with: infsh secrets set API_KEY -s work"


def test_a_value_is_asked_for_only_where_it_is_shown(elsewhere, work):
    for command in ("set", "edit"):
        hint = elsewhere(command, "API_KEY").error["hint"]
        assert hint.endswith('printf %s "$VALUE" | infsh secrets set API_KEY -s work')
    assert elsewhere("export").error["hint"].endswith("infsh secrets set KEY -s work")
    assert elsewhere("list", "-o", "table").text.endswith("infsh secrets set KEY -s work\n")
    elsewhere("set", "API_KEY", VALUE)
    work.seen.clear()
    shown = elsewhere("get", "API_KEY", "-o", "table").text
    assert "version" not in shown
    assert "last used" not in shown
    elsewhere("list")
    elsewhere("import", "--dry-run", stdin=b"API_KEY=other\n")
    assert not any("reveal" in seen.path for seen in work.seen)
    elsewhere("get", "API_KEY", "--plain")
    assert work.seen[-1].path == "/secrets/reveal/API_KEY"


def test_what_the_store_cannot_do_is_a_sentence(elsewhere, work):
    elsewhere("set", "API_KEY", VALUE)
    for argv, told in (
        (("history", "API_KEY"), "keeps no older versions"),
        (("rollback", "API_KEY"), "keeps no older versions"),
        (("get", "API_KEY", "--version", "1"), "keeps no older versions"),
        (("restore", "API_KEY"), "keeps no deleted secrets"),
        (("list", "--deleted"), "keeps no deleted secrets"),
        (("set", "B", "x", "-m", "a=b"), "keeps no metadata"),
        (("set", "B", "x", "--expires", "90d"), "keeps no expiry"),
        (("set", "B", "x", "-e", "staging"), "has no environments"),
        (("list", "-e", "staging"), "has no environments"),
        (("list", "--unused", "90d"), "does not tell when its secrets were used"),
        (("copy", "API_KEY", "--to-env", "staging"), "has no environments"),
    ):
        error = elsewhere(*argv).error
        assert (error["exit"], error["message"]) == (10, f"The store work {told}.")
    assert list(work.answer.secrets) == ["API_KEY"]


def test_describe_copy_and_purge(elsewhere, work):
    elsewhere("set", "API_KEY", VALUE)
    assert elsewhere("describe", "API_KEY", "-d", "new").data["action"] == "described"
    assert elsewhere("copy", "API_KEY", "--to-name", "SECOND").data["action"] == "copied"
    assert work.answer.secrets["SECOND"]["value"] == VALUE
    assert work.answer.secrets["SECOND"]["description"] == "new"
    done = elsewhere("delete", "SECOND", "--purge", "-y")
    assert "What the server of work keeps of it is out of reach." in done.err
    assert list(work.answer.secrets) == ["API_KEY"]


def test_rename_copies_and_deletes(elsewhere, work):
    elsewhere("set", "OLD", VALUE, "-d", "what for")
    elsewhere("set", "TAKEN", "x")
    done = elsewhere("rename", "OLD", "NEW")
    assert (done.data["action"], done.data["key"], done.status) == ("renamed", "NEW", 0)
    assert "NEW is a copy of OLD, which was deleted." in done.err
    assert sorted(work.answer.secrets) == ["NEW", "TAKEN"]
    assert work.answer.secrets["NEW"]["value"] == VALUE
    assert work.answer.secrets["NEW"]["description"] == "what for"
    assert elsewhere("rename", "NEW", "TAKEN").error["exit"] == 9
    assert elsewhere("rename", "ABSENT", "B").error["exit"] == 4
    assert sorted(work.answer.secrets) == ["NEW", "TAKEN"]


def _keep_it_wrongly(server):
    server.secrets["NEW"]["value"] += " "


def _change_the_old_one(server):
    server.secrets["OLD"]["updated_at"] = "2031-01-01T00:00:00Z"


def _revoke_the_token(server):
    server.token = "revoked"


@pytest.mark.parametrize(
    ("begun", "mischief", "told"),
    [
        ("GET /secrets/reveal/NEW", _keep_it_wrongly, "gives back another"),
        ("GET /secrets/OLD", _change_the_old_one, "just changed OLD"),
        ("DELETE /secrets/OLD", _revoke_the_token, "does not accept the token"),
    ],
)
def test_a_rename_that_fails_half_way_leaves_both(elsewhere, work, begun, mischief, told):
    elsewhere("set", "OLD", VALUE)
    seen_new = []

    def fault(_, seen):
        seen_new.append(seen.path.endswith("/NEW"))
        if any(seen_new) and f"{seen.method} {seen.path}" == begun:
            mischief(work.answer)
        return True

    fault.stays = True
    work.faults = [fault]
    error = elsewhere("rename", "OLD", "NEW").error
    assert told in error["message"]
    assert error["message"].endswith("OLD was copied to NEW and is still there.")
    assert error["hint"].endswith("infsh secrets delete NEW -s work")
    assert VALUE not in str(error)
    assert sorted(work.answer.secrets) == ["NEW", "OLD"]


def test_check_redact_export_render(elsewhere, infsh, own_home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inf.yml").write_text("secrets:\n  - key: API_KEY\n  - key: OTHER_KEY\n")
    elsewhere("set", "API_KEY", VALUE)
    done = elsewhere("check")
    assert done.status == 6
    assert [one["status"] for one in done.data["secrets"]] == ["usable", "missing"]
    assert "set OTHER_KEY -s work" in elsewhere("check", "-o", "table").text
    redacted = infsh("secrets", "redact", stdin=f"a {VALUE} b".encode())
    assert redacted.stdout == b"a [REDACTED:API_KEY] b"
    assert VALUE in elsewhere("export", "--format", "json").text
    (tmp_path / "text").write_text("key=${{ secrets.API_KEY }}")
    assert elsewhere("render", "text").text == f"key={VALUE}"
    (tmp_path / "leak.txt").write_text(VALUE)
    assert elsewhere("scan", "leak.txt").status == 6
    assert list(own_home.rglob("*.vault")) == []


def test_run_gives_the_declared_ones(infsh, prepare, work, own_home):
    prepare("set", "API_KEY", VALUE, "-s", "work")
    show = "import os; print(os.environ['API_KEY'][::-1], os.environ['API_KEY'])"
    command = ["--only", "API_KEY", "--", sys.executable, "-c", show]
    done = infsh("secrets", "run", "-s", "work", *command)
    assert done.stdout.decode() == f"{VALUE[::-1]} [REDACTED:API_KEY]\n"
    done = infsh("secrets", "run", *command, env={"INFSH_STORE": "work"})
    assert (done.returncode, done.stderr) == (0, b"")
    missing = infsh("secrets", "run", "-s", "work", "--only", "NOT_THERE", "--", "true")
    assert missing.returncode == 125
    assert b"NOT_THERE" in missing.stderr
    work.answer.token = "another"
    assert infsh("secrets", "run", "-s", "work", *command).returncode == 125


def test_import(elsewhere, work):
    text = b"A=made-up-one\nB=made-up-two\n"
    assert elsewhere("import", stdin=text).status == 0
    elsewhere("set", "A", "changed")
    done = elsewhere("import", "--on-conflict", "skip", stdin=text + b"C=made-up-three\n")
    assert done.status == 0
    assert work.answer.secrets["A"]["value"] == "changed"
    assert sorted(work.answer.secrets) == ["A", "B", "C"]
    assert elsewhere("import", "--on-conflict", "fail", stdin=text).status == 9
    assert elsewhere("set", "A", "x", "--create").error["exit"] == 9


def test_a_token_that_may_not_write_is_told_before_a_value_is_asked_for(elsewhere, work, person):
    work.answer.scopes = ["secrets:read"]
    done = person()("set", "A")
    assert done.status == 10
    assert "lacks the scope secrets:write" in done.err
    work.answer.scopes = ["*"]
    assert elsewhere("set", "A", VALUE).status == 0


def test_doctor_asks_the_store(elsewhere, work):
    done = elsewhere("doctor")
    (found,) = (one for one in done.data if one["check"] == "store")
    assert found["status"] == "ok"
    assert found["message"] == f"work at {work.url} accepts the token of Someone."
    assert not any(one["check"] == "vault" for one in done.data)
    work.answer.token = "another"
    done = elsewhere("doctor")
    (found,) = (one for one in done.data if one["check"] == "store")
    assert (done.status, found["status"]) == (6, "failed")


def test_options_of_the_vault_do_not_fit(refused, work, tmp_path):
    for option in (("--vault", "x"), ("--key-file", "x"), ("--key-fd", "3")):
        error = refused(2, "list", "-s", "work", *option)
        assert "belong to the local vault" in error["message"]
    assert work.seen == []


def test_completion_asks_nobody(elsewhere, work, cli):
    elsewhere("set", "API_KEY", VALUE)
    work.seen.clear()
    for words in (["get", ""], ["list", "-e", ""], ["run", "--only", ""]):
        done = cli("__complete", "secrets", words[0], "-s", "work", *words[1:], root=True)
        assert (done.status, done.out, done.err) == (0, b"", "")
        assert cli("__complete", "secrets", *words, root=True).status == 0
    assert work.seen == []


def test_nothing_of_a_value_or_token_is_left_here(elsewhere, work, own_home):
    elsewhere("set", "API_KEY", VALUE)
    elsewhere("get", "API_KEY", "--plain")
    elsewhere("list", "--debug")
    (token,) = own_home.glob(".local/share/infsh-secrets/tokens/*")
    for file in own_home.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert VALUE.encode() not in data
        assert file == token or work.answer.token.encode() not in data


# -- a store that gives no values back ------------------------------------------------------------


@pytest.fixture
def agents(cli):
    with Server(Julep(JULEP_KEY)).running() as server:
        cli("store", "add", "agents", server.url + "/", "--kind", "julep")
        done = cli("login", "agents", "--with-token", stdin=JULEP_KEY.encode(), root=True)
        assert done.status == 0, done.err
        cli("store", "use", "agents")
        server.seen.clear()
        yield server


def test_values_go_in_and_never_come_back(cli, agents, tmp_path, monkeypatch):
    done = cli("set", "API_KEY", VALUE, "-d", "what for", "-m", "owner=me")
    assert done.data["metadata"] == {"owner": "me"}
    assert cli("get", "API_KEY").data["description"] == "what for"
    assert cli("set", "API_KEY", "another").data["action"] == "updated"
    told = "The store agents gives no values back."
    for argv in (
        ("get", "API_KEY", "--plain"),
        ("get", "API_KEY", "--reveal"),
        ("export",),
        ("redact",),
        ("copy", "API_KEY", "--to-name", "B"),
    ):
        error = cli(*argv).error
        assert (error["exit"], error["message"]) == (10, told)
    run = cli("run", "--only", "API_KEY", "--", "true")
    assert run.status == 125
    assert told in run.err
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inf.yml").write_text("secrets:\n  - key: API_KEY\n")
    done = cli("check")
    assert done.status == 0
    assert "whether they are empty or look wrong is not checked" in done.err
    assert cli("describe", "API_KEY", "-d", "new").error["exit"] == 10
    error = cli("rename", "API_KEY", "B").error
    assert (error["exit"], error["message"]) == (10, "The store agents cannot rename a secret.")
    assert error["hint"] == "Store its value as B yourself, then delete API_KEY."
    assert cli("delete", "API_KEY", "-y").status == 0
    assert cli("list").data == []


def test_a_name_that_julep_does_not_take(cli, agents):
    error = cli("set", "_A", VALUE).error
    assert error["exit"] == 2
    assert "does not begin with a letter" in error["message"]


@pytest.fixture
def plane(cli, monkeypatch):
    """Use a Julep 3 control plane, as its administrator; `plane.worker()` changes the token."""
    with Server(Julep3()).running() as server:
        cli("store", "add", "plane", server.url, "--kind", "julep3")
        cli("store", "use", "plane")
        cli("set", "first_key", VALUE, "-s", "vault")
        monkeypatch.setenv("INFSH_API_KEY", "made_up_admin")
        server.worker = lambda: monkeypatch.setenv("INFSH_API_KEY", "made_up_worker")
        yield server


def test_an_administrator_of_julep_3(cli, plane):
    assert cli("me", root=True).data["store"] == "plane"
    for action in ("created", "skipped"):
        done = cli("sync", "--from", "vault", "--to", "plane", "--on-conflict", "skip")
        assert done.status == 0, done.err
        assert [one["action"] for one in done.data["secrets"]] == [action]
    assert cli("set", "second_key", "other").data["action"] == "created"
    assert [row["key"] for row in cli("list").data] == ["first_key", "second_key"]
    error = cli("set", "second_key", "other", "-d", "what for").error
    assert (error["exit"], error["message"]) == (10, "The store plane keeps no descriptions.")
    error = cli("get", "first_key", "--plain").error
    assert (error["exit"], "worker" in error["hint"]) == (10, True)
    assert cli("delete", "second_key", "-y").data["action"] == "deleted"
    assert [row["key"] for row in cli("list").data] == ["first_key"]


def test_a_worker_of_julep_3_runs_with_what_it_names(cli, infsh, plane):
    cli("set", "first_key", VALUE)
    plane.worker()
    assert cli("get", "first_key", "--plain").text == VALUE
    assert cli("list").error["exit"] == 10
    show = "import os; print(os.environ['first_key'][::-1])"
    run = ["secrets", "run", "--only", "first_key"]
    done = infsh(*run, "--", sys.executable, "-c", show, env={"OTHER_KEY": "of mine"})
    assert (done.returncode, done.stdout.decode().strip()) == (0, VALUE[::-1])
    assert b"may not list secrets: variables of yours" in done.stderr
    done = infsh(*run, "--pristine", "--", sys.executable, "-c", show)
    assert (done.returncode, done.stderr) == (0, b"")
