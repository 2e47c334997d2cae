from __future__ import annotations

import base64
import json
import random
import string

import pytest

from infsh_secrets.domain.value_parts import parts
from infsh_secrets.domain.variants import forms, is_redacted


@pytest.mark.parametrize(
    "value",
    ["", "short", " a b ", "1234567", "True", "localhost", "PRODUCTION", "xxxxxxxx", "-=-=-=-="],
)
def test_short_and_common_values_are_not_searched_for(value):
    assert not is_redacted(value.encode())
    assert forms(value.encode()) == []


@pytest.mark.parametrize("value", ["sk-abc", "12345678", "hunter2", "пароль", "correct horse"])
def test_other_values_are(value):
    assert is_redacted(value.encode())
    assert forms(value.encode())[0] == value.encode()


def test_white_space_around_a_value_is_no_part_of_it():
    found = forms(b"  made-up-value-123\n")
    assert found[:2] == [b"  made-up-value-123\n", b"made-up-value-123"]
    assert base64.b64encode(b"made-up-value-123") in found


def test_numbers_in_json_and_addresses_in_sentences_have_no_parts():
    assert parts(b'{"token": 123456789012, "on": true, "none": null}') == []
    assert parts(b"https://user:pw-7fQ2xLw9zz@host/ is where it is") == []


def test_what_is_nested_too_deep_is_one_text():
    value = b'"pw-7fQ2xLw9zz"'
    for _ in range(6):
        value = json.dumps(value.decode()).encode()
    assert b"pw-7fQ2xLw9zz" not in parts(value)
    assert parts(value)


def test_a_form_that_is_a_common_word_is_not_made():
    assert b"PASSWORD" not in forms(b"Password\n12")
    assert b"Localhost" not in forms(b"first line\nLocalhost\nproduction")


def test_lines_of_a_value_are_found_but_not_what_other_files_have_too():
    value = b"-----BEGIN PRIVATE KEY-----\nbWFkZS11cA/+aa\nAAAA\n-----END PRIVATE KEY-----\n"
    found = forms(value)
    assert {b"bWFkZS11cA/+aa", b"bWFkZS11cA/+aaAAAA", b"bWFkZS11cA/+aa\r\nAAAA"} <= set(found)
    assert not {b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----", b"AAAA"} & set(found)


def test_short_lines_are_found_only_together():
    assert [form for form in forms(b"abc\nabd\nabe") if form in b"abc\nabd\nabe"] == [
        b"abc\nabd\nabe"
    ]


SERVICE_ACCOUNT = {
    "type": "service_account",
    "project_id": "made-up-project-42",
    "private_key_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567",
    "private_key": "-----BEGIN PRIVATE KEY-----\nbWFkZS11cA/+aa\nAAAA\n-----END PRIVATE KEY-----\n",
    "client_email": "made-up@made-up-project-42.iam.gserviceaccount.com",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth",
    "universe_domain": "googleapis.com",
}


@pytest.mark.parametrize("indent", [None, 2])
def test_of_a_json_value_the_secrets_are_found_and_the_rest_is_left(indent):
    value = json.dumps(SERVICE_ACCOUNT, indent=indent).encode()
    secret = {SERVICE_ACCOUNT["private_key_id"], SERVICE_ACCOUNT["private_key"].strip()}
    assert set(parts(value)) == {text.encode() for text in secret}
    found = set(forms(value))
    assert {text.encode() for text in secret} <= found
    assert b"bWFkZS11cA/+aa" in found
    for name in ("type", "project_id", "client_email", "auth_uri", "universe_domain"):
        assert not any(
            form in json.dumps({name: SERVICE_ACCOUNT[name]}, indent=2).encode() for form in found
        )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"a": [{"b": "x7Kq-leaf"}]}, ["x7Kq-leaf"]),
        ({"password": "simple word"}, ["simple word"]),
        ({"tokens": {"ci": ["simple word"]}}, ["simple word"]),
        ({"name": "simple word"}, []),
        ({"password": "short"}, []),
        ({"password": "localhost"}, []),
        ({"url": "https://example.com/v1/items?page=2"}, []),
        ({"url": "https://me:x7Kq-leaf@example.com/"}, None),
        ({"inner": json.dumps({"b": "x7Kq-leaf"})}, None),
    ],
)
def test_which_strings_of_json_are_secrets(value, found):
    got = parts(json.dumps(value).encode())
    if found is None:
        assert b"x7Kq-leaf" in got
    else:
        assert got == [text.encode() for text in found]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("postgres://admin:pa%40ss-w0rd@db:5432/mydb", ["pa%40ss-w0rd", "pa@ss-w0rd"]),
        ("mysql://u5er-Name1:s3cret@[::1]/x", ["s3cret", "u5er-Name1"]),
        ("redis://:only-a-passw0rd@cache:6379/0", ["only-a-passw0rd"]),
        ("amqp://guest:pa/ss@w0rd@mq:5672", ["pa/ss@w0rd"]),
        ("https://x7Kq-token@example.com/repository.git", ["x7Kq-token"]),
        ("https://example.com/v1/items", []),
        ("https://localhost:8080/", []),
        (
            "https://hooks.example.com/services/T01/B02/Xm4dEuP9qLw7ZrTt2KsA",
            ["Xm4dEuP9qLw7ZrTt2KsA"],
        ),
        ("https://example.com/?sig=Xm4dEuP9qL%2Bw7ZrTt2&v=2020-01-01", None),
    ],
)
def test_which_parts_of_a_url_are_secrets(value, found):
    got = parts(value.encode())
    if found is None:
        assert got == [b"Xm4dEuP9qL%2Bw7ZrTt2", b"Xm4dEuP9qL+w7ZrTt2"]
    else:
        assert got == [text.encode() for text in found]


