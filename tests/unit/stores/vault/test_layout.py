from __future__ import annotations

import contextlib
import hashlib
import hmac
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain.models import SecretInfo
from infsh_secrets.stores.vault import layout
from infsh_secrets.stores.vault.audit import MOST_LISTED, Entry, decode_entry, encode_entry
from infsh_secrets.stores.vault.layout import (
    Item,
    LayoutError,
    Reader,
    decode_overview,
    decode_value,
    encode_overview,
    encode_value,
    pad,
    unpad,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
U64 = st.integers(0, 2**64 - 1)
TIME = st.integers(1, 2**64 - 1)
INFOS = st.builds(
    SecretInfo,
    key=TEXT,
    environment=TEXT,
    description=TEXT,
    metadata=st.dictionaries(TEXT, TEXT, max_size=4),
    masked=TEXT,
    fingerprint=st.binary(min_size=8, max_size=8).map(bytes.hex),
    version=U64,
    created=U64,
    updated=U64,
    expires=st.none() | TIME,
    last_used=st.none() | TIME,
    deleted=st.none() | TIME,
)
SUBJECTS = st.lists(st.tuples(TEXT, TEXT, TEXT, U64), max_size=4)
ENTRIES = st.builds(Entry, U64, TEXT, TEXT, st.integers(0, 2**32 - 1), SUBJECTS)
DECODERS = (unpad, decode_overview, decode_value, decode_entry)


def fields_of(thing):
    return {name: getattr(thing, name) for name in type(thing).__slots__}


# -- padding -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "padded"),
    [
        (0, 64),
        (60, 64),
        (61, 72),
        (68, 72),
        (69, 80),
        (124, 128),
        (125, 144),
        (1000, 1024),
        (1021, 1088),
        (65_548, 67_584),
    ],
)
def test_padded_sizes(length, padded):
    assert len(pad(bytes(length))) == padded


@given(st.integers(61, 200_000))
def test_padded_sizes_are_those_of_padme(length):
    # The formula as published, in floating point: Nikitin et al., PURBs, algorithm 1.
    size = length + 4
    exponent = math.floor(math.log2(size))
    bits = exponent - (math.floor(math.log2(exponent)) + 1)
    expected = (size + 2**bits - 1) >> bits << bits
    assert len(pad(bytes(length))) == expected
    assert expected <= size * 1.12


@given(st.binary(max_size=300))
def test_padding_comes_off(data):
    assert unpad(pad(data)) == data


@given(st.binary(max_size=200), st.integers(0), st.integers(1, 255))
def test_padding_that_is_not_zeros_or_of_another_size_is_an_error(data, position, change):
    padded = bytearray(pad(data))
    for wrong in (padded[:-1], padded + b"\0", padded + bytes(64), padded[4:]):
        with pytest.raises(LayoutError):
            unpad(bytes(wrong))
    fill = len(padded) - 4 - len(data)
    if fill:
        padded[4 + len(data) + position % fill] = change
        with pytest.raises(LayoutError):
            unpad(bytes(padded))


# -- records -------------------------------------------------------------------------------------


@given(INFOS)
def test_an_overview_comes_back(info):
    assert fields_of(decode_overview(encode_overview(info))) == fields_of(info)


@given(U64, st.binary(max_size=300))
def test_a_value_comes_back(created, value):
    assert decode_value(encode_value(created, value)) == (created, value)


@given(ENTRIES)
def test_an_audit_entry_comes_back(entry):
    assert fields_of(decode_entry(encode_entry(entry))) == fields_of(entry)


def test_an_audit_entry_lists_200_secrets_and_counts_all():
    subjects = [("created", "default", f"K{n}", 1) for n in range(MOST_LISTED + 1)]
    entry = decode_entry(encode_entry(Entry(1, "u", "p", len(subjects), subjects)))
    assert entry.count == 201
    assert entry.subjects == subjects[:200]


def test_a_user_whose_name_is_not_utf8_is_no_obstacle_to_a_write():
    entry = decode_entry(encode_entry(Entry(1, "a\udcff", "p\udc80", 0, [])))
    assert (entry.user, entry.program) == ("a?", "p?")


def test_pairs_of_one_name_are_an_error():
    name = layout.lp(b"same")
    plain = b"".join(
        (
            layout.lp(b"K") + layout.lp(b"default") + layout.lp(b""),
            layout.u32(2) + name + layout.lp(b"1") + name + layout.lp(b"2"),
            layout.lp(b"") + layout.lp(bytes(8)) + bytes(48),
        )
    )
    with pytest.raises(LayoutError):
        decode_overview(pad(plain))
    once = plain.replace(layout.u32(2) + name + layout.lp(b"1"), layout.u32(1))
    assert decode_overview(pad(once)).metadata == {"same": "2"}


@given(st.binary(max_size=300), st.sampled_from(DECODERS))
def test_arbitrary_bytes_decode_or_are_a_layout_error(data, decode):
    for candidate in (data, pad(data)):
        with contextlib.suppress(LayoutError):
            decode(candidate)


