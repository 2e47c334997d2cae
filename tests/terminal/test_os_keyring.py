"""The OS keyring: only a real one, never for longer than the limit, and for real on a bus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import types

import pytest
from fake_keyring import Keyring

from infsh_secrets import entry
from infsh_secrets.domain.errors import LockedError, UnavailableError
from infsh_secrets.unlock import os_keyring

BIN = os.path.dirname(sys.executable)
VAULT_ID = bytes(range(16))
KEY_ID = bytes(range(8))
REAL = "keyring.backends.SecretService.Keyring"
REFUSED = [
    "keyring.backends.null.Keyring",
    "keyring.backends.fail.Keyring",
    "keyring.backends.chainer.ChainerBackend",
    "keyrings.alt.file.PlaintextKeyring",
    "keyrings.alt.file.EncryptedKeyring",
    "keyrings.alt.Gnome.Keyring",
    "os.path",
    "SecretService",
    "keyring.backends.SecretService.Keyring.priority",
    "nonsense",
]


class Forgetful(Keyring):
    def set_password(self, *_):
        pass


class Refusing(Keyring):
    def set_password(self, *arguments):
        raise RuntimeError(arguments)


@pytest.fixture
def installed(monkeypatch):
    """Put a class in the place of the desktop's keyring."""

    def put(backend):
        module = types.ModuleType("keyring.backends.SecretService")
        module.Keyring = backend
        monkeypatch.setitem(sys.modules, "keyring.backends.SecretService", module)
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", REAL)

    return put


@pytest.fixture
def hang(monkeypatch):
    """Something that waits for ever, and a limit of a twentieth of a second."""
    monkeypatch.setattr(os_keyring, "LIMIT_SECONDS", 0.05)
    event = threading.Event()
    yield lambda *_: event.wait(20)
    event.set()


@pytest.mark.parametrize("name", REFUSED)
def test_no_other_backend_is_used_whoever_asks_for_it(monkeypatch, name):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    assert os_keyring.find() is None
    assert name not in os_keyring.ALLOWED


def test_no_backend_is_even_imported_without_a_session():
    program = (
        "import sys\n"
        "from infsh_secrets.unlock import os_keyring\n"
        "assert os_keyring.find({}) is None\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('keyring', 'keyrings')])"
    )
    assert ran(program, {}) == "[]"


@pytest.mark.parametrize("name", os_keyring.ALLOWED)
def test_only_the_module_of_the_named_backend_is_imported(name):
    program = (
        "import sys\n"
        "from infsh_secrets.unlock import os_keyring\n"
        "os_keyring.find()\n"
        "print(sorted(m for m in sys.modules if m.startswith(('keyring.backends.', 'keyrings'))))"
    )
    module = name.rpartition(".")[0]
    found = ran(program, {"PYTHON_KEYRING_BACKEND": name})
    # `keyring` itself brings along the one that always fails.
    assert set(eval(found)) <= {"keyring.backends.fail", module, f"{module}.api"}


def ran(program, env):
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_what_is_stored_is_given_back_and_can_be_forgotten(installed):
    installed(Keyring)
    backend = os_keyring.find()
    assert backend is not None
    os_keyring.store(backend, VAULT_ID, KEY_ID, "text")
    assert backend.kept == {("infsh-secrets", f"{VAULT_ID.hex()}:{KEY_ID.hex()}"): "text"}
    os_keyring.forget(backend, VAULT_ID, KEY_ID)
    assert backend.kept == {}


def test_a_backend_that_cannot_work_is_passed_over(installed):
    class Useless(Keyring):
        priority = 0

    installed(Useless)
    assert os_keyring.find() is None


def test_a_keyring_that_drops_the_key_is_found_out(installed):
    installed(Forgetful)
    with pytest.raises(LockedError):
        os_keyring.store(os_keyring.find(), VAULT_ID, KEY_ID, "text")


def test_an_error_of_a_backend_tells_its_type_only(installed):
    installed(Refusing)
    with pytest.raises(UnavailableError, match="RuntimeError") as caught:
        os_keyring.store(os_keyring.find(), VAULT_ID, KEY_ID, "the-key")
    assert "the-key" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("where", ["get_password", "__init__", "priority"])
def test_a_keyring_that_hangs_is_given_up(installed, hang, where):
    class Hanging(Keyring):
        pass

    if where == "priority":
        meta = type("Meta", (type,), {"priority": property(hang)})
        Hanging = meta("Hanging", (), {"get_password": Keyring.get_password})  # noqa: N806
    else:
        setattr(Hanging, where, hang)
    installed(Hanging)
    with pytest.raises(UnavailableError, match="did not answer within") as caught:
        os_keyring.load(VAULT_ID, KEY_ID)
    assert "--key-file" in caught.value.hint


