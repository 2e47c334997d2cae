"""Many processes that each store the first secret of a home, all at once."""

from __future__ import annotations

import json
import subprocess

MANY = 16


def test_they_make_one_vault_and_lose_nothing(program, own_home, infsh):
    processes = [
        subprocess.Popen(
            [program, "secrets", "set", f"KEY_NAMED_{number}", f"value-{number}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(MANY)
    ]
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * MANY, answers
    assert sum(b"Made the vault" in err for _, err in answers) == 1
    vaults = own_home / ".local/share/infsh-secrets/vaults"
    assert sorted(path.name for path in vaults.iterdir()) == [".create.lock", "personal.vault"]
    assert len(list((vaults.parent / "keys").iterdir())) == 1
    listed = json.loads(infsh("secrets", "list").stdout)
    assert {info["key"] for info in listed} == {f"KEY_NAMED_{n}" for n in range(MANY)}
    report = json.loads(infsh("secrets", "vault", "verify").stdout)
    assert (report["secrets"], report["audit_entries"]) == (MANY, MANY)
    assert infsh("secrets", "get", "KEY_NAMED_15", "--plain").stdout == b"value-15"


def test_a_team_is_made_by_one_of_them(program, own_home, infsh):
    processes = [
        subprocess.Popen(
            [program, "secrets", "team", "create", "acme"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(6)
    ]
    assert sorted(process.wait(60) for process in processes) == [0, 9, 9, 9, 9, 9]
