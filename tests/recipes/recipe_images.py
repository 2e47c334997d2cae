"""Images that buildah builds and runs without an engine, and a `docker` that builds with it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import tarfile
from contextlib import contextmanager

BASE = "docker.io/library/python:3.12-slim"
_LIMIT_SECONDS = 300
_BASE_RECIPE = """\
FROM scratch
COPY root /
COPY wheels /wheels
ENV PATH=/usr/local/bin:/usr/bin:/bin PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
"""
_DOCKER = """\
#!/bin/sh
[ "$1" = build ] || exit 64
shift
exec {storage} build --isolation chroot --pull-never --layers "$@"
"""


class Images:
    """A storage of images of its own, in a folder; it has the base image."""

    def __init__(self, folder, machine):
        self._folder = folder
        folder.mkdir()
        self._environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        places = ("--root", str(folder / "store"), "--runroot", str(folder / "run"))
        for driver in ("overlay", "vfs"):
            self.line = ["buildah", "--storage-driver", driver, *places]
            if not self._attempt("images").returncode:
                break
        recipe = folder / "Dockerfile"
        recipe.write_text(_BASE_RECIPE)
        base = ("--isolation", "chroot", "--tag", BASE, "--file", str(recipe), str(machine))
        self._do("build", *base)

    def docker(self, folder):
        """Put a `docker` for `docker build` into a folder."""
        program = folder / "docker"
        program.write_text(_DOCKER.format(storage=" ".join(self.line)))
        program.chmod(0o755)

    def configuration(self, name):
        """Return what the image says of how it is to be run."""
        return json.loads(self._do("inspect", "--type", "image", name))["OCIv1"]["config"]

    def export(self, name):
        """Return a folder with the image's layers and configuration, as a registry gets them."""
        folder = self._folder / f"export-{name}"
        self._do("push", "--disable-compression", name, f"dir:{folder}")
        return folder

    @contextmanager
    def container(self, name):
        """Give the folder of a new container of an image, mounted while this lasts."""
        made = self._do("from", "--pull-never", name).strip()
        try:
            yield self._do("mount", made).strip()
        finally:
            self._do("umount", made)
            self._do("rm", made)

    def close(self):
        """Remove all containers and images."""
        self._attempt("rm", "--all")
        self._attempt("rmi", "--all", "--force")

    def _attempt(self, *arguments):
        return subprocess.run(
            [*self.line, *arguments],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )

    def _do(self, *arguments):
        done = self._attempt(*arguments)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout


def started(configuration, folder, *arguments, groups=None, **more):
    """Return the command line that runs an image as `docker run` does, and its environment.

    Process numbers are the container's own; the user is the image's, and has no capability.
    """
    device = f"{folder}/dev/null"
    if not os.path.exists(device):
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.chmod(device, 0o666)  # as it is everywhere
    environ = dict(entry.split("=", 1) for entry in configuration["Env"])
    line = [
        *("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", f"--root={folder}"),
        *(f"--wd={configuration['WorkingDir']}", f"--setuid={configuration['User']}"),
        f"--setgid={groups or 0}",
        *configuration["Entrypoint"],
        *(arguments or configuration["Cmd"]),
    ]
    return line, {**environ, "HOME": "/", **more}


def found_in_layers(folder, *needles):
    """Return where in an exported image these bytes are: in a layer's files or its own texts."""
    found = []
    for path in sorted(folder.iterdir()):
        try:
            with tarfile.open(path, "r:*") as layer:
                for member in layer:
                    data = layer.extractfile(member).read() if member.isreg() else b""
                    found += [member.name for needle in needles if needle in data]
        except tarfile.ReadError:
            data = path.read_bytes()
            found += [path.name for needle in needles if needle in data]
    return found
