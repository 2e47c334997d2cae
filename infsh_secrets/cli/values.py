"""Where `set` gets its values from: argument, standard input, file, generator, prompt."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import MAX_VALUE
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.streams import read_stdin

if TYPE_CHECKING:
    from infsh_secrets.cli.context import Context

ARGUMENT = "argument"
STDIN = "stdin"
FILE = "file"
GENERATE = "generate"
ANY = "any"
_PAIR = 2


class Source(NamedTuple):
    """Where one value comes from; `text` is the argument (secret), the path or the form."""

    kind: str
    text: str = ""


def parse_arguments(
    arguments: list[str], *, file: str | None, generate: str | None
) -> list[tuple[str, Source]]:
    """Return (key, source) of each secret; UsageError for none, or for two sources."""
    named = [Source(FILE, file)] if file is not None else []
    if generate is not None:
        named.append(Source(GENERATE, generate))
    if "=" in arguments[0]:
        if named:
            raise _two_sources()
        return [_pair(argument) for argument in arguments]
    if len(arguments) > _PAIR:
        raise UsageError(
            f"`set` takes one name and one value, here are {len(arguments)} words.",
            "Put quotes around a value with blanks, or write several pairs as A=1 B=2.",
        )
    if len(arguments) == _PAIR:
        text = arguments[1]
        named.append(Source(STDIN) if text == "-" else Source(ARGUMENT, text))
    if len(named) > 1:
        raise _two_sources()
    return [(arguments[0], named[0] if named else Source(ANY))]


def _pair(argument: str) -> tuple[str, Source]:
    key, equals, value = argument.partition("=")
    if not equals:
        raise UsageError(
            "Some of the words are KEY=VALUE and some are not.", "Write all of them as A=1 B=2."
        )
    return key, Source(ARGUMENT, value)


def _two_sources() -> UsageError:
    return UsageError(
        "The value is given twice.",
        "Give it by one of: argument, - (standard input), --file, --generate.",
    )


def as_text(argument: str) -> str:
    """Return an argument that Python could not decode in this locale as the UTF-8 that it is."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(argument).decode()
        except UnicodeDecodeError:
            pass  # what it is given to will refuse it
    return argument


def typed_in_clear(given: list[tuple[str, Source]]) -> bool:
    """Tell whether a value stands on the command line."""
    return any(source.kind == ARGUMENT for _, source in given)


def read_values(
    context: Context, given: list[tuple[str, Source]], *, strip: bool, allow_empty: bool
) -> list[tuple[str, bytes]]:
    """Return (key, value) of each secret; asks or waits for input where that is the source."""
    return [
        (key, _read(context, key, source, strip=strip, allow_empty=allow_empty))
        for key, source in given
    ]


def _read(context: Context, key: str, source: Source, *, strip: bool, allow_empty: bool) -> bytes:
    if source.kind == ARGUMENT:
        return os.fsencode(source.text)
    if source.kind == FILE:
        return _read_file(source.text)
    if source.kind == GENERATE:
        from infsh_secrets.services.generate import generate

        return generate(source.text)
    if source.kind == STDIN or not sys.stdin.isatty():
        data = _read_stdin(context, key, strip=strip)
        if not data and not allow_empty:
            raise UsageError(
                f"There is no value for {key}: standard input is empty. Nothing was stored.",
                "Store an empty one with --allow-empty, or pipe one in, as in: "
                f"{piped(context, key)}",
            )
        return data
    if not context.may_ask:
        raise UsageError(
            f"There is no value for {key}, and nothing may be asked here.",
            f"Pipe it in, as in: {piped(context, key)}",
        )
    from infsh_secrets.cli.prompts import ask_value

    return ask_value(key).encode(errors="surrogateescape")


def piped(context: Context, key: str) -> str:
    """Return the command that stores a value from a pipe, in the same store and environment."""
    from infsh_secrets.services.secrets import command_line

    workspace = context.workspace
    command = command_line(workspace, workspace.settings.environment, "set", key)
    return f'printf %s "$VALUE" | {command}'


def _read_stdin(context: Context, key: str, *, strip: bool) -> bytes:
    try:
        data = read_stdin(MAX_VALUE + 2)
    except OSError as error:
        raise UsageError(
            f"Standard input cannot be read: {os.strerror(error.errno or 0)}.",
            f"Pipe the value in, as in: {piped(context, key)}",
        ) from None
    if strip and data.endswith(b"\n"):
        data = data[:-1]
        if not sys.stdin.isatty():
            context.say("One final newline was left off; --no-strip keeps it.")
    return data


def read_token(context: Context, url: str, *, piped: bool) -> str:
    """Return a token that is typed, or comes on standard input; it is secret."""
    if piped:
        try:
            data = read_stdin(MAX_VALUE)
        except OSError as error:
            raise UsageError(
                f"Standard input cannot be read: {os.strerror(error.errno or 0)}.", _PIPED
            ) from None
        return data.decode(errors="surrogateescape").rstrip("\r\n")
    if not context.may_ask:
        raise UsageError("There is no token, and nothing may be asked here.", _PIPED)
    from infsh_secrets.cli.prompts import ask_hidden

    return ask_hidden(f"Token for {url} (not shown): ").strip()


_PIPED = 'Pipe it in: printf %s "$TOKEN" | infsh login NAME --with-token'


def _read_file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_VALUE + 1)
    except OSError as error:
        raise UsageError(
            f"The file {sanitize(path)} cannot be read: {os.strerror(error.errno or 0)}.",
            "Name a file that you may read.",
        ) from None
    except ValueError:
        raise UsageError("This is not the path of a file.", "Name a file.") from None
