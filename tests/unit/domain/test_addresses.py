from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain.addresses import is_loopback, parse_address
from infsh_secrets.domain.errors import UsageError


@pytest.mark.parametrize(
    ("text", "origin", "path"),
    [
        ("https://Example.COM", "https://example.com", ""),
        ("https://example.com:443/", "https://example.com", ""),
        ("https://example.com:8443/api/", "https://example.com:8443", "/api"),
        ("http://localhost:80/x", "http://localhost", "/x"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
        ("http://127.8.9.10", "http://127.8.9.10", ""),
        ("http://[::1]:8080/a", "http://[::1]:8080", "/a"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", ""),
    ],
)
def test_addresses(text, origin, path):
    address = parse_address(text)
    assert (address.origin, address.path) == (origin, path)
    again = parse_address(address.url)
    assert (again.origin, again.path) == (origin, path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://exam ple.com",
        "https://example.com\n.evil.com",
        "https://example.com\t",
        "https://ex\u0430mple.com",
        "https://example.com\\@evil.com",
        "https://user@example.com",
        "https://:made-up@example.com",
        "https://example.com@evil.com",
        "https://example.com?x",
        "https://example.com#x",
        "https://example.com/../x",
        "https://example.com:0x50",
        "https://example.com:99999",
        "https://exam_ple.com%2f",
        "https://[::1",
        "https://example.com/" + "x" * 3000,
        "http://example.com",
        "http://127.0.0.1.evil.com",
        "http://127.1",
        "http://0177.0.0.1",
        "http://localhost.evil.com",
        "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]",
        "http://127.0.0.256",
    ],
)
def test_what_no_token_is_sent_to(text):
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert "made-up" not in caught.value.message


def test_an_address_is_shown_without_what_stands_around_it():
    assert repr(parse_address("https://h.example:443/api/")) == "Address('https://h.example/api')"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_sentence(text):
    for candidate in (text, f"https://{text}", f"http://localhost{text}"):
        try:
            address = parse_address(candidate)
        except UsageError:
            continue
        assert address.scheme == "https" or is_loopback(address.host)
        assert parse_address(address.url).origin == address.origin
