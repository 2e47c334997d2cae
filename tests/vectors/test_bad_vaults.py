from __future__ import annotations

import json
import os

import bad_vaults
import generate


def test_each_bad_vault_is_refused_with_its_very_error(tmp_path):
    with open(os.path.join(generate.GOLDEN, bad_vaults.EXPECTED), encoding="utf-8") as file:
        expected = json.load(file)
    tmp_path.chmod(0o700)
    found = bad_vaults.all_outcomes(str(tmp_path))
    assert [s for s in expected if found.get(s) != expected[s]] == []
    assert len(found) == len(expected) > 250


def test_none_of_them_passes():
    with open(os.path.join(generate.GOLDEN, bad_vaults.EXPECTED), encoding="utf-8") as file:
        expected = json.load(file)
    for statement, (read, verified) in expected.items():
        assert verified.startswith("integrity: "), statement
        # Reading one secret touches neither the audit chain nor what belongs to no secret in reach.
        untouched = "audit" in statement or "zeroblob(16)," in statement
        assert read.startswith("integrity: ") or (read == "" and untouched), statement
