"""The pictures show what the program prints and no value, and need nothing from elsewhere."""

from __future__ import annotations

import functools
import os
import re

import filming
import pytest
from rich.text import Text
from scenes import COLUMNS, SCENES

printed = functools.cache(filming.printed)
DRAW = "draw them with: python tests/pictures"


@pytest.fixture(params=SCENES, ids=lambda scene: scene.name)
def scene(request):
    return request.param


@pytest.fixture
def svg(scene):
    with open(filming.path(scene), encoding="utf-8") as file:
        return file.read()


def typed_values(scene):
    """Return the values in a scene, which no picture may show."""
    words = " ".join(f"{step.command} {step.answers}" for step in scene.steps)
    return set(re.findall(r"[\w:-]{30,}", words))


def test_a_picture_shows_what_the_program_prints(scene, svg):
    text = printed(scene)
    expected = [line.rstrip() for line in Text.from_ansi(text).plain.split("\n")]
    assert filming.lines(svg) == [line for line in expected if line], DRAW
    assert max(map(len, expected)) <= COLUMNS
    again = filming.picture(scene, text)
    assert again == filming.picture(scene, text)
    assert filming.lines(again) == filming.lines(svg)


@pytest.mark.slow  # the pictures were printed by another run, too
def test_what_is_printed_is_the_same_in_every_run(scene):
    assert filming.printed(scene) == printed(scene)


def test_no_value_is_in_a_picture(scene, svg):
    values = typed_values(scene)
    assert values
    shown = "\n".join(filming.lines(svg))
    assert not [value for value in values if value in svg or value in shown]
    assert "\N{BULLET}" in shown


def test_a_picture_needs_nothing_from_elsewhere(svg):
    addresses = set(re.findall(r"https?://[^\s\"')]+", svg))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@import|@font-face|<image|<script|<foreignObject|\burl\((?!#)", svg)


def test_there_are_no_other_pictures():
    found = {name for name in os.listdir(filming.FOLDER) if name.endswith(".svg")}
    assert found == {os.path.basename(filming.path(scene)) for scene in SCENES}
