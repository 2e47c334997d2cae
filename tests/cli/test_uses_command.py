from __future__ import annotations

import pytest
import yaml

from cli.runs import run

FIELDS = [
    *("key", "environment", "team", "store", "program", "manifest", "how", "last_used_at"),
    *("count", "user", "version", "exit_status", "declared", "used_as"),
]


@pytest.fixture
def stored(cli):
    cli("set", "ALPHA_KEY", "canary-of-alpha")
    cli("set", "BETA_KEY", "canary-of-beta")
    return cli


@pytest.fixture
def manifest(own_home):
    path = own_home / "app" / "inf.yml"
    path.parent.mkdir()
    path.write_text("secrets:\n  - key: ALPHA_KEY\n")
    return path


def shown(done, *fields):
    assert done.status == 0, done
    return [tuple(row[field] for field in fields) for row in done.data]


def test_a_run_is_a_row(stored, manifest):
    run("ALPHA_KEY", "BETA_KEY", manifest=manifest, status=3)
    done = stored("uses", "ALPHA_KEY")
    (row,) = done.data
    assert list(row) == FIELDS
    assert row["last_used_at"] == stored("get", "ALPHA_KEY").data["last_used_at"]
    assert row["user"]
    assert {name: row[name] for name in FIELDS if name not in ("last_used_at", "user")} == {
        "key": "ALPHA_KEY",
        "environment": "default",
        "team": "personal",
        "store": "vault",
        "program": "python",
        "manifest": str(manifest),
        "how": "run",
        "count": 1,
        "version": 1,
        "exit_status": 3,
        "declared": True,
        "used_as": None,
    }
    assert done.err == ""


def test_a_row_for_each_program_manifest_and_environment(stored, manifest, own_home):
    stored("set", "ALPHA_KEY", "canary-of-staging", "-e", "staging")
    other = own_home / "other.yml"
    for _ in range(3):
        run("ALPHA_KEY", manifest=manifest)
    run("ALPHA_KEY", manifest=other)
    run("ALPHA_KEY", program="./serve", status=None)
    run("ALPHA_KEY", manifest=manifest, environment="staging", status=1)
    stored("get", "ALPHA_KEY", "--plain")
    rows = shown(stored("uses", "ALPHA_KEY"), "how", "manifest", "environment", "count")
    assert sorted(map(str, rows)) == sorted(
        map(
            str,
            [
                ("run", str(manifest), "default", 3),
                ("run", str(other), "default", 1),
                ("run", None, "default", 1),
                ("run", str(manifest), "staging", 1),
                ("read", None, "default", 1),
            ],
        )
    )
    done = stored("uses", "ALPHA_KEY", "-e", "staging")
    assert shown(done, "environment", "exit_status") == [("staging", 1)]
    assert (
        stored("uses", "ALPHA_KEY", "-e", "default,staging").data
        == stored("uses", "ALPHA_KEY").data
    )


def test_it_says_the_same_before_and_after_the_record_is_in_the_vault(stored, manifest):
    run("ALPHA_KEY", manifest=manifest, status=0)
    run("ALPHA_KEY", manifest=manifest, status=5)
    stored("get", "ALPHA_KEY", "--plain")
    before = stored("uses", "ALPHA_KEY").data
    stored("set", "BETA_KEY", "canary-of-another")
    assert stored("uses", "ALPHA_KEY").data == before
    assert {row["how"]: row["exit_status"] for row in before} == {"run": 5, "read": None}


def test_an_end_that_came_after_a_fold_is_that_of_its_run(stored, manifest, monkeypatch):
    from infsh_secrets.services import use_records

    records = []
    note = use_records.note_run

    def noted(*arguments):
        records.append(note(*arguments))
        return records[-1]

    monkeypatch.setattr("cli.runs.note_run", noted)
    run("ALPHA_KEY", manifest=manifest, status=None)
    run("ALPHA_KEY", "BETA_KEY", manifest=manifest, status=None)
    run("ALPHA_KEY", program="node", manifest=manifest, status=None)
    stored("set", "BETA_KEY", "canary-of-another")
    records[1].ended(9)
    assert shown(stored("uses", "BETA_KEY"), "exit_status") == [(9,)]
    rows = shown(stored("uses", "ALPHA_KEY"), "program", "count", "exit_status")
    assert sorted(rows) == [("node", 1, None), ("python", 2, 9)]
    records[2].ended(0)
    stored("set", "BETA_KEY", "canary-of-a-third")
    rows = shown(stored("uses", "ALPHA_KEY"), "program", "exit_status")
    assert sorted(rows) == [("node", 0), ("python", 9)]
    assert "ended" in stored("audit", "-o", "plain").text


