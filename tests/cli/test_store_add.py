from __future__ import annotations

import pytest

URL = "https://secrets.example.com"


def config(home):
    return home / ".config" / "infsh-secrets" / "config.toml"


def test_comments_and_order_stay(cli, own_home):
    file = config(own_home)
    file.parent.mkdir(parents=True)
    file.write_text('# mine\noutput = "json"  # always\n\n[audit]\nreads = "log"\n')
    assert cli("store", "add", "work", URL + "/", "--team", "t1").status == 0
    assert cli("store", "use", "work").status == 0
    assert cli("store", "use", "vault").status == 0
    assert cli("store", "use", "work").status == 0
    assert file.read_text() == (
        '# mine\noutput = "json"  # always\n'
        'store = "work"\n\n[audit]\nreads = "log"\n\n'
        f'[stores.work]\nurl = "{URL}"\nteam = "t1"\n'
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir() if path.name != ".config.lock"] == [
        "config.toml"
    ]


def test_a_name_is_given_once(cli, refused):
    cli("store", "add", "work", URL)
    assert refused(9, "store", "add", "work", "https://other.example")["code"] == "conflict"
    assert cli("store", "add", "work", "https://other.example", "--force").status == 0
    rows = {row["name"]: row["url"] for row in cli("store", "list").data}
    assert rows["work"] == "https://other.example"


@pytest.mark.parametrize(
    "argv",
    [
        ("vault", URL),
        ("Work", URL),
        ("a/b", URL),
        ("", URL),
        ("work", "example.com"),
        ("work", "http://example.com"),
        ("work", "https://u:p@example.com"),
        ("work", URL, "--kind", "other"),
        ("work", URL, "--team", "a b"),
        ("work", "shelf://x", "--kind", "julep"),
        *(
            ("work", URL, "--proxy", proxy)
            for proxy in (
                "u:hidden@p",
                "ftp://u:hidden@p",
                "socks5://p:1080",
                "http://p:x",
                "http:",
            )
        ),
    ],
)
def test_refusals(refused, argv):
    assert "hidden" not in str(refused(2, "store", "add", *argv))


@pytest.mark.parametrize(
    "text",
    [
        "stores = 5\n",
        "[stores]\nwork = 5\n",
        "[stores.work]\n",
        "[stores.work]\nurl = 5\n",
        '[stores.work]\nurl = "http://example.com"\n',
        '[stores.work]\nurl = "https://example.com"\nmore = "x"\n',
        '[stores."A B"]\nurl = "https://example.com"\n',
    ],
)
def test_a_wrong_entry_is_told_where_it_matters(cli, refused, own_home, text):
    config(own_home).parent.mkdir(parents=True)
    config(own_home).write_text(text)
    assert cli("list").status == 0, "the local vault has nothing to do with it"
    error = refused(2, "list", "-s", "work")
    assert "has a wrong entry" in error["message"]


def test_a_file_that_cannot_be_read_is_left_alone(refused, own_home):
    config(own_home).parent.mkdir(parents=True)
    config(own_home).write_text("output = [")
    refused(2, "store", "add", "work", URL)


def test_a_link_stays_a_link(cli, own_home, tmp_path):
    config(own_home).parent.mkdir(parents=True)
    real = tmp_path / "dotfiles.toml"
    real.write_text("")
    config(own_home).symlink_to(real)
    cli("store", "add", "work", URL)
    assert config(own_home).is_symlink()
    assert URL in real.read_text()


def test_a_folder_of_somebody_elses_configures_nothing(cli, own_home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("config.toml", ".infsh.toml", "inf.yml"):
        (tmp_path / name).write_text(f'store = "x"\n[stores.x]\nurl = "{URL}"\n')
    assert {row["name"] for row in cli("store", "list").data} == {"vault", "inference"}
