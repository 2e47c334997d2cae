"""The real program in a real terminal, and the picture of what it printed there.

Whatever differs from run to run is made the same: times, fingerprints, and the folder of the home.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sys
import tempfile

import pexpect
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text
from scenes import COLUMNS

FOLDER = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.dirname(sys.executable)
LINES = 50
PATIENCE = 60
_CELL = 12.2  # how wide a letter is drawn
HOME = "/home/ann"
TIME = "2026-11-22T09:41:00Z"
PROMPT = "\x1b[1;32m$\x1b[0m "

# Nothing is fetched: a page that shows the picture may not, and every system has a font like these.
FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width}} {{height}}" role="img">
<title>{title}</title>
<style>
.{{unique_id}}-matrix {{{{ font-family: {fonts}; font-size: {{char_height}}px; }}}}
.{{unique_id}}-title {{{{ font-family: system-ui,sans-serif; font-size: 17px; }}}}
{{styles}}
</style>
<defs>
<clipPath id="{{unique_id}}-clip-terminal">
<rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}" />
</clipPath>
{{lines}}
</defs>
{{chrome}}
<g transform="translate({{terminal_x}}, {{terminal_y}})"
 clip-path="url(#{{unique_id}}-clip-terminal)">
{{backgrounds}}
<g class="{{unique_id}}-matrix">
{{matrix}}
</g>
</g>
</svg>
"""


def path(scene):
    """Return where the picture of a scene is."""
    return os.path.join(FOLDER, f"{scene.name}.svg")


def printed(scene):
    """Run the steps of a scene in a home of its own; return what a person sees, with colours."""
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(os.path.join(home, "app"))
        shown = [_step(step, home) for step in scene.steps]
    return _the_same("\n".join(text for text in shown if text), home)


def _step(step, home):
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", step.command],
        cwd=os.path.join(home, "app"),
        env={
            "HOME": home,
            "PATH": os.pathsep.join((BIN, os.environ["PATH"])),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        },
        dimensions=(LINES, COLUMNS),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    seen = io.StringIO()
    child.logfile_read = seen
    child.delaybeforesend = None
    try:
        for question, answer in step.answers:
            child.expect_exact(question)
            child.sendline(answer)
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    if child.exitstatus != step.status:
        raise RuntimeError(f"{step.command}: status {child.exitstatus}\n{seen.getvalue()}")
    text = seen.getvalue().replace("\r\n", "\n").rstrip("\n")
    return "" if step.unseen else f"{PROMPT}{step.command}\n{text}\n"


def _the_same(text, home):
    """Return a text with one time, one home, and fingerprints that only tell which are equal."""
    found = {}

    def numbered(match):
        number = found.setdefault(match[0], len(found))
        return hashlib.sha256(b"%d" % number).hexdigest()[: len(match[0])]

    text = re.sub(r"\b[0-9a-f]{16}\b", numbered, text.replace(os.path.realpath(home), HOME))
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", TIME, text.replace(home, HOME))


def picture(scene, text):
    """Return an SVG that shows a text with its colours in a terminal's window."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        _environ={},
    )
    # The empty line at the end keeps what is below the letters of the last one from being cut.
    console.print(Text.from_ansi(text.rstrip("\n") + "\n "), soft_wrap=True, highlight=False)
    return console.export_svg(
        title=scene.title,
        theme=SVG_EXPORT_THEME,
        code_format=FORMAT.format(title=scene.title, fonts=FONTS),
        unique_id=scene.name,
    )


def lines(svg):
    """Return the lines of text in a picture that have any, without colours."""
    import xml.etree.ElementTree as ET

    found = {}
    for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in node.attrib:
            found.setdefault(float(node.attrib["y"]), []).append(
                (float(node.attrib["x"]), "".join(node.itertext()))
            )
    shown = []
    for _, row in sorted(found.items()):
        line = ""
        for x, text in sorted(row):
            line = line.ljust(round(x / _CELL)) + text.replace("\N{NO-BREAK SPACE}", " ")
        shown.append(line.rstrip())
    return [line for line in shown if line]
