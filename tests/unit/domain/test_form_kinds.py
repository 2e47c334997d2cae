from __future__ import annotations

import base64
import json

import pytest

from infsh_secrets.domain.form_kinds import kind_of
from infsh_secrets.domain.variants import forms

VALUE = b"made-up-7fQ2xLw9-value"
QUOTED = b'made"up\\Zz81-value'


@pytest.mark.parametrize(
    ("value", "form", "kind"),
    [
        (VALUE, VALUE, "plain"),
        (VALUE + b"\n", VALUE, "plain"),
        (VALUE, base64.b64encode(VALUE), "base64"),
        (VALUE, base64.b64encode(b"u:" + VALUE)[3:], "base64"),
        (VALUE * 6, base64.encodebytes(VALUE * 6)[:32], "base64"),
        (VALUE, VALUE.hex().encode(), "hex"),
        (VALUE, base64.b32encode(VALUE)[:-5], "base32"),
        (VALUE, ",".join(map(str, VALUE)).encode(), "numbers"),
        (VALUE, VALUE.hex(":").upper().encode(), "hex"),
        (VALUE, VALUE.decode().encode("utf-16-le"), "utf-16"),
        (VALUE, VALUE.upper(), "letter case"),
        (QUOTED, json.dumps(QUOTED.decode())[1:-1].encode(), "escaped"),
        (b"first-line-Q81\nsecond-line-Z72", b"second-line-Z72", "part"),
        (b"https://user:pw-7fQ2xLw9zz@host/", b"pw-7fQ2xLw9zz", "part"),
        (b'["pw-7fQ2xLw9zz", "pw-81KdQmW3aa"]', b"pw-81KdQmW3aa".hex().encode(), "hex"),
        (b"https://user:pw-7fQ2xLw9zz@host/", base64.b64encode(b"pw-7fQ2xLw9zz")[:-3], "base64"),
    ],
)
def test_the_kind_of_a_form(value, form, kind):
    assert form in forms(value), kind
    assert kind_of(value, form) == kind


@pytest.mark.parametrize("value", [VALUE, QUOTED, b"a-line-Q81\nanother-line-Z72", VALUE * 300])
def test_every_form_has_a_kind(value):
    assert all(kind_of(value, form) for form in forms(value))
