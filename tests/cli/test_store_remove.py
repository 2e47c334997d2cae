from __future__ import annotations


def config(home):
    return (home / ".config/infsh-secrets/config.toml").read_text()


def test_name_choice_and_token_go(cli, work, own_home):
    cli("store", "use", "work")
    done = cli("store", "remove", "work")
    assert done.data == {"name": "work", "action": "removed"}
    assert f"The token for {work.url} is forgotten." in done.err
    assert config(own_home).strip() == ""
    assert list(own_home.glob(".local/share/infsh-secrets/tokens/*")) == []
    assert cli("list").data == []
    assert work.seen == []


def test_the_token_stays_for_another_store_of_the_same_origin(cli, work, own_home):
    cli("store", "add", "also", work.url + "/api")
    cli("store", "remove", "also")
    assert cli("list", "-s", "work").status == 0


def test_a_wrong_store_can_be_removed(cli, own_home):
    folder = own_home / ".config" / "infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('store = "bad"\n[stores.bad]\nurl = "http://x.example"\n')
    assert cli("list").status == 2
    assert cli("store", "remove", "bad").status == 0
    assert cli("list").data == []


def test_refusals(cli, work, refused):
    refused(4, "store", "remove", "nowhere")
    refused(2, "store", "remove", "No Name")
