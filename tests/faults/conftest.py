"""The counts of the proofs are printed at the end of a run."""

import os

import pytest
import support


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample", numbered=True)
    return support.Sample(os.path.join(folder, "vault", "s.vault"))


@pytest.fixture
def report():
    return support.RESULTS.append


def pytest_terminal_summary(terminalreporter):
    if support.RESULTS:
        terminalreporter.section("what the faults proved")
        for line in support.RESULTS:
            terminalreporter.write_line(line)
