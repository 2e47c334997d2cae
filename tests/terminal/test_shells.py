"""Tab in bash, zsh and fish, as a person presses it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "completions")
START = {
    "bash": (
        ("bash", "--norc", "--noprofile", "-i"),
        f"bind 'set show-all-if-ambiguous on'; bind 'set bell-style none'; "
        f"bind 'set enable-bracketed-paste off'; source {FOLDER}/infsh.bash",
    ),
    "zsh": (
        ("zsh", "-f", "-i"),
        f"unsetopt zle_bracketed_paste beep; autoload -U compinit; compinit -u -C -d $ZSH_DUMP; "
        f"source {FOLDER}/_infsh",
    ),
    "fish": (
        ("fish", "--no-config", "-i"),
        "function fish_prompt; echo -n '> '; end; set -g fish_autosuggestion_enabled 0; "
        f"source {FOLDER}/infsh.fish",
    ),
}
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
CLEAR = "\x15\x0c"  # the line, then the screen


class Shell:
    """A shell with completion loaded, and a prompt."""

    def __init__(self, terminal, name):
        self.terminal = terminal
        self.name = name

    def type(self, line):
        self.terminal.send(CLEAR)
        self.terminal.wait_for(lambda text: text.strip() == ">")
        self.terminal.send(line + "\t")

    def becomes(self, typed, line):
        """Tab after `typed` makes this of it, with a blank or slash after it or without."""
        self.type(typed)
        self.terminal.send("~")
        self.terminal.wait_for(lambda text: text.split("\n")[0] in (f"> {line}~", f"> {line} ~"))

    def offers(self, typed, *words, never=()):
        """Tab after `typed` lists these words (of which there must be two or more)."""
        self.type(typed)
        self.terminal.wait_for(lambda text: all(w in text.split("\n", 1)[-1] for w in words))
        for word in never:
            assert not re.search(rf"(^|  |\)){word}\b", self.terminal.text, re.MULTILINE)

    def leaves(self, typed):
        """Tab after `typed` neither changes the line nor shows anything."""
        self.type(typed)
        self.terminal.send("~")
        self.terminal.wait_for(lambda text: text.startswith(f"> {typed}~"))
        assert self.terminal.text == f"> {typed}~"


@pytest.fixture(scope="session")
def zsh_dump(tmp_path_factory):
    """What the first zsh finds out about all completions of this system, for those that follow."""
    return str(tmp_path_factory.mktemp("zsh") / "dump")


@pytest.fixture(params=START)
def shell(request, terminal, zsh_dump):
    argv, script = START[request.param]
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    env = {"PS1": "> ", "PROMPT": "> ", "ZSH_DUMP": zsh_dump}
    made = terminal(*argv, columns=120, lines=60, env=env)
    made.line(
        f"{script}; clear; echo ready-$((1 + 1))"
        if argv[0] != "fish"
        else f"{script}; clear; echo ready-(math 1 + 1)"
    )
    made.wait("ready-2")
    return Shell(made, request.param)


@pytest.fixture(scope="session")
def home_with_names(tmp_path_factory):
    """A home with a few secrets; made once, and copied for each test."""
    home = tmp_path_factory.mktemp("home-with-names")
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    for words in (
        ("set", "OPENAI_API_KEY", "a-made-up-value", "-d", "For GPT-4: calls"),
        ("set", "FAL_KEY=a-made-up-value", "GONE_KEY=made-up-1", "OTHER_GONE=made-up-2"),
        ("set", "STAGED_KEY", "a-made-up-value", "-e", "staging"),
        ("delete", "GONE_KEY", "OTHER_GONE"),
    ):
        command = [os.path.join(os.path.dirname(sys.executable), "infsh"), "secrets", *words]
        subprocess.run(command, env=env, check=True, capture_output=True)
    return home


@pytest.fixture
def vault(home_with_names, own_home):
    shutil.copytree(home_with_names, own_home, dirs_exist_ok=True)


def test_commands_and_groups(shell):
    shell.becomes("infsh sec", "infsh secrets")
    shell.becomes("infsh-secrets del", "infsh-secrets delete")
    shell.becomes("infsh-secrets logi", "infsh-secrets login")
    shell.becomes("infsh-secrets completion ba", "infsh-secrets completion bash")
    shell.becomes("infsh secrets vau", "infsh secrets vault")
    shell.becomes("infsh secrets vault ver", "infsh secrets vault verify")
    shell.becomes("infsh secrets team cr", "infsh secrets team create")
    shell.offers("infsh secrets ", "set", "get", "list", "delete", "restore", "vault", "team")
    shell.offers("infsh-secrets ", "set", "get", "list", "delete", "restore", never=("secrets",))
    shell.becomes("infsh secrets --ex", "infsh secrets --exit-codes")
    shell.becomes("infsh --ver", "infsh --version")
    shell.offers("infsh completion ", "bash", "zsh", "fish", "powershell")
    shell.leaves("infsh nonsense ")


def test_options_and_their_values(shell, vault, prepare):
    prepare("team", "create", "ml-team")
    shell.offers("infsh secrets get --", "--reveal", "--plain", "--version", "--env", "--team")
    shell.becomes("infsh secrets get --rev", "infsh secrets get --reveal")
    shell.offers("infsh secrets get -o ", "table", "json", "yaml", "names", "plain")
    shell.becomes("infsh secrets list --output y", "infsh secrets list --output yaml")
    shell.becomes("infsh secrets list --output=y", "infsh secrets list --output=yaml")
    shell.offers("infsh secrets get --env ", "default", "staging")
    shell.becomes("infsh secrets get -e s", "infsh secrets get -e staging")
    shell.becomes("infsh-secrets get --env=st", "infsh-secrets get --env=staging")
    shell.becomes("infsh secrets get -e default,s", "infsh secrets get -e default,staging")
    shell.becomes("infsh secrets list --team m", "infsh secrets list --team ml-team")
    shell.becomes("infsh secrets set K --generate=b", "infsh secrets set K --generate=base64:32")
    shell.becomes("infsh secrets set K --generate=hex:", "infsh secrets set K --generate=hex:32")
    shell.offers("infsh secrets list --sort ", "key", "updated", "used")
    shell.leaves("infsh secrets set FAL_KEY -d ")


def test_names_of_secrets(shell, vault):
    shell.becomes("infsh secrets get OP", "infsh secrets get OPENAI_API_KEY")
    shell.becomes("infsh-secrets list F", "infsh-secrets list FAL_KEY")
    shell.becomes("infsh secrets rm -q O", "infsh secrets rm -q OPENAI_API_KEY")
    shell.becomes("infsh secrets get -e staging S", "infsh secrets get -e staging STAGED_KEY")
    shell.leaves("infsh secrets get S")
    shell.offers("infsh secrets delete ", "OPENAI_API_KEY", "FAL_KEY", never=("GONE_KEY",))
    shell.becomes("infsh secrets delete FAL_KEY ", "infsh secrets delete FAL_KEY OPENAI_API_KEY")
    shell.becomes("infsh secrets restore G", "infsh secrets restore GONE_KEY")
    shell.becomes("infsh secrets list --deleted G", "infsh secrets list --deleted GONE_KEY")
    shell.becomes("infsh secrets list --all-envs ST", "infsh secrets list --all-envs STAGED_KEY")
    shell.offers("infsh secrets restore ", "GONE_KEY", "OTHER_GONE", never=("FAL_KEY",))
    shell.leaves("infsh secrets get OPENAI_API_KEY ")


def test_set_knows_names_and_leaves_values_alone(shell, vault):
    shell.becomes("infsh secrets set ANTH", "infsh secrets set ANTHROPIC_API_KEY")
    shell.offers("infsh secrets set ", "HF_TOKEN", "FAL_KEY", "OPENAI_API_KEY")
    shell.becomes("infsh secrets set -d text OPENA", "infsh secrets set -d text OPENAI_API_KEY")
    shell.leaves("infsh secrets set FAL_KEY ")
    shell.leaves("infsh secrets set FAL_KEY O")
    shell.leaves("infsh secrets set -d text FAL_KEY F")


STORES = """
[stores.work]
url = "https://secrets.example.com"
[stores.agents]
url = "https://agents.example.com"
"""


@pytest.fixture
def stores(own_home):
    folder = own_home / ".config/infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(STORES)


def test_stores_and_sides(shell, vault, stores, prepare):
    prepare("team", "create", "ml-team")
    shell.offers("infsh secrets list -s ", "vault", "inference", "work", "agents")
    shell.becomes("infsh secrets list -s w", "infsh secrets list -s work")
    shell.becomes("infsh-secrets list --store=ag", "infsh-secrets list --store=agents")
    shell.becomes("infsh secrets store use w", "infsh secrets store use work")
    shell.becomes("infsh secrets store test ag", "infsh secrets store test agents")
    shell.offers("infsh secrets store remove ", "work", "agents", never=("vault", "inference"))
    shell.becomes("infsh login w", "infsh login work")
    shell.becomes("infsh secrets team use m", "infsh secrets team use ml-team")
    shell.becomes("infsh secrets diff vault@s", "infsh secrets diff vault@staging")
    shell.becomes("infsh secrets diff vault team:m", "infsh secrets diff vault team:ml-team")
    shell.becomes("infsh secrets sync --from w", "infsh secrets sync --from work")
    shell.becomes("infsh secrets sync --to=vault@d", "infsh secrets sync --to=vault@default")
    shell.offers("infsh secrets diff ", "vault", "work", "agents", "team:ml-team")


def test_values_of_options(shell):
    shell.offers("infsh secrets export --format ", "dotenv", "fish", "kubernetes")
    shell.becomes("infsh secrets export --format sh", "infsh secrets export --format shell")
    shell.becomes("infsh secrets import --format=y", "infsh secrets import --format=yaml")
    shell.becomes(
        "infsh secrets import --on-conflict sk", "infsh secrets import --on-conflict skip"
    )
    shell.offers("infsh secrets sync --on-conflict ", "overwrite", "skip", "fail")
    shell.becomes(
        "infsh secrets store add x y --kind inf", "infsh secrets store add x y --kind inference"
    )


def test_lists_of_names(shell, vault):
    shell.becomes("infsh secrets run --only O", "infsh secrets run --only OPENAI_API_KEY")
    shell.becomes(
        "infsh secrets run --only FAL_KEY,O", "infsh secrets run --only FAL_KEY,OPENAI_API_KEY"
    )
    shell.becomes(
        "infsh secrets exec --only=FAL_KEY,", "infsh secrets exec --only=FAL_KEY,OPENAI_API_KEY"
    )
    shell.becomes("infsh secrets get -e staging,", "infsh secrets get -e staging,default")
    shell.type("infsh secrets set A=1 FA")
    shell.terminal.send("value~")
    shell.terminal.wait("> infsh secrets set A=1 FAL_KEY=value~")
    shell.becomes("infsh secrets unset FAL_KEY O", "infsh secrets unset FAL_KEY OPENAI_API_KEY")
    shell.becomes("infsh secrets export FA", "infsh secrets export FAL_KEY")
    shell.becomes("infsh secrets audit --key FA", "infsh secrets audit --key FAL_KEY")


def test_the_command_of_run(shell, vault, tmp_path):
    """After the options it is a line of its own, with commands first and files later."""
    program = tmp_path / "a-made-up-program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "some-unique-name.py").touch()
    shell.terminal.line(f"cd {tmp_path}")
    if shell.name == "fish":
        shell.terminal.line(f"set -gx PATH $PATH {tmp_path}")
    else:
        shell.terminal.line(f"PATH=$PATH:{tmp_path}; hash -r")
    for start in (
        "infsh secrets run -- ",
        "infsh secrets exec --only FAL_KEY ",
        "infsh-secrets run ",
    ):
        shell.becomes(f"{start}a-made", f"{start}a-made-up-program")
        shell.becomes(
            f"{start}a-made-up-program some-", f"{start}a-made-up-program some-unique-name.py"
        )
        shell.becomes(f"{start}./a-made", f"{start}./a-made-up-program")
    if shell.name == "bash":  # without bash-completion it cannot hand over to another completion
        if not os.path.exists(BASH_COMPLETION):
            return
        shell.terminal.line(f"\x15source {BASH_COMPLETION}; source {FOLDER}/infsh.bash")
    shell.becomes(
        "infsh secrets run -- infsh secrets get FA",
        "infsh secrets run -- infsh secrets get FAL_KEY",
    )
    shell.becomes("infsh-secrets run infsh logi", "infsh-secrets run infsh login")


def test_words_in_quotes(shell, vault, prepare, tmp_path):
    path = tmp_path / "a folder" / "my.vault"
    prepare("set", "ELSEWHERE", "a-made-up-value", "--vault", str(path))
    shell.terminal.line(f"cd {tmp_path}")
    shell.becomes('infsh secrets get "OPE', 'infsh secrets get "OPENAI_API_KEY"')
    typed = "infsh secrets get --vault 'a folder/my.vault' "
    shell.becomes(f"{typed}E", f"{typed}ELSEWHERE")
    typed = 'infsh secrets get --vault="a folder/my.vault" '
    shell.becomes(f"{typed}E", f"{typed}ELSEWHERE")
    typed = "infsh secrets get --vault a\\ folder/my.vault "
    shell.becomes(f"{typed}E", f"{typed}ELSEWHERE")
    typed = "infsh secrets get -d 'it is' --vault $HOME/nonsense "
    shell.leaves(f"{typed}E")


def test_what_a_candidate_is_for_is_shown(shell, vault):
    shown = "Show a secret, masked unless told."
    shell.type("infsh secrets ge")
    if shell.name == "bash":
        return
    shell.type("infsh secrets ")
    shell.terminal.wait(shown)
    shell.type("infsh secrets get -")
    shell.terminal.wait("Print the value and nothing else.")
    shell.type("infsh secrets get -e default,staging ")
    shell.terminal.wait("For GPT-4: calls")


def test_the_variable_of_the_session_counts(shell, vault, prepare, tmp_path):
    path = tmp_path / "other.vault"
    prepare("set", "ELSEWHERE", "a-made-up-value", "--vault", str(path))
    word = "set -gx INFSH_VAULT" if shell.name == "fish" else "export INFSH_VAULT="
    shell.terminal.line(f"{word}{' ' if shell.name == 'fish' else ''}{path}")
    shell.becomes("infsh secrets get E", "infsh secrets get ELSEWHERE")
    shell.leaves("infsh secrets get O")


def test_a_name_that_does_not_belong_to_this_vault_runs_nothing(shell, vault, own_home, tmp_path):
    folder = own_home / ".local/share/infsh-secrets/vaults"
    for name in ("$(touch ran).vault", "`touch ran`.vault", "zz;touch ran.vault", "zz'.vault"):
        (folder / name).touch()
    shell.terminal.line(f"cd {tmp_path}")
    shell.leaves("infsh secrets list --team z")
    shell.leaves("infsh secrets get --vault $(touch${IFS}ran) O")
    assert not (tmp_path / "ran").exists()


def test_files(shell, vault, tmp_path):
    (tmp_path / "some-unique-name.pem").touch()
    shell.terminal.line(f"cd {tmp_path}")
    shell.becomes(
        "infsh secrets set FAL_KEY --file some-",
        "infsh secrets set FAL_KEY --file some-unique-name.pem",
    )
    shell.becomes(
        "infsh secrets list --vault ./some-", "infsh secrets list --vault ./some-unique-name.pem"
    )
    shell.becomes(
        "infsh secrets list --key-file=some-", "infsh secrets list --key-file=some-unique-name.pem"
    )


def test_nothing_and_no_question_without_a_vault(shell, own_home):
    shell.leaves("infsh secrets get ")
    shell.leaves("infsh secrets get -e ")
    shell.leaves("infsh secrets restore ")
    shell.becomes("infsh secrets set ANTH", "infsh secrets set ANTHROPIC_API_KEY")
    assert not list(own_home.rglob("*.vault"))


def test_nothing_and_no_question_with_a_locked_or_damaged_vault(shell, passphrase_vault, own_home):
    shell.leaves("infsh secrets get ")
    shell.leaves("infsh secrets get --env ")
    shell.leaves("infsh secrets delete N")
    (vault,) = own_home.rglob("personal.vault")
    vault.write_bytes(b"not a vault" * 1000)
    shell.leaves("infsh secrets get ")
    shell.becomes("infsh secrets set ANTH", "infsh secrets set ANTHROPIC_API_KEY")


def test_fish_finds_the_program_behind_another_word(terminal):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = f"source {FOLDER}/infsh.fish; complete -C 'command infsh secrets ge'"
    made = terminal("fish", "-c", script)
    assert made.end() == 0
    assert made.text.startswith("get")