def made_up(size, alphabet=string.ascii_letters + string.digits + "-_"):
    return "".join(random.Random(size).choices(alphabet, k=size)).encode()


def test_a_key_of_forty_bytes_has_at_most_150_forms():
    assert len(forms(made_up(40))) <= 150


LARGE = {
    "token": made_up(65536),
    "printable": made_up(65536, string.printable[:94]),
    "lines": b"\n".join(made_up(9 + number % 3) for number in range(6000)),
    "quotes": b"'a\"\\" * 16384,
    "not ASCII": "é\n'".encode() * 16384,
    "not UTF-8": random.Random(1).randbytes(65536),
    "leaves": json.dumps([f"Leaf{n:05}xQ" for n in range(4000)]).encode(),
    "named leaves": json.dumps({f"k{n}": f"v{n}/X" for n in range(3000)}, indent=1).encode(),
    "deep": b'{"a":' * 10_000,
    "deep and complete": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "brackets": b"[" * 65536,
    "number": b"[" + b"9" * 60_000 + b"]",
    "per cent": b"https://" + b"%4" * 32000 + b"@",
}


@pytest.mark.parametrize("name", LARGE)
def test_forms_of_large_values_have_a_bound(name):
    found = forms(LARGE[name])
    bound = 100 if name == "not UTF-8" else 60
    assert sum(map(len, found)) <= bound * len(LARGE[name])
    assert len(found) <= 8000


@pytest.mark.parametrize("size", [64, 65, 200, 800, 4096])
def test_forms_of_middling_values_have_a_bound(size):
    found = forms(made_up(size, string.printable[:94]))
    assert sum(map(len, found)) <= 250 * size + 20_000


def test_a_large_value_is_found_in_lines_that_begin_with_it():
    value = made_up(9000)
    assert base64.encodebytes(value).rstrip(b"=\n") in b"\n".join(forms(value))


