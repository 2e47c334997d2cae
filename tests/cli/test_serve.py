from __future__ import annotations

import signal
import subprocess

import pytest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "unencrypted"),
        (["--tls-cert", "cert.pem"], "both a certificate and its key"),
        (["--tls-cert", "a", "--tls-key", "b", "--behind-proxy"], "Behind a proxy"),
        (["--tls-cert", "absent", "--tls-key", "absent"], "No such file"),
        (["--data", ""], "--data is empty"),
    ],
)
def test_what_it_refuses(refused, options, said):
    assert said in refused(2, "serve", *options)["message"]


def test_it_says_where_it_listens_and_what_comes_next(program, tmp_path):
    command = [program, "secrets", "serve", "--port", "0", "--data", str(tmp_path / "srv")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        lines = []
        for line in server.stderr:
            lines.append(line)
            if line.startswith("Listening on http://127.0.0.1:"):
                break
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0
    assert "Made the server key" in lines[0]
    assert lines[1].startswith("There are no teams yet. Make one with: infsh secrets team create")
