from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import DeniedError, UsageError
from infsh_secrets.execution.environment import (
    EVERYTHING,
    child_environment,
    doubtful,
    preserved,
    refuse,
)

VALUE = "made-up-canary"


def made(parent, secrets=None, variables=None, **rest):
    return child_environment(parent, secrets=secrets or {}, variables=variables or {}, **rest)


def test_the_parents_variables_stay_and_secrets_are_added():
    assert made({"A": "1", "PATH": "/bin"}, {"K": VALUE}) == {"A": "1", "PATH": "/bin", "K": VALUE}


def test_settings_of_ours_never_reach_a_child():
    parent = {"INFSH_VAULT_KEY": "x", "INFSH_": "x", "INFERENCE_API_KEY": "x", "INFSHX": "kept"}
    assert made(parent) == {"INFSHX": "kept"}
    assert made(parent, preserve=(EVERYTHING,)) == {"INFSHX": "kept"}
    assert made(parent, preserve=("INFSH_VAULT_KEY",)) == {"INFSHX": "kept"}
    # The platform's own token is somebody else's setting too: it may be asked for by name.
    assert "INFERENCE_API_KEY" in made(parent, preserve=("INFERENCE_API_KEY",))


def test_hidden_names_are_those_of_the_parent():
    assert made({"A": "1", "B": "2"}, hidden={"A"}) == {"B": "2"}
    assert made({"A": "1"}, variables={"A": "manifest"}, hidden={"A"}) == {"A": "manifest"}


def test_who_wins():
    parent = {"A": "shell", "B": "shell"}
    variables = {"A": "manifest", "C": "manifest", "D": "manifest"}
    assert made(parent, {"B": VALUE, "D": VALUE}, variables) == {
        "A": "shell",
        "B": VALUE,
        "C": "manifest",
        "D": VALUE,
    }


def test_pristine_keeps_what_every_program_counts_on_and_what_is_named():
    names = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TERM", "TMPDIR", "SHELL", "PWD")
    kept = dict.fromkeys(names, "x")
    parent = {**kept, "EDITOR": "x", "A": "1", "B": "2", "INFSH_ENV": "x"}
    assert made(parent, {"K": VALUE}, pristine=True) == {**kept, "K": VALUE}
    assert made(parent, pristine=True, preserve=("A",)) == {**kept, "A": "1"}
    assert made(parent, pristine=True, preserve=(EVERYTHING,)) == kept
    assert made(parent, variables={"A": "m"}, pristine=True) == {**kept, "A": "m"}


def test_bytes_that_are_not_utf8_pass_unchanged():
    value = os.fsdecode(b"\xff\xfe")
    assert made({"A": value})["A"] == value


@pytest.mark.parametrize("preserve", [("A", "B", "C"), (EVERYTHING,)])
def test_a_preserved_name_needs_a_variable_that_is_not_empty(preserve):
    assert preserved({"A": "1", "B": "", "X": "1"}, ["A", "B", "C"], preserve) == ["A"]
    assert preserved({"A": "1"}, ["A"], ("B",)) == []


def test_which_names_are_looked_up():
    parent = {
        **dict.fromkeys(("PATH", "LC_ALL", "INFSH_ENV", "INFERENCE_API_KEY"), "x"),
        **dict.fromkeys(("A", "B", "WANTED", "BASH_FUNC_f%%", os.fsdecode(b"\xff")), "x"),
    }
    assert doubtful(parent, {"WANTED"}, ("B",), pristine=False) == ["A"]
    assert doubtful(parent, {"WANTED"}, (EVERYTHING,), pristine=False) == ["A", "B"]
    assert doubtful(parent, {"WANTED"}, (), pristine=True) == []


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PYTHONPATH"),
        *("PYTHONSTARTUP", "NODE_OPTIONS", "BASH_ENV", "ENV", "IFS", "PS1", "PROMPT_COMMAND"),
        *("GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_SSH", "GIT_CONFIG_COUNT", "PERL5OPT"),
        *("PERL5LIB", "RUBYOPT", "JAVA_TOOL_OPTIONS", "HTTP_PROXY", "https_proxy", "ALL_PROXY"),
        *("EDITOR", "PAGER", "SHELL", "INFSH_VAULT", "BASH_FUNC_ls%%", "GCONV_PATH"),
    ],
)
def test_names_that_give_code_execution_are_refused(name):
    with pytest.raises(DeniedError) as caught:
        refuse(["FINE", name], (), "A secret")
    assert name in caught.value.message
    assert caught.value.hint.endswith(f"--allow-env {name}")
    refuse([name], (name,), "A secret")


@pytest.mark.parametrize(
    "name",
    [
        *("OPENAI_API_KEY", "GIT_TOKEN", "GITHUB_TOKEN", "ENVIRONMENT", "HOMEPAGE", "PATHS"),
        *("LDAP_PASSWORD", "PYTHONUNBUFFERED", "PROXY_TOKEN", "TERM", "LANG", "USER"),
    ],
)
def test_other_names_are_not(name):
    refuse([name], (), "A secret")


@pytest.mark.parametrize(
    ("secrets", "variables"),
    [({"K": f"{VALUE}\0"}, {}), ({}, {"K": f"{VALUE}\0"}), ({}, {"K=K": VALUE}), ({}, {"": VALUE})],
)
def test_what_no_environment_can_hold_is_a_sentence_without_the_value(secrets, variables):
    with pytest.raises(UsageError) as caught:
        made({}, secrets, variables)
    assert VALUE not in caught.value.message + caught.value.hint
    assert "\0" not in caught.value.message
