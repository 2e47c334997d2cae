"""One run of a target: a process of its own, begun with the target's seeds, until it has enough."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

_HERE = os.path.dirname(os.path.abspath(__file__))
_DONE = re.compile(rb"Done (\d+) runs in (\d+) second")
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a disk would be the slowest part
_RAISED = b"=== Uncaught Python exception: ===\n"
_LIMITS = (
    "-max_len=4096",
    "-len_control=10",
    "-timeout=30",
    "-rss_limit_mb=2048",
    "-print_final_stats=0",
)


class Ran(NamedTuple):
    """How many inputs a target had, in which time; `problem` is "" when it kept its promises."""

    inputs: int
    seconds: int
    problem: str


def run(name: str, target, runs: int, seed: int, keep: str = "") -> Ran:
    """Feed a target; an input that breaks it is written to the folder `keep`."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        corpus = os.path.join(folder, "corpus")
        os.mkdir(corpus)
        for at, data in enumerate(target.seeds):
            with open(os.path.join(corpus, f"{at:04}"), "wb") as file:
                file.write(data)
        words = os.path.join(folder, "words")
        with open(words, "w", encoding="ascii") as file:
            file.writelines(map(_quoted, target.words or [name.encode()]))
        done = subprocess.run(
            [
                *(sys.executable, os.path.join(_HERE, "fuzz_engine.py"), name, corpus, *_LIMITS),
                *(f"-runs={runs}", f"-seed={seed}", f"-dict={words}"),
                f"-artifact_prefix={keep or folder}/{name}-",
            ],
            capture_output=True,
            env={**os.environ, "TMPDIR": folder},  # libFuzzer ends without tidying up
            check=False,
        )
    said = _DONE.search(done.stderr)
    if done.returncode == 0 and said:
        return Ran(int(said[1]), int(said[2]), "")
    _, _, raised = done.stdout.partition(_RAISED)
    told = (raised or done.stdout) + done.stderr[-1000:]
    return Ran(0, 0, told.decode(errors="replace").strip())


def _quoted(word: bytes) -> str:
    return '"{}"\n'.format("".join(f"\\x{byte:02x}" for byte in word))
