from __future__ import annotations

import cryptography_vectors
import pytest


def parse_blocks(text):
    """Yield (section, fields) for each blank-line-separated block of `name = value` lines."""
    section, fields = {}, {}
    for line in [*(line.strip() for line in text.splitlines()), ""]:
        if line.startswith("["):
            name, _, value = line.strip("[]").partition("=")
            section = {**section, name.strip(): value.strip()}
        elif not line and fields:
            yield section, fields
            fields = {}
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            fields[name.strip()] = value.strip()


@pytest.fixture
def published_blocks():
    """Return a function from the name of a published file of vectors to its blocks."""

    def read(path):
        with cryptography_vectors.open_vector_file(path, "r") as file:
            return list(parse_blocks(file.read()))

    return read
