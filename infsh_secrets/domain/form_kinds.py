"""In which way a form shows a value: a word for people who look for it."""

from __future__ import annotations

from infsh_secrets.domain.binary_notations import (
    base32,
    base64_forms,
    hexadecimal,
    long_wrapped,
    numbers,
    wrapped,
)
from infsh_secrets.domain.value_parts import parts
from infsh_secrets.domain.variants import LARGE

PLAIN = "plain"
BASE64 = "base64"
BASE32 = "base32"
HEX = "hex"
NUMBERS = "numbers"
UTF_16 = "utf-16"
LETTER_CASE = "letter case"
PART = "part"
ESCAPED = "escaped"


def kind_of(value: bytes, form: bytes) -> str:
    """Return which kind of form of `value` one of its `domain.variants.forms` is.

    PART is a line, or a string within it, LETTER_CASE upper or lower case; ESCAPED is what text
    formats and languages make of it. Both arguments are secret.
    """
    bare = value.strip()
    if form in (value, bare):
        return PLAIN
    if found := _encoded(bare, form):
        return found
    if form.lower() == bare.lower():
        return LETTER_CASE
    for part in parts(bare):
        if found := PART if form == part else _encoded(part, form):
            return found
    return PART if form in bare else ESCAPED


def _encoded(bare: bytes, form: bytes) -> str:
    rich = len(bare) <= LARGE
    if form in base64_forms(bare) or form in (wrapped(bare) if rich else long_wrapped(bare)):
        return BASE64
    if form in hexadecimal(bare, rich=rich):
        return HEX
    if form == base32(bare):
        return BASE32
    if form in numbers(bare):
        return NUMBERS
    text = bare.decode("utf-8", "surrogateescape")
    wide = (text.encode(encoding, "surrogatepass") for encoding in ("utf-16-le", "utf-16-be"))
    return UTF_16 if form in wide else ""
