"""What the standard library makes of a secret is covered by its forms, wherever it stands."""

from __future__ import annotations

import base64
import binascii
import csv
import html
import io
import json
import re
import shlex
import textwrap
from urllib.parse import quote, quote_plus, urlencode
from xml.sax import saxutils

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from infsh_secrets.domain.variants import forms, is_redacted

TOKENS = st.text("abcXYZ019-_.+/=~", min_size=6, max_size=150)
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=60)
SENTENCES = st.text(
    st.one_of(st.sampled_from(" '\"\\`$!&<>\n\r\t#~\x1b\x7f"), st.characters(codec="utf-8")),
    min_size=6,
    max_size=60,
)
VALUES = (
    st.one_of(TOKENS, PRINTABLE, SENTENCES)
    .map(str.strip)
    .filter(lambda value: value == value.encode().strip().decode() and is_redacted(value.encode()))
)
SURROUNDINGS = st.binary(max_size=70)


def uncovered(output: bytes, value: bytes) -> list[bool]:
    """Tell of each byte of `output` whether no form of `value` covers it."""
    bare = [True] * len(output)
    for form in forms(value):
        start = output.find(form)
        while start >= 0:
            bare[start : start + len(form)] = [False] * len(form)
            start = output.find(form, start + 1)
    return bare


def remains(output: bytes, value: bytes) -> bytes:
    bare = uncovered(output, value)
    return bytes(byte for byte, left in zip(output, bare, strict=True) if left)


def csv_line(value):
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([value])
    return text.getvalue()


def quote_lower(value):
    return "".join(
        char
        if char.isascii() and (char.isalnum() or char in "_.-~/")
        else "".join(f"%{byte:02x}" for byte in char.encode())
        for char in value
    )


def workflow_command(value):
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


TEXTS = {
    "raw": (str, ""),
    "json": (json.dumps, '"'),
    "json without escapes": (lambda value: json.dumps(value, ensure_ascii=False), '"'),
    "json in json": (lambda value: json.dumps(json.dumps(value)), '"\\'),
    "json in json in json": (lambda value: json.dumps(json.dumps(json.dumps(value))), '"\\\\'),
    "json in repr": (lambda value: repr(json.dumps(value)), "'\"\\\\"),
    "repr in json": (lambda value: json.dumps(repr(value)), "'\"\\\\"),
    "repr in repr": (lambda value: repr(repr(value)), "'\"\\\\"),
    "json in html": (lambda value: html.escape(json.dumps(value)), "&quot;"),
    "json in xml": (lambda value: saxutils.escape(json.dumps(value)), '"'),
    "json in a url": (lambda value: quote(json.dumps(value), safe=""), "%22"),
    "url in a url": (lambda value: quote(quote(value)), ""),
    "url in a query": (lambda value: quote_plus(quote_plus(value)), ""),
    "url in a form": (lambda value: quote(quote_plus(value), safe=""), ""),
    "pattern": (re.escape, ""),
    "bytes as JSON": (lambda value: json.dumps(list(value.encode())), "[]"),
    "bytes as compact JSON": (
        lambda value: json.dumps(list(value.encode()), separators=(",", ":")),
        "[]",
    ),
    "bytes in Go": (lambda value: str([*value.encode()]).replace(",", ""), "[]"),
    "json for PHP": (lambda value: json.dumps(value).replace("/", "\\/"), '"'),
    "repr": (repr, "'\""),
    "repr in a list": (lambda value: repr([value]), "[]'\""),
    "repr of bytes": (lambda value: repr(value.encode()), "b'\""),
    "ascii": (ascii, "'\""),
    "quote": (quote, ""),
    "quote everything": (lambda value: quote(value, safe=""), ""),
    "quote plus": (quote_plus, ""),
    "urlencode": (lambda value: urlencode({"": value}), "="),
    "lower digits": (quote_lower, ""),
    "html": (html.escape, ""),
    "html text": (lambda value: html.escape(value, quote=False), ""),
    "xml": (saxutils.escape, ""),
    "xml attribute": (saxutils.quoteattr, "'\""),
    "workflow command": (workflow_command, ""),
    "numeric references": (
        lambda value: html.escape(value).encode("ascii", "xmlcharrefreplace").decode(),
        "",
    ),
    "shell": (shlex.quote, "'"),
    "shell line": (lambda value: shlex.join(["", value]), "' "),
    "csv": (csv_line, '"'),
    "hex": (lambda value: value.encode().hex(), ""),
    "HEX": (lambda value: value.encode().hex().upper(), ""),
    "hex with colons": (lambda value: binascii.hexlify(value.encode(), ":").decode(), ""),
    "hex with blanks": (lambda value: value.encode().hex(" "), ""),
    "escaped bytes": (lambda value: "".join(f"\\x{byte:02x}" for byte in value.encode()), ""),
    "CRLF": (lambda value: value.replace("\r\n", "\n").replace("\n", "\r\n"), ""),
    "LF": (lambda value: value.replace("\r\n", "\n"), ""),
}


