"""What the child of `run` finds in its environment: pure rules, text in and text out.

Names and values are text as in `os.environ`: bytes that are not UTF-8 pass unchanged.
"""

from __future__ import annotations

from infsh_secrets.domain.errors import DeniedError, UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

OWN = "INFSH_"
TOKENS = ("INFERENCE_API_KEY", "INFERENCE_API_BASE_URL")
"""Variables of ours that have other beginnings."""

ESSENTIAL = frozenset(("PATH", "HOME", "USER", "LANG", "TERM", "TMPDIR", "SHELL", "PWD"))
"""What every program may count on, with `LC_*`: kept with --pristine, and never taken away."""
_LOCALE = "LC_"

EVERYTHING = "*"
"""Stands for all names where names can be listed."""

_REFUSED = frozenset(
    (
        *ESSENTIAL.difference(("USER", "LANG", "TERM", "TMPDIR", "PWD")),
        *("BASH_ENV", "ENV", "IFS", "PS1", "PS4", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS"),
        *("ZDOTDIR", "CDPATH", "GCONV_PATH", "GLIBC_TUNABLES"),
        *("EDITOR", "VISUAL", "PAGER", "BROWSER", "LESSOPEN", "LESSCLOSE", "SSH_ASKPASS"),
        *("GIT_SSH", "GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR"),
        *("GIT_PAGER", "GIT_ASKPASS", "GIT_TEMPLATE_DIR"),
        *("NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "RUBYOPT", "RUBYLIB", "PERLLIB"),
        *("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"),
        *("DOTNET_STARTUP_HOOKS", "SSL_CERT_FILE", "SSL_CERT_DIR", "COMSPEC", "PATHEXT"),
    )
)
_REFUSED_BEGINNINGS = (OWN, "LD_", "DYLD_", "PYTHON", "PERL5", "BASH_FUNC_", "GIT_CONFIG")
_REFUSED_ENDINGS = ("_PROXY",)
_GIT, _COMMAND = "GIT_", "_COMMAND"
_HARMLESS = frozenset(
    ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONUTF8")
)


def is_essential(name: str) -> bool:
    """Tell whether a variable is one that every program may count on."""
    return name in ESSENTIAL or name.startswith(_LOCALE)


def is_own(name: str) -> bool:
    """Tell whether a variable is a setting of this program, which no child gets."""
    return name.startswith(OWN) or name in TOKENS


def gives_execution(name: str) -> bool:
    """Tell whether a variable could make programs run code or talk to another host.

    Compared without case: proxies are read in lower case as well.
    """
    upper = name.upper()
    if upper in _HARMLESS:
        return False
    return (
        upper in _REFUSED
        or upper.startswith(_REFUSED_BEGINNINGS)
        or upper.endswith(_REFUSED_ENDINGS)
        or (upper.startswith(_GIT) and upper.endswith(_COMMAND))
    )


def refuse(names: Iterable[str], allowed: Collection[str], source: str) -> None:
    """Raise DeniedError if one of the names gives code execution and is not allowed by name."""
    bad = [name for name in names if gives_execution(name) and name not in allowed]
    if bad:
        listed = sanitize(", ".join(bad))
        raise DeniedError(
            f"{source} would set {listed}, which can make programs run other code.",
            f"If that is meant, say so: --allow-env {sanitize(','.join(bad))}",
        )


def preserved(
    parent: Mapping[str, str], names: Iterable[str], preserve: Collection[str]
) -> list[str]:
    """Return those of the names whose variable of the parent stands, as --preserve-env asks.

    An empty variable counts as missing, as an empty secret does.
    """
    everything = EVERYTHING in preserve
    return [name for name in names if parent.get(name) and (everything or name in preserve)]


def doubtful(
    parent: Mapping[str, str],
    wanted: Collection[str],
    preserve: Collection[str],
    *,
    pristine: bool,
) -> list[str]:
    """Return the variables of the parent that are to be left out if the vault knows their names."""
    if pristine:
        return []
    return [
        name
        for name in parent
        if is_key(name)
        and name not in wanted
        and name not in preserve
        and not is_essential(name)
        and not is_own(name)
    ]


def child_environment(
    parent: Mapping[str, str],
    *,
    secrets: Mapping[str, str],
    variables: Mapping[str, str],
    hidden: Collection[str] = (),
    preserve: Collection[str] = (),
    pristine: bool = False,
) -> dict[str, str]:
    """Return the child's environment.

    The parent's, without settings of ours and `hidden` names (with `pristine`, only what is
    essential or preserved by name); then `variables` where the parent has none of the name; then
    the secrets, which win over both. Raises UsageError for what no environment can hold.
    """
    made = {
        name: value
        for name, value in parent.items()
        if name not in hidden
        and (name in preserve or not pristine or is_essential(name))
        and not name.startswith(OWN)
        and (name not in TOKENS or name in preserve)
    }
    for name, value in variables.items():
        check_pair(name, value, "The manifest's variable")
        made.setdefault(name, value)
    for name, value in secrets.items():
        check_pair(name, value, "The secret")
        made[name] = value
    return made


def check_pair(name: str, value: str, what: str) -> None:
    """Raise UsageError, without the value, for what cannot be an environment variable."""
    if not name or "=" in name or "\0" in name:
        raise UsageError(f"{what} {sanitize(name)} has a name that no variable can have.")
    if "\0" in value:
        raise UsageError(
            f"{what} {sanitize(name)} contains a NUL byte, which no environment variable can hold.",
            "Encode it, for example with base64.",
        )
