"""What `check` finds usable is what `run` starts with, and nothing else."""

from __future__ import annotations

import pytest

VALUE = "made-up-value-of-some-length"


@pytest.mark.parametrize(
    ("manifest", "options", "starts"),
    [
        ("secrets: [USABLE]", [], True),
        ("secrets: [USABLE, MISSING]", [], False),
        ("secrets: [EMPTY]", [], False),
        ("secrets: [DELETED]", [], False),
        ("secrets: [{key: MISSING, optional: true}, {key: EMPTY, optional: true}]", [], True),
        ("secrets: [OPENAI_API_KEY]", [], True),
        ("secrets: [STAGED]", [], False),
        ("secrets: [STAGED, USABLE]", ["-e", "staging,default"], True),
        ("secrets: [EMPTY]", ["-e", "staging,default"], True),
        ("secrets: [EMPTY]", ["-e", "default,staging"], False),
        ("secrets: [NODE_OPTIONS]", [], False),
        ("secrets: [{key: NODE_OPTIONS, optional: true}]", [], False),
        ("secrets: [{key: NODE_OPTIONS, optional: true}]", ["-e", "staging"], False),
        ("secrets: [NODE_OPTIONS]", ["--allow-env", "NODE_OPTIONS"], True),
        ("env: {RUBYOPT: x}", [], False),
        ("env: {RUBYOPT: x, PLAIN: y}", ["--allow-env", "RUBYOPT"], True),
        ("credentials: {google: {secrets: [USABLE]}, slack: {}}", [], True),
        ("credentials: {google: {secrets: [MISSING]}}", [], False),
        ("secrets: [INHERITED]", [], False),
        ("secrets: []", [], True),
    ],
)
def test_they_agree(cli, infsh, tmp_path, monkeypatch, manifest, options, starts):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INHERITED", VALUE)
    (tmp_path / "inf.yml").write_text(manifest + "\n")
    pairs = [f"{key}={VALUE}" for key in ("USABLE", "DELETED", "OPENAI_API_KEY", "NODE_OPTIONS")]
    cli("set", *pairs)
    cli("delete", "DELETED")
    cli("set", "EMPTY", "", "--allow-empty")
    cli("set", f"STAGED={VALUE}", f"EMPTY={VALUE}", "-e", "staging")
    checked = cli("check", *options)
    ran = infsh("secrets", "run", *options, "--", "/bin/true")
    assert (checked.status == 0, ran.returncode == 0) == (starts, starts), (checked, ran)
    assert checked.status in (0, 6)
