"""The world in which the examples of the help pages are run: vaults, files, programs, servers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pexpect
from fake_server import TOKEN

BIN = os.path.dirname(sys.executable)
PATIENCE = 60

FILES = {
    "inf.yml": "secrets:\n  - key: OPENAI_API_KEY\n  - key: FAL_KEY\n    optional: true\n",
    "app.yaml": "secrets:\n  - key: DB_PASSWORD\n",
    "src/tasks/research-task.yaml": "main:\n  - tool: search\n    key: $ secrets.FAL_KEY\n",
    "app.py": "import os\nprint('key:', os.environ['OPENAI_API_KEY'])\n",
    "train.py": "print('epoch 1')\n",
    "old.log": "nothing in here\n",
    "nginx.conf.tpl": "password {{ secrets.DB_PASSWORD }};\n",
    "app.tpl": "password = ${{secrets.DB_PASSWORD}}\n",
    "task.yaml": "key: secret://OPENAI_API_KEY\n",
    "values.json": '{"key": "secret://OPENAI_API_KEY"}\n',
    "compose.yaml": "db: {password: secret://DB_PASSWORD}\n",
    "notes.txt": "nothing in here\n",
    "build/out.bin": "\0nothing in here\n",
    ".env": "A_KEY_OF_A_FILE=made-up-value-of-a-file\n",
    ".env.staging": "A_KEY_OF_A_FILE=made-up-value-for-staging\n",
    "~/.ssh/id_ed25519": "a made-up private key\n",
    "~/new-passphrase": "made-up words to come\n",
}

# What other programs do here: read what they are given, and say nothing.
PROGRAMS = {
    "curl": 'test -n "$OPENAI_API_KEY"',
    "docker": 'grep -q OPENAI_API_KEY "$3"',
    "editor": 'echo a-new-made-up-value > "$1"',
    "jq": "cat",
    "journalctl": "echo started",
    "kubectl": "grep -q my-app",
    "make": 'test "$1" = release',
    "nano": 'echo a-new-made-up-value > "$1"',
    "vault-export": """echo '{"EXPORTED_KEY": "made-up-value-from-elsewhere"}'""",
}

NAMES = (
    *("OPENAI_API_KEY", "FAL_KEY", "DB_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    *("STRIPE_SECRET_KEY", "GOOGLE_CREDENTIALS", "SENTRY_KEY", "API_KEY", "SSH_KEY", "A", "B"),
    *("OLD_KEY", "LEAKED_KEY", "OPENAI_KEY"),
)

VAULTS = """
mkdir -p ~/stick ~/backups ~/srv ~/src ~/.config/fish/completions
infsh secrets import ~/default.json
infsh secrets import ~/default.json -e staging
infsh secrets import ~/default.json -e production
for value in second third fourth; do
    infsh secrets set OPENAI_API_KEY made-up-$value-4kZq7vT2mXw9LsRy
done
rm ~/default.json
for team in acme globex; do
    infsh secrets team create $team
    infsh secrets set STRIPE_SECRET_KEY made-up-$team-4kZq7vT2mXw9LsRy --team $team
    infsh secrets team create $team --data ~/srv
done
infsh secrets vault init --vault ci.vault --new-key-file ci.key
cp -r ~/srv ~/.local/share/infsh-secrets/server
git init -q ~/src/app && git init -q .
chmod +x deploy
"""


def make(home):
    """Fill a home with all that the examples speak of."""
    project = home / "project"
    for name, text in FILES.items():
        path = home / name[2:] if name.startswith("~/") else project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    (project / "deploy").write_text('#!/bin/sh\ntest -f "$GOOGLE_CREDENTIALS_FILE"\n')
    (home / "bin").mkdir()
    for name, line in PROGRAMS.items():
        (home / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (home / "bin" / name).chmod(0o700)
    values = {name: f"made-up-{name.lower()}-4kZq7vT2mXw9LsRy" for name in NAMES}
    (home / "default.json").write_text(json.dumps(values))
    shell(home, VAULTS)


def environ(home, url=""):
    """Return the variables that a person in that home has."""
    return {
        **os.environ,
        "HOME": str(home),
        "PATH": os.pathsep.join((str(home / "bin"), BIN, os.environ["PATH"])),
        "TOKEN": TOKEN,
        "TARGET": "release",
        "OPENAI_ORG": "made-up-organisation",
        "EDITOR": "editor",
        "SHELL": "/bin/bash",
        "LC_ALL": "C.UTF-8",
        **({"INFSH_API_URL": url} if url else {}),
    }


def shell(home, script, url="", stdin=b"a-made-up-value-from-a-pipe"):
    """Run a script of bash in the home's project; it must end well."""
    done = subprocess.run(
        ["bash", "-ec", script],
        input=stdin,
        env=environ(home, url),
        cwd=home / "project",
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done


def answered(home, script, answers, url=""):
    """Run a script at a terminal and give an answer to each question; it must end well.

    `answers` are pairs of how a question ends and what is typed; None is the end of a shown code.
    """
    child = pexpect.spawn(
        "bash",
        ["-ec", script],
        env=environ(home, url),
        cwd=str(home / "project"),
        dimensions=(40, 120),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    try:
        for question, answer in answers:
            child.expect_exact(question)
            child.sendline(answer or re.search(r"-([A-Z2-7]{5})\s", child.before)[1])
        child.expect(pexpect.EOF)
        shown = child.before
        child.close()
    finally:
        child.close(force=True)
    assert child.exitstatus == 0, shown[-2000:]
