"""Words as they stand on a line that somebody is typing, without their quotes.

Nothing is expanded and nothing is run: a shell's own means of removing quotes would do both.
"""

from __future__ import annotations

_ESCAPABLE = '"\\$`'


def unquoted(word: str) -> str:
    """Return a word of bash as it will be handed over, but for expansions.

    A quote that is still open ends with the word. In `$'...'` only the quotes go.
    """
    parts: list[str] = []
    quote = ""
    place = 0
    while place < len(word):
        letter = word[place]
        place += 1
        if letter == quote:
            quote = ""
        elif not quote and letter in "'\"":
            quote = letter
        elif letter == "\\" and quote != "'" and place < len(word):
            if quote and word[place] not in _ESCAPABLE:
                parts.append(letter)
            parts.append(word[place])
            place += 1
        else:
            parts.append(letter)
    return "".join(parts)
