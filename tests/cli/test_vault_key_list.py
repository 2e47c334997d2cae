from __future__ import annotations

import glob
import os


def test_what_is_known_of_each_key(cli, own_home):
    cli("set", "A", "1")
    (key,) = cli("vault", "key", "list").data
    (path,) = glob.glob(f"{own_home}/.local/share/infsh-secrets/keys/*.key")
    assert key == {
        "id": key["id"],
        "kind": "raw",
        "kept_in": "file",
        "key_id": os.path.basename(path).removesuffix(".key"),
        "path": path,
    }
    assert len(key["id"]) == 32


def test_forms(cli):
    cli("set", "A", "1")
    (key,) = cli("vault", "key", "list").data
    assert cli("vault", "key", "list", "-o", "names").text == key["id"] + "\n"
    plain = cli("vault", "key", "list", "-o", "plain").text
    assert plain == f"{key['id'][:8]}\traw\t{key['path']}\n"
    table = cli("vault", "key", "list", "-o", "table").text
    assert "kept in" in table
    assert key["id"][:8] in table


def test_no_key_is_shown(cli, own_home):
    cli("set", "A", "1")
    (path,) = glob.glob(f"{own_home}/.local/share/infsh-secrets/keys/*.key")
    with open(path) as file:
        text = file.read().strip()
    for form in ("json", "yaml", "names", "plain", "table"):
        done = cli("vault", "key", "list", "-o", form)
        assert text[10:] not in done.text + done.err


def test_a_vault_that_does_not_open_is_listed_unverified(cli, own_home):
    cli("set", "A", "1")
    (path,) = glob.glob(f"{own_home}/.local/share/infsh-secrets/keys/*.key")
    os.unlink(path)
    done = cli("vault", "key", "list")
    assert done.status == 0
    assert "not verified" in done.err
    (key,) = done.data
    assert (key["kept_in"], key["path"]) == ("file", None)


def test_without_a_vault(refused):
    assert refused(4, "vault", "key", "list")["code"] == "not_found"
