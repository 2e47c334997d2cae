"""The programs that read what `export` writes, each as a function from a text to values."""

from __future__ import annotations

import ctypes
import glob
import http.server
import io
import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading

import dotenv

_DUMP = f'exec {sys.executable} -c "import os, json; print(json.dumps(dict(os.environ)))"'
_BARE = {"PATH": os.environ["PATH"], "HOME": "/proc/nowhere", "LC_ALL": "C.UTF-8"}


def _after(command):
    """Run a command that prints its environment, and return what the text has set of it."""
    done = subprocess.run(command, env=_BARE, capture_output=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    return {name: value for name, value in found.items() if name.startswith("K")}


def evaluated_by(shell):
    """Return a reader that gives the text to `eval "$(…)"`, as the documentation does."""

    def read(text, folder):
        path = folder / "out.sh"
        path.write_text(text, encoding="utf-8", newline="")
        options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}.get(shell, [])
        line = f'eval "$(cat {path})"\n{_DUMP}\n'
        if shell == "fish":
            line = f"cat {path} | source\n{_DUMP}\n"
        return _after([shell, *options, "-c", line])

    return read


def sourced_by(shell):
    """Return a reader that reads a .env file as `set -a; . ./.env` does."""

    def read(text, folder):
        path = folder / "out.env"
        path.write_text(text, encoding="utf-8", newline="")
        return _after([shell, "-c", f"set -a; . {path}\n{_DUMP}\n"])

    return read


def python_dotenv(text, folder):
    path = folder / "out.env"
    path.write_text(text, encoding="utf-8", newline="")
    return dict(dotenv.dotenv_values(path, interpolate=False))


def node(text, folder):
    path = folder / "out.env"
    path.write_text(text, encoding="utf-8", newline="")
    script = "process.stdout.write(JSON.stringify(process.env))"
    return _after(["node", f"--env-file={path}", "-e", script])


def systemd(text, folder):
    """Read an EnvironmentFile with the function of systemd that does it for units."""
    library = ctypes.CDLL(systemd_library())
    path = folder / "out.conf"
    path.write_text(text, encoding="utf-8", newline="")
    found = ctypes.POINTER(ctypes.c_char_p)()
    name = ctypes.c_char_p(os.fsencode(path))
    status = library.load_env_file(None, name, ctypes.byref(found))
    assert status == 0, status
    values = {}
    place = 0
    while found and found[place] is not None:
        key, _, value = found[place].decode().partition("=")
        values[key] = value
        place += 1
    return values


def systemd_library():
    paths = glob.glob("/usr/lib/*/systemd/libsystemd-shared-*.so")
    paths += glob.glob("/usr/lib/systemd/libsystemd-shared-*.so")
    return paths[0] if paths else None


class _Engine(http.server.BaseHTTPRequestHandler):
    """As much of a Docker engine as it takes to be told to make a container."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._answer(200, b"OK")

    do_HEAD = do_GET  # noqa: N815  # the name that the server looks for

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "/containers/create" in self.path:
            self.server.asked.append(json.loads(body))
        self._answer(201, b'{"Id": "made-up", "Warnings": []}')

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Api-Version", "1.43")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def get_request(self):
        request, _ = super().get_request()
        return request, ("local", 0)


def docker(text, folder):
    """Read an --env-file with the docker client, which reads it before it asks an engine."""
    path = folder / "out.list"
    path.write_text(text, encoding="utf-8", newline="")
    socket = folder / "engine"
    with _Server(str(socket), _Engine) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            subprocess.run(
                ["docker", "create", "--env-file", str(path), "made-up"],
                env={**_BARE, "DOCKER_HOST": f"unix://{socket}"},
                capture_output=True,
                check=True,
                timeout=60,
            )
        finally:
            server.shutdown()
            thread.join()
            socket.unlink()
    return dict(pair.split("=", 1) for pair in server.asked[0]["Env"] or ())


def docker_rules(text, _folder):
    """What docker does with an --env-file, where there is no docker.

    Lines end with a line feed, of which a carriage return before it is a part; blanks at the
    beginning, empty lines and those that begin with # count for nothing; all after = is the value.
    https://github.com/docker/cli/blob/master/pkg/kvfile/kvfile.go
    """
    values = {}
    for line in text.split("\n"):
        line = line.removesuffix("\r").lstrip()  # noqa: PLW2901
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values[key] = value
    return values


def github_runner(text, _folder):
    """What the runner of GitHub Actions does with the file that GITHUB_ENV names."""
    values = {}
    lines = io.StringIO(text, newline="\n").read().split("\n")
    place = 0
    while place < len(lines) and lines[place]:
        key, _, end = lines[place].partition("<<")
        last = lines.index(end, place + 1)
        values[key] = "\n".join(lines[place + 1 : last])
        place = last + 1
    return values


def is_here(program):
    return shutil.which(program) is not None
