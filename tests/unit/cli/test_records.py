"""Records as JSON: the same text as the standard library's, which takes long to import."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.cli import records, secret_records
from infsh_secrets.domain.models import SecretInfo
from infsh_secrets.domain.results import Place, SecretList
from infsh_secrets.domain.sanitize import sanitize_json

TEXT = st.text(max_size=8) | st.sampled_from(['"}, {"key": "', "\u2028", "\x1b[31m", "\ud800"])
LEAVES = st.none() | st.booleans() | st.integers() | TEXT
DATA = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


@given(data=DATA, unicode=st.booleans())
def test_an_indented_record_is_what_the_standard_library_writes(data, unicode):
    text = records._indented(data, records._encoder(unicode=unicode))
    assert text == json.dumps(data, indent=2, ensure_ascii=not unicode)


@given(
    data=st.lists(st.tuples(TEXT, DATA).map(lambda one: {"key": one[0], "more": one[1]})),
    unicode=st.booleans(),
)
def test_an_array_has_a_line_for_each_element(data, unicode):
    text = records._lines(data, unicode=unicode)
    assert json.loads(text) == data
    ascii_only = records._lines(data, unicode=False)
    assert len(ascii_only.splitlines()) >= max(1, len(data) + 2 * bool(data))


@pytest.mark.parametrize("unicode", [True, False])
def test_without_the_compiled_encoder_the_text_is_the_same(monkeypatch, unicode):
    data = [{"key": '\u2022 " \x07', "metadata": {"a": "b"}, "version": 1, "deleted_at": None}]
    compiled = records._lines(data, unicode=unicode)
    monkeypatch.setitem(__import__("sys").modules, "_json", None)
    assert records._lines(data, unicode=unicode) == compiled


MOMENTS = st.integers(1, 253_402_300_799_999)
INFOS = st.builds(
    SecretInfo,
    *(TEXT, TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=2), TEXT, TEXT),
    *(st.integers(0, 9), MOMENTS, MOMENTS),
    *(st.none() | MOMENTS,) * 3,
)


@given(infos=st.lists(INFOS, max_size=5), place=st.builds(Place, TEXT, TEXT), unicode=st.booleans())
def test_a_list_has_the_record_of_each_secret_on_a_line(infos, place, unicode):
    wanted = [records.secret(info, place, unicode=unicode) for info in infos]
    text = records.as_json(SecretList(place, infos), unicode=unicode)
    assert text == sanitize_json(records._lines(wanted, unicode=unicode))


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1000, 1001])
def test_a_long_list_comes_in_parts(count):
    place = Place("vault", "personal")
    infos = [SecretInfo(f"K{i}", "", "", {}, "", "", 1, i, i, i, None, None) for i in range(count)]
    parts = list(records.list_parts(SecretList(place, infos), unicode=True))
    assert len(parts) == max(1, -(-count // secret_records._AT_ONCE))
    assert [one["key"] for one in json.loads("".join(parts))] == [info.key for info in infos]


def test_what_no_record_holds_is_an_error():
    with pytest.raises(TypeError):
        records._encoder(unicode=True)({"key": object()})