RECORDS = (
    INFOS.map(lambda info: (encode_overview(info), decode_overview, encode_overview))
    | st.binary(max_size=80).map(
        lambda value: (encode_value(1, value), decode_value, lambda made: encode_value(*made))
    )
    | ENTRIES.map(lambda entry: (encode_entry(entry), decode_entry, encode_entry))
)


@given(RECORDS, st.integers(0), st.integers(1, 255))
def test_a_changed_record_is_an_error_or_another_record_written_properly(record, position, change):
    plain, decode, encode = record
    changed = bytearray(plain)
    changed[position % len(changed)] ^= change
    try:
        made = decode(bytes(changed))
    except LayoutError:
        return
    assert encode(made) == changed


@given(RECORDS, st.integers(0))
def test_a_cut_record_is_an_error(record, length):
    plain, decode, _ = record
    with pytest.raises(LayoutError):
        decode(plain[: length % len(plain)])
    data = unpad(plain)
    with pytest.raises(LayoutError):
        decode(pad(data[: length % len(data)]))
    with pytest.raises(LayoutError):
        decode(pad(data + b"\0"))


def test_the_reader_takes_exactly_what_there_is():
    reader = Reader(layout.u32(7) + layout.u64(8) + layout.lp(b"ab"))
    assert (reader.u32(), reader.u64(), reader.field()) == (7, 8, b"ab")
    reader.end()
    for take in (reader.u32, reader.u64, reader.field):
        with pytest.raises(LayoutError):
            take()
    with pytest.raises(LayoutError):
        Reader(b"x").end()


# -- contexts, indices, digests ------------------------------------------------------------------

VAULT, ITEM = b"V" * 16 + bytes(7) + b"\1", b"I" * 16


def test_contexts_are_bytes_of_the_format_and_all_differ():
    contexts = [
        layout.overview_context(VAULT, ITEM, 5),
        layout.value_context(VAULT, ITEM, 5),
        layout.audit_context(VAULT, 5),
        layout.fingerprint_context(VAULT),
    ]
    five = bytes(7) + b"\5"
    assert contexts == [
        b"infsh-vault/1\x02" + VAULT + ITEM + five,
        b"infsh-vault/1\x03" + VAULT + ITEM + five,
        b"infsh-vault/1\x04" + VAULT + five,
        b"infsh-vault/1\x05" + VAULT,
    ]


def test_indices_are_keyed_and_names_do_not_run_together():
    key = bytes(range(32))
    message = b"name\0" + b"\0\0\0\7default" + b"\0\0\0\3KEY"
    assert layout.name_index(key, "default", "KEY") == hmac.digest(key, message, "sha256")[:16]
    message = b"name\0" + b"\0\0\0\3KEY"
    assert layout.name_only_index(key, "KEY") == hmac.digest(key, message, "sha256")[:16]
    assert layout.name_index(key, "a", "bc") != layout.name_index(key, "ab", "c")


def test_digests_cover_every_field():
    def digest(versions=((1, b"sealed"),), **changed):
        fields = {
            "idx": b"x" * 16,
            "nidx": b"n" * 16,
            "item_id": b"i" * 16,
            "rev": 1,
            "state": 0,
            "overview": b"overview",
            "digest": b"",
        }
        return layout.item_digest(Item(**{**fields, **changed}), list(versions))

    expected = b"item" + b"i" * 16 + b"x" * 16 + b"n" * 16 + bytes(7) + b"\1" + b"\0"
    expected += b"\0\0\0\x08overview" + bytes(7) + b"\1" + b"\0\0\0\6sealed"
    assert digest() == hashlib.sha256(expected).digest()
    changed = [
        digest(idx=b"y" * 16),
        digest(nidx=b"y" * 16),
        digest(item_id=b"y" * 16),
        digest(rev=2),
        digest(state=1),
        digest(overview=b"overvieW"),
        digest(versions=()),
        digest(versions=((2, b"sealed"),)),
        digest(versions=((1, b"sealeD"),)),
        digest(versions=((1, b"sealed"), (2, b""))),
    ]
    assert len({digest(), *changed}) == 11
    assert digest(digest=b"not covered by itself") == digest()


def test_bucket_hashes_cover_every_field_and_the_order():
    row = (b"x" * 16, b"i" * 16, 1, 0, b"d" * 32)
    expected = b"i" * 16 + b"x" * 16 + bytes(7) + b"\1" + b"\0" + b"d" * 32
    assert layout.bucket_hash([row]) == hashlib.sha256(expected).digest()
    other = (b"y" * 16, b"j" * 16, 1, 0, b"d" * 32)
    assert layout.bucket_hash([row, other]) != layout.bucket_hash([other, row])
    rows = [(n, n, bytes(32)) for n in range(2)]
    expected = b"".join(bytes((n,)) + n.to_bytes(8, "big") + bytes(32) for n in range(2))
    assert layout.buckets_hash(rows) == hashlib.sha256(expected).digest()
