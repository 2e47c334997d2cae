"""Every example of a help page works: it is run in a home with vaults, files and programs."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess

import pytest
from fake_server import TOKEN

from cli import help_world
from infsh_secrets.cli import app, help_text
from infsh_secrets.cli.commands_table import COMMANDS
from infsh_secrets.cli.group_pages import PAGES

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")

NEVER_RUN = {
    "infsh secrets serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem": "a certificate",
    "infsh secrets get OPENAI_API_KEY -c": "a clipboard",
    "infsh secrets vault unlock": "a place for what must be gone with the login",
    "infsh secrets vault unlock --for 30m --team acme": "the same",
}
"""example -> what it needs that is not here; the parser has to understand it all the same."""

CODE = ("type its last group:", None)
NEW_PASSPHRASE = [("(not shown):", "made-up words"), ("again:", "made-up words")]
ANSWERED = {
    "infsh secrets delete LEAKED_KEY --purge": [("[y/N]", "y")],
    "infsh secrets team remove globex --data /srv/infsh": [("[y/N]", "y")],
    "infsh secrets edit SERVICE_ACCOUNT_JSON": [],
    "EDITOR=nano infsh secrets edit SSH_KEY -e production": [],
    "infsh secrets vault init --passphrase": [*NEW_PASSPHRASE, ("[y/N]", "n")],
    "infsh secrets vault key add --passphrase": NEW_PASSPHRASE,
    "infsh secrets vault key change-passphrase": NEW_PASSPHRASE,
    "infsh secrets vault recovery-code": [CODE],
    "infsh secrets vault recovery-code --team acme": [CODE],
    "infsh login": [("(not shown):", TOKEN)],
    "infsh login work": [("(not shown):", TOKEN)],
    "infsh login https://secrets.example.com": [("(not shown):", TOKEN)],
}
"""example that needs a terminal -> what is asked there, and the answer."""

_ADD = "infsh secrets store add work https://secrets.example.com"
_LOGIN = f"{_ADD}; printf %s $TOKEN | infsh login work --with-token"
_PLATFORM = "printf %s $TOKEN | infsh login --with-token"
_BACKUP = "infsh secrets vault backup"
_PASSPHRASE = (
    "printf made-up > ~/old; chmod 600 ~/old; "
    "INFSH_VAULT_PASSPHRASE_FILE=~/old infsh secrets vault key add --passphrase"
)
FIRST = {
    # what must not be there yet
    "infsh secrets rename OPENAI_KEY OPENAI_API_KEY": "infsh secrets rm OPENAI_API_KEY --purge -y",
    "infsh secrets copy OPENAI_API_KEY --to-env staging": (
        "infsh secrets rm OPENAI_API_KEY -e staging --purge -y"
    ),
    "infsh secrets export -O .env": "rm .env",
    "infsh secrets scan": "rm .env*",
    "infsh secrets vault init --passphrase": "rm -r ~/.local",
    "infsh secrets vault init --vault ci.vault --new-key-file ci.key": "rm ci.*",
    "infsh secrets vault key add --key-file-out ci.key": "rm ci.*",
    "infsh secrets team create acme": "rm ~/.local/share/infsh-secrets/*/acme.*",
    "infsh secrets team create acme --data /srv/infsh": (
        "infsh secrets team remove acme --data ~/srv -y"
    ),
    # what must be there
    "infsh secrets restore OLD_KEY": "infsh secrets delete OLD_KEY",
    "infsh secrets diff vault backup.vault 'AWS_*'": f"{_BACKUP} backup.vault",
    "infsh secrets vault verify --vault /media/stick/personal.vault": (
        f"{_BACKUP} ~/stick/personal.vault"
    ),
    "infsh secrets vault restore /media/stick/personal.vault": f"{_BACKUP} ~/stick/personal.vault",
    "infsh secrets vault restore ~/backups/acme.vault --team acme": (
        f"{_BACKUP} --team acme ~/backups/acme.vault"
    ),
    "infsh secrets vault restore saved.vault": "infsh secrets vault salvage saved.vault",
    "infsh secrets vault key remove 3f9a2c71": "infsh secrets vault key add --key-file-out new.key",
    "infsh secrets vault key change-passphrase": _PASSPHRASE,
    "infsh secrets vault key change-passphrase --new-file ~/new-passphrase": _PASSPHRASE,
    "infsh secrets token revoke 7Kq2mXw9": "infsh secrets token create ci --team acme",
    "infsh secrets store use work": _ADD,
    "infsh secrets store remove work": _ADD,
    "infsh secrets store remove agents -q": (
        "infsh secrets store add agents https://api.julep.ai/api --kind julep"
    ),
    'printf %s "$TOKEN" | infsh login work --with-token': _ADD,
    "infsh login work": _ADD,
    "infsh logout": _PLATFORM,
    "infsh me": _PLATFORM,
    **dict.fromkeys(
        (
            "infsh secrets store test work",
            "infsh secrets store test work --json",
            "infsh secrets list -s work",
            "infsh logout work",
            "infsh me work --json",
        ),
        _LOGIN,
    ),
}
"""example -> what has been done before."""

NOT_THE_SAME = "infsh secrets diff"  # whose status is 6 where there is something to see


def examples():
    found = {line: path for path, text in PAGES.items() for line in help_text.parsed(text).examples}
    for command in COMMANDS:
        said = help_text.parsed(app.load(command).__doc__)
        found |= dict.fromkeys(said.examples, command.path)
    return {line: path for line, path in found.items() if not line.startswith("#")}


EXAMPLES = examples()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A home with everything in it; made once, and copied for each example."""
    home = tmp_path_factory.mktemp("prepared")
    help_world.make(home)
    return home


@pytest.fixture
def home(prepared, own_home):
    shutil.copytree(prepared, own_home, dirs_exist_ok=True)
    return own_home


def placed(script, url):
    """Return a script with folders and addresses that there are here."""
    for theirs, ours in (
        ("/srv/infsh", "~/srv"),
        ("/media/stick", "~/stick"),
        ("https://secrets.example.com", url),
        (" 3f9a2c71", ' "$(infsh secrets vault key list -o names | tail -1)"'),
        (" 7Kq2mXw9", ' "$(infsh secrets token list --team acme -o names)"'),
    ):
        script = script.replace(theirs, ours)
    return script


@pytest.mark.slow
@pytest.mark.parametrize("line", [e for e in EXAMPLES if e not in NEVER_RUN])
def test_an_example_works(line, home, remote):
    if line in FIRST:
        help_world.shell(home, placed(FIRST[line], remote.url), remote.url)
    script = placed(line, remote.url)
    if " serve " in line:
        serves(home, script)
    elif line in ANSWERED:
        help_world.answered(home, script, ANSWERED[line], remote.url)
    else:
        if line.startswith(NOT_THE_SAME):
            script += " || test $? = 6"
        help_world.shell(home, script, remote.url)


def serves(home, script):
    with subprocess.Popen(
        ["bash", "-c", f"exec {script}"],
        env=help_world.environ(home),
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as server:
        said = next((line for line in server.stderr if b"Listening" in line), b"")
        server.send_signal(signal.SIGTERM)
        assert said
        assert server.wait(help_world.PATIENCE) in (0, 143)


@pytest.mark.parametrize("line", NEVER_RUN)
def test_an_example_that_is_not_run_is_understood(line, own_home):
    assert callable(app.parse(shlex.split(line)[1:]))


def test_what_is_said_here_of_examples_is_of_examples():
    assert set(NEVER_RUN) | set(ANSWERED) | set(FIRST) <= set(EXAMPLES)
