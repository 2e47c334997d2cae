"""OpenBao: a server on this machine that keeps everything in memory, and its command line."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request

from measuring import Command
from peers.place import VALUE

NAME = "OpenBao"
PROGRAMS = ("bao",)
VERSION = ["bao", "version"]
RUNS = ()
TOKEN = "made-up"
PATIENCE = 30


def prepare(place):
    """Return what is timed; it has no run."""
    address = f"127.0.0.1:{_free_port()}"
    place.environment |= {"BAO_ADDR": f"http://{address}", "BAO_TOKEN": TOKEN}
    server = subprocess.Popen(
        [
            *(place.program("bao"), "server", "-dev", f"-dev-root-token-id={TOKEN}"),
            *(f"-dev-listen-address={address}", "-dev-no-store-token"),
        ],
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    place.at_end(server.wait)
    place.at_end(server.terminate)
    for name in place.names:
        _put(f"http://{address}/v1/secret/data/{name}")

    def bao(*arguments):
        return Command(["bao", "kv", *arguments], place.environment)

    return {
        "get": bao("get", "-mount=secret", "-field=value", "KEY_7"),
        "list": bao("list", "-mount=secret"),
        "set": bao("put", "-mount=secret", "KEY_8", "value=made-up-{turn}"),
    }


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def _put(url):
    """Write a secret, as soon as the server answers."""
    body = json.dumps({"data": {"value": VALUE}}).encode()
    headers = {"X-Vault-Token": TOKEN, "Content-Type": "application/json"}
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(url, body, headers)).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
