"""The least that `get` and `run` can cost with what they promise, in one file without a design.

`python least.pyc get VAULT LOG` and `python least.pyc run VAULT LOG COUNT COMMAND...`: no core
files and nobody who looks in, SQLite with every setting asked back, one snapshot, each text sealed
under a key of its own, a line in a log under a lock; for `run` also signals that are passed on,
pipes for what the child prints, and a child that dies with its parent. What is opened is made up,
since a vault's own keys would need its whole format; it is as much as the program opens. Nothing is
checked, no error is told, no option is known: this is a floor, and no program.
"""

import gc
import os
import sys

gc.disable()

SETTINGS = (
    *("journal_mode=DELETE", "synchronous=EXTRA", "fullfsync=ON", "secure_delete=ON"),
    *("temp_store=MEMORY", "mmap_size=0", "trusted_schema=OFF", "cell_size_check=ON"),
)
INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4


def harden():
    """Do without core files and a debugger; returns prctl."""
    import _ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    library = _ctypes.dlopen(None, 0)

    def call(name, *arguments):
        return _ctypes.call_function(_ctypes.dlsym(library, name), arguments)

    call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)
    return call


def libraries():
    """Return (SQLite, AES-GCM, SHA-256, SHA-512): compiled halves, and nothing that they bring."""
    from _functools import _lru_cache_wrapper

    stand_in = type(sys)("functools")
    stand_in.lru_cache = lambda size: lambda call: _lru_cache_wrapper(call, size, 0, tuple)
    sys.modules["functools"] = stand_in
    import _sqlite3

    del sys.modules["functools"]
    from cryptography.hazmat.bindings._rust import openssl

    if sys.version_info >= (3, 12):
        from _sha2 import sha256, sha512
    else:
        from _sha256 import sha256
        from _sha512 import sha512
    return _sqlite3, openssl.aead.AESGCM, sha256, sha512


class Sealing:
    """Sealing under a key that is derived for one text: two blocks of HMAC-SHA512, AES-GCM."""

    def __init__(self, cipher, sha512):
        key = os.urandom(32).ljust(128, b"\0")
        self.cipher = cipher
        self.inner, self.outer = sha512(key.translate(INNER)), sha512(key.translate(OUTER))

    def seal(self, text):
        """Return a sealed text; opening one costs the same."""
        context, made = os.urandom(24), b""
        for _ in range(2):
            inner, outer = self.inner.copy(), self.outer.copy()
            inner.update(made + context)
            outer.update(inner.digest())
            made += outer.digest()
        return self.cipher(made[:32]).encrypt(made[32:44], text, None)


def read(vault, sqlite, sha256, count):
    """Return `count` rows of secrets, from a snapshot with its root and buckets."""
    with open(vault, "rb", buffering=0) as file:
        file.read(100)
    connection = sqlite.connect(f"file:{vault}?mode=rw", uri=True, isolation_level=None)
    run = connection.execute
    for setting in SETTINGS:
        run(f"PRAGMA {setting}").fetchall()
        run(f"PRAGMA {setting.partition('=')[0]}").fetchall()
    run("SELECT sql FROM sqlite_schema").fetchall()
    run("SELECT * FROM head").fetchall()
    run("SELECT * FROM slots").fetchall()
    run("BEGIN")
    run("SELECT * FROM root").fetchall()
    hashed = sha256(b"".join(row[2] for row in run("SELECT * FROM buckets").fetchall())).digest()
    rows = run("SELECT * FROM items LIMIT ?", (count,)).fetchall()
    run("SELECT idx, digest FROM items LIMIT ?", (count,)).fetchall()
    marks = ",".join("?" * len(rows))
    items = [row[2] for row in rows]
    run(f"SELECT value FROM versions WHERE item IN ({marks})", items).fetchall()
    run("COMMIT")
    connection.close()
    return hashed, rows


def note(log, sealing):
    """Append a line to the log."""
    import fcntl

    descriptor = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.write(descriptor, sealing.seal(bytes(480)).hex().encode() + b"\n")
    os.close(descriptor)


def who():
    """Return who acts, for the log."""
    import pwd

    with open(f"/proc/{os.getppid()}/comm", "rb", buffering=0) as file:
        return pwd.getpwuid(os.getuid()).pw_name, file.read()


def unlocked(vault, log, count):
    """Do what both commands do before they give out values; returns (sealing, prctl and others)."""
    call = harden()
    sqlite, cipher, sha256, sha512 = libraries()
    sealing = Sealing(cipher, sha512)
    sealing.seal(bytes(32))  # the key of the vault, from its slot
    _, rows = read(vault, sqlite, sha256, count)
    for row in rows:
        sealing.seal(row[5])  # the overview
        sealing.seal(row[6])  # the value
    who()
    note(log, sealing)
    return sealing, call


def get(vault, log):
    """Give out one value."""
    unlocked(vault, log, 1)
    os.write(1, b"a value")


def run(vault, log, count, *command):
    """Start a command with so many values."""
    sealing, call = unlocked(vault, log, int(count))
    import _signal
    import fcntl
    import select

    taken = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGTERM, _signal.SIGCHLD)
    _signal.pthread_sigmask(_signal.SIG_BLOCK, taken)
    numbers = sum(1 << (number - 1) for number in taken).to_bytes(128, "little")
    arrivals = call("signalfd", -1, numbers, os.O_CLOEXEC | os.O_NONBLOCK)
    out, errors = os.pipe(), os.pipe()
    for _, end in (out, errors):
        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 1024 * 1024)
    parent = os.getpid()
    child = os.fork()
    if not child:
        call("prctl", PR_SET_PDEATHSIG, 9, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        os.dup2(out[1], 1)
        os.dup2(errors[1], 2)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
        given = {f"KEY_{number}": "a value" for number in range(int(count))}
        os.execvpe(command[0], command, {**os.environ, **given})
    os.close(out[1])
    os.close(errors[1])
    poll = select.poll()
    for descriptor in (arrivals, out[0], errors[0]):
        poll.register(descriptor, select.POLLIN)
    ended = 0
    while not ended:
        for descriptor, _ in poll.poll():
            if descriptor == arrivals:
                os.read(arrivals, 128)
                ended, _ = os.waitpid(child, os.WNOHANG)
            elif text := os.read(descriptor, 65536):
                os.write(1 if descriptor == out[0] else 2, text)
            else:
                poll.unregister(descriptor)
    note(log, sealing)


if __name__ == "__main__":
    {"get": get, "run": run}[sys.argv[1]](*sys.argv[2:])
    os._exit(0)
