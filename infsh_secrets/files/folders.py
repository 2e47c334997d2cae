"""Folders that are kept on, or copied to, other machines: no good place for a vault."""

from __future__ import annotations

import os

_MOUNTS = "/proc/self/mounts"
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "9p", "davfs"}
_NETWORK_FUSE = ("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.davfs2")
_SYNCED = (
    *("Dropbox", "OneDrive", "Google Drive", "GoogleDrive", "My Drive", "Nextcloud"),
    *("ownCloud", "Mobile Documents", "iCloud Drive", "pCloud Drive", "Syncthing"),
)


def shared_folder(path: str) -> str | None:
    """Return what is wrong with keeping a vault at `path`, or None.

    Network file systems lie about locks and about what is on the disk; synchronised folders copy a
    vault in the middle of a write and bring back older ones. Only Linux names its file systems.
    """
    real = os.path.realpath(path)
    for part in real.split(os.sep):
        if part.startswith(_SYNCED):
            return f"a synchronised folder ({part})"
    kind = file_system(real)
    if kind in _NETWORK or kind.startswith(_NETWORK_FUSE):
        return f"a network file system ({kind})"
    return None


def file_system(path: str) -> str:
    """Return the kind of file system that an absolute path without links lies on, "" if unknown."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split() for line in file]
    except OSError:
        return ""
    found = "", ""
    for _, folder, kind, *_ in (mount for mount in mounts if len(mount) > 2):  # noqa: PLR2004
        name = folder.encode("utf-8", "surrogateescape").decode("unicode_escape", "replace")
        inside = path == name or path.startswith(name.rstrip("/") + "/")
        if inside and len(name) >= len(found[0]):
            found = name, kind
    return found[1]
