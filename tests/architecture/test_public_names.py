"""What a program may import by name; taking one away breaks programs."""

from __future__ import annotations

import inspect

import pytest

import infsh_secrets
from infsh_secrets.domain import errors

PUBLIC = {
    "AsyncClient",
    "AsyncSecret",
    "AsyncSecretVersion",
    "CheckFailedError",
    "Client",
    "ConflictError",
    "DeniedError",
    "InfshError",
    "IntegrityError",
    "KeyChangedError",
    "LockedError",
    "NotFoundError",
    "Secret",
    "SecretValue",
    "SecretVersion",
    "UnavailableError",
    "UsageError",
    "errors",
}


def test_the_names_are_these():
    assert set(infsh_secrets.__all__) == PUBLIC
    assert set(dir(infsh_secrets)) >= PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_each_name_is_there_and_documented(name):
    assert inspect.getdoc(getattr(infsh_secrets, name))


def test_errors_are_those_of_the_command_line():
    assert infsh_secrets.errors is errors
    for name in PUBLIC:
        if name.endswith("Error"):
            assert getattr(infsh_secrets, name) is getattr(errors, name)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = infsh_secrets.no_such_name
    assert not hasattr(infsh_secrets, "cli_of_old")


METHODS = {
    "AsyncClient": {"check", "close", "environ", "redactor", "render"},
    "AsyncSecret": {"key", "reveal"},
    "AsyncSecretVersion": {"reveal"},
    "Client": {"check", "close", "environ", "inject", "redactor", "render"},
    "Secret": {"key", "reveal"},
    "SecretVersion": {"reveal"},
    "SecretValue": {"reveal", "reveal_bytes"},
}


@pytest.mark.parametrize("name", METHODS)
def test_what_the_classes_offer(name):
    found = getattr(infsh_secrets, name)
    fields = set(getattr(found, "__dataclass_fields__", ()))
    offered = {one for one in dir(found) if not one.startswith("_")} - fields
    assert offered == METHODS[name]
    for one in offered:
        assert inspect.getdoc(getattr(found, one)), one


def test_what_client_secrets_offers():
    from infsh_secrets.sdk.secrets import Secrets

    offered = {one for one in vars(Secrets) if not one.startswith("_")}
    assert offered == {
        *("copy", "create", "delete", "get", "history", "list", "purge", "rename", "restore"),
        *("rollback", "set", "update"),
    }


def test_options_are_called_as_on_the_command_line():
    from infsh_secrets.cli.context import Context

    only_here = {"passphrase", "passphrase_file", "token"}
    only_there = {"output", "json", "quiet", "no_color", "debug", "no_input"}
    here = set(inspect.signature(infsh_secrets.Client.__init__).parameters) - {"self"}
    there = set(inspect.signature(Context.__init__).parameters) - {"self"}
    assert here - only_here == there - only_there
    kinds = {p.kind for p in inspect.signature(infsh_secrets.Client).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
