"""The Python blocks of the README run, one after another, and print what their comments say.

What stands in a comment after a call is the line that it prints or logs.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from infsh_secrets import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.memory import MemoryStore

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
PRINTED = re.compile(r"^.*\) +# (.*)$", flags=re.MULTILINE)
ADDRESS = "https://secrets.example.com"


def test_the_blocks_do_what_they_say(tmp_path, monkeypatch, capsys):
    follow(BLOCKS, tmp_path, monkeypatch)
    said = [text for block in BLOCKS for text in PRINTED.findall(block)]
    assert said
    assert capsys.readouterr().out.splitlines() == said


def follow(blocks, folder, monkeypatch):
    """Run the blocks in one folder, with a manifest and an app; a server is one in memory."""
    monkeypatch.chdir(folder)
    (folder / "inf.yml").write_text("secrets: [stripe_api_key]\n")
    (folder / "app.py").write_text("import os\nassert os.environ['stripe_api_key']\n")
    before = dict(os.environ)
    monkeypatch.setattr(
        "infsh_secrets.services.remote_stores.open_store",
        lambda chosen, *_: _in_place_of(chosen.url),
    )
    names = {"__name__": "readme"}
    try:
        for block in blocks:
            exec(compile(block, str(README), "exec", dont_inherit=True), names)
    finally:
        logging.getLogger("app").handlers.clear()
    assert dict(os.environ) == before


def _in_place_of(url):
    assert url == ADDRESS
    store = MemoryStore()
    store.write("default", [Write("FAL_KEY", SecretValue(b"made-up-0Qw3-value"))])
    return store
