"""The targets by name, each with inputs to begin with and words that its texts are made of."""

from __future__ import annotations

import glob
import os
import random
from typing import TYPE_CHECKING, NamedTuple

import fuzz_outputs
import fuzz_sealed
import fuzz_servers
import fuzz_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MANIFESTS = os.path.join(os.path.dirname(__file__), "..", "manifests", "*", "*")


class Target(NamedTuple):
    """A function that takes any bytes and raises when a promise is broken."""

    function: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()


def _choices(count: int = 40, size: int = 120) -> list[bytes]:
    """Return inputs for a target that is told by them what to do."""
    rng = random.Random(count)
    return [rng.randbytes(rng.randrange(size)) for _ in range(count)]


def _manifests() -> list[bytes]:
    found = []
    for path in sorted(glob.glob(_MANIFESTS)):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found.append(file.read())
    return found


_YAML = (
    *(b": ", b"- ", b"? ", b"|\n", b">-\n ", b"&a ", b"*a", b"<<: *a", b"!!str ", b"!!bool "),
    *(b"!!int ", b"!!float ", b"!!binary ", b"!!timestamp ", b"!!set ", b"!!omap ", b"!!null "),
    *(b"%YAML 1.1\n", b"---\n", b"...\n", b'"\\ud800"', b"\\x00", b"{", b"}", b"[", b"]", b"~"),
    *(b".inf", b".nan", b"0x", b"1:2:3", b"2001-01-01", b"!!merge ", b"!!value ", b"\xef\xbb\xbf"),
)
_REFERENCES = (
    *(b"{{ secrets.A }}", b"${{ secrets['A'] }}", b"{{secrets.A|json|url}}", b"secret://A"),
    *(
        b"infsh://default/A",
        b"$ secrets.A",
        b"$ f'{secrets.A}!'",
        b"{secrets.A}",
        b"\\",
        b"{{",
        b"}}",
    ),
    *(b" | base64", b"secrets", b"\\u0073ecrets", b"+ 'x'", b"str(", b"len(", b" if ", b" else "),
    *(b"==", b" and ", b"not ", b"lambda:", b"[0]", b".format(", b"**", b"%", b"{1: ", b"for x in"),
)
_EXPRESSIONS = (
    *(b"secrets.A", b"f'Bearer {secrets.A}'", b"secrets.A + secrets['B']", b"len(secrets.A) == 3"),
    *(
        b"str(1) + secrets.A if secrets.B else 'x'",
        b"[secrets.A, {'a': secrets.B}]",
        b"{secrets.A}",
    ),
    *(b"not secrets.A or secrets.B", b"secrets", b"secrets._x", b"secrets.items", b"1 + secrets.A"),
)
_DOCUMENTS = (
    b"\0a: {{ secrets.A }}\nb: '{{ secrets.A }}'\n",
    b"\0a: !!bool yes\nb: !!int 0x1f\nc: !!float 1.5\nd: !!timestamp 2001-01-01\ne: !!null\n",
    b"\0- &x {a: 1}\n- <<: *x\n  b: $ secrets.A\n- !!binary aGk=\n- !!set {a, b}\n",
    b"\1steps:\n- evaluate:\n    x: $ len(secrets.A)\n    y: '{secrets.A} and {1}'\n",
    b'\0{"a": "secret://A", "b": [1, 2.5, null, "$ secrets.A"], "c": "\\u007b{ secrets.A }}"}',
    b"\0--- a\n--- b\n...\n",
)
_DOTENV = (
    b"A=1\nexport B='x y' # c\nC=\"a\\nb\"\nD=`q`\n",
    b"-----BEGIN K-----\nA=-----BEGIN K-----\nx\n-----END K-----\n",
    b'A\n=b\nB=\'never\nC="x" y\n\xff=1\r\nD=${A:-b}\n',
)
_TOML = (
    b'A = \'x\' # c\nB = """\nmore \\\n  """"\n"C d".e = 1_000\n[t]\nA = 2\n[[u]]\n',
    b"a.b = {c = [1, '[', \"]\"], d = 1979-05-27T07:32:00Z}\nE = '''\n=\n'''\nF=inf\r\n",
)
_TOML_WORDS = (
    *(b"'''", b'"""', b" = ", b"[[", b"]]", b"\n[", b"{", b"}", b".", b"#", b"\\u0041", b'\\"'),
    *(b"\r\n", b"\\\n", b"1e5", b"0x1f", b"nan", b"true", b"07:32:00", b'"a b".c', b"'='"),
)
_KEYS = (
    b"\0INFSHKEY1-",
    b"\0INFSHREC1-AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG-HHHHH",
    b"\1",
    b"\2",
)
_ESCAPED = (
    "\x1b[31mred\x1b[m \u202e\u2028\U000e0041 \u2022\u2022".encode(),
    b"\xff\xed\xa0\x80",
    b"plain",
)

TARGETS = {
    "seal": Target(fuzz_sealed.seal, _choices()),
    "key-text": Target(fuzz_sealed.key_text, [*_choices(), *_KEYS], (b"INFSHKEY1-", b"INFSHREC1-")),
    "use-log": Target(fuzz_sealed.use_log, _choices()),
    "anchor": Target(fuzz_sealed.anchor, _choices(size=140), (b"infsh-anchor/1\n\0",)),
    "dotenv": Target(
        fuzz_texts.dotenv_file, _DOTENV, (b"export ", b"='", b'="', b"=`", b"\\n", b"${")
    ),
    "import-json": Target(
        fuzz_texts.json_file,
        [b'\0{"A": "b", "C": 1e5, "D": true, "E": null, "A": {"X": []}}', *_choices()],
        (b'{"', b'": "', b'", "', b"\\ud800", b"NaN", b"-0", b"1e999"),
    ),
    "import-yaml": Target(
        fuzz_texts.yaml_file,
        [b"A: b\nC: &x 'd'\nE: *x\nF: {g: h}\n~: x\n? [a]\n: b\n", b"{}"],
        _YAML,
    ),
    "import-toml": Target(fuzz_texts.toml_file, _TOML, _TOML_WORDS),
    "manifest": Target(
        fuzz_texts.manifest, _manifests(), (*_YAML, b"secrets:", b"key:", b"optional:", b"env:")
    ),
    "template": Target(
        fuzz_texts.template,
        [kind + word for word in _REFERENCES for kind in (b"\0", b"\1")],
        _REFERENCES,
    ),
    "document": Target(
        fuzz_texts.document,
        [*_DOCUMENTS, *(b"\0" + one for one in _manifests())],
        (*_YAML, *_REFERENCES),
    ),
    "expression": Target(fuzz_texts.expression, _EXPRESSIONS, (*_REFERENCES, *_EXPRESSIONS)),
    "redactor": Target(fuzz_outputs.redactor, _choices()),
    "sanitizer": Target(fuzz_outputs.sanitizer, _ESCAPED),
    "answers": Target(fuzz_servers.answers, _choices(size=400)),
}
