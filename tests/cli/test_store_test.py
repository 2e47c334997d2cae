from __future__ import annotations


def test_it_asks_and_changes_nothing(cli, work):
    work.answer.scopes = ["secrets:read"]
    done = cli("store", "test", "work")
    assert done.data["scopes"] == ["secrets:read"]
    assert [(seen.method, seen.path) for seen in work.seen] == [("GET", "/me")]
    assert "answers within" in cli("store", "test", "work", "-o", "table").text
    assert cli("store", "test", "-s", "work").status == 0


def test_refusals(refused, work):
    refused(2, "store", "test")
    refused(4, "store", "test", "nowhere")
    refused(5, "store", "test", "inference")


def test_nobody_answers(cli, remote, monkeypatch):
    from fake_server import Inference, Server

    with Server(Inference("x")).running() as gone:
        url = gone.url
    monkeypatch.setenv("INFSH_API_KEY", "made_up_token")
    error = cli("store", "test", url).error
    assert error["exit"] == 7
    assert "127.0.0.1 cannot be reached" in error["message"]
