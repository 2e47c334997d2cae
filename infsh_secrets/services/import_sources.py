"""Where the entries of an import come from: files, standard input, the environment."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.execution.environment import gives_execution, is_essential, is_own
from infsh_secrets.files.inputs import read_input, read_standard_input
from infsh_secrets.formats import table
from infsh_secrets.formats.model import Parsed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infsh_secrets.formats.model import Entry

MOST_BYTES = 100 * 1024 * 1024
STDIN = "-"
_LOOKED_AT = 8000
_WILD = frozenset("*?[")
# What shells, terminals and sessions keep in every environment, besides what programs need to run.
_OF_THE_SESSION = frozenset(
    (
        *("_", "SHLVL", "OLDPWD", "LOGNAME", "MAIL", "HOSTNAME", "HOSTTYPE", "OSTYPE", "MACHTYPE"),
        *("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "WINDOWID", "COLORTERM", "COLUMNS", "LINES"),
        *("LS_COLORS", "LANGUAGE", "TZ", "TMP", "TEMP", "STY", "TMUX", "TMUX_PANE", "VIRTUAL_ENV"),
        *("CI", "NO_COLOR", "FORCE_COLOR", "DEBIAN_FRONTEND", "UID"),
        *("HISTFILE", "HISTSIZE", "HISTCONTROL"),
    )
)
_BEGINNINGS = ("XDG_", "DBUS_", "SSH_", "TERM_", "GPG_", "VTE_", "KONSOLE_", "GNOME_", "KDE_")


class Source(NamedTuple):
    """What one source holds; `name` says which it is, "" for the environment."""

    name: str
    parsed: Parsed


def from_files(paths: Sequence[str], form: str | None) -> list[Source]:
    """Return the entries of files, `-` being standard input; `form` None goes by their names."""
    if form is not None:
        table.reader(form)  # before anything is read
    return [_from_file(path, form) for path in paths]


def _from_file(path: str, form: str | None) -> Source:
    if path == STDIN:
        name, data = "standard input", read_standard_input(MOST_BYTES)
        form = form or table.DOTENV
    else:
        name = path
        form = form or _form_of(path)
        data = read_input(path, MOST_BYTES)
    text = _decoded(data, name)
    try:
        parsed = table.reader(form)(text)
    except UsageError as error:
        raise UsageError(f"{sanitize(name)}: {error.message}", error.hint) from None
    return Source(sanitize(name), parsed)


def _form_of(path: str) -> str:
    form = table.of_path(path)
    if form not in table.READERS:
        raise UsageError(
            f"The name {sanitize(path)} does not tell the format.",
            f"Add --format with one of: {', '.join(table.READERS)}.",
        )
    return form


def _decoded(data: bytes, name: str) -> str:
    """Return the text; what is no UTF-8 in it becomes lone surrogates, to be refused by line."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise UsageError(f"{sanitize(name)} is UTF-16 text.", "Save it as UTF-8.")
    if b"\0" in data[:_LOOKED_AT]:
        raise UsageError(f"{sanitize(name)} is not text.", "Name a file in one of the formats.")
    return data.removeprefix(BOM_UTF8).decode(errors="surrogateescape")


def from_environment(patterns: Sequence[str], environ: Mapping[str, str]) -> Source:
    """Return the variables whose names fit.

    A pattern with wildcards passes over what every session has and programs need to run, and our
    own settings; a name that is written out means just that. Raises NotFoundError for a pattern
    that nothing fits.
    """
    chosen: dict[str, str] = {}
    for pattern in patterns:
        wild = not _WILD.isdisjoint(pattern)
        names = [
            name
            for name in environ
            if (fnmatchcase(name, pattern) and not _is_common(name) if wild else name == pattern)
        ]
        if not names:
            raise NotFoundError(
                f"No variable of the environment fits {sanitize(pattern)}.",
                "PATH, HOME and their like are only taken when they are named."
                if wild
                else "Export it first, or name another.",
            )
        chosen.update((name, environ[name]) for name in sorted(names))
    entries: list[Entry] = [
        (key, value, place) for place, (key, value) in enumerate(chosen.items(), 1)
    ]
    return Source("", Parsed(entries, [], [], unit="variable"))


def _is_common(name: str) -> bool:
    return (
        name in _OF_THE_SESSION
        or name.startswith(_BEGINNINGS)
        or is_essential(name)
        or is_own(name)
        or gives_execution(name)
    )


def collect(
    paths: Sequence[str],
    patterns: Sequence[str],
    form: str | None,
    environ: Mapping[str, str],
    *,
    piped: bool,
) -> list[Source]:
    """Return the entries of everything that is named, or of standard input where it is `piped`."""
    if not paths and not patterns:
        if not piped:
            raise UsageError(
                "Nothing is named to import.",
                "Name a file, as in `infsh secrets import .env`, or --from-env 'OPENAI_*'.",
            )
        paths = [STDIN]
    if form is not None and not paths:
        raise UsageError("--format goes with files.", "Leave it out, or name a file.")
    sources = from_files(paths, form)
    return [*sources, from_environment(patterns, environ)] if patterns else sources