def test_the_newest_use_comes_first(stored, monkeypatch):
    import time

    now = time.time_ns()
    for number, program in enumerate(("old", "newest", "middle")):
        shift = (0, 7200, 3600)[number] * 10**9
        with monkeypatch.context() as patch:
            patch.setattr("infsh_secrets.stores.vault.store.time.time_ns", lambda s=shift: now + s)
            run("ALPHA_KEY", program=program)
    assert shown(stored("uses", "ALPHA_KEY"), "program") == [("newest",), ("middle",), ("old",)]


def test_who_asks_for_the_value_is_named(stored):
    stored("get", "ALPHA_KEY", "--plain")
    (row,) = stored("uses", "ALPHA_KEY").data
    assert (row["how"], row["manifest"], row["exit_status"], row["declared"]) == (
        *("read", None),
        *(None, None),
    )
    assert row["program"]
    assert "infsh secrets (from" not in row["program"]


def test_what_was_never_used_is_no_error(stored):
    done = stored("uses", "ALPHA_KEY")
    assert (done.status, done.out) == (0, b"[]\n")
    assert done.err.startswith("ALPHA_KEY was never used since it was created, 20")
    assert stored("uses", "ALPHA_KEY", "-o", "plain").text == "No uses on record.\n"
    assert stored("uses", "ALPHA_KEY", "-q").err == ""


def test_several_keys(stored, manifest):
    run("ALPHA_KEY", "BETA_KEY", manifest=manifest)
    rows = shown(stored("uses", "BETA_KEY", "ALPHA_KEY", "BETA_KEY"), "key", "declared")
    assert rows == [("ALPHA_KEY", True), ("BETA_KEY", False)]
    stored("set", "GAMMA_KEY", "canary-of-gamma")
    done = stored("uses", "ALPHA_KEY", "GAMMA_KEY")
    assert shown(done, "key") == [("ALPHA_KEY",)]
    assert done.err.startswith("GAMMA_KEY was never used")


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT"], 4),
        (["ALPHA_KEY", "ABSENT"], 4),
        (["ALPHA_KEY", "-e", "other"], 4),
        (["ALPHA_KEY", "--team", "typo"], 4),
        (["sk-not-a-name"], 2),
        (["ALPHA_*"], 2),
        ([""], 2),
        ([], 2),
    ],
)
def test_what_is_not_there_or_no_name(stored, refused, argv, status):
    refused(status, "uses", *argv)


def test_without_a_vault_there_is_no_secret(refused):
    assert refused(4, "uses", "SOME_KEY")["message"] == "There is no secret named SOME_KEY."


def test_a_vault_that_is_named_and_absent_is_said(refused, own_home):
    error = refused(4, "uses", "SOME_KEY", "--vault", str(own_home / "none.vault"))
    assert error["message"].startswith("There is no vault at ")


def test_a_deleted_secret_still_has_its_uses(stored, manifest):
    run("ALPHA_KEY", manifest=manifest)
    stored("delete", "ALPHA_KEY")
    done = stored("uses", "ALPHA_KEY")
    assert shown(done, "program", "declared") == [("python", True)]
    assert done.err == (
        "ALPHA_KEY is deleted. Bring it back with: infsh secrets restore ALPHA_KEY\n"
    )
    stored("delete", "ALPHA_KEY", "--purge", "-y")
    assert stored("uses", "ALPHA_KEY").status == 4


def test_uses_under_older_names_count(stored, manifest):
    run("ALPHA_KEY", manifest=manifest)
    stored("rename", "ALPHA_KEY", "GAMMA_KEY")
    run("GAMMA_KEY", manifest=manifest)
    done = stored("uses", "GAMMA_KEY")
    rows = shown(done, "key", "used_as", "declared", "count")
    assert sorted(rows, key=str) == [
        ("GAMMA_KEY", "ALPHA_KEY", False, 1),
        ("GAMMA_KEY", None, False, 1),
    ]
    assert "GAMMA_KEY (as ALPHA_KEY)" in stored("uses", "GAMMA_KEY", "-o", "table").text
    manifest.write_text("secrets:\n  - key: GAMMA_KEY\n")
    assert shown(stored("uses", "GAMMA_KEY"), "declared") == [(True,), (True,)]


def test_a_name_that_another_secret_had_brings_nothing_along(stored):
    run("ALPHA_KEY", program="of-alpha")
    run("BETA_KEY", program="of-beta")
    stored("rename", "ALPHA_KEY", "GAMMA_KEY")
    stored("rename", "BETA_KEY", "ALPHA_KEY")
    stored("rename", "GAMMA_KEY", "BETA_KEY")
    assert shown(stored("uses", "BETA_KEY"), "program", "used_as") == [("of-alpha", "ALPHA_KEY")]
    assert shown(stored("uses", "ALPHA_KEY"), "program", "used_as") == [("of-beta", "BETA_KEY")]
    done = stored("uses", "ALPHA_KEY", "BETA_KEY")
    assert sorted(shown(done, "key", "program")) == [
        ("ALPHA_KEY", "of-beta"),
        ("BETA_KEY", "of-alpha"),
    ]