class TestFirstVault:
    """The first `set` puts the vault's key into the keyring, or says that it could not."""

    @pytest.fixture
    def first_set(self, own_home, capfdbinary):
        def run():
            capfdbinary.readouterr()
            status = entry.run(["secrets", "set", "SOME_KEY", "a-made-up-value"])
            said = capfdbinary.readouterr().err.decode()
            assert status == 0, said
            return said, [path.name for path in own_home.rglob("*.key")]

        return run

    def test_in_a_keyring(self, installed, first_set, capfdbinary):
        shared = Keyring()
        installed(type("Shared", (), {"priority": 5, "__new__": lambda _: shared}))
        said, files = first_set()
        assert "Its key is in the OS keyring" in said
        assert files == []
        assert entry.run(["secrets", "get", "SOME_KEY", "--plain"]) == 0
        assert capfdbinary.readouterr().out == b"a-made-up-value"

    @pytest.mark.parametrize(
        ("backend", "reason"),
        [(Forgetful, "did not give back"), (Refusing, "refuses to answer (RuntimeError)")],
    )
    def test_a_bad_keyring_is_replaced_by_a_file(self, installed, first_set, backend, reason):
        installed(backend)
        said, files = first_set()
        assert reason in said
        assert "A key file is used instead." in said
        assert len(files) == 1

    @pytest.mark.parametrize("where", ["set_password", "__init__"])
    def test_a_hanging_keyring_is_replaced_by_a_file(self, installed, hang, first_set, where):
        class Hanging(Keyring):
            pass

        setattr(Hanging, where, hang)
        installed(Hanging)
        said, files = first_set()
        assert "did not answer within" in said
        assert "A key file is used instead." in said
        assert len(files) == 1

    def test_without_a_keyring_nobody_speaks_of_one(self, first_set, monkeypatch):
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        said, files = first_set()
        assert "keyring" not in said
        assert len(files) == 1


class TestDesktop:
    """GNOME's keyring on a bus of its own, and the installed program."""

    @pytest.fixture
    def session(self, tmp_path):
        """Run a script inside one session, with a fresh and open keyring."""
        for program in ("dbus-run-session", "gnome-keyring-daemon"):
            if not shutil.which(program):
                pytest.skip(f"{program} is not installed")
        runtime = tmp_path / "run"
        runtime.mkdir(mode=0o700)

        def run(script):
            start = (
                'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets --daemonize'
                " >/dev/null 2>&1 || exit 77\n"
            )
            env = {
                **os.environ,
                "XDG_RUNTIME_DIR": str(runtime),
                "PATH": os.pathsep.join((BIN, os.environ["PATH"])),
            }
            done = subprocess.run(
                ["dbus-run-session", "--", "sh", "-c", start + script],
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            if done.returncode == 77:
                pytest.skip("the keyring daemon does not start here")
            return done

        return run

    def test_the_key_lies_in_the_keyring(self, session, infsh, own_home):
        done = session(
            "infsh secrets set SOME_KEY a-made-up-value -q -o json || exit 1\n"
            "infsh secrets get SOME_KEY --plain || exit 2\n"
            "echo; infsh secrets vault status -o plain\n"
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("a-made-up-value\n")
        assert "by the key in the OS keyring" in done.stdout
        assert "kept in: keyring" in done.stdout
        assert not list(own_home.rglob("*.key"))
        for path in own_home.rglob("*"):
            if path.is_file():
                assert b"INFSHKEY1-" not in path.read_bytes()

        outside = infsh("secrets", "get", "SOME_KEY", "--plain")
        assert outside.returncode == 5
        assert outside.stdout == b""
        assert b"OS keyring" in outside.stderr
        assert b"--key-file" in outside.stderr

    def test_the_null_backend_makes_a_key_file(self, session, infsh, own_home):
        done = session(
            "export PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring\n"
            "infsh secrets set SOME_KEY a-made-up-value -q\n"
        )
        assert done.returncode == 0, done.stderr
        assert len(list(own_home.rglob("*.key"))) == 1
        assert infsh("secrets", "get", "SOME_KEY", "--plain").stdout == b"a-made-up-value"

    READS = (
        "python3 - <<'P'\n"
        "import sys\n"
        "from infsh_secrets.unlock import os_keyring\n"
        "print(os_keyring.load_entry('a-service', 'a user'), 'keyring' in sys.modules)\n"
        "print(os_keyring.load_entry('a-service', 'nobody'), 'keyring' in sys.modules)\n"
        "P\n"
    )
    PUT = "printf %s 'a made-up téxt' | keyring set a-service 'a user' || exit 1\n"

    def test_what_keyring_has_stored_is_read_without_it(self, session):
        done = session(self.PUT + self.READS)
        assert done.stdout.splitlines() == ["a made-up téxt False", "None False"], done.stderr

    @pytest.mark.parametrize(
        "setting",
        [f"PYTHON_KEYRING_BACKEND={REAL}", "KEYRING_PROPERTY_SCHEME=default"],
    )
    def test_settings_of_keyring_are_for_keyring(self, session, setting):
        done = session(self.PUT + f"export {setting}\n" + self.READS)
        assert done.stdout.splitlines() == ["a made-up téxt True", "None True"], done.stderr

    def test_a_locked_keyring_is_left_to_keyring(self, session):
        lock = (
            "python3 - <<'P'\n"
            "import secretstorage\n"
            "bus = secretstorage.dbus_init()\n"
            "secretstorage.Collection(bus).lock()\n"
            "from infsh_secrets.unlock import os_keyring, secret_service\n"
            "try:\n"
            "    print(secret_service.read('a-service', 'a user'))\n"
            "except LookupError as error:\n"
            "    print(error)\n"
            "os_keyring.find = lambda: print('asked')\n"
            "print(os_keyring.load_entry('a-service', 'a user'))\n"
            "P\n"
        )
        done = session(self.PUT + lock)
        assert done.stdout.splitlines() == ["locked", "asked", "None"], done.stderr
