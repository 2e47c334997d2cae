from __future__ import annotations


def test_a_whole_vault(cli, own_home):
    cli("set", "K", "one")
    cli("set", "K", "two")
    cli("set", "L", "v")
    cli("delete", "L")
    done = cli("vault", "verify")
    assert done.status == 0
    assert done.data == {
        "path": f"{own_home}/.local/share/infsh-secrets/vaults/personal.vault",
        "secrets": 1,
        "deleted": 1,
        "versions": 3,
        "audit_entries": 4,
    }


def test_a_damaged_page_is_found(cli, own_home):
    cli("set", "K", "v")
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    data = bytearray(vault.read_bytes())
    for place in range(4096, len(data), 512):
        data[place + 300] ^= 0xFF
    vault.write_bytes(data)
    error = cli("vault", "verify").error
    assert (error["code"], error["exit"]) == ("integrity", 8)
    assert cli("get", "K", "--plain").error["exit"] == 8


def test_without_a_vault(refused):
    assert "infsh secrets set" in refused(4, "vault", "verify")["hint"]
