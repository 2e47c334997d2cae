"""What other programs print of a secret is covered by its forms; where they are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
import yaml

from infsh_secrets.domain.variants import forms

VALUES = (
    "sk-made-up-T0Ken_4mNc8vXq2LrZ7wKp9sYd3hF",
    "pa\"ss'w0rd & <b> $x`y\\z/é+100%=~ü #!end",
    "~made#up:~a=~b,c{d}[e]*?;(f)|g^h",
    "a'b\"c d<e>f?g#h`i{j}k^l|m[n]o%p&q+r=s;t/u:v@w~x*y(z)!$,-\u00e9-end",
    "several\nlines of 'text'\n\twith \"quotes\" and é",
    "\N{KEY} \x1b[1m control \x01\x7f\a\b\v\f end",
    "long " + "made-up words / of + a = long & 'value' \\ " * 9 + "end",
)

NODE = """
const {inspect} = require('util'), v = process.env.VALUE
const user = new URL('https://example.com/'), query = new URL(user), url = new URL(user)
user.password = v
query.searchParams.set('k', v)
if (!/[\\0-\\x1f]/.test(v)) { url.search = v; url.hash = v }
if (!/[\\0-\\x1f\\\\]/.test(v)) url.pathname = v
for (const text of [v, JSON.stringify(v), JSON.stringify(JSON.stringify(v)), inspect(v),
    inspect({v}, {breakLength: Infinity}), encodeURIComponent(v), encodeURI(v), user.href,
    query.href, url.href, new URLSearchParams([['k', v]]), Buffer.from(v).toString('hex'),
    Buffer.from('u:' + v).toString('base64'), Buffer.from(v).toString('base64url')])
  console.log('<< ' + text + ' >>')
"""
JQ_TEXTS = "., @json, @uri, @html, @sh, @base64, ([.] | @csv), (@json | @json)"
PERL = r"""
use MIME::Base64; my $v = $ENV{VALUE}; print "<< ", encode_base64($v), " >>\n";
print "<< ", unpack("H*", $v), " >>\n"; $v =~ s/([^A-Za-z0-9_.~-])/sprintf "%%%02X", ord $1/ge;
print "<< $v >>\n"; use Data::Dumper; $Data::Dumper::Useqq = 1; $Data::Dumper::Terse = 1;
use MIME::QuotedPrint; $v = $ENV{VALUE}; if ($v =~ /^[^\0-\x1f]{0,70}$/) {
print "<< ", Dumper($v), " >>\n<< ", encode_qp($v, ""), " >>\n"; utf8::decode($v);
$v = quotemeta($v); utf8::encode($v); print "<< $v >>\n"; }
"""
TRACE = r"""exec 2>&1; set -x; : '<<' "$VALUE" '>>'; X=$VALUE; : '<<' k="$X" '>>'"""
FISH = r"""set fish_trace 1; true '<<' $VALUE '>>' 2>&1; true '<<' k=$VALUE '>>'"""
BASH = r"""
printf '<< %q >>\n' "$VALUE"; echo "<< ${VALUE@Q} >>"; echo "<< $(export -p | grep -a ' VALUE=') >>"
X=$VALUE; echo "<< $(set | grep -a ^X=) >>"
"""
COMMANDS = {
    "node": ["node", "-e", NODE],
    "perl": ["perl", "-e", PERL],
    "bash": ["bash", "-c", BASH],
    "bash, plain locale": ["env", "LC_ALL=C", "bash", "-c", BASH],
    "trace of bash": ["bash", "-c", TRACE],
    "trace of dash": ["dash", "-c", TRACE],
    "trace of zsh": ["zsh", "-fc", TRACE],
    "trace of fish": ["fish", "-Nc", FISH],
    "base64": ["sh", "-c", 'printf "<< "; printf %s "$VALUE" | base64; echo " >>"'],
    "base64 -w": ["sh", "-c", 'printf "<< "; printf "%s" "$VALUE" | base64 -w 64; echo " >>"'],
    "base64 of a line": ["sh", "-c", 'printf "<< "; echo "$VALUE" | base64 -w 0; echo " >>"'],
    "openssl": ["sh", "-c", 'printf "<< "; printf %s "$VALUE" | openssl base64; echo " >>"'],
    "openssl -A": ["sh", "-c", 'printf "<< "; echo "$VALUE" | openssl base64 -A; echo " >>"'],
    "xxd": ["sh", "-c", 'printf "<< "; printf %s "$VALUE" | xxd -p; echo " >>"'],
    "jq": ["jq", "-nr", f'env.VALUE | {JQ_TEXTS} | "<< \\(.) >>"'],
    "env": ["sh", "-c", 'echo "<< "; env -i VALUE="$VALUE" env; echo " >>"'],
}

SCAFFOLD = re.compile(
    rb"https://:?|@?example\.com/|\?k=|declare -x VALUE=|VALUE=|\bX=|\bk=|\{ v: | \}|[\s'\"\\$,?#]"
)
"""What the programs write around a value."""

MOST_LEFT = 5
"""Characters of base64 at its ends that depend on the neighbours, and padding."""


def remains(output: bytes, value: bytes) -> list[bytes]:
    """Return what no form of `value` covers of each text that was printed."""
    bare = [True] * len(output)
    for form in forms(value):
        start = output.find(form)
        while start >= 0:
            bare[start : start + len(form)] = [False] * len(form)
            start = output.find(form, start + 1)
    left = bytes(byte for byte, shown in zip(output, bare, strict=True) if shown)
    return [SCAFFOLD.sub(b"", text) for text in re.findall(rb"<<'? (.*?) '?>>", left, re.DOTALL)]


@pytest.mark.parametrize("value", [*VALUES, "pässw0rd ключ €\u2028\u0085\xa0 \N{KEY} end"])
def test_what_yaml_writes_in_double_quotes_is_covered(value):
    written = yaml.safe_dump(value, default_style='"', width=10_000)
    assert written.strip()[1:-1].encode() in forms(value.encode())


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_program_prints_is_covered(name, value):
    command = COMMANDS[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    if name in {"trace of zsh", "trace of fish"} and "\x01" in value:
        pytest.skip("their own names for control characters are not looked for")
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "VALUE": value}
    done = subprocess.run(command, env=env, capture_output=True, check=True, timeout=60)
    left = remains(done.stdout + done.stderr, value.encode())
    assert left
    assert [text for text in left if len(text) > MOST_LEFT] == []
