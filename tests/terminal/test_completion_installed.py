"""A new shell of a person who has said `infsh completion install` completes, and one after not."""

from __future__ import annotations

import os
import shutil

import pytest

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
QUIET = "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'\n"
START_UP = {
    "bash": (".bashrc", QUIET),
    "bash with bash-completion": (".bashrc", f"{QUIET}. {BASH_COMPLETION}\n"),
    "zsh": (".zshrc", "unsetopt zle_bracketed_paste beep\n"),
    "zsh with compinit": (
        ".zshrc",
        "unsetopt zle_bracketed_paste beep\nautoload -Uz compinit; compinit -u\n",
    ),
    "fish": (
        ".config/fish/config.fish",
        "function fish_prompt; echo -n '> '; end; set -g fish_greeting\n"
        "set -g fish_autosuggestion_enabled 0\n",
    ),
}


@pytest.fixture(params=START_UP)
def shell(request, terminal, own_home):
    """Start a new shell as the person has set it up; returns how."""
    name = request.param.split()[0]
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    if request.param.endswith("-completion") and not os.path.exists(BASH_COMPLETION):
        pytest.skip("bash-completion is not installed")
    path, text = START_UP[request.param]
    start = own_home / path
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text(text)

    def run():
        made = terminal(name, "-i", columns=120, env={"PS1": "> ", "PROMPT": "> "})
        made.line("PS1='> '" if name != "fish" else "true")
        made.line("clear; echo ready-$((1 + 1))" if name != "fish" else "echo ready-(math 1 + 1)")
        made.wait("ready-2")
        return made

    run.name, run.start, run.text = name, start, text
    return run


def completed(made, typed):
    """Return what a line becomes by Tab; `~` is typed after it, so that its end is known."""
    made.send("\x15\x0c")
    made.wait_for(lambda text: text.strip() == ">")
    made.send(f"{typed}\t~")
    made.wait_for(lambda text: text.startswith("> ") and "~" in text)
    made.settle()
    return made.text.split("\n")[0].removeprefix("> ").replace(" ~", "").replace("~", "")


def test_it_completes_from_the_next_shell_on_until_it_is_taken_away(shell, infsh, prepare):
    prepare("set", "SOME_KEY", "a-made-up-value")
    assert completed(shell(), "infsh secrets get SO") == "infsh secrets get SO"
    done = infsh("completion", "install", shell.name)
    assert done.returncode == 0, done.stderr
    if "bash_completion" in shell.text:
        assert shell.start.read_text() == shell.text, "bash-completion finds it by itself"
    new = shell()
    assert completed(new, "infsh secrets get SO") == "infsh secrets get SOME_KEY"
    assert completed(new, "infsh-secrets get SO") == "infsh-secrets get SOME_KEY"
    other = shell()  # the second program first
    assert completed(other, "infsh-secrets get SO") == "infsh-secrets get SOME_KEY"
    assert completed(other, "infsh secrets get SO") == "infsh secrets get SOME_KEY"
    assert infsh("completion", "uninstall", shell.name).returncode == 0
    assert shell.start.read_text() == shell.text
    assert completed(shell(), "infsh secrets get SO") == "infsh secrets get SO"


def test_the_shell_that_asks_is_meant(shell, infsh, own_home):
    made = shell()
    made.line("infsh completion install -o plain")
    made.wait_for(lambda text: f"Open a new {shell.name}" in text or "fish finds it" in text)
    assert infsh("completion", "uninstall", shell.name, "-o", "names").stdout != b""
