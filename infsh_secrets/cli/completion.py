"""Candidates for a shell: commands, options, and names from the vault, offline and unasked.

The shell calls `infsh __complete WORD…`, the last word being the one under the cursor, and gets a
line a candidate: value, tab, description; or `:files`, for which it offers its own; or `:command N`
where the last N words are a command line of their own. With `__complete_quoted` the words are as
they were typed, quotes and all. Whatever goes wrong, the answer is merely shorter: a person is in
the middle of typing. On the way of a key press: nothing heavy is imported here.
"""

from __future__ import annotations

import os

from infsh_secrets.cli.grammar import Grammar, Node, read
from infsh_secrets.cli.run_line import GROUP, NAMES, OPTIONAL, separated
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.streams import write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal

    from infsh_secrets.cli.candidates import Given
else:
    import _signal

WORDS = ("__complete", "__complete_quoted")
FILES = [(":files", "")]
LONGEST_WAIT = 3
"""Seconds: a keyring that waits for a click, or a vault that is busy, must not keep a key press."""

_HARMLESS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.,:@=/")
_EMPTY = '""'
_HELP = "help"

Candidates = list[tuple[str, str]]


class TooLateError(BaseException):
    """The person has gone on typing; no handler of some failure on the way may take it for one."""


def is_asked(argv: list[str]) -> bool:
    """Tell whether a command line is a shell's question."""
    return any(word in WORDS for word in argv[:2])  # the second when the program is infsh-secrets


def complete(argv: list[str]) -> int:
    """Write the candidates that a shell asks for with this command line, and return 0."""
    place = 0 if argv[0] in WORDS else 1
    typed = argv[place + 1 :]
    if argv[place] == WORDS[1]:
        from infsh_secrets.cli.typed_words import unquoted

        typed = [unquoted(word) for word in typed]
    if typed and typed[-1] == _EMPTY:  # how PowerShell says it before 7.3
        typed[-1] = ""
    try:
        _give_up_after(LONGEST_WAIT)
        found = candidates(typed) if place == 0 else _of_the_second_program(typed)
    except (Exception, TooLateError):  # noqa: BLE001  # see above
        found = []
    finally:
        _give_up_after(0)
    lines = (
        f"{value}\t{sanitize(text)}".rstrip("\t") + "\n"
        for value, text in found
        if _HARMLESS.issuperset(value)
        or value.startswith(":")  # a name from elsewhere never holds what a shell acts on
    )
    write_stdout("".join(lines).encode())
    return 0


def _give_up_after(seconds: int) -> None:
    """Have what takes longer end in an exception, where the system can; 0 for never."""
    if not hasattr(_signal, "setitimer"):
        return

    def late(_number: int, _frame: object) -> None:
        raise TooLateError

    _signal.setitimer(_signal.ITIMER_REAL, seconds)
    _signal.signal(_signal.SIGALRM, late if seconds else _signal.SIG_DFL)


def _of_the_second_program(words: list[str]) -> Candidates:
    """Return the same for `infsh-secrets`, which has the commands of the root beside its own."""
    first = words[0] if words else ""
    at_the_root = [(name, text) for name, text in read().members(()) if name != GROUP]
    if len(words) > 1 and any(first == name for name, _ in at_the_root):
        return candidates(words)
    found = candidates([GROUP, *words])
    if len(words) <= 1:
        found = sorted(found + _fitting(at_the_root, first))
    return found


def candidates(words: list[str]) -> Candidates:
    """Return (value, description) of everything that may stand where the last word stands."""
    current = words[-1] if words else ""
    before = separated(words[:-1])
    if _in_command_of_run(before):
        return [(f":command {len(before) - before.index('--')}", "")]
    grammar = read()
    node, rest = _descend(grammar, before, current)
    if node is None or (not node.is_group and _HELP in before[: len(before) - len(rest)]):
        return []
    if node.is_group:
        if current.startswith("-"):
            return _option_names(node, current)
        return _fitting(grammar.members(node.path), current)
    return _in_command(node, rest, current)


def _in_command_of_run(words: list[str]) -> bool:
    if words[:1] != [GROUP] or "--" not in words:
        return False
    named = next((word for word in words[1:] if not word.startswith("-")), "")
    return named in NAMES


def _descend(grammar: Grammar, words: list[str], current: str) -> tuple[Node | None, list[str]]:
    """Follow words through groups to a command; return it and the words after it.

    In a group that has a default command, options are those of that command.
    """
    node = grammar.node(())
    for place, word in enumerate(words):
        if node is None or not node.is_group:
            return node, words[place:]
        if word == _HELP:
            continue
        if word.startswith("-"):
            if not node.default:
                continue
            return grammar.node((*node.path, node.default)), words[place:]
        member = grammar.node((*node.path, word))
        if member is None and node.default:
            return grammar.node((*node.path, node.default)), words[place:]
        node = member
    if node is not None and node.default and current.startswith("-"):
        node = grammar.node((*node.path, node.default))
    return node, []


def _fitting(found: Candidates, current: str) -> Candidates:
    return [(value, text) for value, text in found if value.startswith(current)]


def _in_command(node: Node, rest: list[str], current: str) -> Candidates:
    given = _read_words(node, rest)
    if given.waiting:
        from infsh_secrets.cli.candidates import of_option

        return of_option(node, node.options[given.waiting], given, current)
    if current.startswith("-") and "--" not in rest:
        name, equals, value = current.partition("=")
        if not equals:
            return _option_names(node, current)
        if name not in node.options or not name.startswith("--"):
            return []
        from infsh_secrets.cli.candidates import of_option

        found = of_option(node, node.options[name], given, value)
        return found if found == FILES else [(f"{name}={v}", text) for v, text in found]
    from infsh_secrets.cli.candidates import of_argument

    return of_argument(node, given, current)


def _option_names(node: Node, current: str) -> Candidates:
    """Return the options by their long names, or the short one of an option that has no other."""
    found = {option.long: option.meaning for option in node.options.values()}
    return _fitting(sorted(found.items()), current)


def _read_words(node: Node, rest: list[str]) -> Given:
    from infsh_secrets.cli.candidates import Given

    given = Given()
    for place, word in enumerate(rest):
        if given.waiting:
            given.settle(word)
        elif word == "--":
            given.arguments += rest[place + 1 :]
            break
        elif word.startswith("--"):
            _read_long(node, word, given)
        elif word.startswith("-") and word != "-":
            _read_short(node, word, given)
        else:
            given.arguments.append(word)
    return given


def _read_long(node: Node, word: str, given: Given) -> None:
    name, equals, value = word.partition("=")
    option = node.options.get(name)
    if option is None or not option.value or (name in OPTIONAL and not equals):
        given.flags.add(name)
        return
    given.waiting = option.long
    if equals:
        given.settle(value)


def _read_short(node: Node, word: str, given: Given) -> None:
    """Read joined short options, of which the first with a value takes what is left."""
    for place, letter in enumerate(word[1:], 2):
        option = node.options.get(f"-{letter}")
        if option is None:
            return
        if option.value:
            given.waiting = option.long
            if place < len(word):
                given.settle(word[place:])
            return
        given.flags.add(option.long)


def expanded(path: str) -> str:
    """Return a path as the shell will hand it over: with the home folder and variables put in."""
    return os.path.expandvars(os.path.expanduser(path))