@pytest.mark.parametrize(
    "form",
    [
        "k$1&2+3:4=5@6%2F7%3B8%2C9%3F%27%22%3C-%21",  # Go's url.PathEscape
        "k$1&2+3%3A4=5%406%2F7;8,9%3F%27%22%3C-%21",  # Go's url.UserPassword
        "k$1&2+3%3A4=5%406%2F7;8,9%3F'%22%3C-!",  # user information of RFC 3986
        "k%241%262%2B3%3A4%3D5%406%2F7%3B8%2C9%3F%27%22%3C-%21",  # strictest
        "k$1&2+3:4=5@6/7;8,9?'%22%3C-!",  # requests, and WHATWG of other schemes than http
        "k$1&2+3:4=5@6/7;8,9%3F'%22%3C-!",  # WHATWG path
        "k$1&amp;2+3:4=5@6/7;8,9?&#x27;&quot;&lt;-!",  # Python, React
        "k$1&amp;2+3:4=5@6/7;8,9?&#39;&quot;&lt;-!",  # lodash, Ruby
        "k$1&amp;2+3:4=5@6/7;8,9?'\"&lt;-!",
        "k$1&amp;2+3:4=5@6/7;8,9?'&quot;&lt;-!",
        'k$1&amp;2+3:4=5@6/7;8,9?&#39;"&lt;-!',
        "k$1&amp;2+3:4=5@6/7;8,9?&#39;&#34;&lt;-!",  # MarkupSafe
        "k$1&amp;2&#43;3:4=5@6/7;8,9?&#39;&#34;&lt;-!",  # Go's html/template
        "k$1&amp;2+3:4=5@6/7;8,9?&#039;&quot;&lt;-!",  # PHP
        "k$1&amp;2+3:4=5@6/7;8,9?&apos;&quot;&lt;-!",  # XML
        "k$1&amp;2+3:4=5@6/7;8,9?&apos;&#34;&lt;-!",
        "k$1&amp;2+3:4&#x3D;5@6&#x2F;7;8,9?&#39;&quot;&lt;-!",  # mustache.js
        "k$1&amp;2+3:4&#x3D;5@6/7;8,9?&#x27;&quot;&lt;-!",  # Handlebars
        "k$1&amp;2+3:4=5@6&#x2F;7;8,9?&#x27;&quot;&lt;-!",  # OWASP
        "k$1\\u00262+3:4=5@6/7;8,9?'\\\"\\u003c-!",  # Go's encoding/json
        'k$1\\u00262+3:4\\u003d5@6/7;8,9?\\u0027\\"\\u003c-!',  # Gson
        "k$1\\u00262\\u002B3:4=5@6/7;8,9?\\u0027\\u0022\\u003C-!",  # .NET
        "k$1&2+3:4=5@6\\/7;8,9?'\\\"<-!",  # PHP
        "k$1&2+3:4=5@6/7;8,9?\\'\\\"<-!",  # addslashes
        "k$1&2+3:4=5@6/7;8,9?\\'\"<-!",  # PHP, fish
        "k$1&2+3:4=5@6/7;8,9?''\"<-!",  # SQL
        "k$1&2+3%3A4=5@6/7;8%2C9?'\"<-!",  # properties of a command of GitHub Actions
        "k\\$1\\&2+3:4=5@6/7\\;8,9\\?\\'\\\"\\<-\\!",  # Ruby's Shellwords
    ],
)
def test_notations_of_tools_that_are_seldom_installed(form):
    assert form.encode() in forms(b"k$1&2+3:4=5@6/7;8,9?'\"<-!")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("made~up*key", "made%7Eup%2Akey"),
        ("made[up]#^key", "made[up]#%5Ekey"),  # requests
        ("made up'^`{key}", "made%20up'^`{key}"),  # WHATWG query of other schemes than http
        ("made up^key|", "made%20up%5Ekey|"),  # WHATWG path
        ("a\n&'\"made", "a\n&amp;'\"made"),
        ("a\n&'\"made", "a\n&amp;'&quot;made"),
        ("a\n'\\made", "a\n\\'\\\\made"),  # PHP, Perl, fish
        ("made-up.key+4", "made\\-up\\.key\\+4"),  # Python's re.escape
        ("made-up.key-4", "made\\-up\\.key\\-4"),
        ("made-up.key+4", "made-up\\.key\\+4"),  # patterns of JavaScript and Go
        ('up$x"@é', 'up\\$x\\"\\@\\303\\251'),  # Perl's Data::Dumper with Useqq
        ('up$x"é', 'up$x\\"\\303\\251'),  # C, git, SQLite
        ('up$x"é', 'up$x\\"\\xC3\\xA9'),  # bytes of Ruby
        ('up#{x}"#$', 'up\\#{x}\\"\\#$'),  # Ruby's inspect
        ("up'x\\n", "up''x\\\\n"),  # quote_literal of PostgreSQL
        ("made]]>up", "made]]]]><![CDATA[>up"),
        ("made\\nup\\\\n", "made\nup\\n"),  # echo of dash
        ("made up=é?", "made up=3D=C3=A9?"),  # a mail's body
        ("made up=é?", "made_up=3D=C3=A9=3F"),  # and its headers
        ("made é up", "made \\xe9 up"),  # Python's standard error
        ('"\\ made', '\\\\\\\\\\\\\\"\\\\\\\\\\\\\\\\ made'),  # JSON in JSON in JSON
        ("made up\"1'", "made\\ up\\\"1\\'"),  # fish
    ],
)
def test_notations_that_differ_in_few_characters(value, form):
    assert form.encode() in forms(value.encode())
