"""What is wrong with text that is no YAML, in the words of who wrote it.

The library's own sentences can quote the text, which may be a secret somebody has pasted; so none
of them is shown, only sentences of this table.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from yaml.error import YAMLError

MISSING_SPACE = "a space is missing after the dash"
WRITE_DASH = "Write it as `- key: NAME`."

_NO_SPACE = re.compile(r"[ \t]*-[A-Za-z_]+:(?:[ \t\r]|$)")
_TAB = re.compile(r"[ ]*\t")
_SPECIAL = re.compile(r"[^#'\"]*[:-][ ]+[@`%]")
_COLON = re.compile(r"[ ]*(?:-[ ]+)?([A-Za-z_]{1,64}):[ ]+[^ ].*:(?:[ \r]|$)")
_INDENT = "Indent the keys of an entry alike, and its list, with spaces only."

_SENTENCES = (
    (
        "found undefined tag",
        "a YAML tag that is not known",
        "Put text that begins with ! in quotes.",
    ),
    (
        "found unexpected end of stream",
        "a quote or bracket that begins here is never closed",
        "Close it; a quote inside of quoted text is written twice.",
    ),
    (
        "could not find expected ':'",
        "a key without a colon",
        "Write `key: value`, with a space after the colon.",
    ),
    ("unknown escape", "an unknown escape in double quotes", "Use single quotes, or write \\\\."),
    ("',' or ", "a bracket is not closed, or a comma is missing", "Close what was opened."),
    ("alphabetic or numeric", "a lone & or *", "Put text that begins with & or * in quotes."),
    (
        "comment or line break",
        "text behind | or >",
        "Begin the text on the next line, or put it in quotes.",
    ),
    (
        "chomping",
        "text behind | or >",
        "Begin the text on the next line, or put it in quotes.",
    ),
    ("directive", "a line that begins with %", "Put text that begins with % in quotes."),
    ("incompatible YAML", "a version of YAML that is not known", "Remove the line %YAML."),
    ("mapping values", "a second colon, or a line that is indented too deep", _INDENT),
    ("expected key", "the indentation does not fit the lines above", _INDENT),
    ("'-' indicator", "the indentation does not fit the lines above", _INDENT),
    ("block end", "the indentation does not fit the lines above", _INDENT),
    ("tab character", "a tab, where only spaces may stand", "Use spaces instead of tabs."),
    ("cannot start any token", "a character that cannot begin a value", "Put the value in quotes."),
)
_OF_THE_BEGINNING = ("unexpected end of stream", "could not find expected ':'")


def explain(text: str, error: YAMLError) -> tuple[int, str, str]:
    """Return (line, what is wrong, what to do) for text that the library refused."""
    problem = getattr(error, "problem", None) or ""
    mark = getattr(error, "problem_mark", None)
    begin = getattr(error, "context_mark", None)
    if begin is not None and any(part in problem for part in _OF_THE_BEGINNING):
        mark = begin
    line = mark.line + 1 if mark is not None else 1
    lines = text.splitlines()
    # The library notices some mistakes only on the next line.
    for number in range(line, max(line - 3, 0), -1):
        if number <= len(lines) and _NO_SPACE.match(lines[number - 1]):
            return number, MISSING_SPACE, WRITE_DASH
    here = lines[line - 1] if line <= len(lines) else ""
    return (line, *_of_line(here, problem))


def _of_line(here: str, problem: str) -> tuple[str, str]:
    if _TAB.match(here):
        return "a tab, where only spaces may stand", "Use spaces instead of tabs."
    colon = _COLON.match(here)
    if colon and "mapping values" in problem:
        return (
            f"the text after `{colon[1]}:` contains a colon",
            f'Put the whole text in quotes: {colon[1]}: "…"',
        )
    if _SPECIAL.match(here) and "cannot start any token" in problem:
        return "a value that begins with @, ` or %", "Put the value in quotes."
    for part, sentence, hint in _SENTENCES:
        if part in problem:
            return sentence, hint
    return "this is not valid YAML", "Compare it with the lines around it."