def test_a_rename_in_another_environment_does_not_matter(stored):
    stored("set", "ALPHA_KEY", "canary-of-staging", "-e", "staging")
    run("ALPHA_KEY", environment="staging")
    stored("rename", "ALPHA_KEY", "GAMMA_KEY", "-e", "staging")
    run("ALPHA_KEY")
    assert shown(stored("uses", "ALPHA_KEY"), "environment") == [("default",)]
    assert shown(stored("uses", "GAMMA_KEY"), "environment") == [("staging",)]


def test_a_manifest_that_changes_is_read_again(stored, manifest):
    run("ALPHA_KEY", manifest=manifest)
    manifest.write_text("secrets:\n  - key: BETA_KEY\n")
    assert shown(stored("uses", "ALPHA_KEY"), "declared") == [(False,)]
    assert "no longer declared by" in stored("uses", "ALPHA_KEY", "-o", "plain").text
    manifest.write_text("secrets: [\n")
    assert shown(stored("uses", "ALPHA_KEY"), "declared") == [(None,)]
    manifest.unlink()
    assert shown(stored("uses", "ALPHA_KEY"), "declared") == [(False,)]
    manifest.mkdir()
    assert shown(stored("uses", "ALPHA_KEY"), "declared") == [(None,)]


def test_every_form(stored, manifest):
    run("ALPHA_KEY", manifest=manifest, status=3)
    run("ALPHA_KEY", program="node\x1b[31m", status=None)
    stored("get", "ALPHA_KEY", "--plain")
    rows = stored("uses", "ALPHA_KEY").data
    assert yaml.safe_load(stored("uses", "ALPHA_KEY", "-o", "yaml").text) == rows
    names = stored("uses", "ALPHA_KEY", "-o", "names").text.splitlines()
    assert names == [row["program"] for row in rows]
    cells = [
        line.split("\t") for line in stored("uses", "ALPHA_KEY", "-o", "plain").text.splitlines()
    ]
    assert {len(row) for row in cells} == {9}
    (python,) = [row for row in cells if row[1] == "python"]
    assert python[:6] == ["ALPHA_KEY", "python", "default", "just now", "1", "1"]
    assert python[7:] == ["3", f"declared by {manifest}"]
    table = stored("uses", "ALPHA_KEY", "-o", "table").text
    assert table.split()[:3] == ["program", "env", "last"]
    several = stored("uses", "ALPHA_KEY", "BETA_KEY", "-o", "table")
    assert several.text.split()[:2] == ["program", "env"]
    run("BETA_KEY")
    several = stored("uses", "ALPHA_KEY", "BETA_KEY", "-o", "table")
    assert several.text.split()[:2] == ["key", "program"]
    assert "\x1b[31m" not in table
    for form in ("json", "table", "plain", "yaml", "names"):
        done = stored("uses", "ALPHA_KEY", "-o", form)
        assert "canary" not in done.text + done.err


def test_where_uses_are_not_recorded_that_is_said(stored, own_home):
    folder = own_home / ".config" / "infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[audit]\nreads = "off"\n')
    run("ALPHA_KEY")
    done = stored("uses", "ALPHA_KEY")
    assert done.out == b"[]\n"
    assert 'audit.reads = "off"' in done.err


def test_runs_count_as_uses(stored):
    run("ALPHA_KEY")
    infos = {info["key"]: info["last_used_at"] for info in stored("list").data}
    assert infos["ALPHA_KEY"]
    assert infos["BETA_KEY"] is None
    assert stored("list", "--unused", "1h", "-o", "names").text == ""
    unused = stored("list", "--unused", "0s", "-o", "names").text.split()
    assert unused == ["ALPHA_KEY", "BETA_KEY"]
    names = stored("list", "--sort", "used", "-r", "-o", "names").text.split()
    assert names == ["ALPHA_KEY", "BETA_KEY"]


def test_a_thousand_secrets_in_one_run(stored, own_home):
    keys = [f"K{number:04}" for number in range(1000)]
    stored("set", *(f"{key}=made-up-{key}" for key in keys), "-q")
    run(*keys, manifest="/srv/app/inf.yml", status=4)
    before = stored("uses", keys[0], keys[500], keys[999]).data
    assert [(row["key"], row["count"], row["exit_status"]) for row in before] == [
        (key, 1, 4) for key in (keys[0], keys[500], keys[999])
    ]
    stored("set", "ALPHA_KEY", "canary-of-another", "-q")
    assert stored("uses", keys[0], keys[500], keys[999]).data == before
    used = [event for event in stored("audit").data if event["action"] == "used"]
    assert sorted(event["key"] for event in used) == keys
    assert {event["count"] for event in used} == {1}
    assert {event["run"]["exit_status"] for event in used} == {4}
    listed = {info["key"]: info["last_used_at"] for info in stored("list").data}
    assert all(listed[key] for key in keys)
    assert stored("vault", "verify").status == 0