@pytest.mark.parametrize("notation", TEXTS)
@given(value=VALUES)
@settings(max_examples=60, deadline=None)
def test_a_notation_of_text_is_covered_whole(notation, value):
    write, around = TEXTS[notation]
    rest = remains(b"<< " + write(value).encode() + b" >>", value.encode())
    assert rest.startswith(b"<< ")
    assert rest.endswith(b" >>")
    assert set(rest[3:-3].decode()) <= set(around)


BASE32 = {
    "whole": base64.b32encode,
    "of a line": lambda data: base64.b32encode(data + b"\n"),
}


@pytest.mark.parametrize("name", BASE32)
@given(value=VALUES)
@settings(max_examples=60, deadline=None)
def test_base32_leaves_at_most_four_bits_at_the_end(name, value):
    secret = value.encode()
    bare = uncovered(BASE32[name](secret), secret)
    certain = 8 * len(secret) // 5
    assert not any(bare[:certain])
    assert 8 * len(secret) - 5 * certain <= 4


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@given(value=VALUES)
@settings(max_examples=60, deadline=None)
def test_utf16_is_covered_whole(encoding, value):
    assert remains(b"\xff\xfe" + value.encode(encoding), value.encode()) == b"\xff\xfe"


@given(value=TOKENS.filter(lambda value: is_redacted(value.encode())))
@settings(deadline=None)
def test_other_letter_cases_of_a_token_are_covered(value):
    for output in (value.upper(), value.lower()):
        assert remains(output.encode(), value.encode()) == b""


def columns(encoded: bytes, width: int, line_end: bytes) -> bytes:
    return line_end.join(encoded[i : i + width] for i in range(0, len(encoded), width))


WRAPPINGS = {
    "one line": base64.b64encode,
    "one line for URLs": base64.urlsafe_b64encode,
    "without padding": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "encodebytes": base64.encodebytes,
    "MIME": lambda data: base64.encodebytes(data).replace(b"\n", b"\r\n"),
    "PEM": lambda data: "\n".join(textwrap.wrap(base64.b64encode(data).decode(), 64)).encode(),
    "PEM in a terminal": lambda data: columns(base64.b64encode(data), 64, b"\r\n"),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@given(value=st.one_of(VALUES, VALUES.map(lambda value: value * 4)), data=st.data())
@settings(max_examples=100, deadline=None)
def test_base64_leaves_at_most_four_bits_at_either_end(wrapping, value, data):
    secret = value.encode()
    assume(len(secret) <= 4096)
    before, after = data.draw(SURROUNDINGS), data.draw(SURROUNDINGS)
    output = WRAPPINGS[wrapping](before + secret + after)
    bare = [
        left
        for byte, left in zip(output, uncovered(output, secret), strict=True)
        if byte not in b"\r\n"
    ]
    first_bit, last_bit = 8 * len(before), 8 * (len(before) + len(secret))
    for place, left in enumerate(bare):
        shown = min(last_bit, 6 * place + 6) - max(first_bit, 6 * place)
        if left and shown > 0:
            assert shown <= 4
            assert 6 * place < first_bit or 6 * place + 6 > last_bit


@given(value=st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_have_forms_that_are_unique_and_not_too_short(value):
    found = forms(value)
    assert len(set(found)) == len(found)
    assert all(len(form) >= 6 for form in found)
    assert (found[:1] == [value]) == is_redacted(value)
