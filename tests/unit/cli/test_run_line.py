from __future__ import annotations

import pytest
import typer.main

from infsh_secrets.cli.app import build_app
from infsh_secrets.cli.run_line import OPTIONAL, VALUED, is_run, own_words, separated, with_values


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("run true --json", "run"),
        ("run -- true --json", "run"),
        ("exec -q true", "exec -q"),
        ("run -e a,b -f x true -e y", "run -e a,b -f x"),
        ("run --env=a --only A --only=B prog --only C", "run --env=a --only A --only=B"),
        ("run -qe staging true", "run -qe staging"),
        ("run -qestaging true", "run -qestaging"),
        ("run -qc true", "run -qc"),
        ("run --files true", "run --files"),
        ("run --preserve-env=A true", "run --preserve-env=A"),
        ("run - true", "run"),
        ("run -e", "run -e"),
        ("run --key-fd 3 true", "run --key-fd 3"),
        ("-o json run true --json", "-o json run"),
        ("--json run true -q", "--json run"),
    ],
)
def test_where_our_options_end(line, own):
    argv = ["secrets", *line.split()]
    assert is_run(argv)
    assert own_words(argv) == ["secrets", *own.split()]
    again = separated(argv)
    assert separated(again) == again
    assert [w for w in again if w != "--"] == [w for w in argv if w != "--"]


@pytest.mark.parametrize("line", ["get run", "set run value", "-o run", "", "list --sort run"])
def test_other_commands_are_left_alone(line):
    argv = ["secrets", *line.split()]
    assert not is_run(argv)
    assert separated(argv) == argv
    assert not is_run(line.split())


def test_a_missing_value_means_everything():
    argv = ["secrets", "run", "--files", "--preserve-env=A", "--", "--files"]
    assert with_values(argv) == ["secrets", "run", "--files=*", "--preserve-env=A", "--", "--files"]


def test_the_options_with_values_are_those_of_the_parser():
    node = typer.main.get_command(build_app(["secrets", "run"])).commands["secrets"].commands["run"]
    options = {
        name
        for option in node.params
        if option.param_type_name == "option" and not option.is_flag
        for name in option.opts
    }
    assert options == {*VALUED, *OPTIONAL}
