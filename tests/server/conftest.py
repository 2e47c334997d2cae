from __future__ import annotations

import pytest
from serving_support import Served


@pytest.fixture
def serve(tmp_path):
    """Start servers, each with a folder of its own unless one is named; all end with the test."""
    running = []

    def start(*, folder=None, **options):
        running.append(Served(folder or tmp_path / f"data{len(running)}", **options))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture
def served(serve):
    return serve()
